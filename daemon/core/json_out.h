/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON, written octet by octet into memory the caller gives.
 *
 * WHAT. Keys come out in the order they are written, so equal states give equal
 * text; that is what journals and tests compare. No allocation, no tree.
 *
 * USE.	rd_json_begin(&j, buf, sizeof(buf));
 *	rd_json_object(&j, NULL);
 *	rd_json_str(&j, "event", "call.new");
 *	rd_json_int(&j, "call", id);
 *	rd_json_end(&j, '}');
 *
 * In an array the key is NULL. buf is always NUL-terminated.
 *
 * LIMITS. Text that does not fit is counted, not written: len goes on, as
 * snprintf's, so a caller can ask again with a larger buffer; then the text in
 * buf is cut and no JSON. Octets that are no UTF-8 come out as U+FFFD.
 * Context: any.
 */
#ifndef RD_CORE_JSON_OUT_H
#define RD_CORE_JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>

struct rd_json {
	char *buf;
	uint64_t cap; /* octets in buf, with the NUL */
	uint64_t len; /* octets the text has, may exceed cap */
	bool comma;   /* the next value needs one before it */
};

void rd_json_begin(struct rd_json *j, char *buf, uint64_t cap);

void rd_json_object(struct rd_json *j, const char *key); /* '{' */
void rd_json_array(struct rd_json *j, const char *key);	 /* '[' */
void rd_json_end(struct rd_json *j, char bracket);	 /* '}' or ']' */

void rd_json_str(struct rd_json *j, const char *key, const char *value);
void rd_json_int(struct rd_json *j, const char *key, int64_t value);
/* With one decimal place. */
void rd_json_real(struct rd_json *j, const char *key, double value);
void rd_json_bool(struct rd_json *j, const char *key, bool value);
void rd_json_null(struct rd_json *j, const char *key);

static inline bool rd_json_is_cut(const struct rd_json *j)
{
	return j->len + 1 > j->cap;
}

#endif

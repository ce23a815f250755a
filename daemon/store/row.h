/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows as messages: values of one table's columns, in order.
 *
 * USE.	rd_row_begin(&row, buf, sizeof(buf), RD_TABLE_RATINGS);
 *	rd_row_int(&row, call); rd_row_str(&row, agent); rd_row_null(&row) ...
 *	cmd = rd_row_end(&row);		and set cmd->seq, part, msg.frame
 *
 * LIMITS. A text is cut at 4096 octets, at a character. Context: any.
 */
#ifndef RD_STORE_ROW_H
#define RD_STORE_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/msg.h"
#include "daemon/store/schema.h"

#define RD_ROW_MAX	32768 /* octets of a row's message */
#define RD_ROW_TEXT_MAX 4096

struct rd_row {
	struct rd_cmd_row *cmd;
	uint32_t len, cap;
};

/* Write to buf[cap], 8-aligned; RD_ROW_MAX is always enough. */
void rd_row_begin(struct rd_row *row, void *buf, uint32_t cap,
		  enum rd_table_number table);
void rd_row_int(struct rd_row *row, int64_t value);
void rd_row_str(struct rd_row *row, const char *text); /* NULL: null */
void rd_row_null(struct rd_row *row);
/* All columns are written (asserted): pad, set the lengths. */
struct rd_cmd_row *rd_row_end(struct rd_row *row);

struct rd_value {
	char kind; /* 'i', 's', 'n' */
	int64_t number;
	const char *text; /* not NUL-terminated */
	uint32_t len;
};

/*
 * Take a row apart, columns times: *at is 0 before the first value. 1: *out is
 * the next one; -EINVAL: there is none, or it is damaged.
 */
int rd_row_next(const struct rd_cmd_row *cmd, uint32_t *at,
		struct rd_value *out);
/* Is all of it a row of its table? */
bool rd_row_is_good(const struct rd_cmd_row *cmd);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The JSON of commands, read in place.
 *
 * WHAT. A command is one flat object: keys with strings, integers, true, false
 * or null. Control has checked it against daemon/core/command_list.h; core
 * reads it again because a journal is input too.
 *
 * LIMITS. Nested values are -EINVAL; escapes \uXXXX become UTF-8. Context: any.
 */
#ifndef RD_CORE_JSON_IN_H
#define RD_CORE_JSON_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rd_json_type {
	RD_JSON_NULL, RD_JSON_STRING, RD_JSON_INT, RD_JSON_BOOL,
};

struct rd_json_value {
	enum rd_json_type type;
	int64_t number; /* INT; BOOL 0 or 1 */
	char text[128]; /* STRING, cut to fit at a character */
};

/*
 * The value of key in the object at json. 0; -ENOENT: no such key; -EINVAL: not
 * a flat object.
 */
int rd_json_get(const char *json, const char *key, struct rd_json_value *out);

/* Is the text a flat object and nothing else? */
bool rd_json_is_flat(const char *json);

#endif

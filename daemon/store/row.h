/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows as they come from core, taken apart and checked.
 *
 *	data:  'i' i64 | 's' u16 text | 'n' | ...	unaligned, little endian
 *
 * Core writes them: daemon/core/emit.h. Context: any.
 */
#ifndef RD_STORE_ROW_H
#define RD_STORE_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/msg.h"
#include "daemon/store/schema.h"

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

// SPDX-License-Identifier: GPL-2.0-or-later
/* Rows taken apart; see row.h. A row may come out of a damaged journal. */
#include "daemon/store/row.h"

#include <errno.h>
#include <string.h>

int rd_row_next(const struct rd_cmd_row *cmd, uint32_t *at,
		struct rd_value *out)
{
	const uint8_t *p = cmd->data + *at;
	uint32_t left = cmd->msg.len - (uint32_t)sizeof(*cmd) - *at;
	uint16_t len;

	if (left < 1)
		return -EINVAL;
	memset(out, 0, sizeof(*out));
	out->kind = (char)*p++;
	left--;
	switch (out->kind) {
	case 'i':
		if (left < sizeof(out->number))
			return -EINVAL;
		memcpy(&out->number, p, sizeof(out->number));
		*at += 1 + sizeof(out->number);
		return 1;
	case 's':
		if (left < sizeof(len))
			return -EINVAL;
		memcpy(&len, p, sizeof(len));
		if (left - sizeof(len) < len)
			return -EINVAL;
		out->text = (const char *)p + sizeof(len);
		out->len = len;
		*at += 1 + (uint32_t)sizeof(len) + len;
		return 1;
	case 'n':
		*at += 1;
		return 1;
	default:
		return -EINVAL;
	}
}

bool rd_row_is_good(const struct rd_cmd_row *cmd)
{
	const struct rd_table_info *table;
	struct rd_value v;
	uint32_t at = 0;

	if (cmd->msg.len < sizeof(*cmd) || cmd->table >= RD_TABLES)
		return false;
	table = &rd_tables[cmd->table];
	if (cmd->columns != table->columns)
		return false;
	for (uint16_t i = 0; i < cmd->columns; i++) {
		if (rd_row_next(cmd, &at, &v) != 1)
			return false;
		if (v.kind != 'n' && v.kind != table->column[i].kind)
			return false;
	}
	return true;
}

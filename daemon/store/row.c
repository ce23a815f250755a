// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rows as messages; see row.h.
 *
 *	data:  'i' i64 | 's' u16 text | 'n' | ...	unaligned, little endian
 */
#include "daemon/store/row.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

void rd_row_begin(struct rd_row *row, void *buf, uint32_t cap,
		  enum rd_table_number table)
{
	assert(cap >= sizeof(*row->cmd) && table < RD_TABLES);
	row->cmd = buf;
	row->cap = cap;
	row->len = sizeof(*row->cmd);
	memset(row->cmd, 0, sizeof(*row->cmd));
	row->cmd->msg.type = RD_MSG_ROW;
	row->cmd->msg.line = RD_LINE_NONE;
	row->cmd->table = (uint16_t)table;
}

static void put(struct rd_row *row, const void *data, uint32_t len)
{
	assert(row->len + len <= row->cap);
	memcpy((uint8_t *)row->cmd + row->len, data, len);
	row->len += len;
}

void rd_row_int(struct rd_row *row, int64_t value)
{
	put(row, "i", 1);
	put(row, &value, sizeof(value));
	row->cmd->columns++;
}

void rd_row_null(struct rd_row *row)
{
	put(row, "n", 1);
	row->cmd->columns++;
}

void rd_row_str(struct rd_row *row, const char *text)
{
	size_t n;
	uint16_t len;

	if (!text) {
		rd_row_null(row);
		return;
	}
	n = strnlen(text, RD_ROW_TEXT_MAX + 1);
	if (n > RD_ROW_TEXT_MAX)
		for (n = RD_ROW_TEXT_MAX; n && (text[n] & 0xc0) == 0x80; n--)
			;
	len = (uint16_t)n;
	put(row, "s", 1);
	put(row, &len, sizeof(len));
	put(row, text, len);
	row->cmd->columns++;
}

struct rd_cmd_row *rd_row_end(struct rd_row *row)
{
	static const uint8_t zeros[8];

	assert(row->cmd->columns == rd_tables[row->cmd->table].columns);
	put(row, zeros, (8 - row->len % 8) % 8);
	row->cmd->msg.len = (uint16_t)row->len;
	return row->cmd;
}

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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows for tests, octet by octet and without core: a second writer. */
#ifndef RD_TESTS_ROW_H
#define RD_TESTS_ROW_H

#include <string.h>

#include "daemon/store/row.h"

struct test_row {
	struct rd_cmd_row *cmd;
	uint32_t len;
};

static inline void test_row_put(struct test_row *row, const void *data,
				uint32_t len)
{
	memcpy((uint8_t *)row->cmd + row->len, data, len);
	row->len += len;
}

static inline void test_row_begin(struct test_row *row, void *buf,
				  uint16_t table, uint64_t seq, uint16_t part)
{
	row->cmd = buf;
	row->len = sizeof(*row->cmd);
	memset(buf, 0, sizeof(*row->cmd));
	row->cmd->msg.type = RD_MSG_ROW;
	row->cmd->table = table;
	row->cmd->seq = seq;
	row->cmd->part = part;
}

static inline void test_row_int(struct test_row *row, int64_t value)
{
	test_row_put(row, "i", 1);
	test_row_put(row, &value, sizeof(value));
	row->cmd->columns++;
}

static inline void test_row_str(struct test_row *row, const char *text)
{
	uint16_t len = text ? (uint16_t)strlen(text) : 0;

	test_row_put(row, text ? "s" : "n", 1);
	if (text) {
		test_row_put(row, &len, sizeof(len));
		test_row_put(row, text, len);
	}
	row->cmd->columns++;
}

static inline struct rd_cmd_row *test_row_end(struct test_row *row)
{
	static const uint8_t zeros[8];

	test_row_put(row, zeros, (8 - row->len % 8) % 8);
	row->cmd->msg.len = (uint16_t)row->len;
	return row->cmd;
}

#endif

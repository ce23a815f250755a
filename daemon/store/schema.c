// SPDX-License-Identifier: GPL-2.0-or-later
/* The list of schema.h as data. */
#include "daemon/store/schema.h"

#define KIND_INTEGER 'i'
#define KIND_TEXT    's'

#define C(TABLE, column, type, help) { #column, help, KIND_##type },
#define T(TABLE, name, columns, index, help) \
	static const struct rd_column_info columns_of_##name[] = { columns(C) };
RD_TABLE_LIST(T)
#undef T
#undef C

const struct rd_table_info rd_tables[RD_TABLES] = {
#define T(TABLE, name, columns, index, help) \
	{ #name, #index, help, RD_##TABLE##_COLUMNS, columns_of_##name },
	RD_TABLE_LIST(T)
#undef T
};

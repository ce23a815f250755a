/* SPDX-License-Identifier: GPL-2.0-only */
/* Between step_table.c and scenario_table.c: notations and tables of both. */
#ifndef XC_STEP_TABLE_H
#define XC_STEP_TABLE_H

#include "tools/exchange/scenario.h"

extern const struct rd_table xc_step_table, xc_expect_table;
extern const struct rd_format xc_frames_format; /* uint64_t frames */

#define FRAMES(s, m) RD_FORMAT(s, m, &xc_frames_format)

int xc_parse_frames(struct rd_bind *b, const struct rd_yaml *node,
		    const char *what, void *out);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What came of a scenario: judged, as a table for people and as JSON.
 */
#ifndef XC_REPORT_H
#define XC_REPORT_H

#include <stdio.h>

#include "tools/exchange/world.h"

/*
 * Compare every record with its expectation; problems are kept in it. Returns
 * how many records have problems, calls that never came about included.
 */
unsigned xc_report_judge(struct xc_world *w);

/* A table, and a line for each problem. */
void xc_report_print(const struct xc_world *w, FILE *out);

/* -ENOMEM, or -errno of the file. */
int xc_report_json(const struct xc_world *w, const char *path);

#endif

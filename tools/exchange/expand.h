/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls and phones with a count become so many calls and phones. In the copies
 * {n} is the number of the copy from 1, {n:4} the same with leading zeros, and
 * {number} the number of the phone; markers count up from the one given.
 */
#ifndef XC_EXPAND_H
#define XC_EXPAND_H

#include "tools/exchange/scenario.h"

/* -ENOMEM. */
int xc_expand(struct xc_scenario *s);

#endif

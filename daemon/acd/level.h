/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Service levels: the field has several definitions, so each figure comes with
 * its formula (ACD-31).
 *
 *	offered		in time / ended
 *	answered	in time / answered
 *	without-short	in time / (ended - abandoned within S)
 *	with-abandoned	(in time + abandoned within T) / ended
 *
 * in time: answered within T. ended: answered or lost; who still waits has not
 * been served or failed yet. T, S and which of them is the queue's figure stand
 * in the configuration ("service_level").
 *
 * Context: any.
 */
#ifndef RD_ACD_LEVEL_H
#define RD_ACD_LEVEL_H

#include <stddef.h>

#include "lib/config/config.h"

struct rd_figures; /* daemon/acd/figures.h */

/* Tenths of a per cent, 0 to 1000; -1: nobody ended, there is no level. */
int rd_level_per_mille(const struct rd_figures *f, enum rd_service_level level);
/* Its name in the configuration; its formula with these queue's T and S. */
const char *rd_level_name(enum rd_service_level level);
void rd_level_formula(const struct rd_cfg_queue *cfg,
		      enum rd_service_level level, char *out, size_t cap);

#endif

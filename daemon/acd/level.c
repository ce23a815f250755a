// SPDX-License-Identifier: GPL-2.0-or-later
/* Service levels and their formulas: one table. See level.h. */
#include "daemon/acd/level.h"

#include <stdio.h>

#include "daemon/acd/figures.h"

static const struct {
	const char *name, *formula;
} levels[RD_LEVELS] = {
	[RD_LEVEL_OFFERED] = { "offered", "answered within %gs / ended" },
	[RD_LEVEL_ANSWERED] = { "answered", "answered within %gs / answered" },
	[RD_LEVEL_WITHOUT_SHORT] = { "without-short",
				     "answered within %gs / (ended - "
				     "abandoned within %gs)" },
	[RD_LEVEL_WITH_ABANDONED] = { "with-abandoned",
				      "(answered + abandoned within %gs) / "
				      "ended" },
};

int rd_level_per_mille(const struct rd_figures *f, enum rd_service_level level)
{
	uint64_t ended = f->answered + rd_figures_lost_sum(f);
	uint64_t part = f->in_level, whole = ended;

	switch (level) {
	case RD_LEVEL_ANSWERED:
		whole = f->answered;
		break;
	case RD_LEVEL_WITHOUT_SHORT:
		whole = ended - f->abandoned_short;
		break;
	case RD_LEVEL_WITH_ABANDONED:
		part += f->abandoned_in_level;
		break;
	default:
		break;
	}
	return whole ? (int)((part * 1000 + whole / 2) / whole) : -1;
}

const char *rd_level_name(enum rd_service_level level)
{
	return levels[level].name;
}

void rd_level_formula(const struct rd_cfg_queue *cfg,
		      enum rd_service_level level, char *out, size_t cap)
{
	/* a formula takes the first, or both */
	snprintf(out, cap, levels[level].formula,
		 cfg->service_level_ms / 1000.0, cfg->short_ms / 1000.0);
}

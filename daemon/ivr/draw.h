/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A tree as a picture: for Graphviz, or as SVG with a layout of our own.
 *
 * WHAT. A box for each step but goto:, an arrow for each way out, labelled by
 * its keys or its word. Keys that every menu has (repeat, back, top, operator)
 * are left out, unless a menu gives them itself. Visits of a past day may be
 * laid over it.
 *
 * HOW. The layout (layers.c) is the usual one in layers: arrows that close a
 * circle are turned round, a box lies below all that lead to it, long arrows
 * go through the layers between, and neighbours are sorted by where their
 * arrows come from. Graphviz does better on large trees, but is not
 * installed everywhere; --dot is for it.
 *
 * Context: any; pure functions.
 */
#ifndef RD_IVR_DRAW_H
#define RD_IVR_DRAW_H

#include "daemon/ivr/program.h"

struct rd_ivr_visits { /* of a named node */
	const char *node;
	uint32_t visits, hung_up, mean_ms;
};

struct rd_ivr_passage { /* from a named node to another */
	const char *node, *to;
	uint32_t times;
};

struct rd_ivr_overlay {
	const char *day;
	const struct rd_ivr_visits *visits;
	const struct rd_ivr_passage *passages;
	uint32_t nvisits, npassages;
};

/* overlay may be NULL. 0 or -ENOMEM. */
int rd_ivr_dot(const struct rd_ivr_program *program,
	       const struct rd_config *config,
	       const struct rd_ivr_overlay *overlay, FILE *out);
int rd_ivr_svg(const struct rd_ivr_program *program,
	       const struct rd_config *config,
	       const struct rd_ivr_overlay *overlay, FILE *out);

/* ---- layers.c: a graph, laid out ----------------------------------------------- */

struct rd_box {
	int x, y, width, height; /* x, y: centre, by rd_layout() */
};

struct rd_arrow {
	uint16_t from, to;
	bool turned;	/* it leads upwards, by rd_layout() */
	uint16_t first, n; /* points between its ends, in rd_layout.points */
};

struct rd_layout {
	struct rd_box *boxes;
	struct rd_arrow *arrows;
	uint16_t nboxes, narrows;
	/* by rd_layout() */
	struct rd_point {
		int x, y;
	} *points;
	int width, height;
};

/* Boxes have a width and a height. 0 or -ENOMEM; free(points) afterwards. */
int rd_layout(struct rd_layout *layout);

#endif

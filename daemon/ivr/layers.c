// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A layered layout, after Sugiyama, Tagawa and Toda (1981): circles cut, layers
 * by the longest way, points where arrows pass a layer, order by medians of
 * neighbours, x by packing and pulling.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ivr/draw.h"

#define GAP_X	 26
#define GAP_Y	 64
#define MARGIN	 30
#define POINT_W	 14 /* room of an arrow that passes */
#define SWEEPS	 12
#define ITEM_MAX 40000

struct item {	      /* a box, or a point of an arrow */
	uint16_t box; /* or NONE */
	uint16_t layer, place;
	int width;
	double at; /* where its neighbours want it */
	int x;
};

struct work {
	struct rd_layout *l;
	uint16_t *layer;
	struct item *items;
	uint32_t nitems, nlayers;
	uint32_t **rows; /* items of a layer, in order */
	uint32_t *row_n;
	struct link { /* between neighbouring layers */
		uint32_t up, down;
	} * links;
	uint32_t nlinks;
	uint32_t *first_point; /* of an arrow */
};

/* ---- circles, layers ----------------------------------------------------------------- */

struct visit {
	uint16_t box, arrow;
};

/* Arrows that close a circle on the way of a depth-first search are turned. */
static int cut_circles(struct rd_layout *l)
{
	uint8_t *colour = calloc(l->nboxes + 1u, 1);
	struct visit *stack = calloc(l->nboxes + 1u, sizeof(*stack));
	uint32_t depth = 0;
	int err = colour && stack ? 0 : -ENOMEM;

	for (uint16_t root = 0; !err && root < l->nboxes; root++) {
		if (colour[root])
			continue;
		stack[depth++] = (struct visit){ root, 0 };
		colour[root] = 1;
		while (depth) {
			struct visit *v = &stack[depth - 1];
			struct rd_arrow *a;

			if (v->arrow == l->narrows) {
				colour[v->box] = 2;
				depth--;
				continue;
			}
			a = &l->arrows[v->arrow++];
			if (a->from != v->box)
				continue;
			if (colour[a->to] == 1)
				a->turned = true;
			else if (!colour[a->to]) {
				colour[a->to] = 1;
				stack[depth++] = (struct visit){ a->to, 0 };
			}
		}
	}
	free(colour);
	free(stack);
	return err;
}

static uint16_t upper(const struct rd_arrow *a)
{
	return a->turned ? a->to : a->from;
}

static uint16_t lower(const struct rd_arrow *a)
{
	return a->turned ? a->from : a->to;
}

static void find_layers(struct work *w)
{
	bool changed = true;

	/* without circles this ends after as many rounds as there are layers */
	for (uint32_t round = 0; changed && round <= w->l->nboxes; round++) {
		changed = false;
		for (uint16_t i = 0; i < w->l->narrows; i++) {
			const struct rd_arrow *a = &w->l->arrows[i];
			uint16_t want = (uint16_t)(w->layer[upper(a)] + 1);

			if (upper(a) == lower(a) || w->layer[lower(a)] >= want)
				continue;
			w->layer[lower(a)] = want;
			changed = true;
		}
	}
	for (uint16_t i = 0; i < w->l->nboxes; i++)
		if (w->layer[i] + 1u > w->nlayers)
			w->nlayers = w->layer[i] + 1u;
}

/* ---- points ------------------------------------------------------------------------------ */

static void link_items(struct work *w, uint32_t up, uint32_t down)
{
	w->links[w->nlinks++] = (struct link){ up, down };
}

static int make_items(struct work *w)
{
	struct rd_layout *l = w->l;
	uint32_t n = l->nboxes;

	for (uint16_t i = 0; i < l->narrows; i++) {
		const struct rd_arrow *a = &l->arrows[i];
		int span = w->layer[lower(a)] - w->layer[upper(a)];

		n += span > 1 ? (uint32_t)span - 1 : 0;
	}
	if (n > ITEM_MAX)
		return -ENOMEM;
	w->items = calloc(n + 1u, sizeof(*w->items));
	w->links = calloc(n + l->narrows + 1u, sizeof(*w->links));
	w->first_point = calloc(l->narrows + 1u, sizeof(*w->first_point));
	if (!w->items || !w->links || !w->first_point)
		return -ENOMEM;
	for (uint16_t i = 0; i < l->nboxes; i++)
		w->items[w->nitems++] =
			(struct item){ .box = i,
				       .layer = w->layer[i],
				       .width = l->boxes[i].width };
	for (uint16_t i = 0; i < l->narrows; i++) {
		struct rd_arrow *a = &l->arrows[i];
		uint32_t before = upper(a);

		w->first_point[i] = w->nitems;
		for (int k = w->layer[upper(a)] + 1; k < w->layer[lower(a)];
		     k++) {
			w->items[w->nitems] =
				(struct item){ .box = RD_INDEX_NONE,
					       .layer = (uint16_t)k,
					       .width = POINT_W };
			link_items(w, before, w->nitems);
			before = w->nitems++;
		}
		if (upper(a) != lower(a))
			link_items(w, before, lower(a));
		a->n = (uint16_t)(w->nitems - w->first_point[i]);
	}
	return 0;
}

static int fill_rows(struct work *w)
{
	w->rows = calloc(w->nlayers + 1u, sizeof(*w->rows));
	w->row_n = calloc(w->nlayers + 1u, sizeof(*w->row_n));
	if (!w->rows || !w->row_n)
		return -ENOMEM;
	for (uint32_t i = 0; i < w->nitems; i++)
		w->row_n[w->items[i].layer]++;
	for (uint32_t k = 0; k < w->nlayers; k++) {
		w->rows[k] = calloc(w->row_n[k] + 1u, sizeof(**w->rows));
		if (!w->rows[k])
			return -ENOMEM;
		w->row_n[k] = 0;
	}
	for (uint32_t i = 0; i < w->nitems; i++) {
		uint16_t layer = w->items[i].layer;

		w->items[i].place = (uint16_t)w->row_n[layer];
		w->rows[layer][w->row_n[layer]++] = i;
	}
	return 0;
}

/* ---- order -------------------------------------------------------------------------------- */

/* Mean of what it is linked to, above or below; its own if nothing is. */
static void want(struct work *w, uint32_t layer, bool above, bool by_x)
{
	double *sum = calloc(w->nitems + 1u, sizeof(*sum));
	uint32_t *n = calloc(w->nitems + 1u, sizeof(*n));

	for (uint32_t i = 0; sum && n && i < w->nlinks; i++) {
		uint32_t me = above ? w->links[i].down : w->links[i].up;
		uint32_t other = above ? w->links[i].up : w->links[i].down;

		if (w->items[me].layer != layer)
			continue;
		sum[me] += by_x ? w->items[other].x : w->items[other].place;
		n[me]++;
	}
	for (uint32_t i = 0; sum && n && i < w->row_n[layer]; i++) {
		struct item *item = &w->items[w->rows[layer][i]];
		uint32_t me = w->rows[layer][i];

		item->at = n[me]  ? sum[me] / n[me]
			   : by_x ? item->x
				  : item->place;
	}
	free(sum);
	free(n);
}

static void sort_row(struct work *w, uint32_t layer)
{
	uint32_t *row = w->rows[layer];

	/* insertion keeps equal ones in their order */
	for (uint32_t i = 1; i < w->row_n[layer]; i++) {
		uint32_t item = row[i], k = i;

		while (k && w->items[row[k - 1]].at > w->items[item].at) {
			row[k] = row[k - 1];
			k--;
		}
		row[k] = item;
	}
	for (uint32_t i = 0; i < w->row_n[layer]; i++)
		w->items[row[i]].place = (uint16_t)i;
}

static void order(struct work *w)
{
	for (int sweep = 0; sweep < SWEEPS; sweep++)
		for (uint32_t i = 1; i < w->nlayers; i++) {
			bool down = sweep % 2 == 0;
			uint32_t layer = down ? i : w->nlayers - 1 - i;

			want(w, layer, down, false);
			sort_row(w, layer);
		}
}

/* ---- places ---------------------------------------------------------------------------------- */

/* As near to where they want to be as their neighbours allow. */
static void pull_row(struct work *w, uint32_t layer)
{
	uint32_t n = w->row_n[layer], *row = w->rows[layer];

	for (uint32_t i = 0; i < n; i++) {
		struct item *item = &w->items[row[i]];
		const struct item *left = i ? &w->items[row[i - 1]] : NULL;
		int least =
			left ? left->x + (left->width + item->width) / 2 + GAP_X
			     : item->width / 2;

		item->x = (int)item->at > least ? (int)item->at : least;
	}
	/* pushed too far to the right: back, from the right */
	for (uint32_t i = n; i-- > 0;) {
		struct item *item = &w->items[row[i]];
		const struct item *right =
			i + 1 < n ? &w->items[row[i + 1]] : NULL;
		const struct item *left = i ? &w->items[row[i - 1]] : NULL;
		int most = right ? right->x - (right->width + item->width) / 2 -
					   GAP_X
				 : item->x;
		int least =
			left ? left->x + (left->width + item->width) / 2 + GAP_X
			     : item->width / 2;
		int wanted = (int)item->at;

		if (wanted > most)
			wanted = most;
		item->x = wanted < least ? least : wanted;
	}
}

static void place(struct work *w)
{
	for (uint32_t k = 0; k < w->nlayers; k++) {
		int x = 0;

		for (uint32_t i = 0; i < w->row_n[k]; i++) {
			struct item *item = &w->items[w->rows[k][i]];

			item->x = x + item->width / 2;
			x += item->width + GAP_X;
		}
	}
	for (int sweep = 0; sweep < SWEEPS; sweep++)
		for (uint32_t i = 1; i < w->nlayers; i++) {
			bool down = sweep % 2 == 0;
			uint32_t layer = down ? i : w->nlayers - 1 - i;

			want(w, layer, down, true);
			pull_row(w, layer);
		}
}

/* What nothing leads to or from stands beside its neighbour. */
static void gather(struct work *w)
{
	bool *linked = calloc(w->nitems + 1u, sizeof(*linked));

	for (uint32_t i = 0; linked && i < w->nlinks; i++)
		linked[w->links[i].up] = linked[w->links[i].down] = true;
	for (uint32_t k = 0; linked && k < w->nlayers; k++) {
		uint32_t n = w->row_n[k], *row = w->rows[k], first = 0;

		while (first < n && !linked[row[first]])
			first++;
		for (uint32_t i = first; first < n && i-- > 0;) {
			struct item *item = &w->items[row[i]];
			const struct item *right = &w->items[row[i + 1]];

			item->x = right->x - (right->width + item->width) / 2 -
				  GAP_X;
		}
		for (uint32_t i = first + 1; i < n; i++) {
			struct item *item = &w->items[row[i]];
			const struct item *left = &w->items[row[i - 1]];

			if (!linked[row[i]])
				item->x = left->x +
					  (left->width + item->width) / 2 +
					  GAP_X;
		}
	}
	free(linked);
}

static int copy_places(struct work *w)
{
	struct rd_layout *l = w->l;
	int left = INT32_MAX, right = 0, y = MARGIN;
	uint32_t npoints = w->nitems - l->nboxes;

	l->points = calloc(npoints + 1u, sizeof(*l->points));
	if (!l->points)
		return -ENOMEM;
	for (uint32_t i = 0; i < w->nitems; i++)
		if (w->items[i].x - w->items[i].width / 2 < left)
			left = w->items[i].x - w->items[i].width / 2;
	for (uint32_t k = 0; k < w->nlayers; k++) {
		int height = 0;

		for (uint32_t i = 0; i < w->row_n[k]; i++) {
			const struct item *item = &w->items[w->rows[k][i]];

			if (item->box != RD_INDEX_NONE &&
			    l->boxes[item->box].height > height)
				height = l->boxes[item->box].height;
		}
		for (uint32_t i = 0; i < w->row_n[k]; i++) {
			uint32_t at = w->rows[k][i];
			struct item *item = &w->items[at];
			int x = item->x - left + MARGIN;

			if (x + item->width / 2 > right)
				right = x + item->width / 2;
			if (item->box != RD_INDEX_NONE) {
				l->boxes[item->box].x = x;
				l->boxes[item->box].y = y + height / 2;
			} else {
				l->points[at - l->nboxes].x = x;
				l->points[at - l->nboxes].y = y + height / 2;
			}
		}
		y += height + GAP_Y;
	}
	for (uint16_t i = 0; i < l->narrows; i++)
		l->arrows[i].first = (uint16_t)(w->first_point[i] - l->nboxes);
	l->width = right + MARGIN;
	l->height = y - GAP_Y + MARGIN;
	return 0;
}

int rd_layout(struct rd_layout *l)
{
	struct work w = { .l = l };
	int err = cut_circles(l);

	w.layer = calloc(l->nboxes + 1u, sizeof(*w.layer));
	if (!w.layer)
		err = -ENOMEM;
	if (!err) {
		find_layers(&w);
		err = make_items(&w);
	}
	if (!err)
		err = fill_rows(&w);
	if (!err) {
		order(&w);
		place(&w);
		gather(&w);
		err = copy_places(&w);
	}
	for (uint32_t k = 0; w.rows && k < w.nlayers; k++)
		free(w.rows[k]);
	free(w.rows);
	free(w.row_n);
	free(w.items);
	free(w.links);
	free(w.first_point);
	free(w.layer);
	return err;
}

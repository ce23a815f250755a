// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The day as an SVG: four panels over one axis of time.
 *
 *	calls      offered and answered, a bar an interval
 *	level      per cent answered in time
 *	queue      callers waiting, mean and most
 *	agents     occupancy in per cent
 */
#include "daemon/simulate/tally.h"
#include "lib/base/frames.h"

#define LEFT   56
#define WIDTH  880
#define HEIGHT 130
#define GAP    42
#define TOP    30

struct panel {
	const char *title, *unit;
	double most; /* of its axis */
	int y;	     /* of its upper edge */
};

static double nice(double most)
{
	double step = 1;

	while (step * 10 < most)
		step *= 10;
	for (int i = 1; i <= 10; i++)
		if (step * i >= most)
			return step * i;
	return step * 10;
}

static void sum_cells(const struct rd_tally *t, uint16_t i,
		      struct rd_tally_cell *out)
{
	*out = (struct rd_tally_cell){ 0 };
	for (uint16_t q = 0; q < t->nqueues; q++) {
		const struct rd_tally_cell *c = &t->queue[q].cell[i];

		out->offered += c->offered;
		out->answered += c->answered;
		out->in_level += c->in_level;
		out->longest += c->longest;
		out->waiting_frames += c->waiting_frames;
	}
}

static double x_of(const struct rd_tally *t, double interval)
{
	return LEFT + interval * WIDTH / (t->n ? t->n : 1);
}

static double y_of(const struct panel *p, double value)
{
	return p->y + HEIGHT - value * HEIGHT / p->most;
}

static void draw_axes(const struct rd_tally *t, const struct panel *p,
		      FILE *out)
{
	unsigned minutes =
		(unsigned)(rd_ms_from_frames(t->interval_frames) / 60000);
	unsigned every = (t->n + 11) / 12 ? (t->n + 11u) / 12u : 1;

	fprintf(out,
		"<text x=\"%d\" y=\"%d\" class=\"t\">%s</text>\n"
		"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
		"class=\"f\"/>\n",
		LEFT, p->y - 6, p->title, LEFT, p->y, WIDTH, HEIGHT);
	for (int i = 0; i <= 2; i++)
		fprintf(out,
			"<text x=\"%d\" y=\"%.1f\" class=\"n\" "
			"text-anchor=\"end\">%g%s</text>\n",
			LEFT - 6, y_of(p, p->most * i / 2) + 4, p->most * i / 2,
			p->unit);
	for (unsigned i = 0; i < t->n; i += every) {
		unsigned at = t->from_min + i * minutes;

		fprintf(out,
			"<text x=\"%.1f\" y=\"%d\" class=\"n\">%02u:%02u"
			"</text>\n",
			x_of(t, i), p->y + HEIGHT + 14, at / 60 % 24, at % 60);
	}
}

static void draw_bar(const struct rd_tally *t, const struct panel *p,
		     uint16_t i, double value, const char *class, FILE *out)
{
	double w = (double)WIDTH / (t->n ? t->n : 1);

	fprintf(out,
		"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
		"class=\"%s\"/>\n",
		x_of(t, i) + w * 0.1, y_of(p, value), w * 0.8,
		p->y + HEIGHT - y_of(p, value), class);
}

/* One panel: two values an interval, the first behind the second. */
static void draw(const struct rd_tally *t, struct panel *p,
		 double (*value)(const struct rd_tally *t, uint16_t i,
				 int which),
		 double most, FILE *out)
{
	p->most = most;
	for (uint16_t i = 0; !most && i < t->n; i++)
		for (int k = 0; k < 2; k++)
			if (value(t, i, k) > p->most)
				p->most = value(t, i, k);
	p->most = nice(p->most > 0 ? p->most : 1);
	draw_axes(t, p, out);
	for (uint16_t i = 0; i < t->n; i++)
		for (int k = 0; k < 2; k++)
			draw_bar(t, p, i, value(t, i, k), k ? "b" : "a", out);
}

static double calls(const struct rd_tally *t, uint16_t i, int which)
{
	struct rd_tally_cell c;

	sum_cells(t, i, &c);
	return which ? c.answered : c.offered;
}

static double level(const struct rd_tally *t, uint16_t i, int which)
{
	struct rd_tally_cell c;

	sum_cells(t, i, &c);
	return which ? 100 * rd_tally_level(&c) : 0;
}

static double waiting(const struct rd_tally *t, uint16_t i, int which)
{
	uint64_t frames = rd_tally_length(t, i);
	struct rd_tally_cell c;

	sum_cells(t, i, &c);
	if (!which)
		return c.longest;
	return frames ? (double)c.waiting_frames / (double)frames : 0;
}

static double occupancy(const struct rd_tally *t, uint16_t i, int which)
{
	return which ? 100 * rd_tally_occupancy(&t->staff[i]) : 0;
}

void rd_tally_plot(const struct rd_tally *t, FILE *out)
{
	struct panel panel[] = {
		{ "Calls offered (light) and answered (dark)", "", 0, 0 },
		{ "Service level", "%", 0, 0 },
		{ "Callers waiting: most (light) and mean (dark)", "", 0, 0 },
		{ "Occupancy of agents", "%", 0, 0 },
	};

	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
		"height=\"%d\" font-family=\"sans-serif\">\n"
		"<style>.t{font-size:13px;font-weight:bold}.n{font-size:11px;"
		"fill:#555}.f{fill:#fafafa;stroke:#bbb}.a{fill:#b8cce0}"
		".b{fill:#2f6090}</style>\n",
		LEFT + WIDTH + 20, TOP + 4 * (HEIGHT + GAP));
	for (int i = 0; i < 4; i++)
		panel[i].y = TOP + i * (HEIGHT + GAP);
	draw(t, &panel[0], calls, 0, out);
	draw(t, &panel[1], level, 100, out);
	draw(t, &panel[2], waiting, 0, out);
	draw(t, &panel[3], occupancy, 100, out);
	fputs("</svg>\n", out);
}

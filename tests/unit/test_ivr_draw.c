// SPDX-License-Identifier: GPL-2.0-or-later
/* Trees as pictures: every node is in them, and nothing lies on another. */
#include "daemon/ivr/draw.h"
#include "tests/unit/prove_world.h"

static const char *const trees[] = {
	"correct/deep_menus.yaml", "correct/nested_parts.yaml",
	"correct/card_with_levels.yaml", "faulty/endless_retries.yaml",
};

static char *draw(const struct proved *p, bool svg,
		  const struct rd_ivr_overlay *over)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	int err = svg ? rd_ivr_svg(p->config->trees[0], p->config, over, f) :
			rd_ivr_dot(p->config->trees[0], p->config, over, f);

	fclose(f);
	cr_expect_eq(err, 0);
	return text;
}

static int count(const char *text, const char *what)
{
	int n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

static void load(struct proved *p, const char *tree)
{
	char path[200];

	snprintf(path, sizeof(path), PROVE_DATA "/%s", tree);
	cr_assert(prove_tree(p, path), "%s", path);
}

Test(draw, every_node_is_in_both_pictures)
{
	for (size_t i = 0; i < sizeof(trees) / sizeof(*trees); i++) {
		const struct rd_ivr_program *t;
		char *dot, *svg, name[100];
		struct proved p;

		load(&p, trees[i]);
		t = p.config->trees[0];
		dot = draw(&p, false, NULL);
		svg = draw(&p, true, NULL);
		for (uint16_t n = 0; n < t->nnamed; n++) {
			snprintf(name, sizeof(name), "\"%s\\n",
				 t->nodes[n].name);
			cr_expect(strstr(dot, name), "%s: %s", trees[i], name);
			snprintf(name, sizeof(name), ">%s</text>",
				 t->nodes[n].name);
			cr_expect(strstr(svg, name), "%s: %s", trees[i], name);
		}
		cr_expect_eq(count(dot, "{"), count(dot, "}"));
		cr_expect_eq(count(svg, "<text"), count(svg, "</text>"));
		cr_expect(strstr(svg, "</svg>\n"));
		free(dot);
		free(svg);
		prove_done(&p);
	}
}

Test(draw, words_cannot_break_out_of_the_picture)
{
	static const char text[] = "/tmp/rd-draw-XXXXXX";
	char path[sizeof(text)];
	struct proved p = { .config_path = "" };
	char *dot, *svg;
	FILE *f;

	strcpy(path, text);
	f = fdopen(mkstemp(path), "w");
	fputs("nodes:\n  a:\n    say: 'He said \"no\" <b> & \\ left'\n"
	      "    then: goodbye\n",
	      f);
	fclose(f);
	write_config(PROVE_DATA "/base.yaml", path, p.config_path);
	cr_assert(prove_file(&p, p.config_path, PROVE_NOW, 0));
	dot = draw(&p, false, NULL);
	svg = draw(&p, true, NULL);
	cr_expect(strstr(dot, "\\\"no\\\" <b> & \\\\ left"), "%s", dot);
	cr_expect(strstr(svg, "&lt;b&gt; &amp; \\ left"), "%s", svg);
	free(dot);
	free(svg);
	prove_done(&p);
	unlink(path);
}

Test(draw, a_past_day_is_laid_over)
{
	const struct rd_ivr_visits visits[] = { { "main", 217, 4, 3500 } };
	const struct rd_ivr_passage passages[] = { { "main", "products",
						     93 } };
	const struct rd_ivr_overlay over = { .day = "2026-11-22",
					     .visits = visits,
					     .nvisits = 1,
					     .passages = passages,
					     .npassages = 1 };
	struct proved p;
	char *svg;

	load(&p, "correct/deep_menus.yaml");
	svg = draw(&p, true, &over);
	cr_expect(strstr(svg, "217 visits, 3.5 s, 4 hung up"), "%s", svg);
	cr_expect(strstr(svg, "1 (93)"), "%s", svg);
	cr_expect(strstr(svg, "2026-11-22"));
	free(svg);
	prove_done(&p);
}

/* A random graph: no box on another, arrows within the picture. */
Test(draw, boxes_of_a_layout_do_not_touch)
{
	enum { BOXES = 60, ARROWS = 110 };
	uint32_t seed = 4711;

	for (int run = 0; run < 40; run++) {
		struct rd_box boxes[BOXES];
		struct rd_arrow arrows[ARROWS];
		struct rd_layout l = { .boxes = boxes,
				       .arrows = arrows,
				       .nboxes = BOXES,
				       .narrows = ARROWS };

		memset(arrows, 0, sizeof(arrows));
		for (int i = 0; i < BOXES; i++) {
			seed = seed * 1664525u + 1013904223u;
			boxes[i] = (struct rd_box){
				.width = 40 + (int)(seed >> 24),
				.height = 20 + (int)(seed >> 16 & 31)
			};
		}
		for (int i = 0; i < ARROWS; i++) {
			seed = seed * 1664525u + 1013904223u;
			arrows[i].from = (uint16_t)((seed >> 8) % BOXES);
			arrows[i].to = (uint16_t)((seed >> 18) % BOXES);
		}
		cr_assert_eq(rd_layout(&l), 0);
		for (int a = 0; a < BOXES; a++) {
			cr_expect_geq(boxes[a].x - boxes[a].width / 2, 0);
			cr_expect_leq(boxes[a].x + boxes[a].width / 2, l.width);
			for (int b = 0; b < a; b++)
				cr_expect(abs(boxes[a].x - boxes[b].x) >=
						  (boxes[a].width +
						   boxes[b].width) /
							  2 ||
					  abs(boxes[a].y - boxes[b].y) >=
						  (boxes[a].height +
						   boxes[b].height) /
							  2);
		}
		free(l.points);
	}
}

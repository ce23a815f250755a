// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a program to boxes and arrows; and those as text for Graphviz and as
 * SVG. See draw.h.
 */
#include "daemon/ivr/draw.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LINE_H	  15
#define LETTER_W  7 /* of 12 pixel text; a Chinese character is two */
#define LINES	  4
#define LINE_LEN  120
#define WORDS_MAX 34 /* letters of what is heard */
#define LABEL_LEN 80

struct box {
	uint16_t node;
	char line[LINES][LINE_LEN];
	int n;
	const char *fill;
	bool round;
};

struct arrow {
	char label[LABEL_LEN];
	uint32_t times; /* of the overlay */
};

struct drawing {
	const struct rd_ivr_program *p;
	const struct rd_config *config;
	const struct rd_ivr_overlay *over;
	uint16_t *box_of; /* by node, RD_INDEX_NONE: none */
	struct box *boxes;
	struct arrow *arrows;
	struct rd_layout l;
	uint16_t from; /* box whose ways are looked at */
	uint32_t cap;
	int err;
};

/* ---- words ------------------------------------------------------------------------ */

/* So many letters of UTF-8 text, and its width in them. */
static int letters(const char *text, int most, size_t *octets)
{
	const char *p = text;
	int n = 0;

	while (*p) {
		int width = (unsigned char)*p >= 0xe3 ? 2 : 1;

		if (n + width > most)
			break;
		n += width;
		p++;
		while (((unsigned char)*p & 0xc0) == 0x80)
			p++;
	}
	if (octets)
		*octets = (size_t)(p - text);
	return n;
}

static char *add_line(struct box *b)
{
	return b->line[b->n < LINES ? b->n++ : LINES - 1];
}

/* The first words that are heard, in the first language. */
static void heard_words(const struct drawing *d, uint32_t list, char *out)
{
	const struct rd_ivr_list *row =
		&d->p->lists[(size_t)list * d->p->nlanguages];

	out[0] = 0;
	for (uint16_t i = 0; i < row->n; i++) {
		const struct rd_ivr_item *item = &d->p->items[row->first + i];
		const struct rd_cfg_prompt *prompt;
		const char *text;
		size_t octets;

		if (item->kind != RD_ITEM_PROMPT ||
		    item->prompt >= d->config->nprompts)
			continue;
		prompt = &d->config->prompts[item->prompt];
		text = prompt->text;
		if (prompt->file[0]) {
			text = strrchr(prompt->file, '/');
			text = text ? text + 1 : prompt->file;
		}
		letters(text, WORDS_MAX, &octets);
		snprintf(out, LINE_LEN, "%.*s%s", (int)octets, text,
			 text[octets] ? "..." : "");
		return;
	}
}

static const char *detail(const struct drawing *d,
			  const struct rd_ivr_node *node)
{
	switch ((enum rd_node_kind)node->kind) {
	case RD_NODE_COLLECT:
		return d->p->vars[node->u.collect.var].name;
	case RD_NODE_LOOKUP:
		return d->config->sources[node->u.lookup.source].name;
	case RD_NODE_LANGUAGE:
		return d->config->languages[node->u.index].name;
	case RD_NODE_QUEUE:
		return d->config->queues[node->u.index].name;
	case RD_NODE_SET:
	case RD_NODE_ATTACH:
		return node->u.pairs.pair[0].name;
	case RD_NODE_DIAL:
		return node->u.dial.number.kind == RD_OPERAND_TEXT &&
				       node->u.dial.number.text
			       ? node->u.dial.number.text
			       : "";
	default:
		return "";
	}
}

static const char *fill_of(const struct rd_ivr_node *node)
{
	if (rd_ivr_kinds[node->kind].human)
		return "#d5f0d5";
	if (rd_ivr_kinds[node->kind].input)
		return "#dbe8fb";
	if (rd_ivr_kinds[node->kind].ends)
		return "#f3d9d9";
	return node->kind == RD_NODE_CHOOSE ? "#fdf0c8" : "#f4f4f4";
}

/* ---- boxes ------------------------------------------------------------- */

static void add_visits(const struct drawing *d, struct box *b,
		       const struct rd_ivr_node *node)
{
	for (uint32_t i = 0; d->over && i < d->over->nvisits; i++) {
		const struct rd_ivr_visits *v = &d->over->visits[i];

		if (strcmp(v->node, node->name))
			continue;
		snprintf(add_line(b), LINE_LEN,
			 "%u visits, %u.%u s, %u hung up", v->visits,
			 v->mean_ms / 1000, v->mean_ms / 100 % 10, v->hung_up);
	}
}

static void make_box(struct drawing *d, uint16_t index)
{
	const struct rd_ivr_node *node = &d->p->nodes[index];
	struct rd_box *place = &d->l.boxes[d->l.nboxes];
	struct box *b = &d->boxes[d->l.nboxes];
	const char *more = detail(d, node);
	char words[LINE_LEN] = "";
	int width = 8;

	b->node = index;
	b->fill = fill_of(node);
	b->round =
		rd_ivr_kinds[node->kind].human || rd_ivr_kinds[node->kind].ends;
	if (node->place.file) /* words such as goodbye have none */
		snprintf(add_line(b), LINE_LEN, "%.60s", node->name);
	snprintf(add_line(b), LINE_LEN, "%s%s%.60s",
		 rd_node_verb((enum rd_node_kind)node->kind), *more ? " " : "",
		 more);
	if (node->kind == RD_NODE_PLAY)
		heard_words(d, node->u.list, words);
	else if (rd_ivr_kinds[node->kind].input)
		heard_words(d, node->u.input.prompt, words);
	if (words[0])
		snprintf(add_line(b), LINE_LEN, "%s", words);
	if (index < d->p->nnamed)
		add_visits(d, b, node);
	for (int i = 0; i < b->n; i++) {
		int n = letters(b->line[i], LINE_LEN, NULL);

		if (i == 0) /* bold */
			n += n / 7 + 1;
		width = n > width ? n : width;
	}
	place->width = width * LETTER_W + 16;
	place->height = b->n * LINE_H + 12;
	d->box_of[index] = d->l.nboxes++;
}

/* ---- arrows ------------------------------------------------------------ */

static bool is_standard(const struct rd_ivr_node *node, const char *label)
{
	for (uint16_t i = 0;
	     node->kind == RD_NODE_MENU && i < node->u.menu.nkeys; i++)
		if (node->u.menu.keys[i].keys == label)
			return node->u.menu.keys[i].standard;
	return false;
}

static void count_passages(const struct drawing *d, struct arrow *a,
			   const char *from, const char *to)
{
	for (uint32_t i = 0; d->over && i < d->over->npassages; i++)
		if (!strcmp(d->over->passages[i].node, from) &&
		    !strcmp(d->over->passages[i].to, to))
			a->times = d->over->passages[i].times;
}

static void add_label(char *to, const char *label)
{
	size_t len = strlen(to);

	if (strstr(to, label) && (!len || strlen(label) > 1))
		return;
	if (len + strlen(label) + 3 < LABEL_LEN)
		snprintf(to + len, LABEL_LEN - len, "%s%s", len ? ", " : "",
			 label);
}

static void way_out(void *context, uint16_t target, enum rd_exit_why why,
		    const char *label)
{
	struct drawing *d = context;
	const struct rd_ivr_node *node = &d->p->nodes[d->boxes[d->from].node];
	struct rd_arrow *a = NULL;
	uint16_t to;

	if (is_standard(node, label))
		return;
	/* a goto: is its target */
	for (int i = 0; i < 64 && target < d->p->nnodes &&
			d->p->nodes[target].kind == RD_NODE_GOTO;
	     i++)
		target = d->p->nodes[target].u.target;
	if (target >= d->p->nnodes || d->box_of[target] == RD_INDEX_NONE)
		return;
	to = d->box_of[target];
	for (uint16_t i = 0; i < d->l.narrows && !a; i++)
		if (d->l.arrows[i].from == d->from && d->l.arrows[i].to == to)
			a = &d->l.arrows[i];
	if (!a) {
		if (d->l.narrows == d->cap)
			return;
		a = &d->l.arrows[d->l.narrows++];
		a->from = d->from;
		a->to = to;
		if (d->boxes[d->from].node < d->p->nnamed &&
		    target < d->p->nnamed)
			count_passages(d, &d->arrows[a - d->l.arrows],
				       node->name, d->p->nodes[target].name);
	}
	if (why != RD_EXIT_FREE)
		add_label(d->arrows[a - d->l.arrows].label, label);
}

/* ---- a drawing --------------------------------------------------------- */

static uint32_t most_arrows(const struct rd_ivr_program *p)
{
	uint32_t n = 0;

	for (uint16_t i = 0; i < p->nnodes; i++) {
		n += 6;
		if (p->nodes[i].kind == RD_NODE_MENU)
			n += p->nodes[i].u.menu.nkeys;
		if (p->nodes[i].kind == RD_NODE_CHOOSE)
			n += p->nodes[i].u.choose.n;
	}
	return n < UINT16_MAX ? n : UINT16_MAX;
}

static void free_drawing(struct drawing *d)
{
	free(d->box_of);
	free(d->boxes);
	free(d->arrows);
	free(d->l.boxes);
	free(d->l.arrows);
	free(d->l.points);
}

static int make_drawing(struct drawing *d)
{
	uint16_t n = d->p->nnodes;

	d->cap = most_arrows(d->p);
	d->box_of = malloc((n + 1u) * sizeof(*d->box_of));
	d->boxes = calloc(n + 1u, sizeof(*d->boxes));
	d->arrows = calloc(d->cap + 1u, sizeof(*d->arrows));
	d->l.boxes = calloc(n + 1u, sizeof(*d->l.boxes));
	d->l.arrows = calloc(d->cap + 1u, sizeof(*d->l.arrows));
	if (!d->box_of || !d->boxes || !d->arrows || !d->l.boxes ||
	    !d->l.arrows)
		return -ENOMEM;
	memset(d->box_of, 0xff, (n + 1u) * sizeof(*d->box_of));
	for (uint16_t i = 0; i < n; i++)
		if (d->p->nodes[i].kind != RD_NODE_GOTO || i == 0)
			make_box(d, i);
	for (d->from = 0; d->from < d->l.nboxes; d->from++)
		rd_ivr_edges(&d->p->nodes[d->boxes[d->from].node], way_out, d);
	return 0;
}

/* ---- Graphviz ---------------------------------------------------------- */

static void dot_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text == '\n' ? ' ' : *text, out);
	}
}

int rd_ivr_dot(const struct rd_ivr_program *program,
	       const struct rd_config *config,
	       const struct rd_ivr_overlay *overlay, FILE *out)
{
	struct drawing d = { .p = program, .config = config, .over = overlay };
	int err = make_drawing(&d);

	if (err)
		goto out;
	fprintf(out,
		"digraph \"%s\" {\n\tlabel=\"%s%s%s\"; labelloc=t;\n"
		"\tnode [shape=box, style=filled, fontname=\"sans-serif\", "
		"fontsize=11];\n\tedge [fontname=\"sans-serif\", "
		"fontsize=10];\n",
		program->name, program->name, overlay ? ", " : "",
		overlay ? overlay->day : "");
	for (uint16_t i = 0; i < d.l.nboxes; i++) {
		fprintf(out, "\tn%u [label=\"", d.boxes[i].node);
		for (int k = 0; k < d.boxes[i].n; k++) {
			if (k)
				fputs("\\n", out);
			dot_text(out, d.boxes[i].line[k]);
		}
		fprintf(out, "\", fillcolor=\"%s\"%s];\n", d.boxes[i].fill,
			d.boxes[i].round ? ", style=\"filled,rounded\"" : "");
	}
	for (uint16_t i = 0; i < d.l.narrows; i++) {
		fprintf(out, "\tn%u -> n%u [label=\"",
			d.boxes[d.l.arrows[i].from].node,
			d.boxes[d.l.arrows[i].to].node);
		dot_text(out, d.arrows[i].label);
		if (d.arrows[i].times)
			fprintf(out, " (%u)", d.arrows[i].times);
		fprintf(out, "\"];\n");
	}
	fprintf(out, "}\n");
out:
	free_drawing(&d);
	return err;
}

/* ---- SVG --------------------------------------------------------------- */

static void xml_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		default:
			if ((unsigned char)*text >= ' ')
				fputc(*text, out);
		}
	}
}

static void svg_box(FILE *out, const struct box *b, const struct rd_box *at)
{
	int x = at->x - at->width / 2, y = at->y - at->height / 2;

	fprintf(out,
		"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\" "
		"fill=\"%s\" stroke=\"#555\"/>\n",
		x, y, at->width, at->height, b->round ? 12 : 2, b->fill);
	for (int i = 0; i < b->n; i++) {
		fprintf(out, "<text x=\"%d\" y=\"%d\"%s>", at->x,
			y + 18 + i * LINE_H, i ? "" : " font-weight=\"bold\"");
		xml_text(out, b->line[i]);
		fprintf(out, "</text>\n");
	}
}

static void svg_curve(FILE *out, int x, int y, int to_x, int to_y)
{
	int half = (y + to_y) / 2;

	fprintf(out, " C%d %d %d %d %d %d", x, half, to_x, half, to_x, to_y);
}

static void svg_arrow(const struct drawing *d, FILE *out, uint16_t i)
{
	const struct rd_arrow *a = &d->l.arrows[i];
	uint16_t up = a->turned ? a->to : a->from;
	uint16_t down = a->turned ? a->from : a->to;
	const struct rd_box *top = &d->l.boxes[up], *low = &d->l.boxes[down];
	int x = top->x, y = top->y + top->height / 2, label_x, label_y;
	const char *mark = a->turned ? "marker-start" : "marker-end";

	if (up == down) { /* a loop at its side */
		x = top->x + top->width / 2;
		label_x = x + 24;
		label_y = top->y;
		fprintf(out,
			"<path d=\"M%d %d c26 -14 26 14 0 12\" fill=\"none\" "
			"stroke=\"#555\" marker-end=\"url(#a)\"/>\n",
			x, top->y - 6);
	} else {
		fprintf(out,
			"<path fill=\"none\" stroke=\"%s\" stroke-width=\"%d\" "
			"%s=\"url(#a)\"%s d=\"M%d %d",
			a->turned ? "#a33" : "#555", d->arrows[i].times ? 2 : 1,
			mark, a->turned ? " stroke-dasharray=\"5 3\"" : "", x,
			y);
		for (uint16_t k = 0; k < a->n; k++) {
			const struct rd_point *p = &d->l.points[a->first + k];

			svg_curve(out, x, y, p->x, p->y);
			x = p->x;
			y = p->y;
		}
		svg_curve(out, x, y, low->x, low->y - low->height / 2);
		fprintf(out, "\"/>\n");
		label_x = a->n ? (top->x + 2 * d->l.points[a->first].x) / 3
			       : (top->x + 2 * low->x) / 3;
		label_y = top->y + top->height / 2 + 40;
	}
	if (!d->arrows[i].label[0] && !d->arrows[i].times)
		return;
	fprintf(out, "<text x=\"%d\" y=\"%d\" class=\"l\">", label_x, label_y);
	xml_text(out, d->arrows[i].label);
	if (d->arrows[i].times)
		fprintf(out, " (%u)", d->arrows[i].times);
	fprintf(out, "</text>\n");
}

int rd_ivr_svg(const struct rd_ivr_program *program,
	       const struct rd_config *config,
	       const struct rd_ivr_overlay *overlay, FILE *out)
{
	struct drawing d = { .p = program, .config = config, .over = overlay };
	int err = make_drawing(&d);

	if (!err)
		err = rd_layout(&d.l);
	if (err)
		goto out;
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
		"height=\"%d\" font-family=\"sans-serif\" font-size=\"12\" "
		"text-anchor=\"middle\">\n<style>.l{font-size:11px;fill:#225;"
		"paint-order:stroke;stroke:#fff;stroke-width:3px}</style>\n"
		"<defs><marker id=\"a\" viewBox=\"0 0 8 8\" refX=\"7\" "
		"refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" "
		"orient=\"auto-start-reverse\"><path d=\"M0 0L8 4L0 8z\" "
		"fill=\"#555\"/></marker></defs>\n<rect width=\"100%%\" "
		"height=\"100%%\" fill=\"white\"/>\n<text x=\"8\" y=\"18\" "
		"text-anchor=\"start\" font-weight=\"bold\">",
		d.l.width + 60, d.l.height);
	xml_text(out, program->name);
	if (overlay)
		fprintf(out, ", %s", overlay->day);
	fprintf(out, "</text>\n");
	for (uint16_t i = 0; i < d.l.narrows; i++)
		svg_arrow(&d, out, i);
	for (uint16_t i = 0; i < d.l.nboxes; i++)
		svg_box(out, &d.boxes[i], &d.l.boxes[i]);
	fprintf(out, "</svg>\n");
out:
	free_drawing(&d);
	return err;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A tree as indented text. A node is written where it is first led to;
 * afterwards its name stands for it:
 *
 *	main       menu  "Press 1 for ..."
 *	  1 -> card       collect card, 8 digits, luhn
 *	         then -> queue ...
 *	         failed -> goodbye
 *	  # -> back
 */
#include <string.h>

#include "daemon/ivr/compiler.h"

#define DEPTH_MAX 40
#define WORDS_MAX 48 /* octets of what is heard, shown on one line */

struct show {
	const struct rd_ivr_program *p;
	const struct rd_config *config;
	FILE *out;
	int depth;
	uint8_t shown[RD_IVR_NODES_MAX];
};

static void indent(const struct show *s)
{
	fprintf(s->out, "%*s", s->depth * 2, "");
}

/* ---- what is heard ------------------------------------------------------- */

static void show_item(const struct show *s, const struct rd_ivr_item *item)
{
	static const char *const pieces[] = {
		[RD_ITEM_NUMBER] = "number", [RD_ITEM_DIGITS] = "digits",
		[RD_ITEM_DATE] = "date",     [RD_ITEM_TIME] = "time",
		[RD_ITEM_MONEY] = "money",   [RD_ITEM_TODAY] = "today",
		[RD_ITEM_NOW] = "now",	     [RD_ITEM_WAIT] = "expected wait",
	};
	const struct rd_cfg_prompt *prompt;
	size_t len;

	if (item->kind != RD_ITEM_PROMPT) {
		fprintf(s->out, " <%s", pieces[item->kind]);
		if (item->value.kind == RD_OPERAND_VAR &&
		    item->kind < RD_ITEM_TODAY)
			fprintf(s->out, " %s",
				s->p->vars[item->value.var].name);
		fputc('>', s->out);
		return;
	}
	if (item->prompt & 0x80000000u) {
		fprintf(s->out, " <pause %u ms>", item->prompt & 0x7fffffffu);
		return;
	}
	prompt = &s->config->prompts[item->prompt];
	if (prompt->file[0]) {
		fprintf(s->out, " %s", prompt->file);
		return;
	}
	len = strlen(prompt->text);
	if (len > WORDS_MAX) {
		len = WORDS_MAX;
		while (len && ((unsigned char)prompt->text[len] & 0xc0) == 0x80)
			len--;
	}
	fprintf(s->out, " \"%.*s%s\"", (int)len, prompt->text,
		prompt->text[len] ? "..." : "");
}

/* In the first language: the shape is what matters here. */
static void show_list(const struct show *s, const char *what, uint32_t list)
{
	const struct rd_ivr_list *row =
		&s->p->lists[(size_t)list * s->p->nlanguages];

	if (!row->n)
		return;
	fprintf(s->out, "  %s", what);
	for (uint16_t i = 0; i < row->n; i++)
		show_item(s, &s->p->items[row->first + i]);
}

/* ---- what a node does ----------------------------------------------------- */

static void show_value(const struct show *s, const struct rd_operand *o)
{
	if (o->kind == RD_OPERAND_VAR)
		fprintf(s->out, " $%s", s->p->vars[o->var].name);
	else
		fprintf(s->out, " %s",
			o->kind == RD_OPERAND_CALLER   ? "$caller"
			: o->kind == RD_OPERAND_CALLED ? "$called"
			: o->text		       ? o->text
						       : "");
}

static void show_collect(const struct show *s,
			 const struct rd_ivr_collect *collect)
{
	fprintf(s->out, " %s, %u", s->p->vars[collect->var].name, collect->min);
	if (collect->max != collect->min)
		fprintf(s->out, "-%u", collect->max);
	fprintf(s->out, " digits%s", collect->secret ? ", secret" : "");
	if (collect->check)
		fprintf(s->out, ", %s", rd_checks[collect->check].name);
	if (collect->pattern[0])
		fprintf(s->out, ", like %s", collect->pattern);
	if (collect->confirm)
		fprintf(s->out, ", read back");
	if (collect->source != RD_INDEX_NONE)
		fprintf(s->out, ", in %s",
			s->config->sources[collect->source].name);
}

static void show_pairs(const struct show *s, const struct rd_ivr_node *node)
{
	for (uint16_t i = 0; i < node->u.pairs.n; i++) {
		fprintf(s->out, "%s %s =", i ? "," : "",
			node->u.pairs.pair[i].name);
		show_value(s, &node->u.pairs.pair[i].value);
	}
}

static void show_input(const struct show *s, const struct rd_ivr_input *input)
{
	fprintf(s->out, ", %u wrong and %u silent forgiven", input->retries,
		input->silent_retries);
	show_list(s, input->must_hear ? "must hear" : "", input->prompt);
}

static void show_agent(const struct show *s, const struct rd_ivr_agent *agent)
{
	static const char *const ops[] = { "login", "logout", "ready",
					   "not ready", "end wrap-up" };

	fprintf(s->out, " %s%s%s", ops[agent->op], agent->reason[0] ? ", " : "",
		agent->reason);
}

static void show_details(const struct show *s, const struct rd_ivr_node *node)
{
	switch ((enum rd_node_kind)node->kind) {
	case RD_NODE_PLAY:
		show_list(s, node->must_hear ? "must hear" : "", node->u.list);
		break;
	case RD_NODE_COLLECT:
		show_collect(s, &node->u.collect);
		show_input(s, &node->u.input);
		break;
	case RD_NODE_MENU:
	case RD_NODE_SURVEY:
		show_input(s, &node->u.input);
		break;
	case RD_NODE_LOOKUP:
		fprintf(s->out, " %s for",
			s->config->sources[node->u.lookup.source].name);
		show_value(s, &node->u.lookup.key);
		break;
	case RD_NODE_SET:
	case RD_NODE_ATTACH:
		show_pairs(s, node);
		break;
	case RD_NODE_LANGUAGE:
		fprintf(s->out, " %s",
			s->config->languages[node->u.index].name);
		break;
	case RD_NODE_QUEUE:
		fprintf(s->out, " %s", s->config->queues[node->u.index].name);
		break;
	case RD_NODE_DIAL:
		fprintf(s->out, "%s", node->u.dial.to_agent ? " agent" : "");
		show_value(s, &node->u.dial.number);
		break;
	case RD_NODE_AGENT:
		show_agent(s, &node->u.agent);
		break;
	case RD_NODE_HANGUP:
		fprintf(s->out, ", cause %u", node->u.cause);
		break;
	default:
		break;
	}
}

/* ---- the walk ---------------------------------------------------------------- */

static void show_node(struct show *s, uint16_t index);

static void show_edge(void *context, uint16_t target, enum rd_exit_why why,
		      const char *label)
{
	struct show *s = context;

	if (target == RD_INDEX_NONE)
		return;
	indent(s);
	fprintf(s->out, "%s -> ", label);
	if (target == RD_GO_BACK || target == RD_GO_REPEAT)
		fprintf(s->out, "%s\n",
			target == RD_GO_BACK ? "back" : "repeat");
	else
		show_node(s, target);
}

static void show_node(struct show *s, uint16_t index)
{
	const struct rd_ivr_node *node = &s->p->nodes[index];

	fprintf(s->out, "%s", node->name);
	if (s->shown[index] || s->depth > DEPTH_MAX) {
		fputc('\n', s->out);
		return;
	}
	s->shown[index] = 1;
	fprintf(s->out, ": %s", rd_node_verb((enum rd_node_kind)node->kind));
	show_details(s, node);
	fputc('\n', s->out);
	s->depth++;
	rd_ivr_edges(node, show_edge, s);
	s->depth--;
}

void rd_ivr_show(const struct rd_ivr_program *program,
		 const struct rd_config *config, FILE *out)
{
	struct show s = { .p = program, .config = config, .out = out };

	fprintf(out, "tree %s: %u nodes, %u variables%s\n", program->name,
		program->nnodes, program->nvars,
		program->answer_later ? ", answers later" : "");
	/* first what calls reach from the beginning, then other entries */
	for (uint16_t i = 0; i < program->nnamed; i++)
		if (!s.shown[i])
			show_node(&s, i);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What one key alone cannot say: options that need each other, steps that lead
 * nowhere, variables that never get a value, secrets that would be told.
 */
#include <string.h>

#include "daemon/core/app.h"
#include "daemon/ivr/compiler.h"

/* ---- what one key alone cannot say ------------------------------------------ */

static void finish_input(struct rd_ivr_compiler *c, struct rd_ivr_node *node)
{
	struct rd_ivr_input *input = &node->u.input;

	if (input->invalid == RD_LIST_NONE)
		input->invalid = c->standard[0];
	if (input->silent == RD_LIST_NONE)
		input->silent = c->standard[1];
	if (input->failed == RD_INDEX_NONE)
		input->failed = node->next;
	if (input->no_input == RD_INDEX_NONE)
		input->no_input = input->failed;
}

/* A short key may be the beginning of an agent's number. */
static void finish_menu(struct rd_ivr_compiler *c, struct rd_ivr_node *node)
{
	const struct rd_ivr_menu *menu = &node->u.menu;
	const struct rd_yaml name = { .place = node->place,
				      .kind = RD_YAML_SCALAR,
				      .text = "extension" };

	if (menu->extensions == RD_INDEX_NONE)
		return;
	rd_ivr_var(c, &name, "extensions", true, true, &c->extension);
	for (uint16_t k = 0; k < menu->nkeys && !c->proving; k++) {
		const char *keys = menu->keys[k].keys;

		for (uint16_t a = 0; a < c->config->nagents; a++) {
			const char *number = c->config->agents[a].number;

			if (strncmp(number, keys, strlen(keys)))
				continue;
			rd_diag_warning(c->diag, node->place,
					"menu: key %s begins like the number "
					"of agent %s; it is taken only after "
					"\"interdigit\"",
					keys, number);
			break;
		}
	}
}

static void finish_collect(struct rd_ivr_compiler *c, struct rd_ivr_node *node)
{
	struct rd_ivr_collect *collect = &node->u.collect;
	bool looks_up = collect->source != RD_INDEX_NONE;

	if (collect->secret &&
	    (collect->check || collect->pattern[0] || collect->confirm))
		rd_diag_error(c->diag, node->place,
			      "collect: secret digits cannot be seen by "
			      "\"check\", \"pattern\" or \"read_back\"");
	if (collect->secret && collect->var < c->nvars)
		c->vars[collect->var].secret = true;
	if (collect->terminator && collect->terminator == collect->clear)
		rd_diag_error(c->diag, node->place,
			      "collect: one key cannot be both \"terminator\" "
			      "and \"clear\"");
	if (looks_up && collect->down == RD_INDEX_NONE)
		rd_diag_error(c->diag, node->place,
			      "collect: key \"down\" is missing: where to go "
			      "if the source of \"lookup\" does not answer");
	if (!looks_up && (collect->into.n || collect->down != RD_INDEX_NONE))
		rd_diag_error(c->diag, node->place,
			      "collect: \"into\" and \"down\" need \"lookup\"");
}

static void finish_authenticate(struct rd_ivr_compiler *c,
				struct rd_ivr_node *node)
{
	const struct rd_ivr_authenticate *auth = &node->u.auth;
	const struct rd_cfg_source *source =
		auth->source < c->config->nsources
			? &c->config->sources[auth->source]
			: NULL;

	if (auth->password.kind != RD_OPERAND_VAR)
		rd_diag_error(c->diag, node->place,
			      "authenticate: \"password\" must be a variable");
	if (source && !(source->password && source->password[0]))
		rd_diag_error(c->diag, node->place,
			      "authenticate: source \"%s\" has no key "
			      "\"password\" that says which column it is",
			      source->name);
}

static void finish_agent(struct rd_ivr_compiler *c, struct rd_ivr_node *node,
			 const struct rd_yaml *yaml)
{
	struct rd_ivr_agent *agent = &node->u.agent;
	bool login = agent->op == RD_AGENT_LOGIN;
	bool number = rd_yaml_get(yaml, "number") != NULL;
	bool pin = rd_yaml_get(yaml, "pin") != NULL;

	if (login && (!number || !pin))
		rd_diag_error(c->diag, node->place,
			      "agent: login needs \"number\" and \"pin\"");
	if (!login && (number || pin || rd_yaml_get(yaml, "wrong")))
		rd_diag_error(c->diag, node->place,
			      "agent: \"number\", \"pin\" and \"wrong\" belong "
			      "to login");
	if (pin && agent->pin.kind != RD_OPERAND_VAR)
		rd_diag_error(c->diag, node->place,
			      "agent: \"pin\" must be a variable");
	if (agent->reason[0] && agent->op != RD_AGENT_NOT_READY)
		rd_diag_error(c->diag, node->place,
			      "agent: \"reason\" belongs to not_ready");
	if (agent->wrong == RD_INDEX_NONE)
		agent->wrong = agent->denied;
}

/* A node that leads nowhere would leave the caller in silence. */
static void need_next(struct rd_ivr_compiler *c, const struct rd_ivr_node *node,
		      const struct rd_ivr_verb *verb)
{
	const struct rd_ivr_choose *choose = &node->u.choose;

	if (c->proving || verb->may_end || node->next != RD_INDEX_NONE)
		return;
	if (node->kind == RD_NODE_CHOOSE && choose->n &&
	    !choose->cases[choose->n - 1].nconds)
		return;
	rd_diag_error(c->diag, node->place,
		      "%s: nothing comes after it; add \"%s\"", verb->name,
		      node->kind == RD_NODE_LOOKUP   ? "found"
		      : node->kind == RD_NODE_CHOOSE ? "else"
						     : "then");
}

void rd_ivr_finish(struct rd_ivr_compiler *c, struct rd_ivr_node *node,
		   const struct rd_ivr_verb *verb, const struct rd_yaml *yaml)
{
	need_next(c, node, verb);
	switch (node->kind) {
	case RD_NODE_MENU:
		finish_input(c, node);
		finish_menu(c, node);
		break;
	case RD_NODE_COLLECT:
		finish_input(c, node);
		finish_collect(c, node);
		break;
	case RD_NODE_DIRECTORY:
		finish_input(c, node);
		break;
	case RD_NODE_SURVEY:
		finish_input(c, node);
		if (node->u.survey.thanks == RD_LIST_NONE)
			node->u.survey.thanks = c->standard[2];
		break;
	case RD_NODE_AUTHENTICATE:
		finish_authenticate(c, node);
		break;
	case RD_NODE_AGENT:
		finish_agent(c, node, yaml);
		break;
	default:
		break;
	}
}

/* Variables that are used: do they ever get a value, are they secret? */
static void check_uses(struct rd_ivr_compiler *c)
{
	const struct rd_ivr_use *uses = c->uses.data;
	const char *defined[RD_IVR_VARS], *nearest;
	size_t n = 0;

	for (uint16_t v = 0; v < c->nvars; v++) {
		c->vars[v].defined = c->var_defined[v];
		if (c->var_defined[v])
			defined[n++] = c->vars[v].name;
	}
	for (uint32_t i = 0; i < c->uses.n; i++) {
		const struct rd_ivr_var *var = &c->vars[uses[i].var];
		bool said = false;

		for (uint32_t j = 0; j < i && !said; j++)
			said = uses[j].var == uses[i].var &&
			       uses[j].place.line == uses[i].place.line &&
			       uses[j].place.column == uses[i].place.column;
		if (said)
			continue;
		if (!c->var_defined[uses[i].var] && c->proving) {
			c->vars[uses[i].var].place = uses[i].place;
		} else if (!c->var_defined[uses[i].var]) {
			nearest = rd_diag_nearest(var->name, defined, n);
			rd_diag_error(
				c->diag, uses[i].place,
				"variable \"%s\" never gets a value%s%s%s",
				var->name, nearest ? "; did you mean \"" : "",
				nearest ? nearest : "", nearest ? "\"?" : "");
		} else if (var->secret && !uses[i].may_secret) {
			rd_diag_error(
				c->diag, uses[i].place,
				"variable \"%s\" is secret: only a lookup "
				"or the check of a PIN may use it",
				var->name);
		}
	}
}

/* A PIN or password must be typed as a secret, and a number must not. */
static void check_secrets(struct rd_ivr_compiler *c,
			  const struct rd_ivr_node *node,
			  const struct rd_operand *number,
			  const struct rd_operand *secret)
{
	const char *verb = rd_node_verb((enum rd_node_kind)node->kind);

	if (secret->kind == RD_OPERAND_VAR && !c->vars[secret->var].secret)
		rd_diag_error(c->diag, node->place,
			      "%s: \"%s\" must be collected with secret: yes",
			      verb, c->vars[secret->var].name);
	if (number->kind == RD_OPERAND_VAR && c->vars[number->var].secret)
		rd_diag_error(c->diag, node->place,
			      "%s: \"%s\" must not be secret", verb,
			      c->vars[number->var].name);
}

static void check_passwords(struct rd_ivr_compiler *c)
{
	for (uint32_t i = 0; i < c->nodes.n; i++) {
		const struct rd_ivr_node *node = rd_ivr_node_at(c, (uint16_t)i);

		if (node->kind == RD_NODE_AUTHENTICATE)
			check_secrets(c, node, &node->u.auth.number,
				      &node->u.auth.password);
		if (node->kind == RD_NODE_AGENT &&
		    node->u.agent.op == RD_AGENT_LOGIN)
			check_secrets(c, node, &node->u.agent.number,
				      &node->u.agent.pin);
	}
}

void rd_ivr_check_vars(struct rd_ivr_compiler *c)
{
	check_uses(c);
	check_passwords(c);
}

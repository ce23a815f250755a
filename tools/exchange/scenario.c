// SPDX-License-Identifier: GPL-2.0-only
/*
 * From YAML to a scenario, in three passes: the tables fill the structs, then
 * calls and phones with a count are copied out with their placeholders filled
 * in, then everything that names something else is resolved.
 */
#include "tools/exchange/scenario.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/frames.h"
#include "tools/exchange/expand.h"

struct loader {
	struct xc_scenario *s;
	struct rd_diag *diag;
};

static void *need(struct loader *l, size_t n, size_t size)
{
	void *p = rd_arena_alloc(&l->s->arena, n ? n : 1, size);

	if (!p)
		rd_diag_error(l->diag, (struct rd_place){ 0 }, "out of memory");
	return p;
}

/* ---- the card ----------------------------------------------------------- */

static int switch_type(const struct xc_span_plan *p)
{
	static const int types[] = { 0,
				     PRI_SWITCH_EUROISDN_E1,
				     PRI_SWITCH_QSIG,
				     PRI_SWITCH_NI2,
				     PRI_SWITCH_NI1,
				     PRI_SWITCH_DMS100,
				     PRI_SWITCH_LUCENT5E,
				     PRI_SWITCH_ATT4ESS };

	if (p->switch_type > 1)
		return types[p->switch_type];
	if (p->switch_type == 1)
		return p->type == RINGDOWN_SPAN_E1 ? PRI_SWITCH_EUROISDN_E1
						   : PRI_SWITCH_EUROISDN_T1;
	return p->type == RINGDOWN_SPAN_E1 ? PRI_SWITCH_EUROISDN_E1
					   : PRI_SWITCH_NI2;
}

static void make_span(struct loader *l, unsigned i)
{
	const struct xc_span_plan *p = &l->s->spans[i];
	struct xc_span_config *c = &l->s->card.span[i];
	struct xc_trunk_config *t = &l->s->trunk[i];
	unsigned k;

	for (k = 0; k < i; k++)
		if (!strcmp(l->s->spans[k].name, p->name))
			rd_diag_error(l->diag, p->place,
				      "span \"%s\": there is one of that name "
				      "already",
				      p->name);
	*c = (struct xc_span_config){
		.type = p->type,
		.law = p->law ? p->law == 2 : p->type == RINGDOWN_SPAN_T1,
		.framing = p->framing,
		.crc4 = (int)p->crc4 - 1,
		.elastic_frames = p->elastic_frames,
	};
	snprintf(t->name, sizeof(t->name), "%s", p->name);
	t->network = !p->side;
	t->switchtype = switch_type(p);
	t->dslot = p->dchannel			 ? p->dchannel
		   : p->type == RINGDOWN_SPAN_E1 ? 16
						 : 24;
	t->hunt = p->hunt;
	t->restart_on_up = p->restart;
	if (t->dslot >= xc_span_first(c) + xc_span_slots(c))
		rd_diag_error(l->diag, p->place,
			      "span \"%s\": dchannel %u is beyond its slots",
			      p->name, t->dslot);
}

static void make_card(struct loader *l)
{
	const struct xc_card_plan *p = &l->s->card_plan;
	struct xc_card_config *c = &l->s->card;
	unsigned i;

	snprintf(c->name, sizeof(c->name), "%s", p->name);
	c->layout = p->layout;
	c->period_frames = p->period_frames;
	c->lead_frames = p->lead_frames; /* -1 is UINT_MAX */
	c->ring_periods = p->ring_periods;
	c->epoch_ns = l->s->epoch_ns;
	c->nspans = l->s->nspans;
	for (i = 0; i < l->s->nspans; i++)
		make_span(l, i);
}

/* ---- names -------------------------------------------------------------- */

static const char *resolve_span(struct loader *l, struct rd_place at,
				const char *name, bool user)
{
	const struct xc_scenario *s = l->s;
	const char *names[RINGDOWN_MAX_SPANS], *nearest;
	unsigned i;

	for (i = 0; i < s->nspans; i++) {
		names[i] = s->spans[i].name;
		if (name[0] ? !strcmp(names[i], name)
			    : s->spans[i].side == user)
			return names[i];
	}
	if (!name[0])
		return s->spans[0].name;
	nearest = rd_diag_nearest(name, names, s->nspans);
	rd_diag_error(l->diag, at, "key \"span\": no span \"%s\"%s%s%s", name,
		      nearest ? "; did you mean \"" : "",
		      nearest ? nearest : "", nearest ? "\"?" : "");
	return s->spans[0].name;
}

static void resolve_line(struct loader *l, const struct rd_yaml *node,
			 struct xc_line_profile *out)
{
	struct rd_bind bind = { .arena = &l->s->arena, .diag = l->diag };
	struct xc_scenario *s = l->s;
	const char **names, *nearest, *name = node ? node->text : "default";
	unsigned i;

	memset(out, 0, sizeof(*out));
	out->noise_dbm0 = XC_NO_NOISE;
	if (node && node->kind == RD_YAML_MAPPING) {
		rd_bind(&bind, &xc_line_table, node, out);
		return;
	}
	names = need(l, s->nlines, sizeof(*names));
	if (!names)
		return;
	for (i = 0; i < s->nlines; i++) {
		names[i] = s->lines[i].name;
		if (!strcmp(names[i], name)) {
			*out = s->lines[i].profile;
			return;
		}
	}
	if (!node)
		return;
	nearest = rd_diag_nearest(name, names, s->nlines);
	rd_diag_error(l->diag, node->place,
		      "key \"line\": no line \"%s\"%s%s%s", name,
		      nearest ? "; did you mean \"" : "",
		      nearest ? nearest : "", nearest ? "\"?" : "");
}

/* Every call and phone by name, for references. */
static const char **party_names(struct loader *l, unsigned *n)
{
	const struct xc_scenario *s = l->s;
	const char **names = need(l, s->ncalls + s->nphones, sizeof(*names));
	unsigned i;

	*n = 0;
	if (!names)
		return NULL;
	for (i = 0; i < s->ncalls; i++)
		names[(*n)++] = s->calls[i].name;
	for (i = 0; i < s->nphones; i++)
		names[(*n)++] = s->phones[i].name;
	return names;
}

static void check_party(struct loader *l, struct rd_place at, const char *name,
			const char *const *names, unsigned n)
{
	const char *nearest;
	unsigned i;

	for (i = 0; i < n; i++)
		if (!strcmp(names[i], name))
			return;
	nearest = rd_diag_nearest(name, names, n);
	rd_diag_error(l->diag, at, "no call or phone \"%s\"%s%s%s", name,
		      nearest ? "; did you mean \"" : "",
		      nearest ? nearest : "", nearest ? "\"?" : "");
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void check_unique(struct loader *l, const char **names, unsigned n)
{
	const char **sorted = need(l, n, sizeof(*sorted));
	unsigned i;

	if (!sorted)
		return;
	memcpy(sorted, names, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), compare_names);
	for (i = 1; i < n; i++)
		if (!strcmp(sorted[i], sorted[i - 1]))
			rd_diag_error(l->diag, (struct rd_place){ 0 },
				      "two calls or phones are named \"%s\"",
				      sorted[i]);
}

/* ---- scripts ------------------------------------------------------------ */

static void load_sound(struct loader *l, struct xc_step *step)
{
	struct xc_say_plan *say = &step->say;
	struct xc_scenario *s = l->s;
	char why[512] = "out of memory", path[1024];

	if (say->file[0]) {
		snprintf(path, sizeof(path), "%s%s",
			 say->file[0] == '/' ? "" : s->dir, say->file);
		say->sound = xc_sound_file(&s->sounds, path, why, sizeof(why));
		say->text = say->file;
	} else {
		say->sound = xc_sound_text(
			&s->sounds, say->text,
			say->voice[0] ? say->voice : s->voice,
			say->speed ? say->speed : s->speed, why, sizeof(why));
	}
	if (!say->sound)
		rd_diag_error(l->diag, step->place, "say: %s", why);
}

static void resolve_script(struct loader *l, struct xc_script *script,
			   const char *const *names, unsigned n)
{
	unsigned i;

	for (i = 0; i < script->n; i++) {
		struct xc_step *s = &script->steps[i];

		if (s->verb == XC_STEP_KEYS &&
		    s->keys.digits[strspn(s->keys.digits, "0123456789*#ABCD")])
			rd_diag_error(l->diag, s->keys.place,
				      "keys \"%s\": expected 0-9 * # A-D",
				      s->keys.digits);
		if (s->verb == XC_STEP_WAIT && s->wait.what == XC_WAIT_HEAR)
			check_party(l, s->place, s->wait.party, names, n);
		if (s->verb == XC_STEP_SAY && s->say.what == XC_SAY_SOUND)
			load_sound(l, s);
	}
}

static void resolve_expect(struct loader *l, const struct xc_expect *e,
			   const char *const *names, unsigned n)
{
	unsigned i;
	char *end;

	for (i = 0; i < e->nheard; i++) {
		long marker = strtol(e->heard[i], &end, 10);

		if (*end || marker < 0 || marker >= XC_MARKERS)
			check_party(l, e->place, e->heard[i], names, n);
	}
}

static bool is_network(const struct xc_scenario *s, const char *span)
{
	unsigned i;

	for (i = 0; i < s->nspans; i++)
		if (!strcmp(s->spans[i].name, span))
			return !s->spans[i].side;
	return true;
}

/* ---- calls, phones ------------------------------------------------------ */

static void resolve_call(struct loader *l, struct xc_call_plan *c,
			 const struct xc_phone_plan *phone,
			 const char *const *names, unsigned n)
{
	static const int presentations[] = {
		PRES_ALLOWED_USER_NUMBER_PASSED_SCREEN,
		PRES_PROHIB_USER_NUMBER_PASSED_SCREEN,
		PRES_NUMBER_NOT_AVAILABLE,
	};

	c->span = phone && !c->span[0]
			  ? phone->span
			  : resolve_span(l, c->place, c->span, false);
	if (c->line_node || !phone)
		resolve_line(l, c->line_node, &c->line);
	else
		c->line = phone->line;
	snprintf(c->setup.from, sizeof(c->setup.from), "%s",
		 c->as.from[0] || !phone ? c->as.from : phone->number);
	snprintf(c->setup.to, sizeof(c->setup.to), "%s", c->as.to);
	snprintf(c->setup.name, sizeof(c->setup.name), "%s", c->as.name);
	c->setup.from_plan = c->as.ton << 4 | c->as.npi;
	c->setup.to_plan = c->as.to_ton << 4 | c->as.to_npi;
	c->setup.presentation = presentations[c->as.presentation];
	c->setup.channel = c->as.channel;
	if (c->as.choice)
		c->setup.choice = c->as.choice - 1;
	else
		c->setup.choice = is_network(l->s, c->span)
					  ? XC_CHANNEL_EXCLUSIVE
					  : XC_CHANNEL_PREFERRED;
	resolve_script(l, &c->script, names, n);
	resolve_expect(l, &c->expect, names, n);
}

static void resolve_phone(struct loader *l, struct xc_phone_plan *p,
			  const char *const *names, unsigned n)
{
	unsigned i;

	p->span = resolve_span(l, p->place, p->span, true);
	resolve_line(l, p->line_node, &p->line);
	if (!p->nrings) {
		static struct xc_ring_plan plain = {
			.alert_after_frames = 800,
			.answer_after_frames = 16000,
			.expect = { .cause = -1,
				    .location = -1,
				    .bridge_frames = -1,
				    .digits = "",
				    .calling = "",
				    .calling_name = "",
				    .display = "" },
		};

		p->rings = &plain;
		p->nrings = 1;
	}
	for (i = 0; i < p->nrings; i++) {
		resolve_script(l, &p->rings[i].script, names, n);
		resolve_expect(l, &p->rings[i].expect, names, n);
	}
	for (i = 0; i < p->ndials; i++)
		resolve_call(l, &p->dials[i], p, names, n);
}

/* ---- actions ------------------------------------------------------------ */

static void parse_hex(struct loader *l, struct xc_action *a)
{
	uint8_t *out = need(l, strlen(a->hex) / 2, 1);
	const char *p = a->hex;
	unsigned n = 0, octet;

	while (out && *p) {
		if (isspace((unsigned char)*p)) {
			p++;
			continue;
		}
		if (!isxdigit((unsigned char)p[0]) ||
		    !isxdigit((unsigned char)p[1]) ||
		    sscanf(p, "%2x", &octet) != 1) {
			rd_diag_error(l->diag, a->place,
				      "key \"hex\": expected pairs of "
				      "hexadecimal digits");
			return;
		}
		out[n++] = octet;
		p += 2;
	}
	a->octets = out;
	a->noctets = n;
	if (!n || n > XC_DFRAME_MAX - 4)
		rd_diag_error(l->diag, a->place,
			      "key \"hex\": expected 1 to %d octets",
			      XC_DFRAME_MAX - 4);
}

static void resolve_action(struct loader *l, struct xc_action *a,
			   const char *const *names, unsigned n)
{
	static const uint32_t bits[] = { RINGDOWN_ALARM_LOS, RINGDOWN_ALARM_LFA,
					 RINGDOWN_ALARM_LMFA,
					 RINGDOWN_ALARM_AIS,
					 RINGDOWN_ALARM_RAI };
	unsigned i;

	if (a->span[0])
		a->span = resolve_span(l, a->place, a->span, false);
	for (i = 0; i < a->nalarms; i++)
		a->alarms |= bits[a->alarm_bits[i]];
	a->message = -1;
	if (a->message_name[0]) {
		a->message = !strncmp(a->message_name, "0x", 2)
				     ? (int)strtol(a->message_name, NULL, 16)
				     : xc_q931_type(a->message_name);
		if (a->message < 0 || a->message > 255)
			rd_diag_error(l->diag, a->place,
				      "key \"message\": no Q.931 message "
				      "\"%s\"",
				      a->message_name);
	}
	if (a->verb == XC_ACT_DROP && a->message < 0)
		rd_diag_error(l->diag, a->place,
			      "drop needs the key \"message\"");
	if (a->verb == XC_ACT_ALARM && !a->nalarms)
		rd_diag_error(l->diag, a->place,
			      "alarm needs the key \"alarms\"");
	if (a->verb == XC_ACT_RAW)
		parse_hex(l, a);
	if ((a->verb == XC_ACT_BLOCK || a->verb == XC_ACT_UNBLOCK) &&
	    !a->channel)
		rd_diag_error(l->diag, a->place,
			      "it needs the key \"channel\"");
	if (a->moment != XC_MOMENT_NONE)
		check_party(l, a->place, a->party, names, n);
	if (!a->note[0])
		a->note = NULL;
	if (!a->span[0])
		a->span = NULL;
}

/* ---- all ---------------------------------------------------------------- */

static void resolve(struct loader *l)
{
	struct xc_scenario *s = l->s;
	const char **names;
	unsigned i, n;

	make_card(l);
	names = party_names(l, &n);
	if (!names)
		return;
	check_unique(l, names, n);
	for (i = 0; i < s->nphones; i++)
		resolve_phone(l, &s->phones[i], names, n);
	for (i = 0; i < s->ncalls; i++)
		resolve_call(l, &s->calls[i], NULL, names, n);
	for (i = 0; i < s->nactions; i++)
		resolve_action(l, &s->actions[i], names, n);
}

int xc_scenario_parse(struct xc_scenario *s, const char *path, const char *text,
		      size_t len, const char *cache_dir, struct rd_diag *diag)
{
	struct loader l = { s, diag };
	struct rd_bind bind = { .arena = &s->arena, .diag = diag };
	const struct rd_yaml *root;
	const char *slash = strrchr(path, '/');

	memset(s, 0, sizeof(*s));
	rd_arena_init(&s->arena, 0);
	xc_sounds_init(&s->sounds, cache_dir);
	if (slash)
		snprintf(s->dir, sizeof(s->dir), "%.*s",
			 (int)(slash - path + 1), path);
	root = rd_yaml_parse(&s->arena, path, text, len, diag);
	if (root)
		rd_bind(&bind, &xc_scenario_table, root, s);
	if (!diag->errors && xc_expand(s))
		rd_diag_error(diag, (struct rd_place){ 0 }, "out of memory");
	if (!diag->errors)
		resolve(&l);
	if (diag->errors) {
		xc_scenario_free(s);
		return -EINVAL;
	}
	return 0;
}

int xc_scenario_load(struct xc_scenario *s, const char *path,
		     const char *cache_dir, struct rd_diag *diag)
{
	FILE *f = fopen(path, "re");
	size_t len, cap = 1 << 20;
	char *text;
	int err;

	if (!f)
		return -errno;
	text = malloc(cap);
	if (!text) {
		fclose(f);
		return -ENOMEM;
	}
	len = fread(text, 1, cap, f);
	err = ferror(f) ? -EIO : len == cap ? -EFBIG : 0;
	fclose(f);
	if (!err)
		err = xc_scenario_parse(s, path, text, len, cache_dir, diag);
	free(text);
	return err;
}

void xc_scenario_free(struct xc_scenario *s)
{
	xc_sounds_free(&s->sounds);
	rd_arena_free(&s->arena);
}

int xc_scenario_action(struct xc_scenario *s, const char *line,
		       struct xc_action *out, struct rd_diag *diag)
{
	struct loader l = { s, diag };
	struct rd_bind bind = { .arena = &s->arena, .diag = diag };
	const struct rd_yaml *root;
	const char **names;
	unsigned n;

	memset(out, 0, sizeof(*out));
	root = rd_yaml_parse(&s->arena, "line", line, strlen(line), diag);
	if (root)
		rd_bind(&bind, &xc_action_table, root, out);
	names = party_names(&l, &n);
	if (root && names)
		resolve_action(&l, out, names, n);
	return diag->errors ? -EINVAL : 0;
}

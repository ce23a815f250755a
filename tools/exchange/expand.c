// SPDX-License-Identifier: GPL-2.0-only
#include "tools/exchange/expand.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/frames.h"

struct copy {
	struct rd_arena *arena;
	unsigned n; /* from 1 */
	bool many;
	const char *number; /* of the phone, or "" */
	bool failed;
};

/* Replace the placeholders of one text. */
static const char *fill(struct copy *c, const char *text)
{
	char out[512];
	size_t len = 0;
	unsigned width;
	int used;

	if (!strchr(text, '{'))
		return text;
	while (*text && len < sizeof(out) - 64) {
		if (!strncmp(text, "{n}", 3)) {
			len += snprintf(out + len, 16, "%u", c->n);
			text += 3;
		} else if (sscanf(text, "{n:%1u}%n", &width, &used) == 1) {
			len += snprintf(out + len, 16, "%0*u", (int)width,
					c->n);
			text += 5;
		} else if (!strncmp(text, "{number}", 8)) {
			len += snprintf(out + len, 32, "%s", c->number);
			text += 8;
		} else {
			out[len++] = *text++;
		}
	}
	text = rd_arena_text(c->arena, out, len);
	c->failed |= !text;
	return text ? text : "";
}

static void copy_script(struct copy *c, struct xc_script *s)
{
	struct xc_step *steps =
		rd_arena_alloc(c->arena, s->n + 1, sizeof(*steps));
	unsigned i;

	if (!steps) {
		c->failed = true;
		return;
	}
	for (i = 0; i < s->n; i++) {
		struct xc_step *t = &steps[i];

		*t = s->steps[i];
		if (t->verb == XC_STEP_KEYS)
			t->keys.digits = fill(c, t->keys.digits);
		if (t->verb == XC_STEP_NOTE)
			t->note = fill(c, t->note);
		if (t->verb != XC_STEP_SAY)
			continue;
		if (t->say.what == XC_SAY_MARKER)
			t->say.marker += c->n - 1;
		else if (t->say.what == XC_SAY_SOUND)
			t->say.text = fill(c, t->say.text);
	}
	s->steps = steps;
}

static void copy_call(struct copy *c, struct xc_call_plan *p)
{
	p->as.from = fill(c, p->as.from);
	p->as.to = fill(c, p->as.to);
	p->as.name = fill(c, p->as.name);
	p->name = fill(c, p->name);
	copy_script(c, &p->script);
}

/* ---- calls -------------------------------------------------------------- */

static uint64_t next_arrival(const struct xc_call_plan *p, unsigned n,
			     struct rd_rng *rng, double *t)
{
	if (!(p->poisson.rate_per_min > 0))
		return p->at_frame + n * p->every_frames;
	*t += -log(1 - rd_rng_unit(rng)) * 60 * RD_FRAMES_PER_S /
	      p->poisson.rate_per_min;
	return p->at_frame + (uint64_t)*t;
}

static int expand_calls(struct xc_scenario *s)
{
	struct xc_call_plan *out;
	unsigned total = 0, at = 0, i, n;

	for (i = 0; i < s->ncalls; i++)
		total += s->calls[i].count;
	if (total > UINT16_MAX)
		return -ENOMEM;
	out = rd_arena_alloc(&s->arena, total + 1, sizeof(*out));
	if (!out)
		return -ENOMEM;
	for (i = 0; i < s->ncalls; i++) {
		const struct xc_call_plan *p = &s->calls[i];
		struct rd_rng rng = { p->poisson.seed ? p->poisson.seed
						      : s->seed + i };
		double t = 0;

		for (n = 0; n < p->count; n++) {
			struct copy c = { &s->arena, n + 1, p->count > 1, "",
					  false };
			struct xc_call_plan *q = &out[at++];

			*q = *p;
			if (p->at_frame != RD_FRAME_NEVER)
				q->at_frame = next_arrival(p, n, &rng, &t);
			if (!q->name[0])
				q->name = rd_arena_printf(&s->arena, "call-%u",
							  i + 1);
			if (c.many && q->name && !strchr(q->name, '{'))
				q->name = rd_arena_printf(&s->arena, "%s/%u",
							  q->name, n + 1);
			copy_call(&c, q);
			if (c.failed || !q->name)
				return -ENOMEM;
		}
	}
	s->calls = out;
	s->ncalls = total;
	return 0;
}

/* ---- phones ------------------------------------------------------------- */

/* "8001" and 2 is "8003". */
static const char *count_up(struct rd_arena *arena, const char *number,
			    unsigned n)
{
	return rd_arena_printf(arena, "%0*llu", (int)strlen(number),
			       strtoull(number, NULL, 10) + n);
}

static int copy_phone(struct xc_scenario *s, const struct xc_phone_plan *p,
		      unsigned n, struct xc_phone_plan *q)
{
	struct copy c = { &s->arena, n + 1, p->count > 1, "", false };
	unsigned i;

	*q = *p;
	if (n)
		q->number = count_up(&s->arena, p->number, n);
	if (!q->number)
		return -ENOMEM;
	c.number = q->number;
	if (!p->name[0])
		q->name = q->number;
	else if (c.many)
		q->name = rd_arena_printf(&s->arena, "%s/%u", p->name, n + 1);
	q->rings = rd_arena_alloc(&s->arena, p->nrings + 1, sizeof(*q->rings));
	q->dials = rd_arena_alloc(&s->arena, p->ndials + 1, sizeof(*q->dials));
	if (!q->name || !q->rings || !q->dials)
		return -ENOMEM;
	for (i = 0; i < p->nrings; i++) {
		q->rings[i] = p->rings[i];
		copy_script(&c, &q->rings[i].script);
	}
	for (i = 0; i < p->ndials; i++) {
		struct xc_call_plan *d = &q->dials[i];

		*d = p->dials[i];
		if (d->at_frame != RD_FRAME_NEVER)
			d->at_frame += n * d->every_frames;
		if (!d->name[0])
			d->name = rd_arena_printf(&s->arena, "%s>%u", q->name,
						  i + 1);
		if (!d->name)
			return -ENOMEM;
		copy_call(&c, d);
	}
	return c.failed ? -ENOMEM : 0;
}

static int expand_phones(struct xc_scenario *s)
{
	struct xc_phone_plan *out;
	unsigned total = 0, at = 0, i, n;

	for (i = 0; i < s->nphones; i++)
		total += s->phones[i].count;
	if (total > UINT16_MAX)
		return -ENOMEM;
	out = rd_arena_alloc(&s->arena, total + 1, sizeof(*out));
	if (!out)
		return -ENOMEM;
	for (i = 0; i < s->nphones; i++)
		for (n = 0; n < s->phones[i].count; n++)
			if (copy_phone(s, &s->phones[i], n, &out[at++]))
				return -ENOMEM;
	s->phones = out;
	s->nphones = total;
	return 0;
}

int xc_expand(struct xc_scenario *s)
{
	int err = expand_calls(s);

	return err ? err : expand_phones(s);
}

// SPDX-License-Identifier: GPL-2.0-only
#include "tools/exchange/world.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/frames.h"
#include "tools/exchange/line_clock.h"
#include "tools/exchange/party.h"

void xc_story(struct xc_world *w, const char *who, const char *fmt, ...)
{
	va_list ap;

	if (w->quiet)
		return;
	printf("[%9.3f] %-10s ", xc_line_clock_frame() / 8000.0, who);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

void xc_record_problem(struct xc_record *r, const char *fmt, ...)
{
	va_list ap;

	if (r->nproblems == XC_PROBLEMS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(r->problem[r->nproblems++], sizeof(r->problem[0]), fmt, ap);
	va_end(ap);
}

struct xc_record *xc_world_record(struct xc_world *w, const char *name)
{
	struct xc_record *r, *found = NULL;

	for (r = w->records; r; r = r->next)
		if (!strcmp(r->name, name))
			found = r;
	return found;
}

static struct xc_record *new_record(struct xc_world *w, const char *name,
				    unsigned attempt)
{
	struct xc_record *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->name = name;
	r->attempt = attempt;
	r->cause = r->location = -1;
	r->at_frame = xc_line_clock_frame();
	r->setup_frame = r->proceeding_frame = r->alerting_frame =
		r->connect_frame = r->disconnect_frame = r->over_frame =
			r->voice_frame = RD_FRAME_NEVER;
	*w->records_tail = r;
	w->records_tail = &r->next;
	return r;
}

/* ---- calls of our own --------------------------------------------------- */

static int plan_call(struct xc_world *w, const struct xc_call_plan *plan,
		     struct xc_phone *phone, uint64_t at_frame,
		     unsigned attempt)
{
	struct xc_pending *p = calloc(1, sizeof(*p)), **link;

	if (!p)
		return -ENOMEM;
	p->plan = plan;
	p->phone = phone;
	p->at_frame = at_frame;
	p->attempt = attempt;
	/* By frame, and those of one frame in the order of the scenario. */
	for (link = &w->pending; *link; link = &(*link)->next)
		if ((*link)->at_frame > at_frame)
			break;
	p->next = *link;
	*link = p;
	return 0;
}

static void redial(struct xc_world *w, const struct xc_record *r,
		   struct xc_phone *phone, uint64_t frame)
{
	const struct xc_call_plan *plan = r->plan;
	unsigned i;

	if (!plan || r->attempt > plan->redial.times)
		return;
	for (i = 0; i < plan->redial.non; i++)
		if (plan->redial.on[i] == r->result) {
			plan_call(w, plan, phone,
				  frame + plan->redial.after_frames,
				  r->attempt + 1);
			return;
		}
}

static void dial(struct xc_world *w, const struct xc_call_plan *plan,
		 struct xc_phone *phone, unsigned attempt)
{
	struct xc_trunk *t = xc_office_trunk(w->office, plan->span);
	struct xc_record *r = new_record(w, plan->name, attempt);
	struct xc_party *p;
	struct xc_call *c;
	int cause = 0;

	if (!r)
		return;
	r->outgoing = true;
	r->plan = plan;
	r->phone = phone ? phone->plan : NULL;
	r->expect = &plan->expect;
	r->setup = plan->setup;
	snprintf(r->span, sizeof(r->span), "%s", t->config.name);
	p = xc_party_new(w, r, phone, &plan->script, &plan->line,
			 w->office->copper->config[t->span].law);
	c = p ? xc_office_dial(t, &plan->setup, &xc_party_call_ops, p, &cause)
	      : NULL;
	if (!c) {
		r->done = true;
		r->cause = cause;
		r->location = t->config.network ? 2 : 0;
		r->result = XC_RESULT_FAILED;
		xc_story(w, plan->name, "cannot call %s: cause %d (%s)",
			 plan->setup.to, cause, xc_q850_name(cause));
		if (p)
			xc_party_free(p);
		redial(w, r, phone, xc_line_clock_frame());
		return;
	}
	p->call = c;
	r->channel = c->channel;
	if (phone)
		phone->party = p;
	xc_story(w, plan->name, "dials %s%s%s", plan->setup.to,
		 attempt > 1 ? " again" : "",
		 plan->setup.from[0] ? "" : ", number withheld");
}

static void place_pending(struct xc_world *w, uint64_t frame)
{
	struct xc_pending *p;

	while (w->pending && w->pending->at_frame <= frame) {
		p = w->pending;
		w->pending = p->next;
		if (p->phone && p->phone->party)
			/* The phone is in use: it tries again in a second. */
			plan_call(w, p->plan, p->phone, frame + RD_FRAMES_PER_S,
				  p->attempt);
		else
			dial(w, p->plan, p->phone, p->attempt);
		free(p);
	}
}

bool xc_world_place(struct xc_world *w, const char *name)
{
	struct xc_scenario *s = w->scenario;
	unsigned i, k;

	for (i = 0; i < s->ncalls; i++)
		if (!strcmp(s->calls[i].name, name)) {
			dial(w, &s->calls[i], NULL, 1);
			return true;
		}
	for (i = 0; i < s->nphones; i++)
		for (k = 0; k < s->phones[i].ndials; k++)
			if (!strcmp(s->phones[i].dials[k].name, name)) {
				dial(w, &s->phones[i].dials[k], &w->phones[i],
				     1);
				return true;
			}
	return false;
}

/* ---- calls from the client ---------------------------------------------- */

static struct xc_phone *find_phone(struct xc_world *w, const char *number,
				   const char *span)
{
	struct xc_scenario *s = w->scenario;
	unsigned i;

	for (i = 0; i < s->nphones; i++)
		if (!strcmp(s->phones[i].number, number) &&
		    !strcmp(s->phones[i].span, span))
			return &w->phones[i];
	return NULL;
}

static int incoming(void *ctx, struct xc_call *c)
{
	struct xc_world *w = ctx;
	struct xc_trunk *t = c->trunk;
	struct xc_phone *phone = find_phone(w, c->setup.to, t->config.name);
	const struct xc_ring_plan *ring;
	struct xc_record *r;
	struct xc_party *p;

	if (!phone) {
		xc_story(w, t->config.name, "nobody has the number \"%s\"",
			 c->setup.to);
		return PRI_CAUSE_UNALLOCATED;
	}
	if (phone->party)
		return PRI_CAUSE_USER_BUSY;
	ring = &phone->plan->rings[phone->rung < phone->plan->nrings
					   ? phone->rung
					   : phone->plan->nrings - 1u];
	phone->rung++;
	r = new_record(w, phone->plan->name, phone->rung);
	if (!r)
		return PRI_CAUSE_SWITCH_CONGESTION;
	r->phone = phone->plan;
	r->ring = ring;
	r->expect = &ring->expect;
	r->channel = c->channel;
	snprintf(r->span, sizeof(r->span), "%s", t->config.name);
	p = xc_party_new(w, r, phone, &ring->script, &phone->plan->line,
			 w->office->copper->config[t->span].law);
	if (!p) {
		r->done = true;
		r->result = XC_RESULT_FAILED;
		return PRI_CAUSE_SWITCH_CONGESTION;
	}
	p->call = c;
	p->ring = ring;
	phone->party = p;
	c->ops = &xc_party_call_ops;
	c->party = p;
	xc_story(w, r->name, "is called by %s%s%s%s%s", c->setup.from,
		 c->setup.name[0] ? " " : "", c->setup.name,
		 c->display[0] ? ", display: " : "", c->display);
	return 0;
}

/* ---- a period ----------------------------------------------------------- */

static bool is_due(struct xc_world *w, const struct xc_action *a,
		   uint64_t frame)
{
	const struct xc_record *r;
	const struct xc_party *p;
	uint64_t moment = RD_FRAME_NEVER;

	if (a->moment == XC_MOMENT_NONE)
		return frame >= a->at_frame;
	r = xc_world_record(w, a->party);
	if (!r)
		return false;
	if (r->done) {
		moment = a->moment == XC_MOMENT_OVER	    ? r->over_frame
			 : a->moment == XC_MOMENT_CONNECTED ? r->connect_frame
							    : r->alerting_frame;
	} else {
		for (p = w->parties; p; p = p->next)
			if (p->record == r && p->call)
				break;
		if (p && a->moment != XC_MOMENT_OVER)
			moment = a->moment == XC_MOMENT_CONNECTED
					 ? p->call->connect_frame
					 : p->call->alerting_frame;
	}
	return moment != RD_FRAME_NEVER && frame >= moment + a->at_frame;
}

static void run_actions(struct xc_world *w, uint64_t frame)
{
	unsigned i;

	for (i = 0; i < w->scenario->nactions; i++)
		if (!w->acted[i] &&
		    is_due(w, &w->scenario->actions[i], frame)) {
			w->acted[i] = true;
			xc_world_act(w, &w->scenario->actions[i]);
		}
}

static void run_parties(struct xc_world *w, uint64_t frame)
{
	struct xc_party *p, *next;

	for (p = w->parties; p; p = next) {
		next = p->next;
		if (!p->call) {
			redial(w, p->record, p->phone, frame);
			xc_party_free(p);
			continue;
		}
		xc_party_run(p, frame);
	}
}

/* The scenario is over: nothing is left to do, or its time is up. */
static void check_end(struct xc_world *w, uint64_t frame)
{
	const struct xc_scenario *s = w->scenario;
	bool busy = w->pending || w->parties;
	unsigned i;

	if (s->duration_frames && frame >= s->duration_frames) {
		w->over = true;
		return;
	}
	for (i = 0; i < s->nactions && !busy; i++)
		busy = !w->acted[i] && s->actions[i].moment == XC_MOMENT_NONE;
	if (!s->ncalls && s->duration_frames)
		busy = true; /* others call us; the time is set */
	for (i = 0; i < s->nphones && !busy; i++)
		busy = w->phones[i].answered <
			       (unsigned)(s->phones[i].answered_min > 0
						  ? s->phones[i].answered_min
						  : 0) &&
		       s->duration_frames;
	if (busy)
		w->idle_since = RD_FRAME_NEVER;
	else if (w->idle_since == RD_FRAME_NEVER)
		w->idle_since = frame;
	if (w->idle_since != RD_FRAME_NEVER &&
	    frame >= w->idle_since + s->linger_frames)
		w->over = true;
}

static void period(void *ctx, uint64_t frame)
{
	struct xc_world *w = ctx;

	run_actions(w, frame);
	place_pending(w, frame);
	run_parties(w, frame);
	check_end(w, frame);
}

static void trunk_says(void *ctx, struct xc_trunk *t, const char *what)
{
	xc_story(ctx, t->config.name, "%s", what);
}

const struct xc_office_ops xc_world_office_ops = {
	.incoming = incoming,
	.period = period,
	.trunk = trunk_says,
};

/* ---- making one --------------------------------------------------------- */

int xc_world_init(struct xc_world *w, struct xc_scenario *s,
		  struct xc_office *o, const char *out_dir, uint64_t seed,
		  bool quiet)
{
	unsigned i, k;
	int err = 0;

	memset(w, 0, sizeof(*w));
	w->scenario = s;
	w->office = o;
	w->out_dir = out_dir;
	w->seed = seed;
	w->quiet = quiet;
	w->records_tail = &w->records;
	w->idle_since = RD_FRAME_NEVER;
	w->phones = calloc(s->nphones + 1, sizeof(*w->phones));
	w->acted = calloc(s->nactions + 1, sizeof(*w->acted));
	if (!w->phones || !w->acted)
		err = -ENOMEM;
	for (i = 0; i < s->ncalls && !err; i++)
		if (s->calls[i].at_frame != RD_FRAME_NEVER)
			err = plan_call(w, &s->calls[i], NULL,
					s->calls[i].at_frame, 1);
	for (i = 0; i < s->nphones && !err; i++) {
		w->phones[i].plan = &s->phones[i];
		for (k = 0; k < s->phones[i].ndials && !err; k++)
			err = plan_call(w, &s->phones[i].dials[k],
					&w->phones[i],
					s->phones[i].dials[k].at_frame, 1);
	}
	if (err)
		xc_world_free(w);
	return err;
}

void xc_world_finish(struct xc_world *w)
{
	struct xc_party *p, *next;

	for (p = w->parties; p; p = next) {
		next = p->next;
		if (p->call) {
			struct xc_record *r = p->record;

			/* Cut off by the end: what it did so far counts. */
			p->call->ops = NULL;
			xc_party_call_ops.over(p->call);
			if (!r->connected)
				r->result = XC_RESULT_NONE;
		}
		xc_party_free(p);
	}
}

void xc_world_free(struct xc_world *w)
{
	struct xc_pending *p;
	struct xc_record *r;

	while (w->parties)
		xc_party_free(w->parties);
	while ((p = w->pending)) {
		w->pending = p->next;
		free(p);
	}
	while ((r = w->records)) {
		w->records = r->next;
		free(r->markers);
		free(r);
	}
	free(w->phones);
	free(w->acted);
	w->phones = NULL;
	w->acted = NULL;
	w->records_tail = &w->records;
}

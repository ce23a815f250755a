// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The clock that jumps, and the way to core.
 *
 *	heap of plans --earliest--> people, line --events--> journal, core
 *	     ^                                                    |
 *	     `------------------- commands -----------------------'
 *
 * Core's own timers are one more source: whichever is due first is next, core's
 * before the world's in the same frame. Commands only plan; no event enters
 * core while it handles another.
 */
#include "daemon/simulate/world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/journal/bundle.h"
#include "daemon/journal/journal.h"
#include "daemon/store/source.h"

#define TIDY_EVENTS 4096u /* the tidier's turn: it makes the next segment */
#define VAULTS	    256u
#define STUCK	    1000000u /* events in one frame: time stands still */

struct rd_rng rd_world_stream(uint64_t seed, uint64_t kind, uint64_t n)
{
	struct rd_rng rng = { seed };

	rng.state = rd_rng_next(&rng) ^ kind;
	rng.state = rd_rng_next(&rng) ^ n;
	return rng;
}

uint64_t rd_world_ms(const struct rd_world *w, uint64_t ms)
{
	return w->frame + rd_frames_from_ms(ms);
}

bool rd_world_grow(struct rd_world *w, void *array, size_t n, size_t *cap,
		   size_t size)
{
	void **at = array, *more;
	size_t want = *cap ? 2 * *cap : 64;

	if (n < *cap)
		return true;
	more = realloc(*at, want * size);
	if (!more) {
		w->err = -ENOMEM;
		return false;
	}
	*at = more;
	*cap = want;
	return true;
}

/* ---- the heap -------------------------------------------------------------- */

static bool is_before(const struct rd_plan *a, const struct rd_plan *b)
{
	return a->frame != b->frame ? a->frame < b->frame : a->order < b->order;
}

void rd_world_plan(struct rd_world *w, const struct rd_plan *plan)
{
	struct rd_plan p = *plan;
	size_t i;

	if (!rd_world_grow(w, &w->plans, w->nplans, &w->capplans, sizeof(p)))
		return;
	p.order = w->order++;
	for (i = w->nplans++; i && is_before(&p, &w->plans[(i - 1) / 2]);
	     i = (i - 1) / 2)
		w->plans[i] = w->plans[(i - 1) / 2];
	w->plans[i] = p;
}

static struct rd_plan take_first(struct rd_world *w)
{
	struct rd_plan first = w->plans[0], last = w->plans[--w->nplans];
	size_t i = 0;

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= w->nplans)
			break;
		if (child + 1 < w->nplans &&
		    is_before(&w->plans[child + 1], &w->plans[child]))
			child++;
		if (!is_before(&w->plans[child], &last))
			break;
		w->plans[i] = w->plans[child];
		i = child;
	}
	w->plans[i] = last;
	return first;
}

void rd_world_plan_far(struct rd_world *w, const struct rd_far *far,
		       enum rd_plan_kind kind, uint64_t ms, uint8_t op,
		       uint8_t cause)
{
	struct rd_plan plan = {
		.frame = rd_world_ms(w, ms),
		.line = far->line,
		.serial = far->serial,
		.kind = (uint8_t)kind,
		.op = op,
		.cause = cause,
		.id = kind == RD_PLAN_IMPATIENT ? far->wait : far->talk,
	};

	rd_world_plan(w, &plan);
}

/* ---- to core ----------------------------------------------------------------- */

void rd_world_event(struct rd_world *w, const struct rd_msg *event)
{
	struct rd_far *far;

	if (w->journal) {
		w->seq = rd_journal_append(w->journal, event, w->core->digest);
		if (w->seq % TIDY_EVENTS == 0)
			rd_journal_tidy(w->journal, NULL);
	} else {
		w->seq++;
	}
	rd_core_handle(w->core, event, w->seq);
	w->out->events++;
	if (w->sim->check && !w->out->broken_seq &&
	    rd_core_check(w->core, w->out->why, sizeof(w->out->why)))
		w->out->broken_seq = w->seq;
	far = rd_far_at(w, event->line);
	if (far && far->kind == RD_FAR_CALLER)
		rd_people_listen(w, far);
}

static void simple_event(struct rd_world *w, uint16_t type, uint32_t line)
{
	struct rd_msg msg = {
		.type = type,
		.len = sizeof(msg),
		.line = line,
		.frame = w->frame,
	};

	rd_world_event(w, &msg);
}

static void configure(struct rd_world *w)
{
	_Alignas(8) uint8_t room[RD_BUNDLE_EVENT_MAX];
	struct rd_ev_config *event = (struct rd_ev_config *)room;
	const struct rd_bundle *bundle = w->sim->bundle;
	size_t offset = 0;

	do {
		offset = rd_bundle_chunk(bundle, offset, w->frame, event);
		if (offset >= bundle->len)
			rd_core_set_config(w->core, w->config);
		rd_world_event(w, &event->msg);
	} while (offset < bundle->len);
}

void rd_world_start(struct rd_world *w, bool restart)
{
	struct rd_ev_start start = {
		.msg = { .type = RD_MSG_START,
			 .len = sizeof(start),
			 .line = RD_LINE_NONE,
			 .frame = w->frame },
		.epoch_ns = w->epoch_ns,
		.seed = w->sim->seed,
		.lockstep = 1,
		.restart = restart,
	};
	struct rd_ev_edge edge = {
		.msg = { .type = RD_MSG_EDGE_STATE,
			 .len = sizeof(edge),
			 .line = RD_LINE_NONE,
			 .frame = w->frame },
		.up = 1,
	};

	rd_world_event(w, &start.msg);
	configure(w);
	for (uint16_t i = 0; i < w->config->ncards; i++) {
		struct rd_ev_card card = {
			.msg = { .type = RD_MSG_CARD,
				 .len = sizeof(card),
				 .line = rd_line(i, 0, 0),
				 .frame = w->frame },
			.present = 1,
		};

		rd_world_event(w, &card.msg);
	}
	rd_world_event(w, &edge.msg);
	for (uint16_t i = 0; i < w->config->nspans; i++) {
		const struct rd_cfg_span *span = &w->config->spans[i];
		struct rd_isdn up = {
			.msg = { .type = RD_MSG_ISDN,
				 .len = sizeof(up),
				 .line = rd_line(span->card, span->span, 0),
				 .frame = w->frame },
			.op = RD_ISDN_DCHAN_UP,
		};

		if (span->signalling == RD_SIG_PRI)
			rd_world_event(w, &up.msg);
	}
}

static void begin(struct rd_world *w)
{
	rd_world_start(w, false);
	rd_people_begin(w);
	rd_drills_begin(w);
}

static bool is_line_plan(uint8_t kind)
{
	return kind == RD_PLAN_ISDN || kind == RD_PLAN_PLAYED ||
	       kind == RD_PLAN_LOOKUP || kind == RD_PLAN_RECORDED;
}

/* Until nothing can happen any more, or the time is over. */
static void run(struct rd_world *w)
{
	uint64_t moved = 0; /* events when the clock last did */

	while (!w->err) {
		uint64_t due = w->down ? RD_FRAME_NEVER
				       : rd_core_deadline(w->core);
		uint64_t next = w->nplans ? w->plans[0].frame : RD_FRAME_NEVER;
		uint64_t at = due <= next ? due : next;
		struct rd_plan plan;

		if (at > w->end || (next == RD_FRAME_NEVER && !w->nfar))
			break;
		if (at > w->frame) {
			w->frame = at;
			moved = w->out->events;
		} else if (w->out->events - moved > STUCK) {
			snprintf(w->out->why, sizeof(w->out->why),
				 "event %llu: %u events in one frame",
				 (unsigned long long)w->seq, STUCK);
			w->err = -ELOOP;
		}
		if (due <= next) {
			simple_event(w, RD_MSG_TIME, RD_LINE_NONE);
			continue;
		}
		plan = take_first(w);
		if (plan.kind == RD_PLAN_DRILL)
			rd_drill_on_plan(w, &plan);
		else if (is_line_plan(plan.kind))
			rd_line_on_plan(w, &plan);
		else
			rd_people_on_plan(w, &plan);
	}
}

/* ---- beginning and end --------------------------------------------------------- */

static const void *snapshot(void *context, uint64_t *len)
{
	return rd_core_snapshot(((struct rd_world *)context)->core, len);
}

static int open_journal(struct rd_world *w)
{
	struct rd_journal_source source = { snapshot, w };
	struct rd_journal_recovery recovery;
	struct rd_diag diag;
	int err;

	if (!w->sim->journal_dir)
		return 0;
	rd_diag_init(&diag);
	err = rd_journal_open(w->sim->journal_dir,
			      (uint64_t)w->config->journal.segment_mib << 20,
			      &w->journal, &recovery, &diag);
	if (!err && recovery.highest_seq)
		err = -EEXIST;
	if (!err)
		err = rd_journal_begin(w->journal, source, 1, true);
	if (err)
		snprintf(w->out->why, sizeof(w->out->why), "%s: %s",
			 w->sim->journal_dir,
			 err == -EEXIST ? "there is a journal already"
			 : diag.text	? diag.text
					: strerror(-err));
	rd_diag_free(&diag);
	return err;
}

static int make(struct rd_world *w)
{
	const struct rd_config *c = w->config;
	uint32_t minutes = w->day->to_min - w->day->from_min;

	w->close = rd_frames_from_ms(minutes * 60000ull);
	w->end = w->close + rd_frames_from_ms(w->day->settle_ms);
	w->far = calloc(c->nspans + 1u, sizeof(*w->far));
	w->agents = calloc(c->nagents + 1u, sizeof(*w->agents));
	w->groups = calloc(w->day->ncallers + 1u, sizeof(*w->groups));
	w->sources = calloc(c->nsources + 1u, sizeof(struct rd_source_file *));
	w->span_down = calloc(c->nspans + 1u, sizeof(*w->span_down));
	if (w->day->ndrills)
		w->out->drills =
			calloc(w->day->ndrills, sizeof(*w->out->drills));
	w->lookups = w->day->lookups;
	w->lookup_ms = w->day->lookup_ms;
	w->epoch_ns = (uint64_t)w->day->epoch_s * 1000000000u;
	if (!w->far || !w->agents || !w->groups || !w->sources ||
	    !w->span_down || (w->day->ndrills && !w->out->drills) ||
	    rd_vault_init(&w->vault, VAULTS) || rd_world_prompts(w))
		return -ENOMEM;
	for (uint16_t i = 0; i < c->nspans; i++)
		w->span_of_line[c->spans[i].card & 0xff][c->spans[i].span & 7] =
			(uint8_t)(i + 1);
	w->tally = rd_tally_new(c, w->day);
	w->core = rd_core_new(c, (struct rd_sink){ rd_world_put, w });
	w->out->tally = w->tally;
	return w->core && w->tally ? 0 : -ENOMEM;
}

static void free_world(struct rd_world *w)
{
	if (w->journal)
		rd_journal_close(w->journal);
	for (uint16_t i = 0; w->sources && i < w->config->nsources; i++)
		if (w->sources[i])
			rd_source_free(w->sources[i]);
	for (size_t i = 0; i < w->nreplies; i++)
		free(w->replies[i].octets);
	rd_core_free(w->core);
	rd_vault_exit(&w->vault);
	free(w->sources);
	free(w->replies);
	free(w->recordings);
	free(w->prompt_frames);
	free(w->plans);
	free(w->again);
	free(w->past);
	free(w->groups);
	free(w->agents);
	free(w->far);
	free(w->span_down);
	free(w);
}

int rd_simulate(const struct rd_simulation *sim, struct rd_simulated *out)
{
	struct rd_world *w = calloc(1, sizeof(*w));
	int err;

	memset(out, 0, sizeof(*out));
	if (!w)
		return -ENOMEM;
	w->sim = sim;
	w->day = sim->day;
	w->config = sim->config;
	w->out = out;
	err = make(w);
	if (!err && sim->replay_dir)
		err = rd_past_read(w, sim->replay_dir);
	if (!err)
		err = open_journal(w);
	if (!err) {
		begin(w);
		run(w);
		err = w->err;
		w->tally->left = w->callers;
		rd_tally_close(w->tally, w->frame);
		rd_drills_end(w);
	}
	if (err) {
		rd_tally_free(out->tally);
		free(out->drills);
		out->tally = NULL;
		out->drills = NULL;
	}
	free_world(w);
	return err;
}

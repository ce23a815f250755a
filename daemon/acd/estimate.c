// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Expected wait: the guess, its quantiles, and how they did; see estimate.h.
 *
 * QUANTILES. A running quantile q at level a moves up by g*a when what comes is
 * above it and down by g*(1 - a) when below: it rests where a share a is below.
 * Steps are relative to q, and shrink from 1/20 to 1/100 as outcomes come in.
 */
#include "daemon/acd/estimate.h"

#include "daemon/acd/queue.h"
#include "daemon/core/state.h"
#include "lib/base/frames.h"

#define ONE_Q16		65536u
#define MEAN_SHIFT	4   /* means are kept in 1/16 frames */
#define MEAN_OF		64  /* calls that a mean remembers */
#define LATELY_SHIFT	6   /* coverage lately: of some 64 */
#define LEAST_PER_MILLE 650 /* coverage lately; below it none is believed */
#define QUOTIENT_MIN	(ONE_Q16 / 64)
#define QUOTIENT_MAX	(ONE_Q16 * 64)
#define MS_MAX		86400000u

static const uint32_t levels[3] = { 10, 50, 90 }; /* per cent */
/*
 * Where quantiles begin: those of the Erlang distribution of that many phases,
 * for that is the time until so many of many agents have become free.
 */
#define Q16(x) ((uint32_t)((x)*65536 + 0.5))
static const uint32_t begin_q16[RD_ESTIMATE_CLASSES][3] = {
	[RD_ESTIMATE_FREE] = { Q16(0.5), Q16(1.0), Q16(2.0) },
	[RD_ESTIMATE_NEXT] = { Q16(0.105), Q16(0.693), Q16(2.303) },
	[RD_ESTIMATE_ONE] = { Q16(0.266), Q16(0.839), Q16(1.945) },
	[RD_ESTIMATE_FEW] = { Q16(0.42), Q16(0.906), Q16(1.70) },
	[RD_ESTIMATE_SOME] = { Q16(0.555), Q16(0.949), Q16(1.52) },
	[RD_ESTIMATE_MANY] = { Q16(0.655), Q16(0.972), Q16(1.38) },
};

static struct rd_estimate_state *state_at(const struct rd_core *core,
					  uint16_t queue)
{
	return (struct rd_estimate_state *)((uintptr_t)core->state +
					    core->state->estimates_offset) +
	       queue;
}

const struct rd_estimate_state *rd_estimate_of(const struct rd_core *core,
					       uint16_t queue)
{
	return state_at(core, queue);
}

const char *rd_estimate_class_name(unsigned cls)
{
	static const char *const names[RD_ESTIMATE_CLASSES] = {
		"agent free", "next",	   "1 ahead",
		"2-3 ahead",  "4-7 ahead", "8 or more ahead",
	};

	return names[cls];
}

/* ---- who serves, who goes first -------------------------------------------------- */

/* Tickets of a line that came before that frame. O(log^2 n). */
static uint32_t came_before(const struct rd_core *core, uint16_t queue,
			    uint64_t entered)
{
	uint32_t low = 0, high = rd_queue_get(core, queue)->waiting;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		uint32_t ticket = rd_ticket_nth(core, queue, middle + 1);

		if (ticket != RD_NONE &&
		    (int64_t)(rd_ticket_at(core, ticket)->entered - entered) <
			    0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct crew { /* of a queue, now */
	uint32_t agents, free;
	uint32_t ahead_x16; /* who goes first, in sixteenths of a caller */
};

static void look(const struct rd_core *core, uint16_t queue, uint32_t ticket,
		 struct crew *out)
{
	uint64_t entered = core->now;
	uint32_t ahead = rd_queue_get(core, queue)->waiting;

	*out = (struct crew){ 0 };
	if (ticket != RD_NONE) {
		entered = rd_ticket_at(core, ticket)->entered;
		ahead = rd_ticket_position(core, ticket) - 1;
	}
	out->agents = rd_match_count(core, queue, RD_SET_SERVING);
	out->free = rd_match_count(core, queue, RD_SET_FREE);
	out->ahead_x16 = 16 * ahead;
	for (uint32_t i = 0; i < core->state->queues; i++) {
		const uint16_t other = (uint16_t)i;
		uint32_t shared;

		if (other == queue || !rd_queue_get(core, other)->waiting)
			continue;
		shared =
			rd_match_count_both(core, queue, other, RD_SET_SERVING);
		if (shared)
			out->ahead_x16 +=
				16 * came_before(core, other, entered) *
				shared /
				rd_match_count(core, other, RD_SET_SERVING);
	}
}

static uint8_t class_of(const struct crew *crew)
{
	uint32_t ahead = crew->ahead_x16 / 16;

	if (ahead < crew->free)
		return RD_ESTIMATE_FREE;
	ahead -= crew->free;
	return ahead < 1   ? RD_ESTIMATE_NEXT
	       : ahead < 2 ? RD_ESTIMATE_ONE
	       : ahead < 4 ? RD_ESTIMATE_FEW
	       : ahead < 8 ? RD_ESTIMATE_SOME
			   : RD_ESTIMATE_MANY;
}

/* ---- the estimate ------------------------------------------------------------------- */

static uint32_t mean_ms(uint64_t mean)
{
	return (uint32_t)rd_ms_from_frames(mean >> MEAN_SHIFT);
}

static uint32_t times(uint32_t ms, uint32_t q16)
{
	uint64_t product = ((uint64_t)ms * q16) >> 16;

	return product < MS_MAX ? (uint32_t)product : MS_MAX;
}

static uint32_t quotient_of(const struct rd_estimate_state *e, uint8_t cls,
			    int i)
{
	const struct rd_estimate_class *c = &e->cls[cls];

	return c->samples ? c->quotient[i] : begin_q16[cls][i];
}

/* Were enough of its intervals right, of late? */
static bool is_covered(const struct rd_estimate_class *c)
{
	return c->samples >= RD_ESTIMATE_SAMPLES &&
	       (uint64_t)c->lately_q16 * 1000 >=
		       (uint64_t)LEAST_PER_MILLE * ONE_Q16;
}

void rd_estimate(const struct rd_core *core, uint16_t queue, uint32_t ticket,
		 struct rd_estimate *out)
{
	const struct rd_estimate_state *e = state_at(core, queue);
	const struct rd_estimate_class *c;
	uint64_t base, to_serve;
	struct crew crew;

	*out = (struct rd_estimate){ 0 };
	look(core, queue, ticket, &crew);
	out->cls = class_of(&crew);
	c = &e->cls[out->cls];
	base = mean_ms(e->ring);
	if (out->cls != RD_ESTIMATE_FREE && crew.agents) {
		to_serve = crew.ahead_x16 + 16 - 16 * (uint64_t)crew.free;
		base += to_serve * mean_ms(e->handling) / (16 * crew.agents);
	}
	out->base_ms = base < MS_MAX ? (uint32_t)base : MS_MAX;
	if (!out->base_ms)
		out->base_ms = 1;
	out->known = crew.agents && e->nhandling;
	out->low_ms = times(out->base_ms, quotient_of(e, out->cls, 0));
	out->ms = times(out->base_ms, quotient_of(e, out->cls, 1));
	out->high_ms = times(out->base_ms, quotient_of(e, out->cls, 2));
	out->believed = out->known && is_covered(c);
}

/* ---- learning --------------------------------------------------------------------------- */

static void add_to_mean(uint64_t *mean, uint32_t *n, uint64_t frames)
{
	uint64_t value = frames << MEAN_SHIFT;

	if (*n < MEAN_OF)
		++*n;
	*mean = *mean + value / *n - *mean / *n;
}

void rd_estimate_handled(struct rd_core *core, uint16_t queue, uint64_t frames)
{
	struct rd_estimate_state *e = state_at(core, queue);

	add_to_mean(&e->handling, &e->nhandling, frames);
}

void rd_estimate_rang(struct rd_core *core, uint16_t queue, uint64_t frames)
{
	struct rd_estimate_state *e = state_at(core, queue);

	add_to_mean(&e->ring, &e->nring, frames);
}

/* Per mille of itself by which a quantile steps. */
static uint32_t gain(uint32_t samples)
{
	uint32_t g = 1000 / (20 + samples);

	return g > 10 ? g : 10;
}

/*
 * The wait is held against the bounds that were said, not against those that
 * stand now: so in the long run each bound is passed as often as it should be,
 * however much waits of one hour resemble each other.
 */
static void follow(struct rd_estimate_state *e, const struct rd_estimate *was,
		   uint64_t wait_ms)
{
	struct rd_estimate_class *c = &e->cls[was->cls];
	const uint32_t said[3] = { was->low_ms, was->ms, was->high_ms };
	uint32_t g = gain(c->samples);

	for (int i = 0; i < 3; i++) {
		uint64_t q = quotient_of(e, was->cls, i);

		if (wait_ms > said[i])
			q += q * g * levels[i] / 100000;
		else
			q -= q * g * (100 - levels[i]) / 100000;
		if (q < QUOTIENT_MIN)
			q = QUOTIENT_MIN;
		c->quotient[i] =
			(uint32_t)(q < QUOTIENT_MAX ? q : QUOTIENT_MAX);
	}
	/* steps of different size may cross for a moment */
	if (c->quotient[0] > c->quotient[1])
		c->quotient[0] = c->quotient[1];
	if (c->quotient[2] < c->quotient[1])
		c->quotient[2] = c->quotient[1];
}

void rd_estimate_outcome(struct rd_core *core, uint16_t queue,
			 const struct rd_estimate *was, uint64_t wait_ms,
			 bool answered)
{
	struct rd_estimate_class *c = &state_at(core, queue)->cls[was->cls];
	bool covered = wait_ms >= was->low_ms && wait_ms <= was->high_ms;
	uint64_t hit = covered ? ONE_Q16 : 0;

	if (!was->known || (!answered && wait_ms <= was->high_ms))
		return;
	if (!c->samples)
		c->lately_q16 = ONE_Q16 * 4 / 5;
	c->lately_q16 = (uint32_t)(c->lately_q16 + (hit >> LATELY_SHIFT) -
				   (c->lately_q16 >> LATELY_SHIFT));
	c->covered += covered;
	c->error_ms +=
		wait_ms > was->ms ? wait_ms - was->ms : was->ms - wait_ms;
	follow(state_at(core, queue), was, wait_ms);
	c->samples++;
}

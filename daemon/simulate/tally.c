// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counting rows; see tally.h.
 *
 * Everything that lasts (a line of callers, an agent's state) is settled when
 * it changes: what it was since the last change is added to the intervals it
 * lay in. So the sums of intervals are the sums of the day, exactly.
 */
#include "daemon/simulate/tally.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/acd/queue.h"
#include "daemon/simulate/day.h"
#include "daemon/store/row.h"
#include "lib/base/frames.h"

#define COLUMNS 32

static int by_number(const void *a, const void *b)
{
	return strcmp(((const struct rd_tally_agent *)a)->number,
		      ((const struct rd_tally_agent *)b)->number);
}

static uint32_t count_channels(const struct rd_config *config)
{
	uint32_t n = 0;

	for (uint16_t i = 0; i < config->nspans; i++)
		if (!config->groups[config->spans[i].group].phones)
			n += (uint32_t)__builtin_popcount(
				config->spans[i].bchannels);
	return n;
}

struct rd_tally *rd_tally_new(const struct rd_config *config,
			      const struct rd_day *day)
{
	struct rd_tally *t = calloc(1, sizeof(*t));
	uint64_t day_ms = (uint64_t)(day->to_min - day->from_min) * 60000;

	if (!t)
		return NULL;
	t->interval_frames = rd_frames_from_ms(day->interval_ms);
	t->close = rd_frames_from_ms(day_ms);
	t->n = (uint16_t)((day_ms + day->settle_ms + day->interval_ms - 1) /
			  day->interval_ms);
	t->epoch_s = day->epoch_s;
	t->from_min = day->from_min;
	t->channels = count_channels(config);
	t->queue = calloc(config->nqueues + 1u, sizeof(*t->queue));
	t->agent = calloc(config->nagents + 1u, sizeof(*t->agent));
	t->staff = calloc(t->n + 1u, sizeof(*t->staff));
	t->lines = calloc(t->n + 1u, sizeof(*t->lines));
	if (!t->queue || !t->agent || !t->staff || !t->lines)
		goto err;
	for (uint16_t i = 0; i < config->nqueues; i++) {
		struct rd_tally_queue *q = &t->queue[t->nqueues];

		q->name = config->queues[i].name;
		q->level_ms = config->queues[i].service_level_ms;
		q->cell = calloc(t->n + 1u, sizeof(*q->cell));
		if (!q->cell)
			goto err;
		t->nqueues++;
	}
	for (uint16_t i = 0; i < config->nagents; i++)
		t->agent[t->nagents++].number = config->agents[i].number;
	qsort(t->agent, t->nagents, sizeof(*t->agent), by_number);
	return t;
err:
	rd_tally_free(t);
	return NULL;
}

void rd_tally_free(struct rd_tally *t)
{
	if (!t)
		return;
	for (uint16_t i = 0; t->queue && i < t->nqueues; i++) {
		free(t->queue[i].cell);
		free(t->queue[i].waits);
	}
	free(t->queue);
	free(t->agent);
	free(t->staff);
	free(t->lines);
	free(t);
}

/* ---- time -------------------------------------------------------------------- */

static uint16_t interval_of(const struct rd_tally *t, uint64_t frame)
{
	uint64_t i = frame / t->interval_frames;

	return i < t->n ? (uint16_t)i : t->n ? (uint16_t)(t->n - 1) : 0;
}

uint64_t rd_tally_length(const struct rd_tally *t, uint16_t i)
{
	uint64_t begin = i * t->interval_frames;
	uint64_t end = begin + t->interval_frames;

	if (end > t->frame)
		end = t->frame;
	return end > begin ? end - begin : 0;
}

/* Give the frames from..to to the intervals they lie in. */
static void spread(const struct rd_tally *t, uint64_t from, uint64_t to,
		   void (*give)(void *context, uint16_t interval,
				uint64_t frames),
		   void *context)
{
	while (from < to) {
		uint16_t i = interval_of(t, from);
		uint64_t end = (i + 1) * t->interval_frames;

		if (end > to || i + 1 == t->n)
			end = to;
		give(context, i, end - from);
		from = end;
	}
}

static void give_waiting(void *context, uint16_t i, uint64_t frames)
{
	struct rd_tally_queue *q = context;

	q->cell[i].waiting_frames += frames * q->waiting;
	q->day.waiting_frames += frames * q->waiting;
	if (q->cell[i].longest < q->waiting)
		q->cell[i].longest = q->waiting;
}

static void settle_queue(struct rd_tally *t, struct rd_tally_queue *q,
			 uint64_t frame, int by)
{
	spread(t, q->since, frame, give_waiting, q);
	q->since = frame;
	q->waiting += (uint32_t)by;
	if (q->cell[interval_of(t, frame)].longest < q->waiting)
		q->cell[interval_of(t, frame)].longest = q->waiting;
	if (q->day.longest < q->waiting)
		q->day.longest = q->waiting;
}

struct giving {
	struct rd_tally *t;
	uint8_t state;
};

static void add_staff(struct rd_tally_staff *s, uint8_t state, uint64_t frames)
{
	s->in += frames;
	s->not_ready += state == RD_AGENT_IS_NOT_READY ? frames : 0;
	s->busy += state >= RD_AGENT_RESERVED ? frames : 0;
}

static void give_state(void *context, uint16_t i, uint64_t frames)
{
	struct giving *g = context;

	if (g->state == RD_AGENT_OUT)
		return;
	add_staff(&g->t->staff[i], g->state, frames);
	add_staff(&g->t->staff_day, g->state, frames);
}

static void settle_agent(struct rd_tally *t, struct rd_tally_agent *a,
			 uint64_t frame, uint8_t state)
{
	struct giving giving = { t, a->state };

	spread(t, a->since, frame, give_state, &giving);
	a->frames[a->state] += frame - a->since;
	a->since = frame;
	a->state = state;
}

/* ---- rows ---------------------------------------------------------------------- */

static bool take_apart(const struct rd_cmd_row *row,
		       struct rd_value value[COLUMNS])
{
	uint32_t at = 0;

	for (uint16_t i = 0; i < row->columns && i < COLUMNS; i++)
		if (rd_row_next(row, &at, &value[i]) != 1)
			return false;
	return row->columns <= COLUMNS;
}

static bool is_text(const struct rd_value *v, const char *text)
{
	return v->kind == 's' && strlen(text) == v->len &&
	       !memcmp(v->text, text, v->len);
}

static uint64_t number(const struct rd_value *v)
{
	return v->kind == 'i' ? (uint64_t)v->number : 0;
}

static struct rd_tally_queue *find_queue(struct rd_tally *t,
					 const struct rd_value *name)
{
	for (uint16_t i = 0; i < t->nqueues; i++)
		if (is_text(name, t->queue[i].name))
			return &t->queue[i];
	return NULL;
}

static struct rd_tally_agent *find_agent(struct rd_tally *t,
					 const struct rd_value *name)
{
	char text[RD_AGENT_PHONE_LEN];
	struct rd_tally_agent key = { .number = text };

	if (name->kind != 's' || name->len >= sizeof(text))
		return NULL;
	memcpy(text, name->text, name->len);
	text[name->len] = '\0';
	return bsearch(&key, t->agent, t->nagents, sizeof(key), by_number);
}

static void keep_wait(struct rd_tally_queue *q, uint64_t ms)
{
	if (q->nwaits == q->capwaits) {
		size_t cap = q->capwaits ? 2 * q->capwaits : 256;
		uint32_t *more = realloc(q->waits, cap * sizeof(*more));

		if (!more)
			return; /* percentiles are then of those before */
		q->waits = more;
		q->capwaits = cap;
	}
	q->waits[q->nwaits++] = (uint32_t)ms;
}

static void count_answer(struct rd_tally_queue *q, struct rd_tally_cell *c,
			 uint64_t ms)
{
	c->answered++;
	c->in_level += ms <= q->level_ms;
	c->wait_ms += ms;
	if (c->most_ms < ms)
		c->most_ms = ms;
}

static void on_queue_log(struct rd_tally *t, const struct rd_cmd_row *row,
			 const struct rd_value *v)
{
	const struct rd_value *what = &v[RD_QUEUE_LOG_event];
	struct rd_tally_queue *q = find_queue(t, &v[RD_QUEUE_LOG_queue]);
	uint64_t ms = number(&v[RD_QUEUE_LOG_wait_ms]);
	uint64_t frame = row->msg.frame;
	struct rd_tally_cell *both[2];

	if (!q)
		return;
	both[0] = &q->cell[interval_of(t, frame)];
	both[1] = &q->day;
	if (is_text(what, "ENTER"))
		settle_queue(t, q, frame, 1);
	else if (is_text(what, "CONNECT") || is_text(what, "ABANDON") ||
		 is_text(what, "EXIT_TIMEOUT") || is_text(what, "EXIT_KEY") ||
		 is_text(what, "EXIT_SYSTEM"))
		settle_queue(t, q, frame, -1);
	if (is_text(what, "CONNECT"))
		keep_wait(q, ms);
	for (int i = 0; i < 2; i++) {
		struct rd_tally_cell *c = both[i];
		bool full = is_text(what, "FULL");

		c->offered += full || is_text(what, "ENTER");
		c->full += full;
		if (is_text(what, "CONNECT"))
			count_answer(q, c, ms);
		if (is_text(what, "ABANDON")) {
			c->abandoned++;
			c->lost_wait_ms += ms;
		}
		c->timed_out += is_text(what, "EXIT_TIMEOUT");
		c->exited += is_text(what, "EXIT_KEY");
		c->removed += is_text(what, "EXIT_SYSTEM");
	}
}

static void count_offers(struct rd_tally *t, const struct rd_value *v)
{
	const struct rd_value *what = &v[RD_QUEUE_LOG_event];
	struct rd_tally_agent *a = find_agent(t, &v[RD_QUEUE_LOG_agent]);

	if (!a)
		return;
	a->offers += is_text(what, "OFFER");
	a->answered += is_text(what, "CONNECT");
	a->unanswered += is_text(what, "RING_NO_ANSWER");
}

static void on_agent_log(struct rd_tally *t, const struct rd_cmd_row *row,
			 const struct rd_value *v)
{
	struct rd_tally_agent *a = find_agent(t, &v[RD_AGENT_LOG_agent]);

	for (uint8_t s = 0; a && s < RD_AGENT_STATES; s++)
		if (is_text(&v[RD_AGENT_LOG_state], rd_agent_fsm.states[s])) {
			settle_agent(t, a, row->msg.frame, s);
			return;
		}
}

static void on_call(struct rd_tally *t, const struct rd_value *v)
{
	t->ended++;
	t->talk_ms += number(&v[RD_CALLS_talk_ms]);
	for (unsigned r = 0; r < RD_RESULTS; r++)
		t->result[r] +=
			is_text(&v[RD_CALLS_result], rd_call_result_name(r));
}

void rd_tally_row(struct rd_tally *t, const struct rd_cmd_row *row)
{
	struct rd_value v[COLUMNS];

	if (!take_apart(row, v))
		return;
	switch (row->table) {
	case RD_TABLE_QUEUE_LOG:
		on_queue_log(t, row, v);
		count_offers(t, v);
		break;
	case RD_TABLE_AGENT_LOG:
		on_agent_log(t, row, v);
		break;
	case RD_TABLE_CALLS:
		on_call(t, v);
		break;
	default:
		break;
	}
}

void rd_tally_call(struct rd_tally *t, uint64_t frame, bool idle, uint32_t now)
{
	struct rd_tally_lines *both[2] = { &t->lines[interval_of(t, frame)],
					   &t->lines_day };

	for (int i = 0; i < 2; i++) {
		both[i]->calls++;
		both[i]->refused += !idle;
		if (both[i]->most < now)
			both[i]->most = now;
	}
}

/* ---- the end --------------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

void rd_tally_close(struct rd_tally *t, uint64_t frame)
{
	uint64_t intervals =
		(frame + t->interval_frames - 1) / t->interval_frames;

	t->frame = frame;
	for (uint16_t i = 0; i < t->nqueues; i++) {
		struct rd_tally_queue *q = &t->queue[i];

		settle_queue(t, q, frame, 0);
		if (q->nwaits)
			qsort(q->waits, q->nwaits, sizeof(*q->waits), by_size);
	}
	for (uint16_t i = 0; i < t->nagents; i++)
		settle_agent(t, &t->agent[i], frame, t->agent[i].state);
	if (intervals < t->n)
		t->n = (uint16_t)intervals;
}

uint32_t rd_tally_percentile(const struct rd_tally_queue *q, unsigned per_cent)
{
	size_t at = (q->nwaits * per_cent + 99) / 100;

	return q->nwaits ? q->waits[at ? at - 1 : 0] : 0;
}

double rd_tally_level(const struct rd_tally_cell *c)
{
	return c->offered ? (double)c->in_level / c->offered : 0;
}

double rd_tally_occupancy(const struct rd_tally_staff *s)
{
	uint64_t there = s->in - s->not_ready;

	return there ? (double)s->busy / (double)there : 0;
}

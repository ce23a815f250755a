// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Agents' sessions: sums of time by part and reason; see session.h.
 *
 * Invariant, checked after every event (daemon/core/check.c): the parts of a
 * session sum to the frames since its begin.
 */
#include "daemon/acd/session.h"

#include <string.h>

#include "daemon/core/emit.h"
#include "daemon/core/state.h"
#include "daemon/core/text.h"
#include "lib/base/frames.h"

#define OTHER	    (RD_SESSION_REASONS - 1)
#define REASONS_MAX 1024 /* octets of their JSON */

static const char *const part_names[RD_SESSION_PARTS] = {
#define X(PART, name) #name "_ms",
	RD_SESSION_PART_LIST(X)
#undef X
};

static struct rd_session *session_at(const struct rd_core *core, uint16_t agent)
{
	return (struct rd_session *)((uintptr_t)core->state +
				     core->state->sessions_offset) +
	       agent;
}

const struct rd_session *rd_session_of(const struct rd_core *core,
				       uint16_t agent)
{
	return session_at(core, agent);
}

/* ---- what runs ---------------------------------------------------------------- */

static enum rd_session_part part_of(const struct rd_agent *a)
{
	static const uint8_t parts[RD_AGENT_STATES] = {
		[RD_AGENT_IS_READY] = RD_SESSION_READY,
		[RD_AGENT_IS_NOT_READY] = RD_SESSION_NOT_READY,
		[RD_AGENT_RESERVED] = RD_SESSION_RESERVED,
		[RD_AGENT_RINGING] = RD_SESSION_RINGING,
		[RD_AGENT_TALKING] = RD_SESSION_TALKING,
		[RD_AGENT_WRAPUP] = RD_SESSION_WRAPUP,
	};

	if (a->direct &&
	    (a->state == RD_AGENT_IS_READY ||
	     a->state == RD_AGENT_IS_NOT_READY || a->state == RD_AGENT_WRAPUP))
		return RD_SESSION_DIRECT;
	return parts[a->state];
}

/* The place of a reason among his; a new one takes the first empty place. */
static uint8_t reason_of(struct rd_session *s, const char *reason)
{
	const char *name = *reason ? reason : "none";

	for (uint8_t i = 0; i < OTHER; i++) {
		if (!*s->name[i])
			rd_text_copy(s->name[i], sizeof(s->name[i]), name);
		if (strcmp(s->name[i], name) == 0)
			return i;
	}
	rd_text_copy(s->name[OTHER], sizeof(s->name[OTHER]), "other");
	return OTHER;
}

static void add(struct rd_session_sums *sums, const struct rd_session *s,
		uint64_t frames)
{
	sums->part[s->part] += frames;
	if (s->part == RD_SESSION_NOT_READY)
		sums->reason[s->reason] += frames;
}

/* Sums as they are at this moment. */
static void accrue(struct rd_core *core, struct rd_session *s)
{
	for (int i = 0; s->runs && i < RD_SESSION_SPANS; i++)
		add(&s->sums[i], s, core->now - s->mark);
	s->mark = core->now;
}

void rd_session_sum(const struct rd_core *core, uint16_t agent,
		    enum rd_session_span span, struct rd_session_sums *out)
{
	const struct rd_session *s = session_at(core, agent);

	memcpy(out, &s->sums[span], sizeof(*out));
	if (s->runs)
		add(out, s, core->now - s->mark);
}

/* ---- the row ------------------------------------------------------------------- */

/* Milliseconds of the next so many frames of a running sum. */
static int64_t next_ms(uint64_t *sum, uint64_t frames)
{
	uint64_t before = rd_ms_from_frames(*sum);

	*sum += frames;
	return (int64_t)(rd_ms_from_frames(*sum) - before);
}

static void put_reasons(struct rd_json *j, const char *key,
			const struct rd_session *s,
			const struct rd_session_sums *sums, uint64_t before)
{
	rd_json_object(j, key);
	for (int i = 0; i < RD_SESSION_REASONS; i++)
		if (sums->reason[i])
			rd_json_int(j, s->name[i],
				    next_ms(&before, sums->reason[i]));
	rd_json_end(j, '}');
}

static void write_row(struct rd_core *core, uint16_t agent,
		      const struct rd_session *s)
{
	const struct rd_agent *a = rd_agent_get(core, agent);
	const struct rd_session_sums *sums = &s->sums[RD_SESSION_THIS];
	int64_t length = (int64_t)rd_ms_from_frames(core->now - s->begin);
	int64_t end = rd_core_unix_ns(core) / 1000000;
	char reasons[REASONS_MAX];
	uint64_t sum = 0;
	struct rd_json j;

	rd_json_begin(&j, reasons, sizeof(reasons));
	put_reasons(&j, NULL, s, sums, sums->part[RD_SESSION_READY]);
	rd_row_begin(core, RD_TABLE_AGENT_SESSIONS);
	rd_row_int(core, end - length);
	rd_row_int(core, end);
	rd_row_str(core, a->number);
	rd_row_str_or_null(core, a->phone);
	rd_row_int(core, length);
	for (int i = 0; i < RD_SESSION_PARTS; i++)
		rd_row_int(core, next_ms(&sum, sums->part[i]));
	rd_row_str(core, reasons);
	rd_row_int(core, sums->offers);
	rd_row_int(core, sums->answered);
	rd_row_int(core, sums->missed);
	rd_row_str(core, a->by);
	rd_row_str_or_null(core, core->config->version);
	rd_row_end(core);
}

/* ---- changes -------------------------------------------------------------------- */

void rd_session_step(struct rd_core *core, uint16_t agent)
{
	const struct rd_agent *a = rd_agent_get(core, agent);
	struct rd_session *s = session_at(core, agent);
	bool in = a->state != RD_AGENT_OUT;

	accrue(core, s);
	if (s->runs && !in)
		write_row(core, agent, s);
	if (in && !s->runs) {
		s->begin = core->now;
		memset(&s->sums[RD_SESSION_THIS], 0, sizeof(s->sums[0]));
	}
	s->runs = in;
	s->part = in ? (uint8_t)part_of(a) : 0;
	s->reason =
		s->part == RD_SESSION_NOT_READY ? reason_of(s, a->reason) : 0;
}

void rd_session_count(struct rd_core *core, uint16_t agent,
		      enum rd_session_count what)
{
	struct rd_session *s = session_at(core, agent);

	for (int i = 0; i < RD_SESSION_SPANS; i++) {
		s->sums[i].offers += what == RD_SESSION_OFFER;
		s->sums[i].answered += what == RD_SESSION_ANSWER;
		s->sums[i].missed += what == RD_SESSION_MISS;
	}
}

void rd_sessions_midnight(struct rd_core *core)
{
	for (uint32_t i = 0; i < core->state->agents; i++) {
		struct rd_session *s = session_at(core, (uint16_t)i);

		accrue(core, s);
		memset(&s->sums[RD_SESSION_TODAY], 0, sizeof(s->sums[0]));
		if (!s->runs) /* reasons of yesterday are nobody's now */
			memset(s->name, 0, sizeof(s->name));
	}
}

void rd_sessions_wind_up(struct rd_core *core)
{
	for (uint32_t i = 0; i < core->state->agents; i++)
		accrue(core, session_at(core, (uint16_t)i));
}

void rd_sessions_restart(struct rd_core *core, uint64_t down)
{
	for (uint32_t i = 0; i < core->state->agents; i++) {
		struct rd_session *s = session_at(core, (uint16_t)i);

		/* mark is still of the old origin, as begin is */
		s->begin = core->now - (s->mark - s->begin) - down;
		s->mark = core->now;
		for (int k = 0; s->runs && k < RD_SESSION_SPANS; k++)
			s->sums[k].part[RD_SESSION_DOWN] += down;
	}
}

/* ---- for people ------------------------------------------------------------------- */

void rd_session_json(const struct rd_core *core, uint16_t agent,
		     enum rd_session_span span, struct rd_json *j)
{
	const struct rd_session *s = session_at(core, agent);
	struct rd_session_sums sums;
	uint64_t sum = 0;

	rd_session_sum(core, agent, span, &sums);
	for (int i = 0; i < RD_SESSION_PARTS; i++)
		rd_json_int(j, part_names[i], next_ms(&sum, sums.part[i]));
	put_reasons(j, "reasons", s, &sums, sums.part[RD_SESSION_READY]);
	rd_json_int(j, "offers", sums.offers);
	rd_json_int(j, "answered", sums.answered);
	rd_json_int(j, "missed", sums.missed);
}

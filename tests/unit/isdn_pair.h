/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two real ringdown-isdn back to back: a network and a user side, joined by a
 * pipe of frames, on a clock that the test turns.
 *
 * A step is 10 ms of line clock: what each side sent in the step before
 * arrives at the other, requests go out, timers run, and both are waited for
 * until they have answered (lockstep). No sleep, no real time. The pipe can
 * drop frames by a seed, cut the line, and inject.
 */
#ifndef RD_TEST_ISDN_PAIR_H
#define RD_TEST_ISDN_PAIR_H

#include <criterion/criterion.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/edge/edge.h"
#include "lib/base/frames.h"
#include "lib/base/rng.h"
#include "lib/config/config.h"

#define STEP_FRAMES 80
#define LOG_MAX	    4096
#define PIPE_MAX    512
#define LINE	    rd_line(0, 0, 0)

enum {
	NET,
	USER,
	SIDES
};

struct pipe_frame {
	uint16_t len;
	uint8_t data[RD_HDLC_MAX];
};

struct side {
	struct rd_edge *edge;
	struct rd_isdn log[LOG_MAX]; /* every indication, in order */
	unsigned nlog, seen;	     /* seen: want() went past it */
	struct pipe_frame out[PIPE_MAX];
	unsigned nout;
	unsigned downs, ups; /* EDGE_STATE */
	unsigned log_lines;
	char last_log[256];
	uint64_t frames_sent;
};

struct pair {
	struct side side[SIDES];
	uint64_t now;
	struct rd_rng rng;
	uint32_t drop_permille; /* of frames, by rng */
	bool cut;		/* the line is cut */
	/* sees every frame on the line; false drops it */
	bool (*watch)(struct pair *p, int from, const uint8_t *frame,
		      size_t len);
	unsigned matched; /* watch()'s own */
	int wanted;
};

/* ---- making and turning ------------------------------------------------- */

static inline void pair_heard(void *context, const struct rd_msg *m)
{
	struct side *s = context;

	if (m->type == RD_MSG_ISDN) {
		cr_assert_lt(s->nlog, LOG_MAX);
		memcpy(&s->log[s->nlog++], m, sizeof(struct rd_isdn));
	} else if (m->type == RD_MSG_D_TX) {
		const struct rd_hdlc *f = (const struct rd_hdlc *)m;

		cr_assert_lt(s->nout, PIPE_MAX);
		s->out[s->nout].len = f->len;
		memcpy(s->out[s->nout++].data, f->data, f->len);
		s->frames_sent++;
	} else if (m->type == RD_MSG_EDGE_STATE) {
		if (((const struct rd_ev_edge *)m)->up)
			s->ups++;
		else
			s->downs++;
	} else if (m->type == RD_MSG_EDGE_LOG) {
		s->log_lines++;
		snprintf(s->last_log, sizeof(s->last_log), "%s",
			 ((const struct rd_edge_log *)m)->text);
	}
}

static inline const char *pair_program(void)
{
	static char path[512];
	const char *set = getenv("RINGDOWN_ISDN");
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 32);

	if (set)
		return set;
	cr_assert_gt(n, 0);
	path[n] = '\0';
	*strrchr(path, '/') = '\0';
	strcat(path, "/../ringdown-isdn");
	return path;
}

static inline struct rd_edge_span pair_span(int side)
{
	struct rd_edge_span span = {
		.msg = { .type = RD_MSG_EDGE_SPAN,
			 .len = sizeof(span),
			 .line = LINE },
		.network_side = side == NET,
		.switchtype = RD_SWITCH_EUROISDN,
		.dchannel = 16,
		.slots = 31,
		.bchannels = 0xfffefffe,
	};

	memset(span.timer, 0xff, sizeof(span.timer));
	return span;
}

static inline void pair_frame_in(struct pair *p, int to, const uint8_t *data,
				 size_t len)
{
	struct {
		struct rd_hdlc head;
		uint8_t data[RD_HDLC_MAX + 8];
	} m = { 0 };

	m.head.msg.type = RD_MSG_D_RX;
	m.head.msg.len = (uint16_t)((sizeof(m.head) + len + 7) / 8 * 8);
	m.head.msg.line = LINE;
	m.head.msg.frame = p->now;
	m.head.len = (uint16_t)len;
	memcpy(m.data, data, len);
	rd_edge_send(p->side[to].edge, &m.head.msg);
}

static inline void pair_settle(struct side *s)
{
	while (!rd_edge_idle(s->edge)) {
		struct pollfd fd = { rd_edge_fd(s->edge), POLLIN, 0 };

		/* a watchdog of the test, not a wait for time to pass */
		cr_assert_gt(poll(&fd, 1, 30000), 0, "the edge hangs");
		rd_edge_readable(s->edge);
	}
}

static inline void pair_step(struct pair *p)
{
	struct pipe_frame moving[SIDES][PIPE_MAX];
	unsigned n[SIDES];

	p->now += STEP_FRAMES;
	for (int i = 0; i < SIDES; i++) {
		n[i] = p->side[i].nout;
		memcpy(moving[i], p->side[i].out, n[i] * sizeof(moving[0][0]));
		p->side[i].nout = 0;
	}
	for (int i = 0; i < SIDES; i++)
		for (unsigned k = 0; k < n[i]; k++) {
			const struct pipe_frame *f = &moving[i][k];
			bool keep = !p->cut;

			if (p->watch && !p->watch(p, i, f->data, f->len))
				keep = false;
			if (p->drop_permille &&
			    rd_rng_below(&p->rng, 1000) < p->drop_permille)
				keep = false;
			if (keep)
				pair_frame_in(p, !i, f->data, f->len);
		}
	for (int i = 0; i < SIDES; i++)
		rd_edge_flush(p->side[i].edge, p->now);
	for (int i = 0; i < SIDES; i++)
		pair_settle(&p->side[i]);
}

static inline void pair_run_ms(struct pair *p, unsigned ms)
{
	for (unsigned t = 0; t < ms; t += STEP_FRAMES / RD_FRAMES_PER_MS)
		pair_step(p);
}

static inline struct pair *pair_new_with(const struct rd_edge_span *net,
					 const struct rd_edge_span *user)
{
	struct pair *p = calloc(1, sizeof(*p));
	const struct rd_edge_span *spans[SIDES] = { net, user };

	for (int i = 0; i < SIDES; i++) {
		cr_assert_eq(rd_edge_new(&p->side[i].edge, pair_program(),
					 pair_heard, &p->side[i]),
			     0);
		cr_assert_eq(rd_edge_span(p->side[i].edge, spans[i]), 0);
	}
	return p;
}

static inline struct pair *pair_new(void)
{
	struct rd_edge_span net = pair_span(NET), user = pair_span(USER);

	return pair_new_with(&net, &user);
}

static inline void pair_free(struct pair *p)
{
	for (int i = 0; i < SIDES; i++)
		rd_edge_free(p->side[i].edge);
	free(p);
}

/* ---- saying and hearing ------------------------------------------------------ */

static inline struct rd_isdn pair_request(uint8_t op, uint32_t ref,
					  unsigned slot)
{
	struct rd_isdn r = {
		.msg = { .type = RD_MSG_ISDN_OUT,
			 .len = sizeof(r),
			 .line = LINE | slot },
		.op = op,
		.ref = ref,
	};

	return r;
}

static inline void pair_send(struct pair *p, int side, struct rd_isdn r)
{
	r.msg.frame = p->now;
	rd_edge_send(p->side[side].edge, &r.msg);
}

static inline void pair_say(struct pair *p, int side, uint8_t op, uint32_t ref,
			    unsigned cause)
{
	struct rd_isdn r = pair_request(op, ref, 0);

	r.cause = (uint8_t)cause;
	pair_send(p, side, r);
}

static inline struct rd_isdn pair_setup_msg(uint32_t ref, unsigned slot,
					    uint8_t flags)
{
	struct rd_isdn r = pair_request(RD_ISDN_SETUP, ref, slot);

	r.flags = flags | RD_ISDN_COMPLETE;
	r.bearer = 16;
	strcpy(r.calling, "01012345678");
	strcpy(r.called, "95588");
	r.calling_ton = 2;
	r.calling_npi = 1;
	r.called_ton = 4;
	r.called_npi = 1;
	return r;
}

static inline void pair_setup(struct pair *p, int side, uint32_t ref,
			      unsigned slot, uint8_t flags)
{
	pair_send(p, side, pair_setup_msg(ref, slot, flags));
}

/* How many indications op there are; ref 0: of any call. */
static inline unsigned pair_count(const struct pair *p, int side, uint8_t op,
				  uint32_t ref)
{
	const struct side *s = &p->side[side];
	unsigned n = 0;

	for (unsigned i = 0; i < s->nlog; i++)
		n += s->log[i].op == op && (!ref || s->log[i].ref == ref);
	return n;
}

/* The next indication op not yet seen, within ms; NULL if none comes. */
static inline const struct rd_isdn *pair_next(struct pair *p, int side,
					      uint8_t op, unsigned ms)
{
	struct side *s = &p->side[side];

	for (unsigned t = 0;; t += STEP_FRAMES / RD_FRAMES_PER_MS) {
		for (unsigned i = s->seen; i < s->nlog; i++)
			if (s->log[i].op == op) {
				s->seen = i + 1;
				return &s->log[i];
			}
		if (t >= ms)
			return NULL;
		pair_step(p);
	}
}

/* The next indication must be op, and comes within ms. */
static inline const struct rd_isdn *pair_want(struct pair *p, int side,
					      uint8_t op, unsigned ms)
{
	struct side *s = &p->side[side];

	for (unsigned t = 0; s->seen == s->nlog && t < ms;
	     t += STEP_FRAMES / RD_FRAMES_PER_MS)
		pair_step(p);
	cr_assert_lt(s->seen, s->nlog, "side %d: op %u did not come in %u ms",
		     side, op, ms);
	cr_assert_eq(s->log[s->seen].op, op,
		     "side %d: op %u where %u was expected (cause %u)", side,
		     s->log[s->seen].op, op, s->log[s->seen].cause);
	return &s->log[s->seen++];
}

/* Nothing is said to that side for ms. */
static inline void pair_want_silence(struct pair *p, int side, unsigned ms)
{
	struct side *s = &p->side[side];

	pair_run_ms(p, ms);
	cr_assert_eq(s->seen, s->nlog, "side %d: op %u was not expected", side,
		     s->log[s->seen].op);
}

static inline void pair_up(struct pair *p)
{
	for (int i = 0; i < SIDES; i++)
		pair_want(p, i, RD_ISDN_DCHAN_UP, 5000);
}

/* A call from side, answered; its reference at the other side. */
static inline uint32_t pair_talk(struct pair *p, int from, uint32_t ref,
				 unsigned slot)
{
	uint32_t other;

	pair_setup(p, from, ref, slot, 0);
	other = pair_want(p, !from, RD_ISDN_SETUP, 1000)->ref;
	pair_say(p, !from, RD_ISDN_CONNECT, other, 0);
	pair_want(p, from, RD_ISDN_CONNECT, 1000);
	pair_want(p, !from, RD_ISDN_CONNECT_ACK, 1000);
	return other;
}

/* For a person who looks for a mistake. */
static inline void pair_print(const struct pair *p, int side)
{
	const struct side *s = &p->side[side];

	for (unsigned i = 0; i < s->nlog; i++)
		fprintf(stderr,
			"%d %8.3f s op %2u ref %08x slot %2u cause %u\n", side,
			(double)s->log[i].msg.frame / RD_FRAMES_PER_S,
			s->log[i].op, s->log[i].ref,
			rd_line_slot(s->log[i].msg.line), s->log[i].cause);
}

/* Every call that began has ended exactly once, on both sides. */
static inline void pair_want_balanced(const struct pair *p)
{
	for (int i = 0; i < SIDES; i++) {
		const struct side *s = &p->side[i];

		for (unsigned k = 0; k < s->nlog; k++) {
			uint32_t ref = s->log[k].ref;

			if (!ref || s->log[k].op != RD_ISDN_SETUP)
				continue;
			cr_assert_eq(pair_count(p, i, RD_ISDN_HANGUP_DONE, ref),
				     1, "side %d: call %08x", i, ref);
		}
		for (unsigned k = 0; k < s->nlog; k++)
			if (s->log[k].ref &&
			    s->log[k].op == RD_ISDN_HANGUP_DONE)
				cr_assert_eq(pair_count(p, i,
							RD_ISDN_HANGUP_DONE,
							s->log[k].ref),
					     1, "side %d: call %08x", i,
					     s->log[k].ref);
	}
}

#endif

// SPDX-License-Identifier: GPL-2.0-only
/*
 * A party's life in one call: made, speaking and hearing each period, and what
 * is kept of it when the call is over. What it does is in script.c.
 */
#include "tools/exchange/party.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/frames.h"
#include "tools/exchange/line_clock.h"

/* ---- sound files -------------------------------------------------------- */

static SNDFILE *open_wav(const struct xc_world *w, const struct xc_record *r,
			 const char *what, char *path, size_t size)
{
	SF_INFO info = {
		.samplerate = RD_FRAMES_PER_S,
		.channels = 1,
		.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16,
	};
	char *p;
	int n = snprintf(path, size, "%s/", w->out_dir);

	if (n < 0 || (size_t)n >= size)
		return NULL;
	snprintf(path + n, size - n, "%s.%u.%s.wav", r->name, r->attempt, what);
	for (p = path + n; *p; p++)
		if (*p == '/' || *p == ' ')
			*p = '-';
	return sf_open(path, SFM_WRITE, &info);
}

static void open_files(struct xc_party *p)
{
	struct xc_record *r = p->record;

	if (!p->world->out_dir)
		return;
	p->heard_file = open_wav(p->world, r, "heard", r->heard_path,
				 sizeof(r->heard_path));
	p->said_file = open_wav(p->world, r, "said", r->said_path,
				sizeof(r->said_path));
	if (!p->heard_file || !p->said_file)
		xc_record_problem(r, "cannot write %.100s", r->heard_path);
}

/* ---- life --------------------------------------------------------------- */

static unsigned listens(const struct xc_script *script,
			const struct xc_expect *e)
{
	unsigned i, what = 0;

	for (i = 0; script && i < script->n; i++) {
		const struct xc_step *s = &script->steps[i];

		if (s->verb != XC_STEP_WAIT)
			continue;
		if (s->wait.what == XC_WAIT_DIGITS)
			what |= XC_LISTEN_DTMF;
		if (s->wait.what == XC_WAIT_TONE)
			what |= XC_LISTEN_TONES;
		if (s->wait.what == XC_WAIT_MARKER)
			what |= XC_LISTEN_MARKERS;
		if (s->wait.what == XC_WAIT_HEAR)
			what |= XC_LISTEN_VOICES;
	}
	if (!e)
		return what;
	if (e->digits[0])
		what |= XC_LISTEN_DTMF;
	if (e->ntones)
		what |= XC_LISTEN_TONES;
	for (i = 0; i < e->nheard; i++) {
		char *end;

		strtol(e->heard[i], &end, 10);
		what |= *end ? XC_LISTEN_VOICES : XC_LISTEN_MARKERS;
	}
	return what;
}

struct xc_party *xc_party_new(struct xc_world *w, struct xc_record *record,
			      struct xc_phone *phone,
			      const struct xc_script *script,
			      const struct xc_line_profile *line,
			      enum ringdown_law law)
{
	struct xc_party *p = calloc(1, sizeof(*p));
	uint64_t seed = w->seed;
	const char *c;

	if (!p)
		return NULL;
	for (c = record->name; *c; c++)
		seed = seed * 31 + (uint8_t)*c;
	seed += record->attempt;
	p->world = w;
	p->record = record;
	p->phone = phone;
	p->script = script;
	p->connect_frame = RD_FRAME_NEVER;
	xc_mouth_init(&p->mouth, seed);
	if (xc_line_init(&p->line, line, law, seed ^ 0x11e5))
		goto err_free;
	if (xc_ears_init(&p->ears, listens(script, record->expect),
			 xc_law_idle(law)))
		goto err_line;
	p->said = calloc(1, sizeof(*p->said));
	if (!p->said)
		goto err_ears;
	open_files(p);
	p->next = w->parties;
	w->parties = p;
	return p;

err_ears:
	xc_ears_free(&p->ears);
err_line:
	xc_line_free(&p->line);
err_free:
	free(p);
	return NULL;
}

void xc_party_leave_phone(struct xc_party *p)
{
	if (p->phone && p->phone->party == p)
		p->phone->party = NULL;
}

void xc_party_free(struct xc_party *p)
{
	struct xc_party **link;

	for (link = &p->world->parties; *link; link = &(*link)->next)
		if (*link == p) {
			*link = p->next;
			break;
		}
	xc_party_leave_phone(p);
	if (p->heard_file)
		sf_close(p->heard_file);
	if (p->said_file)
		sf_close(p->said_file);
	xc_ears_free(&p->ears);
	xc_line_free(&p->line);
	xc_mouth_free(&p->mouth);
	free(p->said);
	free(p);
}

/* ---- the call's side ---------------------------------------------------- */

/* E.180: 1 s on, 4 s off. */
static bool ringback(struct xc_party *p, uint64_t from, int16_t *said,
		     unsigned n)
{
	uint64_t since;

	if (!p->ring || !p->ring->inband || p->call->state != XC_CALL_ALERTING)
		return false;
	since = from - p->call->alerting_frame;
	if (since % (5 * RD_FRAMES_PER_S) >= RD_FRAMES_PER_S)
		return false;
	xc_tone_sine(said, n, 450, -10, &p->ringback_phase);
	return true;
}

static void speak(struct xc_call *c, uint64_t from, uint8_t *rx,
		  const uint8_t *tx, unsigned n)
{
	struct xc_party *p = c->party;
	int16_t said[XC_LINE_BLOCK];
	uint8_t octets[XC_LINE_BLOCK];
	enum xc_said what = XC_SAID_NOTHING;
	unsigned i;

	if (c->state == XC_CALL_ACTIVE)
		what = xc_mouth_speak(&p->mouth, from, said, octets, n);
	else if (ringback(p, from, said, n))
		what = XC_SAID_SAMPLES;
	else if (c->state > XC_CALL_ACTIVE ||
		 p->connect_frame == RD_FRAME_NEVER)
		return; /* on hook: the trunk's idle code */
	if (what == XC_SAID_OCTETS)
		for (i = 0; i < n; i++)
			said[i] = xc_line_decode(p->line.law, octets[i]);
	xc_line_speak(&p->line, tx, what == XC_SAID_SAMPLES ? said : NULL,
		      what == XC_SAID_OCTETS ? octets : NULL, rx, n);
	xc_memory_add(p->said, from, what ? said : NULL, n);
	if (p->said_file) {
		if (!what)
			memset(said, 0, sizeof(said));
		sf_write_short(p->said_file, said, n);
	}
}

static void hear(struct xc_call *c, uint64_t from, const uint8_t *tx,
		 unsigned n)
{
	struct xc_party *p = c->party;
	int16_t samples[XC_LINE_BLOCK];
	uint8_t octets[XC_LINE_BLOCK];

	xc_line_hear(&p->line, tx, octets, samples, n);
	xc_ears_hear(&p->ears, from, octets, samples, n);
	if (p->heard_file && c->state == XC_CALL_ACTIVE)
		sf_write_short(p->heard_file, samples, n);
}

static void state(struct xc_call *c)
{
	struct xc_party *p = c->party;
	struct xc_world *w = p->world;
	const char *name = p->record->name;

	if (c->channel)
		p->record->channel = c->channel;
	switch (c->state) {
	case XC_CALL_ALERTING:
		xc_story(w, name, p->ring ? "rings" : "hears it ring");
		break;
	case XC_CALL_ACTIVE:
		p->connect_frame = xc_line_clock_frame();
		xc_ears_mark(&p->ears, p->connect_frame);
		if (p->ring)
			p->phone->answered++;
		xc_story(w, name, p->ring ? "answers" : "is answered");
		break;
	case XC_CALL_CLEARING:
		if (!p->leaving)
			xc_story(w, name, "is released, cause %d (%s)%s%s",
				 c->cause, xc_q850_name(c->cause),
				 c->location >= 0 ? " by " : "",
				 xc_q931_location(c->location));
		break;
	default:
		break;
	}
}

static void over(struct xc_call *c);

const struct xc_call_ops xc_party_call_ops = {
	.speak = speak,
	.hear = hear,
	.state = state,
	.over = over,
};

static enum xc_result judge(const struct xc_record *r)
{
	if (r->gave_up)
		return XC_RESULT_ABANDONED;
	if (r->connected)
		return XC_RESULT_ANSWERED;
	if (!r->outgoing)
		return r->by_client ? XC_RESULT_NO_ANSWER : XC_RESULT_REJECTED;
	if (!r->by_client)
		return XC_RESULT_FAILED;
	return r->cause == PRI_CAUSE_USER_BUSY ? XC_RESULT_BUSY
					       : XC_RESULT_REJECTED;
}

static void over(struct xc_call *c)
{
	struct xc_party *p = c->party;
	struct xc_record *r = p->record;

	r->setup = c->setup;
	memcpy(r->display, c->display, sizeof(r->display));
	r->cause = c->cause;
	r->location = c->location;
	r->by_client = c->by_client;
	r->setup_frame = c->setup_frame;
	r->proceeding_frame = c->proceeding_frame;
	r->alerting_frame = c->alerting_frame;
	r->connect_frame = c->connect_frame;
	r->disconnect_frame = c->disconnect_frame;
	r->over_frame = c->over_frame;
	r->voice_frame = c->voice_frame;
	r->connected = c->connect_frame != RD_FRAME_NEVER;
	memcpy(r->trace, c->trace, sizeof(r->trace));
	r->ntrace = c->ntrace;
	memcpy(r->digits_heard, p->ears.digits, sizeof(r->digits_heard));
	r->tones_heard = p->ears.tones_heard;
	if (p->ears.markers) {
		r->markers = malloc(sizeof(p->ears.markers->heard));
		if (r->markers)
			memcpy(r->markers, p->ears.markers->heard,
			       sizeof(p->ears.markers->heard));
	}
	r->result = judge(r);
	r->done = true;
	p->call = NULL; /* the world frees the party at the next period */
	xc_party_leave_phone(p);
}

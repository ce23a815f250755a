// SPDX-License-Identifier: GPL-2.0-only
#include "tools/exchange/party.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/frames.h"
#include "tools/exchange/line_clock.h"

#define RECOGNISE_FRAMES 512 /* a voice is looked for so often */

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

void xc_party_free(struct xc_party *p)
{
	struct xc_party **link;

	for (link = &p->world->parties; *link; link = &(*link)->next)
		if (*link == p) {
			*link = p->next;
			break;
		}
	if (p->phone && p->phone->party == p)
		p->phone->party = NULL;
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

/* ---- steps -------------------------------------------------------------- */

static void leave(struct xc_party *p, int cause)
{
	if (p->leaving)
		return;
	p->leaving = true;
	xc_story(p->world, p->record->name, "hangs up, cause %d", cause);
	xc_call_hangup(p->call, cause);
}

static void give_up(struct xc_party *p, int cause)
{
	p->record->gave_up = true;
	xc_story(p->world, p->record->name, "gives up");
	leave(p, cause);
}

static struct xc_party *party_named(struct xc_world *w, const char *name)
{
	struct xc_party *p;

	for (p = w->parties; p; p = p->next)
		if (!strcmp(p->record->name, name))
			return p;
	return NULL;
}

/* Is @name's voice in our ear? Noted in the record the first time. */
static bool recognise(struct xc_party *p, const char *name, uint64_t frame)
{
	struct xc_record *r = p->record;
	struct xc_party *other = party_named(p->world, name);
	unsigned i;
	int lag;

	for (i = 0; i < r->nvoices; i++)
		if (!strcmp(r->voices[i].party, name) &&
		    r->voices[i].frame >= p->step_frame)
			return true;
	if (!other ||
	    frame / RECOGNISE_FRAMES ==
		    (frame - p->world->office->card->period) / RECOGNISE_FRAMES)
		return false;
	lag = xc_ears_recognise(&p->ears, other->said);
	if (lag < 0)
		return false;
	if (r->nvoices < XC_EXPECT_HEARD) {
		r->voices[r->nvoices++] =
			(struct xc_voice_heard){ name, frame, lag };
		xc_story(p->world, r->name, "hears %s, %d frames late", name,
			 lag);
	}
	return true;
}

static bool wait_is_over(struct xc_party *p, const struct xc_step *s,
			 uint64_t frame)
{
	const struct xc_ears *e = &p->ears;

	switch (s->wait.what) {
	case XC_WAIT_TIME:
		return frame >= p->step_frame + s->wait.frames;
	case XC_WAIT_PROMPT_END:
		return xc_ears_prompt_ended(e, frame, s->wait.frames);
	case XC_WAIT_SPEECH:
		return xc_ears_spoken_to(e);
	case XC_WAIT_SILENCE:
		return xc_ears_silent(e, frame, s->wait.frames) &&
		       frame >= p->step_frame + s->wait.frames;
	case XC_WAIT_TONE:
		return e->tones_heard >> s->wait.tone & 1;
	case XC_WAIT_MARKER:
		return e->markers->heard[s->wait.marker].first_frame !=
		       RD_FRAME_NEVER;
	case XC_WAIT_HEAR:
		return recognise(p, s->wait.party, frame);
	case XC_WAIT_DIGITS:
		return e->ndigits - e->digits_mark >= s->wait.count;
	case XC_WAIT_HANGUP:
		return false;
	}
	return true;
}

static const char *wait_name(enum xc_wait what)
{
	static const char *const names[] = {
		"time",	  "prompt_end", "speech", "silence", "tone",
		"marker", "hear",	"digits", "hangup"
	};

	return names[what];
}

/* True: go on with the next step. */
static bool run_wait(struct xc_party *p, const struct xc_step *s,
		     uint64_t frame)
{
	if (wait_is_over(p, s, frame)) {
		/* What is heard from now on belongs to the next wait. */
		if (s->wait.what == XC_WAIT_PROMPT_END ||
		    s->wait.what == XC_WAIT_SILENCE)
			xc_ears_mark(&p->ears, frame);
		return true;
	}
	if (!s->wait.timeout_frames ||
	    frame < p->step_frame + s->wait.timeout_frames)
		return false;
	switch (s->wait.otherwise) {
	case XC_ELSE_CONTINUE:
		return true;
	case XC_ELSE_GIVE_UP:
		give_up(p, s->cause);
		return false;
	default:
		xc_record_problem(p->record,
				  "%s:%d: waited %.1f s in vain for %s",
				  s->place.file, s->place.line,
				  s->wait.timeout_frames / 8000.0,
				  wait_name(s->wait.what));
		xc_story(p->world, p->record->name, "waits in vain for %s",
			 wait_name(s->wait.what));
		leave(p, PRI_CAUSE_NORMAL_CLEARING);
		return false;
	}
}

static void note_keys(struct xc_party *p, const struct xc_step *s)
{
	struct xc_record *r = p->record;
	size_t n = strlen(r->digits_sent);

	snprintf(r->digits_sent + n, sizeof(r->digits_sent) - n, "%s",
		 s->keys.digits);
	if (r->nkeys == XC_KEYS_MAX)
		return;
	r->keys[r->nkeys] = (struct xc_key_press){
		.end_frame = p->mouth.front.end_frame -
			     rd_frames_from_ms(s->keys.off_ms),
		.reaction_frame = RD_FRAME_NEVER,
	};
	snprintf(r->keys[r->nkeys].digits, sizeof(r->keys[0].digits), "%.31s",
		 s->keys.digits);
	r->nkeys++;
}

static void tell_say(struct xc_party *p, const struct xc_step *s)
{
	switch (s->say.what) {
	case XC_SAY_SOUND:
		xc_story(p->world, p->record->name, "says \"%s\"", s->say.text);
		break;
	case XC_SAY_MARKER:
		xc_story(p->world, p->record->name, "says marker %d",
			 s->say.marker);
		break;
	case XC_SAY_TONE:
		xc_story(p->world, p->record->name, "sends %d Hz", s->say.hz);
		break;
	case XC_SAY_NOISE:
		xc_story(p->world, p->record->name, "makes noise");
		break;
	}
}

static void begin_step(struct xc_party *p, const struct xc_step *s,
		       uint64_t frame)
{
	p->in_step = true;
	p->step_frame = frame;
	switch (s->verb) {
	case XC_STEP_KEYS:
		xc_story(p->world, p->record->name, "keys %s", s->keys.digits);
		if (xc_mouth_begin(&p->mouth, s, frame))
			xc_record_problem(p->record, "no memory for keys");
		else
			note_keys(p, s);
		break;
	case XC_STEP_SAY:
		tell_say(p, s);
		xc_mouth_begin(&p->mouth, s, frame);
		break;
	case XC_STEP_HUSH:
		xc_mouth_hush(&p->mouth);
		break;
	case XC_STEP_NOTE:
		xc_story(p->world, p->record->name, "%s", s->note);
		break;
	case XC_STEP_HANGUP:
		leave(p, s->cause);
		break;
	case XC_STEP_GIVE_UP:
		give_up(p, s->cause);
		break;
	case XC_STEP_WAIT:
		break;
	}
}

/* True if the step is over and the next may begin at once. */
static bool run_step(struct xc_party *p, const struct xc_step *s,
		     uint64_t frame)
{
	if (!p->in_step)
		begin_step(p, s, frame);
	switch (s->verb) {
	case XC_STEP_WAIT:
		return run_wait(p, s, frame);
	case XC_STEP_KEYS:
		if (xc_mouth_is_busy(&p->mouth))
			return false;
		/* What answers the last digit may begin during its pause. */
		xc_ears_mark(&p->ears,
			     frame - rd_frames_from_ms(s->keys.off_ms));
		return true;
	case XC_STEP_SAY:
		if (!s->say.background && xc_mouth_is_busy(&p->mouth))
			return false;
		if (!s->say.background)
			xc_ears_mark(&p->ears, frame);
		return true;
	default:
		return true;
	}
}

static void watch_reactions(struct xc_party *p)
{
	struct xc_record *r = p->record;
	struct xc_key_press *k = r->nkeys ? &r->keys[r->nkeys - 1] : NULL;

	if (k && k->reaction_frame == RD_FRAME_NEVER &&
	    p->ears.change_frame > k->end_frame)
		k->reaction_frame = p->ears.change_frame;
}

/* Voices the scenario expects to be heard, whatever the script waits for. */
static void watch_voices(struct xc_party *p, uint64_t frame)
{
	const struct xc_expect *e = p->record->expect;
	unsigned i, k;

	for (i = 0; e && p->ears.memory && i < e->nheard; i++) {
		const char *name = e->heard[i];

		if (name[strspn(name, "0123456789")] == '\0' &&
		    !party_named(p->world, name))
			continue; /* a marker */
		for (k = 0; k < p->record->nvoices; k++)
			if (!strcmp(p->record->voices[k].party, name))
				break;
		if (k == p->record->nvoices)
			recognise(p, name, frame);
	}
}

/* A ringing phone: when it alerts, answers, refuses. */
static void run_ring(struct xc_party *p, uint64_t frame)
{
	const struct xc_ring_plan *ring = p->ring;
	uint64_t rung = frame - p->call->setup_frame;

	if (ring->ignores || p->leaving)
		return;
	if (rung < ring->alert_after_frames)
		return;
	if (ring->reject && rung >= ring->answer_after_frames) {
		p->leaving = true;
		xc_story(p->world, p->record->name, "refuses, cause %d",
			 ring->reject);
		xc_call_hangup(p->call, ring->reject);
		return;
	}
	xc_call_alert(p->call, ring->inband);
	if (ring->never_answers || ring->reject)
		return;
	if (rung >= ring->alert_after_frames + ring->answer_after_frames)
		xc_call_answer(p->call);
}

static void run_patience(struct xc_party *p, uint64_t frame)
{
	const struct xc_call_plan *plan = p->record->plan;

	if (!plan || p->leaving)
		return;
	if (p->connect_frame == RD_FRAME_NEVER) {
		if (plan->ring_patience_frames &&
		    frame >= p->call->setup_frame + plan->ring_patience_frames)
			give_up(p, PRI_CAUSE_NORMAL_CLEARING);
	} else if (plan->patience_frames &&
		   frame >= p->connect_frame + plan->patience_frames) {
		give_up(p, PRI_CAUSE_NORMAL_CLEARING);
	}
}

void xc_party_run(struct xc_party *p, uint64_t frame)
{
	if (!p->call || p->call->state >= XC_CALL_CLEARING)
		return;
	if (p->ring && p->call->state < XC_CALL_ACTIVE)
		run_ring(p, frame);
	run_patience(p, frame);
	watch_reactions(p);
	if (p->connect_frame != RD_FRAME_NEVER)
		watch_voices(p, frame);
	while (p->connect_frame != RD_FRAME_NEVER && !p->leaving && p->script &&
	       p->step < p->script->n &&
	       run_step(p, &p->script->steps[p->step], frame)) {
		p->in_step = false;
		p->step++;
	}
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
}

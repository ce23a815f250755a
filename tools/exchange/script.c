// SPDX-License-Identifier: GPL-2.0-only
/*
 * A party at its script: waits, keys, says, hangs up. See party.h for when.
 */
#include "tools/exchange/party.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/frames.h"

#define RECOGNISE_FRAMES 512 /* a voice is looked for so often */

/* ---- steps -------------------------------------------------------------- */

static void leave(struct xc_party *p, int cause)
{
	if (p->leaving)
		return;
	p->leaving = true;
	xc_story(p->world, p->record->name, "hangs up, cause %d", cause);
	xc_call_hangup(p->call, cause);
	/* on the hook: it may be called before this call is over on the line */
	xc_party_leave_phone(p);
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
		    (frame - p->world->office->copper->period) / RECOGNISE_FRAMES)
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
		return frame >= p->step_frame + s->wait.time_frames;
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

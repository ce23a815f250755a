// SPDX-License-Identifier: GPL-2.0-only
/*
 * Expectations. Every check is one line of its own with what was expected and
 * what was found, so that a failing run says all at once.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/frames.h"
#include "tools/exchange/report.h"

static double seconds(uint64_t frames)
{
	return (double)frames / RD_FRAMES_PER_S;
}

static void check_within(struct xc_record *r, const char *what, uint64_t from,
			 uint64_t to, uint64_t within)
{
	if (!within)
		return;
	if (from == RD_FRAME_NEVER || to == RD_FRAME_NEVER)
		xc_record_problem(r, "%s: expected within %.3f s, never came",
				  what, seconds(within));
	else if (to - from > within)
		xc_record_problem(r, "%s: expected within %.3f s, took %.3f s",
				  what, seconds(within), seconds(to - from));
}

static void check_times(struct xc_record *r, const struct xc_expect *e)
{
	uint64_t end = r->disconnect_frame != RD_FRAME_NEVER
			       ? r->disconnect_frame
			       : r->over_frame;
	uint64_t talk = 0;
	unsigned i;

	if (r->connected && end != RD_FRAME_NEVER)
		talk = end - r->connect_frame;
	if (e->talk_min_frames && talk < e->talk_min_frames)
		xc_record_problem(r,
				  "talk: expected at least %.3f s, found "
				  "%.3f s",
				  seconds(e->talk_min_frames), seconds(talk));
	if (e->talk_max_frames && talk > e->talk_max_frames)
		xc_record_problem(r,
				  "talk: expected at most %.3f s, found "
				  "%.3f s",
				  seconds(e->talk_max_frames), seconds(talk));
	check_within(r, "alerting", r->setup_frame, r->alerting_frame,
		     e->alert_within_frames);
	check_within(r, "connect", r->setup_frame, r->connect_frame,
		     e->connect_within_frames);
	check_within(r, "first sound", r->connect_frame, r->voice_frame,
		     e->voice_within_frames);
	for (i = 0; i < r->nkeys; i++)
		check_within(r, "reaction to keys", r->keys[i].end_frame,
			     r->keys[i].reaction_frame,
			     e->reaction_within_frames);
}

static void check_marker(struct xc_record *r, const struct xc_expect *e,
			 unsigned marker)
{
	const struct xc_marker_heard *h =
		r->markers ? &r->markers[marker] : NULL;

	if (!h || h->first_frame == RD_FRAME_NEVER) {
		xc_record_problem(r, "marker %u was not heard", marker);
		return;
	}
	if (e->bit_exact && (h->errors || h->losses))
		xc_record_problem(r,
				  "marker %u: expected bit-exact, found "
				  "%llu wrong octets and %llu losses in %llu",
				  marker, (unsigned long long)h->errors,
				  (unsigned long long)h->losses,
				  (unsigned long long)h->octets);
	if (e->bridge_frames >= 0 &&
	    (h->delay_min_frames != (uint32_t)e->bridge_frames ||
	     h->delay_max_frames != (uint32_t)e->bridge_frames))
		xc_record_problem(r,
				  "marker %u: expected a delay of %d "
				  "frames, found %u to %u",
				  marker, e->bridge_frames, h->delay_min_frames,
				  h->delay_max_frames);
}

static void check_heard(struct xc_record *r, const struct xc_expect *e)
{
	unsigned i, k;
	char *end;

	for (i = 0; i < e->nheard; i++) {
		long marker = strtol(e->heard[i], &end, 10);

		for (k = 0; k < r->nvoices; k++)
			if (!strcmp(r->voices[k].party, e->heard[i]))
				break;
		if (k < r->nvoices)
			continue;
		if (!*end && marker < XC_MARKERS)
			check_marker(r, e, marker);
		else
			xc_record_problem(r, "%s was not heard", e->heard[i]);
	}
	for (i = 0; i < e->ntones; i++)
		if (!(r->tones_heard >> e->tones[i] & 1))
			xc_record_problem(r, "%s tone was not heard",
					  xc_tone_names[e->tones[i]]);
	if (e->digits[0] && strcmp(e->digits, r->digits_heard))
		xc_record_problem(r, "digits: expected \"%s\", heard \"%s\"",
				  e->digits, r->digits_heard);
}

static void check_identity(struct xc_record *r, const struct xc_expect *e)
{
	if (e->calling[0] && strcmp(e->calling, r->setup.from))
		xc_record_problem(r, "calling: expected \"%s\", found \"%s\"",
				  e->calling, r->setup.from);
	if (e->calling_name[0] && strcmp(e->calling_name, r->setup.name))
		xc_record_problem(r,
				  "calling name: expected \"%s\", found "
				  "\"%s\"",
				  e->calling_name, r->setup.name);
	if (e->display[0] && !strstr(r->display, e->display))
		xc_record_problem(r,
				  "display: expected \"%s\" in it, found "
				  "\"%s\"",
				  e->display, r->display);
}

static void judge(struct xc_record *r)
{
	const struct xc_expect *e = r->expect;

	if (!e || !e->present)
		return;
	if (e->result && e->result != r->result)
		xc_record_problem(r, "result: expected %s, found %s",
				  xc_result_names[e->result],
				  xc_result_names[r->result]);
	if (e->cause >= 0 && e->cause != r->cause)
		xc_record_problem(r, "cause: expected %d, found %d", e->cause,
				  r->cause);
	if (e->location >= 0 && e->location != r->location)
		xc_record_problem(r, "location: expected %d, found %d",
				  e->location, r->location);
	if (e->by && r->by_client != (e->by == 1))
		xc_record_problem(r,
				  "cleared by: expected the %s, found the "
				  "%s",
				  e->by == 1 ? "client" : "party",
				  r->by_client ? "client" : "party");
	check_times(r, e);
	check_heard(r, e);
	check_identity(r, e);
}

/* With redials only the last attempt is what the scenario expects. */
static bool is_last(const struct xc_record *r)
{
	const struct xc_record *q;

	if (!r->plan)
		return true;
	for (q = r->next; q; q = q->next)
		if (q->plan == r->plan)
			return false;
	return true;
}

static unsigned judge_phones(struct xc_world *w)
{
	unsigned i, bad = 0;

	for (i = 0; i < w->scenario->nphones; i++) {
		const struct xc_phone *p = &w->phones[i];
		const struct xc_phone_plan *plan = p->plan;

		if ((plan->answered_min < 0 ||
		     p->answered >= (unsigned)plan->answered_min) &&
		    (plan->answered_max < 0 ||
		     p->answered <= (unsigned)plan->answered_max))
			continue;
		bad++;
		xc_story(w, plan->name, "answered %u calls, expected %d to %d",
			 p->answered, plan->answered_min, plan->answered_max);
	}
	return bad;
}

unsigned xc_report_judge(struct xc_world *w)
{
	const struct xc_pending *p;
	struct xc_record *r;
	unsigned bad = 0;

	for (r = w->records; r; r = r->next) {
		if (is_last(r))
			judge(r);
		bad += r->nproblems > 0;
	}
	for (p = w->pending; p; p = p->next)
		if (p->plan->expect.present) {
			bad++;
			xc_story(w, p->plan->name, "was never placed");
		}
	return bad + judge_phones(w);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Call-progress detector.
 *
 *	every 20 ms: how much of the last 40 ms lies on each frequency pair
 *	  -> one pair, silence, or something else
 *	  -> runs {pair, length}, believed when two measures agree
 *	  -> does the end of the list of runs fit a plan's cadence?
 *
 * Matching goes backwards from the run that is still going on, through the parts
 * of a plan, around its end if it repeats: so it does not matter where in the
 * cadence listening began, and the first run, whose beginning was perhaps
 * missed, is never measured.
 */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#include "lib/dsp/level.h"
#include "lib/dsp/tone.h"

#define HOP	    160
#define SILENCE	    0xfe
#define OTHER	    0xff
#define LEVEL_MIN   8300.0f /* mean square, -45 dBm0 */
#define PURITY_MIN  0.75f   /* of the power on the pair */
#define SHARE_MIN   0.08f   /* and on the weaker of the two */
#define OTHER_HOPS  4	    /* before something else interrupts a cadence */
#define SHORT_MS    1500    /* burst and pause: below, to be heard twice */
#define SURE_FRAMES 2400    /* 300 ms of the current run settle it */

static int add_set(struct rd_tone_rx *rx, const uint16_t freq_hz[2])
{
	unsigned int i, k;

	if (!freq_hz[0])
		return 0;
	for (i = 0; i < rx->sets; i++)
		if (!memcmp(rx->set[i].freq_hz, freq_hz, 2 * sizeof(*freq_hz)))
			return 0;
	if (rx->sets == RD_TONE_SETS)
		return -E2BIG;
	rx->sets++;
	for (k = 0; k < 2; k++) {
		double w = 2 * M_PI * freq_hz[k] / 8000;

		rx->set[i].freq_hz[k] = freq_hz[k];
		rx->set[i].cs[k] = cos(w);
		rx->set[i].sn[k] = sin(w);
		rx->set[i].turn_re[k] = cos(w * HOP);
		rx->set[i].turn_im[k] = sin(w * HOP);
	}
	return 0;
}

int rd_tone_rx_init_plans(struct rd_tone_rx *rx,
			  const struct rd_tone_plan *plans, unsigned int count)
{
	unsigned int i, k;

	memset(rx, 0, sizeof(*rx));
	rx->on = -1;
	rx->pending = OTHER;
	rx->run[0].set = OTHER;
	rx->run_count = 1;
	for (i = 0; i < count; i++) {
		if (plans[i].tone >= RD_TONE_COUNT)
			return -EINVAL;
		rx->plan[plans[i].tone] = &plans[i];
		for (k = 0; k < plans[i].count; k++)
			if (add_set(rx, plans[i].part[k].freq_hz) < 0)
				return -E2BIG;
	}
	return 0;
}

int rd_tone_rx_init(struct rd_tone_rx *rx, const char *country)
{
	const struct rd_tone_plan *plan;
	unsigned int tone, k;
	bool known = false;

	rd_tone_rx_init_plans(rx, NULL, 0);
	for (tone = 0; tone < RD_TONE_COUNT; tone++) {
		plan = rd_tone_plan(country, tone);
		rx->plan[tone] = plan;
		if (!plan)
			continue;
		known = true;
		for (k = 0; k < plan->count; k++)
			if (add_set(rx, plan->part[k].freq_hz) < 0)
				return -E2BIG;
	}
	return known ? 0 : -EINVAL;
}

/* Correlate n samples with every frequency of interest. */
static void correlate(struct rd_tone_rx *rx, const int16_t *in, unsigned int n)
{
	unsigned int i, k, t;

	for (t = 0; t < n; t++)
		rx->energy += (float)in[t] * in[t];
	for (i = 0; i < rx->sets; i++)
		for (k = 0; k < 2 && rx->set[i].freq_hz[k]; k++) {
			float cs = rx->set[i].cs[k], sn = rx->set[i].sn[k];
			float re = rx->set[i].re[k], im = rx->set[i].im[k];

			/* Horner: (acc + x) e^jw */
			for (t = 0; t < n; t++) {
				float r = re * cs - im * sn + in[t];

				im = re * sn + im * cs;
				re = r;
			}
			rx->set[i].re[k] = re;
			rx->set[i].im[k] = im;
		}
}

/* The pair that holds the last two hops, or SILENCE, or OTHER; next hop. */
static uint8_t classify(struct rd_tone_rx *rx)
{
	float energy = rx->energy + rx->last_energy, best = PURITY_MIN;
	uint8_t found = energy < LEVEL_MIN * 2 * HOP ? SILENCE : OTHER;
	unsigned int i, k;

	for (i = 0; i < rx->sets; i++) {
		float share[2] = { 0, 0 }, pair;

		for (k = 0; k < 2 && rx->set[i].freq_hz[k]; k++) {
			float tr = rx->set[i].turn_re[k];
			float ti = rx->set[i].turn_im[k];
			float lr = rx->set[i].last_re[k];
			float li = rx->set[i].last_im[k];
			float re = rx->set[i].re[k] + lr * tr - li * ti;
			float im = rx->set[i].im[k] + lr * ti + li * tr;

			share[k] = (re * re + im * im) / (HOP * energy + 1);
			rx->set[i].last_re[k] = rx->set[i].re[k];
			rx->set[i].last_im[k] = rx->set[i].im[k];
			rx->set[i].re[k] = rx->set[i].im[k] = 0;
		}
		pair = share[0] + share[1];
		if (rx->set[i].freq_hz[1] &&
		    fminf(share[0], share[1]) < SHARE_MIN)
			continue;
		if (found != SILENCE && pair > best) {
			best = pair;
			found = i;
		}
	}
	rx->last_energy = rx->energy;
	rx->energy = 0;
	return found;
}

static struct rd_tone_run *current(struct rd_tone_rx *rx)
{
	return &rx->run[rx->run_count - 1];
}

/* Extend the current run, or begin another; true if there is a new one. */
static bool add_hop(struct rd_tone_rx *rx, uint8_t set, uint64_t end)
{
	struct rd_tone_run *run = current(rx);
	uint64_t from;

	rx->pending_hops = set == rx->pending ? rx->pending_hops + 1 : 1;
	if (rx->pending_hops > 250)
		rx->pending_hops = 250;
	rx->pending = set;
	run->frames = end - run->frame0;
	if (set == run->set ||
	    rx->pending_hops < (set == OTHER ? OTHER_HOPS : 2))
		return false;
	/* it began so many hops ago, half a window earlier on average */
	from = end - rx->pending_hops * HOP;
	run->frames = from > run->frame0 ? from - run->frame0 : 0;
	if (rx->run_count == RD_TONE_RUNS)
		memmove(rx->run, rx->run + 1,
			--rx->run_count * sizeof(rx->run[0]));
	rx->run[rx->run_count++] = (struct rd_tone_run){
		.frame0 = from,
		.frames = end - from,
		.set = set,
	};
	return true;
}

static bool is_part(const struct rd_tone_rx *rx,
		    const struct rd_tone_part *part,
		    const struct rd_tone_run *run)
{
	if (!part->freq_hz[0])
		return run->set == SILENCE;
	return run->set < rx->sets &&
	       !memcmp(rx->set[run->set].freq_hz, part->freq_hz,
		       sizeof(part->freq_hz));
}

static inline uint32_t longest(const struct rd_tone_part *part)
{
	return part->ms * 8 * 115 / 100 + 320;
}

static bool has_length(const struct rd_tone_part *part,
		       const struct rd_tone_run *run)
{
	return run->frames <= longest(part) &&
	       run->frames + 320 >= part->ms * 8u * 85 / 100;
}

/*
 * Frames the current run must last so that it is no part of the same kind, but
 * shorter than below_ms, of any plan.
 */
static uint32_t telling_frames(const struct rd_tone_rx *rx,
			       const struct rd_tone_run *run,
			       unsigned int below_ms)
{
	uint32_t frames = 0;
	unsigned int i, k;

	for (i = 0; i < RD_TONE_COUNT; i++)
		for (k = 0; rx->plan[i] && k < rx->plan[i]->count; k++) {
			const struct rd_tone_part *part = &rx->plan[i]->part[k];

			if (part->ms && part->ms < below_ms &&
			    is_part(rx, part, run) && longest(part) > frames)
				frames = longest(part);
		}
	return frames;
}

/*
 * Does the plan fit, its part k being the current run? *begin: its first frame.
 * is_held: the tone is reported already, one period is enough.
 */
static bool fits(const struct rd_tone_rx *rx, const struct rd_tone_plan *plan,
		 int k, bool is_held, uint64_t *begin)
{
	const struct rd_tone_run *run = &rx->run[rx->run_count - 1];
	const struct rd_tone_part *part = &plan->part[k];
	uint32_t period_ms = 0, sure;
	int need, i;

	if (!is_part(rx, part, run))
		return false;
	*begin = run->frame0;
	if (!part->ms)
		return is_held ||
		       run->frames >=
			       telling_frames(rx, run, UINT_MAX) + SURE_FRAMES;
	for (i = 0; i < plan->count; i++)
		period_ms += plan->part[i].ms;
	need = plan->count - 1;
	sure = part->ms * 4 < SURE_FRAMES ? part->ms * 4 : SURE_FRAMES;
	if (plan->count == 2 && period_ms < SHORT_MS && !is_held)
		need = 3;
	else if (plan->count == 2)
		/* one burst says little: its pause must be like no other */
		sure = telling_frames(rx, run, part->ms * 7 / 10);
	if (run->frames > longest(part) || (!is_held && run->frames < sure))
		return false;
	/* run[0] may have begun before we listened */
	if ((int)rx->run_count - 1 <= need)
		return false;
	for (i = 1; i <= need; i++) {
		k = k ? k - 1 : plan->count - 1;
		if (!is_part(rx, &plan->part[k], run - i) ||
		    !has_length(&plan->part[k], run - i))
			return false;
		*begin = run[-i].frame0;
	}
	return true;
}

/* The tone the runs spell, -1: none. */
static int recognise(const struct rd_tone_rx *rx, uint64_t *begin)
{
	int first = rx->on < 0 ? 0 : rx->on, n, k;

	for (n = 0; n < RD_TONE_COUNT; n++) {
		int tone = (first + n) % RD_TONE_COUNT;
		const struct rd_tone_plan *plan = rx->plan[tone];

		for (k = 0; plan && k < plan->count; k++)
			if (fits(rx, plan, k, tone == rx->on, begin) &&
			    (tone == rx->on || *begin >= rx->after_frame))
				return tone;
	}
	return -1;
}

static void emit(struct rd_tone_event *ev, int *count, int max, int tone,
		 bool is_start, uint64_t frame)
{
	if (*count < max)
		ev[(*count)++] = (struct rd_tone_event){
			.frame = frame,
			.tone = tone,
			.is_start = is_start,
		};
}

int rd_tone_rx_process(struct rd_tone_rx *rx, const int16_t *in, size_t n,
		       uint64_t frame0, struct rd_tone_event *ev, int max)
{
	int count = 0;

	while (n) {
		unsigned int m = HOP - rx->fill < n ? HOP - rx->fill : n;
		uint64_t begin = 0;
		int tone;

		correlate(rx, in, m);
		in += m;
		n -= m;
		frame0 += m;
		rx->fill += m;
		if (rx->fill < HOP)
			break;
		rx->fill = 0;
		add_hop(rx, classify(rx), frame0);
		tone = recognise(rx, &begin);
		if (tone == rx->on)
			continue;
		if (rx->on >= 0) {
			emit(ev, &count, max, rx->on, false, frame0);
			/* its last burst begins no other tone */
			rx->after_frame = current(rx)->frame0;
		}
		if (tone >= 0)
			emit(ev, &count, max, tone, true, begin);
		rx->on = tone;
	}
	return count;
}

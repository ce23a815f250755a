// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Line echo canceller: the method, the state, and the canceller of one line.
 *
 *	          sent ──┬───────────────► line
 *	                 ▼                  │ hybrid
 *	          ┌─ taps, parts ─┐         ▼
 *	          │  of one block │      received
 *	          └──────┬────────┘         │
 *	                 └── echo ──► (−) ◄─┘
 *	                               │ e ──► NLP ──► out
 *	            doubt, near ◄──────┤
 *	             └─ gain ──► taps ◄┘
 *
 * The filter is cut into parts as long as the block, each a product in the
 * frequency domain (overlap-save), so there is no delay beyond the block that
 * is there anyway. What is stored is time: the taps are kept as samples and
 * transformed afresh each block. This costs two small transforms per part and
 * saves half of the memory; with thousands of channels memory is what costs.
 * It also means that the constraint (no part of a gradient may wrap around) is
 * kept exactly.
 *
 * The step is a Kalman filter's, with a diagonal covariance in coarse bands
 * (Enzner and Vary 2006 for the idea): doubt is the expected squared error of
 * the taps in a band of a part, near the power of what is not echo. The gain
 * doubt X* / (sum doubt |X|^2 + 2 near) is large while the canceller knows
 * nothing, small once it is sure, and drops within the very block in which
 * somebody starts to talk at the near end. See echo_kernel.h for the formulas,
 * echo_control.c for what a Kalman filter can not decide.
 */
#include "lib/dsp/echo.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "lib/dsp/echo_group.h"
#include "lib/dsp/level.h"

#define FORGET 1e-5f /* in 20 ms */

struct rd_echo {
	struct echo_group group;
	struct echo_shape shape;
	bool nlp, disabler;
	unsigned int fill; /* samples of a block that was begun */
	float sent[FFT_MAX] __attribute__((aligned(64)));
	float received[FFT_MAX];
	float arrays[] __attribute__((aligned(64)));
};

int echo_shape_init(struct echo_shape *shape, unsigned int taps,
		    unsigned int block)
{
	if (taps < RD_ECHO_TAPS_MIN || taps > RD_ECHO_TAPS_MAX || taps % 8 ||
	    (block != 40 && block != 80 && block != 160))
		return -EINVAL;
	shape->taps = taps;
	shape->block = block;
	shape->parts = (taps + block - 1) / block;
	shape->bins = block + 1;
	/* half of a gradient is cut off; the shorter, the less it is worth */
	shape->trust = 0.5f * ECHO_BANDS / block * sqrtf(block / 160.0f);
	shape->forget = FORGET * block / 160.0f;
	fft_init(&shape->fft, block);
	return 0;
}

/* Floats of a lane, in the order of the arrays. */
static size_t lane_floats(const struct echo_shape *s)
{
	return s->parts * (2 * s->bins + 2 * s->block + ECHO_BANDS) +
	       ECHO_WIDE_BANDS + s->block + 1;
}

size_t echo_group_hot(const struct echo_shape *s, unsigned int lanes)
{
	/* all but kept, which comes last */
	return (lane_floats(s) - s->parts * s->block) * lanes * sizeof(float);
}

static size_t round_up(size_t bytes)
{
	return (bytes + 63) & ~(size_t)63;
}

size_t echo_group_size(const struct echo_shape *s, unsigned int lanes)
{
	return round_up(lane_floats(s) * lanes * sizeof(float)) +
	       round_up(lanes * sizeof(struct echo_control));
}

void echo_group_init(struct echo_group *g, const struct echo_shape *s,
		     unsigned int lanes, void *mem, bool nlp, bool disabler)
{
	float *at = mem;
	unsigned int i;

	memset(mem, 0, echo_group_size(s, lanes));
	*g = (struct echo_group){ .shape = s, .lanes = lanes };
	g->spectra = at;
	at += s->parts * 2 * s->bins * lanes;
	g->taps = at;
	at += s->parts * s->block * lanes;
	g->before = at;
	at += s->block * lanes;
	g->doubt = at;
	at += s->parts * ECHO_BANDS * lanes;
	g->near = at;
	at += ECHO_WIDE_BANDS * lanes;
	g->seed = (uint32_t *)at;
	at += lanes;
	g->kept = at;
	g->control = (void *)((char *)mem +
			      round_up(lane_floats(s) * lanes * sizeof(float)));
	for (i = 0; i < lanes; i++) {
		echo_control_init(&g->control[i], nlp, disabler);
		echo_group_reset(g, i);
		g->seed[i] = 2 * i + 1;
	}
}

void echo_group_reset(struct echo_group *g, unsigned int lane)
{
	const struct echo_shape *s = g->shape;
	struct echo_control *c = &g->control[lane];
	unsigned int i, n = g->lanes;
	bool off;

	for (i = lane; i < s->parts * 2 * s->bins * n; i += n)
		g->spectra[i] = 0;
	for (i = lane; i < s->parts * s->block * n; i += n)
		g->taps[i] = g->kept[i] = 0;
	for (i = lane; i < s->block * n; i += n)
		g->before[i] = 0;
	for (i = lane; i < s->parts * ECHO_BANDS * n; i += n)
		g->doubt[i] = ECHO_DOUBT / s->parts;
	for (i = lane; i < ECHO_WIDE_BANDS * n; i += n)
		g->near[i] = 0;
	off = c->is_off;
	echo_control_init(c, c->has_nlp, c->has_disabler);
	c->is_off = off;
}

size_t rd_echo_size(const struct rd_echo_config *config)
{
	struct echo_shape s;

	if (echo_shape_init(&s, config->taps, config->block) < 0)
		return 0;
	return sizeof(struct rd_echo) + echo_group_size(&s, 1);
}

struct rd_echo *rd_echo_init(void *mem, const struct rd_echo_config *config)
{
	struct rd_echo *ec = mem;

	if ((uintptr_t)mem % RD_ECHO_ALIGN || !rd_echo_size(config))
		return NULL;
	memset(ec, 0, sizeof(*ec));
	echo_shape_init(&ec->shape, config->taps, config->block);
	echo_group_init(&ec->group, &ec->shape, 1, ec->arrays, config->nlp,
			config->tone_disabler);
	return ec;
}

void rd_echo_reset(struct rd_echo *ec)
{
	echo_group_reset(&ec->group, 0);
	ec->fill = 0;
}

void rd_echo_set_nlp(struct rd_echo *ec, bool on)
{
	ec->group.control->has_nlp = on;
}

static inline int16_t to_s16(float v)
{
	return lrintf(fminf(fmaxf(v, -32768.0f), 32767.0f));
}

/*
 * A block that was only begun: filter what has come, with the decisions of the
 * block before.
 */
static void preview(struct rd_echo *ec, float *out)
{
	const struct echo_control *c = ec->group.control;
	unsigned int i, n = ec->fill;
	float far = 0;

	for (i = 0; i < n; i++)
		far += ec->sent[i] * ec->sent[i];
	if (echo_control_is_bypass(c, far, n)) {
		memcpy(out, ec->received, n * sizeof(*out));
		return;
	}
	echo_preview_1(&ec->group, ec->sent, ec->received, out, n);
	for (i = 0; i < n; i++)
		out[i] *= c->gain;
}

void rd_echo_process(struct rd_echo *ec, const int16_t *sent,
		     const int16_t *received, int16_t *out, unsigned int n)
{
	unsigned int block = ec->shape.block, i;
	float result[FFT_MAX];

	while (n) {
		unsigned int from = ec->fill;
		unsigned int m = n < block - from ? n : block - from;

		for (i = 0; i < m; i++) {
			ec->sent[from + i] = sent[i];
			ec->received[from + i] = received[i];
		}
		ec->fill = from + m;
		if (from || ec->fill < block)
			preview(ec, result);
		if (ec->fill == block) {
			float whole[FFT_MAX];

			echo_block_1(&ec->group, ec->sent, ec->received,
				     from ? whole : result);
			ec->fill = 0;
		}
		for (i = 0; i < m; i++)
			out[i] = to_s16(result[from + i]);
		sent += m;
		received += m;
		out += m;
		n -= m;
	}
}

static float dbm0(float mean_square)
{
	return mean_square < 1e-3f
		       ? RD_DBM0_NOTHING
		       : 10.0f * log10f(mean_square) + (float)RD_DBM0_OF_ONE;
}

void echo_group_get_state(const struct echo_group *g, unsigned int lane,
			  struct rd_echo_state *state)
{
	const struct echo_control *c = &g->control[lane];
	const float *taps = g->taps + lane;
	float all = 0, sum = 0;
	unsigned int i, n = g->lanes;

	*state = (struct rd_echo_state){
		.far_dbm0 = dbm0(c->far_s),
		.near_dbm0 = dbm0(c->near_s),
		.residual_dbm0 = dbm0(c->out_s),
		.noise_dbm0 = dbm0(c->noise),
		.path_changes = c->path_changes,
		.is_converged = c->is_converged,
		.is_far_active = c->is_far_active,
		.is_narrow_band = c->is_narrow_band,
		.is_disabled = c->is_disabled,
	};
	if (c->erle_out > 0)
		state->erle_db = 10 * log10f((c->erle_near + 1e-3f) /
					     (c->erle_out + 1e-3f));
	for (i = 0; i < g->shape->taps; i++)
		all += taps[i * n] * taps[i * n];
	state->erl_db = all > 1e-9f ? -10.0f * log10f(all) : 99.0f;
	for (i = 0; i < g->shape->taps && all > 1e-9f; i++) {
		sum += taps[i * n] * taps[i * n];
		if (sum < 0.01f * all)
			state->delay_taps = i + 1;
		if (sum < 0.97f * all)
			state->tail_taps = i + 1;
	}
}

void rd_echo_get_state(const struct rd_echo *ec, struct rd_echo_state *state)
{
	echo_group_get_state(&ec->group, 0, state);
}

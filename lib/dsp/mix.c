// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Mixing. The sum is kept wide and saturated only on the way out: three loud
 * speakers clip for a listener, but a speaker who hears two of them does not
 * hear the clipping of all three.
 */
#include "lib/dsp/mix.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "lib/dsp/clones.h"

static inline int16_t saturate(int32_t v)
{
	v = v > 32767 ? 32767 : v;
	v = v < -32768 ? -32768 : v;
	return v;
}

static inline int32_t scaled(int16_t v, float gain)
{
	return (int32_t)rintf(v * gain);
}

void rd_mix_begin(struct rd_mix *m, unsigned int n)
{
	assert(n > 0 && n <= RD_MIX_MAX);
	m->n = n;
	m->speakers = 0;
	memset(m->sum, 0, n * sizeof(m->sum[0]));
}

RD_CLONES
void rd_mix_add(struct rd_mix *m, const int16_t *in)
{
	unsigned int i, n = m->n;

	for (i = 0; i < n; i++)
		m->sum[i] += in[i];
	m->speakers++;
}

RD_CLONES
void rd_mix_add_gain(struct rd_mix *m, const int16_t *in, float gain)
{
	unsigned int i, n = m->n;

	for (i = 0; i < n; i++)
		m->sum[i] += scaled(in[i], gain);
	m->speakers++;
}

RD_CLONES
void rd_mix_all(const struct rd_mix *m, int16_t *out)
{
	unsigned int i, n = m->n;

	for (i = 0; i < n; i++)
		out[i] = saturate(m->sum[i]);
}

RD_CLONES
void rd_mix_minus(const struct rd_mix *m, const int16_t *own, int16_t *out)
{
	unsigned int i, n = m->n;

	for (i = 0; i < n; i++)
		out[i] = saturate(m->sum[i] - own[i]);
}

RD_CLONES
void rd_mix_minus_gain(const struct rd_mix *m, const int16_t *own, float gain,
		       int16_t *out)
{
	unsigned int i, n = m->n;

	for (i = 0; i < n; i++)
		out[i] = saturate(m->sum[i] - scaled(own[i], gain));
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The signal path's figures, each beside its peers as Debian packages them:
 * `make bench-dsp`. Nanoseconds of CPU time per sample and channel, the best of
 * seven rounds (of ours and of the peers: the machine is shared); the last line is
 * JSON with the figures and the ratios.
 *
 * Ours run as they will: 5,008 different live channels in turn, octets in the
 * layout of a card, states far beyond the cache. The peers run one channel in
 * the cache, which flatters them.
 */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <spandsp.h>
#include <speex/speex_echo.h>

#include "lib/dsp/channel.h"
#include "lib/dsp/mix.h"
#include "tests/unit/g168.h"

#define SECOND	8000
#define SIGNAL	(4 * SECOND)
#define BANKS	313 /* 5,008 channels */
#define ROUNDS	7
#define PARTIES 32

/* Debian's libspandsp prints two lines for every sample; that is not counted. */
int printf(const char *format, ...)
{
	return 0;
}

int __printf_chk(int flag, const char *format, ...);
int __printf_chk(int flag, const char *format, ...)
{
	return 0;
}

static int16_t far[16][SIGNAL], near[16][SIGNAL];
static uint8_t far_octets[SIGNAL + 160][16], near_octets[SIGNAL + 160][16];

/* Sixteen calls: CSS through different hybrids, some talk back, some dial. */
static void make_signals(void)
{
	static double f[SIGNAL], n[SIGNAL];
	struct g168_rng rng = { 4 };

	for (int c = 0; c < 16; c++) {
		struct g168_hybrid h;

		g168_css(&rng, 0, 0, -10 - c % 8, f, SIGNAL);
		memset(n, 0, sizeof(n));
		if (c % 4 == 3)
			g168_css(&rng, 1, 1, -20, n, SIGNAL);
		if (c % 8 == 6)
			for (int i = 0; i < SIGNAL; i++)
				if (i / 800 % 4 == 0)
					n[i] = 3000 * sin(i * 0.6047) +
					       3000 * sin(i * 1.0493);
		for (int i = 0; i < SIGNAL; i++)
			far[c][i] = g168_alaw(f[i]);
		g168_hybrid(&h, c % 8, c * 3, 10);
		g168_line(&h, far[c], n, 1, near[c], 0, SIGNAL);
		for (int i = 0; i < SIGNAL; i++) {
			far_octets[i][c] = rd_g711_compress(RD_ALAW, far[c][i]);
			near_octets[i][c] =
				rd_g711_compress(RD_ALAW, near[c][i]);
		}
	}
	memcpy(far_octets[SIGNAL], far_octets[0], 160 * 16);
	memcpy(near_octets[SIGNAL], near_octets[0], 160 * 16);
}

static double cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

/* The best round of fn(ctx), which handles so many samples. */
static double measure(void (*fn)(void *), void *ctx, double samples)
{
	double best = 1e30;

	fn(ctx);
	for (int r = 0; r < ROUNDS; r++) {
		double start = cpu_ns();

		fn(ctx);
		best = fmin(best, (cpu_ns() - start) / samples);
	}
	return best;
}

static void *must(void *p)
{
	if (!p) {
		fprintf(stderr, "bench_dsp: out of memory or configuration\n");
		exit(1);
	}
	return p;
}

/* --- ours, in banks ---------------------------------------------------- */

struct banks {
	struct rd_bank *bank[BANKS];
	int block, digits;
	bool has_out;
	uint64_t frame;
	size_t bytes;
	char *memory;
	size_t memory_bytes;
};

static void make_banks(struct banks *b, const struct rd_bank_config *c,
		       bool has_out)
{
	size_t huge = 2 << 20;

	memset(b, 0, sizeof(*b));
	b->block = c->echo.block;
	b->has_out = has_out;
	b->bytes = (rd_bank_size(c) + 63) & ~(size_t)63;
	b->memory_bytes = (b->bytes * BANKS + huge - 1) / huge * huge;
	b->memory = must(aligned_alloc(huge, b->memory_bytes));
	madvise(b->memory, b->memory_bytes, MADV_HUGEPAGE);
	for (int i = 0; i < BANKS; i++)
		b->bank[i] = must(rd_bank_init(b->memory + i * b->bytes, c));
	for (int i = 0; i < BANKS; i++)
		rd_bank_set_next(b->bank[i], b->bank[(i + 1) % BANKS]);
}

/* Half a second of all banks, each at its own place in the signals. */
static void run_banks(void *ctx)
{
	static uint8_t out[160][16];
	struct banks *b = ctx;

	for (int t = 0; t < SECOND / 2; t += b->block, b->frame += b->block)
		for (int i = 0; i < BANKS; i++) {
			struct rd_bank_event ev[64];
			int at = (b->frame + i * 80) % SIGNAL;
			struct rd_bank_io io = {
				.sent = { far_octets[at], 1, 16 },
				.received = { near_octets[at], 1, 16 },
				.out = b->has_out ? out[0] : NULL,
				.out_channel_stride = 1,
				.out_frame_stride = 16,
				.frame0 = b->frame,
				.event = ev,
				.max_events = 64,
			};

			b->digits += rd_bank_process(b->bank[i], &io);
		}
}

static double bench_banks(unsigned int taps, int block, bool dtmf, bool out,
			  size_t *bytes)
{
	static struct banks b;
	struct rd_bank_config c = {
		.law = RD_ALAW,
		.echo = { .taps = taps,
			  .block = block,
			  .nlp = true,
			  .tone_disabler = true },
		.has_dtmf = dtmf,
	};
	double ns;

	make_banks(&b, &c, out);
	run_banks(&b);
	ns = measure(run_banks, &b, SECOND / 2 * 16.0 * BANKS);
	if (bytes)
		*bytes = b.bytes / 16;
	free(b.memory);
	return ns;
}

/* --- one channel: ours and the peers ------------------------------------ */

static int16_t scratch[SIGNAL];
static uint8_t octets[SIGNAL];

static void run_echo(void *ctx)
{
	for (int i = 0; i < SIGNAL; i += 160)
		rd_echo_process(ctx, far[0] + i, near[0] + i, scratch + i, 160);
}

static void run_speex(void *ctx)
{
	for (int i = 0; i < SIGNAL; i += 160)
		speex_echo_cancellation(ctx, near[0] + i, far[0] + i,
					scratch + i);
}

static void run_span_echo(void *ctx)
{
	for (int i = 0; i < SIGNAL; i++)
		scratch[i] = echo_can_update(ctx, far[0][i], near[0][i]);
}

static void run_dtmf(void *ctx)
{
	struct rd_dtmf_event ev[8];

	for (int i = 0; i < SIGNAL; i += 160)
		rd_dtmf_rx_process(ctx, near[6] + i, 160, i, ev, 8);
}

static void run_span_dtmf(void *ctx)
{
	char digits[128];

	for (int i = 0; i < SIGNAL; i += 160)
		dtmf_rx(ctx, near[6] + i, 160);
	dtmf_rx_get(ctx, digits, 127);
}

static void run_encode(void *law)
{
	for (int k = 0; k < 16; k++)
		for (int i = 0; i < SIGNAL; i += 160)
			rd_g711_encode(*(int *)law, far[k] + i, octets + i,
				       160);
}

static void run_decode(void *law)
{
	for (int k = 0; k < 16; k++)
		for (int i = 0; i < SIGNAL; i += 160)
			rd_g711_decode(*(int *)law, octets + i, scratch + i,
				       160);
}

static void run_span_encode(void *law)
{
	for (int i = 0; i < SIGNAL; i++)
		octets[i] = *(int *)law ? linear_to_ulaw(far[0][i])
					: linear_to_alaw(far[0][i]);
}

static void run_span_decode(void *law)
{
	for (int i = 0; i < SIGNAL; i++)
		scratch[i] = *(int *)law ? ulaw_to_linear(octets[i])
					 : alaw_to_linear(octets[i]);
}

static int16_t heard[PARTIES][160];

static void run_mix(void *ctx)
{
	static struct rd_mix mix;

	for (int i = 0; i < SIGNAL; i += 160) {
		rd_mix_begin(&mix, 160);
		for (int p = 0; p < PARTIES; p++)
			rd_mix_add(&mix, near[p % 16] + i);
		for (int p = 0; p < PARTIES; p++)
			rd_mix_minus(&mix, near[p % 16] + i, heard[p]);
	}
}

/* What a plain conference does: sum, subtract, clip, in C of the day. */
__attribute__((optimize("O2", "no-tree-vectorize"))) static void
run_plain_mix(void *ctx)
{
	for (int i = 0; i < SIGNAL; i += 160)
		for (int t = 0; t < 160; t++) {
			int32_t sum = 0;

			for (int p = 0; p < PARTIES; p++)
				sum += near[p % 16][i + t];
			for (int p = 0; p < PARTIES; p++) {
				int32_t v = sum - near[p % 16][i + t];

				heard[p][t] = v > 32767	   ? 32767
					      : v < -32768 ? -32768
							   : v;
			}
		}
}

/* --- report --------------------------------------------------------------- */

struct figure {
	const char *name;
	double ours, reach, stretch, span, speex; /* 0: does not apply */
};

static void report(const struct figure *f, int count, size_t bytes[2],
		   unsigned int lanes)
{
	fprintf(stdout, "%-26s %8s %8s %8s %9s %9s\n", "ns per sample", "ours",
		"reach", "stretch", "spandsp", "speexdsp");
	for (int i = 0; i < count; i++) {
		fprintf(stdout, "%-26s %8.3f %8.2f", f[i].name, f[i].ours,
			f[i].reach);
		if (f[i].stretch)
			fprintf(stdout, " %8.2f", f[i].stretch);
		else
			fprintf(stdout, " %8s", "-");
		fprintf(stdout, " %9.2f %9.2f\n", f[i].span, f[i].speex);
	}
	fprintf(stdout,
		"lanes %u; bytes a channel: %zu at 20 ms, %zu at 10 ms\n\n",
		lanes, bytes[0], bytes[1]);
	fprintf(stdout,
		"{\"bench\":\"dsp\",\"lanes\":%u,\"channels\":%d,"
		"\"state_bytes_20ms\":%zu,\"state_bytes_10ms\":%zu",
		lanes, BANKS * 16, bytes[0], bytes[1]);
	for (int i = 0; i < count; i++) {
		fprintf(stdout, ",\"%s_ns\":%.3f", f[i].name, f[i].ours);
		if (f[i].span)
			fprintf(stdout, ",\"%s_vs_%s\":%.1f", f[i].name,
				strncmp(f[i].name, "mix", 3) ? "spandsp"
							     : "plain_c",
				f[i].span / f[i].ours);
		if (f[i].speex)
			fprintf(stdout, ",\"%s_vs_speexdsp\":%.1f", f[i].name,
				f[i].speex / f[i].ours);
	}
	fprintf(stdout, "}\n");
}

int main(void)
{
	struct rd_echo_config ec = RD_ECHO_CONFIG_DEFAULT;
	struct rd_bank_config bc = { .echo = ec };
	void *mem = must(aligned_alloc(64, (rd_echo_size(&ec) + 63) & ~63ul));
	SpeexEchoState *speex = speex_echo_state_init(160, 512);
	echo_can_state_t *span = echo_can_init(512, ECHO_CAN_USE_ADAPTION);
	dtmf_rx_state_t *span_dtmf = dtmf_rx_init(NULL, NULL, NULL);
	struct rd_dtmf_rx dtmf;
	int alaw = RD_ALAW, ulaw = RD_ULAW;
	size_t bytes[2];
	double span_echo, speex_echo, span_digits, span_enc, span_dec;
	double span_uenc, span_udec, plain;
	int rate = SECOND;

	make_signals();
	rd_dtmf_rx_init(&dtmf);
	speex_echo_ctl(speex, SPEEX_ECHO_SET_SAMPLING_RATE, &rate);

	span_echo = measure(run_span_echo, span, SIGNAL);
	speex_echo = measure(run_speex, speex, SIGNAL);
	span_digits = measure(run_span_dtmf, span_dtmf, SIGNAL);
	span_enc = measure(run_span_encode, &alaw, SIGNAL);
	span_dec = measure(run_span_decode, &alaw, SIGNAL);
	span_uenc = measure(run_span_encode, &ulaw, SIGNAL);
	span_udec = measure(run_span_decode, &ulaw, SIGNAL);
	plain = measure(run_plain_mix, NULL, SIGNAL * (double)PARTIES);

	struct figure f[] = {
		{ "canceller_20ms",
		  bench_banks(512, 160, false, false, &bytes[0]), 20, 10,
		  span_echo, speex_echo },
		{ "canceller_10ms",
		  bench_banks(512, 80, false, false, &bytes[1]), 20, 0,
		  span_echo, speex_echo },
		{ "dtmf_20ms", bench_banks(0, 160, true, false, NULL), 1.0,
		  0.35, span_digits, 0 },
		{ "dtmf_10ms", bench_banks(0, 80, true, false, NULL), 1.0, 0,
		  span_digits, 0 },
		{ "channel_20ms", bench_banks(512, 160, true, true, &bytes[0]),
		  25, 12.5, span_echo + span_digits + span_enc + 2 * span_dec,
		  speex_echo + span_digits + span_enc + 2 * span_dec },
		{ "channel_10ms", bench_banks(512, 80, true, true, &bytes[1]),
		  25, 0, span_echo + span_digits + span_enc + 2 * span_dec,
		  speex_echo + span_digits + span_enc + 2 * span_dec },
		{ "alaw_encode", measure(run_encode, &alaw, 16.0 * SIGNAL), .10,
		  0, span_enc, 0 },
		{ "alaw_decode", measure(run_decode, &alaw, 16.0 * SIGNAL), .08,
		  0, span_dec, 0 },
		{ "ulaw_encode", measure(run_encode, &ulaw, 16.0 * SIGNAL), .10,
		  0, span_uenc, 0 },
		{ "ulaw_decode", measure(run_decode, &ulaw, 16.0 * SIGNAL), .08,
		  0, span_udec, 0 },
		{ "mix_32_per_party",
		  measure(run_mix, NULL, SIGNAL * (double)PARTIES), .2, 0,
		  plain, 0 },
		{ "single_canceller_20ms",
		  measure(run_echo, must(rd_echo_init(mem, &ec)), SIGNAL), 20,
		  0, span_echo, speex_echo },
		{ "single_dtmf", measure(run_dtmf, &dtmf, SIGNAL), 1.0, 0,
		  span_digits, 0 },
	};
	void *bank = must(aligned_alloc(64, (rd_bank_size(&bc) + 63) & ~63ul));

	report(f, sizeof(f) / sizeof(f[0]), bytes,
	       rd_bank_lanes(must(rd_bank_init(bank, &bc))));
	free(bank);
	free(mem);
	speex_echo_state_destroy(speex);
	echo_can_free(span);
	dtmf_rx_free(span_dtmf);
	return 0;
}

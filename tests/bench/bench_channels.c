// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How many channels one core serves with everything on: decode, cancel 64 ms of
 * echo, digits, bridge, encode, record both ways, write the file.
 *
 * HOW. In lockstep: cards in memory, 240 lines each, interleaved as real ones
 * are; between two ticks their far ends are played (not counted): one of sixteen
 * talkers who take turns with their peers and dial now and then, and a hybrid
 * that returns what the line was sent. So the echo is the echo of what media
 * really sent. Every tick a few more lines open, are bridged and recorded,
 * until the tick takes longer than its period. Media's tick is measured by the
 * CPU clock of its thread, the disk by that of the process, turn by turn: what
 * else the machine does counts little. Files lie in memory (/dev/shm).
 *
 * A core serves n channels when no tick so far was late (took more than its
 * period) and media and disk together fit into it on the average.
 *
 * Prints tables; the last line is JSON.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "daemon/disk/disk.h"
#include "daemon/media/state.h"
#include "lib/dsp/isa.h"
#include "tests/unit/g168.h"
#include "tests/unit/soft_card.h"

#define SPANS	 8u
#define WIDTH	 (32u * SPANS) /* octets of a frame */
#define CARDS	 32u
#define LINES	 (CARDS * SPANS * 30u)
#define HISTORY	 512u /* frames a hybrid may look back */
#define TALKERS	 16
#define SECOND	 8000
#define SIGNAL	 (8 * SECOND)
#define TAPS	 512u
#define BIN	 480u /* lines */
#define ERL_DB	 12.0
#define LATE_MAX 5 /* after so many it is enough */

static struct rd_config config;
static struct rd_cfg_card cards[CARDS];
static struct rd_cfg_span spans[CARDS * SPANS];
static struct soft_card soft[CARDS];
static uint8_t history[CARDS][HISTORY][WIDTH];
static struct rd_media *media;
static struct rd_disk *disk;
static char dir[64];
static uint32_t period;
static uint64_t frame;
static unsigned opened;

static int16_t talk[TALKERS][SIGNAL];
static int16_t echo[2]
		   [256]; /* what a hybrid returns of an octet, at two taps */
static uint8_t alaw[1 << 12]; /* of a sample's upper bits */

static void fail(const char *why)
{
	fprintf(stderr, "bench_channels: %s\n", why);
	exit(1);
}

static double cpu_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

/* ---- the far ends -------------------------------------------------------------- */

static void make_talkers(void)
{
	static double x[SIGNAL];
	struct g168_rng rng = { 5000 };
	double tap = pow(10, -ERL_DB / 20) / sqrt(1 + 0.25);

	for (int s = 0; s < TALKERS; s++) {
		g168_css(&rng, s & 1, 1, -14 - s / 2, x, SIGNAL);
		for (int i = 0; i < SIGNAL; i++) {
			bool turn = (i / (2 * SECOND) + s) & 1;
			bool dials = s % 4 == 2 && i % SIGNAL < 4000;

			talk[s][i] = g168_linear(turn ? x[i] : x[i] * 0.003);
			if (dials && i % 1600 < 800)
				talk[s][i] = g168_linear(
					3000 * sin(i * 2 * M_PI * 770 / 8000) +
					3000 * sin(i * 2 * M_PI * 1336 / 8000));
		}
	}
	for (int o = 0; o < 256; o++) {
		echo[0][o] = (int16_t)lrint(tap * rd_g711_expand(RD_ALAW, o));
		echo[1][o] =
			(int16_t)lrint(-tap / 2 * rd_g711_expand(RD_ALAW, o));
	}
	for (int i = 0; i < 1 << 12; i++)
		alaw[i] = rd_g711_compress(RD_ALAW, (int16_t)(i * 16 - 32760));
}

/* One frame of a card: its lines hear, answer, and the tx ring is idle again. */
static void play_frame(unsigned card, uint64_t f)
{
	struct soft_card *c = &soft[card];
	size_t at = f % c->info.geometry.ring_frames * WIDTH;
	uint8_t *rx = c->rx + at, *tx = c->tx + at;
	uint32_t delay = 20 + 7 * card;
	const uint8_t *one = history[card][(f - delay) % HISTORY];
	const uint8_t *two = history[card][(f - delay - 2) % HISTORY];

	memcpy(history[card][f % HISTORY], tx, WIDTH);
	memset(tx, 0xd5, WIDTH);
	for (unsigned i = 0; i < WIDTH; i++) {
		/* peers are neighbours in a span: they take turns */
		unsigned slot = i / SPANS, s = (slot + 2 * (i % SPANS)) % 16;
		unsigned place = 997 * card + 131 * (slot / 2);
		int v = talk[s][(f + place) % SIGNAL];

		v += echo[0][one[i]] + echo[1][two[i]];
		v = v < -32768 ? -32768 : v > 32767 ? 32767 : v;
		rx[i] = alaw[(v + 32768) >> 4];
	}
}

static void advance(void)
{
	for (unsigned card = 0; card < CARDS; card++) {
		uint64_t from = soft[card].status->frame;

		for (uint32_t i = 0; i < period; i++)
			play_frame(card, from + i);
		__atomic_store_n(&soft[card].status->frame, from + period,
				 __ATOMIC_RELEASE);
	}
	frame += period;
}

/* ---- the station ------------------------------------------------------------------ */

static int open_card(void *arg, unsigned index, struct rd_card *card,
		     struct rd_diag *diag)
{
	struct ringdown_info info = soft_info(
		SOFT_INTERLEAVED, SPANS, RINGDOWN_LAW_ALAW, period, 8 * period);

	return soft_make(&soft[index], card, &info, -1, diag);
}

static void begin(uint32_t period_frames)
{
	struct rd_diag diag;

	period = period_frames;
	frame = 0;
	opened = 0;
	memset(history, 0xd5, sizeof(history));
	config = (struct rd_config){ .period_frames = period,
				     .country = "cn",
				     .ncards = CARDS,
				     .nspans = CARDS * SPANS,
				     .cards = cards,
				     .spans = spans };
	for (unsigned i = 0; i < CARDS; i++)
		cards[i] = (struct rd_cfg_card){ .name = "soft",
						 .path = "memory",
						 .clock_priority =
							 (uint8_t)(i + 1),
						 .echo_taps = TAPS };
	for (unsigned i = 0; i < CARDS * SPANS; i++)
		spans[i] = (struct rd_cfg_span){ .name = "span",
						 .card = (uint8_t)(i / SPANS),
						 .span = (uint8_t)(i % SPANS),
						 .type = RINGDOWN_SPAN_E1,
						 .signalling = RD_SIG_PRI,
						 .dchannel = 16,
						 .bchannels = 0xfffefffeu };
	strcpy(dir, "/dev/shm/rd-bench-XXXXXX");
	if (!mkdtemp(dir))
		fail("no folder in /dev/shm");
	config.recording.dir = dir;
	rd_diag_init(&diag);
	if (rd_media_new(&media, &config, open_card, NULL, &diag) ||
	    rd_disk_new(&disk, &config.recording, rd_media_blocks(media),
			rd_media_blocks_back(media), LINES, &diag))
		fail(diag.text);
	rd_diag_free(&diag);
}

static void end(void)
{
	char command[128];

	rd_media_stop(media);
	rd_disk_stop(disk);
	rd_disk_free(disk);
	rd_media_free(media);
	for (unsigned i = 0; i < CARDS; i++)
		soft_free(&soft[i]);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	if (system(command))
		fail("cannot clean up");
}

enum what {
	BRIDGE = 1,
	RECORD = 2,
	DIGITS = 4,
	CANCEL = 8,
	ALL = 15
};

static uint32_t nth_line(unsigned i)
{
	unsigned slot = 1 + i % 30;

	return rd_line(i / 240, i / 30 % 8, slot < 16 ? slot : slot + 1);
}

static void put(struct rd_mq *to, void *msg, uint16_t type, uint16_t len,
		uint32_t line)
{
	struct rd_msg *head = msg;

	head->type = type;
	head->len = len;
	head->line = line;
	if (rd_mq_put(to, head))
		fail("a queue is full");
}

/* Lines 2n and 2n + 1 are one call. */
static void open_next(unsigned what)
{
	uint32_t line = nth_line(opened);
	struct rd_cmd_open open = { .flags = what & DIGITS ? RD_OPEN_DTMF : 0,
				    .echo_taps = what & CANCEL ? TAPS : 0 };
	struct rd_cmd_record record = { .recording = opened + 1 };
	struct rd_cmd_rec_open file = { .recording = opened + 1 };
	struct rd_cmd_bridge bridge = { .peer = nth_line(opened - 1) };

	put(rd_media_commands(media), &open, RD_MSG_OPEN, sizeof(open), line);
	if (what & RECORD) {
		snprintf(file.path, sizeof(file.path), "%u", opened);
		put(rd_disk_commands(disk), &file, RD_MSG_REC_OPEN,
		    sizeof(file), line);
		put(rd_media_commands(media), &record, RD_MSG_RECORD,
		    sizeof(record), line);
	}
	if (opened % 2)
		put(rd_media_commands(media), &bridge, RD_MSG_BRIDGE,
		    sizeof(bridge), line);
	opened++;
}

static unsigned digits;

static void drain(struct rd_mq *q)
{
	const struct rd_msg *msg;

	while ((msg = rd_mq_peek(q))) {
		digits += msg->type == RD_MSG_DIGIT;
		rd_mq_consume(q, msg);
	}
}

struct cost {
	double media_ns, disk_ns;
};

static struct cost tick(void)
{
	struct cost c;
	double at;

	advance();
	at = cpu_ns(CLOCK_THREAD_CPUTIME_ID);
	rd_media_tick(media, frame);
	c.media_ns = cpu_ns(CLOCK_THREAD_CPUTIME_ID) - at;
	drain(rd_media_events(media));
	at = cpu_ns(CLOCK_PROCESS_CPUTIME_ID);
	rd_disk_kick(disk);
	if (rd_disk_turn(disk, false) < 0)
		fail("the disk's ring");
	c.disk_ns = cpu_ns(CLOCK_PROCESS_CPUTIME_ID) - at;
	drain(rd_disk_events(disk));
	return c;
}

/* Nothing lost, digits heard, the echo's path found: or it was not the work. */
static void check_work(void)
{
	struct rd_media_stats stats;
	double sum = 0;
	unsigned n = 0;

	rd_media_stats(media, &stats);
	if (stats.rec_lost || stats.tx_late || stats.rx_lost ||
	    stats.events_lost || stats.bad_commands)
		fail("sound was lost");
	if (!digits)
		fail("no digit was heard");
	for (unsigned i = 0; i < opened; i++) {
		struct rd_ev_health health;

		rd_health_publish(media, rd_channel_find(media, nth_line(i)));
		if (rd_media_health(media, nth_line(i), &health) &&
		    health.flags & RD_HEALTH_CONVERGED) {
			sum += health.erl_cb / 10.0;
			n++;
		}
	}
	if (n < opened / 2 || fabs(sum / n - ERL_DB) > 1.5) {
		fprintf(stderr, "%u of %u converged, ERL %.1f dB\n", n, opened,
			sum / n);
		fail("the echo is not cancelled");
	}
}

/* ---- the ramp ----------------------------------------------------------------------- */

struct ramp {
	double media_ns[LINES / BIN], disk_ns[LINES / BIN]; /* a tick */
	unsigned ticks[LINES / BIN];
	unsigned first_late, fits; /* channels */
	double line_ns, tick_ns;   /* cost = tick_ns + channels * line_ns */
	double bend; /* cost a channel in the last bins over that in the first */
};

/* Least squares over the bins from 1 on. */
static void fit(struct ramp *r, unsigned bins)
{
	double n = 0, x = 0, y = 0, xx = 0, xy = 0, half[2] = { 0, 0 };

	for (unsigned i = 1; i < bins; i++) {
		double lines = (i + 0.5) * BIN;

		n++;
		x += lines;
		y += r->media_ns[i];
		xx += lines * lines;
		xy += lines * r->media_ns[i];
		half[i > bins / 2] +=
			r->media_ns[i] / lines /
			(i > bins / 2 ? bins - 1 - bins / 2 : bins / 2);
	}
	r->line_ns = (n * xy - x * y) / (n * xx - x * x);
	r->tick_ns = (y - r->line_ns * x) / n;
	r->bend = half[1] / half[0];
}

static void climb(struct ramp *r, uint32_t period_frames)
{
	unsigned step = period_frames / 10, late = 0, bins; /* 800 calls/s */
	double limit = period_frames * 125e3;

	memset(r, 0, sizeof(*r));
	begin(period_frames);
	while (opened < LINES && late < LATE_MAX) {
		unsigned bin = opened / BIN;
		struct cost c;

		for (unsigned i = 0; i < step; i++)
			open_next(ALL);
		c = tick();
		r->media_ns[bin] += c.media_ns;
		r->disk_ns[bin] += c.disk_ns;
		r->ticks[bin]++;
		if (c.media_ns > limit && !late++)
			r->first_late = opened;
	}
	bins = opened / BIN;
	for (unsigned i = 0; i < bins; i++) {
		r->media_ns[i] /= r->ticks[i];
		r->disk_ns[i] /= r->ticks[i];
		if (r->media_ns[i] + r->disk_ns[i] <= limit)
			r->fits = (i + 1) * BIN;
	}
	if (!r->first_late)
		r->first_late = opened;
	fit(r, bins);
	check_work();
	end();
	printf("\nperiod %u ms: lines, media us a tick, ns a channel and "
	       "sample, "
	       "disk us a tick\n",
	       period / 8);
	for (unsigned i = 1; i < bins; i += 2)
		printf("%6u %9.0f %8.2f %9.0f\n", (i * 2 + 1) * BIN / 2,
		       r->media_ns[i] / 1e3,
		       r->media_ns[i] / ((i + 0.5) * BIN) / period,
		       r->disk_ns[i] / 1e3);
	printf("first late tick at %u channels; media and disk fit on one core "
	       "up to %u\n",
	       r->first_late, r->fits);
	printf("a channel costs %.0f ns a tick (%.2f ns a sample), a tick %.0f "
	       "us; upper half / lower half %.2f\n",
	       r->line_ns, r->line_ns / period, r->tick_ns / 1e3, r->bend);
}

/* ---- where the time goes --------------------------------------------------------------- */

#define PART_LINES 2400u
#define PART_TICKS 100

/* ns a channel and sample of 2,400 lines with that much on; disk apart */
static struct cost part(uint32_t period_frames, unsigned what)
{
	struct cost sum = { 0, 0 };

	begin(period_frames);
	while (opened < PART_LINES) {
		for (unsigned i = 0; i < 24; i++)
			open_next(what);
		tick();
	}
	for (int i = 0; i < PART_TICKS; i++) {
		struct cost c = tick();

		sum.media_ns += c.media_ns;
		sum.disk_ns += c.disk_ns;
	}
	end();
	sum.media_ns /= (double)PART_LINES * PART_TICKS * period;
	sum.disk_ns /= (double)PART_LINES * PART_TICKS * period;
	return sum;
}

struct parts {
	double bridge, record, digits, cancel, disk, all;
};

static struct parts measure_parts(uint32_t period_frames)
{
	double a = part(period_frames, BRIDGE).media_ns;
	double b = part(period_frames, BRIDGE | RECORD).media_ns;
	double c = part(period_frames, BRIDGE | RECORD | DIGITS).media_ns;
	struct cost all = part(period_frames, ALL);
	struct parts p = { a,		b - a,	     c - b, all.media_ns - c,
			   all.disk_ns, all.media_ns };

	printf("%3u ms %8.2f %8.2f %8.2f %8.2f %8.2f %8.2f\n",
	       period_frames / 8, p.bridge, p.record, p.digits, p.cancel, p.all,
	       p.disk);
	return p;
}

/* ---- the machine's limit ------------------------------------------------------------------ */

typedef float v16 __attribute__((vector_size(64)));

#define FMA_ROUNDS 20000000

/* Sixteen chains of multiply-adds that need nothing but registers. */
#ifdef __x86_64__
__attribute__((target("avx512f,prefer-vector-width=512"), noinline))
#endif
static double
fma_gflops(void)
{
	v16 a[12], x = a[0] = (v16){ 0 } + 0.999f, y = x * 1e-3f;
	double ns = cpu_ns(CLOCK_THREAD_CPUTIME_ID);
	volatile float keep;

	for (int k = 0; k < 12; k++)
		a[k] = x + (float)k;
	for (int i = 0; i < FMA_ROUNDS / 12; i++)
#pragma GCC unroll 12
		for (int k = 0; k < 12; k++)
			a[k] = a[k] * x + y;
	for (int k = 1; k < 12; k++)
		a[0] += a[k];
	keep = a[0][3];
	(void)keep;
	return 32.0 * FMA_ROUNDS / (cpu_ns(CLOCK_THREAD_CPUTIME_ID) - ns);
}

/* Octets read and written by a copy that fits in no cache of a core. */
static double memory_gbytes(void)
{
	size_t n = 64u << 20;
	char *a = malloc(n), *b = malloc(n);
	double ns, best = 1e30;

	if (!a || !b)
		fail("out of memory");
	memset(a, 1, n);
	memset(b, 2, n);
	for (int i = 0; i < 5; i++) {
		ns = cpu_ns(CLOCK_THREAD_CPUTIME_ID);
		memcpy(a, b, n);
		__asm__ volatile("" : : "r"(a) : "memory"); /* it is wanted */
		ns = cpu_ns(CLOCK_THREAD_CPUTIME_ID) - ns;
		best = ns < best ? ns : best;
	}
	free(a);
	free(b);
	return 2.0 * n / best;
}

static size_t bank_bytes(uint32_t block)
{
	struct rd_bank_config c = { .echo = { .taps = TAPS, .block = block },
				    .has_dtmf = true };

	return rd_bank_size(&c) / RD_BANK_CHANNELS;
}

/*
 * The canceller's flops a sample. A real transform of 2B points is 2.5 2B log2
 * 2B; there are one of the far end, one of each part's taps, one back, one of
 * the error, and one back of each part's gradient. In each bin and part: 8 to
 * filter, 5 for the doubt, 6 for the gradient, 3 for what is learned; to pack
 * two bins into a half-size transform, 16 each way.
 */
static double canceller_flops(double block)
{
	double parts = ceil(TAPS / block);
	double transforms = 3 + 2 * parts;

	return (transforms * 2.5 * 2 * block * log2(2 * block) +
		(block + 1) * (parts * 22 + transforms * 16)) /
	       block;
}

struct limit {
	double flops, flop_ns, octets, memory_ns;
};

/* Each octet of state is read once a tick, and about half of it written. */
static struct limit limit_of(uint32_t block, double gflops, double gbytes)
{
	struct limit l = { .flops = canceller_flops(block),
			   .octets = (double)bank_bytes(block) -
				     (TAPS + block - 1) / block * block * 4 };

	l.flop_ns = l.flops / gflops;
	l.memory_ns = 1.5 * l.octets / gbytes / block;
	printf("%3u ms: %4.0f flops a sample / %.0f Gflop/s = %.2f ns; %5.0f "
	       "octets touched, %3.0f lines of cache, x 1.5 / %.1f GB/s / %u = "
	       "%.2f ns\n",
	       block / 8, l.flops, gflops, l.flop_ns, l.octets, l.octets / 64,
	       gbytes, block, l.memory_ns);
	return l;
}

int main(void)
{
	static struct ramp r10, r20;
	struct parts p10, p20;
	struct limit l10, l20;
	double gflops, gbytes;

	make_talkers();
	climb(&r10, 80);
	climb(&r20, 160);
	printf("\n%u lines, ns a channel and sample\n"
	       "          bridge   record   digits   cancel    media     "
	       "disk\n",
	       PART_LINES);
	p10 = measure_parts(80);
	p20 = measure_parts(160);
	gflops = isa_has_lanes(16) ? fma_gflops() : 0;
	gbytes = memory_gbytes();
	printf("\nwhat the machine's limit would be for the canceller\n");
	l10 = limit_of(80, gflops, gbytes);
	l20 = limit_of(160, gflops, gbytes);
	printf("octets of state a channel: bank %zu at 10 ms, %zu at 20 ms; "
	       "line %zu, its part of a rack %zu; recording buffers %u\n\n",
	       bank_bytes(80), bank_bytes(160), sizeof(struct rd_channel),
	       sizeof(struct rd_rack) / RD_BANK_CHANNELS, 2 * RD_RECORD_BUFFER);
	printf("{\"bench\":\"channels\",\"taps\":%u,"
	       "\"first_late_10ms\":%u,\"first_late_20ms\":%u,"
	       "\"fits_with_disk_10ms\":%u,\"fits_with_disk_20ms\":%u,"
	       "\"ns_per_sample_10ms\":%.2f,\"ns_per_sample_20ms\":%.2f,"
	       "\"bend_10ms\":%.2f,\"bend_20ms\":%.2f,",
	       TAPS, r10.first_late, r20.first_late, r10.fits, r20.fits,
	       r10.line_ns / 80, r20.line_ns / 160, r10.bend, r20.bend);
	for (int i = 0; i < 2; i++) {
		const struct parts *p = i ? &p20 : &p10;
		const struct limit *l = i ? &l20 : &l10;
		int ms = i ? 20 : 10;

		printf("\"bridge_%dms\":%.2f,\"record_%dms\":%.2f,"
		       "\"digits_%dms\":%.2f,\"cancel_%dms\":%.2f,"
		       "\"disk_%dms\":%.2f,\"limit_flops_%dms\":%.2f,"
		       "\"limit_memory_%dms\":%.2f,",
		       ms, p->bridge, ms, p->record, ms, p->digits, ms,
		       p->cancel, ms, p->disk, ms, l->flop_ns, ms,
		       l->memory_ns);
	}
	printf("\"state_bytes_10ms\":%zu,\"state_bytes_20ms\":%zu,"
	       "\"gflops\":%.0f,\"gbytes\":%.1f}\n",
	       bank_bytes(80), bank_bytes(160), gflops, gbytes);
	return 0;
}

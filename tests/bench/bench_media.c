// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Media: what a line costs, all lines bridged and recorded, a digit receiver
 * on every second one. A card in memory (not counted: the engine is played
 * between the ticks), periods of 10 ms, five seconds of sound.
 *
 * Prints one line a figure: name, value, unit. With a file name: JSON too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "daemon/media/state.h"
#include "tests/unit/media_world.h"

#define P     80u
#define TICKS 500u

static struct world w;
static FILE *json;
static unsigned nfigures;

static void figure(const char *what, unsigned lines, const char *how,
		   double value, const char *unit)
{
	printf("media_%s_%u_lines%s %.1f %s\n", what, lines, how, value, unit);
	if (json)
		fprintf(json,
			"%s\n  \"media_%s_%u_lines%s\": "
			"{\"value\": %.1f, \"unit\": \"%s\"}",
			nfigures ? "," : "", what, lines, how, value, unit);
	nfigures++;
}

static long resident_octets(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long total, pages = 0;

	if (f && fscanf(f, "%ld %ld", &total, &pages) != 2)
		pages = 0;
	if (f)
		fclose(f);
	return pages * sysconf(_SC_PAGESIZE);
}

/* Disk, infinitely fast. */
static uint64_t take_blocks(void)
{
	const struct rd_msg *msg;
	uint64_t octets = 0;

	while ((msg = rd_mq_peek(rd_media_blocks(w.m)))) {
		struct rd_rec_block b = *(const struct rd_rec_block *)msg;

		octets += b.octets;
		b.msg.type = RD_MSG_REC_BLOCK_FREE;
		if (b.data)
			rd_mq_put(rd_media_blocks_back(w.m), &b.msg);
		rd_mq_consume(rd_media_blocks(w.m), msg);
	}
	return octets;
}

static uint32_t nth_line(unsigned i)
{
	unsigned slot = 1 + i % 30;

	return rd_line(0, i / 30, slot < 16 ? slot : slot + 1);
}

static void begin(unsigned lines, enum soft_layout layout, uint16_t taps)
{
	static uint8_t noise[60000];

	world_card(&w, layout, lines / 30, RINGDOWN_LAW_ALAW, P, 640);
	w.cards[0].echo_taps = taps;
	world_start(&w);
	world_noise(noise, sizeof(noise), 1);
	for (unsigned i = 0; i < lines; i++) {
		struct rd_cmd_open open = {
			.flags = i % 2 ? 0 : RD_OPEN_DTMF,
			.echo_taps = taps,
		};

		world_source(&w, nth_line(i), noise + 11 * i, 50000);
		world_put(&w, &open, RD_MSG_OPEN, sizeof(open), nth_line(i));
		world_record(&w, RD_MSG_RECORD, nth_line(i), i + 1);
		if (i % 2)
			world_bridge(&w, nth_line(i), nth_line(i - 1));
	}
}

static void measure(unsigned lines, enum soft_layout layout, uint16_t taps,
		    const char *how)
{
	long before = resident_octets();
	struct rd_media_stats stats;
	uint64_t recorded = 0;

	begin(lines, layout, taps);
	for (unsigned i = 0; i < TICKS; i++) {
		world_run(&w, 1);
		recorded += take_blocks();
	}
	rd_media_stop(w.m);
	recorded += take_blocks();
	rd_media_stats(w.m, &stats);
	if (recorded != 2ull * lines * TICKS * P || stats.rec_lost ||
	    stats.tx_late || stats.rx_lost || stats.events_lost) {
		fprintf(stderr, "bench_media: sound was lost\n");
		exit(1);
	}
	figure("ns_per_tick_and_channel", lines, how,
	       (double)stats.tick_ns_sum / (double)stats.ticks / lines, "ns");
	figure("longest_tick", lines, how, (double)stats.tick_ns_max / 1000,
	       "us");
	figure("octets_per_channel", lines, how,
	       (double)(resident_octets() - before) / lines, "octets");
	world_end(&w);
}

int main(int argc, char **argv)
{
	json = argc > 1 ? fopen(argv[1], "w") : NULL;
	if (json)
		fprintf(json, "{");
	measure(60, SOFT_ROWS, 0, "");
	measure(120, SOFT_ROWS, 0, "");
	measure(120, SOFT_INTERLEAVED, 0, "_interleaved");
	measure(60, SOFT_ROWS, 512, "_cancelling_512_taps");
	figure("state_octets_of_a_channel", 1, "", sizeof(struct rd_channel),
	       "octets");
	if (json) {
		fprintf(json, "\n}\n");
		fclose(json);
	}
	return 0;
}

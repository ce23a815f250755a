// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The daemon's media thread on cards of the kernel, all lines open, bridged in
 * pairs and listened to for digits: how many system calls it makes a tick.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/media/media.h"
#include "tests/bench/guest/guest.h"

#define CARDS_MAX 2
#define SPANS_MAX 8

static struct rd_cfg_card cards[CARDS_MAX];
static struct rd_cfg_span spans[CARDS_MAX * SPANS_MAX];
static struct rd_config config = {
	.period_frames = PERIOD,
	.country = "cn",
	.cards = cards,
	.spans = spans,
};

static void configure(unsigned ncards, unsigned nspans)
{
	static char path[CARDS_MAX][32];

	for (unsigned i = 0; i < ncards; i++) {
		snprintf(path[i], sizeof(path[i]), "/dev/ringdown/card%u", i);
		cards[config.ncards++] =
			(struct rd_cfg_card){ .name = path[i],
					      .path = path[i],
					      .clock_priority =
						      (uint8_t)(i + 1) };
		for (unsigned n = 0; n < nspans; n++)
			spans[config.nspans++] = (struct rd_cfg_span){
				.name = "e1",
				.card = (uint8_t)i,
				.span = (uint8_t)n,
				.type = RINGDOWN_SPAN_E1,
				.law = RINGDOWN_LAW_ALAW,
				.signalling = RD_SIG_PRI,
				.dchannel = 16,
				.bchannels = 0xfffefffe,
			};
	}
}

static void tell(struct rd_media *m, void *msg, uint16_t type, size_t len,
		 uint32_t line)
{
	struct rd_msg *head = msg;

	head->type = type;
	head->len = (uint16_t)len;
	head->line = line;
	if (rd_mq_put(rd_media_commands(m), head))
		die("commands", 0);
}

static void open_lines(struct rd_media *m)
{
	uint32_t before = RD_LINE_NONE;

	for (unsigned i = 0; i < config.nspans; i++)
		for (unsigned slot = 1; slot < 32; slot++) {
			struct rd_cmd_open open = { .flags = RD_OPEN_DTMF };
			uint32_t line =
				rd_line(spans[i].card, spans[i].span, slot);
			struct rd_cmd_bridge bridge = { .peer = before };

			if (slot == 16)
				continue;
			tell(m, &open, RD_MSG_OPEN, sizeof(open), line);
			if (before == RD_LINE_NONE) {
				before = line;
				continue;
			}
			tell(m, &bridge, RD_MSG_BRIDGE, sizeof(bridge), line);
			before = RD_LINE_NONE;
		}
}

/* The thread of this process that is called media. */
static int thread_id(void)
{
	DIR *dir = opendir("/proc/self/task");
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char path[300], name[32] = "";
		FILE *f;

		snprintf(path, sizeof(path), "/proc/self/task/%s/comm",
			 entry->d_name);
		f = fopen(path, "r");
		if (f && fgets(name, sizeof(name), f) &&
		    strcmp(name, "media\n") == 0) {
			fclose(f);
			closedir(dir);
			return atoi(entry->d_name);
		}
		if (f)
			fclose(f);
	}
	die("no thread is called media", 0);
}

static void let_tick(struct rd_media *m, uint64_t until)
{
	struct rd_media_stats stats;

	do {
		struct rd_mq *events = rd_media_events(m);
		const struct rd_msg *msg;

		usleep(5000);
		while ((msg = rd_mq_peek(events)))
			rd_mq_consume(events, msg);
		rd_media_stats(m, &stats);
	} while (stats.ticks < until);
}

int run_media(int argc, char **argv)
{
	struct rd_media_stats from, to;
	struct rd_wake nobody = { .ring_fd = -1 };
	struct rd_diag diag;
	struct rd_media *m;
	uint64_t calls;
	int err, counter;

	if (argc < 2)
		die("arguments: CARDS SPANS", 0);
	configure((unsigned)atoi(argv[0]), (unsigned)atoi(argv[1]));
	rd_diag_init(&diag);
	err = rd_media_new(&m, &config, NULL, NULL, &diag);
	if (err)
		die(diag.text ? diag.text : "media", -err);
	open_lines(m);
	err = rd_media_start(m, nobody, nobody);
	if (err)
		die("start of media", -err);
	counter = syscalls_open(thread_id());
	let_tick(m, 20);
	rd_media_stats(m, &from);
	calls = syscalls_read(counter);
	let_tick(m, from.ticks + 500);
	calls = syscalls_read(counter) - calls;
	rd_media_stats(m, &to);
	printf("BENCH {\"part\":\"media\",\"cards\":%u,\"spans\":%u,"
	       "\"channels\":%u,\"ticks\":%llu,\"syscalls\":%llu,"
	       "\"late_ticks\":%llu,\"lost\":%llu}\n",
	       config.ncards, config.nspans, config.nspans * CHANNELS,
	       (unsigned long long)(to.ticks - from.ticks),
	       (unsigned long long)calls,
	       (unsigned long long)(to.late_ticks - from.late_ticks),
	       (unsigned long long)(to.rx_lost - from.rx_lost + to.tx_late -
				    from.tx_late));
	rd_media_stop(m);
	rd_media_free(m);
	rd_diag_free(&diag);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One tick, from the cards' rings to the cards' rings. The order below is the
 * contract of media.h; nothing here or beneath allocates, locks, logs or makes
 * a system call (the clock is read in the vDSO).
 */
#include <time.h>

#include "daemon/media/state.h"

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void account(struct rd_media *m, uint64_t ns)
{
	rd_count(m, ticks, 1);
	rd_count(m, tick_ns_sum, ns);
	if (ns > m->stats.tick_ns_max)
		__atomic_store_n(&m->stats.tick_ns_max, ns, __ATOMIC_RELAXED);
}

void rd_media_tick(struct rd_media *m, uint64_t frame)
{
	uint64_t begin_ns = now_ns();

	m->frame = frame;
	m->disk_fed = false;
	rd_cards_begin(m);
	rd_recorder_begin(m);
	rd_health_begin(m);
	rd_commands_run(m);
	rd_racks_run(m);
	rd_channels_send(m);
	for (unsigned i = 0; i < m->ndchannels; i++)
		rd_dchannel_run(m, &m->dchannel[i]);
	rd_cards_end(m);
	m->began = true;
	__atomic_store_n(&m->now, frame, __ATOMIC_RELEASE);
	m->wants_core = rd_outbox_flush(m);
	__atomic_store_n(&m->epoch, m->epoch + 1, __ATOMIC_SEQ_CST);
	account(m, now_ns() - begin_ns);
}

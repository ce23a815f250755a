// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The HDLC receiver on any octets, in blocks of any length: stays in bounds,
 * its counters agree with what it reported, how the blocks are cut does not
 * matter, and a good frame, sent again, is received again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/line/hdlc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	uint64_t good, octets, faults;
	uint32_t sum;
};

static void demand(int truth)
{
	if (!truth)
		abort();
}

static void received_again(void *arg, const uint8_t *data, size_t len,
			   enum rd_hdlc_fault fault, size_t at)
{
	demand(fault == RD_HDLC_GOOD);
	(void)at, (void)data;
	*(size_t *)arg += len;
}

static void send_again(const uint8_t *data, size_t len)
{
	static uint8_t memory[512], octets[480];
	static struct rd_hdlc_rx rx;
	struct rd_hdlc_tx tx;
	size_t got = 0;

	rd_hdlc_tx_init(&tx, memory, sizeof(memory));
	rd_hdlc_tx_open(&tx);
	demand(rd_hdlc_tx_put(&tx, data, len) == 0);
	rd_hdlc_tx_run(&tx, octets, sizeof(octets));
	rd_hdlc_rx_init(&rx);
	rd_hdlc_rx_run(&rx, octets, sizeof(octets), received_again, &got);
	demand(got == len);
}

static void frame(void *arg, const uint8_t *data, size_t len,
		  enum rd_hdlc_fault fault, size_t at)
{
	struct seen *seen = arg;

	(void)at;
	demand(len <= RD_HDLC_MAX);
	for (size_t i = 0; i < len; i++)
		seen->sum = seen->sum * 31 + data[i];
	if (fault != RD_HDLC_GOOD) {
		seen->faults++;
		return;
	}
	demand(len >= RD_HDLC_MIN);
	seen->good++;
	seen->octets += len;
	send_again(data, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct rd_hdlc_rx whole, cut;
	struct seen a = { 0 }, b = { 0 };
	const struct rd_hdlc_counts *c = &whole.counts;

	if (size > 65536)
		return 0;
	rd_hdlc_rx_init(&whole);
	rd_hdlc_rx_run(&whole, data, size, frame, &a);
	demand(a.good == c->frames && a.octets == c->octets);
	demand(a.faults ==
	       c->bad_fcs + c->too_long + c->too_short + c->aborted);
	rd_hdlc_rx_init(&cut);
	for (size_t i = 0; i < size; i++)
		rd_hdlc_rx_run(&cut, data + i, 1, frame, &b);
	demand(!memcmp(&a, &b, sizeof(a)));
	return 0;
}

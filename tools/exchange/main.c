// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/exchange/line_clock.h"
#include "tools/exchange/office.h"
#include "tools/exchange/wire.h"

struct run {
	struct xc_card card;
	struct xc_wire wire;
	struct xc_office office;
	struct xc_pcapng pcap;
};

static int incoming(void *ctx, struct xc_call *call)
{
	return PRI_CAUSE_UNALLOCATED;
}

static void trunk_says(void *ctx, struct xc_trunk *t, const char *what)
{
	printf("[%10.3f] %-10s %s\n", xc_line_clock_frame() / 8000.0,
	       t->config.name, what);
	fflush(stdout);
}

static void client(void *ctx, bool present)
{
	printf("[%10.3f] %-10s %s\n", xc_line_clock_frame() / 8000.0, "wire",
	       present ? "client connected" : "client gone");
	fflush(stdout);
}

static void command(void *ctx, const char *line)
{
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "lockstep", no_argument, NULL, 'l' },
		{ "socket", required_argument, NULL, 's' },
		{ "pcap", required_argument, NULL, 'p' },
		{ "debug", no_argument, NULL, 'd' },
		{ NULL, 0, NULL, 0 },
	};
	static const struct xc_office_ops office_ops = {
		.incoming = incoming,
		.trunk = trunk_says,
	};
	static const struct xc_wire_ops wire_ops = { client, command };
	struct xc_card_config cc = {
		.name = "exchange",
		.period_frames = 80,
		.lead_frames = UINT_MAX,
		.ring_periods = 16,
		.epoch_ns = 1772438400000000000u,
		.seed = 1,
		.nspans = 2,
		.span = {
			{ .type = RINGDOWN_SPAN_E1, .crc4 = -1 },
			{ .type = RINGDOWN_SPAN_E1, .crc4 = -1 },
		},
	};
	struct xc_wire_config wc = {
		.path = "ringdown-exchange.sock",
		.speed = 1.0,
		.watchdog_ms = 20000,
	};
	struct xc_trunk_config tc[2] = {
		{ "trunk", true, PRI_SWITCH_EUROISDN_E1, 16, XC_HUNT_UP,
		  false },
		{ "phones", false, PRI_SWITCH_EUROISDN_E1, 16, XC_HUNT_UP,
		  false },
	};
	static struct run r;
	const char *pcap = NULL;
	bool debug = false;
	int opt, err, i;

	while ((opt = getopt_long(argc, argv, "ls:p:d", longs, NULL)) != -1) {
		switch (opt) {
		case 'l':
			wc.lockstep = cc.lockstep = true;
			break;
		case 's':
			wc.path = optarg;
			break;
		case 'p':
			pcap = optarg;
			break;
		case 'd':
			debug = true;
			break;
		default:
			return 2;
		}
	}
	xc_line_clock_set_epoch(cc.epoch_ns);
	if (pcap && xc_pcapng_open(&r.pcap, pcap)) {
		perror(pcap);
		return 1;
	}
	xc_office_init(&r.office, &r.card, &office_ops, &r);
	err = xc_card_init(&r.card, &cc, &xc_office_card_ops, &r.office);
	for (i = 0; !err && i < 2; i++)
		err = xc_office_add_trunk(&r.office, &tc[i],
					  pcap ? &r.pcap : NULL, i, debug);
	if (!err)
		err = xc_wire_open(&r.wire, &r.card, &wc, &wire_ops, &r);
	if (!err)
		err = xc_wire_run(&r.wire);
	if (err)
		fprintf(stderr, "exchange: %s\n", strerror(-err));
	xc_wire_close(&r.wire);
	xc_office_free(&r.office);
	xc_card_free(&r.card);
	xc_pcapng_close(&r.pcap);
	return err ? 1 : 0;
}

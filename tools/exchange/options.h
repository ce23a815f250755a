/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line of ringdown-exchange. */
#ifndef XC_OPTIONS_H
#define XC_OPTIONS_H

#include <stdbool.h>

struct xc_options {
	const char *scenario, *socket, *card, *out, *pcap, *cache;
	double speed;
	bool has_speed; /* --speed was given */
	long seed, period_frames; /* -1, 0: the scenario's */
	long watchdog_s;
	bool lockstep, quiet, no_sound, debug, control, stay;
};

/* 0: go on; 1: help or the like was printed; -EINVAL: said why. */
int xc_options_parse(struct xc_options *o, int argc, char **argv);

#endif

// SPDX-License-Identifier: GPL-2.0-only
#include "tools/exchange/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/config/table.h"
#include "tools/exchange/scenario.h"

/* clang-format off */
static const char usage[] =
"usage: ringdown-exchange [options] scenario.yaml\n"
"\n"
"A simulated central office: it serves a line card on a unix socket, plays\n"
"the callers and phones of a scenario, and says whether all came out as\n"
"scripted.\n"
"\n"
"  --socket PATH     where ringdownd finds the card (ringdown-exchange.sock)\n"
"  --card DEVICE     serve no card, but be the other end of a cable: play on\n"
	"                    this card, which is the clock; no lockstep\n"
"  --lockstep        the line runs as fast as its client, and never faster\n"
"  --speed X         so many times as fast as real time (1); with --lockstep:\n"
	"                    at most (no limit)\n"
"  --period FRAMES   period until the client asks for another; 8 are 1 ms\n"
"  --seed N          of everything random; default: the scenario's\n"
"  --out DIR         what each party heard and said as WAV; report.json\n"
"  --no-sound        only report.json in there\n"
"  --pcap FILE       all D-channels, for tshark -r FILE\n"
"  --cache DIR       where spoken text is kept\n"
"  --watchdog S      lockstep: wall time a client may take for a tick (20)\n"
"  --control         read actions from standard input, one a line:\n"
"                      {do: slip, span: trunk, count: 1}\n"
"  --stay            lockstep: when all is over the clock stands until a\n"
	"                      line on standard input says {do: end}\n"
"  --quiet           no story, only the table\n"
"  --debug           libpri's own trace on standard error\n"
"  --schema          print the JSON schema of scenarios, for editors\n"
"  --manual          print every key of scenarios and what it means\n"
"\n"
"A first scenario, one caller who listens until the other end hangs up:\n"
"\n"
"  spans:\n"
"    - {name: trunk}\n"
"  calls:\n"
"    - {name: A, at: 2s, from: \"13800138000\", to: \"4008001234\",\n"
"       expect: answered}\n"
"\n"
"Exit: 0 all as expected, 1 not so, 2 bad scenario, 3 the run failed.\n";
/* clang-format on */

static int parse_long(const char *text, const char *what, long min, long max,
		      long *out)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(text, &end, 0);
	if (errno || *end || end == text || v < min || v > max) {
		fprintf(stderr, "--%s: found \"%s\", expected %ld to %ld\n",
			what, text, min, max);
		return -EINVAL;
	}
	*out = v;
	return 0;
}

static int parse_option(struct xc_options *o, int opt, const char *arg)
{
	char *end;

	switch (opt) {
	case 's':
		o->socket = arg;
		return 0;
	case 'C':
		o->card = arg;
		return 0;
	case 'l':
		o->lockstep = true;
		return 0;
	case 'x':
		o->has_speed = true;
		o->speed = strtod(arg, &end);
		if (*end || !(o->speed >= 0.01 && o->speed <= 1000)) {
			fprintf(stderr,
				"--speed: found \"%s\", expected 0.01 "
				"to 1000\n",
				arg);
			return -EINVAL;
		}
		return 0;
	case 'p':
		return parse_long(arg, "period", RINGDOWN_PERIOD_MIN,
				  RINGDOWN_PERIOD_MAX, &o->period_frames);
	case 'n':
		return parse_long(arg, "seed", 0, INT64_MAX, &o->seed);
	case 'o':
		o->out = arg;
		return 0;
	case 'c':
		o->pcap = arg;
		return 0;
	case 'a':
		o->cache = arg;
		return 0;
	case 'w':
		return parse_long(arg, "watchdog", 0, 86400, &o->watchdog_s);
	case 'i':
		o->control = true;
		return 0;
	case 'y':
		o->stay = true;
		return 0;
	case 'N':
		o->no_sound = true;
		return 0;
	case 'q':
		o->quiet = true;
		return 0;
	case 'd':
		o->debug = true;
		return 0;
	default:
		return -EINVAL;
	}
}

int xc_options_parse(struct xc_options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "card", required_argument, NULL, 'C' },
		{ "lockstep", no_argument, NULL, 'l' },
		{ "speed", required_argument, NULL, 'x' },
		{ "period", required_argument, NULL, 'p' },
		{ "seed", required_argument, NULL, 'n' },
		{ "out", required_argument, NULL, 'o' },
		{ "pcap", required_argument, NULL, 'c' },
		{ "cache", required_argument, NULL, 'a' },
		{ "watchdog", required_argument, NULL, 'w' },
		{ "control", no_argument, NULL, 'i' },
		{ "stay", no_argument, NULL, 'y' },
		{ "no-sound", no_argument, NULL, 'N' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "debug", no_argument, NULL, 'd' },
		{ "schema", no_argument, NULL, 'S' },
		{ "manual", no_argument, NULL, 'M' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int opt;

	*o = (struct xc_options){ .socket = "ringdown-exchange.sock",
				  .speed = 1,
				  .seed = -1,
				  .watchdog_s = 20 };
	while ((opt = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		if (opt == 'h') {
			fputs(usage, stdout);
			return 1;
		}
		if (opt == 'S') {
			rd_schema_write(stdout, &xc_scenario_table,
					"Scenario of ringdown-exchange");
			return 1;
		}
		if (opt == 'M') {
			rd_manual_write(stdout, &xc_scenario_table,
					RD_MANUAL_MARKDOWN);
			return 1;
		}
		if (parse_option(o, opt, optarg))
			return -EINVAL;
	}
	if (o->card && (o->lockstep || o->has_speed)) {
		fprintf(stderr, "--card: its clock is its own; no --lockstep, "
				"no --speed\n");
		return -EINVAL;
	}
	if (optind != argc - 1) {
		fprintf(stderr, "expected one scenario; see "
				"ringdown-exchange --help\n");
		return -EINVAL;
	}
	o->scenario = argv[optind];
	return 0;
}

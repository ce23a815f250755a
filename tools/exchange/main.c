// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringdown-exchange: reads a scenario, serves a card, plays the scenario and
 * judges it. Exit: 0 all as expected, 1 something came out otherwise, 2 usage
 * or scenario, 3 the run itself failed (watchdog, socket).
 */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/frames.h"
#include "tools/exchange/line_clock.h"
#include "tools/exchange/report.h"
#include "tools/exchange/wire.h"
#include "tools/exchange/world.h"

struct options {
	const char *scenario, *socket, *out, *pcap, *cache;
	double speed;
	long seed, period_frames, watchdog_s;
	bool lockstep, quiet, debug, control;
};

struct run {
	struct options options;
	struct xc_scenario scenario;
	struct xc_card card;
	struct xc_wire wire;
	struct xc_office office;
	struct xc_world world;
	struct xc_pcapng pcap;
};

static struct run run;

static const char usage[] =
	"usage: ringdown-exchange [options] scenario.yaml\n"
	"\n"
	"A simulated central office: it serves a line card on a unix socket, "
	"plays the\n"
	"callers and phones of a scenario, and says whether all came out as "
	"scripted.\n"
	"\n"
	"  --socket PATH     where ringdownd finds the card "
	"(ringdown-exchange.sock)\n"
	"  --lockstep        the line runs as fast as its client, and never "
	"faster\n"
	"  --speed X         real time: so many times as fast (1)\n"
	"  --period FRAMES   period until the client asks for another; 8 are 1 "
	"ms\n"
	"  --seed N          of everything random; default: the scenario's\n"
	"  --out DIR         what each party heard and said as WAV, and "
	"report.json\n"
	"  --pcap FILE       all D-channels, for tshark -r FILE\n"
	"  --cache DIR       where spoken text is kept\n"
	"  --watchdog S      lockstep: wall time the client may take for a "
	"tick (20)\n"
	"  --control         read actions from standard input, one a line:\n"
	"                      {do: slip, span: trunk, count: 1}\n"
	"  --quiet           no story, only the table\n"
	"  --debug           libpri's own trace on standard error\n"
	"\n"
	"A first scenario, one caller who listens until the other end hangs "
	"up:\n"
	"\n"
	"  spans:\n"
	"    - {name: trunk}\n"
	"  calls:\n"
	"    - {name: A, at: 2s, from: \"13800138000\", to: \"4008001234\",\n"
	"       expect: answered}\n"
	"\n"
	"Exit: 0 all as expected, 1 not so, 2 bad scenario, 3 the run "
	"failed.\n";

/* ---- options ------------------------------------------------------------ */

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

static int parse_option(struct options *o, int opt, const char *arg)
{
	char *end;

	switch (opt) {
	case 's':
		o->socket = arg;
		return 0;
	case 'l':
		o->lockstep = true;
		return 0;
	case 'x':
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

/* 0 go on, 1 done, -EINVAL. */
static int parse_options(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "lockstep", no_argument, NULL, 'l' },
		{ "speed", required_argument, NULL, 'x' },
		{ "period", required_argument, NULL, 'p' },
		{ "seed", required_argument, NULL, 'n' },
		{ "out", required_argument, NULL, 'o' },
		{ "pcap", required_argument, NULL, 'c' },
		{ "cache", required_argument, NULL, 'a' },
		{ "watchdog", required_argument, NULL, 'w' },
		{ "control", no_argument, NULL, 'i' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "debug", no_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int opt;

	*o = (struct options){ .socket = "ringdown-exchange.sock",
			       .speed = 1,
			       .seed = -1,
			       .watchdog_s = 20 };
	while ((opt = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		if (opt == 'h') {
			fputs(usage, stdout);
			return 1;
		}
		if (parse_option(o, opt, optarg))
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

/* ---- the run ------------------------------------------------------------ */

static void client(void *ctx, bool present)
{
	struct run *r = ctx;

	xc_story(&r->world, "wire",
		 present ? "client connected" : "client gone");
}

static void command(void *ctx, const char *line)
{
	struct run *r = ctx;
	struct xc_action a;
	struct rd_diag diag;

	if (!*line)
		return;
	rd_diag_init(&diag);
	if (!xc_scenario_action(&r->scenario, line, &a, &diag))
		xc_world_act(&r->world, &a);
	else
		fputs(diag.text ? diag.text : "line: not understood\n", stderr);
	rd_diag_free(&diag);
}

/* The world after its own part of the period: is it over? */
static void period(void *ctx, uint64_t frame)
{
	struct run *r = ctx;

	xc_world_office_ops.period(&r->world, frame);
	if (r->world.over)
		xc_wire_quit(&r->wire);
}

static int incoming(void *ctx, struct xc_call *call)
{
	struct run *r = ctx;

	return xc_world_office_ops.incoming(&r->world, call);
}

static void trunk_says(void *ctx, struct xc_trunk *t, const char *what)
{
	struct run *r = ctx;

	xc_world_office_ops.trunk(&r->world, t, what);
}

static void on_signal(int sig)
{
	run.wire.quit = true;
}

static int load(struct run *r)
{
	struct rd_diag diag;
	int err;

	rd_diag_init(&diag);
	err = xc_scenario_load(&r->scenario, r->options.scenario,
			       r->options.cache, &diag);
	if (diag.text)
		fputs(diag.text, stderr);
	else if (err)
		fprintf(stderr, "%s: %s\n", r->options.scenario,
			strerror(-err));
	rd_diag_free(&diag);
	if (err)
		return err;
	if (r->options.seed >= 0)
		r->scenario.seed = r->options.seed;
	r->scenario.card.seed = r->scenario.seed;
	r->scenario.card.lockstep = r->options.lockstep;
	if (r->options.period_frames)
		r->scenario.card.period_frames = r->options.period_frames;
	return 0;
}

static uint64_t epoch_ns(const struct run *r)
{
	struct timespec ts;

	if (r->options.lockstep)
		return r->scenario.epoch_ns;
	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * UINT64_C(1000000000) + ts.tv_nsec;
}

static int build(struct run *r)
{
	static const struct xc_office_ops office_ops = {
		.incoming = incoming,
		.period = period,
		.trunk = trunk_says,
	};
	static const struct xc_wire_ops wire_ops = { client, command };
	struct xc_wire_config wc = {
		.path = r->options.socket,
		.lockstep = r->options.lockstep,
		.speed = r->options.speed,
		.absence_frames = r->scenario.card_plan.absence_frames,
		.watchdog_ms = r->options.watchdog_s * 1000,
	};
	unsigned i;
	int err;

	xc_line_clock_set_epoch(epoch_ns(r));
	xc_line_tables();
	if (r->options.out && mkdir(r->options.out, 0777) && errno != EEXIST)
		return -errno;
	if (r->options.pcap) {
		err = xc_pcapng_open(&r->pcap, r->options.pcap);
		if (err)
			return err;
	}
	xc_office_init(&r->office, &r->card, &office_ops, r);
	err = xc_world_init(&r->world, &r->scenario, &r->office, r->options.out,
			    r->scenario.seed, r->options.quiet);
	if (err)
		return err;
	err = xc_card_init(&r->card, &r->scenario.card, &xc_office_card_ops,
			   &r->office);
	for (i = 0; !err && i < r->scenario.nspans; i++)
		err = xc_office_add_trunk(&r->office, &r->scenario.trunk[i],
					  r->options.pcap ? &r->pcap : NULL,
					  r->scenario.seed + i,
					  r->options.debug);
	if (err)
		return err;
	err = xc_wire_open(&r->wire, &r->card, &wc, &wire_ops, r);
	if (!err && r->options.control)
		r->wire.control_fd = STDIN_FILENO;
	return err;
}

static int report(struct run *r)
{
	char path[600];
	unsigned bad;

	xc_world_finish(&r->world);
	bad = xc_report_judge(&r->world);
	xc_report_print(&r->world, stdout);
	if (r->options.out) {
		snprintf(path, sizeof(path), "%.580s/report.json",
			 r->options.out);
		if (xc_report_json(&r->world, path)) {
			fprintf(stderr, "%s: cannot write it\n", path);
			bad++;
		} else {
			printf("report: %s\n", path);
		}
	}
	if (bad)
		printf("%u of the scenario's expectations were not met "
		       "(seed %llu)\n",
		       bad, (unsigned long long)r->scenario.seed);
	return bad ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct run *r = &run;
	int err, status;

	err = parse_options(&r->options, argc, argv);
	if (err)
		return err < 0 ? 2 : 0;
	if (load(r))
		return 2;
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	err = build(r);
	if (!err) {
		xc_story(&r->world, "wire", "card on %s, %s, seed %llu",
			 r->options.socket,
			 r->options.lockstep ? "lockstep" : "real time",
			 (unsigned long long)r->scenario.seed);
		err = xc_wire_run(&r->wire);
	}
	if (err)
		fprintf(stderr, "ringdown-exchange: %s: %s\n",
			r->options.socket, strerror(-err));
	xc_wire_close(&r->wire);
	status = report(r);
	xc_office_free(&r->office);
	xc_world_free(&r->world);
	xc_card_free(&r->card);
	if (xc_pcapng_close(&r->pcap))
		fprintf(stderr, "%s: cannot write it\n", r->options.pcap);
	xc_scenario_free(&r->scenario);
	return err ? 3 : status;
}

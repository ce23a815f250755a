// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringdown-exchange: reads a scenario, serves a card (or is the client of one),
 * plays the scenario and judges it. Exit: 0 all as expected, 1 something came out
 * otherwise, 2 usage or scenario, 3 the run itself failed (watchdog, socket, card).
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/folder.h"
#include "lib/base/frames.h"
#include "tools/exchange/device.h"
#include "tools/exchange/line_clock.h"
#include "tools/exchange/options.h"
#include "tools/exchange/report.h"
#include "tools/exchange/wire.h"
#include "tools/exchange/world.h"

struct run {
	struct xc_options options;
	struct xc_scenario scenario;
	struct xc_card card; /* --socket: we serve it */
	struct xc_wire wire;
	struct xc_copper copper; /* --card: we use it */
	struct xc_device device;
	struct xc_backend *backend; /* whichever of the two */
	struct xc_office office;
	struct xc_world world;
	struct xc_pcapng pcap;
	bool stayed; /* all was over once */
};

static struct run run;

/* ---- the run ------------------------------------------------------------ */

static void client(void *ctx, bool present)
{
	struct run *r = ctx;

	xc_story(&r->world, "wire",
		 present ? "client connected" : "client gone");
}

/* The clock does what the world says. */
static void follow(struct run *r)
{
	if (r->world.over && r->options.stay && !r->stayed) {
		xc_story(&r->world, "wire", "all is over; the clock stands");
		r->stayed = r->world.held = true;
		r->world.over = false;
	}
	r->backend->held = r->world.held;
	if (r->world.over)
		xc_backend_finish(r->backend);
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
	follow(r);
}

static void period(void *ctx, uint64_t frame)
{
	struct run *r = ctx;

	xc_world_office_ops.period(&r->world, frame);
	follow(r);
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
	xc_backend_quit(run.backend);
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

static const struct xc_backend_ops backend_ops = { client, command };

static const struct xc_office_ops office_ops = {
	.incoming = incoming,
	.period = period,
	.trunk = trunk_says,
};

static int open_wire(struct run *r)
{
	struct xc_wire_config config = {
		.path = r->options.socket,
		.lockstep = r->options.lockstep,
		.paced = r->options.lockstep && r->options.has_speed,
		.speed = r->options.speed,
		.absence_frames = r->scenario.card_plan.absence_frames,
		.watchdog_ms = r->options.watchdog_s * 1000,
	};

	return xc_wire_open(&r->wire, &r->card, &config, &backend_ops, r);
}

static int open_device(struct run *r)
{
	struct xc_device_config config = {
		.path = r->options.card,
		.period_frames = r->scenario.card.period_frames,
	};
	struct rd_diag diag;
	unsigned i;
	int err;

	for (i = 0; i < r->scenario.nspans; i++)
		config.dslot[i] = r->scenario.trunk[i].dslot;
	rd_diag_init(&diag);
	err = xc_device_open(&r->device, &r->copper, &config, &backend_ops, r,
			     &diag);
	if (diag.text)
		fputs(diag.text, stderr);
	rd_diag_free(&diag);
	return err;
}

/* The copper, its end not yet open; the office and the world behind it. */
static int build(struct run *r)
{
	const struct xc_card_config *card = &r->scenario.card;
	struct xc_copper *copper =
		r->options.card ? &r->copper : &r->card.copper;
	unsigned i;
	int err;

	r->backend = r->options.card ? &r->device.backend : &r->wire.backend;
	xc_line_clock_set_epoch(epoch_ns(r));
	xc_line_tables();
	if (r->options.out) {
		err = rd_folder_make(r->options.out, 0777);
		if (err)
			return err;
	}
	if (r->options.pcap) {
		err = xc_pcapng_open(&r->pcap, r->options.pcap);
		if (err)
			return err;
	}
	xc_office_init(&r->office, copper, &office_ops, r);
	err = xc_world_init(&r->world, &r->scenario, &r->office,
			    r->options.no_sound ? NULL : r->options.out,
			    r->scenario.seed, r->options.quiet);
	if (err)
		return err;
	err = r->options.card
		      ? xc_copper_init(copper, card->span, card->nspans,
				       card->seed, &xc_office_copper_ops,
				       &r->office)
		      : xc_card_init(&r->card, card, &xc_office_copper_ops,
				     &r->office);
	for (i = 0; !err && i < r->scenario.nspans; i++)
		err = xc_office_add_trunk(&r->office, &r->scenario.trunk[i],
					  r->options.pcap ? &r->pcap : NULL,
					  r->scenario.seed + i,
					  r->options.debug);
	return err;
}

static int play(struct run *r)
{
	int err = r->options.card ? open_device(r) : open_wire(r);

	if (err)
		return err;
	if (r->options.control)
		r->backend->control_fd = STDIN_FILENO;
	xc_story(&r->world, r->options.card ? "card" : "wire",
		 r->options.card ? "client of %s, %s, seed %llu"
				 : "card on %s, %s, seed %llu",
		 r->options.card ?: r->options.socket,
		 r->options.lockstep ? "lockstep" : "real time",
		 (unsigned long long)r->scenario.seed);
	return xc_backend_run(r->backend);
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

	err = xc_options_parse(&r->options, argc, argv);
	if (err)
		return err < 0 ? 2 : 0;
	if (load(r))
		return 2;
	err = build(r);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	if (!err)
		err = play(r);
	if (err)
		fprintf(stderr, "ringdown-exchange: %s: %s\n",
			r->options.card ?: r->options.socket, strerror(-err));
	xc_backend_close(r->backend);
	status = report(r);
	xc_office_free(&r->office);
	xc_world_free(&r->world);
	if (r->options.card)
		xc_copper_free(&r->copper);
	else
		xc_card_free(&r->card);
	if (xc_pcapng_close(&r->pcap))
		fprintf(stderr, "%s: cannot write it\n", r->options.pcap);
	xc_scenario_free(&r->scenario);
	return err ? 3 : status;
}

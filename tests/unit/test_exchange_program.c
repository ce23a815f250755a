/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The program as it is run: a child process, a socket, files, an exit code. The
 * client answers every call and sends back what it hears.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/line/card.h"
#include "tools/exchange/dchan.h"
#include "tools/exchange/line_clock.h"

struct client {
	struct rd_card card;
	struct xc_dchan dchan;
	unsigned slot; /* of the call it has, 0 none */
	char dir[64], path[128];
	pid_t pid;
};

static void client_event(void *ctx, pri_event *e)
{
	struct client *c = ctx;

	switch (e->e) {
	case PRI_EVENT_RING:
		c->slot = e->ring.channel & 0xff;
		pri_proceeding(c->dchan.pri, e->ring.call, e->ring.channel, 0);
		pri_answer(c->dchan.pri, e->ring.call, e->ring.channel, 0);
		break;
	case PRI_EVENT_HANGUP_REQ:
	case PRI_EVENT_HANGUP:
		c->slot = 0;
		pri_hangup(c->dchan.pri, e->hangup.call, e->hangup.cause);
		break;
	}
}

static void client_message(void *ctx, const struct xc_q931 *m)
{
}

static void client_open(struct client *c)
{
	static const struct xc_dchan_ops ops = { client_event, client_message };
	const struct xc_dchan_config dc = {
		.name = "client",
		.switchtype = PRI_SWITCH_EUROISDN_E1,
	};
	struct rd_diag diag;
	int err = -ENOENT, i;

	/* The child may not listen yet. */
	for (i = 0; i < 200 && (err == -ENOENT || err == -ECONNREFUSED); i++) {
		rd_diag_init(&diag);
		err = rd_card_open(&c->card, c->path, 80, &diag);
		rd_diag_free(&diag);
		if (err)
			poll(NULL, 0, 50);
	}
	cr_assert_eq(err, 0);
	xc_line_clock_set_epoch(c->card.info.epoch_ns);
	xc_line_clock_set(c->card.frame);
	cr_assert_eq(xc_dchan_init(&c->dchan, &dc, &ops, c), 0);
	cr_assert_eq(rd_card_start(&c->card), 0);
}

static void client_tick(struct client *c)
{
	uint64_t from = c->card.frame - 80;
	uint64_t to = c->card.frame + c->card.info.geometry.tx_lead_frames;
	uint8_t octets[80];

	rd_card_rx(&c->card, 0, 16, from, 80, octets);
	xc_dchan_hear(&c->dchan, from, octets, 80);
	xc_line_clock_set(c->card.frame);
	xc_dchan_run(&c->dchan);
	xc_dchan_speak(&c->dchan, to, octets, 80);
	rd_card_tx(&c->card, 0, 16, to, 80, octets);
	if (c->slot) {
		rd_card_rx(&c->card, 0, c->slot, from, 80, octets);
		rd_card_tx(&c->card, 0, c->slot, to, 80, octets);
	}
	rd_card_tx_commit(&c->card, to + 80);
	rd_card_done(&c->card, 80);
}

/* Live until the exchange goes away. */
static void client_run(struct client *c)
{
	struct pollfd p[2] = { { c->card.tick_fd, POLLIN, 0 },
			       { c->card.fd, 0, 0 } };
	uint64_t ticks;

	for (;;) {
		cr_assert_gt(poll(p, 2, 10000), 0, "the exchange is silent");
		if (p[1].revents & POLLHUP)
			return;
		if (read(c->card.tick_fd, &ticks, 8) != 8)
			continue;
		if (rd_card_sync(&c->card))
			return;
		client_tick(c);
	}
}

static struct client *client_new(const char *scenario)
{
	struct client *c = calloc(1, sizeof(*c));
	char program[512] = "", text[128], out[128], pcap[128];
	FILE *f;

	/* build/unit/test_... is beside build/ringdown-exchange. */
	cr_assert_gt(readlink("/proc/self/exe", program, 400), 0);
	*strrchr(program, '/') = '\0';
	strcat(program, "/../ringdown-exchange");
	strcpy(c->dir, "/tmp/exchange-XXXXXX");
	cr_assert(mkdtemp(c->dir));
	snprintf(c->path, sizeof(c->path), "%s/wire", c->dir);
	snprintf(text, sizeof(text), "%s/test.yaml", c->dir);
	snprintf(out, sizeof(out), "%s/out", c->dir);
	snprintf(pcap, sizeof(pcap), "%s/d.pcapng", c->dir);
	f = fopen(text, "w");
	fputs(scenario, f);
	fclose(f);
	c->pid = fork();
	if (!c->pid) {
		execl(program, program, "--lockstep", "--quiet", "--socket",
		      c->path, "--out", out, "--pcap", pcap, "--cache",
		      "build/cache", text, NULL);
		_exit(127);
	}
	client_open(c);
	return c;
}

static int client_free(struct client *c)
{
	char command[128];
	int status;

	cr_assert_eq(waitpid(c->pid, &status, 0), c->pid);
	rd_card_close(&c->card);
	xc_dchan_free(&c->dchan);
	snprintf(command, sizeof(command), "rm -r %s", c->dir);
	cr_assert_eq(system(command), 0);
	free(c);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static json_t *client_report(const struct client *c)
{
	char path[128];
	json_error_t error;
	json_t *root;

	snprintf(path, sizeof(path), "%s/out/report.json", c->dir);
	root = json_load_file(path, 0, &error);
	cr_assert(root, "%s", error.text);
	return root;
}

static const char good[] =
	"spans: [{name: trunk}]\n"
	"calls:\n"
	"  - name: A\n"
	"    at: 1s\n"
	"    from: \"13800138000\"\n"
	"    to: \"4008001234\"\n"
	"    do: [say: {marker: 3, for: 2s}, hangup: ]\n"
	"    expect: {result: answered, heard: [3],\n"
	"             bridge_frames: 160, bit_exact: true}\n";

Test(exchange_program, a_call_leaves_a_report_sounds_and_a_capture)
{
	struct client *c = client_new(good);
	char path[160];
	SF_INFO info = { 0 };
	SNDFILE *wav;
	json_t *root, *call;
	siginfo_t ended;

	client_run(c);
	cr_assert_eq(waitid(P_PID, c->pid, &ended, WEXITED | WNOWAIT), 0);
	root = client_report(c);
	call = json_array_get(json_object_get(root, "calls"), 0);
	cr_expect_str_eq(json_string_value(json_object_get(call, "result")),
			 "answered");
	cr_expect_eq(json_array_size(json_object_get(call, "problems")), 0);
	cr_expect_eq(
		json_integer_value(json_object_get(
			json_array_get(json_object_get(call, "markers"), 0),
			"delay_frames")),
		160);
	snprintf(path, sizeof(path), "%s/out/A.1.heard.wav", c->dir);
	wav = sf_open(path, SFM_READ, &info);
	cr_assert(wav);
	cr_expect_eq(info.samplerate, 8000);
	cr_expect_geq(info.frames, 16000);
	sf_close(wav);
	snprintf(path, sizeof(path), "%s/d.pcapng", c->dir);
	cr_expect_eq(access(path, R_OK), 0);
	json_decref(root);
	cr_expect_eq(client_free(c), 0);
}

Test(exchange_program, what_came_out_otherwise_is_an_exit_code)
{
	struct client *c = client_new("spans: [{name: trunk}]\n"
				      "calls:\n"
				      "  - {name: A, at: 1s, to: \"1\",\n"
				      "     patience: 1s, expect: busy}\n");

	client_run(c);
	cr_expect_eq(client_free(c), 1);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* A captured D-channel is what Debian's tshark calls well formed. */
#include <errno.h>

#include "daemon/edge/pcapng.h"
#include "tests/unit/isdn_pair.h"

#define EPOCH_NS 1700000000000000000ull

static struct rd_capture *capture;

/* The user side's view. */
static bool capture_frame(struct pair *p, int from, const uint8_t *f,
			  size_t len)
{
	rd_capture_frame(capture, LINE,
			 from == USER ? RD_CAPTURE_SENT : RD_CAPTURE_RECEIVED,
			 p->now, f, len);
	return true;
}

static void tshark(const char *path, const char *args, char *out, size_t size)
{
	char command[512];
	size_t n;
	FILE *pipe;

	snprintf(command, sizeof(command), "tshark -n -r %s %s 2>/dev/null",
		 path, args);
	pipe = popen(command, "r");
	cr_assert_not_null(pipe);
	n = fread(out, 1, size - 1, pipe);
	out[n] = '\0';
	cr_assert_eq(pclose(pipe), 0, "%s", command);
}

Test(isdn_capture, tshark_reads_the_call_and_finds_nothing_malformed,
     .timeout = 120)
{
	static const char *const expected[] = {
		"5", "2", "1", "7", "15", "69", "77", "90", /* Q.931 4.4 */
	};
	static char out[1 << 16];
	char path[] = "/tmp/ringdown-capture-XXXXXX", *line, *rest = out;
	int fd = mkstemp(path);
	uint32_t other;
	struct pair *p;
	size_t n = 0;

	cr_assert_geq(fd, 0);
	close(fd);
	p = pair_new();
	cr_assert_eq(rd_capture_open(&capture, path, EPOCH_NS), 0);
	p->watch = capture_frame;
	pair_up(p);
	pair_setup(p, NET, 1, 5, 0);
	other = pair_want(p, USER, RD_ISDN_SETUP, 500)->ref;
	pair_say(p, USER, RD_ISDN_ALERTING, other, 0);
	pair_run_ms(p, 1000);
	pair_say(p, USER, RD_ISDN_CONNECT, other, 0);
	pair_run_ms(p, 20000);
	pair_say(p, NET, RD_ISDN_HANGUP, 1, 16);
	pair_run_ms(p, 1000);
	/* a restart, a refusal and an unknown call, too */
	pair_send(p, USER, pair_request(RD_ISDN_RESTART, 0, 7));
	pair_run_ms(p, 500);
	p->watch = NULL;
	cr_assert_eq(rd_capture_close(capture), 0);
	pair_free(p);

	tshark(path, "-T fields -e q931.message_type -Y q931", out,
	       sizeof(out));
	while ((line = strsep(&rest, "\n")) && *line) {
		if (n < sizeof(expected) / sizeof(expected[0]))
			cr_assert_eq(strtol(line, NULL, 0),
				     strtol(expected[n], NULL, 10),
				     "message %zu is %s", n, line);
		n++;
	}
	cr_assert_eq(n, 10, "%zu messages", n); /* RESTART and its answer */
	tshark(path, "-Y \"_ws.malformed or _ws.expert.severity >= error\"",
	       out, sizeof(out));
	cr_assert_str_empty(out, "%s", out);
	tshark(path, "-T fields -e frame.time_epoch -c 1", out, sizeof(out));
	cr_assert_eq(strncmp(out, "1700000000.0", 12), 0, "%s", out);
	unlink(path);
}

Test(isdn_capture, tells_that_the_file_cannot_be_made_or_filled)
{
	static const uint8_t frame[RD_HDLC_MAX] = { 0x02, 0x01, 0x7f };
	struct rd_capture *c = NULL;

	cr_assert_eq(rd_capture_open(&c, "/nowhere/x", 0), -ENOENT);
	cr_assert_null(c);
	cr_assert_eq(rd_capture_open(&c, "/dev/full", 0), 0);
	for (int i = 0; i < 1000; i++)
		rd_capture_frame(c, rd_line(i % 3, i % 5, 0), 0, (uint64_t)i,
				 frame, sizeof(frame));
	cr_assert_eq(rd_capture_close(c), -ENOSPC);
}

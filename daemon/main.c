// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ringdownd: the options, then the daemon of daemon/live.
 *
 * Exit codes are those of sysexits.h, so that a unit file can tell a mistake in
 * the configuration (78, do not restart) from a fault (anything else).
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "daemon/live/live.h"
#include "daemon/live/log.h"

static const char help[] =
	"ringdownd: a call centre on telephone lines\n"
	"\n"
	"  ringdownd -c /etc/ringdown/ringdown.yaml\n"
	"\n"
	"  -c, --config FILE   the configuration (see ringdown.yaml)\n"
	"      --check         say what is wrong with it, and end\n"
	"  -q, --quiet         warnings and errors only\n"
	"  -h, --help          this text\n"
	"\n"
	"It stays in the foreground and logs to standard error. SIGTERM and\n"
	"SIGINT end it; SIGHUP reads the configuration again. Everything else "
	"is\n"
	"done with the command ringdown.\n"
	"\n"
	"Exit codes: 0 ended as asked; 64 usage; 69 io_uring is forbidden "
	"here;\n"
	"75 another ringdownd has this configuration's files; 78 mistakes in "
	"the\n"
	"configuration; 71, 74 faults of the system.\n";

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check", no_argument, NULL, 'C' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	static struct rd_live live;
	const char *config = "/etc/ringdown/ringdown.yaml";
	bool check = false;
	int option, code;

	while ((option = getopt_long(argc, argv, "c:qh", options, NULL)) >= 0) {
		switch (option) {
		case 'c':
			config = optarg;
			break;
		case 'C':
			check = true;
			break;
		case 'q':
			rd_log_set_level(RD_LOG_WARNING);
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			return EX_USAGE;
		}
	}
	if (optind < argc) {
		fprintf(stderr,
			"ringdownd: \"%s\": no such argument; see "
			"ringdownd --help\n",
			argv[optind]);
		return EX_USAGE;
	}
	if (check)
		return rd_live_check(config);
	signal(SIGPIPE, SIG_IGN);
	code = rd_live_start(&live, config);
	if (code == 0)
		code = rd_live_run(&live);
	rd_live_stop(&live);
	return code;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The journal, read from its files: the daemon may run or be dead.
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/journal/reader.h"
#include "daemon/journal/recover.h"
#include "tools/ringdown/cli.h"
#include "tools/ringdown/event.h"
#include "tools/ringdown/files.h"
#include "tools/ringdown/table.h"

#define FOLLOW_MS 200 /* stores into a mapping raise no inotify event */

static bool wants(const struct cli *cli, const char *name)
{
	char *copy, *rest, *pattern;
	bool fits = false;

	if (!cli->events)
		return true;
	copy = rest = strdup(cli->events);
	while (copy && (pattern = strsep(&rest, ", ")))
		if (*pattern && !fnmatch(pattern, name, FNM_CASEFOLD))
			fits = true;
	free(copy);
	return fits;
}

static void print_event(const struct cli *cli, const struct rd_journal_event *e,
			const char *name)
{
	json_t *fields = json_object();
	char line[32];
	const char *key;
	json_t *value;

	line_words(e->msg->line, line);
	event_fields(e->msg, fields);
	if (cli->json) {
		json_t *all = json_pack("{s:I, s:I, s:s, s:s, s:o}", "seq",
					(json_int_t)e->seq, "frame",
					(json_int_t)e->msg->frame, "type", name,
					"line", line, "fields", fields);

		json_dumpf(all, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(all);
		return;
	}
	printf("%8" PRIu64 " %9" PRIu64 ".%03" PRIu64 " %-13s %-8s", e->seq,
	       e->msg->frame / 8000, e->msg->frame / 8 % 1000, name, line);
	json_object_foreach(fields, key, value)
	{
		char words[512];

		/* as it lies there: a log is read with care for each digit */
		value_words("", value, words, sizeof(words));
		if (!strcmp(key, "json"))
			printf(" %s", words);
		else
			printf(" %s=%s", key, words);
	}
	putchar('\n');
	json_decref(fields);
}

/* Print what there is now. CLI_OK, CLI_INVALID after damage; *left counts. */
static int print_all(struct cli *cli, struct rd_journal_reader *r,
		     int64_t *left)
{
	struct rd_journal_event e;
	int n, code = CLI_OK;

	while (*left && (n = rd_journal_reader_next(r, &e))) {
		const struct rd_msg_info *info;

		if (n == -EBADMSG) {
			cli_error("%s", rd_journal_reader_error(r));
			code = CLI_INVALID;
			continue;
		}
		if (n < 0) {
			cli_error("%s", strerror(-n));
			return CLI_FAILED;
		}
		if (cli->until >= 0 && e.seq > (uint64_t)cli->until) {
			*left = 0;
			break;
		}
		if (e.lost)
			cli_error("%" PRIu64 " events before %" PRIu64
				  " are not in the journal",
				  e.lost, e.seq);
		info = rd_msg_info(e.msg->type);
		if (!wants(cli, info ? info->name : "?"))
			continue;
		print_event(cli, &e, info ? info->name : "?");
		*left -= *left > 0;
	}
	fflush(stdout);
	return code;
}

int run_journal_show(struct cli *cli)
{
	struct rd_journal_reader *r;
	int64_t left = cli->limit;
	int code, err;
	char *dir = file_path(cli, "journal", &code);

	if (!dir)
		return code;
	err = rd_journal_reader_open(dir, &r);
	if (!err && cli->since >= 0)
		rd_journal_reader_seek(r, (uint64_t)cli->since + 1);
	if (err) {
		cli_error("%s: %s", dir, strerror(-err));
		free(dir);
		return CLI_FAILED;
	}
	code = print_all(cli, r, &left);
	while (cli->follow && left && code != CLI_FAILED) {
		int now;

		poll(NULL, 0, FOLLOW_MS);
		now = print_all(cli, r, &left);
		code = code ? code : now;
	}
	rd_journal_reader_close(r);
	free(dir);
	return code;
}

static json_t *segment_row(int dirfd, uint64_t first)
{
	char name[RD_JOURNAL_NAME];
	struct rd_journal_file f;
	const char *why = NULL;
	struct stat st = { 0 };
	json_t *row;
	int err = rd_journal_file_open(&f, dirfd, first, &why);

	rd_journal_name(name, first);
	fstatat(dirfd, name, &st, 0);
	row = json_pack("{s:s, s:I, s:I, s:I}", "segment", name, "first",
			(json_int_t)first, "octets", (json_int_t)st.st_size,
			"written_ms", (json_int_t)st.st_mtime * 1000);
	json_object_set_new(
		row, "state",
		json_string(err ? why ? why : strerror(-err) : "good"));
	if (!err) {
		json_object_set_new(
			row, "snapshot_octets",
			json_integer((json_int_t)f.header.section[0].len));
		json_object_set_new(row, "configuration",
				    json_integer(f.header.generation));
		json_object_set_new(
			row, "lost_before",
			json_integer((json_int_t)(f.header.first_seq - 1 -
						  f.header.previous_seq)));
		rd_journal_file_close(&f);
	}
	return row;
}

int run_journal_list(struct cli *cli)
{
	json_t *rows = json_array();
	uint64_t *list = NULL;
	int code, dirfd, n;
	char *dir = file_path(cli, "journal", &code);

	if (!dir)
		return code;
	dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	n = dirfd < 0 ? -errno : rd_journal_list(dirfd, &list);
	if (n < 0) {
		cli_error("%s: %s", dir, strerror(-n));
		code = CLI_FAILED;
	}
	for (int i = 0; i < n; i++) {
		json_t *row = segment_row(dirfd, list[i]);

		if (strcmp("good",
			   json_string_value(json_object_get(row, "state"))))
			code = CLI_INVALID;
		json_array_append_new(rows, row);
	}
	if (cli->json) {
		json_dumpf(rows, stdout, JSON_INDENT(2));
		putchar('\n');
	} else {
		print_rows(rows, NULL, cli->width);
	}
	if (dirfd >= 0)
		close(dirfd);
	json_decref(rows);
	free(list);
	free(dir);
	return code;
}

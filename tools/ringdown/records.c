// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recordings: found in the database, their sound copied from the folder. The
 * database is opened for reading only, so an operator's question never holds
 * the daemon's thread up.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/ringdown/cli.h"
#include "tools/ringdown/files.h"
#include "tools/ringdown/store.h"
#include "tools/ringdown/table.h"

#define LIMIT 50

static void show_rows(const struct cli *cli, const json_t *rows)
{
	if (cli->json) {
		json_dumpf(rows, stdout, JSON_INDENT(2));
		putchar('\n');
	} else if (json_array_size(rows)) {
		print_rows(rows, NULL, cli->width);
	} else {
		printf("no recordings\n");
	}
}

int run_recordings_list(struct cli *cli)
{
	static const char sql[] =
		"SELECT r.recording, r.begun_ms, r.frames / 8 AS length_ms, "
		"r.status, r.agent, r.queue, r.call, c.ani, c.rating, r.path "
		"FROM recordings r LEFT JOIN calls c ON c.call = r.call "
		"WHERE (:agent IS NULL OR r.agent = :agent) "
		"AND (:queue IS NULL OR r.queue = :queue) "
		"AND (:call IS NULL OR r.call = :call) "
		"ORDER BY r.begun_ms DESC, r.recording DESC LIMIT :limit";
	const struct store_bound bound[] = {
		{ ":agent", cli->by_name[0], -1 },
		{ ":queue", cli->by_name[1], -1 },
		{ ":call", NULL, cli->call },
		{ ":limit", NULL, cli->limit >= 0 ? cli->limit : LIMIT },
	};
	int code;
	char *path = file_path(cli, "store", &code);
	json_t *rows;

	if (!path)
		return code;
	rows = store_query(path, sql, bound, sizeof(bound) / sizeof(bound[0]));
	free(path);
	if (!rows)
		return CLI_FAILED;
	show_rows(cli, rows);
	json_decref(rows);
	return CLI_OK;
}

/* The row of the recording that arg[0] names; NULL after having said why. */
static json_t *find(struct cli *cli, int *code)
{
	static const char sql[] =
		"SELECT r.*, c.ani, c.dnis, c.result, c.rating, c.attached "
		"FROM recordings r LEFT JOIN calls c ON c.call = r.call "
		"WHERE r.recording = :recording";
	char *end, *path;
	struct store_bound bound = { ":recording", NULL, 0 };
	json_t *rows, *row;

	bound.number = strtoll(cli->arg[0], &end, 10);
	if (!*cli->arg[0] || *end || bound.number < 0) {
		cli_error("recording \"%s\": expected a number", cli->arg[0]);
		*code = CLI_USAGE;
		return NULL;
	}
	path = file_path(cli, "store", code);
	if (!path)
		return NULL;
	rows = store_query(path, sql, &bound, 1);
	free(path);
	*code = rows ? CLI_NOT_FOUND : CLI_FAILED;
	if (!rows)
		return NULL;
	row = json_incref(json_array_get(rows, 0));
	json_decref(rows);
	if (row)
		*code = CLI_OK;
	else
		cli_error("no recording %s", cli->arg[0]);
	return row;
}

/* Its sound file, the caller's to free; NULL after having said why. */
static char *sound_of(struct cli *cli, const json_t *row, int *code)
{
	const char *name = json_string_value(json_object_get(row, "path"));
	char *dir = file_path(cli, "recordings", code), *path = NULL;

	if (dir && asprintf(&path, "%s/%s.wav", dir, name ? name : "") < 0)
		path = NULL;
	free(dir);
	return path;
}

int run_recordings_show(struct cli *cli)
{
	int code;
	json_t *row = find(cli, &code);
	char *path;

	if (!row)
		return code;
	path = sound_of(cli, row, &code);
	if (path) {
		json_object_set_new(row, "file", json_string(path));
		json_object_set_new(row, "file_there",
				    json_boolean(!access(path, R_OK)));
		if (cli->json) {
			json_dumpf(row, stdout, JSON_INDENT(2));
			putchar('\n');
		} else {
			print_result(row, "recordings", NULL, cli->width);
		}
	}
	free(path);
	json_decref(row);
	return code;
}

static int copy(const char *from, const char *to)
{
	bool is_stdout = !strcmp(to, "-");
	int in = open(from, O_RDONLY | O_CLOEXEC), out;
	char buf[65536];
	ssize_t n = 0;

	if (in < 0) {
		cli_error("%s: %s", from, strerror(errno));
		return errno == ENOENT ? CLI_NOT_FOUND : CLI_FAILED;
	}
	/* never over something that is there */
	out = is_stdout
		      ? STDOUT_FILENO
		      : open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	while (out >= 0 && (n = read(in, buf, sizeof(buf))) > 0)
		for (ssize_t at = 0, w; at < n; at += w) {
			w = write(out, buf + at, (size_t)(n - at));
			if (w < 0) {
				n = -1;
				break;
			}
		}
	if (out < 0 || n < 0)
		cli_error("%s: %s", to, strerror(errno));
	if (out >= 0 && !is_stdout)
		close(out);
	close(in);
	return out < 0 || n < 0 ? CLI_FAILED : CLI_OK;
}

int run_recordings_export(struct cli *cli)
{
	int code;
	json_t *row = find(cli, &code);
	char *path, to[64];

	if (!row)
		return code;
	snprintf(to, sizeof(to), "%.40s.wav", cli->arg[0]);
	path = sound_of(cli, row, &code);
	if (path)
		code = copy(path, cli->output ? cli->output : to);
	if (path && !code && (!cli->output || strcmp(cli->output, "-")))
		printf("%s\n", cli->output ? cli->output : to);
	free(path);
	json_decref(row);
	return code;
}

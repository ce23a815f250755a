// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Do the files a configuration names exist? Compiling does not ask, because it
 * is pure; this does, at start, at reload and for "ringdown config check".
 * Whether a sound file holds sound is for the one who decodes it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/config/build.h"

static void report(struct rd_diag *diag, struct rd_place place,
		   const char *what, const char *path, int err)
{
	rd_diag_error(diag, place, "%s \"%s\": %s", what, path, strerror(err));
}

static void check_readable(struct rd_diag *diag, struct rd_place place,
			   const char *what, const char *path, int mode)
{
	struct stat st;

	if (stat(path, &st) || access(path, mode))
		report(diag, place, what, path, errno);
	else if (S_ISDIR(st.st_mode))
		report(diag, place, what, path, EISDIR);
}

/* A folder we write to, or can make: its nearest ancestor that exists. */
static void check_folder(struct rd_diag *diag, struct rd_place place,
			 const char *what, const char *path)
{
	char folder[4096];
	struct stat st;
	size_t len = strlen(path);

	if (len >= sizeof(folder)) {
		report(diag, place, what, path, ENAMETOOLONG);
		return;
	}
	memcpy(folder, path, len + 1);
	while (stat(folder, &st) && errno == ENOENT) {
		char *slash = strrchr(folder, '/');

		if (!slash || slash == folder) {
			strcpy(folder, "/");
			break;
		}
		*slash = 0;
	}
	if (!stat(folder, &st) && !S_ISDIR(st.st_mode))
		report(diag, place, what, path, ENOTDIR);
	else if (access(folder, W_OK | X_OK))
		report(diag, place, what, path, errno);
}

/* The folder of a file we make. */
static void check_home(struct rd_diag *diag, struct rd_place place,
		       const char *what, const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[4096];
	int len = slash ? (int)(slash - path) : 0;

	if (len < (int)sizeof(folder) - 1) {
		snprintf(folder, sizeof(folder), "%.*s", len ? len : 1, path);
		check_folder(diag, place, what, folder);
	}
}

/* Its first line names the columns, some of them in quotes. */
static bool has_column(const char *line, const char *name)
{
	size_t len = strlen(name);

	for (;; line++) {
		size_t quote = *line == '"';
		const char *end = line + quote + len;

		if (!strncmp(line + quote, name, len) &&
		    (!quote || *end == '"') && strchr(",\r\n", end[quote]))
			return true;
		line = strchr(line, ',');
		if (!line)
			return false;
	}
}

static void check_columns(struct rd_diag *diag,
			  const struct rd_cfg_source *source)
{
	const char *names[] = { source->query, source->password };
	char line[8192] = "", *begin = line;
	FILE *f = fopen(source->path, "re");

	if (!f)
		return; /* said already */
	if (fgets(line, sizeof(line), f) && !strncmp(line, "\xef\xbb\xbf", 3))
		begin += 3;
	fclose(f);
	for (size_t i = 0; i < 2; i++)
		if (names[i] && *names[i] && !has_column(begin, names[i]))
			rd_diag_error(
				diag, source->place,
				"data source \"%s\": its first line names "
				"no column \"%s\"",
				source->path, names[i]);
}

/* Where the file gives a.b, or else where it begins. */
static struct rd_place at(const struct rd_config *config, const char *a,
			  const char *b)
{
	const struct rd_yaml *root = rd_build_of(config)->root;
	const struct rd_yaml *node = rd_yaml_get(root, a);

	if (!node)
		return root->place;
	return b ? rd_yaml_place(node, b) : node->place;
}

void rd_config_check_files(const struct rd_config *c, struct rd_diag *diag)
{
	for (uint32_t i = 0; i < c->nprompts; i++)
		if (c->prompts[i].file[0])
			check_readable(diag, c->prompts[i].place, "sound file",
				       c->prompts[i].file, R_OK);
	for (uint16_t i = 0; i < c->nsources; i++) {
		if (!c->sources[i].path || !c->sources[i].path[0])
			continue; /* told already */
		check_readable(diag, c->sources[i].place, "data source",
			       c->sources[i].path, R_OK);
		if (c->sources[i].kind == RD_SOURCE_CSV)
			check_columns(diag, &c->sources[i]);
	}
	if (c->isdn_program[0])
		check_readable(diag, at(c, "isdn_program", NULL), "program",
			       c->isdn_program, X_OK);
	check_folder(diag, at(c, "recording", "dir"), "folder of recordings",
		     c->recording.dir);
	check_folder(diag, at(c, "journal", "dir"), "folder of the journal",
		     c->journal.dir);
	check_folder(diag, at(c, "cache", NULL), "folder of spoken prompts",
		     c->cache_dir);
	check_home(diag, at(c, "store", NULL), "folder of the store",
		   c->store_path);
	check_home(diag, at(c, "control", "socket"),
		   "folder of the control socket", c->control_path);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sources; see source.h. What is open is thrown away and opened anew whenever
 * the file's identity (device, inode, size, mtime) is another one: a file that
 * was replaced by renaming is seen at once. A SQLite file that is written in
 * place is read through the same connection, which sees every commit.
 */
#include "daemon/store/source.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "daemon/store/csv.h"
#include "daemon/store/db.h"
#include "daemon/store/sha256.h"

#define CSV_MAX ((off_t)64 << 20)
#define PROGRESS_STEPS \
	1000 /* virtual machine steps between looks at the time */
#define WHY 200

struct rd_source_file {
	struct rd_cfg_source config; /* its strings are ours */
	struct stat was;
	uint64_t deadline_ns;
	sqlite3 *sqlite;
	sqlite3_stmt *stmt;
	struct rd_csv csv;
};

uint64_t rd_monotonic_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* ---- answers --------------------------------------------------------------------- */

void rd_answer_add(struct rd_answer *a, const char *name, const char *value,
		   const char *secret)
{
	size_t n = strlen(name) + 1, v = strlen(value) + 1;
	size_t hide = secret ? strlen(secret) : 0;
	char *at = a->data + a->len;

	if (a->len + n + v > a->cap)
		return;
	memcpy(at, name, n);
	at += n;
	memcpy(at, value, v);
	a->len += (uint32_t)(n + v);
	a->pairs++;
	while (hide && (at = strstr(at, secret))) {
		memset(at, '?', hide);
		at += hide;
	}
}

/* ---- life ------------------------------------------------------------------------ */

struct rd_source_file *rd_source_new(const struct rd_cfg_source *source)
{
	struct rd_source_file *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->config = *source;
	s->config.name = strdup(source->name);
	s->config.path = strdup(source->path);
	s->config.query = strdup(source->query);
	s->config.password = strdup(source->password ? source->password : "");
	if (!s->config.name || !s->config.path || !s->config.query ||
	    !s->config.password) {
		rd_source_free(s);
		return NULL;
	}
	return s;
}

static void close_file(struct rd_source_file *s)
{
	sqlite3_finalize(s->stmt);
	sqlite3_close(s->sqlite);
	s->stmt = NULL;
	s->sqlite = NULL;
	rd_csv_free(&s->csv);
	memset(&s->was, 0, sizeof(s->was));
}

void rd_source_free(struct rd_source_file *s)
{
	if (!s)
		return;
	close_file(s);
	free((char *)s->config.name);
	free((char *)s->config.path);
	free((char *)s->config.query);
	free((char *)s->config.password);
	free(s);
}

/* ---- passwords ------------------------------------------------------------------- */

/* In constant time: how long it takes tells nothing. */
static bool is_same_text(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);
	unsigned char differ = la != lb;

	for (size_t i = 0; i < lb; i++)
		differ |= (unsigned char)((i < la ? a[i] : 0) ^ b[i]);
	return !differ;
}

/* kept: as it is keyed, or "sha256:<salt>:<hex of SHA-256(salt, password)>" */
static bool is_password(const char *kept, const char *keyed)
{
	const char *salt = kept + sizeof("sha256:") - 1, *hex;
	struct rd_sha256 sum;
	char digits[65];

	hex = strncmp(kept, "sha256:", sizeof("sha256:") - 1)
		      ? NULL
		      : strchr(salt, ':');
	if (!hex)
		return kept[0] && is_same_text(keyed, kept);
	rd_sha256_init(&sum);
	rd_sha256_add(&sum, salt, (size_t)(hex - salt));
	rd_sha256_add(&sum, keyed, strlen(keyed));
	rd_sha256_end(&sum, digits);
	return is_same_text(digits, hex + 1);
}

/* A column of the row that was found, into the answer or to be compared. */
static void take_column(const struct rd_source_file *s,
			const struct rd_source_question *q, const char *name,
			const char *value, struct rd_answer *answer,
			bool *agrees)
{
	if (!s->config.password[0] || strcmp(name, s->config.password))
		rd_answer_add(answer, name, value, q->secret ? q->key : NULL);
	else if (q->password && is_password(value, q->password))
		*agrees = true;
}

/* Whether the row is an answer to the question after all. */
static enum rd_lookup_status judge(const struct rd_source_question *q,
				   bool agrees, struct rd_answer *answer)
{
	if (!q->password || agrees)
		return RD_LOOKUP_FOUND;
	answer->len = 0;
	answer->pairs = 0;
	return RD_LOOKUP_NONE;
}

/* ---- SQLite ---------------------------------------------------------------------- */

static int is_late(void *context)
{
	const struct rd_source_file *s = context;

	return rd_monotonic_ns() > s->deadline_ns;
}

/* Somebody has it locked: wait a little, up to the deadline. */
static int wait_for_lock(void *context, int times)
{
	struct timespec ms = { 0, 1000000 };

	(void)times;
	if (is_late(context))
		return 0;
	nanosleep(&ms, NULL);
	return 1;
}

static int open_sqlite(struct rd_source_file *s, char *why)
{
	int rc = sqlite3_open_v2(s->config.path, &s->sqlite,
				 SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
				 NULL);

	if (!rc) {
		sqlite3_busy_handler(s->sqlite, wait_for_lock, s);
		sqlite3_progress_handler(s->sqlite, PROGRESS_STEPS, is_late, s);
		rc = sqlite3_prepare_v2(s->sqlite, s->config.query, -1,
					&s->stmt, NULL);
	}
	if (!rc && !sqlite3_bind_parameter_index(s->stmt, ":key")) {
		snprintf(why, WHY, "query without :key");
		return -EINVAL;
	}
	if (rc)
		snprintf(why, WHY, "%s", sqlite3_errmsg(s->sqlite));
	return rd_db_errno(rc);
}

static enum rd_lookup_status ask_sqlite(struct rd_source_file *s,
					const struct rd_source_question *q,
					struct rd_answer *answer, char *why)
{
	int rc, n = sqlite3_column_count(s->stmt);
	bool agrees = false;

	sqlite3_bind_text(s->stmt,
			  sqlite3_bind_parameter_index(s->stmt, ":key"), q->key,
			  -1, SQLITE_STATIC);
	rc = sqlite3_step(s->stmt);
	if (rc == SQLITE_ROW)
		for (int i = 0; i < n; i++) {
			const char *value =
				(const char *)sqlite3_column_text(s->stmt, i);

			if (value)
				take_column(s, q,
					    sqlite3_column_name(s->stmt, i),
					    value, answer, &agrees);
		}
	else if (rc == SQLITE_INTERRUPT)
		snprintf(why, WHY, "no answer in %u ms", s->config.timeout_ms);
	else if (rc != SQLITE_DONE)
		snprintf(why, WHY, "%s", sqlite3_errmsg(s->sqlite));
	sqlite3_reset(s->stmt);
	sqlite3_clear_bindings(s->stmt);
	return rc == SQLITE_ROW	   ? judge(q, agrees, answer)
	       : rc == SQLITE_DONE ? RD_LOOKUP_NONE
				   : RD_LOOKUP_DOWN;
}

/* ---- CSV ------------------------------------------------------------------------- */

static int open_csv(struct rd_source_file *s, char *why)
{
	int fd = open(s->config.path, O_RDONLY | O_CLOEXEC);
	size_t len = 0, size = (size_t)s->was.st_size;
	char *text = NULL;
	int err;

	if (fd < 0) {
		err = -errno;
		goto out;
	}
	err = s->was.st_size > CSV_MAX ? -EFBIG : 0;
	if (!err && !(text = malloc(size + 1)))
		err = -ENOMEM;
	while (!err && len < size) {
		ssize_t n = read(fd, text + len, size - len);

		if (n < 0)
			err = -errno;
		else if (!n)
			break;
		else
			len += (size_t)n;
	}
	if (!err) {
		err = rd_csv_parse(&s->csv, text, len, s->config.query,
				   s->deadline_ns, why);
		text = NULL;
	}
	free(text);
	close(fd);
out:
	if (err && !*why)
		snprintf(why, WHY, "%s", strerror(-err));
	return err;
}

static enum rd_lookup_status ask_csv(struct rd_source_file *s,
				     const struct rd_source_question *q,
				     struct rd_answer *answer)
{
	const char *const *row = rd_csv_find(&s->csv, q->key);
	bool agrees = false;

	if (!row)
		return RD_LOOKUP_NONE;
	for (uint32_t i = 0; i < s->csv.columns; i++)
		take_column(s, q, s->csv.title[i], row[i], answer, &agrees);
	return judge(q, agrees, answer);
}

/* ---- both ------------------------------------------------------------------------ */

static bool is_same(const struct rd_source_file *s, const struct stat *now)
{
	const struct stat *was = &s->was;

	if (was->st_ino != now->st_ino || was->st_dev != now->st_dev)
		return false;
	/* a database sees its own changes */
	return s->config.kind == RD_SOURCE_SQLITE ||
	       (was->st_size == now->st_size &&
		was->st_mtim.tv_sec == now->st_mtim.tv_sec &&
		was->st_mtim.tv_nsec == now->st_mtim.tv_nsec);
}

/* See that it is open, and what is open is the file as it is now. */
static int be_open(struct rd_source_file *s, char *why)
{
	struct stat now;
	int err;

	if (stat(s->config.path, &now)) {
		err = -errno;
		close_file(s);
		snprintf(why, WHY, "%s", strerror(-err));
		return err;
	}
	if (is_same(s, &now))
		return 0;
	close_file(s);
	s->was = now;
	err = s->config.kind == RD_SOURCE_CSV ? open_csv(s, why)
					      : open_sqlite(s, why);
	if (err)
		close_file(s);
	return err;
}

enum rd_lookup_status rd_source_ask(struct rd_source_file *s,
				    const struct rd_source_question *q,
				    uint64_t deadline_ns,
				    struct rd_answer *answer)
{
	enum rd_lookup_status status = RD_LOOKUP_DOWN;
	char why[WHY] = "", place[WHY * 2];

	s->deadline_ns = deadline_ns;
	if (!be_open(s, why)) {
		if (s->config.kind == RD_SOURCE_CSV)
			status = ask_csv(s, q, answer);
		else
			status = ask_sqlite(s, q, answer, why);
	}
	if (status == RD_LOOKUP_DOWN) {
		snprintf(place, sizeof(place), "%.190s: %s", s->config.path,
			 why);
		rd_answer_add(answer, "error", place,
			      q->secret ? q->key : NULL);
	}
	return status;
}

struct rd_source_question rd_source_question(const struct rd_cmd_lookup *cmd,
					     const char *secret)
{
	const char *whose = strchr(cmd->key, ' ');

	switch (cmd->secret) {
	case RD_LOOKUP_SECRET:
		return (struct rd_source_question){ .key = secret,
						    .secret = true };
	case RD_LOOKUP_PASSWORD: /* key: "<vault> <whose>" */
		return (struct rd_source_question){
			.key = whose ? whose + 1 : "",
			.password = secret,
		};
	default:
		return (struct rd_source_question){ .key = cmd->key };
	}
}

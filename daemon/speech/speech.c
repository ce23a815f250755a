// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loading and speaking prompts; see speech.h.
 *
 *	prompt -- file ----------------------------> sound --> table
 *	       `- text -- in the cache? -- yes ----^
 *	                        `- no: child -> tmp -> trimmed -> cache -^
 *
 * Children are watched by pidfd, so one poll() waits for all of them and for
 * the deadline.
 */
#include "daemon/speech/speech.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon/speech/sound.h"

#define PROGRAM	    "espeak-ng"
#define WORDS_A_MIN "160"
#define RECIPE	    "1" /* of trimming and rate: change it, and all is new */
#define CHILDREN    8
#define CHILD_S	    30
#define TEXT_MAX    4000 /* below PIPE_BUF: a write that cannot block */
#define LEAD_FRAMES 80	 /* 10 ms */
#define TAIL_FRAMES 400	 /* 50 ms */
#define NAME_LEN    40

extern char **environ;

struct child {
	pid_t pid; /* 0: free */
	int fd;	   /* pidfd */
	uint32_t prompt;
	int64_t deadline_ms;
	char path[4096]; /* in the cache */
	char raw[4096];	 /* what the child writes */
};

struct loader {
	const struct rd_config *config;
	struct rd_diag *diag;
	struct rd_prompts *table;
	char version[128]; /* of espeak-ng */
	bool broken;	   /* it cannot be run: said once */
	int nchildren;
	struct child children[CHILDREN];
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static const char *voice_of(const struct rd_cfg_prompt *prompt)
{
	if (!strcmp(prompt->voice, "cmn") || !strcmp(prompt->voice, "zh"))
		return "cmn-latn-pinyin";
	return prompt->voice;
}

/* ---- the cache -------------------------------------------------------------- */

/* FNV-1a, over strings and their NULs, from two bases: 128 bits */
static void hash_name(const struct loader *l, const struct rd_cfg_prompt *p,
		      char name[NAME_LEN])
{
	const char *const parts[] = { RECIPE, WORDS_A_MIN, l->version,
				      voice_of(p), p->text };
	uint64_t h[2] = { 0xcbf29ce484222325u, 0x84222325cbf29ce4u };

	for (int k = 0; k < 2; k++) {
		for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
			const char *c = parts[i];

			do {
				h[k] = (h[k] ^ (unsigned char)*c) *
				       0x100000001b3u;
			} while (*c++);
		}
	}
	snprintf(name, NAME_LEN, "%016" PRIx64 "%016" PRIx64 ".wav", h[0],
		 h[1]);
}

static void keep(struct loader *l, uint32_t i, struct rd_sound *sound)
{
	if (rd_prompts_set(l->table, i, sound->samples, sound->frames))
		rd_diag_error(l->diag, l->config->prompts[i].place,
			      "no memory for a prompt");
	rd_sound_free(sound);
}

static void load_file(struct loader *l, uint32_t i, const char *path)
{
	struct rd_sound sound = { 0 };
	char why[256];

	if (rd_sound_read(path, &sound, why, sizeof(why)))
		rd_diag_error(l->diag, l->config->prompts[i].place,
			      "sound file \"%s\": %s", path, why);
	else
		keep(l, i, &sound);
}

/* ---- children ------------------------------------------------------------------ */

/*
 * Run espeak-ng with the text on its standard input, out on its standard
 * output (-1: as it is). The child's pid, or negative errno.
 */
static int spawn(char *const argv[], const char *text, int out)
{
	posix_spawn_file_actions_t actions;
	size_t len = strlen(text);
	int in[2], err;
	pid_t pid;

	if (pipe2(in, O_CLOEXEC))
		return -errno;
	if (write(in[1], text, len) != (ssize_t)len) {
		err = -EIO;
		goto err_write;
	}
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in[0], 0);
	if (out >= 0)
		posix_spawn_file_actions_adddup2(&actions, out, 1);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	err = -posix_spawnp(&pid, PROGRAM, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
err_write:
	close(in[0]);
	close(in[1]);
	return err ? err : (int)pid;
}

/* Its version is part of every name; without it nothing can be spoken. */
static int ask_version(struct loader *l)
{
	char *const argv[] = { PROGRAM, "--version", NULL };
	int out[2], pid, status;
	ssize_t n;

	if (pipe2(out, O_CLOEXEC))
		return -errno;
	pid = spawn(argv, "", out[1]);
	close(out[1]);
	if (pid < 0) {
		close(out[0]);
		return pid;
	}
	n = read(out[0], l->version, sizeof(l->version) - 1);
	close(out[0]);
	waitpid(pid, &status, 0);
	return n > 0 && WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -EIO;
}

static void complain(struct loader *l, uint32_t i, const char *what, int err)
{
	if (!l->broken)
		rd_diag_error(l->diag, l->config->prompts[i].place,
			      "text \"%.40s\" cannot be spoken: %s: %s",
			      l->config->prompts[i].text, what, strerror(-err));
	l->broken = true;
}

static void finish_child(struct loader *l, struct child *c, int status)
{
	const struct rd_cfg_prompt *prompt = &l->config->prompts[c->prompt];
	struct rd_sound sound = { 0 };
	char why[256] = "it failed";
	int err = -EIO;

	close(c->fd);
	c->pid = 0;
	l->nchildren--;
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		err = rd_sound_read(c->raw, &sound, why, sizeof(why));
	unlink(c->raw);
	if (err) {
		rd_diag_error(l->diag, prompt->place,
			      "text \"%.40s\": " PROGRAM " with voice \"%s\": "
			      "%s",
			      prompt->text, voice_of(prompt), why);
		return;
	}
	rd_sound_trim(&sound, LEAD_FRAMES, TAIL_FRAMES);
	err = rd_sound_write(c->path, &sound);
	if (err)
		rd_diag_warning(l->diag, prompt->place,
				"folder of spoken prompts \"%s\": %s",
				l->config->cache_dir, strerror(-err));
	keep(l, c->prompt, &sound);
}

/* Wait until a child has ended. */
static void reap(struct loader *l)
{
	struct pollfd fds[CHILDREN];
	struct child *who[CHILDREN];
	int64_t first = INT64_MAX, left;
	nfds_t n = 0;

	for (int i = 0; i < CHILDREN; i++) {
		if (!l->children[i].pid)
			continue;
		fds[n] = (struct pollfd){ l->children[i].fd, POLLIN, 0 };
		who[n++] = &l->children[i];
		if (l->children[i].deadline_ms < first)
			first = l->children[i].deadline_ms;
	}
	left = first - now_ms();
	if (poll(fds, n, left > 0 ? (int)left : 0) == 0)
		for (nfds_t i = 0; i < n; i++)
			if (who[i]->deadline_ms <= now_ms())
				kill(who[i]->pid, SIGKILL);
	for (nfds_t i = 0; i < n; i++) {
		int status;

		if (waitpid(who[i]->pid, &status, WNOHANG) == who[i]->pid)
			finish_child(l, who[i], status);
	}
}

static void speak(struct loader *l, uint32_t i, const char *path)
{
	const struct rd_cfg_prompt *prompt = &l->config->prompts[i];
	char voice[64], raw[sizeof(l->children->raw)];
	char *const argv[] = { PROGRAM,	    "-b", "1", "-v",	  voice, "-s",
			       WORDS_A_MIN, "-w", raw, "--stdin", NULL };
	struct child *c = l->children;
	int pid;

	while (c->pid)
		c++;
	snprintf(voice, sizeof(voice), "%s", voice_of(prompt));
	snprintf(c->path, sizeof(c->path), "%s", path);
	snprintf(raw, sizeof(raw), "%.4000s.%d.%u.raw", path, (int)getpid(), i);
	memcpy(c->raw, raw, sizeof(raw));
	pid = spawn(argv, prompt->text, -1);
	if (pid < 0) {
		complain(l, i, PROGRAM, pid);
		return;
	}
	c->fd = (int)syscall(SYS_pidfd_open, pid, 0);
	c->pid = pid;
	c->prompt = i;
	c->deadline_ms = now_ms() + CHILD_S * 1000;
	l->nchildren++;
}

static void load_text(struct loader *l, uint32_t i, int most)
{
	const struct rd_cfg_prompt *prompt = &l->config->prompts[i];
	char name[NAME_LEN], path[4000], why[128];
	struct rd_sound sound = { 0 };
	int err;

	if (l->broken)
		return;
	if (!l->version[0]) {
		err = ask_version(l);
		if (err) {
			complain(l, i, PROGRAM, err);
			return;
		}
	}
	if (strlen(prompt->text) > TEXT_MAX) {
		rd_diag_error(l->diag, prompt->place,
			      "text of %zu octets, expected at most %d",
			      strlen(prompt->text), TEXT_MAX);
		return;
	}
	hash_name(l, prompt, name);
	snprintf(path, sizeof(path), "%.3900s/%s", l->config->cache_dir, name);
	/* one that is damaged is spoken anew */
	if (!rd_sound_read(path, &sound, why, sizeof(why))) {
		keep(l, i, &sound);
		return;
	}
	while (l->nchildren >= most)
		reap(l);
	speak(l, i, path);
}

struct rd_prompts *rd_speech_load(const struct rd_config *config,
				  struct rd_diag *diag)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	int most = processors < 1	   ? 1
		   : processors > CHILDREN ? CHILDREN
					   : (int)processors;
	struct loader *l = calloc(1, sizeof(*l));
	struct rd_prompts *table = rd_prompts_new(config->nprompts);

	if (!l || !table)
		goto err_memory;
	l->config = config;
	l->diag = diag;
	l->table = table;
	if (mkdir(config->cache_dir, 0750) && errno != EEXIST)
		rd_diag_warning(diag, (struct rd_place){ 0 },
				"folder of spoken prompts \"%s\": %s",
				config->cache_dir, strerror(errno));
	for (uint32_t i = 0; i < config->nprompts; i++) {
		if (config->prompts[i].file[0])
			load_file(l, i, config->prompts[i].file);
		else if (config->prompts[i].text[0])
			load_text(l, i, most);
	}
	while (l->nchildren)
		reap(l);
	free(l);
	return table;
err_memory:
	free(l);
	rd_prompts_free(table);
	return NULL;
}

void rd_speech_lengths(const struct rd_config *config, uint32_t *frames)
{
	struct loader *l = calloc(1, sizeof(*l));
	bool speaks;

	if (!l)
		return;
	l->config = config;
	speaks = !ask_version(l);
	for (uint32_t i = 0; i < config->nprompts; i++) {
		const struct rd_cfg_prompt *prompt = &config->prompts[i];
		char name[NAME_LEN], path[4096], why[128];
		struct rd_sound sound = { 0 };

		if (prompt->file[0]) {
			snprintf(path, sizeof(path), "%s", prompt->file);
		} else if (prompt->text[0] && speaks) {
			hash_name(l, prompt, name);
			snprintf(path, sizeof(path), "%.3900s/%s",
				 config->cache_dir, name);
		} else {
			continue;
		}
		if (rd_sound_read(path, &sound, why, sizeof(why)))
			continue;
		frames[i] = sound.frames;
		rd_sound_free(&sound);
	}
	free(l);
}

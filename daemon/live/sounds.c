// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sounds made while running; see sounds.h.
 *
 * The table that media reads is never written: for each new sound a copy of it
 * is published. What the new one replaces (the table, and the old octets of
 * the slot) is freed once media has passed to another tick.
 */
#include "daemon/live/sounds.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "daemon/speech/speech.h"
#include "lib/base/mq.h"

#define OCTETS	(1u << 16)
#define WHY_MAX 400

struct made { /* an answer as it waits for core's thread */
	struct rd_msg msg;
	uint32_t slot, serial;
	struct rd_prompts *sound; /* of one prompt, or NULL */
	char why[WHY_MAX];
};

struct trash { /* freed when media has passed */
	struct trash *next;
	uint64_t epoch;
	struct rd_prompts *table; /* without its octets */
	uint8_t *octets;
};

struct rd_sounds {
	struct rd_mq in, out;
	struct rd_media *media;
	char *cache_dir;
	struct rd_prompts *table; /* published */
	struct trash *trash;
	uint64_t asked, consumed; /* core's */
	uint64_t answered;	  /* atomic */
	int wake_fd, core_fd;
	bool stopping; /* atomic */
	bool running;
	pthread_t thread;
	_Alignas(8) uint8_t event[sizeof(struct rd_ev_sound) + WHY_MAX];
};

static void wake(int fd)
{
	uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) < 0)
		return; /* EAGAIN: it is awake */
}

/* ---- the thread ------------------------------------------------------------------ */

static struct rd_prompts *make(const struct rd_sounds *s,
			       const struct rd_cmd_sound *cmd, char *why)
{
	const struct rd_cfg_prompt prompt = {
		.file = cmd->is_file ? cmd->text : "",
		.text = cmd->is_file ? "" : cmd->text,
		.voice = cmd->voice,
	};
	const struct rd_config config = { .cache_dir = s->cache_dir,
					  .nprompts = 1,
					  .prompts = &prompt };
	struct rd_prompts *sound;
	struct rd_diag diag;

	rd_diag_init(&diag);
	sound = rd_speech_load(&config, &diag);
	if (sound && !sound->prompt[0].frames) {
		rd_prompts_free(sound);
		sound = NULL;
	}
	if (!sound) {
		snprintf(why, WHY_MAX, "%s",
			 diag.text ? diag.text : "nothing to be heard");
		why[strcspn(why, "\n")] = 0;
	}
	rd_diag_free(&diag);
	return sound;
}

static void answer(struct rd_sounds *s, const struct rd_cmd_sound *cmd)
{
	struct made *made;
	struct rd_prompts *sound;
	char why[WHY_MAX] = "";

	sound = make(s, cmd, why);
	/* there is room: rd_sounds_ask() has seen to it */
	made = (void *)rd_mq_reserve(&s->out, sizeof(*made));
	if (!made) {
		rd_prompts_free(sound);
		return;
	}
	made->msg.type = RD_MSG_SOUND_MADE;
	made->msg.line = RD_LINE_NONE;
	made->msg.frame = cmd->msg.frame;
	made->slot = cmd->slot;
	made->serial = cmd->serial;
	made->sound = sound;
	memcpy(made->why, why, sizeof(why));
	rd_mq_commit(&s->out, &made->msg);
}

static void *run(void *arg)
{
	struct rd_sounds *s = arg;
	const struct rd_msg *msg;
	uint64_t ignored;

	while (!__atomic_load_n(&s->stopping, __ATOMIC_ACQUIRE)) {
		while ((msg = rd_mq_peek(&s->in))) {
			answer(s, (const struct rd_cmd_sound *)msg);
			rd_mq_consume(&s->in, msg);
			__atomic_fetch_add(&s->answered, 1, __ATOMIC_RELEASE);
			wake(s->core_fd);
		}
		if (read(s->wake_fd, &ignored, sizeof(ignored)) < 0)
			continue;
	}
	return NULL;
}

/* ---- what media has ---------------------------------------------------------------- */

static void sweep(struct rd_sounds *s, bool all)
{
	struct trash **at = &s->trash;

	while (*at) {
		struct trash *t = *at;

		if (!all && !rd_media_has_passed(s->media, t->epoch)) {
			at = &t->next;
			continue;
		}
		*at = t->next;
		free(t->table);
		free(t->octets);
		free(t);
	}
}

/* The sound of one slot becomes that of made; false: no memory. */
static bool publish(struct rd_sounds *s, uint32_t slot,
		    struct rd_prompts *sound)
{
	size_t size = sizeof(*s->table) + RD_EXTRAS * sizeof(struct rd_prompt);
	struct rd_prompts *next = malloc(size);
	struct trash *t = calloc(1, sizeof(*t));

	if (!next || !t) {
		free(next);
		free(t);
		return false;
	}
	memcpy(next, s->table, size);
	t->table = s->table;
	t->octets = s->table->prompt[slot].octets[0];
	next->prompt[slot] = sound->prompt[0];
	sound->prompt[0].octets[0] = NULL;
	rd_media_publish(s->media, RD_PROMPT_TABLES, next, &t->epoch);
	s->table = next;
	t->next = s->trash;
	s->trash = t;
	return true;
}

/* ---- core's side ------------------------------------------------------------------- */

int rd_sounds_start(struct rd_media *media, const char *cache_dir, int eventfd_,
		    struct rd_sounds **out)
{
	struct rd_sounds *s = aligned_alloc(64, (sizeof(*s) + 63) / 64 * 64);
	sigset_t all, before;
	void *in, *back;
	uint64_t epoch;
	int err = -ENOMEM;

	if (!s)
		return -ENOMEM;
	memset(s, 0, sizeof(*s));
	s->media = media;
	s->core_fd = eventfd_;
	s->wake_fd = eventfd(0, EFD_CLOEXEC);
	s->cache_dir = strdup(cache_dir);
	s->table = rd_prompts_new(RD_EXTRAS);
	in = aligned_alloc(64, OCTETS);
	back = aligned_alloc(64, OCTETS);
	s->in.buf = in;
	s->out.buf = back;
	if (!in || !back || !s->cache_dir || !s->table || s->wake_fd < 0)
		goto err_free;
	rd_mq_init(&s->in, in, OCTETS);
	rd_mq_init(&s->out, back, OCTETS);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = -pthread_create(&s->thread, NULL, run, s);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (err)
		goto err_free;
	s->running = true;
	rd_media_publish(media, RD_PROMPT_TABLES, s->table, &epoch);
	*out = s;
	return 0;

err_free:
	rd_sounds_stop(s);
	return err;
}

void rd_sounds_stop(struct rd_sounds *s)
{
	const struct rd_msg *msg;

	if (!s)
		return;
	if (s->running) {
		__atomic_store_n(&s->stopping, true, __ATOMIC_RELEASE);
		wake(s->wake_fd);
		pthread_join(s->thread, NULL);
		while ((msg = rd_mq_peek(&s->out))) {
			rd_prompts_free(((const struct made *)msg)->sound);
			rd_mq_consume(&s->out, msg);
		}
	}
	sweep(s, true);
	rd_prompts_free(s->table);
	if (s->wake_fd >= 0)
		close(s->wake_fd);
	free(s->cache_dir);
	free(s->in.buf);
	free(s->out.buf);
	free(s);
}

int rd_sounds_ask(struct rd_sounds *s, const struct rd_cmd_sound *cmd)
{
	if (cmd->slot >= RD_EXTRAS ||
	    s->asked - s->consumed >= RD_SOUNDS_ASKED ||
	    rd_mq_put(&s->in, &cmd->msg))
		return -ENOBUFS;
	s->asked++;
	wake(s->wake_fd);
	return 0;
}

const struct rd_msg *rd_sounds_peek(struct rd_sounds *s)
{
	struct made *made = (struct made *)rd_mq_peek(&s->out);
	struct rd_ev_sound *ev = (void *)s->event;
	size_t len;

	if (!made)
		return NULL;
	sweep(s, false);
	memset(s->event, 0, sizeof(s->event));
	ev->slot = made->slot;
	ev->serial = made->serial;
	ev->frames = made->sound ? made->sound->prompt[0].frames : 0;
	if (made->sound && !publish(s, made->slot, made->sound)) {
		ev->frames = 0;
		snprintf(made->why, sizeof(made->why), "no memory");
	}
	rd_prompts_free(made->sound);
	made->sound = NULL;
	len = strnlen(made->why, WHY_MAX - 1);
	memcpy(ev->why, made->why, len);
	ev->msg = (struct rd_msg){
		.type = RD_MSG_SOUND_MADE,
		.len = (uint16_t)((sizeof(*ev) + len + 8) & ~(size_t)7),
		.line = RD_LINE_NONE,
		.frame = made->msg.frame,
	};
	return &ev->msg;
}

void rd_sounds_consume(struct rd_sounds *s)
{
	const struct rd_msg *msg = rd_mq_peek(&s->out);

	rd_mq_consume(&s->out, msg);
	s->consumed++;
}

bool rd_sounds_is_idle(const struct rd_sounds *s)
{
	return s->asked == __atomic_load_n(&s->answered, __ATOMIC_ACQUIRE);
}

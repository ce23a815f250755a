// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The lookup thread; see lookup.h. Questions and answers pass through queues;
 * the table of sources is the one thing both threads change, under a lock that
 * the lookup thread lets go of before it asks (a source in use is kept by its
 * count of users).
 */
#include "daemon/store/lookup.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "daemon/core/core.h"
#include "daemon/store/source.h"
#include "lib/base/mq.h"

#define IN_OCTETS  (1u << 16)
#define OUT_OCTETS (1u << 21)
_Static_assert(RD_LOOKUPS_ASKED *(RD_LOOKUP_DATA + 64) < OUT_OCTETS * 3 / 4,
	       "every answer has room");

/* A question as it waits; its frame and so on are the LOOKUP's. */
struct question {
	struct rd_cmd_lookup cmd;
	uint64_t asked_ns;
	char password[64]; /* RD_LOOKUP_PASSWORD: the key is whose */
};

struct source_set { /* of one configuration */
	uint32_t generation;
	uint32_t users; /* the table, and the thread while it asks */
	uint16_t n;
	struct rd_source_file *source[];
};

struct rd_lookups {
	struct rd_mq in, out;
	uint64_t asked, consumed; /* core's */
	uint64_t answered;	  /* atomic */
	int wake_fd, core_fd;
	bool stopping; /* atomic */
	pthread_t thread;
	pthread_mutex_t lock;
	struct source_set *set[RD_CONFIGS]; /* under lock */
};

/* ---- sets of sources ------------------------------------------------------------- */

static void put_set(struct rd_lookups *l, struct source_set *set)
{
	bool last;

	if (!set)
		return;
	pthread_mutex_lock(&l->lock);
	last = !--set->users;
	pthread_mutex_unlock(&l->lock);
	if (!last)
		return;
	for (uint16_t i = 0; i < set->n; i++)
		rd_source_free(set->source[i]);
	free(set);
}

static struct source_set *get_set(struct rd_lookups *l, uint32_t generation)
{
	struct source_set *set;

	pthread_mutex_lock(&l->lock);
	set = l->set[generation % RD_CONFIGS];
	if (set && set->generation == generation)
		set->users++;
	else
		set = NULL;
	pthread_mutex_unlock(&l->lock);
	return set;
}

int rd_lookups_set_sources(struct rd_lookups *l, uint32_t generation,
			   const struct rd_cfg_source *sources, uint16_t n)
{
	struct source_set *old;
	struct source_set *set =
		calloc(1, sizeof(*set) + n * sizeof(set->source[0]));

	if (!set)
		return -ENOMEM;
	set->generation = generation;
	set->users = 1;
	for (set->n = 0; set->n < n; set->n++) {
		set->source[set->n] = rd_source_new(&sources[set->n]);
		if (!set->source[set->n]) {
			put_set(l, set);
			return -ENOMEM;
		}
	}
	pthread_mutex_lock(&l->lock);
	old = l->set[generation % RD_CONFIGS];
	l->set[generation % RD_CONFIGS] = set;
	pthread_mutex_unlock(&l->lock);
	put_set(l, old);
	return 0;
}

/* ---- the thread ------------------------------------------------------------------ */

static void wake(int fd)
{
	uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) < 0)
		return; /* EAGAIN: it is awake */
}

static enum rd_lookup_status answer_one(struct rd_lookups *l,
					const struct question *q,
					struct rd_answer *answer)
{
	uint64_t now = rd_monotonic_ns();
	uint64_t patience = q->cmd.timeout_ms * 1000000ull;
	enum rd_lookup_status status = RD_LOOKUP_DOWN;
	struct source_set *set;

	if (now - q->asked_ns > patience) {
		rd_answer_add(answer, "error", "waited too long for others",
			      NULL);
		return RD_LOOKUP_DOWN;
	}
	set = get_set(l, q->cmd.config);
	if (set && q->cmd.source < set->n)
		status = rd_source_ask(
			set->source[q->cmd.source],
			&(struct rd_source_question){
				.key = q->cmd.key,
				.secret = q->cmd.secret == RD_LOOKUP_SECRET,
				.password = q->cmd.secret == RD_LOOKUP_PASSWORD
						    ? q->password
						    : NULL },
			now + patience, answer);
	else
		rd_answer_add(answer, "error", "no such source", NULL);
	put_set(l, set);
	return status;
}

static void answer(struct rd_lookups *l, const struct question *q)
{
	static _Thread_local char data[RD_LOOKUP_DATA];
	struct rd_answer a = { data, sizeof(data), 0, 0 };
	enum rd_lookup_status status = answer_one(l, q, &a);
	struct rd_ev_lookup *event;

	/* there is room: rd_lookups_ask() has seen to it */
	event = (void *)rd_mq_reserve(&l->out, sizeof(*event) + a.len);
	if (event) {
		event->msg.type = RD_MSG_LOOKUP_ANSWER;
		event->msg.line = q->cmd.msg.line;
		event->msg.frame = q->cmd.msg.frame;
		event->request = q->cmd.request;
		event->status = (uint16_t)status;
		event->pairs = a.pairs;
		memcpy(event->data, data, a.len);
		rd_mq_commit(&l->out, &event->msg);
	}
	explicit_bzero(data, sizeof(data));
}

static void forget(struct question *q)
{
	explicit_bzero(q->cmd.key, sizeof(q->cmd.key));
	explicit_bzero(q->password, sizeof(q->password));
}

static void *run(void *arg)
{
	struct rd_lookups *l = arg;
	const struct rd_msg *msg;
	uint64_t ignored;

	while (!__atomic_load_n(&l->stopping, __ATOMIC_ACQUIRE)) {
		while ((msg = rd_mq_peek(&l->in))) {
			answer(l, (const struct question *)msg);
			forget((struct question *)msg);
			rd_mq_consume(&l->in, msg);
			__atomic_fetch_add(&l->answered, 1, __ATOMIC_RELEASE);
			wake(l->core_fd);
		}
		if (read(l->wake_fd, &ignored, sizeof(ignored)) < 0)
			continue;
	}
	return NULL;
}

/* ---- core's side ----------------------------------------------------------------- */

static void free_lookups(struct rd_lookups *l)
{
	for (int i = 0; i < RD_CONFIGS; i++)
		put_set(l, l->set[i]);
	pthread_mutex_destroy(&l->lock);
	if (l->wake_fd >= 0)
		close(l->wake_fd);
	free(l->in.buf);
	free(l->out.buf);
	free(l);
}

int rd_lookups_start(int eventfd_of_core, struct rd_lookups **out)
{
	struct rd_lookups *l = aligned_alloc(64, (sizeof(*l) + 63) / 64 * 64);
	sigset_t all, before;
	void *in, *back;
	int err = -ENOMEM;

	if (!l)
		return -ENOMEM;
	memset(l, 0, sizeof(*l));
	pthread_mutex_init(&l->lock, NULL);
	l->core_fd = eventfd_of_core;
	l->wake_fd = eventfd(0, EFD_CLOEXEC);
	in = aligned_alloc(64, IN_OCTETS);
	back = aligned_alloc(64, OUT_OCTETS);
	l->in.buf = in;
	l->out.buf = back;
	if (!in || !back || l->wake_fd < 0)
		goto err_free;
	rd_mq_init(&l->in, in, IN_OCTETS);
	rd_mq_init(&l->out, back, OUT_OCTETS);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = -pthread_create(&l->thread, NULL, run, l);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (err)
		goto err_free;
	*out = l;
	return 0;

err_free:
	free_lookups(l);
	return err;
}

void rd_lookups_stop(struct rd_lookups *l)
{
	if (!l)
		return;
	__atomic_store_n(&l->stopping, true, __ATOMIC_RELEASE);
	wake(l->wake_fd);
	pthread_join(l->thread, NULL);
	free_lookups(l);
}

int rd_lookups_ask(struct rd_lookups *l, const struct rd_cmd_lookup *cmd,
		   const char *secret)
{
	struct question *q;

	if (l->asked - l->consumed >= RD_LOOKUPS_ASKED)
		return -ENOBUFS;
	q = (void *)rd_mq_reserve(&l->in, sizeof(*q));
	if (!q)
		return -ENOBUFS;
	q->cmd = *cmd;
	q->cmd.msg.len = sizeof(*q);
	memset(q->password, 0, sizeof(q->password));
	if (cmd->secret == RD_LOOKUP_PASSWORD) {
		const char *whose = strchr(cmd->key, ' ');

		memset(q->cmd.key, 0, sizeof(q->cmd.key));
		if (whose)
			strncpy(q->cmd.key, whose + 1, sizeof(q->cmd.key) - 1);
		strncpy(q->password, secret ? secret : "",
			sizeof(q->password) - 1);
	} else if (secret) {
		q->cmd.secret = RD_LOOKUP_SECRET;
		memset(q->cmd.key, 0, sizeof(q->cmd.key));
		strncpy(q->cmd.key, secret, sizeof(q->cmd.key) - 1);
	}
	q->asked_ns = rd_monotonic_ns();
	rd_mq_commit(&l->in, &q->cmd.msg);
	l->asked++;
	wake(l->wake_fd);
	return 0;
}

const struct rd_msg *rd_lookups_peek(struct rd_lookups *l)
{
	return rd_mq_peek(&l->out);
}

void rd_lookups_consume(struct rd_lookups *l, const struct rd_msg *msg)
{
	rd_mq_consume(&l->out, msg);
	l->consumed++;
}

bool rd_lookups_is_idle(struct rd_lookups *l)
{
	return l->asked == __atomic_load_n(&l->answered, __ATOMIC_ACQUIRE);
}

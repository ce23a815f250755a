// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The thread of programs; see program.h.
 *
 *	core --> in --> program's line of requests --> an idle instance
 *	core <-- out <-- its reply, DOWN, or time is over <--'
 *
 * Everything but the two queues lies under one lock, which the thread lets go
 * only while it waits. Invariant: an instance with a request has a connection.
 */
#include "daemon/program/program.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "daemon/core/core.h"
#include "daemon/live/log.h"
#include "daemon/program/child.h"
#include "daemon/program/wire.h"
#include "lib/base/mq.h"

#define QUEUE_OCTETS (1u << 20)
#define INSTANCES    32
#define SECOND_NS    1000000000ull
#define RETRY_MAX_NS (30 * SECOND_NS)
#define POLLS_MAX    1024

struct request {
	struct request *next;
	uint64_t deadline_ns;
	struct rd_cmd_program cmd; /* with its pairs */
};

struct instance {
	int fd;	   /* -1: not connected */
	pid_t pid; /* 0: none */
	uint64_t retry_ns, backoff_ns;
	struct request *request; /* which it answers */
	size_t nin, nout, sent;
	char in[RD_PROGRAM_LINE], out[RD_PROGRAM_LINE];
};

struct program {
	struct program *next;
	uint32_t users; /* configurations that have it */
	char *name, *socket, *folder;
	char **args;
	uint16_t nargs, n;
	struct request *first, **last;
	struct instance *instances;
};

struct set { /* of one configuration */
	uint32_t generation;
	uint16_t n;
	struct program *program[];
};

struct rd_programs {
	struct rd_mq in, out;
	uint64_t asked, consumed; /* core's */
	uint64_t answered;	  /* atomic */
	int wake_fd, core_fd;
	bool stopping; /* atomic */
	bool running;
	pthread_t thread;
	pthread_mutex_t lock;
	struct set *set[RD_CONFIGS];
	struct program *programs;
	struct rd_program_counts counts;
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * SECOND_NS + (uint64_t)t.tv_nsec;
}

static void wake(int fd)
{
	uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) < 0)
		return; /* EAGAIN: it is awake */
}

/* ---- answers ----------------------------------------------------------------------- */

static void answer(struct rd_programs *p, const struct request *r,
		   enum rd_lookup_status status, const char *data, uint32_t len,
		   uint16_t pairs)
{
	struct rd_ev_lookup *event =
		(void *)rd_mq_reserve(&p->out, sizeof(*event) + len);

	/* there is room: rd_programs_ask() has seen to it */
	if (event) {
		event->msg.type = RD_MSG_LOOKUP_ANSWER;
		event->msg.line = r->cmd.msg.line;
		event->msg.frame = r->cmd.msg.frame;
		event->request = r->cmd.request;
		event->status = (uint16_t)status;
		event->pairs = pairs;
		memcpy(event->data, data, len);
		rd_mq_commit(&p->out, &event->msg);
	}
	__atomic_fetch_add(&p->answered, 1, __ATOMIC_RELEASE);
	wake(p->core_fd);
}

static void down(struct rd_programs *p, struct request *r, const char *why)
{
	char data[200];
	int len = snprintf(data, sizeof(data), "error%c%.180s", 0, why);

	answer(p, r, RD_LOOKUP_DOWN, data, (uint32_t)len + 1, 1);
	free(r);
}

/* ---- instances --------------------------------------------------------------------- */

/* Let go of the connection; another is tried after a while. */
static void drop(struct rd_programs *p, const struct program *program,
		 struct instance *i, const char *why)
{
	if (i->fd >= 0)
		close(i->fd);
	if (i->pid > 0)
		rd_child_end(i->pid);
	i->fd = -1;
	i->pid = 0;
	i->nin = i->nout = i->sent = 0;
	i->backoff_ns = i->backoff_ns ? i->backoff_ns * 2 : SECOND_NS;
	if (i->backoff_ns > RETRY_MAX_NS)
		i->backoff_ns = RETRY_MAX_NS;
	i->retry_ns = now_ns() + i->backoff_ns;
	rd_log(RD_LOG_WARNING, "program %s: %s; begun anew in %llu s",
	       program->name, why,
	       (unsigned long long)(i->backoff_ns / SECOND_NS));
	if (!i->request)
		return;
	down(p, i->request, why);
	i->request = NULL;
}

static void begin(struct rd_programs *p, const struct program *program,
		  struct instance *i)
{
	int err = program->socket
			  ? rd_socket_connect(program->socket, &i->fd)
			  : rd_child_begin((const char *const *)program->args,
					   program->nargs, program->folder,
					   &i->pid, &i->fd);

	if (err) {
		i->fd = -1;
		i->pid = 0;
		drop(p, program, i, strerror(-err));
		return;
	}
	p->counts.started++;
}

static void flush(struct rd_programs *p, const struct program *program,
		  struct instance *i)
{
	while (i->sent < i->nout) {
		ssize_t n = send(i->fd, i->out + i->sent, i->nout - i->sent,
				 MSG_NOSIGNAL);

		if (n < 0 && (errno == EAGAIN || errno == ENOTCONN))
			return; /* a connection may still be under way */
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			p->counts.died++;
			drop(p, program, i, "it has gone");
			return;
		}
		i->sent += (size_t)n;
	}
}

/* A reply, or whatever the line is. False: the instance was dropped. */
static bool take_line(struct rd_programs *p, const struct program *program,
		      struct instance *i, const char *line, size_t len)
{
	static _Thread_local struct rd_reply reply;
	char why[200];

	if (rd_reply_read(line, len, &reply)) {
		p->counts.garbage++;
		snprintf(why, sizeof(why), "garbage: %.150s", reply.why);
		drop(p, program, i, why);
		return false;
	}
	if (!i->request || i->request->cmd.request != reply.request) {
		if (!p->counts.stray++)
			rd_log(RD_LOG_WARNING,
			       "program %s: an answer that nobody waits for",
			       program->name);
		return true;
	}
	p->counts.answered++;
	i->backoff_ns = 0;
	answer(p, i->request, RD_LOOKUP_FOUND, reply.data, reply.len,
	       reply.pairs);
	free(i->request);
	i->request = NULL;
	return true;
}

static void receive(struct rd_programs *p, const struct program *program,
		    struct instance *i)
{
	ssize_t n = recv(i->fd, i->in + i->nin, sizeof(i->in) - i->nin, 0);
	char *newline;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		p->counts.died++;
		drop(p, program, i, n ? strerror(errno) : "it has ended");
		return;
	}
	i->nin += (size_t)n;
	while ((newline = memchr(i->in, '\n', i->nin))) {
		size_t len = (size_t)(newline - i->in);

		if (!take_line(p, program, i, i->in, len))
			return;
		i->nin -= len + 1;
		memmove(i->in, newline + 1, i->nin);
	}
	if (i->nin < sizeof(i->in))
		return;
	p->counts.garbage++;
	drop(p, program, i, "a line that does not end");
}

/* ---- requests ---------------------------------------------------------------------- */

static struct program *program_of(struct rd_programs *p,
				  const struct rd_cmd_program *cmd)
{
	const struct set *set = p->set[cmd->config % RD_CONFIGS];

	return set && set->generation == cmd->config && cmd->program < set->n
		       ? set->program[cmd->program]
		       : NULL;
}

static void take_requests(struct rd_programs *p)
{
	const struct rd_msg *msg;

	for (; (msg = rd_mq_peek(&p->in)); rd_mq_consume(&p->in, msg)) {
		const struct rd_cmd_program *cmd = (const void *)msg;
		struct program *program = program_of(p, cmd);
		struct request *r;

		r = malloc(offsetof(struct request, cmd) + msg->len);
		if (!r)
			abort();
		r->next = NULL;
		memcpy(&r->cmd, cmd, msg->len);
		r->deadline_ns = now_ns() + cmd->timeout_ms * 1000000ull;
		if (!program) {
			down(p, r, "no such program");
			continue;
		}
		*program->last = r;
		program->last = &r->next;
	}
}

static struct request *pop(struct program *program)
{
	struct request *r = program->first;

	program->first = r->next;
	if (!program->first)
		program->last = &program->first;
	return r;
}

/* Give the first in the line to an instance that has nothing to do. */
static void dispatch(struct rd_programs *p, struct program *program)
{
	for (uint16_t n = 0; n < program->n && program->first; n++) {
		struct instance *i = &program->instances[n];
		int len;

		if (i->fd < 0 || i->request)
			continue;
		i->request = pop(program);
		len = rd_request_write(&i->request->cmd, i->out,
				       sizeof(i->out));
		if (len < 0) {
			down(p, i->request, "a request that is too long");
			i->request = NULL;
			continue;
		}
		i->nout = (size_t)len;
		i->sent = 0;
		flush(p, program, i);
	}
}

/* What is due now; returns when something will be. */
static uint64_t check_times(struct rd_programs *p, struct program *program,
			    uint64_t now)
{
	uint64_t next = UINT64_MAX;

	while (program->first && program->first->deadline_ns <= now) {
		p->counts.timed_out++;
		down(p, pop(program), "no instance had time for it");
	}
	for (uint16_t n = 0; n < program->n; n++) {
		struct instance *i = &program->instances[n];

		if (i->request && i->request->deadline_ns <= now) {
			p->counts.timed_out++;
			drop(p, program, i, "no answer in time");
		}
		if (i->fd < 0 && i->retry_ns <= now)
			begin(p, program, i);
		if (i->fd < 0 && i->retry_ns < next)
			next = i->retry_ns;
		if (i->request && i->request->deadline_ns < next)
			next = i->request->deadline_ns;
	}
	if (program->first && program->first->deadline_ns < next)
		next = program->first->deadline_ns;
	return next;
}

/* ---- programs ---------------------------------------------------------------------- */

static void free_program(struct program *program)
{
	for (uint16_t n = 0; program->instances && n < program->n; n++) {
		struct instance *i = &program->instances[n];

		if (i->fd >= 0)
			close(i->fd);
		if (i->pid > 0)
			rd_child_end(i->pid);
		free(i->request);
	}
	while (program->first)
		free(pop(program));
	for (uint16_t a = 0; program->args && a < program->nargs; a++)
		free(program->args[a]);
	free(program->args);
	free(program->instances);
	free(program->name);
	free(program->socket);
	free(program->folder);
	free(program);
}

/* Those no configuration has any more, once nothing is asked of them. */
static void bury(struct rd_programs *p)
{
	struct program **at = &p->programs;

	while (*at) {
		struct program *program = *at;
		bool busy = program->first != NULL;

		for (uint16_t n = 0; n < program->n; n++)
			busy |= program->instances[n].request != NULL;
		if (program->users || busy) {
			at = &program->next;
			continue;
		}
		*at = program->next;
		free_program(program);
	}
}

/* ---- the thread -------------------------------------------------------------------- */

static nfds_t gather(struct rd_programs *p, struct pollfd *polls)
{
	nfds_t n = 0;

	polls[n++] = (struct pollfd){ p->wake_fd, POLLIN, 0 };
	for (struct program *g = p->programs; g; g = g->next)
		for (uint16_t k = 0; k < g->n && n < POLLS_MAX; k++) {
			const struct instance *i = &g->instances[k];

			polls[n++] = (struct pollfd){
				i->fd,
				(short)(POLLIN |
					(i->sent < i->nout ? POLLOUT : 0)),
				0
			};
		}
	return n;
}

/* In the order of gather(): nothing was added or taken away meanwhile. */
static void serve(struct rd_programs *p, const struct pollfd *polls, nfds_t n)
{
	nfds_t at = 1;

	for (struct program *g = p->programs; g; g = g->next)
		for (uint16_t k = 0; k < g->n && at < n; k++, at++) {
			struct instance *i = &g->instances[k];

			if (i->fd < 0 || i->fd != polls[at].fd)
				continue;
			if (polls[at].revents & POLLOUT)
				flush(p, g, i);
			if (i->fd >= 0 &&
			    polls[at].revents & (POLLIN | POLLHUP | POLLERR))
				receive(p, g, i);
		}
}

static int wait_ms(uint64_t next, uint64_t now)
{
	uint64_t ms;

	if (next == UINT64_MAX)
		return -1;
	ms = next > now ? (next - now + 999999) / 1000000 : 0;
	return ms > 60000 ? 60000 : (int)ms;
}

static void *run(void *arg)
{
	struct rd_programs *p = arg;
	struct pollfd polls[POLLS_MAX];
	uint64_t ignored;

	while (!__atomic_load_n(&p->stopping, __ATOMIC_ACQUIRE)) {
		uint64_t now = now_ns(), next = UINT64_MAX;
		nfds_t n;

		pthread_mutex_lock(&p->lock);
		take_requests(p);
		bury(p);
		for (struct program *g = p->programs; g; g = g->next) {
			uint64_t due = check_times(p, g, now);

			next = due < next ? due : next;
			dispatch(p, g);
		}
		n = gather(p, polls);
		pthread_mutex_unlock(&p->lock);
		if (poll(polls, n, wait_ms(next, now)) < 0)
			continue;
		if (polls[0].revents &&
		    read(p->wake_fd, &ignored, sizeof(ignored)) < 0)
			continue;
		pthread_mutex_lock(&p->lock);
		serve(p, polls, n);
		pthread_mutex_unlock(&p->lock);
	}
	return NULL;
}

/* ---- core's side ------------------------------------------------------------------- */

static bool same_text(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

static struct program *find(struct rd_programs *p,
			    const struct rd_cfg_program *cfg,
			    const char *folder)
{
	for (struct program *g = p->programs; g; g = g->next) {
		bool same = same_text(g->name, cfg->name) &&
			    same_text(g->socket, cfg->socket) &&
			    same_text(g->folder, folder) &&
			    g->nargs == cfg->nargs && g->n == cfg->instances;

		for (uint16_t a = 0; same && a < cfg->nargs; a++)
			same = same_text(g->args[a], cfg->args[a]);
		if (same)
			return g;
	}
	return NULL;
}

static struct program *make(const struct rd_cfg_program *cfg,
			    const char *folder)
{
	struct program *g = calloc(1, sizeof(*g));
	bool whole;

	if (!g)
		return NULL;
	g->last = &g->first;
	g->name = strdup(cfg->name);
	g->folder = strdup(folder);
	g->socket = cfg->socket && cfg->socket[0] ? strdup(cfg->socket) : NULL;
	g->args = calloc(cfg->nargs + 1u, sizeof(*g->args));
	g->instances = calloc(cfg->instances, sizeof(*g->instances));
	whole = g->name && g->folder && g->args && g->instances;
	for (; whole && g->nargs < cfg->nargs; g->nargs++) {
		g->args[g->nargs] = strdup(cfg->args[g->nargs]);
		whole = g->args[g->nargs];
	}
	if (!whole) {
		free_program(g);
		return NULL;
	}
	g->n = cfg->instances;
	for (uint16_t n = 0; n < g->n; n++)
		g->instances[n].fd = -1;
	return g;
}

static void put_set(struct set *set)
{
	for (uint16_t i = 0; set && i < set->n; i++)
		set->program[i]->users--;
	free(set);
}

int rd_programs_set(struct rd_programs *p, uint32_t generation,
		    const struct rd_cfg_program *programs, uint16_t n,
		    const char *folder)
{
	struct set *set = calloc(1, sizeof(*set) + n * sizeof(set->program[0])),
		   *old;
	int err = 0;

	if (!set)
		return -ENOMEM;
	set->generation = generation;
	pthread_mutex_lock(&p->lock);
	for (; set->n < n && !err; set->n++) {
		struct program *g = find(p, &programs[set->n], folder);

		if (!g) {
			g = make(&programs[set->n], folder);
			if (!g) {
				err = -ENOMEM;
				break;
			}
			g->next = p->programs;
			p->programs = g;
		}
		g->users++;
		set->program[set->n] = g;
	}
	if (err) {
		put_set(set);
	} else {
		old = p->set[generation % RD_CONFIGS];
		p->set[generation % RD_CONFIGS] = set;
		put_set(old);
	}
	pthread_mutex_unlock(&p->lock);
	wake(p->wake_fd);
	return err;
}

int rd_programs_start(int eventfd_, struct rd_programs **out)
{
	struct rd_programs *p = aligned_alloc(64, (sizeof(*p) + 63) / 64 * 64);
	sigset_t all, before;
	void *in, *back;
	int err = -ENOMEM;

	if (!p)
		return -ENOMEM;
	memset(p, 0, sizeof(*p));
	pthread_mutex_init(&p->lock, NULL);
	p->core_fd = eventfd_;
	p->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	in = aligned_alloc(64, QUEUE_OCTETS);
	back = aligned_alloc(64, 2 * QUEUE_OCTETS);
	p->in.buf = in;
	p->out.buf = back;
	if (!in || !back || p->wake_fd < 0)
		goto err_free;
	rd_mq_init(&p->in, in, QUEUE_OCTETS);
	rd_mq_init(&p->out, back, 2 * QUEUE_OCTETS);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = -pthread_create(&p->thread, NULL, run, p);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (err)
		goto err_free;
	p->running = true;
	*out = p;
	return 0;

err_free:
	rd_programs_stop(p);
	return err;
}

void rd_programs_stop(struct rd_programs *p)
{
	if (!p)
		return;
	if (p->running) {
		__atomic_store_n(&p->stopping, true, __ATOMIC_RELEASE);
		wake(p->wake_fd);
		pthread_join(p->thread, NULL);
	}
	while (p->programs) {
		struct program *g = p->programs;

		p->programs = g->next;
		free_program(g);
	}
	for (int i = 0; i < RD_CONFIGS; i++)
		free(p->set[i]);
	pthread_mutex_destroy(&p->lock);
	if (p->wake_fd >= 0)
		close(p->wake_fd);
	free(p->in.buf);
	free(p->out.buf);
	free(p);
}

int rd_programs_ask(struct rd_programs *p, const struct rd_cmd_program *cmd)
{
	if (p->asked - p->consumed >= RD_PROGRAMS_ASKED ||
	    rd_mq_put(&p->in, &cmd->msg))
		return -ENOBUFS;
	p->asked++;
	wake(p->wake_fd);
	return 0;
}

const struct rd_msg *rd_programs_peek(struct rd_programs *p)
{
	return rd_mq_peek(&p->out);
}

void rd_programs_consume(struct rd_programs *p, const struct rd_msg *msg)
{
	rd_mq_consume(&p->out, msg);
	p->consumed++;
}

bool rd_programs_is_idle(const struct rd_programs *p)
{
	return p->asked == __atomic_load_n(&p->answered, __ATOMIC_ACQUIRE);
}

void rd_programs_counts(struct rd_programs *p, struct rd_program_counts *out)
{
	pthread_mutex_lock(&p->lock);
	*out = p->counts;
	pthread_mutex_unlock(&p->lock);
}

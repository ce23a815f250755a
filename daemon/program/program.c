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
#include "daemon/program/instance.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "daemon/program/child.h"

#define QUEUE_OCTETS (1u << 20)
#define POLLS_MAX    1024

/* ---- requests ---------------------------------------------------------------------- */

static struct rd_program *program_of(struct rd_programs *p,
				     const struct rd_cmd_program *cmd)
{
	const struct rd_program_set *set = p->set[cmd->config % RD_CONFIGS];

	return set && set->generation == cmd->config && cmd->program < set->n
		       ? set->program[cmd->program]
		       : NULL;
}

static void take_requests(struct rd_programs *p)
{
	const struct rd_msg *msg;

	for (; (msg = rd_mq_peek(&p->in)); rd_mq_consume(&p->in, msg)) {
		const struct rd_cmd_program *cmd = (const void *)msg;
		struct rd_program *program = program_of(p, cmd);
		struct rd_program_request *r;

		r = malloc(offsetof(struct rd_program_request, cmd) + msg->len);
		if (!r)
			abort();
		r->next = NULL;
		memcpy(&r->cmd, cmd, msg->len);
		r->deadline_ns =
			rd_program_now_ns() + cmd->timeout_ms * 1000000ull;
		if (!program) {
			rd_program_down(p, r, "no such program");
			continue;
		}
		*program->last = r;
		program->last = &r->next;
	}
}

/* Give the first in the line to an instance that has nothing to do. */
static void dispatch(struct rd_programs *p, struct rd_program *program)
{
	for (uint16_t n = 0; n < program->n && program->first; n++) {
		struct rd_instance *i = &program->instances[n];

		if (i->fd >= 0 && !i->request)
			rd_instance_ask(p, program, i, rd_program_pop(program));
	}
}

/* What is due now; returns when something will be. */
static uint64_t check_times(struct rd_programs *p, struct rd_program *program,
			    uint64_t now)
{
	uint64_t next = UINT64_MAX;

	while (program->first && program->first->deadline_ns <= now) {
		p->counts.timed_out++;
		rd_program_down(p, rd_program_pop(program),
				"no instance had time for it");
	}
	for (uint16_t n = 0; n < program->n; n++) {
		struct rd_instance *i = &program->instances[n];

		if (i->request && i->request->deadline_ns <= now) {
			p->counts.timed_out++;
			rd_instance_drop(p, program, i, "no answer in time");
		}
		if (i->fd < 0 && i->retry_ns <= now)
			rd_instance_begin(p, program, i);
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

static void free_program(struct rd_program *program)
{
	for (uint16_t n = 0; program->instances && n < program->n; n++) {
		struct rd_instance *i = &program->instances[n];

		if (i->fd >= 0)
			close(i->fd);
		if (i->pid > 0)
			rd_child_end(i->pid);
		free(i->request);
	}
	while (program->first)
		free(rd_program_pop(program));
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
	struct rd_program **at = &p->programs;

	while (*at) {
		struct rd_program *program = *at;
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
	for (struct rd_program *g = p->programs; g; g = g->next)
		for (uint16_t k = 0; k < g->n && n < POLLS_MAX; k++) {
			const struct rd_instance *i = &g->instances[k];

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

	for (struct rd_program *g = p->programs; g; g = g->next)
		for (uint16_t k = 0; k < g->n && at < n; k++, at++) {
			struct rd_instance *i = &g->instances[k];

			if (i->fd < 0 || i->fd != polls[at].fd)
				continue;
			if (polls[at].revents & POLLOUT)
				rd_instance_flush(p, g, i);
			if (i->fd >= 0 &&
			    polls[at].revents & (POLLIN | POLLHUP | POLLERR))
				rd_instance_receive(p, g, i);
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
		uint64_t now = rd_program_now_ns(), next = UINT64_MAX;
		nfds_t n;

		pthread_mutex_lock(&p->lock);
		take_requests(p);
		bury(p);
		for (struct rd_program *g = p->programs; g; g = g->next) {
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

static struct rd_program *find(struct rd_programs *p,
			       const struct rd_cfg_program *cfg,
			       const char *folder)
{
	for (struct rd_program *g = p->programs; g; g = g->next) {
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

static struct rd_program *make(const struct rd_cfg_program *cfg,
			       const char *folder)
{
	struct rd_program *g = calloc(1, sizeof(*g));
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

static void put_set(struct rd_program_set *set)
{
	for (uint16_t i = 0; set && i < set->n; i++)
		set->program[i]->users--;
	free(set);
}

int rd_programs_set(struct rd_programs *p, uint32_t generation,
		    const struct rd_cfg_program *programs, uint16_t n,
		    const char *folder)
{
	struct rd_program_set *set = calloc(
				      1, sizeof(*set) +
						 n * sizeof(set->program[0])),
			      *old;
	int err = 0;

	if (!set)
		return -ENOMEM;
	set->generation = generation;
	pthread_mutex_lock(&p->lock);
	for (; set->n < n && !err; set->n++) {
		struct rd_program *g = find(p, &programs[set->n], folder);

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
	rd_program_wake(p->wake_fd);
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
		rd_program_wake(p->wake_fd);
		pthread_join(p->thread, NULL);
	}
	while (p->programs) {
		struct rd_program *g = p->programs;

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
	rd_program_wake(p->wake_fd);
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

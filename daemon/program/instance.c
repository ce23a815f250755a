// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One instance of a program: its connection, its request, its lines. What goes
 * wrong ends in rd_instance_drop(): the request is DOWN, the connection gone,
 * and the next one tried after a pause that doubles.
 */
#include "daemon/program/instance.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "daemon/live/log.h"
#include "daemon/program/child.h"
#include "daemon/program/wire.h"

#define SECOND_NS    1000000000ull
#define RETRY_MAX_NS (30 * SECOND_NS)

uint64_t rd_program_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * SECOND_NS + (uint64_t)t.tv_nsec;
}

void rd_program_wake(int fd)
{
	uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) < 0)
		return; /* EAGAIN: it is awake */
}

/* ---- answers ----------------------------------------------------------------------- */

static void answer(struct rd_programs *p, const struct rd_program_request *r,
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
	rd_program_wake(p->core_fd);
}

void rd_program_down(struct rd_programs *p, struct rd_program_request *r,
		     const char *why)
{
	char data[200];
	int len = snprintf(data, sizeof(data), "error%c%.180s", 0, why);

	answer(p, r, RD_LOOKUP_DOWN, data, (uint32_t)len + 1, 1);
	free(r);
}

struct rd_program_request *rd_program_pop(struct rd_program *program)
{
	struct rd_program_request *r = program->first;

	program->first = r->next;
	if (!program->first)
		program->last = &program->first;
	return r;
}

/* ---- instances --------------------------------------------------------------------- */

/* Let go of the connection; another is tried after a while. */
void rd_instance_drop(struct rd_programs *p, const struct rd_program *program,
		      struct rd_instance *i, const char *why)
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
	i->retry_ns = rd_program_now_ns() + i->backoff_ns;
	rd_log(RD_LOG_WARNING, "program %s: %s; begun anew in %llu s",
	       program->name, why,
	       (unsigned long long)(i->backoff_ns / SECOND_NS));
	if (!i->request)
		return;
	rd_program_down(p, i->request, why);
	i->request = NULL;
}

void rd_instance_begin(struct rd_programs *p, const struct rd_program *program,
		       struct rd_instance *i)
{
	int err = program->socket
			  ? rd_socket_connect(program->socket, &i->fd)
			  : rd_child_begin((const char *const *)program->args,
					   program->nargs, program->folder,
					   &i->pid, &i->fd);

	if (err) {
		i->fd = -1;
		i->pid = 0;
		rd_instance_drop(p, program, i, strerror(-err));
		return;
	}
	p->counts.started++;
}

void rd_instance_flush(struct rd_programs *p, const struct rd_program *program,
		       struct rd_instance *i)
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
			rd_instance_drop(p, program, i, "it has gone");
			return;
		}
		i->sent += (size_t)n;
	}
}

/* A reply, or whatever the line is. False: the instance was dropped. */
static bool take_line(struct rd_programs *p, const struct rd_program *program,
		      struct rd_instance *i, const char *line, size_t len)
{
	static _Thread_local struct rd_reply reply;
	char why[200];

	if (rd_reply_read(line, len, &reply)) {
		p->counts.garbage++;
		snprintf(why, sizeof(why), "garbage: %.150s", reply.why);
		rd_instance_drop(p, program, i, why);
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

void rd_instance_receive(struct rd_programs *p,
			 const struct rd_program *program,
			 struct rd_instance *i)
{
	ssize_t n = recv(i->fd, i->in + i->nin, sizeof(i->in) - i->nin, 0);
	char *newline;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		p->counts.died++;
		rd_instance_drop(p, program, i,
				 n ? strerror(errno) : "it has ended");
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
	rd_instance_drop(p, program, i, "a line that does not end");
}

void rd_instance_ask(struct rd_programs *p, const struct rd_program *program,
		     struct rd_instance *i, struct rd_program_request *r)
{
	int len = rd_request_write(&r->cmd, i->out, sizeof(i->out));

	if (len < 0) {
		rd_program_down(p, r, "a request that is too long");
		return;
	}
	i->request = r;
	i->nout = (size_t)len;
	i->sent = 0;
	rd_instance_flush(p, program, i);
}

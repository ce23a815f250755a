// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Core's end of an edge; see edge.h.
 *
 *	           rd_edge_flush, due               first EDGE_DONE
 *	DOWN --------------------------> STARTING ------------------> UP
 *	  ^                                  |                         |
 *	  +---- EOF, silence, nonsense ------+-------------------------+
 *
 * The backlog is a ring of packets. The newest is open for messages; it is
 * closed by EDGE_TIME. Packets the socket has no room for stay until the next
 * tick; a full backlog means that the edge is stuck.
 *
 * Invariant: answered <= sent; next_frame is NEVER while answered < sent.
 */
#include "daemon/edge/edge.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/frames.h"
#include "lib/config/config.h"

#define BACKLOG	       16 /* packets */
#define PAUSE_FRAMES   (1 * RD_FRAMES_PER_S)
#define PAUSE_MAX      (60 * RD_FRAMES_PER_S)
#define SILENCE_FRAMES (10 * RD_FRAMES_PER_S)
#define JUMP_FRAMES    RD_FRAMES_PER_S
#define CHILD_FD       3
#define SOCKET_OCTETS  (1 << 20)

enum state {
	DOWN,
	STARTING,
	UP
};

struct packet {
	size_t len;
	_Alignas(8) uint8_t data[RD_EDGE_PACKET];
};

struct rd_edge {
	char program[256];
	rd_edge_deliver_fn *deliver;
	void *context;

	enum state state;
	bool started; /* once */
	pid_t pid;
	int socket, epoll;
	uint64_t now;	      /* of the last flush */
	uint64_t start_frame; /* DOWN: start then; else: was started then */
	uint64_t pause_frames;

	uint64_t sent, answered; /* messages, of this process */
	bool waiting;		 /* for EDGE_DONE */
	uint64_t asked_frame;	 /* since then */
	uint64_t next_frame;	 /* a timer of the stack is due */

	struct rd_edge_span span[RD_EDGE_SPANS];
	unsigned nspans;

	unsigned first,
		npackets; /* of the ring; npackets counts the open one */
	struct packet backlog[BACKLOG];
	_Alignas(8) uint8_t in[RD_EDGE_PACKET];
	struct rd_edge_stats stats;
};

/* ---- the process ------------------------------------------------------------ */

static int find_program(char *path, size_t size, const char *program)
{
	char self[240];
	ssize_t n;
	char *slash;

	if (program[0])
		return snprintf(path, size, "%s", program) < (int)size
			       ? 0
			       : -ENAMETOOLONG;
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (n < 0)
		return -errno;
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (!slash)
		return -ENOENT;
	*slash = '\0';
	return snprintf(path, size, "%s/ringdown-isdn", self) < (int)size
		       ? 0
		       : -ENAMETOOLONG;
}

static int spawn(struct rd_edge *edge, int fd)
{
	static char *const env[] = { NULL };
	char number[4] = { '0' + CHILD_FD };
	char *argv[] = { edge->program, number, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int res;

	sigemptyset(&none);
	sigfillset(&all);
	res = posix_spawn_file_actions_init(&files);
	if (res)
		return -res;
	res = posix_spawnattr_init(&attr);
	if (res)
		goto err_files;
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setpgroup(&attr, 0); /* ^C is for the daemon */
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK |
						POSIX_SPAWN_SETSIGDEF |
						POSIX_SPAWN_SETPGROUP);
	res = posix_spawn_file_actions_adddup2(&files, fd, CHILD_FD);
	if (!res)
		res = posix_spawn(&edge->pid, edge->program, &files, &attr,
				  argv, env);
	posix_spawnattr_destroy(&attr);
err_files:
	posix_spawn_file_actions_destroy(&files);
	return -res;
}

static void say_state(struct rd_edge *edge, uint32_t up)
{
	struct rd_ev_edge m = {
		.msg = { .type = RD_MSG_EDGE_STATE,
			 .len = sizeof(m),
			 .line = RD_LINE_NONE,
			 .frame = edge->now },
		.up = up,
	};

	edge->deliver(edge->context, &m.msg);
}

/* Make sure that it is dead, and forget what was said to it. */
static void bury(struct rd_edge *edge)
{
	if (edge->socket >= 0)
		close(edge->socket); /* leaves the epoll set, too */
	edge->socket = -1;
	if (edge->pid > 0) {
		kill(edge->pid, SIGKILL);
		while (waitpid(edge->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	edge->pid = 0;
	edge->state = DOWN;
	edge->sent = edge->answered = 0;
	edge->first = edge->npackets = 0;
	edge->next_frame = RD_FRAME_NEVER;
	edge->waiting = false;
}

static void died(struct rd_edge *edge)
{
	bool early = edge->now - edge->start_frame < PAUSE_MAX;

	if (edge->state == DOWN)
		return;
	bury(edge);
	edge->pause_frames = early && edge->pause_frames
				     ? edge->pause_frames * 2
				     : PAUSE_FRAMES;
	if (edge->pause_frames > PAUSE_MAX)
		edge->pause_frames = PAUSE_MAX;
	edge->start_frame = edge->now + edge->pause_frames;
	say_state(edge, 0);
}

static void queue(struct rd_edge *edge, const struct rd_msg *m);

static void start(struct rd_edge *edge)
{
	struct epoll_event event = { .events = EPOLLIN };
	int pair[2], octets = SOCKET_OCTETS;

	edge->stats.restarts += edge->started;
	edge->started = true;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		goto err;
	setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &octets, sizeof(octets));
	setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &octets, sizeof(octets));
	edge->socket = pair[0];
	edge->state = STARTING;
	edge->start_frame = edge->now;
	if (epoll_ctl(edge->epoll, EPOLL_CTL_ADD, edge->socket, &event) ||
	    spawn(edge, pair[1])) {
		close(pair[1]);
		goto err;
	}
	close(pair[1]);
	for (unsigned i = 0; i < edge->nspans; i++)
		queue(edge, &edge->span[i].msg);
	return;
err:
	edge->state = STARTING; /* died() counts the pause */
	died(edge);
}

/* ---- out -------------------------------------------------------------------- */

static struct packet *open_packet(struct rd_edge *edge)
{
	return &edge->backlog[(edge->first + edge->npackets - 1) % BACKLOG];
}

/* Append to the open packet, or to a new one. */
static void queue(struct rd_edge *edge, const struct rd_msg *m)
{
	struct packet *p = edge->npackets ? open_packet(edge) : NULL;

	assert(m->len % 8 == 0 && m->len <= RD_EDGE_PACKET);
	if (!p || p->len + m->len > sizeof(p->data)) {
		if (edge->npackets == BACKLOG) {
			died(edge); /* it takes nothing any more */
			return;
		}
		edge->npackets++;
		p = open_packet(edge);
		p->len = 0;
	}
	memcpy(p->data + p->len, m, m->len);
	p->len += m->len;
	edge->sent++;
	edge->stats.sent++;
}

static void send_packets(struct rd_edge *edge)
{
	while (edge->npackets) {
		struct packet *p = &edge->backlog[edge->first];
		ssize_t n = send(edge->socket, p->data, p->len,
				 MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == ENOBUFS))
			return;
		if (n < 0) {
			died(edge);
			return;
		}
		edge->stats.packets_out++;
		edge->first = (edge->first + 1) % BACKLOG;
		edge->npackets--;
	}
}

void rd_edge_send(struct rd_edge *edge, const struct rd_msg *m)
{
	if (edge->state == DOWN) {
		edge->stats.dropped++;
		return;
	}
	queue(edge, m);
}

static void ask(struct rd_edge *edge)
{
	struct rd_edge_time m = {
		.msg = { .type = RD_MSG_EDGE_TIME,
			 .len = sizeof(m),
			 .line = RD_LINE_NONE,
			 .frame = edge->now },
		.sent = edge->sent + 1,
	};

	if (!edge->waiting)
		edge->asked_frame = edge->now;
	edge->waiting = true;
	edge->next_frame = RD_FRAME_NEVER;
	queue(edge, &m.msg);
}

void rd_edge_flush(struct rd_edge *edge, uint64_t frame)
{
	if (frame > edge->now) {
		/* A jump to a card's own count is not the edge's silence. */
		if (frame - edge->now > JUMP_FRAMES)
			edge->asked_frame += frame - edge->now;
		edge->now = frame;
	}
	if (edge->state == DOWN && edge->now >= edge->start_frame)
		start(edge);
	if (edge->state == DOWN)
		return;
	if (edge->waiting && edge->now - edge->asked_frame > SILENCE_FRAMES) {
		died(edge);
		return;
	}
	if (edge->npackets || edge->now >= edge->next_frame)
		ask(edge);
	if (edge->state != DOWN)
		send_packets(edge);
}

/* ---- in ---------------------------------------------------------------------- */

int rd_edge_check(struct rd_msg *m, size_t available)
{
	const struct rd_msg_info *info;

	if (available > UINT32_MAX || rd_msg_check(m, (uint32_t)available))
		return -EINVAL;
	info = rd_msg_info(m->type);
	if (info->from != RD_PEER_EDGE || info->to != RD_PEER_CORE)
		return -EINVAL;
	if (m->type == RD_MSG_D_TX) {
		struct rd_hdlc *frame = (struct rd_hdlc *)m;

		if (frame->len > RD_HDLC_MAX ||
		    frame->len > m->len - sizeof(*frame))
			return -EINVAL;
	} else if (m->type == RD_MSG_ISDN) {
		struct rd_isdn *isdn = (struct rd_isdn *)m;

		isdn->calling[sizeof(isdn->calling) - 1] = '\0';
		isdn->called[sizeof(isdn->called) - 1] = '\0';
		isdn->connected[sizeof(isdn->connected) - 1] = '\0';
		isdn->name[sizeof(isdn->name) - 1] = '\0';
	} else if (m->type == RD_MSG_EDGE_LOG) {
		if (m->len == sizeof(*m))
			return -EINVAL;
		((char *)m)[m->len - 1] = '\0';
	}
	return 0;
}

static void on_done(struct rd_edge *edge, const struct rd_edge_time *done)
{
	if (done->sent <= edge->answered || done->sent > edge->sent) {
		died(edge);
		return;
	}
	edge->answered = done->sent;
	edge->asked_frame = edge->now;
	edge->waiting = edge->answered < edge->sent;
	if (edge->answered == edge->sent)
		edge->next_frame = done->next_frame;
	if (edge->state == STARTING) {
		edge->state = UP;
		say_state(edge, 1);
	}
}

static bool serves(const struct rd_edge *edge, uint32_t line)
{
	for (unsigned i = 0; i < edge->nspans; i++)
		if (edge->span[i].msg.line == rd_line_of_span(line))
			return true;
	return false;
}

static void take(struct rd_edge *edge, size_t len)
{
	uint8_t *at = edge->in, *end = at + len;

	while (at < end) {
		struct rd_msg *m = (struct rd_msg *)at;

		if (rd_edge_check(m, (size_t)(end - at)) ||
		    (m->type != RD_MSG_EDGE_DONE && !serves(edge, m->line))) {
			died(edge);
			return;
		}
		edge->stats.received++;
		if (m->type == RD_MSG_EDGE_DONE)
			on_done(edge, (const struct rd_edge_time *)m);
		else
			edge->deliver(edge->context, m);
		if (edge->state == DOWN)
			return;
		at += m->len;
	}
}

void rd_edge_readable(struct rd_edge *edge)
{
	while (edge->state != DOWN) {
		ssize_t n = recv(edge->socket, edge->in, sizeof(edge->in),
				 MSG_DONTWAIT | MSG_TRUNC);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0 || (size_t)n > sizeof(edge->in)) {
			died(edge);
			return;
		}
		edge->stats.packets_in++;
		take(edge, (size_t)n);
	}
}

/* ---- the rest ------------------------------------------------------------------ */

int rd_edge_new(struct rd_edge **out, const char *program,
		rd_edge_deliver_fn *deliver, void *context)
{
	struct rd_edge *edge = calloc(1, sizeof(*edge));
	int res;

	if (!edge)
		return -ENOMEM;
	edge->deliver = deliver;
	edge->context = context;
	edge->socket = -1;
	edge->next_frame = RD_FRAME_NEVER;
	res = find_program(edge->program, sizeof(edge->program), program);
	if (res)
		goto err_edge;
	edge->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (edge->epoll < 0) {
		res = -errno;
		goto err_edge;
	}
	*out = edge;
	return 0;
err_edge:
	free(edge);
	return res;
}

void rd_edge_free(struct rd_edge *edge)
{
	if (!edge)
		return;
	bury(edge);
	close(edge->epoll);
	free(edge);
}

void rd_edge_span_of(const struct rd_cfg_span *span, struct rd_edge_span *out)
{
	*out = (struct rd_edge_span){
		.msg = { .type = RD_MSG_EDGE_SPAN,
			 .len = sizeof(*out),
			 .line = rd_line(span->card, span->span, 0) },
		.network_side = span->network_side,
		.switchtype = span->switchtype,
		.dchannel = span->dchannel,
		.slots = span->dchannel == 24 ? 24 : 31,
		.bchannels = span->bchannels,
	};
	for (unsigned i = 0; i < sizeof(out->timer) / sizeof(out->timer[0]);
	     i++)
		out->timer[i] = i < RD_ISDN_TIMERS ? span->timer[i] : -1;
}

int rd_edge_span(struct rd_edge *edge, const struct rd_edge_span *span)
{
	struct rd_edge_span *mine = edge->span;
	bool other;

	while (mine < edge->span + edge->nspans &&
	       mine->msg.line != span->msg.line)
		mine++;
	if (mine == edge->span + RD_EDGE_SPANS)
		return -ENOSPC;
	if (mine == edge->span + edge->nspans) {
		edge->nspans++;
		*mine = *span;
	}
	other = mine->network_side != span->network_side ||
		mine->switchtype != span->switchtype ||
		mine->dchannel != span->dchannel || mine->slots != span->slots;
	*mine = *span;
	if (edge->state != DOWN && other) {
		died(edge);
		edge->start_frame = edge->now;
	} else if (edge->state != DOWN) {
		queue(edge, &mine->msg);
	}
	return 0;
}

int rd_edge_fd(const struct rd_edge *edge)
{
	return edge->epoll;
}

bool rd_edge_idle(const struct rd_edge *edge)
{
	return edge->state == DOWN || edge->answered == edge->sent;
}

uint64_t rd_edge_deadline(const struct rd_edge *edge)
{
	return edge->state == DOWN ? edge->start_frame : edge->next_frame;
}

void rd_edge_stats(const struct rd_edge *edge, struct rd_edge_stats *out)
{
	*out = edge->stats;
	out->pid = edge->pid;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The wire's server. Peers connect; the first that opens owns the card until
 * its socket closes, the others get -EBUSY and may try again. Opening makes
 * fresh areas, so an old owner that still maps its own harms nobody.
 */
#include "tools/exchange/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define CATCH_UP_PERIODS 50 /* played at once after a late wakeup, at most */

static struct xc_wire *wire_of(struct xc_backend *b)
{
	return (struct xc_wire *)((char *)b -
				  offsetof(struct xc_wire, backend));
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * UINT64_C(1000000000) + ts.tv_nsec;
}

/* ---- closing ------------------------------------------------------------ */

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void drop_owner(struct xc_wire *w)
{
	if (w->owner < 0)
		return;
	w->owner = -1;
	w->waiting = false;
	w->absence_left = w->config.absence_frames;
	w->gone_since_ns = now_ns();
	xc_card_unmap(w->card);
	close_fd(&w->tick_fd);
	close_fd(&w->done_fd);
	w->backend.ops->client(w->backend.ctx, false);
}

static void drop_peer(struct xc_wire *w, int i)
{
	if (w->owner == i)
		drop_owner(w);
	close_fd(&w->peer_fd[i]);
}

static void wire_close(struct xc_backend *b)
{
	struct xc_wire *w = wire_of(b);
	int i;

	for (i = 0; i < XC_WIRE_PEERS; i++)
		if (w->peer_fd[i] >= 0)
			drop_peer(w, i);
	if (w->listen_fd >= 0)
		unlink(w->config.path);
	close_fd(&w->listen_fd);
	close_fd(&w->timer_fd);
}

/* ---- requests ----------------------------------------------------------- */

static int send_reply(struct xc_wire *w, int i, int result, const void *payload,
		      size_t size, const int *fds, unsigned nfds)
{
	struct ringdown_wire_reply reply = { .result = result, .size = size };
	union {
		char buf[CMSG_SPACE(sizeof(int) * RINGDOWN_WIRE_FDS)];
		struct cmsghdr align;
	} ctl = { .buf = "" };
	struct iovec iov = { &reply, sizeof(reply) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (size)
		memcpy(reply.payload, payload, size);
	if (nfds) {
		struct cmsghdr *cm;

		msg.msg_control = ctl.buf;
		msg.msg_controllen = CMSG_SPACE(sizeof(int) * nfds);
		cm = CMSG_FIRSTHDR(&msg);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(sizeof(int) * nfds);
		memcpy(CMSG_DATA(cm), fds, sizeof(int) * nfds);
	}
	if (sendmsg(w->peer_fd[i], &msg, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return -errno;
	return 0;
}

static bool peer_is_gone(const struct xc_wire *w, int i)
{
	struct pollfd p = { .fd = w->peer_fd[i], .events = 0 };

	return poll(&p, 1, 0) == 1 && (p.revents & (POLLHUP | POLLERR));
}

static int open_card(struct xc_wire *w, int i)
{
	struct ringdown_info info;
	int fds[RINGDOWN_WIRE_FDS];
	unsigned a;
	int err;

	/* The old owner may have died just now, unseen. */
	if (w->owner >= 0 && w->owner != i && peer_is_gone(w, w->owner))
		drop_peer(w, w->owner);
	if (w->owner >= 0)
		return send_reply(w, i, -EBUSY, NULL, 0, NULL, 0);
	w->tick_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	w->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->tick_fd < 0 || w->done_fd < 0) {
		err = -errno;
		goto err_close;
	}
	err = xc_card_map(w->card);
	if (err)
		goto err_close;
	xc_card_fill_info(w->card, &info);
	for (a = 0; a < RINGDOWN_AREAS; a++)
		fds[a] = w->card->area[a].fd;
	fds[RINGDOWN_WIRE_FD_TICK] = w->tick_fd;
	fds[RINGDOWN_WIRE_FD_DONE] = w->done_fd;
	w->owner = i;
	w->done_frames = w->ticked_frames = 0;
	err = send_reply(w, i, 0, &info, sizeof(info), fds, RINGDOWN_WIRE_FDS);
	if (err)
		return err;
	w->backend.ops->client(w->backend.ctx, true);
	return 0;

err_close:
	close_fd(&w->tick_fd);
	close_fd(&w->done_fd);
	return send_reply(w, i, err, NULL, 0, NULL, 0);
}

static uint64_t period_ns(const struct xc_wire *w)
{
	return (uint64_t)(w->card->copper.period * 125000.0 / w->config.speed);
}

static int arm(struct xc_wire *w)
{
	struct itimerspec its = {
		.it_value = { w->next_ns / 1000000000,
			      w->next_ns % 1000000000 },
	};

	return timerfd_settime(w->timer_fd, TFD_TIMER_ABSTIME, &its, NULL)
		       ? -errno
		       : 0;
}

static int start(struct xc_wire *w)
{
	if (!w->started && !w->config.lockstep) {
		w->next_ns = now_ns() + period_ns(w);
		arm(w);
	}
	w->started = true;
	xc_card_set_running(w->card, true);
	return 0;
}

static int stop(struct xc_wire *w)
{
	xc_card_set_running(w->card, false);
	w->waiting = false;
	return 0;
}

/*
 * One request: the result for the reply, and its payload must fit exactly. An
 * answer takes its place.
 */
static int run_request(struct xc_wire *w, int i,
		       struct ringdown_wire_request *rq)
{
	struct ringdown_span_config span;
	struct ringdown_loop_config loop;
	struct ringdown_inject inject;
	struct ringdown_period period;
	struct ringdown_bert bert;
	int err;

	if (rq->size != _IOC_SIZE(rq->request) &&
	    _IOC_DIR(rq->request) & _IOC_WRITE)
		return -EINVAL;
	if (rq->request == RINGDOWN_IOC_PERIOD) {
		memcpy(&period, rq->payload, sizeof(period));
		if (period.reserved)
			return -EINVAL;
		return xc_card_set_period(w->card, period.period_frames);
	}
	if (w->owner != i)
		return -EBUSY;
	switch (rq->request) {
	case RINGDOWN_IOC_START:
		return start(w);
	case RINGDOWN_IOC_STOP:
		return stop(w);
	case RINGDOWN_IOC_SPAN:
		memcpy(&span, rq->payload, sizeof(span));
		return xc_card_span(w->card, &span);
	case RINGDOWN_IOC_LOOP:
		memcpy(&loop, rq->payload, sizeof(loop));
		return xc_card_loop(w->card, &loop);
	case RINGDOWN_IOC_INJECT:
		memcpy(&inject, rq->payload, sizeof(inject));
		return xc_card_inject(w->card, &inject);
	case RINGDOWN_IOC_BERT:
		memcpy(&bert, rq->payload, sizeof(bert));
		err = xc_card_bert(w->card, &bert);
		memcpy(rq->payload, &bert, sizeof(bert));
		return err;
	default:
		return -EOPNOTSUPP;
	}
}

/* The reply carries what the request reads. */
static int reply_to(struct xc_wire *w, int i, struct ringdown_wire_request *rq)
{
	int result = run_request(w, i, rq);
	bool answers = !result && _IOC_DIR(rq->request) & _IOC_READ;

	return send_reply(w, i, result, rq->payload, answers ? rq->size : 0,
			  NULL, 0);
}

static void read_peer(struct xc_wire *w, int i)
{
	struct ringdown_wire_request rq;
	ssize_t n = recv(w->peer_fd[i], &rq, sizeof(rq), MSG_DONTWAIT);
	int err;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		drop_peer(w, i);
		return;
	}
	if (n != sizeof(rq) || rq.size > sizeof(rq.payload))
		err = send_reply(w, i, -EINVAL, NULL, 0, NULL, 0);
	else if (rq.request == RINGDOWN_IOC_OPEN)
		err = open_card(w, i);
	else
		err = reply_to(w, i, &rq);
	if (err)
		drop_peer(w, i);
}

static void accept_peer(struct xc_wire *w)
{
	int fd = accept4(w->listen_fd, NULL, NULL, SOCK_CLOEXEC);
	int i;

	if (fd < 0)
		return;
	for (i = 0; i < XC_WIRE_PEERS; i++)
		if (w->peer_fd[i] < 0) {
			w->peer_fd[i] = fd;
			return;
		}
	close(fd);
}

/* ---- the clock ---------------------------------------------------------- */

static void tick(struct xc_wire *w)
{
	uint64_t one = 1;

	xc_card_advance(w->card, now_ns());
	if (!w->card->running)
		return;
	w->ticked_frames += w->card->copper.period;
	if (write(w->tick_fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
		w->backend.error = -errno;
	if (w->config.lockstep) {
		w->waiting = true;
		w->wait_since_ns = now_ns();
	}
}

static void read_timer(struct xc_wire *w)
{
	uint64_t expired, now;
	unsigned played = 0;

	if (read(w->timer_fd, &expired, sizeof(expired)) < 0)
		return;
	now = now_ns();
	while (w->next_ns <= now && !w->backend.over && !w->backend.quit) {
		if (played == CATCH_UP_PERIODS) {
			/* We ourselves were stopped; do not flood. */
			w->next_ns = now;
		}
		if (played++)
			w->card->late_wakeups++;
		tick(w);
		w->next_ns += period_ns(w);
	}
	arm(w);
}

static void read_done(struct xc_wire *w)
{
	uint64_t frames;

	if (read(w->done_fd, &frames, sizeof(frames)) != sizeof(frames))
		return;
	w->done_frames += frames;
	if (w->done_frames > w->ticked_frames) {
		fprintf(stderr,
			"exchange: the client says done to frame %llu, but "
			"only %llu were ticked\n",
			(unsigned long long)w->done_frames,
			(unsigned long long)w->ticked_frames);
		w->backend.error = -EPROTO;
	}
	w->waiting = w->done_frames < w->ticked_frames;
}

/* Lockstep: true if the clock may go on without asking anybody. */
static bool may_step(const struct xc_wire *w)
{
	if (!w->config.lockstep || !w->started || w->backend.held ||
	    w->backend.over || w->backend.quit || w->backend.error)
		return false;
	if (w->owner < 0)
		return w->absence_left > 0;
	return w->card->running && !w->waiting;
}

/* Lockstep at a pace: not before its time at --speed. */
static void pace(struct xc_wire *w)
{
	uint64_t now = now_ns();
	struct timespec until;

	if (w->next_ns + period_ns(w) < now) /* we are behind: no rush */
		w->next_ns = now;
	until.tv_sec = (time_t)(w->next_ns / 1000000000);
	until.tv_nsec = (long)(w->next_ns % 1000000000);
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
	w->next_ns += period_ns(w);
}

static void step(struct xc_wire *w)
{
	if (w->config.paced)
		pace(w);
	if (w->owner < 0)
		w->absence_left -= w->absence_left < w->card->copper.period
					   ? w->absence_left
					   : w->card->copper.period;
	tick(w);
}

/* Lockstep: the client is gone, its time alone is up, nobody came. */
static void check_absence(struct xc_wire *w)
{
	if (!w->config.lockstep || !w->started || w->owner >= 0 ||
	    !w->config.watchdog_ms ||
	    now_ns() - w->gone_since_ns <
		    w->config.watchdog_ms * UINT64_C(1000000))
		return;
	fprintf(stderr,
		"exchange: the client has gone at frame %llu and none came "
		"for %u ms: giving up\n",
		(unsigned long long)w->card->copper.frame,
		w->config.watchdog_ms);
	w->backend.error = -ETIMEDOUT;
}

static void check_watchdog(struct xc_wire *w)
{
	check_absence(w);
	if (!w->waiting || !w->config.watchdog_ms)
		return;
	if (now_ns() - w->wait_since_ns <
	    w->config.watchdog_ms * UINT64_C(1000000))
		return;
	fprintf(stderr,
		"exchange: the client has not answered the tick of frame %llu "
		"for %u ms (done to %llu of %llu frames): giving up\n",
		(unsigned long long)w->card->copper.frame,
		w->config.watchdog_ms, (unsigned long long)w->done_frames,
		(unsigned long long)w->ticked_frames);
	w->backend.error = -ETIMEDOUT;
}

/* ---- the loop ----------------------------------------------------------- */

static bool is_done(const struct xc_wire *w)
{
	return w->backend.quit || w->backend.error ||
	       (w->backend.over && !w->waiting);
}

static int run(struct xc_backend *b)
{
	struct xc_wire *w = wire_of(b);
	enum {
		LISTEN,
		TIMER,
		DONE,
		CONTROL,
		PEER
	};
	struct pollfd p[PEER + XC_WIRE_PEERS];
	int i, n;

	while (!is_done(w)) {
		while (may_step(w))
			step(w);
		if (is_done(w))
			break;
		p[LISTEN] = (struct pollfd){ w->listen_fd, POLLIN, 0 };
		p[TIMER] = (struct pollfd){ w->timer_fd, POLLIN, 0 };
		p[DONE] = (struct pollfd){ w->waiting ? w->done_fd : -1, POLLIN,
					   0 };
		p[CONTROL] =
			(struct pollfd){ w->backend.control_fd, POLLIN, 0 };
		for (i = 0; i < XC_WIRE_PEERS; i++)
			p[PEER + i] =
				(struct pollfd){ w->peer_fd[i], POLLIN, 0 };
		n = poll(p, PEER + XC_WIRE_PEERS, 500);
		if (n < 0) {
			if (errno == EINTR)
				continue; /* a signal handler set quit */
			return -errno;
		}
		if (p[DONE].revents)
			read_done(w);
		for (i = 0; i < XC_WIRE_PEERS; i++)
			if (p[PEER + i].revents &&
			    p[PEER + i].fd == w->peer_fd[i])
				read_peer(w, i);
		if (p[TIMER].revents)
			read_timer(w);
		if (p[CONTROL].revents)
			xc_backend_read_control(&w->backend);
		if (p[LISTEN].revents)
			accept_peer(w);
		check_watchdog(w);
	}
	return w->backend.error;
}

/* ---- opening --------------------------------------------------------------- */

/* A socket file nobody listens on is a leftover; a live one is not ours. */
static int clear_path(const struct sockaddr_un *addr)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0)
		return -errno;
	err = connect(fd, (const struct sockaddr *)addr, sizeof(*addr));
	err = err ? errno : 0;
	close(fd);
	if (!err)
		return -EADDRINUSE;
	if (err == ECONNREFUSED)
		unlink(addr->sun_path);
	return 0;
}

static void reset(struct xc_wire *w)
{
	memset(w, 0, sizeof(*w));
	w->owner = w->listen_fd = w->timer_fd = w->tick_fd = w->done_fd = -1;
	w->backend.control_fd = -1;
	for (int i = 0; i < XC_WIRE_PEERS; i++)
		w->peer_fd[i] = -1;
}

int xc_wire_open(struct xc_wire *w, struct xc_card *card,
		 const struct xc_wire_config *config,
		 const struct xc_backend_ops *ops, void *ctx)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int err;

	reset(w);
	w->card = card;
	w->config = *config;
	w->backend.ops = ops;
	w->backend.run = run;
	w->backend.close = wire_close;
	w->backend.ctx = ctx;
	if (strlen(config->path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	strcpy(addr.sun_path, config->path);
	err = clear_path(&addr);
	if (err)
		return err;
	w->listen_fd = socket(AF_UNIX,
			      SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (w->listen_fd < 0)
		return -errno;
	if (bind(w->listen_fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    listen(w->listen_fd, XC_WIRE_PEERS))
		goto err_close;
	if (config->lockstep)
		return 0;
	w->timer_fd =
		timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (w->timer_fd < 0)
		goto err_close;
	return 0;

err_close:
	err = -errno;
	wire_close(&w->backend);
	return err;
}

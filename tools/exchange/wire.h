/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The wire: a card served over a unix socket (kernel/uapi/ringdown.h, "the
 * wire"), and the clock that drives it.
 *
 * HOW. One thread, one poll(). In real time a timerfd on CLOCK_MONOTONIC turns
 * the crank, absolute, so that no drift builds up; a late wakeup plays the
 * missed periods and is counted. In lockstep the clock waits for the done
 * eventfd; a client that does not answer for watchdog_ms fails the run, and so
 * does one that went away and left nobody to follow.
 *
 * The line clock stands at 0 until the first client says START. After that it
 * never goes back: in real time the line lives on when its client has gone; in
 * lockstep it lives on for absence_frames and then waits for the next client.
 */
#ifndef XC_WIRE_H
#define XC_WIRE_H

#include "tools/exchange/backend.h"
#include "tools/exchange/card.h"

#define XC_WIRE_PEERS 8

struct xc_wire_config {
	const char *path;
	bool lockstep;
	bool paced;   /* lockstep: no faster than speed */
	double speed; /* real time: 1.0 */
	uint64_t absence_frames;
	unsigned watchdog_ms; /* lockstep; wall time */
};

struct xc_wire {
	struct xc_backend backend;
	struct xc_card *card;
	struct xc_wire_config config;

	int listen_fd, timer_fd, tick_fd, done_fd;
	int peer_fd[XC_WIRE_PEERS]; /* connected, -1 free */
	int owner;		    /* index of the one that opened, or -1 */
	bool started;		    /* the clock has begun */
	bool waiting;		    /* lockstep: a tick is out */
	uint64_t done_frames, ticked_frames;
	uint64_t absence_left;
	uint64_t next_ns; /* real time: when the next period ends */
	uint64_t wait_since_ns, gone_since_ns;
};

/*
 * Make the socket and listen: negative errno. An old socket is replaced. Then
 * xc_backend_run(): -ETIMEDOUT (watchdog), -EPROTO; and xc_backend_close().
 */
int xc_wire_open(struct xc_wire *w, struct xc_card *card,
		 const struct xc_wire_config *config,
		 const struct xc_backend_ops *ops, void *ctx);

#endif

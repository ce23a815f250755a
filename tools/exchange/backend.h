/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What turns the crank: the back ends of the exchange, and what they share.
 *
 *	wire	serves a card on a unix socket; its clock is real time, or as
 *		fast as the client (lockstep)
 *	device	is itself the client of a card of the kernel, at the other end
 *		of a cable; the card is the clock
 *
 * A back end runs in one thread until xc_backend_finish() or _quit(). Between periods it
 * reads lines from the control descriptor.
 */
#ifndef XC_BACKEND_H
#define XC_BACKEND_H

#include <stdbool.h>

struct xc_backend;

struct xc_backend_ops {
	/* The client came or went; the wire only. */
	void (*client)(void *ctx, bool present);
	/* A line on the control descriptor. */
	void (*command)(void *ctx, const char *line);
};

struct xc_backend {
	const struct xc_backend_ops *ops;
	void *ctx;
	/* Until quit or an error: 0 or -errno. */
	int (*run)(struct xc_backend *b);
	void (*close)(struct xc_backend *b);

	bool over; /* no further period; see xc_backend_finish() */
	bool quit; /* at once */
	bool held; /* lockstep: no tick for now */
	int error;
	int control_fd; /* lines to ops->command, -1 none */
	char line[4096];
	unsigned line_len;
};

static inline int xc_backend_run(struct xc_backend *b)
{
	return b->run(b);
}

/* Also after a failed open, or before any. */
static inline void xc_backend_close(struct xc_backend *b)
{
	if (b->close)
		b->close(b);
}

/*
 * The scenario is over. In lockstep the client still answers the tick that is
 * out: so what it does up to the last frame does not depend on who was faster.
 */
static inline void xc_backend_finish(struct xc_backend *b)
{
	b->over = true;
}

/* Safe in a signal handler. */
static inline void xc_backend_quit(struct xc_backend *b)
{
	b->quit = true;
}

/* control_fd is readable: hand whole lines on. */
void xc_backend_read_control(struct xc_backend *b);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * External programs that drive calls (IVR-20): a line of JSON to them, a line
 * back. The protocol is ringdown-program(7), packaging of which is README.md.
 *
 * WHAT. A program is a child process (its standard input and output are the
 * connection) or something that listens on a unix socket or the loopback. Each
 * of its instances answers one request at a time; requests wait in order.
 *
 * HOW. One thread does all of it, in a poll(); core sends a request as a message
 * (RD_MSG_PROGRAM) and gets the answer as an event (RD_MSG_LOOKUP_ANSWER), its
 * JSON taken apart into pairs (wire.h). So a journal replays without them.
 *
 * WHAT CAN GO WRONG, and what is done:
 *
 *	no answer in time	DOWN; the instance is ended and begun anew
 *	it dies, hangs up	DOWN for its request; begun anew, after 1 s, 2 s,
 *				4 s ... 30 s; a good answer sets this back
 *	garbage, a line longer	DOWN; ended and begun anew
 *	than RD_PROGRAM_LINE
 *	an answer twice, or to	dropped and counted
 *	a request long over
 *	none runs		requests wait for one, as long as their time-out
 *
 * A child has no capabilities to gain (no_new_privs), its own session, a few
 * files, no core dumps, and dies with the daemon. It begins in the folder of
 * the configuration.
 *
 * Context: the core thread.
 */
#ifndef RD_PROGRAM_PROGRAM_H
#define RD_PROGRAM_PROGRAM_H

#include <stdbool.h>

#include "daemon/msg.h"
#include "lib/config/config.h"

#define RD_PROGRAMS_ASKED 128
#define RD_PROGRAM_LINE	  16384 /* octets of a line, either way */

struct rd_programs;

struct rd_program_counts {
	uint64_t answered, timed_out, died, garbage, stray, started;
};

/* Answers are told by a write to the eventfd. 0, -ENOMEM, -EAGAIN. */
int rd_programs_start(int eventfd, struct rd_programs **out);
void rd_programs_stop(struct rd_programs *p); /* NULL allowed */

/*
 * The programs of a configuration. One that is as before goes on running.
 * folder: where children begin. 0, -ENOMEM.
 */
int rd_programs_set(struct rd_programs *p, uint32_t generation,
		    const struct rd_cfg_program *programs, uint16_t n,
		    const char *folder);
/* 0; -ENOBUFS: too many requests wait. */
int rd_programs_ask(struct rd_programs *p, const struct rd_cmd_program *cmd);
const struct rd_msg *rd_programs_peek(struct rd_programs *p);
void rd_programs_consume(struct rd_programs *p, const struct rd_msg *msg);
bool rd_programs_is_idle(const struct rd_programs *p);
void rd_programs_counts(struct rd_programs *p, struct rd_program_counts *out);

#endif

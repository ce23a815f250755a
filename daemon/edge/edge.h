/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Core's end of an edge: a protocol stack in a process of its own.
 *
 * WHAT. Starts the program, gives it its spans, carries messages both ways,
 * knows when all of them are answered, and starts it again when it dies.
 *
 * HOW. One SOCK_SEQPACKET pair; a packet is one or more messages, so a tick
 * costs one send and one receive whatever the number of spans. Every batch
 * ends with EDGE_TIME; the edge answers with EDGE_DONE, which says how much it
 * has handled and when a timer of its stack is due. Until then, or until there
 * is something to say, it is not asked again.
 *
 * USE.	rd_edge_new(&edge, "", deliver, context);
 *	rd_edge_span(edge, &span) for each D-channel;
 *	rd_loop_poll(loop, &source, rd_edge_fd(edge), POLLIN);
 *	each tick: rd_edge_send() what there is; rd_edge_flush(edge, frame);
 *	when readable: rd_edge_readable(edge) -> deliver(message) ...
 *	lockstep: a tick is done only when rd_edge_idle(edge).
 *
 * DEATH. deliver() gets EDGE_STATE up = 0: all calls and D-channels of the edge
 * are gone, no more is heard of them. It is started again after a pause on the
 * line clock (1 s, doubled at each early death up to 60 s); EDGE_STATE up = 1
 * comes with its first answer, the first time too. An edge that does not take
 * or answer messages for 10 s of the line clock, or says what no edge may say,
 * is killed.
 *
 * LIMITS. No thread, no allocation after rd_edge_new(), nothing blocks but
 * starting and burying the process. Context: core.
 */
#ifndef RD_EDGE_H
#define RD_EDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/msg.h"

#define RD_EDGE_PACKET 32768 /* octets of a packet at most */
#define RD_EDGE_SPANS  64

struct rd_cfg_span; /* lib/config/config.h */
struct rd_edge;

/* What comes: D_TX, ISDN, EDGE_LOG, EDGE_STATE; valid during the call. May
 * call rd_edge_send(). */
typedef void rd_edge_deliver_fn(void *context, const struct rd_msg *m);

/*
 * Make an edge; the process starts with the first rd_edge_flush(). program:
 * path, "" for ringdown-isdn beside this program. 0, -ENOMEM, -errno.
 */
int rd_edge_new(struct rd_edge **out, const char *program,
		rd_edge_deliver_fn *deliver, void *context);

/* Close the socket, and wait for the process to end. NULL is fine. */
void rd_edge_free(struct rd_edge *edge);

/* The message that brings a configured span up. */
void rd_edge_span_of(const struct rd_cfg_span *span, struct rd_edge_span *out);

/*
 * Serve a span, now and after each restart; again for the same line: with new
 * timers and channels. Another side, switch type or D-channel ends the process,
 * for its stack cannot change them; it is started again at once. 0, -ENOSPC.
 */
int rd_edge_span(struct rd_edge *edge, const struct rd_edge_span *span);

/* A descriptor that is readable when rd_edge_readable() has work. It stays
 * the same over restarts. */
int rd_edge_fd(const struct rd_edge *edge);

/*
 * Queue D_RX, ISDN_OUT or EDGE_ALARM. While the edge is down it is dropped and
 * counted: whoever sends was told by EDGE_STATE.
 */
void rd_edge_send(struct rd_edge *edge, const struct rd_msg *m);

/* It is frame now: send what is queued, ask the edge if its time has come,
 * start it if it is due. Call it each tick. */
void rd_edge_flush(struct rd_edge *edge, uint64_t frame);

/* Take in what the edge said, without waiting. */
void rd_edge_readable(struct rd_edge *edge);

/* Everything sent was answered and nothing is queued. A dead edge is idle. */
bool rd_edge_idle(const struct rd_edge *edge);

/* The frame at which rd_edge_flush() has work of its own. */
uint64_t rd_edge_deadline(const struct rd_edge *edge);

struct rd_edge_stats {
	uint64_t sent, received; /* messages */
	uint64_t packets_out, packets_in;
	uint64_t dropped;  /* while down */
	uint32_t restarts; /* starts after the first */
	int32_t pid;	   /* 0: down */
};

void rd_edge_stats(const struct rd_edge *edge, struct rd_edge_stats *out);

/* For a test and a fuzzer: may an edge say this? Ends its strings. 0 or
 * -EINVAL. available: octets of the packet from m on. */
int rd_edge_check(struct rd_msg *m, size_t available);

#endif

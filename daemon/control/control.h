/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The admin socket: JSON lines over a unix stream socket.
 *
 * PROTOCOL, version 1. One JSON object a line, at most 64 KiB; UTF-8.
 *
 *	<- {"ringdown":1,"user":"root"}				once
 *	-> {"id":7,"command":"agent.ready","args":{"agent":"8001"}}
 *	<- {"id":7,"ok":true,"result":{}}
 *	-> {"id":8,"command":"agent.redy"}
 *	<- {"id":8,"ok":false,"error":{"code":"invalid","message":"command
 *	    \"agent.redy\": unknown; did you mean \"agent.ready\"?"}}
 *	-> {"id":9,"command":"watch","args":{"events":"call.*"}}
 *	<- {"event":"call.new","seq":4711,"time_ns":...,"call":12,...}
 *
 * "id" is the client's own, 0 if absent. "at":N has a command carried out at
 * frame N of the line clock (scripts in lockstep). Answers may come in another
 * order than requests. Error codes: malformed (with "column"), too-long,
 * invalid, not-found, conflict, not-permitted, full, unavailable,
 * bad-config. Commands,
 * their arguments, and events: command.h.
 *
 * BOUNDS. 128 clients, 64 KiB a line, 1 MiB waiting for a slow reader: then
 * events are left out (told by watch.lost), and a client who does not read his
 * answers either is disconnected. A client never holds the daemon up.
 *
 * WHO MAY. Mode 0660 and a group. Who asks is SO_PEERCRED's user, recorded
 * with the command as "operator:<user>".
 *
 * HOW. All descriptors are in one epoll set; its descriptor is polled by
 * core's loop, and rd_control_turn() does what there is to do, without
 * blocking. Context: core.
 */
#ifndef RD_CONTROL_H
#define RD_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/control/command.h"
#include "lib/base/diag.h"

#define RD_CONTROL_VERSION 1
#define RD_CONTROL_CLIENTS 128
#define RD_CONTROL_LINE	   65536u

struct rd_control;

struct rd_control_request {
	uint32_t client, id;		       /* for rd_control_answer() */
	const struct rd_command_info *command; /* not of kind SOCKET */
	uint64_t at_frame;		       /* when; 0 now */
	const char *json; /* as it is journalled, "by" included; checked */
	const char *by;	  /* "operator:<user>" */
};

struct rd_control_config {
	const char *path;
	const char *group; /* "" keep the process's */
	uint64_t seq;	   /* events up to here were published before us */
	/* carry out, and answer now or later, once */
	void (*request)(void *context, const struct rd_control_request *req);
	void *context;
};

/*
 * Listen. A socket that a dead daemon left is removed; a live one is not:
 * -EADDRINUSE, with a sentence in diag. 0 or -errno with a sentence in diag.
 * Context: start.
 */
int rd_control_open(const struct rd_control_config *config,
		    struct rd_control **out, struct rd_diag *diag);
void rd_control_close(struct rd_control *c);

/* Readable when rd_control_turn() has something to do. */
int rd_control_fd(const struct rd_control *c);
void rd_control_turn(struct rd_control *c);

/*
 * Answer: json is {"ok":true,...} or {"ok":false,"error":CODE,"message":TEXT},
 * as core writes it. A client that has gone is no error.
 */
void rd_control_answer(struct rd_control *c, uint32_t client, uint32_t id,
		       const char *json);
/* Answer a question: json is the result, of any shape. */
void rd_control_result(struct rd_control *c, uint32_t client, uint32_t id,
		       const char *json);
void rd_control_fail(struct rd_control *c, uint32_t client, uint32_t id,
		     const char *code, const char *message);

/* Tell all watchers; json as RD_MSG_PUBLISH has it. */
void rd_control_publish(struct rd_control *c, uint64_t seq, const char *json);

/* Does anybody watch the D-channels? */
bool rd_control_is_traced(const struct rd_control *c);
/* Tell them of a frame: len octets, address field first, no FCS. */
void rd_control_trace(struct rd_control *c, const char *span, bool is_rx,
		      uint64_t frame, bool damaged, const void *data,
		      uint32_t len);

struct rd_control_status {
	uint32_t clients, watchers;
	uint64_t accepted, refused, requests, malformed;
	uint64_t events_lost; /* to slow readers */
	uint64_t cut_off;     /* disconnected for not reading */
};
void rd_control_status(const struct rd_control *c,
		       struct rd_control_status *out);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One client of the admin socket: lines in, lines out, both bounded.
 *
 * Nothing here blocks: sockets are nonblocking, what does not go out waits in
 * a buffer that grows to RD_CLIENT_OUT_MAX.
 *
 * Context: core.
 */
#ifndef RD_CONTROL_CLIENT_H
#define RD_CONTROL_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/control/watch.h"

#define RD_CLIENT_OUT_MAX (1u << 20)

struct rd_client {
	int fd;
	uint32_t id; /* never given twice in a run */
	char by[48];
	/* in */
	char *in;
	uint32_t in_len;
	bool in_skip; /* in a line that is too long, until its end */
	/* out */
	char *out;
	uint32_t out_len, out_cap;
	uint32_t polled; /* EPOLLIN, EPOLLOUT as asked for */
	bool at_end;	 /* the other end says no more, but may listen */
	bool broken;	 /* to be closed */
	/* watching */
	bool watching;
	struct rd_filter filter;
	uint64_t lost; /* events left out since the last that went out */
};

/* Takes fd over. NULL: out of memory (fd is closed). */
struct rd_client *rd_client_new(int fd, uint32_t id, const char *by);
void rd_client_free(struct rd_client *cl);

/* Read what there is (one bounded read). Sets at_end, broken. */
void rd_client_read(struct rd_client *cl);
enum rd_client_line {
	RD_CLIENT_LINE,
	RD_CLIENT_NO_LINE,
	RD_CLIENT_TOO_LONG
};
/*
 * The next whole line, NUL-terminated, without its line feed; *used octets of
 * the input are to be given to rd_client_consume() afterwards.
 */
enum rd_client_line rd_client_line(struct rd_client *cl, char **line,
				   uint32_t *used);
void rd_client_consume(struct rd_client *cl, uint32_t used);

/* Room for len more octets? */
bool rd_client_has_room(const struct rd_client *cl, uint32_t len);
/*
 * Queue text and send what goes. An answer without room, or an error of the
 * socket, makes the client broken.
 */
void rd_client_send(struct rd_client *cl, const char *text, uint32_t len);
void rd_client_flush(struct rd_client *cl);

/*
 * Queue an event for a watcher, if it wants it. False: no room, it is counted
 * as lost. line ends with '\n'.
 */
bool rd_client_event(struct rd_client *cl, const char *line, uint32_t len,
		     bool named);
/* Tell how many were lost, once there is room again. */
void rd_client_tell_lost(struct rd_client *cl);

#endif

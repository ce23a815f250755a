// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One client; see client.h. Events leave a reserve of the output buffer free,
 * so that a watcher who fell behind still gets the answers he asks for.
 */
#include "daemon/control/client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/control/control.h"

#define RESERVE (RD_CLIENT_OUT_MAX / 4) /* of the output: for answers */

struct rd_client *rd_client_new(int fd, uint32_t id, const char *by)
{
	struct rd_client *cl = calloc(1, sizeof(*cl));

	if (cl)
		cl->in = malloc(RD_CONTROL_LINE + 1);
	if (!cl || !cl->in) {
		free(cl);
		close(fd);
		return NULL;
	}
	cl->fd = fd;
	cl->id = id;
	snprintf(cl->by, sizeof(cl->by), "%s", by);
	return cl;
}

void rd_client_free(struct rd_client *cl)
{
	close(cl->fd);
	free(cl->in);
	free(cl->out);
	free(cl);
}

/* ---- in ---------------------------------------------------------------------- */

void rd_client_read(struct rd_client *cl)
{
	ssize_t n = recv(cl->fd, cl->in + cl->in_len,
			 RD_CONTROL_LINE - cl->in_len, MSG_DONTWAIT);

	if (n > 0)
		cl->in_len += (uint32_t)n;
	else if (!n)
		cl->at_end = true;
	else if (errno != EAGAIN && errno != EINTR)
		cl->broken = true;
}

enum rd_client_line rd_client_line(struct rd_client *cl, char **line,
				   uint32_t *used)
{
	char *end = memchr(cl->in, '\n', cl->in_len);

	if (!end && cl->in_len < RD_CONTROL_LINE)
		return RD_CLIENT_NO_LINE;
	*used = end ? (uint32_t)(end - cl->in) + 1 : cl->in_len;
	if (!end || cl->in_skip) {
		bool first = !cl->in_skip;

		cl->in_skip = !end;
		*line = NULL;
		if (first)
			return RD_CLIENT_TOO_LONG;
		rd_client_consume(cl, *used);
		return rd_client_line(cl, line, used);
	}
	*end = '\0';
	*line = cl->in;
	return RD_CLIENT_LINE;
}

void rd_client_consume(struct rd_client *cl, uint32_t used)
{
	memmove(cl->in, cl->in + used, cl->in_len - used);
	cl->in_len -= used;
}

/* ---- out --------------------------------------------------------------------- */

bool rd_client_has_room(const struct rd_client *cl, uint32_t len)
{
	return len <= RD_CLIENT_OUT_MAX &&
	       cl->out_len <= RD_CLIENT_OUT_MAX - len;
}

static bool grow(struct rd_client *cl, uint32_t need)
{
	uint32_t cap = cl->out_cap ? cl->out_cap : 4096;
	char *out;

	while (cap < need)
		cap *= 2;
	if (cap == cl->out_cap)
		return true;
	out = realloc(cl->out, cap);
	if (!out)
		return false;
	cl->out = out;
	cl->out_cap = cap;
	return true;
}

void rd_client_flush(struct rd_client *cl)
{
	ssize_t n;

	if (!cl->out_len || cl->broken)
		return;
	n = send(cl->fd, cl->out, cl->out_len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			cl->broken = true;
		return;
	}
	cl->out_len -= (uint32_t)n;
	memmove(cl->out, cl->out + n, cl->out_len);
	if (!cl->out_len && cl->out_cap > 65536) {
		free(cl->out);
		cl->out = NULL;
		cl->out_cap = 0;
	}
}

void rd_client_send(struct rd_client *cl, const char *text, uint32_t len)
{
	if (cl->broken)
		return;
	if (!rd_client_has_room(cl, len) || !grow(cl, cl->out_len + len)) {
		cl->broken = true;
		return;
	}
	memcpy(cl->out + cl->out_len, text, len);
	cl->out_len += len;
	/* what already waits goes out when the socket says so */
	if (!(cl->polled & EPOLLOUT))
		rd_client_flush(cl);
}

/* Half of the buffer is read again: few gaps, rather than many. */
void rd_client_tell_lost(struct rd_client *cl)
{
	char note[80];
	int n;

	if (!cl->lost || cl->out_len > RD_CLIENT_OUT_MAX / 2)
		return;
	n = snprintf(note, sizeof(note),
		     "{\"event\":\"watch.lost\",\"count\":%llu}\n",
		     (unsigned long long)cl->lost);
	cl->lost = 0;
	rd_client_send(cl, note, (uint32_t)n);
}

bool rd_client_event(struct rd_client *cl, const char *line, uint32_t len,
		     bool named)
{
	if (!cl->watching || cl->broken ||
	    !rd_filter_wants(&cl->filter, line, named))
		return true;
	rd_client_tell_lost(cl);
	if (cl->lost || !rd_client_has_room(cl, len + RESERVE)) {
		cl->lost++;
		return false;
	}
	rd_client_send(cl, line, len);
	return true;
}

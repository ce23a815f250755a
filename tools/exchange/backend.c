// SPDX-License-Identifier: GPL-2.0-only
#include "tools/exchange/backend.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void xc_backend_read_control(struct xc_backend *b)
{
	ssize_t n = read(b->control_fd, b->line + b->line_len,
			 sizeof(b->line) - 1 - b->line_len);
	char *end;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		b->control_fd = -1; /* its owner closes it */
		return;
	}
	b->line_len += n;
	b->line[b->line_len] = '\0';
	while ((end = strchr(b->line, '\n'))) {
		*end++ = '\0';
		b->ops->command(b->ctx, b->line);
		b->line_len -= end - b->line;
		memmove(b->line, end, b->line_len + 1);
	}
	if (b->line_len == sizeof(b->line) - 1)
		b->line_len = 0; /* no line is so long */
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Log lines; see log.h. One write() a line, so threads do not interleave. */
#include "daemon/live/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum rd_log_level highest = RD_LOG_INFO;

static const char *const names[] = {
	[RD_LOG_ERR] = "error: ",
	[RD_LOG_WARNING] = "warning: ",
	[RD_LOG_NOTICE] = "",
	[RD_LOG_INFO] = "",
};

void rd_log_set_level(enum rd_log_level level)
{
	highest = level;
}

void rd_log(enum rd_log_level level, const char *fmt, ...)
{
	char line[2048], head[16];
	va_list args;
	int n;

	if (level > highest)
		return;
	if (getenv("JOURNAL_STREAM"))
		snprintf(head, sizeof(head), "<%d>", level);
	else
		snprintf(head, sizeof(head), "%s", names[level]);
	n = snprintf(line, sizeof(line), "ringdownd: %s", head);
	if (head[0] == '<')
		n = snprintf(line, sizeof(line), "%s", head);
	va_start(args, fmt);
	n += vsnprintf(line + n, sizeof(line) - (size_t)n - 1, fmt, args);
	va_end(args);
	if (n > (int)sizeof(line) - 2)
		n = (int)sizeof(line) - 2;
	line[n++] = '\n';
	(void)!write(STDERR_FILENO, line, (size_t)n);
}

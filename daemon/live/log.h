/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's log: lines on standard error, for journald or a terminal.
 *
 * Levels are syslog's (RFC 5424 table 2). Under systemd ($JOURNAL_STREAM) a
 * line begins with "<level>", which journald reads; else with the level's name.
 * The library returns errors and does not log; the media tick never logs.
 *
 * Context: any thread but media.
 */
#ifndef RD_LOG_H
#define RD_LOG_H

enum rd_log_level {
	RD_LOG_ERR = 3,
	RD_LOG_WARNING = 4,
	RD_LOG_NOTICE = 5,
	RD_LOG_INFO = 6,
};

void rd_log(enum rd_log_level level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Lines above this level are left out; RD_LOG_INFO by default. */
void rd_log_set_level(enum rd_log_level level);

#endif

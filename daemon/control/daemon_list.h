/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands of the control socket that are not core's, once: what the
 * daemon does around core (DAEMON), and what the socket does itself (SOCKET).
 * As daemon/core/command_list.h: X(ID, "name", kind, "arguments", "help").
 *
 * None of them is an event. What core has to know of config.reload reaches it
 * as RD_MSG_CONFIG, and stop ends the run.
 */
#ifndef RD_CONTROL_DAEMON_LIST_H
#define RD_CONTROL_DAEMON_LIST_H

/* clang-format off */
#define RD_DAEMON_LIST(X)                                                     \
	X(CONFIG_RELOAD, "config.reload", DAEMON, "",                         \
	  "read the configuration again; on any error nothing changes")       \
	X(BACKUP, "backup", DAEMON, "to:string",                              \
	  "copy database, journal and a list of recordings to a new folder")  \
	X(STOP, "stop", DAEMON, "",                                           \
	  "end now; calls that talk are released (see stop.when-idle)")       \
	X(PATHS, "paths", DAEMON, "",                                         \
	  "where the database, the journal and recordings are")               \
	X(MEDIA, "media", DAEMON, "",                                         \
	  "what the media thread has done: ticks, late ones, what was lost")  \
	X(LINES, "lines", DAEMON, "span:string? call:int?",                   \
	  "lines in use now: levels, noise, clipping, echo, slips")           \
	X(WATCH, "watch", SOCKET,                                             \
	  "events:string? call:int? agent:string? queue:string? span:string? "\
	  "since:int?",                                                       \
	  "events as they happen: names with '*', by comma; since: those "    \
	  "after this seq, too")                                              \
	X(UNWATCH, "unwatch", SOCKET, "",                                     \
	  "no more events on this connection")                                \
	X(HELP, "help", SOCKET, "command:string?",                            \
	  "this list, or one command of it")                                  \
	X(EVENTS, "events", SOCKET, "",                                       \
	  "the list of events, with their fields")
/* clang-format on */

/*
 * Events that do not come from core: they are no part of the log, have no seq
 * and cannot be resumed. As daemon/core/event_list.h.
 */
/* clang-format off */
#define RD_DAEMON_EVENT_LIST(X)                                               \
	X(WATCH_LOST, "watch.lost", "count:int",                              \
	  "so many events did not reach you: you read too slowly, or asked "  \
	  "for older ones than are kept (the journal has them)")              \
	X(TRACE, "trace",                                                     \
	  "span:string direction:string frame:int damaged:bool hex:string",   \
	  "a frame of a D-channel: rx, tx; only for who names it in watch")
/* clang-format on */

#endif

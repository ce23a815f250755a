/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every command and event of the control socket as data; requests checked
 * against it.
 *
 * The lists are daemon/core/command_list.h, event_list.h and daemon_list.h; the
 * socket's validation and help, the CLI's help and completion, and the manual
 * page come from here.
 *
 * Context: any.
 */
#ifndef RD_CONTROL_COMMAND_H
#define RD_CONTROL_COMMAND_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "daemon/control/daemon_list.h"
#include "daemon/core/command_list.h"
#include "daemon/core/event_list.h"

/* who acts on it; the first two are enum rd_command_kind */
enum rd_control_kind {
	RD_CONTROL_CHANGE = RD_COMMAND_CHANGE, /* core: an event, journalled */
	RD_CONTROL_ASK = RD_COMMAND_ASK,       /* core: rd_core_query() */
	RD_CONTROL_DAEMON,		       /* the daemon's main */
	RD_CONTROL_SOCKET,		       /* the socket itself */
};

/* Numbers: core's are enum rd_command_id, then these. */
enum rd_daemon_command_id {
	RD_DAEMON_BEFORE = RD_COMMANDS - 1,
#define X(ID, name, kind, args, help) RD_DAEMON_##ID,
	RD_DAEMON_LIST(X)
#undef X
	RD_CONTROL_COMMANDS,
};

struct rd_command_info {
	int id;
	const char *name;
	enum rd_control_kind kind;
	const char *args; /* "agent:string reason:string?" */
	const char *help;
};

struct rd_event_info {
	const char *name, *fields, *help;
	bool from_core;
};

/* [rd_command_count], [rd_event_count] */
extern const struct rd_command_info rd_command_infos[];
extern const size_t rd_command_count;
extern const struct rd_event_info rd_event_infos[];
extern const size_t rd_event_count;

const struct rd_command_info *rd_command_find(const char *name);
/* The name nearest to what was typed, or NULL. */
const char *rd_command_nearest(const char *name);

/* One argument of a command, taken from its list. */
struct rd_arg_info {
	char name[32];
	char type; /* 's' string, 'i' int, 'b' bool */
	bool optional;
};
/* *at begins as command->args; false: there is no other. */
bool rd_arg_next(const char **at, struct rd_arg_info *out);

#define RD_ARG_TEXT_MAX 120 /* octets of a string argument */

/*
 * Are these the arguments of command? true, or false with what is wrong in
 * why[200], in words: an unknown one ("did you mean"), a missing one, a wrong
 * type, a text too long or with control characters.
 */
bool rd_command_check(const struct rd_command_info *command, const json_t *args,
		      char *why);

/*
 * The command in the one form that is journalled: {"command":NAME, arguments in
 * the list's order, "by":BY} (by NULL: without). The caller's to free; NULL:
 * out of memory.
 */
char *rd_command_canonical(const struct rd_command_info *command,
			   const json_t *args, const char *by);

#endif

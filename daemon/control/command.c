// SPDX-License-Identifier: GPL-2.0-or-later
/* Commands and events as data; see command.h. */
#include "daemon/control/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/diag.h"

#define WHY	 200
#define ARGS_MAX 16

#define KIND_CHANGE RD_CONTROL_CHANGE
#define KIND_ASK    RD_CONTROL_ASK
#define KIND_DAEMON RD_CONTROL_DAEMON
#define KIND_SOCKET RD_CONTROL_SOCKET

const struct rd_command_info rd_command_infos[] = {
#define X(ID, name, kind, args, help) \
	{ RD_CMD_##ID, name, KIND_##kind, args, help },
	RD_COMMAND_LIST(X)
#undef X
#define X(ID, name, kind, args, help) \
	{ RD_DAEMON_##ID, name, KIND_##kind, args, help },
		RD_DAEMON_LIST(X)
#undef X
};
const size_t rd_command_count =
	sizeof(rd_command_infos) / sizeof(rd_command_infos[0]);

const struct rd_event_info rd_event_infos[] = {
#define X(ID, name, fields, help) { name, fields, help, true },
	RD_EVENT_LIST(X)
#undef X
#define X(ID, name, fields, help) { name, fields, help, false },
		RD_DAEMON_EVENT_LIST(X)
#undef X
};
const size_t rd_event_count =
	sizeof(rd_event_infos) / sizeof(rd_event_infos[0]);

const struct rd_command_info *rd_command_find(const char *name)
{
	for (size_t i = 0; i < rd_command_count; i++)
		if (!strcmp(rd_command_infos[i].name, name))
			return &rd_command_infos[i];
	return NULL;
}

const char *rd_command_nearest(const char *name)
{
	const char *names[RD_CONTROL_COMMANDS];

	for (size_t i = 0; i < rd_command_count; i++)
		names[i] = rd_command_infos[i].name;
	return rd_diag_nearest(name, names, rd_command_count);
}

bool rd_arg_next(const char **at, struct rd_arg_info *out)
{
	const char *p = *at + strspn(*at, " ");
	size_t name = strcspn(p, ": ");
	size_t all = strcspn(p, " ");

	if (!*p)
		return false;
	memset(out, 0, sizeof(*out));
	snprintf(out->name, sizeof(out->name), "%.*s", (int)name, p);
	out->type = p[name] == ':' ? p[name + 1] : 's';
	out->optional = p[all - 1] == '?';
	*at = p + all;
	return true;
}

static bool is_text(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return false;
	return true;
}

/* Is value what arg wants? */
static bool check_value(const struct rd_arg_info *arg, const json_t *value,
			char *why)
{
	static const char *const types[] = { "string", "int", "bool" };
	const char *wanted = arg->type == 's'	? types[0]
			     : arg->type == 'i' ? types[1]
						: types[2];
	bool fits = arg->type == 's'   ? json_is_string(value)
		    : arg->type == 'i' ? json_is_integer(value)
				       : json_is_boolean(value);

	if (!fits) {
		snprintf(why, WHY, "\"%.31s\": expected %s", arg->name, wanted);
		return false;
	}
	if (arg->type != 's')
		return true;
	if (json_string_length(value) > RD_ARG_TEXT_MAX) {
		snprintf(why, WHY, "\"%.31s\": longer than %d octets",
			 arg->name, RD_ARG_TEXT_MAX);
		return false;
	}
	if (!is_text(json_string_value(value), json_string_length(value))) {
		snprintf(why, WHY, "\"%.31s\": contains control characters",
			 arg->name);
		return false;
	}
	return true;
}

static bool check_unknown(const struct rd_arg_info *list, size_t n,
			  const json_t *args, char *why)
{
	const char *names[ARGS_MAX], *key, *nearest;
	json_t *value;
	size_t i;

	for (i = 0; i < n; i++)
		names[i] = list[i].name;
	json_object_foreach((json_t *)args, key, value)
	{
		for (i = 0; i < n && strcmp(names[i], key); i++)
			;
		if (i < n)
			continue;
		nearest = rd_diag_nearest(key, names, n);
		snprintf(why, WHY, "argument \"%.40s\": unknown%s%s%s", key,
			 nearest ? "; did you mean \"" : "",
			 nearest ? nearest : "", nearest ? "\"?" : "");
		return false;
	}
	return true;
}

bool rd_command_check(const struct rd_command_info *command, const json_t *args,
		      char *why)
{
	struct rd_arg_info list[ARGS_MAX];
	const char *at = command->args;
	size_t n = 0;

	while (n < ARGS_MAX && rd_arg_next(&at, &list[n]))
		n++;
	if (args && !json_is_object(args)) {
		snprintf(why, WHY, "\"args\": expected an object");
		return false;
	}
	if (args && !check_unknown(list, n, args, why))
		return false;
	for (size_t i = 0; i < n; i++) {
		json_t *value = json_object_get(args, list[i].name);

		if (!value && !list[i].optional) {
			snprintf(why, WHY,
				 "argument \"%.31s\" is missing (%.120s)",
				 list[i].name, command->help);
			return false;
		}
		if (value && !check_value(&list[i], value, why))
			return false;
	}
	return true;
}

char *rd_command_canonical(const struct rd_command_info *command,
			   const json_t *args, const char *by)
{
	json_t *flat = json_object();
	const char *at = command->args;
	struct rd_arg_info arg;
	char *text;

	json_object_set_new(flat, "command", json_string(command->name));
	while (rd_arg_next(&at, &arg)) {
		json_t *value = json_object_get(args, arg.name);

		if (value)
			json_object_set(flat, arg.name, value);
	}
	if (by)
		json_object_set_new(flat, "by", json_string(by));
	text = json_dumps(flat, JSON_COMPACT);
	json_decref(flat);
	return text;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Commands on what menus work with. */
#include <errno.h>
#include <string.h>

#include "daemon/core/app.h"
#include "daemon/core/command_menu.h"
#include "daemon/core/emit.h"
#include "daemon/core/state.h"
#include "daemon/core/text.h"
#include "lib/config/table.h"

/* Until when, of until_s or for_s; -EINVAL. 0: for ever. */
static int64_t until_of(const struct rd_core *core, const struct rd_args *args)
{
	int64_t now_s = rd_core_unix_ns(core) / 1000000000;
	int64_t until_s = rd_args_int(args, "until_s", 0);
	int64_t for_s = rd_args_int(args, "for_s", 0);

	if (until_s < 0 || for_s < 0 || for_s > INT64_MAX - now_s)
		return -EINVAL;
	return for_s ? now_s + for_s : until_s;
}

/* ---- lists ------------------------------------------------------------------ */

int rd_command_list_add(struct rd_core *core, const struct rd_args *args)
{
	struct rd_list_change entry = { 0 };
	int64_t until_s = until_of(core, args);
	struct rd_json *j;
	int res;

	if (!rd_args_str(args, "list", entry.list, sizeof(entry.list)) ||
	    !rd_args_str(args, "number", entry.number, sizeof(entry.number)) ||
	    until_s < 0)
		return -EINVAL;
	rd_args_str(args, "reason", entry.reason, sizeof(entry.reason));
	rd_args_str(args, "level", entry.level, sizeof(entry.level));
	memcpy(entry.by, args->by, sizeof(entry.by));
	entry.until_s = (uint64_t)until_s;
	res = rd_list_add(core, &entry);
	if (res)
		return res;
	j = rd_event_begin(core, RD_EVENT_LIST_ADDED);
	rd_json_str(j, "list", entry.list);
	rd_json_str(j, "number", entry.number);
	rd_json_str(j, "level", entry.level);
	rd_json_str(j, "reason", entry.reason);
	rd_json_int(j, "until_s", until_s);
	rd_json_str(j, "by", entry.by);
	rd_event_end(core);
	return 0;
}

int rd_command_list_remove(struct rd_core *core, const struct rd_args *args)
{
	char list[RD_LIST_NAME_LEN], number[RD_NUMBER_LEN], reason[64];
	struct rd_json *j;
	int res;

	if (!rd_args_str(args, "list", list, sizeof(list)) ||
	    !rd_args_str(args, "number", number, sizeof(number)))
		return -EINVAL;
	rd_args_str(args, "reason", reason, sizeof(reason));
	res = rd_list_remove(core, list, number, reason, args->by);
	if (res)
		return res;
	j = rd_event_begin(core, RD_EVENT_LIST_REMOVED);
	rd_json_str(j, "list", list);
	rd_json_str(j, "number", number);
	rd_json_str(j, "reason", reason);
	rd_json_str(j, "by", args->by);
	rd_event_end(core);
	return 0;
}

/* ---- lock-outs -------------------------------------------------------------- */

int rd_command_lockout_release(struct rd_core *core, const struct rd_args *args)
{
	char number[64], source[32];

	if (!rd_args_str(args, "number", number, sizeof(number)))
		return -EINVAL;
	rd_args_str(args, "source", source, sizeof(source));
	return rd_lockout_release(core, source, number, args->by) ? 0 : -ENOENT;
}

/* ---- calls -------------------------------------------------------------------- */

int rd_command_call_send(struct rd_core *core, const struct rd_args *args)
{
	int64_t id = rd_args_int(args, "call", 0);
	struct rd_call *call;
	char to[160], then[16], *node;

	if (id <= 0 || !rd_args_str(args, "to", to, sizeof(to)))
		return -EINVAL;
	if (rd_args_str(args, "then", then, sizeof(then)) &&
	    strcmp(then, "return"))
		return -EINVAL;
	call = rd_call_by_id(core, (uint64_t)id);
	if (!call)
		return -ENOENT;
	node = strchr(to, '.');
	if (node)
		*node++ = 0;
	return rd_call_send(core, call, to, node ? node : "", then[0]);
}

/* ---- announcements ----------------------------------------------------------- */

/* The voice of a language by its name; "": the default one. -ENOENT. */
static int voice_of(const struct rd_core *core, const char *language,
		    char voice[28])
{
	const struct rd_config *config = core->config;
	uint16_t l = config->language;

	if (language[0])
		for (l = 0; l < config->nlanguages; l++)
			if (!strcmp(config->languages[l].name, language))
				break;
	if (l >= config->nlanguages)
		return -ENOENT;
	rd_text_copy(voice, 28, config->languages[l].voice);
	return 0;
}

static bool is_name(const struct rd_scope *scopes, enum rd_config_scope scope,
		    const char *name)
{
	for (uint16_t i = 0; scopes && i < scopes[scope].n; i++)
		if (!strcmp(scopes[scope].names[i], name))
			return true;
	return !name[0];
}

int rd_command_announcement_add(struct rd_core *core,
				const struct rd_args *args)
{
	const struct rd_scope *scopes = core->config->scopes;
	int64_t until_s = until_of(core, args);
	int64_t from_s = rd_args_int(args, "from_s", 0);
	struct rd_announcement a = { 0 };
	char language[32];
	int res;

	a.is_file = rd_args_str(args, "file", a.text, sizeof(a.text));
	if (!a.is_file && !rd_args_str(args, "text", a.text, sizeof(a.text)))
		return -EINVAL;
	if (until_s < 0 || from_s < 0 || (a.is_file && a.text[0] != '/'))
		return -EINVAL;
	rd_args_str(args, "language", language, sizeof(language));
	rd_args_str(args, "area", a.area, sizeof(a.area));
	rd_args_str(args, "tree", a.tree, sizeof(a.tree));
	rd_args_str(args, "queue", a.queue, sizeof(a.queue));
	if (!is_name(scopes, RD_SCOPE_AREA, a.area) ||
	    !is_name(scopes, RD_SCOPE_TREE, a.tree) ||
	    !is_name(scopes, RD_SCOPE_QUEUE, a.queue))
		return -ENOENT;
	res = voice_of(core, language, a.voice);
	if (res)
		return res;
	a.from_s = (uint64_t)from_s;
	a.until_s = (uint64_t)until_s;
	a.must_hear = rd_args_int(args, "must_hear", 0) != 0;
	memcpy(a.by, args->by, sizeof(a.by));
	res = rd_announcement_add(core, &a);
	return res < 0 ? res : 0;
}

int rd_command_announcement_remove(struct rd_core *core,
				   const struct rd_args *args)
{
	int64_t number = rd_args_int(args, "announcement", 0);

	if (number <= 0 || number > UINT32_MAX)
		return -EINVAL;
	return rd_announcement_remove(core, (uint32_t)number, args->by);
}

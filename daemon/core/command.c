// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Commands. Each handler reads its arguments, acts, and returns 0 or -errno; the
 * answer is made of that in one place.
 */
#include "daemon/core/command.h"

#include <errno.h>
#include <string.h>

#include "daemon/call/maintain.h"
#include "daemon/acd/supervise.h"
#include "daemon/core/app.h"
#include "daemon/core/command_task.h"
#include "daemon/core/command_menu.h"
#include "daemon/core/emit.h"
#include "daemon/core/json_in.h"
#include "daemon/core/state.h"
#include "daemon/core/text.h"

#define CAUSE_NORMAL 16

const struct rd_core_command_info rd_core_commands[RD_COMMANDS] = {
#define X(ID, name, kind, args, help) \
	[RD_CMD_##ID] = { name, args, help, RD_COMMAND_##kind },
	RD_COMMAND_LIST(X)
#undef X
};

enum rd_command_id rd_core_command_find(const char *name)
{
	for (int i = 0; i < RD_COMMANDS; i++)
		if (strcmp(rd_core_commands[i].name, name) == 0)
			return i;
	return RD_COMMANDS;
}

/* A handler's result: the answer comes later, by another event. */
#define LATER 1

bool rd_args_str(const struct rd_args *args, const char *key, char *out,
		 size_t cap)
{
	struct rd_json_value value;

	memset(out, 0, cap);
	if (rd_json_get(args->json, key, &value) ||
	    value.type != RD_JSON_STRING)
		return false;
	rd_text_copy(out, cap, value.text);
	return strlen(value.text) < cap;
}

int64_t rd_args_int(const struct rd_args *args, const char *key,
		    int64_t fallback)
{
	struct rd_json_value value;

	if (rd_json_get(args->json, key, &value) ||
	    (value.type != RD_JSON_INT && value.type != RD_JSON_BOOL))
		return fallback;
	return value.number;
}

/* ---- handlers --------------------------------------------------------------- */

static int set_agent(struct rd_core *core, const struct rd_args *args,
		     enum rd_agent_op op)
{
	char number[RD_AGENT_PHONE_LEN], phone[RD_AGENT_PHONE_LEN];
	char reason[RD_REASON_LEN];
	uint16_t agent;

	if (!rd_args_str(args, "agent", number, sizeof(number)))
		return -EINVAL;
	rd_args_str(args, "phone", phone, sizeof(phone));
	rd_args_str(args, "reason", reason, sizeof(reason));
	agent = rd_agent_by_number(core, number);
	if (agent == RD_INDEX_NONE)
		return -ENOENT;
	return rd_agent_set(core, agent, op, phone, reason, args->by);
}

static int agent_login(struct rd_core *core, const struct rd_args *args)
{
	return set_agent(core, args, RD_AGENT_LOGIN);
}

static int agent_logout(struct rd_core *core, const struct rd_args *args)
{
	return set_agent(core, args, RD_AGENT_LOGOUT);
}

static int agent_ready(struct rd_core *core, const struct rd_args *args)
{
	return set_agent(core, args, RD_AGENT_READY);
}

static int agent_not_ready(struct rd_core *core, const struct rd_args *args)
{
	return set_agent(core, args, RD_AGENT_NOT_READY);
}

static int agent_wrapup_end(struct rd_core *core, const struct rd_args *args)
{
	return set_agent(core, args, RD_AGENT_WRAPUP_END);
}

static int agent_wrapup_extend(struct rd_core *core, const struct rd_args *args)
{
	int64_t for_s = rd_args_int(args, "for_s", 0);
	char number[RD_AGENT_PHONE_LEN];

	if (!rd_args_str(args, "agent", number, sizeof(number)) || for_s < 1 ||
	    for_s > 3600)
		return -EINVAL;
	return rd_agent_extend(core, rd_agent_by_number(core, number),
			       (uint32_t)for_s * 1000);
}

static int blacklist_add(struct rd_core *core, const struct rd_args *args)
{
	int64_t now_s = rd_core_unix_ns(core) / 1000000000;
	int64_t cause = rd_args_int(args, "cause", 0);
	int64_t until_s = rd_args_int(args, "until_s", 0);
	int64_t for_s = rd_args_int(args, "for_s", 0);
	struct rd_block block = { 0 };
	struct rd_json *j;
	int res;

	if (!rd_args_str(args, "number", block.number, sizeof(block.number)) ||
	    cause < 0 || cause > 127 || until_s < 0 || for_s < 0 ||
	    for_s > INT64_MAX - now_s)
		return -EINVAL;
	rd_args_str(args, "reason", block.reason, sizeof(block.reason));
	memcpy(block.by, args->by, sizeof(block.by));
	block.cause = (uint8_t)cause;
	block.until_s = (uint64_t)(for_s ? now_s + for_s : until_s);
	res = rd_blacklist_add(core, &block);
	if (res)
		return res;
	j = rd_event_begin(core, RD_EVENT_BLACKLIST_ADDED);
	rd_json_str(j, "number", block.number);
	rd_json_str(j, "reason", block.reason);
	rd_json_int(j, "cause", cause ? cause : 17);
	rd_json_int(j, "until_s", (int64_t)block.until_s);
	rd_json_str(j, "by", block.by);
	rd_event_end(core);
	return 0;
}

static int blacklist_remove(struct rd_core *core, const struct rd_args *args)
{
	char number[RD_NUMBER_LEN];
	struct rd_json *j;
	int res;

	if (!rd_args_str(args, "number", number, sizeof(number)))
		return -EINVAL;
	res = rd_blacklist_remove(core, number);
	if (res)
		return res;
	j = rd_event_begin(core, RD_EVENT_BLACKLIST_REMOVED);
	rd_json_str(j, "number", number);
	rd_json_str(j, "by", args->by);
	rd_event_end(core);
	return 0;
}

static int block(struct rd_core *core, const struct rd_args *args, bool blocked)
{
	int64_t slot = rd_args_int(args, "channel", 0);
	char name[32];

	if (!rd_args_str(args, "span", name, sizeof(name)) || slot < 0 ||
	    slot >= RD_CHANNELS)
		return -EINVAL;
	return rd_span_block(core, name, (unsigned)slot, blocked);
}

static int span_block(struct rd_core *core, const struct rd_args *args)
{
	return block(core, args, true);
}

static int span_unblock(struct rd_core *core, const struct rd_args *args)
{
	return block(core, args, false);
}

static int maintain(struct rd_core *core, const struct rd_args *args,
		    const char *what_key, const char *value_key,
		    int (*act)(struct rd_core *core,
			       const struct rd_maintain_wish *wish))
{
	char span[32], what[16], value[RD_CHANNELS * 4];
	struct rd_maintain_wish wish = {
		.span = span,
		.what = what,
		.value = value,
		.by = args->by,
		.client = args->client,
		.id = args->id,
		.force = rd_args_int(args, "force", 0),
	};
	int res;

	if (!rd_args_str(args, "span", span, sizeof(span)) ||
	    !rd_args_str(args, what_key, what, sizeof(what)))
		return -EINVAL;
	rd_args_str(args, value_key, value, sizeof(value));
	res = act(core, &wish);
	return res ? res : LATER;
}

static int span_loop(struct rd_core *core, const struct rd_args *args)
{
	return maintain(core, args, "mode", "", rd_maintain_loop);
}

static int span_bert(struct rd_core *core, const struct rd_args *args)
{
	return maintain(core, args, "action", "channels", rd_maintain_bert);
}

static int span_inject(struct rd_core *core, const struct rd_args *args)
{
	return maintain(core, args, "fault", "value", rd_maintain_inject);
}

static int call_hangup(struct rd_core *core, const struct rd_args *args)
{
	int64_t id = rd_args_int(args, "call", 0);
	int64_t cause = rd_args_int(args, "cause", CAUSE_NORMAL);
	struct rd_call *call;

	if (id <= 0 || cause < 1 || cause > 127)
		return -EINVAL;
	call = rd_call_by_id(core, (uint64_t)id);
	if (!call)
		return -ENOENT;
	rd_call_end(core, call, (uint8_t)cause, RD_BY_OPERATOR);
	return 0;
}

static int stop_when_idle(struct rd_core *core, const struct rd_args *args)
{
	struct rd_state *s = core->state;
	struct rd_json *j;

	if (rd_args_int(args, "cancel", 0)) {
		s->stopping = false;
		return 0;
	}
	if (s->stopping)
		return 0;
	s->stopping = true;
	s->idle_told = false;
	j = rd_event_begin(core, RD_EVENT_SYSTEM_STOPPING);
	rd_json_int(j, "calls", s->calls.used);
	rd_event_end(core);
	return 0;
}

static int (*const handlers[RD_COMMANDS])(struct rd_core *core,
					  const struct rd_args *args) = {
	[RD_CMD_AGENT_LOGIN] = agent_login,
	[RD_CMD_AGENT_LOGOUT] = agent_logout,
	[RD_CMD_AGENT_READY] = agent_ready,
	[RD_CMD_AGENT_NOT_READY] = agent_not_ready,
	[RD_CMD_AGENT_WRAPUP_END] = agent_wrapup_end,
	[RD_CMD_AGENT_WRAPUP_EXTEND] = agent_wrapup_extend,
	[RD_CMD_CALLBACK_ADD] = rd_command_callback_add,
	[RD_CMD_CALLBACK_CANCEL] = rd_command_callback_cancel,
	[RD_CMD_CALLBACK_NOW] = rd_command_callback_now,
	[RD_CMD_TASK_TAKE] = rd_command_task_take,
	[RD_CMD_TASK_DONE] = rd_command_task_done,
	[RD_CMD_BLACKLIST_ADD] = blacklist_add,
	[RD_CMD_BLACKLIST_REMOVE] = blacklist_remove,
	[RD_CMD_LOCKOUT_RELEASE] = rd_command_lockout_release,
	[RD_CMD_ANNOUNCEMENTS_ADD] = rd_command_announcement_add,
	[RD_CMD_ANNOUNCEMENTS_REMOVE] = rd_command_announcement_remove,
	[RD_CMD_LIST_ADD] = rd_command_list_add,
	[RD_CMD_LIST_REMOVE] = rd_command_list_remove,
	[RD_CMD_SPAN_BLOCK] = span_block,
	[RD_CMD_SPAN_UNBLOCK] = span_unblock,
	[RD_CMD_SPAN_LOOP] = span_loop,
	[RD_CMD_SPAN_BERT] = span_bert,
	[RD_CMD_SPAN_INJECT] = span_inject,
	[RD_CMD_CALL_SEND] = rd_command_call_send,
	[RD_CMD_CALL_HANGUP] = call_hangup,
	[RD_CMD_QUEUE_PRIORITY] = rd_supervise_priority,
	[RD_CMD_QUEUE_MOVE] = rd_supervise_move,
	[RD_CMD_QUEUE_PLACE] = rd_supervise_place,
	[RD_CMD_QUEUE_GIVE] = rd_supervise_give,
	[RD_CMD_QUEUE_WITHDRAW] = rd_supervise_withdraw,
	[RD_CMD_STOP_WHEN_IDLE] = stop_when_idle,
};

/* ---- answers -------------------------------------------------------------------- */

static const struct {
	int error;
	const char *code, *message;
} errors[] = {
	{ -EINVAL, "invalid", "an argument is missing or out of range" },
	{ -ENOENT, "not-found", "there is none of that name" },
	{ -EALREADY, "conflict", "there is one already" },
	{ -EPERM, "not-permitted", "not signed in" },
	{ -ENODATA, "conflict", "no wrap-up runs" },
	{ -EISCONN, "conflict", "an agent has the call, or it is being asked" },
	{ -ENOSPC, "full", "no room for more" },
	{ -ENOTCONN, "conflict", "it talks with no agent" },
	{ -ENOSYS, "invalid", "no such command" },
	{ -EHOSTUNREACH, "invalid", "no out_route serves this phone" },
	{ -ESRCH, "conflict", "the call does not wait in a queue" },
	{ -EBUSY, "conflict", "calls are on it; --force releases them" },
	{ -EOPNOTSUPP, "unavailable", "this card cannot do that" },
	{ -ENODEV, "unavailable", "its card is not there" },
	{ 0, "unavailable", "its card refuses" }, /* any other */
};

struct rd_json *rd_core_answer_begin(struct rd_core *core, uint32_t client,
				     uint32_t id, int res)
{
	struct rd_json *j;
	size_t i = 0;

	if (!client)
		return NULL;
	j = rd_answer_begin(core, client, id);
	rd_json_bool(j, "ok", !res);
	if (!res)
		return j;
	while (errors[i].error && errors[i].error != res)
		i++;
	rd_json_str(j, "error", errors[i].code);
	rd_json_str(j, "message", errors[i].message);
	return j;
}

static int act(struct rd_core *core, const struct rd_ev_command *event)
{
	size_t room = event->msg.len - sizeof(*event);
	struct rd_args args = { .json = event->json,
				.client = event->client,
				.id = event->id };
	enum rd_command_id id;
	char name[64];

	if (!memchr(event->json, '\0', room) || !rd_json_is_flat(args.json) ||
	    !rd_args_str(&args, "command", name, sizeof(name)))
		return -EINVAL;
	if (!rd_args_str(&args, "by", args.by, sizeof(args.by)))
		rd_text_copy(args.by, sizeof(args.by), "operator");
	id = rd_core_command_find(name);
	return id < RD_COMMANDS && handlers[id] ? handlers[id](core, &args)
						: -ENOSYS;
}

void rd_core_command(struct rd_core *core, const struct rd_ev_command *event)
{
	int res = act(core, event);

	if (res != LATER &&
	    rd_core_answer_begin(core, event->client, event->id, res))
		rd_answer_end(core);
}

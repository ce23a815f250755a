// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records of calls and legs, as rows.
 *
 * One row a call, whatever became of it, and one a leg. Columns are in the order
 * of daemon/store/schema.h; the writer asserts their number and kinds.
 */
#include <stdio.h>
#include <string.h>

#include "daemon/call/call.h"
#include "daemon/core/configure.h"
#include "daemon/core/emit.h"
#include "daemon/core/state.h"
#include "lib/base/frames.h"

static const char *const by_names[] = {
	[RD_BY_NONE] = "",
	[RD_BY_CALLER] = "caller",
	[RD_BY_AGENT] = "agent",
	[RD_BY_CALLED] = "called",
	[RD_BY_SYSTEM] = "system",
	[RD_BY_NETWORK] = "network",
	[RD_BY_OPERATOR] = "operator",
	[RD_BY_RESTART] = "restart",
};

static const char *const result_names[] = {
	[RD_RESULT_IVR] = "ivr",
	[RD_RESULT_ANSWERED] = "answered",
	[RD_RESULT_ABANDONED] = "abandoned",
	[RD_RESULT_OVERFLOW] = "overflow",
	[RD_RESULT_BLOCKED] = "blocked",
	[RD_RESULT_REFUSED] = "refused",
	[RD_RESULT_CALLBACK] = "callback",
	[RD_RESULT_MESSAGE] = "message",
	[RD_RESULT_UNREACHED] = "unreached",
};

const char *rd_released_by_name(unsigned by)
{
	return by_names[by];
}

const char *rd_call_result_name(unsigned result)
{
	return result_names[result];
}

void rd_cdr_attached(const struct rd_call *call, struct rd_json *out,
		     const char *key)
{
	const char *p = call->attached, *end = p + call->attached_len;

	rd_json_object(out, key);
	while (p < end) {
		const char *value = p + strlen(p) + 1;

		rd_json_str(out, p, value);
		p = value + strlen(value) + 1;
	}
	rd_json_end(out, '}');
}

static const char *queue_name(const struct rd_core *core, uint16_t queue)
{
	return queue == RD_INDEX_NONE ? "" : rd_queue_get(core, queue)->name;
}

static const char *agent_number(const struct rd_core *core, uint16_t agent)
{
	return agent == RD_INDEX_NONE ? "" : rd_agent_get(core, agent)->number;
}

static const char *language_name(const struct rd_core *core,
				 const struct rd_call *call)
{
	const struct rd_config *config = rd_core_config(core, call->generation);

	return call->language < config->nlanguages
		       ? config->languages[call->language].name
		       : "";
}

void rd_cdr_call(struct rd_core *core, const struct rd_call *call)
{
	char data[6 * RD_ATTACHED_SIZE + 64];
	struct rd_json json;

	rd_json_begin(&json, data, sizeof(data));
	rd_cdr_attached(call, &json, NULL);
	rd_row_begin(core, RD_TABLE_CALLS);
	rd_row_int(core, (int64_t)call->id);
	rd_row_time(core, call->setup);
	rd_row_time(core, call->answered);
	rd_row_time(core, call->ended);
	rd_row_str(core, rd_span_at(core, call->span)->name);
	rd_row_int_or_null(core, rd_line_slot(call->line));
	if (call->withheld)
		rd_row_null(core);
	else
		rd_row_str(core, call->ani);
	rd_row_str(core, call->dnis);
	rd_row_str_or_null(core, call->name);
	rd_row_str_or_null(core, language_name(core, call));
	rd_row_str_or_null(core, call->path);
	rd_row_str_or_null(core, queue_name(core, call->queue));
	rd_row_str_or_null(core, agent_number(core, call->agent));
	rd_row_int(core, (int64_t)rd_ms_from_frames(call->wait_frames));
	rd_row_int(core, (int64_t)rd_ms_from_frames(call->talk_frames));
	rd_row_str(core, result_names[call->result]);
	rd_row_int(core, call->cause);
	rd_row_str(core, by_names[call->released_by]);
	if (call->rating < 0)
		rd_row_null(core);
	else
		rd_row_int(core, call->rating);
	rd_row_int(core, call->rating_asked);
	rd_row_int_or_null(core, (int64_t)call->recording_id);
	rd_row_str(core, data);
	rd_row_time(core, call->queued);
	rd_row_time(core, call->bridged);
	rd_row_time(core, call->agent_end);
	rd_row_int(core, call->withheld);
	rd_row_str_or_null(core,
			   rd_core_config(core, call->generation)->version);
	rd_row_str(core, call->outgoing ? "out" : "in");
	rd_row_end(core);
}

/* Why he is in a menu no more, if the menu does not know. */
static const char *visit_exit(const struct rd_call *call)
{
	if (call->state == RD_CALL_ACTIVE)
		return "away"; /* an operator or agent sent him elsewhere */
	return call->released_by == RD_BY_SYSTEM ? "released"
						 : by_names[call->released_by];
}

void rd_call_visit(struct rd_core *core, const struct rd_call *call,
		   const struct rd_visit *visit)
{
	char version[16];

	snprintf(version, sizeof(version), "%08x", visit->version);
	rd_row_begin(core, RD_TABLE_IVR_NODES);
	rd_row_time(core, visit->since);
	rd_row_int(core, (int64_t)call->id);
	rd_row_str(core, visit->tree);
	rd_row_str(core, version);
	rd_row_str(core, visit->node);
	rd_row_str_or_null(core, visit->from);
	rd_row_str(core, visit->step);
	rd_row_str_or_null(core, visit->key);
	rd_row_str(core, visit->exit[0] ? visit->exit : visit_exit(call));
	rd_row_str_or_null(core, visit->to);
	rd_row_int(core, (int64_t)rd_ms_from_frames(core->now - visit->since));
	rd_row_int(core, visit->wrong);
	rd_row_int(core, visit->silent);
	rd_row_end(core);
}

void rd_cdr_leg(struct rd_core *core, const struct rd_leg *leg,
		enum rd_released_by by)
{
	const struct rd_call *call =
		leg->call == RD_NONE ? NULL : rd_call_at(core, leg->call);

	if (call && call->state == RD_CALL_ENDED)
		by = call->released_by;
	rd_row_begin(core, RD_TABLE_LEGS);
	rd_row_int(core, (int64_t)leg->id);
	rd_row_int_or_null(core, call ? (int64_t)call->id : 0);
	rd_row_str(core, rd_leg_is_outgoing(leg) ? "out" : "in");
	rd_row_str(core,
		   rd_span_at(core, rd_span_of_line(core, leg->line))->name);
	rd_row_int_or_null(core, rd_line_slot(leg->line));
	rd_row_str(core, leg->number);
	rd_row_time(core, leg->begin);
	rd_row_time(core, leg->alerting);
	rd_row_time(core, leg->connected);
	rd_row_time(core, core->now);
	rd_row_int(core, leg->cause);
	rd_row_str(core, by_names[by]);
	rd_row_end(core);
}

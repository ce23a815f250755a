// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls that we make: a callback's. The customer is the call's caller, as if he
 * had come to us; only his leg goes out, and perhaps later than an agent's.
 *
 * Until he has answered there is nobody to play to, so services that sound do
 * nothing; then all is as in a call that came in.
 */
#include <string.h>

#include "daemon/call/call.h"
#include "daemon/call/route.h"
#include "daemon/core/emit.h"
#include "daemon/core/state.h"
#include "daemon/core/text.h"

#define CALL_MAX_MS 14400000u /* as arrive.c */

struct rd_call *rd_call_outgoing(struct rd_core *core, const char *number,
				 const char *dnis, const char *name)
{
	struct rd_state *s = core->state;
	uint32_t limit = core->config->limits.call_max_ms;
	uint32_t index = rd_pool_take(s, &s->calls);
	struct rd_call *call;
	struct rd_json *j;

	if (index == RD_NONE)
		return NULL;
	call = rd_call_at(core, index);
	rd_call_fresh(core, call);
	call->outgoing = true;
	call->result = RD_RESULT_UNREACHED;
	rd_text_copy(call->ani, sizeof(call->ani), number);
	rd_text_copy(call->dnis, sizeof(call->dnis), dnis);
	rd_text_copy(call->name, sizeof(call->name), name);
	rd_core_timer(core, RD_TIMER_CALL, index, RD_CALL_TIMER_LIMIT,
		      limit ? limit : CALL_MAX_MS);
	s->counts.calls++;
	j = rd_event_begin(core, RD_EVENT_CALL_MADE);
	rd_json_int(j, "call", (int64_t)call->id);
	rd_json_str(j, "number", call->ani);
	rd_json_str(j, "name", call->name);
	rd_event_end(core);
	return call;
}

uint8_t rd_call_dial_caller(struct rd_core *core, struct rd_call *call,
			    const char *shown)
{
	char digits[RD_NUMBER_LEN];
	struct rd_leg_dial dial = {
		.call = rd_call_index(core, call),
		.group = rd_route_out(core->config, call->ani, false, digits,
				      sizeof(digits)),
		.flags = RD_LEG_DTMF,
		.number = digits,
		.shown = shown,
		.name = "",
	};
	uint8_t cause = 3; /* no route to destination */
	struct rd_leg *leg;

	if (dial.group == RD_INDEX_NONE)
		return cause;
	leg = rd_leg_dial(core, &dial, &cause);
	if (!leg) {
		core->state->counts.no_channel += cause == 34;
		return cause;
	}
	call->caller = rd_leg_index(core, leg);
	call->line = leg->line;
	call->span = (uint16_t)rd_span_of_line(core, leg->line);
	return 0;
}

/* News of the customer's leg: it may have moved to another channel. */
void rd_call_on_customer(struct rd_core *core, struct rd_call *call,
			 const struct rd_leg *leg, enum rd_leg_news news)
{
	call->line = leg->line;
	if (news != RD_LEG_IS_CONNECTED || call->answered)
		return;
	call->answered = core->now;
	rd_call_defer(core, call, RD_APP_EV_ANSWERED, 0);
}

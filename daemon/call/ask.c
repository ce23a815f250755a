// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Questions of a call to the world outside core: data sources, PINs, passwords;
 * and the lock-outs that wrong passwords lead to. Programs: external.c.
 */
#include <stdio.h>
#include <string.h>

#include "daemon/call/call.h"
#include "daemon/core/configure.h"
#include "daemon/core/emit.h"
#include "daemon/core/state.h"

#define PIN_TIMEOUT_MS 5000u

void rd_call_secret(struct rd_core *core, struct rd_call *call, bool secret)
{
	call->secret = secret;
	if (secret)
		call->vault = core->state->next_vault++;
}

uint32_t rd_call_new_request(struct rd_core *core, struct rd_call *call,
			     uint32_t timeout_ms)
{
	uint32_t index = rd_call_index(core, call);
	uint32_t serial = ++core->state->next_request & 0xffff;

	if (!serial) /* request 0 is "none" */
		serial = ++core->state->next_request & 0xffff;
	call->request = serial << 16 | index;
	rd_core_timer(core, RD_TIMER_CALL, index, RD_CALL_TIMER_LOOKUP,
		      timeout_ms);
	return call->request;
}

static uint32_t ask(struct rd_core *core, struct rd_call *call,
		    struct rd_cmd_lookup *lookup)
{
	lookup->msg = (struct rd_msg){
		.type = RD_MSG_LOOKUP,
		.len = sizeof(*lookup),
		.line = call->line,
		.frame = core->now,
	};
	lookup->request = rd_call_new_request(core, call, lookup->timeout_ms);
	lookup->config = call->generation;
	rd_emit(core, &lookup->msg);
	return call->request;
}

uint32_t rd_call_lookup(struct rd_core *core, struct rd_call *call,
			uint16_t source, const char *key, bool secret)
{
	const struct rd_config *config = rd_core_config(core, call->generation);
	struct rd_cmd_lookup lookup = {
		.source = source,
		.secret = secret,
		.timeout_ms = source < config->nsources
				      ? config->sources[source].timeout_ms
				      : 0,
	};

	if (secret)
		snprintf(lookup.key, sizeof(lookup.key), "%u", call->vault);
	else
		snprintf(lookup.key, sizeof(lookup.key), "%s", key);
	return ask(core, call, &lookup);
}

uint32_t rd_call_check_pin(struct rd_core *core, struct rd_call *call,
			   uint16_t agent)
{
	struct rd_cmd_lookup lookup = {
		.source = RD_LOOKUP_PIN,
		.secret = true,
		.timeout_ms = PIN_TIMEOUT_MS,
	};

	snprintf(lookup.key, sizeof(lookup.key), "%u %s", call->vault,
		 rd_agent_get(core, agent)->number);
	return ask(core, call, &lookup);
}

uint32_t rd_call_authenticate(struct rd_core *core, struct rd_call *call,
			      uint16_t source, const char *member)
{
	const struct rd_config *config = rd_core_config(core, call->generation);
	struct rd_cmd_lookup lookup = {
		.source = source,
		.secret = RD_LOOKUP_PASSWORD,
		.timeout_ms = source < config->nsources
				      ? config->sources[source].timeout_ms
				      : 0,
	};

	snprintf(lookup.key, sizeof(lookup.key), "%u %s", call->vault, member);
	return ask(core, call, &lookup);
}

static const char *realm_of(const struct rd_core *core,
			    const struct rd_call *call, uint16_t source)
{
	return rd_call_config(core, call)->sources[source].name;
}

bool rd_call_is_locked_out(const struct rd_core *core,
			   const struct rd_call *call, uint16_t source,
			   const char *member)
{
	return rd_lockout_is(core, realm_of(core, call, source), member,
			     call->ani);
}

bool rd_call_auth_failed(struct rd_core *core, const struct rd_call *call,
			 uint16_t source, const char *member, uint16_t after,
			 uint32_t lock_s)
{
	return rd_lockout_failed(core, realm_of(core, call, source), member,
				 call->ani, after, lock_s);
}

void rd_call_auth_passed(struct rd_core *core, const struct rd_call *call,
			 uint16_t source, const char *member)
{
	rd_lockout_passed(core, realm_of(core, call, source), member);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Questions to external programs: the call's own data and the menu's variables
 * in one message, to daemon/program by way of whoever runs core.
 */
#include <stdio.h>
#include <string.h>

#include "daemon/call/call.h"
#include "daemon/core/configure.h"
#include "daemon/core/emit.h"
#include "daemon/core/state.h"

#define DATA_MAX 8000

struct asking {
	struct rd_cmd_program *cmd;
	uint32_t len;
};

static void add(struct asking *a, const char *prefix, const char *name,
		const char *value)
{
	size_t n = strlen(prefix) + strlen(name) + 1, v = strlen(value) + 1;

	if (a->len + n + v > DATA_MAX)
		return;
	snprintf(a->cmd->data + a->len, n, "%s%s", prefix, name);
	memcpy(a->cmd->data + a->len + n, value, v);
	a->len += (uint32_t)(n + v);
	a->cmd->pairs++;
}

uint32_t rd_call_program(struct rd_core *core, struct rd_call *call,
			 uint16_t program, const struct rd_program_pair *pairs,
			 uint16_t n)
{
	_Alignas(8)
		uint8_t octets[sizeof(struct rd_cmd_program) + DATA_MAX + 8] = {
			0
		};
	const struct rd_config *config = rd_core_config(core, call->generation);
	struct asking a = { .cmd = (struct rd_cmd_program *)octets };
	char id[24];

	snprintf(id, sizeof(id), "%llu", (unsigned long long)call->id);
	add(&a, "", "call", id);
	add(&a, "", "caller", call->ani);
	add(&a, "", "called", call->dnis);
	add(&a, "", "language",
	    call->language < config->nlanguages
		    ? config->languages[call->language].name
		    : "");
	add(&a, "", "area", rd_call_area(core, call));
	add(&a, "", "level", rd_call_level(core, call));
	for (uint16_t i = 0; i < n; i++)
		add(&a, pairs[i].variable ? "$" : "", pairs[i].name,
		    pairs[i].value);
	a.cmd->program = program;
	a.cmd->timeout_ms = program < config->nprograms
				    ? config->programs[program].timeout_ms
				    : 0;
	a.cmd->msg.type = RD_MSG_PROGRAM;
	a.cmd->msg.len = (uint16_t)((sizeof(*a.cmd) + a.len + 7) & ~(size_t)7);
	a.cmd->msg.line = call->line;
	a.cmd->msg.frame = core->now;
	a.cmd->config = call->generation;
	a.cmd->request = rd_call_new_request(core, call, a.cmd->timeout_ms);
	rd_emit(core, &a.cmd->msg);
	return a.cmd->request;
}

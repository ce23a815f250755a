// SPDX-License-Identifier: GPL-2.0-or-later
/* Callers of before: a set-associative table; see history.h. */
#include "daemon/acd/history.h"

#include <string.h>

#include "daemon/core/state.h"
#include "lib/base/crc32c.h"
#include "lib/base/frames.h"

static struct rd_past_caller *table_of(const struct rd_core *core)
{
	return (struct rd_past_caller *)((uintptr_t)core->state +
					 core->state->history_offset);
}

static struct rd_past_caller *set_of(const struct rd_core *core,
				     const char *number)
{
	uint32_t sets = core->state->limits.callers / RD_HISTORY_WAYS;

	return table_of(core) +
	       rd_crc32c(0, number, strlen(number)) % sets * RD_HISTORY_WAYS;
}

/* He may be known by his number. */
static bool has_number(const struct rd_call *call)
{
	return !call->withheld && *call->ani;
}

static struct rd_past_caller *find(const struct rd_core *core,
				   const struct rd_call *call)
{
	struct rd_past_caller *set;

	if (!has_number(call))
		return NULL;
	set = set_of(core, call->ani);
	for (int i = 0; i < RD_HISTORY_WAYS; i++)
		if (strcmp(set[i].number, call->ani) == 0)
			return &set[i];
	return NULL;
}

/* His row, new if need be. */
static struct rd_past_caller *note(struct rd_core *core,
				   const struct rd_call *call)
{
	struct rd_past_caller *p = find(core, call), *set;

	if (p)
		goto out;
	p = set = set_of(core, call->ani);
	for (int i = 0; i < RD_HISTORY_WAYS && *p->number; i++)
		if (!*set[i].number || (int64_t)(set[i].seen - p->seen) < 0)
			p = &set[i];
	memset(p, 0, sizeof(*p));
	memcpy(p->number, call->ani, sizeof(p->number));
	p->agent = p->lost_queue = RD_INDEX_NONE;
out:
	p->seen = core->now;
	return p;
}

void rd_history_talked(struct rd_core *core, const struct rd_call *call,
		       uint16_t agent)
{
	struct rd_past_caller *p;

	if (!has_number(call))
		return;
	p = note(core, call);
	p->agent = agent;
	p->talked = core->now;
	p->lost_queue = RD_INDEX_NONE;
}

void rd_history_lost(struct rd_core *core, const struct rd_call *call,
		     uint16_t queue, uint64_t entered)
{
	struct rd_past_caller *p;

	if (!has_number(call))
		return;
	p = note(core, call);
	p->lost_queue = queue;
	p->lost = core->now;
	p->entered = entered;
}

uint16_t rd_history_agent(const struct rd_core *core,
			  const struct rd_call *call, uint32_t within_ms)
{
	const struct rd_past_caller *p = find(core, call);

	if (!p || p->agent == RD_INDEX_NONE ||
	    core->now - p->talked > rd_frames_from_ms(within_ms))
		return RD_INDEX_NONE;
	return p->agent;
}

bool rd_history_resume(struct rd_core *core, const struct rd_call *call,
		       uint16_t queue, uint32_t within_ms, uint64_t *entered)
{
	struct rd_past_caller *p = find(core, call);

	if (!p || p->lost_queue != queue ||
	    core->now - p->lost > rd_frames_from_ms(within_ms))
		return false;
	*entered = p->entered;
	p->lost_queue = RD_INDEX_NONE;
	return true;
}

void rd_history_restart(struct rd_core *core, int64_t shift)
{
	struct rd_past_caller *table = table_of(core);

	for (uint32_t i = 0; i < core->state->limits.callers; i++) {
		if (!*table[i].number)
			continue;
		table[i].seen += (uint64_t)shift;
		table[i].talked += (uint64_t)shift;
		table[i].lost += (uint64_t)shift;
		table[i].entered += (uint64_t)shift;
	}
}

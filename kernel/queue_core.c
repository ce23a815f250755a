// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events and commands. What the client may write is copied first: a command
 * that changes under our eyes is judged and run as the copy says.
 */
#include "queue_core.h"
#include "cadence_core.h"
#include "ring_core.h"

bool rd_events_put(struct rd_events *e, struct ringdown_status *status,
		   const struct ringdown_control *control,
		   const struct ringdown_event *event)
{
	/* Acquire: the client has read what it consumed before we reuse it. */
	u32 tail = smp_load_acquire(&control->event_tail);

	if (e->head - tail >= RINGDOWN_EVENTS) {
		WRITE_ONCE(status->event_lost, ++e->lost);
		return false;
	}
	status->events[e->head % RINGDOWN_EVENTS] = *event;
	/* Release: the event before the head that shows it. */
	smp_store_release(&status->event_head, ++e->head);
	return true;
}

bool rd_command_is_valid(const struct ringdown_geometry *g,
			 const struct ringdown_command *cmd)
{
	const struct ringdown_span_info *s;

	if (cmd->span >= g->nspans)
		return false;
	s = &g->span[cmd->span];
	if (!rd_span_has_slot(s, cmd->slot))
		return false;
	switch (cmd->op) {
	case RINGDOWN_OP_IDLE_CODE:
		return cmd->arg <= 0xff;
	case RINGDOWN_OP_ABCD:
		return cmd->arg <= 0xf && (s->type == RINGDOWN_SPAN_E1 ||
					   s->type == RINGDOWN_SPAN_T1);
	case RINGDOWN_OP_RING:
		return cmd->arg < RD_CADENCES && s->type == RINGDOWN_SPAN_FXS;
	case RINGDOWN_OP_POLARITY:
		return cmd->arg <= 1 && s->type == RINGDOWN_SPAN_FXS;
	case RINGDOWN_OP_HOOK:
		return cmd->arg <= 1 && s->type == RINGDOWN_SPAN_FXO;
	case RINGDOWN_OP_FLASH:
		return cmd->arg >= 1 && cmd->arg <= RD_FLASH_MAX_MS &&
		       s->type == RINGDOWN_SPAN_FXO;
	default:
		return false;
	}
}

void rd_commands_take(struct rd_commands *c, const struct ringdown_geometry *g,
		      struct ringdown_status *status,
		      const struct ringdown_control *control, u64 from)
{
	/* Acquire: pairs with the client's release after it wrote commands. */
	u32 head = smp_load_acquire(&control->command_head);

	if (head - c->tail > RINGDOWN_COMMANDS) {
		c->bad++; /* not a ring we share */
		head = c->tail;
	}
	while (c->tail != head && c->npending < RINGDOWN_COMMANDS) {
		const struct ringdown_command *from_client =
			&control->commands[c->tail % RINGDOWN_COMMANDS];
		struct ringdown_command cmd = {
			.frame = READ_ONCE(from_client->frame),
			.op = READ_ONCE(from_client->op),
			.span = READ_ONCE(from_client->span),
			.slot = READ_ONCE(from_client->slot),
			.arg = READ_ONCE(from_client->arg),
		};

		c->tail++;
		if (!rd_command_is_valid(g, &cmd)) {
			c->bad++;
			continue;
		}
		if (cmd.frame < from)
			c->late++;
		c->pending[c->npending++] = cmd;
	}
	WRITE_ONCE(status->bad_commands, c->bad);
	WRITE_ONCE(status->late_commands, c->late);
	/* Release: commands were read before the client may overwrite them. */
	smp_store_release(&status->command_tail, c->tail);
}

bool rd_commands_due(struct rd_commands *c, u64 frame,
		     struct ringdown_command *cmd)
{
	u32 i;

	for (i = 0; i < c->npending; i++) {
		if (c->pending[i].frame > frame)
			continue;
		*cmd = c->pending[i];
		c->npending--;
		memmove(&c->pending[i], &c->pending[i + 1],
			(c->npending - i) * sizeof(*cmd));
		return true;
	}
	return false;
}

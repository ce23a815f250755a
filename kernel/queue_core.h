/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two queues between a card and its client: events out, commands in.
 *
 * Both are rings of a power of two with free-running 32-bit indices. The
 * client's index is read once, checked, then used; a client that lies harms
 * its own queue only.
 */
#ifndef RINGDOWN_QUEUE_CORE_H
#define RINGDOWN_QUEUE_CORE_H

#include "env.h"

/**
 * struct rd_events - the card's side of the event ring
 * @head: events written
 * @lost: events dropped because the ring was full
 */
struct rd_events {
	u32 head;
	u32 lost;
};

/**
 * rd_events_put() - tell the client something
 * @e: our side
 * @status: the mapped page
 * @control: the mapped page
 * @event: what
 *
 * Return: false if it was dropped and counted.
 */
bool rd_events_put(struct rd_events *e, struct ringdown_status *status,
		   const struct ringdown_control *control,
		   const struct ringdown_event *event);

/**
 * struct rd_commands - the card's side of the command ring
 * @tail: commands consumed
 * @npending: how many wait for their frame
 * @late: commands whose frame was over when they came
 * @bad: commands dropped
 * @pending: those that wait, in the order they came
 */
struct rd_commands {
	u32 tail;
	u32 npending;
	u64 late;
	u64 bad;
	struct ringdown_command pending[RINGDOWN_COMMANDS];
};

/**
 * rd_command_is_valid() - can this card do that?
 * @g: geometry, checked
 * @cmd: a copy that the client cannot change
 */
bool rd_command_is_valid(const struct ringdown_geometry *g,
			 const struct ringdown_command *cmd);

/**
 * rd_commands_take() - take over what the client queued
 * @c: our side
 * @g: geometry, checked
 * @status: the mapped page
 * @control: the mapped page
 * @from: a command for a frame before this one is late
 *
 * Takes no more than can wait; the rest stays in the client's ring.
 */
void rd_commands_take(struct rd_commands *c, const struct ringdown_geometry *g,
		      struct ringdown_status *status,
		      const struct ringdown_control *control, u64 from);

/**
 * rd_commands_due() - the next command to run
 * @c: our side
 * @frame: those for frames up to this one are due
 * @cmd: the command
 *
 * In the order they were given, among those that are due.
 *
 * Return: false if none is due.
 */
bool rd_commands_due(struct rd_commands *c, u64 frame,
		     struct ringdown_command *cmd);

#endif /* RINGDOWN_QUEUE_CORE_H */

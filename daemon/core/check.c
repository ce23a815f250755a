// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Invariants: what holds after every event, whatever came.
 *
 * They are written from the outside, by walking everything, and share no code
 * with what keeps them; a run with RD_CHECK after each event is how tests and
 * `ringdown simulate` find the event that broke one. The daemon looks now and then
 * (guard.h), so the walk is one over each pool, whatever the number of agents.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/acd/offer.h"
#include "daemon/core/state.h"
#include "lib/base/crc32c.h"

#define PHONE_BITS 16 /* of a hash: who may be at the same phone */

enum {
	CALLS, /* that are his */
	DIRECT,
	CLEARING,
	REFERENCES,
};

/* What refers to each agent and queue, counted in one walk. */
struct referred {
	struct {
		uint32_t n[REFERENCES];
	} * agent;
	struct {
		uint32_t tickets, waits;
	} * queue;
	uint64_t phones[(1u << PHONE_BITS) / 64]; /* seen */
};

struct check {
	const struct rd_core *core;
	char *why;
	uint32_t len;
	int broken;
	struct referred *to;
};

static void __attribute__((format(printf, 3, 4)))
expect(struct check *c, bool holds, const char *fmt, ...)
{
	va_list ap;

	if (holds)
		return;
	if (!c->broken++ && c->len) {
		va_start(ap, fmt);
		vsnprintf(c->why, c->len, fmt, ap);
		va_end(ap);
	}
}

static void check_pools(struct check *c)
{
	const struct rd_state *s = c->core->state;

	expect(c, rd_pool_is_sound(s, &s->calls), "pool of calls");
	expect(c, rd_pool_is_sound(s, &s->legs), "pool of legs");
	expect(c, rd_pool_is_sound(s, &s->recordings), "pool of recordings");
	expect(c, rd_pool_is_sound(s, &s->blocks), "pool of the blacklist");
	expect(c, rd_pool_is_sound(s, &s->tasks), "pool of tasks");
	expect(c, rd_pool_is_sound(s, &s->tickets), "pool of tickets");
	expect(c, rd_pool_is_sound(s, &s->classes), "pool of classes");
	expect(c, rd_pool_is_sound(s, &s->list_changes), "pool of lists");
	expect(c, rd_pool_is_sound(s, &s->lockouts), "pool of lock-outs");
	expect(c, rd_timer_is_sound(s, &s->timers), "heap of timers");
	expect(c, s->nblocks == s->blocks.used, "blacklist: %u sorted, %u used",
	       s->nblocks, s->blocks.used);
	expect(c, s->first_ended == RD_NONE && s->first_deferred == RD_NONE,
	       "something was left over of the event");
}

/* Ports add up, and nobody waits while one is free. */
static void check_ports(struct check *c)
{
	const struct rd_core *core = c->core;
	const struct rd_state *s = core->state;
	uint32_t used[RD_PORTS_MAX] = { 0 }, waiting[RD_PORTS_MAX] = { 0 };

	for (uint32_t i = 0; i < s->calls.cap; i++) {
		const struct rd_port_call *port = &rd_call_at(core, i)->port;

		if (!rd_pool_has(s, &s->calls, i))
			continue;
		used[port->place] += port->state == RD_PORT_HAS;
		waiting[port->place] += port->state == RD_PORT_WAITS;
	}
	for (uint8_t place = 0; place < RD_PORTS_MAX; place++) {
		const struct rd_ports *p = rd_ports_at(core, place);

		expect(c,
		       p->used == used[place] && p->waiting == waiting[place],
		       "ports %s: %u taken, %u wait; calls say %u and %u",
		       p->name, p->used, p->waiting, used[place],
		       waiting[place]);
		expect(c, !p->waiting || p->used >= p->limit,
		       "ports %s: somebody waits while one is free", p->name);
	}
}

/* A busy channel has a leg, whose channel it is; and the other way round. */
static void check_channels(struct check *c)
{
	const struct rd_core *core = c->core;
	const struct rd_state *s = core->state;
	uint32_t listed = 0;

	for (uint32_t i = 0; i < s->nspans; i++) {
		const struct rd_span *span = rd_span_at(core, i);

		for (unsigned slot = 1; slot < RD_CHANNELS; slot++) {
			const struct rd_chan *chan = &span->chan[slot];
			bool busy = chan->state == RD_CHAN_BUSY;

			expect(c, busy == (chan->leg != RD_NONE),
			       "span %s channel %u: state %u, leg %u",
			       span->name, slot, chan->state, chan->leg);
			if (!busy)
				continue;
			expect(c,
			       rd_pool_has(s, &s->legs, chan->leg) &&
				       rd_leg_at(core, chan->leg)->line ==
					       (span->line | slot),
			       "span %s channel %u: leg %u is elsewhere",
			       span->name, slot, chan->leg);
		}
		for (uint32_t leg = span->legs;
		     leg != RD_NONE && listed <= s->legs.cap;
		     leg = rd_leg_at(core, leg)->next)
			listed++;
	}
	expect(c, listed == s->legs.used, "%u legs on spans, %u in use", listed,
	       s->legs.used);
}

static void check_legs(struct check *c)
{
	const struct rd_core *core = c->core;
	const struct rd_state *s = core->state;

	for (uint32_t i = 0; i < s->legs.cap; i++) {
		const struct rd_leg *leg = rd_leg_at(core, i);
		const struct rd_call *call;

		if (!rd_pool_has(s, &s->legs, i))
			continue;
		expect(c, leg->state != RD_LEG_IDLE, "leg %u is idle", i);
		expect(c,
		       (leg->state == RD_LEG_RELEASING) ==
			       (leg->call == RD_NONE),
		       "leg %u: state %s, call %u", i,
		       rd_leg_fsm.states[leg->state], leg->call);
		expect(c,
		       leg->state == RD_LEG_RELEASING ||
			       /* it lost a glare, and waits for another */
			       (rd_leg_is_outgoing(leg) &&
				leg->state != RD_LEG_CONNECTED &&
				!rd_line_slot(leg->line)) ||
			       rd_leg_on_line(core, leg->line) == leg,
		       "leg %u, %s on %06x, has lost its channel", i,
		       rd_leg_fsm.states[leg->state], leg->line);
		if (leg->call == RD_NONE)
			continue;
		expect(c, rd_pool_has(s, &s->calls, leg->call),
		       "leg %u: its call is gone", i);
		call = rd_call_at(core, leg->call);
		expect(c,
		       call->caller == i || call->peer == i ||
			       (call->app == RD_APP_QUEUE &&
				rd_offer_of_leg(core, call, i) !=
					RD_INDEX_NONE),
		       "leg %u is no party of its call", i);
	}
}

static void check_call(struct check *c, uint32_t i)
{
	const struct rd_core *core = c->core;
	const struct rd_state *s = core->state;
	const struct rd_call *call = rd_call_at(core, i);
	int bound = call->state == RD_CALL_REFUSED ? RD_CALL_TIMER_BUSY
						   : RD_CALL_TIMER_LIMIT;
	uint64_t limit =
		rd_timer_due(s, &s->timers, RD_TIMER_CALL, i, (uint32_t)bound);

	expect(c, call->state != RD_CALL_ENDED, "call %u has ended", i);
	expect(c,
	       call->caller == RD_NONE
		       ? call->outgoing && call->app == RD_APP_QUEUE &&
				 call->in_queue.stage == RD_STAGE_AGENT
		       : rd_pool_has(s, &s->legs, call->caller) &&
				 rd_leg_at(core, call->caller)->call == i,
	       "call %u has no caller", i);
	expect(c,
	       call->peer == RD_NONE ||
		       (rd_pool_has(s, &s->legs, call->peer) &&
			rd_leg_at(core, call->peer)->call == i),
	       "call %u: its peer is elsewhere", i);
	expect(c, limit != UINT64_MAX, "call %u is unbounded", i);
	expect(c,
	       call->state != RD_CALL_ACTIVE || call->app != RD_APP_NONE ||
		       rd_leg_at(core, call->caller)->state == RD_LEG_OVERLAP,
	       "call %u: nothing drives it", i);
	expect(c,
	       call->app != RD_APP_QUEUE ||
		       (call->in_queue.phase != RD_QUEUE_WAITING &&
			call->in_queue.phase != RD_QUEUE_OFFERED &&
			call->in_queue.phase != RD_QUEUE_GREETING) ||
		       (rd_pool_has(s, &s->tickets, call->in_queue.ticket) &&
			rd_ticket_at(core, call->in_queue.ticket)->owner ==
				(call->in_queue.task ? call->in_queue.task - 1
						     : i)),
	       "call %u waits without a ticket", i);
	expect(c, !call->bridged_now || call->peer != RD_NONE,
	       "call %u is bridged to nobody", i);
	expect(c,
	       call->recording == RD_NONE ||
		       rd_pool_has(s, &s->recordings, call->recording),
	       "call %u: its recording is gone", i);
}

/* A ticket is its owner's, in the right line, and open only if it waits. */
static void check_ticket(struct check *c, uint32_t i)
{
	const struct rd_core *core = c->core;
	const struct rd_state *s = core->state;
	const struct rd_ticket *t = rd_ticket_at(core, i);
	const struct rd_class *cls = rd_class_at(core, t->cls);
	const struct rd_call *call;
	static const uint8_t state_of[] = {
		[RD_QUEUE_WAITING] = RD_TICKET_WAITS,
		[RD_QUEUE_OFFERED] = RD_TICKET_RINGS,
		[RD_QUEUE_GREETING] = RD_TICKET_RINGS,
	};

	expect(c,
	       rd_pool_has(s, &s->classes, t->cls) && cls->queue == t->queue &&
		       cls->agent == t->agent && cls->step == t->step,
	       "ticket %u is not of its class", i);
	expect(c,
	       t->line.key == t->open.key && t->line.order == t->open.order &&
		       (t->open.size > 0) ==
			       (t->state == RD_TICKET_WAITS || t->joins),
	       "ticket %u: state %u, but open in its class %u", i, t->state,
	       t->open.size);
	if (t->kind != RD_TICKET_CALL)
		return;
	call = rd_call_at(core, t->owner);
	expect(c,
	       rd_pool_has(s, &s->calls, t->owner) &&
		       call->app == RD_APP_QUEUE &&
		       call->in_queue.ticket == i &&
		       call->in_queue.queue == t->queue &&
		       (call->in_queue.phase == RD_QUEUE_WAITING ||
			call->in_queue.phase == RD_QUEUE_OFFERED ||
			call->in_queue.phase == RD_QUEUE_GREETING) &&
		       (call->in_queue.dialogue == RD_DIALOGUE_LAST_AGENT
				? RD_TICKET_HELD
				: state_of[call->in_queue.phase]) == t->state,
	       "ticket %u: its call %u does not wait", i, t->owner);
}

static bool both_wait(const struct rd_core *core, const struct rd_class *cls)
{
	for (uint32_t i = 0; cls->first != RD_NONE && i < core->state->agents;
	     i++)
		if (rd_match_may(cls, (uint16_t)i) &&
		    rd_agent_is_free(rd_agent_get(core, (uint16_t)i)))
			return true;
	return false;
}

/* Lines and classes have all tickets, in order, and none waits in vain. */
static void check_queue(struct check *c, uint16_t place)
{
	const struct rd_core *core = c->core;
	const struct rd_queue *q = rd_queue_get(core, place);
	uint32_t inside = c->to->queue[place].tickets, open = 0;
	uint32_t waits = c->to->queue[place].waits;

	expect(c,
	       rd_tree_is_sound(rd_ticket_lines(core), q->line) &&
		       rd_tree_size(rd_ticket_lines(core), q->line) == inside &&
		       q->waiting == inside,
	       "queue %s: %u tickets, %u in line, %u counted", q->name, inside,
	       rd_tree_size(rd_ticket_lines(core), q->line), q->waiting);
	inside = 0;
	for (uint32_t i = q->classes; i != RD_NONE && inside <= q->waiting;
	     i = rd_class_at(core, i)->next) {
		const struct rd_class *cls = rd_class_at(core, i);
		struct rd_nodes nodes = rd_ticket_opens(core);

		expect(c,
		       cls->tickets && cls->queue == place &&
			       rd_tree_is_sound(nodes, cls->open) &&
			       cls->first == rd_tree_first(nodes, cls->open),
		       "queue %s: class %u", q->name, i);
		inside += cls->tickets;
		open += rd_tree_size(nodes, cls->open);
		expect(c, core->quiet || !both_wait(core, cls),
		       "queue %s: a caller and a free agent both wait",
		       q->name);
	}
	expect(c, inside == q->waiting && open == waits,
	       "queue %s: %u wait, %u of %u are open in classes", q->name,
	       waits, open, inside);
	for (int span = 0; span < RD_FIGURES_SPANS; span++) {
		const struct rd_figures *f = rd_figures_of(core, place, span);

		expect(c,
		       f->carried + f->offered ==
			       f->answered + f->abandoned + f->timed_out +
				       f->exited + f->full + f->removed +
				       q->waiting,
		       "queue %s: accounts of span %d do not balance", q->name,
		       span);
	}
}

static bool has_call(const struct rd_agent *a)
{
	return a->state == RD_AGENT_RESERVED || a->state == RD_AGENT_RINGING ||
	       a->state == RD_AGENT_TALKING;
}

/* Does anybody before him say he is at this phone? A hash says mostly not. */
static bool is_anothers_phone(struct check *c, uint16_t place)
{
	const struct rd_agent *a = rd_agent_get(c->core, place);
	uint32_t hash =
		rd_crc32c(0, a->phone, strlen(a->phone)) >> (32 - PHONE_BITS);
	uint64_t bit = 1ull << hash % 64, *word = &c->to->phones[hash / 64];

	if (!*a->phone)
		return false;
	if (!(*word & bit)) {
		*word |= bit;
		return false;
	}
	for (uint16_t other = 0; other < place; other++)
		if (!strcmp(a->phone, rd_agent_get(c->core, other)->phone))
			return true;
	return false;
}

/* One call an agent; no offer to one who is not ready for it. */
static void check_agent(struct check *c, uint16_t place)
{
	const struct rd_core *core = c->core;
	const struct rd_state *s = core->state;
	const struct rd_agent *a = rd_agent_get(core, place);
	const struct rd_session *session = rd_session_of(core, place);
	const uint32_t *n = c->to->agent[place].n;
	uint32_t calls = n[CALLS], direct = n[DIRECT], clearing = n[CLEARING];
	struct rd_session_sums sums;
	uint64_t sum = 0, resting = 0;
	bool timer = rd_timer_due(s, &s->timers, RD_TIMER_AGENT, place,
				  RD_AGENT_TIMER_WRAPUP) != UINT64_MAX;

	expect(c, clearing == a->clearing,
	       "agent %s: %u legs are released, %u counted", a->number,
	       clearing, a->clearing);
	expect(c, calls == has_call(a), "agent %s: %u calls in state %s",
	       a->number, calls, rd_agent_fsm.states[a->state]);
	expect(c, has_call(a) == (a->call != RD_NONE),
	       "agent %s: call %u in state %s", a->number, a->call,
	       rd_agent_fsm.states[a->state]);
	expect(c, direct == a->direct, "agent %s: %u direct calls, %u counted",
	       a->number, direct, a->direct);
	expect(c, timer == (a->state == RD_AGENT_WRAPUP),
	       "agent %s: wrap-up timer in state %s", a->number,
	       rd_agent_fsm.states[a->state]);
	expect(c, (a->state == RD_AGENT_OUT) == !*a->phone,
	       "agent %s: state %s at phone \"%s\"", a->number,
	       rd_agent_fsm.states[a->state], a->phone);
	rd_session_sum(core, place, RD_SESSION_THIS, &sums);
	for (int i = 0; i < RD_SESSION_PARTS; i++)
		sum += sums.part[i];
	for (int i = 0; i < RD_SESSION_REASONS; i++)
		resting += sums.reason[i];
	expect(c, session->runs == (a->state != RD_AGENT_OUT),
	       "agent %s: state %s, session %u", a->number,
	       rd_agent_fsm.states[a->state], session->runs);
	expect(c, !session->runs || sum == core->now - session->begin,
	       "agent %s: %llu frames in parts, %llu in the session", a->number,
	       (unsigned long long)sum,
	       (unsigned long long)(core->now - session->begin));
	expect(c, resting == sums.part[RD_SESSION_NOT_READY],
	       "agent %s: reasons do not sum to not ready", a->number);
	expect(c, !is_anothers_phone(c, place),
	       "agent %s: another is at his phone", a->number);
}

/* A callback that waits or calls has its place; a call and its task agree. */
static void check_task(struct check *c, uint32_t i)
{
	const struct rd_core *core = c->core;
	const struct rd_state *s = core->state;
	const struct rd_task *t = rd_task_at(core, i);
	bool calls = t->state == RD_TASK_CALLS;

	expect(c, t->kind == RD_TASK_CALLBACK || t->ticket == RD_NONE,
	       "task %u: a message in line", i);
	expect(c,
	       t->ticket == RD_NONE
		       ? !calls && t->state != RD_TASK_WAITS
		       : rd_pool_has(s, &s->tickets, t->ticket) &&
				 rd_ticket_at(core, t->ticket)->kind ==
					 RD_TICKET_CALLBACK &&
				 rd_ticket_at(core, t->ticket)->owner == i,
	       "task %u: ticket %u in state %u", i, t->ticket, t->state);
	expect(c,
	       calls == (t->call != RD_NONE) &&
		       (!calls ||
			(rd_pool_has(s, &s->calls, t->call) &&
			 rd_call_at(core, t->call)->in_queue.task == i + 1)),
	       "task %u: state %u, call %u", i, t->state, t->call);
}

/* ---- one walk ---------------------------------------------------------------- */

static void refer_agent(struct check *c, uint16_t agent, int what)
{
	bool exists = agent < c->core->state->agents;

	expect(c, exists || agent == RD_INDEX_NONE, "agent %u: there is none",
	       agent);
	if (exists)
		c->to->agent[agent].n[what]++;
}

static void refer_call(struct check *c, const struct rd_call *call)
{
	const struct rd_core *core = c->core;
	uint32_t n = 0;

	refer_agent(c, call->phone_agent, DIRECT);
	if (call->app == RD_APP_DIAL)
		refer_agent(c, call->dial.agent, DIRECT);
	if (call->app != RD_APP_QUEUE)
		return;
	if (call->in_queue.phase >= RD_QUEUE_GREETING)
		refer_agent(c, call->in_queue.agent, CALLS);
	if (call->state != RD_CALL_ACTIVE)
		return;
	for (uint16_t i = call->in_queue.ringing;
	     i < core->state->agents && n++ < core->state->agents;
	     i = rd_agent_get(core, i)->next_offer)
		refer_agent(c, i, CALLS);
}

static void refer(struct check *c)
{
	const struct rd_core *core = c->core;
	const struct rd_state *s = core->state;

	for (uint32_t i = 0; i < s->calls.cap; i++)
		if (rd_pool_has(s, &s->calls, i))
			refer_call(c, rd_call_at(core, i));
	for (uint32_t i = 0; i < s->legs.cap; i++) {
		uint16_t agent = rd_leg_at(core, i)->agent;

		if (rd_pool_has(s, &s->legs, i) && agent < s->agents)
			c->to->agent[agent].n[CLEARING]++;
	}
	for (uint32_t i = 0; i < s->tickets.cap; i++) {
		const struct rd_ticket *t = rd_ticket_at(core, i);

		if (!rd_pool_has(s, &s->tickets, i) || t->queue >= s->queues)
			continue;
		c->to->queue[t->queue].tickets++;
		c->to->queue[t->queue].waits += t->state == RD_TICKET_WAITS;
	}
}

static void check_all(struct check *c)
{
	const struct rd_state *s = c->core->state;

	check_pools(c);
	if (c->broken) /* what follows walks them */
		return;
	check_ports(c);
	check_channels(c);
	check_legs(c);
	for (uint32_t i = 0; i < s->calls.cap; i++)
		if (rd_pool_has(s, &s->calls, i))
			check_call(c, i);
	for (uint32_t i = 0; i < s->tickets.cap; i++)
		if (rd_pool_has(s, &s->tickets, i))
			check_ticket(c, i);
	if (c->broken)
		return;
	for (uint32_t i = 0; i < s->tasks.cap; i++)
		if (rd_pool_has(s, &s->tasks, i))
			check_task(c, i);
	refer(c);
	for (uint32_t i = 0; i < s->queues; i++)
		if (rd_queue_get(c->core, (uint16_t)i)->used)
			check_queue(c, (uint16_t)i);
	for (uint32_t i = 0; i < s->agents; i++)
		if (rd_agent_get(c->core, (uint16_t)i)->used)
			check_agent(c, (uint16_t)i);
}

int rd_core_check(const struct rd_core *core, char *why, uint32_t len)
{
	struct check c = { .core = core, .why = why, .len = len };
	const struct rd_state *s = core->state;

	if (len)
		why[0] = '\0';
	c.to = calloc(1, sizeof(*c.to));
	if (!c.to)
		return 0; /* nothing is known */
	c.to->agent = calloc(s->agents + 1u, sizeof(*c.to->agent));
	c.to->queue = calloc(s->queues + 1u, sizeof(*c.to->queue));
	if (c.to->agent && c.to->queue)
		check_all(&c);
	free(c.to->agent);
	free(c.to->queue);
	free(c.to);
	return c.broken;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The alarm of broken invariants, by faults put into a running core: each kind
 * of invariant is broken once by hand, and must be found, told with its place
 * in the journal, and told once.
 */
#include "daemon/core/guard.h"
#include "tests/unit/core_world.h"

/*
 * One caller talks with 8001, one waits, 8002 is in wrap-up, 8003 not ready.
 */
static struct world *busy(void)
{
	struct world *w = world_new();
	struct party p;

	w->phone[0] = (struct phone){ .number = "8001", .answer_ms = 500 };
	w->phone[1] = (struct phone){ .number = "8002", .answer_ms = 500 };
	world_login(w, "8003");
	world_command(w, "{\"command\":\"agent.not-ready\","
			 "\"agent\":\"8003\"}");
	world_login(w, "8002");
	p = world_call(w, "1", "4002");
	world_run(w, 5000);
	world_hangup(w, p, 16);
	world_run(w, 100);
	world_login(w, "8001");
	world_call(w, "2", "4002");
	world_run(w, 2000);
	world_call(w, "3", "4002");
	world_run(w, 100);
	cr_assert_eq(world_agent(w, "8001")->state, RD_AGENT_TALKING);
	cr_assert_eq(world_agent(w, "8002")->state, RD_AGENT_WRAPUP);
	cr_assert_eq(rd_queue_get(w->core, 0)->waiting, 1);
	return w;
}

static struct rd_agent *agent(struct world *w, const char *number)
{
	return (struct rd_agent *)world_agent(w, number);
}

static struct rd_leg *any_leg(struct world *w)
{
	for (uint32_t i = 0; i < w->core->state->legs.cap; i++)
		if (rd_pool_has(w->core->state, &w->core->state->legs, i))
			return rd_leg_at(w->core, i);
	return NULL;
}

static struct rd_call *any_call(struct world *w)
{
	for (uint32_t i = 0; i < w->core->state->calls.cap; i++)
		if (rd_pool_has(w->core->state, &w->core->state->calls, i))
			return rd_call_at(w->core, i);
	return NULL;
}

/* ---- faults ----------------------------------------------------------------------- */

static void agent_without_his_call(struct world *w)
{
	agent(w, "8001")->call = RD_NONE;
}

static void two_calls_of_one_agent(struct world *w)
{
	agent(w, "8003")->state = RD_AGENT_TALKING;
	agent(w, "8003")->call = agent(w, "8001")->call;
}

static void offer_in_wrapup(struct world *w)
{
	agent(w, "8002")->state = RD_AGENT_RINGING;
}

static void caller_without_a_leg(struct world *w)
{
	any_call(w)->caller = RD_NONE;
}

static void call_that_nothing_drives(struct world *w)
{
	any_call(w)->app = RD_APP_NONE;
}

static void channel_without_a_call(struct world *w)
{
	rd_span_at(w->core, 0)->chan[4].state = RD_CHAN_BUSY;
}

static void leg_that_lost_its_channel(struct world *w)
{
	struct rd_leg *leg = any_leg(w);

	leg->line ^= 1;
}

static void accounts_that_do_not_balance(struct world *w)
{
	struct rd_figures *f = (struct rd_figures *)rd_figures_of(
		w->core, 0, RD_FIGURES_TOTAL);

	f->answered++;
}

static void session_whose_parts_do_not_sum(struct world *w)
{
	struct rd_session *s = (struct rd_session *)rd_session_of(
		w->core, rd_agent_by_number(w->core, "8003"));

	s->sums[RD_SESSION_THIS].part[RD_SESSION_READY] += 8;
}

static void caller_lost_from_the_line(struct world *w)
{
	rd_queue_get(w->core, 0)->waiting--;
}

static void phone_of_two(struct world *w)
{
	memcpy(agent(w, "8003")->phone, agent(w, "8001")->phone,
	       sizeof(agent(w, "8003")->phone));
}

static void pool_with_a_cycle(struct world *w)
{
	w->core->state->calls.used++;
}

static const struct fault {
	const char *name;
	void (*put)(struct world *w);
} faults[] = {
#define F(name)             \
	{                   \
#name, name \
	}
	F(agent_without_his_call),
	F(two_calls_of_one_agent),
	F(offer_in_wrapup),
	F(caller_without_a_leg),
	F(call_that_nothing_drives),
	F(channel_without_a_call),
	F(leg_that_lost_its_channel),
	F(accounts_that_do_not_balance),
	F(session_whose_parts_do_not_sum),
	F(caller_lost_from_the_line),
	F(phone_of_two),
	F(pool_with_a_cycle),
#undef F
};

/* ---- tests ------------------------------------------------------------------------- */

Test(core_guard, finds_each_fault_and_tells_its_place_once)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		struct world *w = busy();
		struct rd_ev_broken broken, again;
		struct rd_guard guard;
		uint64_t good = w->seq, frame = w->frame;
		char want[64];

		rd_guard_init(&guard, w->core);
		cr_assert(!rd_guard_is_due(&guard, frame));
		frame += 8000;
		cr_assert(rd_guard_is_due(&guard, frame));
		cr_assert(!rd_guard_look(&guard, w->core, frame, &broken),
			  "%s: %s", faults[i].name, broken.why);
		world_time(w, w->frame + 8);
		faults[i].put(w);
		cr_assert(rd_guard_look(&guard, w->core, frame + 8000, &broken),
			  "%s is not seen", faults[i].name);
		cr_assert_eq(broken.after, good);
		cr_assert_eq(broken.upto, w->seq);
		cr_assert_gt(strlen(broken.why), 8);
		cr_assert(
			!rd_guard_look(&guard, w->core, frame + 16000, &again),
			"%s: told twice", faults[i].name);
		cr_assert_eq(guard.good_seq, good);

		broken.msg.frame = w->frame;
		/* not world_event(): it would look, too */
		rd_core_handle(w->core, &broken.msg, ++w->seq);
		cr_assert_not_null(world_told(w, "core.broken", 0));
		cr_assert(strstr(world_told(w, "core.broken", 0), broken.why));
		snprintf(want, sizeof(want), "\"after\":%llu,\"upto\":%llu",
			 (unsigned long long)broken.after,
			 (unsigned long long)broken.upto);
		cr_assert(strstr(world_told(w, "core.broken", 0), want), "%s",
			  world_told(w, "core.broken", 0));
		cr_assert_eq(w->core->state->counts.broken, 1);
		world_free(w);
	}
}

Test(core_guard, another_fault_and_the_same_after_repair_are_told_again)
{
	struct world *w = busy();
	struct rd_ev_broken broken;
	struct rd_guard guard;

	rd_guard_init(&guard, w->core);
	rd_span_at(w->core, 0)->chan[4].state = RD_CHAN_BUSY;
	cr_assert(rd_guard_look(&guard, w->core, 8000, &broken));
	rd_span_at(w->core, 0)->chan[4].state = RD_CHAN_IDLE;
	rd_queue_get(w->core, 0)->waiting--;
	cr_assert(rd_guard_look(&guard, w->core, 16000, &broken));
	rd_queue_get(w->core, 0)->waiting++;
	cr_assert(!rd_guard_look(&guard, w->core, 24000, &broken));
	rd_queue_get(w->core, 0)->waiting--;
	cr_assert(rd_guard_look(&guard, w->core, 32000, &broken));
	cr_assert_eq(guard.alarms, 3);
	rd_queue_get(w->core, 0)->waiting++;
	world_free(w);
}

Test(core_guard, looking_costs_a_thousandth_of_the_time)
{
	struct world *w = busy();
	struct rd_ev_broken broken;
	struct rd_guard guard;
	uint64_t frame = 800000;

	rd_guard_init(&guard, w->core);
	rd_guard_look(&guard, w->core, frame, &broken);
	rd_guard_cost(&guard, 100000); /* 0.1 ms: each second will do */
	cr_assert_eq(guard.next, frame + 8000);
	rd_guard_look(&guard, w->core, frame, &broken);
	rd_guard_cost(&guard, 30000000); /* 30 ms: each 30 s */
	cr_assert_eq(guard.next, frame + 240000);
	cr_assert(!rd_guard_is_due(&guard, frame + 239999));
	rd_guard_look(&guard, w->core, frame, &broken);
	rd_guard_cost(&guard, 1000);
	cr_assert_eq(guard.next, frame + 8000);
	world_free(w);
}

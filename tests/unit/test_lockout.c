// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Members who key a password: wrong ones are counted per member and per
 * caller, over calls and restarts, and lock (IVR-15).
 */
#include "tests/unit/menu_world.h"

static const char source[] =
	"sources: {members: {path: /none.csv, key: number, password: pin}}\n";
static const char tree[] =
	"nodes:\n"
	"  who: {collect: member, prompt: who, length: 4, then: pin}\n"
	"  pin: {collect: pin, prompt: pin, length: 4, secret: yes, "
	"then: check}\n"
	"  check:\n"
	"    authenticate: members\n"
	"    number: member\n"
	"    password: pin\n"
	"    lock_after: 3\n"
	"    lock_for: 30m\n"
	"    wrong: who\n"
	"    locked: locked\n"
	"    down: down\n"
	"    then: premium\n"
	"  premium: {hangup: normal}\n"
	"  locked: {hangup: busy}\n"
	"  down: {hangup: failure}\n";

static struct world *world_of_members(void)
{
	return menu_world(source, tree, NULL);
}

/* A call that keys member and password; right: as the source will say. */
static struct party try(struct world *w, const char *ani, const char *member,
			uint32_t status)
{
	struct party p = world_call(w, ani, "4000");

	w->lookup_status = status;
	world_run(w, 1000);
	menu_keys(w, p, member);
	menu_keys(w, p, "????");
	world_run(w, 1000);
	return p;
}

static void expect_cause(struct world *w, int call, const char *cause)
{
	cr_expect_str_eq(world_cell(w, "calls", call, "cause"), cause);
}

Test(lockout, a_right_password_lets_him_in)
{
	struct world *w = world_of_members();

	try(w, "138", "4711", RD_LOOKUP_FOUND);
	expect_cause(w, 0, "16");
	cr_expect_eq(w->core->state->lockouts.used, 0);
	menu_free(w);
}

Test(lockout, the_password_goes_to_the_source_by_the_vault_only)
{
	struct world *w = world_of_members();
	const struct rd_cmd_lookup *q;

	try(w, "138", "4711", RD_LOOKUP_FOUND);
	q = world_cmd(w, RD_MSG_LOOKUP, 0);
	cr_assert(q);
	cr_expect_eq(q->secret, RD_LOOKUP_PASSWORD);
	cr_expect_str_eq(q->key, "1 4711");
	menu_free(w);
}

Test(lockout, the_third_wrong_one_locks_the_member_for_everybody)
{
	struct world *w = world_of_members();

	world_hangup(w, try(w, "1", "4711", RD_LOOKUP_NONE), 16);
	world_hangup(w, try(w, "2", "4711", RD_LOOKUP_NONE), 16);
	world_run(w, 10);
	try(w, "3", "4711", RD_LOOKUP_NONE);
	expect_cause(w, 2, "17");
	cr_expect(strstr(world_told(w, "lockout.begun", 0),
			 "\"realm\":\"members\",\"kind\":\"member\","
			 "\"number\":\"4711\",\"failures\":3"));
	/* the right one does not help, and is not even asked for */
	try(w, "4", "4711", RD_LOOKUP_FOUND);
	expect_cause(w, 3, "17");
	cr_expect_null(world_cmd(w, RD_MSG_LOOKUP, 3));
	/* but others may */
	try(w, "4", "4712", RD_LOOKUP_FOUND);
	expect_cause(w, 4, "16");
	world_run(w, 30 * 60000);
	try(w, "4", "4711", RD_LOOKUP_FOUND);
	expect_cause(w, 5, "16");
	menu_free(w);
}

Test(lockout, a_caller_who_tries_many_members_is_locked)
{
	struct world *w = world_of_members();

	world_hangup(w, try(w, "138", "0001", RD_LOOKUP_NONE), 16);
	world_hangup(w, try(w, "138", "0002", RD_LOOKUP_NONE), 16);
	/* a right one of his own does not make up for it */
	try(w, "138", "4711", RD_LOOKUP_FOUND);
	try(w, "138", "0003", RD_LOOKUP_NONE);
	expect_cause(w, 3, "17");
	try(w, "138", "4711", RD_LOOKUP_FOUND);
	expect_cause(w, 4, "17");
	try(w, "139", "4711", RD_LOOKUP_FOUND);
	expect_cause(w, 5, "16");
	menu_free(w);
}

Test(lockout, a_caller_without_a_number_is_not_counted)
{
	struct world *w = world_of_members();

	for (int i = 0; i < 5; i++) {
		char member[8];

		snprintf(member, sizeof(member), "000%d", i);
		world_hangup(w, try(w, "", member, RD_LOOKUP_NONE), 16);
	}
	try(w, "", "4711", RD_LOOKUP_FOUND);
	expect_cause(w, 5, "16");
	menu_free(w);
}

Test(lockout, wrong_ones_long_ago_are_forgotten)
{
	struct world *w = world_of_members();

	world_hangup(w, try(w, "1", "4711", RD_LOOKUP_NONE), 16);
	world_hangup(w, try(w, "2", "4711", RD_LOOKUP_NONE), 16);
	world_run(w, 31 * 60000);
	world_hangup(w, try(w, "3", "4711", RD_LOOKUP_NONE), 16);
	cr_expect_eq(world_times(w, "lockout.begun"), 0);
	menu_free(w);
}

Test(lockout, a_source_that_is_down_counts_nothing)
{
	struct world *w = world_of_members();

	for (int i = 0; i < 4; i++) {
		try(w, "1", "4711", RD_LOOKUP_DOWN);
		world_run(w, 3000);
		expect_cause(w, i, "41");
	}
	cr_expect_eq(w->core->state->lockouts.used, 0);
	menu_free(w);
}

Test(lockout, counts_outlive_a_crash_and_an_operator_forgets_them)
{
	struct world *w = world_of_members();

	for (int i = 0; i < 3; i++)
		world_hangup(w, try(w, "1", "4711", RD_LOOKUP_NONE), 16);
	world_start(w, 1);
	world_up(w);
	cr_expect(strstr(menu_ask(w, "lockouts", "{}"),
			 "{\"source\":\"members\",\"kind\":\"member\","
			 "\"number\":\"4711\",\"failures\":3"));
	try(w, "2", "4711", RD_LOOKUP_FOUND);
	expect_cause(w, world_rows(w, "calls") - 1, "17");
	world_command(w, "{\"command\":\"lockout.release\",\"number\":\"4711\","
			 "\"by\":\"operator:li\"}");
	cr_expect(strstr(world_told(w, "lockout.released", 0),
			 "\"by\":\"operator:li\""));
	try(w, "2", "4711", RD_LOOKUP_FOUND);
	expect_cause(w, world_rows(w, "calls") - 1, "16");
	menu_free(w);
}

Test(lockout, a_full_pool_keeps_those_who_are_locked)
{
	struct world *w = world_of_members(); /* room for 4 */

	for (int i = 0; i < 3; i++)
		rd_lockout_failed(w->core, "members", "4711", "", 3, 60);
	for (int i = 0; i < 10; i++) {
		char number[8];

		snprintf(number, sizeof(number), "%d", i);
		rd_lockout_failed(w->core, "members", number, "", 3, 60);
	}
	cr_expect(rd_lockout_is(w->core, "members", "4711", ""));
	cr_expect_eq(w->core->state->lockouts.used, 4);
	menu_free(w);
}

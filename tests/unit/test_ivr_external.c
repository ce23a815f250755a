// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Menus that ask external programs: what the answer's pairs do.
 */
#include <criterion/criterion.h>

#include "tests/unit/ivr_world.h"

static const char tree[] = "prompts: {bye: {zh: 再见, en: bye}}\n"
			   "nodes:\n"
			   "  card: {collect: card, length: 2, then: crm}\n"
			   "  crm:\n"
			   "    program: crm\n"
			   "    ask: balance\n"
			   "    sets: [balance, name]\n"
			   "    goto: {paid: thanks, no: {queue: service}}\n"
			   "    down: {queue: english}\n"
			   "    then: after\n"
			   "  thanks: {hangup: busy}\n"
			   "  after: {say: {number: balance}, then: hangup}\n";

static void load(const char *text)
{
	int err = world_load(text, strlen(text));

	cr_assert_eq(err, 0, "%s", world.diag.text);
}

#define ANSWER(n, text) (world.answer = (text), world.answer_pairs = (n))

static void did_what(const char *events, const char *log)
{
	world.log[0] = 0;
	world_do(events);
	cr_expect_str_eq(world.log, log, "%s: did %s\n%s", events, world.log,
			 world.story);
}

/* To where the program has been asked. */
static void asked(void)
{
	memset(&world.ivr, 0, sizeof(world.ivr));
	world.story[0] = 0;
	world_call();
	world_do("47");
}

TestSuite(ivr_external, .fini = world_free);

Test(ivr_external, variables_go_there_and_come_back)
{
	load(tree);
	asked();
	cr_expect_str_eq(world.log, "answer program:crm ask=balance $card=47");
	ANSWER(2, "=balance\0"
		  "12\0"
		  "=name\0"
		  "Li");
	did_what("f", "[十,二]");
	cr_expect_str_eq(world.ivr.vars[2], "Li");
	did_what(".", "release:16");
}

Test(ivr_external, it_sets_only_what_it_may)
{
	load(tree);
	asked();
	ANSWER(2, "=card\0"
		  "99\0"
		  "=balance\0"
		  "7");
	did_what("f", "[七]");
	cr_expect_str_eq(world.ivr.vars[0], "47");
	cr_expect(strstr(world.story, "the program may not set card"));
}

Test(ivr_external, pieces_are_said_in_order_then_it_goes_on_at_the_word)
{
	load(tree);
	asked();
	ANSWER(4, "number\0"
		  "12\0"
		  "prompt\0"
		  "bye\0"
		  "pause\0"
		  "100\0"
		  "goto\0"
		  "paid");
	did_what("f", "[十,二,再见|]");
	did_what(".", "release:17");
}

Test(ivr_external, a_text_is_spoken_first)
{
	struct rd_app_event sound = { .type = RD_APP_EV_SOUND,
				      .status = RD_LOOKUP_FOUND };

	load(tree);
	asked();
	ANSWER(3, "text\0"
		  "hello\0"
		  "number\0"
		  "1\0"
		  "text\0"
		  "there");
	did_what("f", "text:hello text:there");
	cr_expect_eq(world.ivr.phase, RD_IVR_SOUND);
	world.log[0] = 0;
	sound.request = RD_ANNOUNCEMENTS + 99; /* of somebody else */
	world_event(&sound);
	sound.request = RD_ANNOUNCEMENTS + 1;
	world_event(&sound);
	cr_expect_str_eq(world.log, "");
	sound.request = RD_ANNOUNCEMENTS;
	world_event(&sound);
	cr_expect_str_eq(world.log, "[+16,一,+17]");
	/* and if words do not come in time, the rest is heard */
	asked();
	did_what("f", "text:hello text:there");
	did_what("t", "[+18,一,+19]");
}

Test(ivr_external, down_is_for_everything_that_went_wrong)
{
	load(tree);
	asked();
	did_what("d", "queue:english");
	asked();
	ANSWER(1, "goto\0"
		  "nowhere");
	did_what("f", "queue:english");
	cr_expect(strstr(world.story, "no way out is called \"nowhere\""));
}

Test(ivr_external, what_cannot_be_said_is_left_out)
{
	load(tree);
	asked();
	ANSWER(4, "number\0"
		  "many\0"
		  "prompt\0"
		  "none\0"
		  "digits\0"
		  "5\0"
		  "goto\0"
		  "no");
	did_what("f", "[五]");
	did_what(".", "queue:service");
	cr_expect(strstr(world.story, "number \"many\" cannot be said"));
}

Test(ivr_external, secrets_do_not_go_there)
{
	load("nodes:\n"
	     "  pin: {collect: pin, length: 2, secret: yes, then: crm}\n"
	     "  crm: {program: crm, down: hangup, then: hangup}\n");
	world_call();
	world_do("??");
	cr_expect_str_eq(world.log, "answer secret plain program:crm ask=");
}

Test(ivr_external, a_program_that_is_none_is_told)
{
	static const char text[] =
		"nodes: {a: {program: crn, down: hangup, then: hangup}}\n";

	cr_assert_neq(world_load(text, strlen(text)), 0);
	cr_expect(strstr(world.diag.text, "did you mean \"crm\"?"));
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Announcements that operators put in front of menus (IVR-21).
 */
#include "tests/unit/menu_world.h"

static const char areas[] = "areas: [{prefix: 010, area: beijing}, "
			    "{prefix: 021, area: shanghai}]\n";
static const char tree[] = "nodes:\n"
			   "  main: {menu: {1: agent}, prompt: hello, "
			   "timeout: 60s}\n"
			   "  agent: {queue: service}\n";

#define ADD(args) \
	"{\"command\":\"announcements.add\"," args ",\"by\":\"operator:li\"}"

/* Whoever runs core has made the last sound that was asked for. */
static void made(struct world *w, uint32_t frames, const char *why)
{
	_Alignas(8) uint8_t octets[256] = { 0 };
	struct rd_ev_sound *ev = (void *)octets;
	const struct rd_cmd_sound *cmd = NULL, *next;

	for (int n = 0; (next = world_cmd(w, RD_MSG_SOUND_MAKE, n)); n++)
		cmd = next;
	cr_assert(cmd, "no sound was asked for");
	ev->msg = (struct rd_msg){ .type = RD_MSG_SOUND_MADE,
				   .len = sizeof(*ev) + 64,
				   .line = RD_LINE_NONE,
				   .frame = w->frame };
	ev->slot = cmd->slot;
	ev->serial = cmd->serial;
	ev->frames = frames;
	strcpy(ev->why, why);
	world_event(w, &ev->msg);
}

static const char *list(struct world *w)
{
	return menu_ask(w, "announcements", "{}");
}

/* The n-th play of the run as prompt numbers. */
static const struct rd_cmd_play *play_at(struct world *w, int n)
{
	const struct rd_cmd_play *play = world_cmd(w, RD_MSG_PLAY, n);

	cr_assert(play, "no play %d", n);
	return play;
}

/* Was an announcement of that slot ever in a play? */
static bool was_heard(struct world *w, uint32_t slot)
{
	const struct rd_cmd_play *play;

	for (int n = 0; (play = world_cmd(w, RD_MSG_PLAY, n)); n++)
		if (play->prompt[0] == RD_PROMPT_EXTRA(slot))
			return true;
	return false;
}

Test(announce, a_text_is_spoken_and_heard_once_before_the_menu)
{
	struct world *w = menu_world(areas, tree, NULL);
	const struct rd_cmd_sound *cmd;

	world_command(w, ADD("\"text\":\"no water today\",\"must_hear\":true"));
	cmd = world_cmd(w, RD_MSG_SOUND_MAKE, 0);
	cr_assert(cmd);
	cr_expect_str_eq(cmd->text, "no water today");
	cr_expect_str_eq(cmd->voice, "en");
	world_call(w, "1", "4000"); /* it is not ready: nobody waits for it */
	world_run(w, 100);
	cr_expect_eq(play_at(w, 0)->n, 1);
	cr_expect(!(play_at(w, 0)->prompt[0] & RD_PROMPT_EXTRA(0)));
	made(w, 8000, "");
	cr_expect(strstr(list(w), "\"state\":\"ready\""));
	world_call(w, "2", "4000");
	world_run(w, 100);
	cr_expect_eq(play_at(w, 1)->prompt[0], RD_PROMPT_EXTRA(0));
	cr_expect(!(play_at(w, 1)->flags & RD_PLAY_BARGE));
	world_run(w, 1000);
	cr_expect(!(play_at(w, 2)->prompt[0] & RD_PROMPT_EXTRA(0)));
	cr_expect(strstr(list(w), "\"heard\":1,\"by\":\"operator:li\""));
	menu_free(w);
}

Test(announce, keys_do_not_interrupt_what_must_be_heard)
{
	struct world *w = menu_world("", tree, NULL);
	struct party p;

	world_command(w, ADD("\"text\":\"x\",\"must_hear\":true"));
	made(w, 8000, "");
	p = world_call(w, "1", "4000");
	world_run(w, 100);
	world_digit(w, p, '1');
	world_run(w, 50);
	cr_expect_eq(rd_call_at(w->core, 0)->app, RD_APP_IVR);
	world_run(w, 2000);
	cr_expect_eq(rd_call_at(w->core, 0)->app, RD_APP_IVR, "key kept");
	menu_free(w);
	/* one that need not be heard gives way, and the key counts */
	w = menu_world("", tree, NULL);
	world_command(w, ADD("\"text\":\"x\""));
	made(w, 8000, "");
	p = world_call(w, "1", "4000");
	world_run(w, 100);
	cr_expect(play_at(w, 0)->flags & RD_PLAY_BARGE);
	world_digit(w, p, '1');
	world_run(w, 2000);
	cr_expect_eq(rd_call_at(w->core, 0)->app, RD_APP_QUEUE);
	menu_free(w);
}

Test(announce, by_area_tree_and_queue)
{
	struct world *w = menu_world(areas, tree, NULL);
	struct party p;

	world_command(w, ADD("\"text\":\"x\",\"area\":\"beijing\""));
	made(w, 8000, "");
	world_command(w, ADD("\"text\":\"x\",\"tree\":\"b\""));
	made(w, 8000, "");
	world_command(w, ADD("\"text\":\"x\",\"queue\":\"service\""));
	made(w, 8000, "");
	p = world_call(w, "02155", "4000");
	world_run(w, 1000);
	cr_expect(!(play_at(w, 0)->prompt[0] & RD_PROMPT_EXTRA(0)));
	world_digit(w, p, '1'); /* to the queue, whose own comes first */
	world_run(w, 200);
	cr_expect(was_heard(w, 2));
	cr_expect_eq(rd_call_at(w->core, 0)->app, RD_APP_IVR);
	world_run(w, 1000);
	cr_expect_eq(rd_call_at(w->core, 0)->app, RD_APP_QUEUE);
	cr_expect_eq(world_rows(w, "ivr_nodes"), 2); /* the step once */
	world_hangup(w, p, 16);
	world_run(w, 100);
	cr_expect(!was_heard(w, 0));
	world_call(w, "01055", "4000");
	world_run(w, 100);
	cr_expect(was_heard(w, 0));
	cr_expect(!was_heard(w, 1));
	menu_free(w);
}

Test(announce, it_begins_and_ends_by_itself)
{
	struct world *w = menu_world("", tree, NULL);
	char text[200];
	long long now = (long long)(rd_core_unix_ns(w->core) / 1000000000);

	snprintf(text, sizeof(text),
		 ADD("\"text\":\"x\",\"from_s\":%lld,\"until_s\":%lld"),
		 now + 60, now + 120);
	world_command(w, text);
	made(w, 8000, "");
	cr_expect(strstr(list(w), "\"to come\""));
	world_hangup(w, world_call(w, "1", "4000"), 16);
	world_run(w, 61000);
	cr_expect(!was_heard(w, 0));
	world_call(w, "2", "4000");
	world_run(w, 100);
	cr_expect(was_heard(w, 0));
	world_run(w, 60000);
	cr_expect_str_eq(list(w), "[]");
	world_call(w, "3", "4000");
	world_run(w, 100);
	cr_expect_eq(w->core->state->announcements[0].heard, 1);
	menu_free(w);
}

Test(announce, a_file_that_is_none_says_why)
{
	struct world *w = menu_world("", tree, NULL);

	world_command(w, ADD("\"file\":\"/none.wav\""));
	cr_expect_eq(((const struct rd_cmd_sound *)world_cmd(
			      w, RD_MSG_SOUND_MAKE, 0))
			     ->is_file,
		     1);
	made(w, 0, "/none.wav: No such file");
	cr_expect(strstr(list(w), "\"state\":\"failed\""));
	cr_expect(strstr(list(w), "\"why\":\"/none.wav: No such file\""));
	cr_expect(strstr(world_told(w, "announcement", 1),
			 "\"what\":\"failed\""));
	world_call(w, "1", "4000");
	world_run(w, 100);
	cr_expect(!(play_at(w, 0)->prompt[0] & RD_PROMPT_EXTRA(0)));
	menu_free(w);
}

Test(announce, a_restart_makes_the_sounds_again)
{
	struct world *w = menu_world("", tree, NULL);

	world_command(w, ADD("\"text\":\"x\""));
	made(w, 8000, "");
	world_start(w, 1);
	cr_expect(strstr(list(w), "\"loading\""));
	cr_expect(world_cmd(w, RD_MSG_SOUND_MAKE, 1));
	made(w, 8000, "");
	cr_expect(strstr(list(w), "\"ready\""));
	menu_free(w);
}

Test(announce, what_cannot_be_is_refused_and_sixteen_are_the_most)
{
	struct world *w = menu_world(areas, tree, NULL);

	world_command(w, ADD("\"area\":\"beijing\""));
	world_command(w, ADD("\"text\":\"x\",\"area\":\"none\""));
	world_command(w, ADD("\"text\":\"x\",\"tree\":\"none\""));
	world_command(w, ADD("\"file\":\"relative.wav\""));
	world_command(w, ADD("\"text\":\"x\",\"until_s\":5"));
	cr_expect_str_eq(list(w), "[]");
	for (int i = 0; i < 17; i++)
		world_command(w, ADD("\"text\":\"x\""));
	cr_expect_eq(world_times(w, "announcement"), 16);
	world_command(w, "{\"command\":\"announcements.remove\","
			 "\"announcement\":3}");
	world_command(w, ADD("\"text\":\"y\""));
	cr_expect(strstr(list(w), "\"announcement\":17"));
	cr_expect(!strstr(list(w), "\"announcement\":3,"));
	menu_free(w);
}

Test(announce, a_sound_that_comes_late_or_for_nobody_changes_nothing)
{
	struct world *w = menu_world("", tree, NULL);
	struct rd_ev_sound ev = {
		.msg = { .type = RD_MSG_SOUND_MADE,
			 .len = sizeof(ev),
			 .line = RD_LINE_NONE },
		.frames = 8000,
	};

	world_command(w, ADD("\"text\":\"x\""));
	world_command(w, "{\"command\":\"announcements.remove\","
			 "\"announcement\":1}");
	made(w, 8000, "");
	cr_expect_str_eq(list(w), "[]");
	for (uint32_t slot = 0; slot < RD_EXTRAS + 3; slot++) {
		ev.slot = slot;
		ev.msg.frame = w->frame;
		world_event(w, &ev.msg);
	}
	cr_expect_eq(w->core->state->counts.malformed, 3);
	menu_free(w);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any text as a tree; and any tree that compiles, under any events. The words
 * of the language are in ivr.dict (-dict=).
 *
 *	| text of the tree ... | 0 | events ... |
 *
 * Besides memory errors it looks for calls that are left alone: after each
 * event the call is gone, or something is still to come (a play, a timer, an
 * answer). And after the events the caller falls silent: then the tree must
 * end, or send the call on, within a bounded number of events.
 *
 * The prover gets every tree that is a program at all, also those the daemon
 * refuses, with few states: it must end, and no witness may be without words.
 */
#include <assert.h>

#include "daemon/ivr/draw.h"
#include "daemon/prove/prove.h"
#include "tests/unit/ivr_world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define RETURNS_MAX 20   /* from a queue or a dialled number */
#define STATES_MAX  2000 /* of the prover */
#define SILENCE_MAX 5000 /* events until a silent caller must be gone */

static bool is_alive(void)
{
	return world.playing || world.asking ||
	       world.timer[RD_IVR_TIMER_INPUT] ||
	       world.timer[RD_IVR_TIMER_LIMIT];
}

static void act(uint8_t octet)
{
	static const char keys[] = "0123456789*#?123";

	switch (octet >> 4) {
	case 0:
		if (world.playing)
			world_played(RD_PLAY_ENDED);
		break;
	case 1:
		if (world.timer[RD_IVR_TIMER_INPUT])
			world_timer(RD_IVR_TIMER_INPUT);
		break;
	case 2:
		if (world.timer[RD_IVR_TIMER_LIMIT])
			world_timer(RD_IVR_TIMER_LIMIT);
		break;
	case 3:
		if (world.asking)
			world_answer(octet % 3);
		break;
	case 4: /* at the wrong time */
		world_answer(octet % 3);
		break;
	case 5:
		world_played(RD_PLAY_STOPPED);
		world.playing = world.ivr.phase == RD_IVR_PLAY;
		break;
	default:
		world_key(keys[octet & 15]);
	}
}

/* What happens to one who does nothing. */
static bool be_silent(void)
{
	if (world.playing)
		world_played(RD_PLAY_ENDED);
	else if (world.asking)
		world_answer(RD_LOOKUP_DOWN);
	else if (world.timer[RD_IVR_TIMER_INPUT])
		world_timer(RD_IVR_TIMER_INPUT);
	else if (world.timer[RD_IVR_TIMER_LIMIT])
		world_timer(RD_IVR_TIMER_LIMIT);
	else
		return false;
	return true;
}

static void live(const uint8_t *events, size_t n)
{
	int returns = 0, silence = 0;

	memset(&world.ivr, 0, sizeof(world.ivr));
	world.quiet = true;
	world_start(0);
	for (size_t i = 0; i < n && !world.released; i++) {
		if (world.gone) {
			if (!world.arg.wants_return || ++returns > RETURNS_MAX)
				return;
			world_start(world.arg.node);
			continue;
		}
		assert(is_alive());
		act(events[i]);
	}
	while (!world.gone) {
		assert(++silence < SILENCE_MAX);
		assert(be_silent());
	}
}

static void prove(void)
{
	struct rd_prove how = { .now_s = 1785463200, .max_states = STATES_MAX };
	struct rd_proof *proof;
	char words[600];

	assert(!rd_prove(world.config, &how, &proof));
	for (uint32_t i = 0; i < proof->n; i++) {
		assert(proof->findings[i].text[0]);
		if (proof->findings[i].has_witness)
			assert(rd_witness_words(world.config,
						&proof->findings[i].witness,
						words, sizeof(words))[0]);
	}
	assert(proof->states <= STATES_MAX);
	rd_proof_free(proof);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const uint8_t *end = memchr(data, 0, len);
	size_t text = end ? (size_t)(end - data) : len;
	FILE *out;
	char *shown;
	size_t n;

	if (world_load((const char *)data, text) == 0) {
		assert(!world.diag.errors);
		out = open_memstream(&shown, &n);
		rd_ivr_show(world.config->trees[0], world.config, out);
		assert(!rd_ivr_dot(world.config->trees[0], world.config, NULL,
				   out));
		assert(!rd_ivr_svg(world.config->trees[0], world.config, NULL,
				   out));
		fclose(out);
		free(shown);
		live(data + text, len - text);
	} else {
		assert(world.diag.errors);
	}
	world_free();
	world_loader = rd_ivr_load_to_prove;
	if (world_load((const char *)data, text) == 0)
		prove();
	world_loader = rd_ivr_load;
	world_free();
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The way in. Order matters: core is told the time before the first event of a
 * new frame, a secret digit is masked before anything is written, the journal
 * has the event before core acts on it.
 */
#include <string.h>

#include "daemon/core/state.h"
#include "daemon/journal/bundle.h"
#include "daemon/journal/journal.h"
#include "daemon/live/live.h"

static void submit(struct rd_live *live, const struct rd_msg *event)
{
	uint64_t seq =
		rd_journal_append(live->journal, event, live->core->digest);

	rd_core_handle(live->core, event, seq);
}

static void tell_time(struct rd_live *live)
{
	struct rd_msg time = {
		.type = RD_MSG_TIME,
		.len = sizeof(time),
		.line = RD_LINE_NONE,
		.frame = live->frame,
	};

	live->told = live->frame;
	submit(live, &time);
}

/* A digit of a secret input goes to the vault; core sees that there was one. */
static void take_digit(struct rd_live *live, const struct rd_ev_digit *digit)
{
	struct rd_ev_digit masked = *digit;
	bool is_key = digit->digit != '*' && digit->digit != '#';
	uint32_t vault = rd_core_vault(live->core, digit->msg.line);

	if (vault && is_key) {
		rd_vault_add(&live->vault, vault, digit->digit);
		masked.digit = '?';
	}
	submit(live, &masked.msg);
	explicit_bzero(&masked, sizeof(masked));
}

void rd_live_event(struct rd_live *live, const struct rd_msg *event)
{
	if (event->type == RD_MSG_START)
		live->told = live->frame = event->frame;
	else if (live->told < live->frame)
		tell_time(live);
	if (event->type == RD_MSG_DIGIT)
		take_digit(live, (const struct rd_ev_digit *)event);
	else if (event->type != RD_MSG_TIME)
		submit(live, event);
}

void rd_live_config(struct rd_live *live, const struct rd_bundle *bundle,
		    const struct rd_config *config)
{
	_Alignas(8) uint8_t room[RD_BUNDLE_EVENT_MAX];
	struct rd_ev_config *event = (struct rd_ev_config *)room;
	size_t offset = 0;

	do {
		offset = rd_bundle_chunk(bundle, offset, live->frame, event);
		if (offset >= bundle->len) {
			const struct rd_config *old =
				rd_core_set_config(live->core, config);

			rd_live_event(live, &event->msg);
			live->generation = live->core->state->generation;
			if (old != live->lines_config)
				rd_config_free((struct rd_config *)old);
		} else {
			rd_live_event(live, &event->msg);
		}
	} while (offset < bundle->len);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How the lines in use do: who is on them from core's state, what they sound
 * like from media, which publishes it without a lock. No event, so it is not
 * core's question: media's figures are not in the journal before a line is
 * closed.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/control/control.h"
#include "daemon/core/json_in.h"
#include "daemon/core/json_out.h"
#include "daemon/core/state.h"
#include "daemon/live/live.h"
#include "daemon/media/media.h"
#include "lib/base/frames.h"

#define LINES_MAX (4u << 20)

struct wish { /* span "" and call 0: all */
	struct rd_json_value span;
	int64_t call;
};

static void put_level(struct rd_json *j, const char *key, int16_t tenths)
{
	if (tenths != RD_HEALTH_NOTHING)
		rd_json_real(j, key, tenths / 10.0);
	else
		rd_json_null(j, key);
}

static void put_health(struct rd_json *j, const struct rd_ev_health *h)
{
	rd_json_int(j, "used_ms", (int64_t)rd_ms_from_frames(h->frames));
	put_level(j, "rx_dbm0", h->received.speech_cb);
	put_level(j, "rx_noise_dbm0", h->received.noise_cb);
	put_level(j, "rx_peak_dbm0", h->received.peak_cb);
	rd_json_int(j, "rx_active_permille", h->received.active_permille);
	rd_json_int(j, "rx_clipped_ppm", h->received.clipped_ppm);
	put_level(j, "tx_dbm0", h->sent.speech_cb);
	put_level(j, "tx_noise_dbm0", h->sent.noise_cb);
	put_level(j, "tx_peak_dbm0", h->sent.peak_cb);
	rd_json_int(j, "tx_active_permille", h->sent.active_permille);
	rd_json_int(j, "tx_clipped_ppm", h->sent.clipped_ppm);
	rd_json_int(j, "slips", h->slips);
	rd_json_int(j, "rx_lost_frames", h->rx_lost);
	rd_json_int(j, "tx_late_frames", h->tx_late);
	if (!(h->flags & RD_HEALTH_CANCELS))
		return;
	put_level(j, "erl_db", h->erl_cb);
	put_level(j, "erle_db", h->erle_cb);
	rd_json_int(j, "echo_delay_ms",
		    (int64_t)rd_ms_from_frames(h->delay_frames));
	rd_json_int(j, "echo_tail_ms",
		    (int64_t)rd_ms_from_frames(h->tail_frames));
	rd_json_int(j, "path_changes", h->path_changes);
	rd_json_bool(j, "converged", h->flags & RD_HEALTH_CONVERGED);
	rd_json_bool(j, "canceller_disabled", h->flags & RD_HEALTH_DISABLED);
}

static void put_line(const struct rd_live *live, struct rd_json *j,
		     const struct rd_span *span, unsigned slot,
		     const struct wish *wish)
{
	const struct rd_core *core = live->core;
	const struct rd_leg *leg = rd_leg_on_line(core, span->line | slot);
	const struct rd_call *call;
	struct rd_ev_health health;

	if (!leg || !(leg->flags & RD_LEG_OPEN))
		return;
	call = leg->call == RD_NONE ? NULL : rd_call_at(core, leg->call);
	if (wish->call && (!call || call->id != (uint64_t)wish->call))
		return;
	if (!rd_media_health(live->media, leg->line, &health) ||
	    health.use != leg->id)
		return; /* opened just now */
	rd_json_object(j, NULL);
	rd_json_str(j, "span", span->name);
	rd_json_int(j, "channel", slot);
	if (call)
		rd_json_int(j, "call", (int64_t)call->id);
	rd_json_str(j, "direction", rd_leg_is_outgoing(leg) ? "out" : "in");
	rd_json_str(j, "number", leg->number);
	put_health(j, &health);
	rd_json_end(j, '}');
}

void rd_live_lines(struct rd_live *live, const char *json, uint32_t client,
		   uint32_t id)
{
	const struct rd_core *core = live->core;
	char *text = malloc(LINES_MAX);
	struct rd_json_value value;
	struct wish wish = { 0 };
	struct rd_json j;

	if (rd_json_get(json, "span", &wish.span)) {
		wish.span.text[0] = '\0';
	} else if (!rd_span_by_name(core, wish.span.text)) {
		free(text);
		rd_control_fail(live->control, client, id, "not-found",
				"there is no such span");
		return;
	}
	if (!text) {
		rd_control_fail(live->control, client, id, "unavailable",
				"out of memory");
		return;
	}
	if (!rd_json_get(json, "call", &value))
		wish.call = value.number;
	rd_json_begin(&j, text, LINES_MAX);
	rd_json_array(&j, NULL);
	for (uint32_t i = 0; i < core->state->nspans; i++) {
		const struct rd_span *span = rd_span_at(core, i);

		if (*wish.span.text && strcmp(wish.span.text, span->name) != 0)
			continue;
		for (unsigned slot = 1; slot < RD_CHANNELS; slot++)
			put_line(live, &j, span, slot, &wish);
	}
	rd_json_end(&j, ']');
	if (rd_json_is_cut(&j))
		rd_control_fail(live->control, client, id, "unavailable",
				"too many lines: ask by span");
	else
		rd_control_result(live->control, client, id, text);
	free(text);
}

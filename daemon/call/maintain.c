// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Maintenance of spans; see maintain.h.
 *
 * Invariant: a slot in span->tested, and every slot while span->loop is not
 * zero, is seized by nobody (rd_chan_is_barred()).
 */
#include "daemon/call/maintain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/call/leg.h"
#include "daemon/core/command.h"
#include "daemon/core/emit.h"
#include "daemon/core/state.h"
#include "daemon/core/text.h"

#define CAUSE_TEMPORARY 41
#define ALL_SLOTS	UINT32_MAX

static const char *const loops[] = {
	[RINGDOWN_LOOP_OFF] = "off",
	[RINGDOWN_LOOP_LOCAL] = "local",
	[RINGDOWN_LOOP_REMOTE] = "remote",
};

static const char *const tests[] = {
	[RINGDOWN_BERT_OFF] = "stop",
	[RINGDOWN_BERT_START] = "start",
	[RINGDOWN_BERT_READ] = "show",
};

/* Faults that are alarms the card shall see. */
static const struct {
	const char *name;
	uint32_t alarm;
} alarms[] = {
	{ "los", RINGDOWN_ALARM_LOS },	 { "ais", RINGDOWN_ALARM_AIS },
	{ "rai", RINGDOWN_ALARM_RAI },	 { "lfa", RINGDOWN_ALARM_LFA },
	{ "lmfa", RINGDOWN_ALARM_LMFA },
};

static int find_word(const char *const *words, int n, const char *word)
{
	for (int i = 0; i < n; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -EINVAL;
}

/* ---- out of use, and back ---------------------------------------------------- */

static bool has_calls(const struct rd_span *span, uint32_t slots)
{
	for (unsigned slot = 1; slot < RD_CHANNELS; slot++)
		if (slots >> slot & 1 && span->chan[slot].leg != RD_NONE)
			return true;
	return false;
}

static void release_calls(struct rd_core *core, const struct rd_span *span,
			  uint32_t slots)
{
	for (unsigned slot = 1; slot < RD_CHANNELS; slot++) {
		struct rd_leg *leg = rd_leg_on_line(core, span->line | slot);

		if (leg && slots >> slot & 1 && leg->state != RD_LEG_RELEASING)
			rd_leg_do(core, leg, RD_LEG_ALARM, CAUSE_TEMPORARY);
	}
}

static void set_tested(struct rd_core *core, struct rd_span *span,
		       uint32_t slots)
{
	uint32_t changed = span->tested ^ slots;

	span->tested = slots;
	for (unsigned slot = 1; slot < RD_CHANNELS; slot++)
		if (changed >> slot & 1)
			rd_chan_tell_barred(core, span, slot);
}

/* What was given back while it was looped, the edge was told is still barred. */
static void set_loop(struct rd_core *core, struct rd_span *span, uint8_t mode)
{
	bool ends = span->loop && !mode;

	span->loop = mode;
	for (unsigned slot = 1; ends && slot < RD_CHANNELS; slot++)
		rd_chan_tell_barred(core, span, slot);
}

static void ask(struct rd_core *core, const struct rd_span *span,
		const struct rd_maintain_wish *wish, struct rd_maintain *w)
{
	w->msg = (struct rd_msg){
		.type = RD_MSG_MAINTAIN,
		.len = sizeof(*w),
		.line = span->line,
		.frame = core->now,
	};
	w->client = wish->client;
	w->id = wish->id;
	rd_text_copy(w->by, sizeof(w->by), wish->by);
	rd_emit(core, &w->msg);
}

/* ---- wishes ------------------------------------------------------------------- */

int rd_maintain_loop(struct rd_core *core, const struct rd_maintain_wish *wish)
{
	struct rd_span *span = rd_span_by_name(core, wish->span);
	int mode = find_word(loops, 3, wish->what);
	struct rd_maintain w = { .op = RD_MAINTAIN_LOOP };

	if (mode < 0)
		return mode;
	if (!span)
		return -ENOENT;
	if (mode && has_calls(span, ALL_SLOTS)) {
		if (!wish->force)
			return -EBUSY;
		release_calls(core, span, ALL_SLOTS);
	}
	if (mode) {
		span->loop = (uint8_t)mode;
		/* it hears itself: afterwards both ends agree what is idle */
		span->needs_restart = true;
	}
	w.mode = (uint16_t)mode;
	ask(core, span, wish, &w);
	return 0;
}

/* A number of at least min and below end; -EINVAL if it is none. */
static int get_number(const char *text, double preset, double min, double end,
		      double *out)
{
	char *rest;

	*out = *text ? strtod(text, &rest) : preset;
	if (*text && (rest == text || *rest))
		return -EINVAL;
	return *out >= min && *out < end ? 0 : -EINVAL;
}

/* What shall be from now on: faults are added until all are taken off. */
static int add_fault(const struct rd_maintain_wish *wish, struct rd_maintain *w)
{
	double number;

	if (strcmp(wish->what, "off") == 0) {
		w->alarms = w->error_ppb = w->delay_frames = 0;
		return 0;
	}
	for (size_t i = 0; i < sizeof(alarms) / sizeof(alarms[0]); i++)
		if (strcmp(wish->what, alarms[i].name) == 0) {
			w->alarms |= alarms[i].alarm;
			return 0;
		}
	if (strcmp(wish->what, "bit-errors") == 0) {
		if (get_number(wish->value, 1e-6, 0, 1, &number))
			return -EINVAL;
		w->error_ppb = (uint32_t)(number * 1e9 + 0.5);
		return 0;
	}
	if (strcmp(wish->what, "slip") == 0) {
		if (get_number(wish->value, 1, -2000, 2001, &number))
			return -EINVAL;
		w->slip_frames = (int32_t)number;
		return 0;
	}
	if (strcmp(wish->what, "delay") == 0) {
		if (get_number(wish->value, 80, 0, 2001, &number))
			return -EINVAL;
		w->delay_frames = (uint32_t)number;
		return 0;
	}
	return -EINVAL;
}

int rd_maintain_inject(struct rd_core *core,
		       const struct rd_maintain_wish *wish)
{
	struct rd_span *span = rd_span_by_name(core, wish->span);
	struct rd_maintain w = { .op = RD_MAINTAIN_INJECT };
	int err;

	if (!span)
		return -ENOENT;
	w.alarms = span->fault_alarms;
	w.error_ppb = span->fault_ppb;
	w.delay_frames = span->fault_delay_frames;
	err = add_fault(wish, &w);
	if (err)
		return err;
	if (strcmp(wish->what, "off") != 0 && !wish->force &&
	    has_calls(span, ALL_SLOTS))
		return -EBUSY;
	ask(core, span, wish, &w);
	return 0;
}

/* "1,3,5-9" as bits; "" all of the span. -EINVAL: no list, -ENOENT: no channel. */
static int get_slots(const struct rd_span *span, const char *text,
		     uint32_t *slots)
{
	*slots = 0;
	if (!*text) {
		*slots = span->bchannels;
		return 0;
	}
	while (*text) {
		char *rest;
		unsigned long from = strtoul(text, &rest, 10), to = from;

		if (rest == text)
			return -EINVAL;
		if (*rest == '-') {
			text = rest + 1;
			to = strtoul(text, &rest, 10);
			if (rest == text)
				return -EINVAL;
		}
		if (*rest && *rest != ',')
			return -EINVAL;
		for (unsigned long slot = from; slot <= to; slot++) {
			if (slot >= RD_CHANNELS ||
			    !(span->bchannels >> slot & 1))
				return -ENOENT;
			*slots |= 1u << slot;
		}
		text = *rest ? rest + 1 : rest;
	}
	return *slots ? 0 : -EINVAL;
}

int rd_maintain_bert(struct rd_core *core, const struct rd_maintain_wish *wish)
{
	struct rd_span *span = rd_span_by_name(core, wish->span);
	int mode = find_word(tests, 3, wish->what), err;
	struct rd_maintain w = { .op = RD_MAINTAIN_BERT };

	if (mode < 0)
		return mode;
	if (!span)
		return -ENOENT;
	err = get_slots(span, wish->value, &w.slots);
	if (err)
		return err;
	if (mode == RINGDOWN_BERT_START) {
		if (has_calls(span, w.slots) && !wish->force)
			return -EBUSY;
		release_calls(core, span, w.slots);
		set_tested(core, span, span->tested | w.slots);
	} else if (!*wish->value) {
		w.slots = span->tested; /* whatever is under test */
	}
	w.mode = (uint16_t)mode;
	ask(core, span, wish, &w);
	return 0;
}

/* ---- answers ------------------------------------------------------------------ */

static void put_slots(struct rd_json *j, uint32_t slots)
{
	char text[RD_CHANNELS * 3 + 1];
	size_t len = 0;

	text[0] = '\0';
	for (unsigned slot = 1; slot < RD_CHANNELS; slot++)
		if (slots >> slot & 1)
			len += (size_t)snprintf(text + len, sizeof(text) - len,
						"%s%u", len ? "," : "", slot);
	if (slots)
		rd_json_str(j, "channels", text);
}

static void tell(struct rd_core *core, const struct rd_span *span,
		 const char *test, const char *state, uint32_t slots,
		 const char *by)
{
	struct rd_json *j = rd_event_begin(core, RD_EVENT_SPAN_TEST);

	rd_json_str(j, "span", span->name);
	rd_json_str(j, "test", test);
	rd_json_str(j, "state", state);
	put_slots(j, slots);
	rd_json_str(j, "by", by);
	rd_event_end(core);
}

static void loop_done(struct rd_core *core, struct rd_span *span,
		      const struct rd_maintain *done)
{
	/* refused: it is not looped, nor if it is no more */
	set_loop(core, span,
		 done->result ? RINGDOWN_LOOP_OFF : (uint8_t)done->mode);
	if (!done->result)
		tell(core, span, "loop", rd_maintain_loop_name(span), 0,
		     done->by);
}

static void inject_done(struct rd_core *core, struct rd_span *span,
			const struct rd_maintain *done)
{
	char names[RD_FAULT_NAMES];

	if (done->result)
		return;
	span->fault_alarms = done->alarms;
	span->fault_ppb = done->error_ppb;
	span->fault_delay_frames = done->delay_frames;
	rd_maintain_faults(span, names);
	tell(core, span, done->slip_frames ? "slip" : "inject",
	     *names ? names : "off", 0, done->by);
}

static void bert_done(struct rd_core *core, struct rd_span *span,
		      const struct rd_maintain *done)
{
	uint32_t good = 0;

	for (uint32_t i = 0; i < done->n; i++)
		if (!done->bert[i].result)
			good |= 1u << done->bert[i].slot % RD_CHANNELS;
	if (done->mode == RINGDOWN_BERT_START)
		set_tested(core, span, span->tested & ~(done->slots & ~good));
	else if (done->mode == RINGDOWN_BERT_OFF)
		set_tested(core, span, span->tested & ~done->slots);
	if (done->mode != RINGDOWN_BERT_READ && good)
		tell(core, span, "bert", tests[done->mode], good, done->by);
}

static void put_figures(struct rd_json *j, const struct rd_maintain *done)
{
	rd_json_array(j, "tests");
	for (uint32_t i = 0; i < done->n; i++) {
		const struct rd_bert_figures *f = &done->bert[i];

		rd_json_object(j, NULL);
		rd_json_int(j, "channel", f->slot);
		rd_json_bool(j, "sync", f->locked);
		rd_json_int(j, "bits", (int64_t)f->bits);
		rd_json_int(j, "errors", (int64_t)f->errors);
		rd_json_int(j, "sync_losses", (int64_t)f->losses);
		rd_json_end(j, '}');
	}
	rd_json_end(j, ']');
}

void rd_maintain_on_done(struct rd_core *core, const struct rd_maintain *done)
{
	uint32_t index = rd_span_of_line(core, done->msg.line);
	size_t room = (done->msg.len - sizeof(*done)) / sizeof(done->bert[0]);
	/* nobody's fault but the card's: it has as many generators as it has */
	int result = done->result == -EBUSY ? -ENOSPC : done->result;
	struct rd_span *span;
	struct rd_json *j;

	if (index == RD_NONE || done->n > room || done->op > RD_MAINTAIN_BERT ||
	    done->mode > 2) {
		core->state->counts.malformed++;
		return;
	}
	span = rd_span_at(core, index);
	if (done->op == RD_MAINTAIN_LOOP)
		loop_done(core, span, done);
	else if (done->op == RD_MAINTAIN_INJECT)
		inject_done(core, span, done);
	else
		bert_done(core, span, done);
	j = rd_core_answer_begin(core, done->client, done->id, result);
	if (!j)
		return;
	if (!result && done->op == RD_MAINTAIN_BERT)
		put_figures(j, done);
	rd_answer_end(core);
}

/* ---- counters ----------------------------------------------------------------- */

void rd_maintain_on_errors(struct rd_core *core,
			   const struct rd_ev_errors *errors)
{
	uint32_t index = rd_span_of_line(core, errors->msg.line);
	struct rd_span_counts *counts;

	if (index == RD_NONE)
		return;
	counts = &rd_span_at(core, index)->counts;
	counts->slips += errors->slips;
	counts->crc_errors += errors->crc_errors;
	counts->code_violations += errors->code_violations;
	counts->framing_errors += errors->framing_errors;
	counts->far_end_errors += errors->far_end_errors;
	counts->errored_seconds += errors->crc_errors ||
				   errors->code_violations ||
				   errors->framing_errors || errors->slips;
}

/* ---- the end of it -------------------------------------------------------------- */

void rd_maintain_end(struct rd_span *span)
{
	span->loop = RINGDOWN_LOOP_OFF;
	span->tested = 0;
	span->fault_alarms = span->fault_ppb = span->fault_delay_frames = 0;
}

void rd_maintain_card_gone(struct rd_core *core, struct rd_span *span)
{
	set_loop(core, span, RINGDOWN_LOOP_OFF);
	set_tested(core, span, 0);
	rd_maintain_end(span);
	tell(core, span, "card", "gone", 0, "card");
}

bool rd_maintain_is_on(const struct rd_span *span)
{
	return span->loop || span->tested || span->fault_alarms ||
	       span->fault_ppb || span->fault_delay_frames;
}

/* ---- words ---------------------------------------------------------------------- */

const char *rd_maintain_loop_name(const struct rd_span *span)
{
	return loops[span->loop % 3];
}

const char *rd_maintain_faults(const struct rd_span *span,
			       char out[RD_FAULT_NAMES])
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < sizeof(alarms) / sizeof(alarms[0]); i++)
		if (span->fault_alarms & alarms[i].alarm)
			len += (size_t)snprintf(out + len, RD_FAULT_NAMES - len,
						"%s%s", len ? " " : "",
						alarms[i].name);
	if (span->fault_ppb)
		len += (size_t)snprintf(out + len, RD_FAULT_NAMES - len,
					"%sbit-errors %g", len ? " " : "",
					span->fault_ppb / 1e9);
	if (span->fault_delay_frames)
		snprintf(out + len, RD_FAULT_NAMES - len, "%sdelay %u",
			 len ? " " : "", span->fault_delay_frames);
	return out;
}

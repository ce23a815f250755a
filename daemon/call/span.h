/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Spans and their channels: what may carry a call, and who has it.
 *
 * WHAT. Core owns the truth of every B-channel. A channel is *idle*, *busy*
 * (a leg has it) or *restarting* (RESTART sent, its acknowledge awaited); apart
 * from that an operator may have blocked it. A span is usable for new calls
 * while its D-channel is up, it has no lasting alarm and is not blocked.
 *
 *	       seize                 restart
 *	idle -------> busy     any ----------> restarting --ack, timeout--> idle
 *	     <-------                                     --incoming seize--> busy
 *	       free
 *
 * WHO OWNS A CHANNEL. Only the edge sees the SETUPs of both ends in one order, so
 * what it says is so: core proposes a channel, the first answer names the one
 * it is. GLARE (Q.931 5.7): an incoming SETUP on a channel that core has
 * proposed takes it; ours goes on without one until the answer names it, or is
 * refused (44) and tried again elsewhere. Neither call is lost while a channel
 * is idle.
 *
 * ALARMS last RD_ALARM_DEBOUNCE_MS before they end calls (cause 27); a D-channel
 * that goes down ends none (T309 is the stack's).
 *
 * Context: core.
 */
#ifndef RD_CALL_SPAN_H
#define RD_CALL_SPAN_H

#include "daemon/core/core.h"
#include "daemon/core/fsm.h"

#define RD_SPANS_MAX	     64
#define RD_GROUPS_MAX	     64 /* trunk groups that remember where they hunt */
#define RD_CHANNELS	     32 /* slots of a span, 0 unused */
#define RD_ALARM_DEBOUNCE_MS 2500u /* ITU-T M.20, as T1.231 6.2.1.1.1: 2.5 s */
#define RD_RESTART_MS	     300000u /* the edge answers in 2 T316, 240 s */
#define RD_ALARMS_FATAL                                                       \
	(RINGDOWN_ALARM_LOS | RINGDOWN_ALARM_LFA | RINGDOWN_ALARM_AIS |       \
	 RINGDOWN_ALARM_RAI)

enum rd_chan_state {
	RD_CHAN_ABSENT, /* not one of the span's B-channels */
	RD_CHAN_IDLE,
	RD_CHAN_BUSY,
	RD_CHAN_RESTARTING,
	RD_CHAN_STATES,
};

enum rd_chan_event {
	RD_CHAN_SEIZE,
	RD_CHAN_FREE,
	RD_CHAN_RESTART,	/* we ask for one */
	RD_CHAN_RESTART_ACK,
	RD_CHAN_RESTART_LATE,	/* no acknowledge in time */
	RD_CHAN_EVENTS,
};

struct rd_chan {
	uint32_t leg; /* who has it, or RD_NONE */
	uint8_t state; /* enum rd_chan_state */
	uint8_t blocked; /* by an operator */
	uint8_t claimed; /* within an event: is about to be seized */
	uint8_t pad;
};

struct rd_span {
	uint32_t line; /* rd_line(card, span, 0) */
	uint16_t config; /* index in the newest configuration, or NONE */
	uint16_t group;	 /* likewise */
	uint8_t present; /* in the newest configuration */
	uint8_t pri, network_side, exclusive, inband_progress, law, phones;
	uint8_t dchannel;
	uint8_t dchannel_up;
	uint8_t needs_restart; /* channels: when the D-channel is up */
	uint8_t down;	       /* an alarm has lasted */
	uint8_t blocked;       /* by an operator */
	uint32_t alarms;       /* RINGDOWN_ALARM_* */
	uint32_t bchannels;    /* bit per slot */
	uint32_t legs;	       /* first of its legs, or RD_NONE */
	uint32_t calls_in, calls_out, refused, glares;
	uint16_t echo_taps;
	uint8_t loop; /* enum ringdown_loop: looped by an operator */
	uint8_t pad;
	uint32_t tested; /* bit per slot: bit error test, no calls */
	uint32_t fault_alarms, fault_ppb, fault_delay_frames; /* injected */
	struct rd_span_counts { /* since the state was made, G.821 */
		uint64_t slips, crc_errors, code_violations;
		uint64_t framing_errors, far_end_errors, errored_seconds;
	} counts;
	char name[32];
	struct rd_chan chan[RD_CHANNELS];
};

extern const struct rd_fsm rd_chan_fsm;

/* Index of the span a line belongs to, or RD_NONE. O(1). */
uint32_t rd_span_of_line(const struct rd_core *core, uint32_t line);
struct rd_span *rd_span_at(const struct rd_core *core, uint32_t span);

/* Alarms in words, by blanks: "los rai". Returns out. */
#define RD_SPAN_ALARM_NAMES 48
const char *rd_span_alarm_names(uint32_t alarms, char out[RD_SPAN_ALARM_NAMES]);

/* May new calls use the span, the channel? */
bool rd_span_is_usable(const struct rd_span *span);
bool rd_chan_is_free(const struct rd_span *span, unsigned slot);
/* Has an operator taken it out of use: blocked, looped, under test? */
bool rd_chan_is_barred(const struct rd_span *span, unsigned slot);
/* Let the edge know it. */
void rd_chan_tell_barred(struct rd_core *core, const struct rd_span *span,
			 unsigned slot);
/* The span of that name in the newest configuration, or NULL. */
struct rd_span *rd_span_by_name(const struct rd_core *core, const char *name);

/*
 * An idle channel of the trunk group (of the newest configuration) by its hunt
 * order, for a new outgoing leg: its line, or RD_LINE_NONE.
 */
uint32_t rd_span_hunt(struct rd_core *core, uint16_t group);

/* Channel events, through the table; a line without channel is no event. */
void rd_chan_seize(struct rd_core *core, uint32_t line, uint32_t leg);
void rd_chan_free(struct rd_core *core, uint32_t line);
/*
 * While a channel is taken from a leg for another, what the first one's end sets
 * off must not hunt it.
 */
void rd_chan_claim(struct rd_core *core, uint32_t line, bool claimed);
/* Ask the far end to agree that the channel is idle (Q.931 5.5). */
void rd_chan_restart(struct rd_core *core, uint32_t line);
void rd_chan_restart_acked(struct rd_core *core, uint32_t line);
/* Tell watchers how a restart ended. */
void rd_chan_tell_restart(struct rd_core *core, uint32_t line,
			  const char *result);

/* Take over the spans of the newest configuration. */
void rd_spans_configure(struct rd_core *core);
/* A run begins: nothing is known of the lines. */
void rd_spans_begin(struct rd_core *core);

/* Events of lines. */
void rd_span_on_isdn(struct rd_core *core, const struct rd_isdn *isdn);
void rd_span_on_alarm(struct rd_core *core, const struct rd_ev_alarm *alarm);
void rd_span_on_card(struct rd_core *core, const struct rd_ev_card *card);
void rd_span_on_edge(struct rd_core *core, const struct rd_ev_edge *edge);
void rd_span_on_timer(struct rd_core *core, uint32_t span, uint32_t which);
void rd_chan_on_timer(struct rd_core *core, uint32_t index, uint32_t which);

/* Operators: by name; slot 0 is the whole span. 0 or -ENOENT. */
int rd_span_block(struct rd_core *core, const char *name, unsigned slot,
		  bool blocked);

#endif

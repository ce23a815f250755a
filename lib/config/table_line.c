// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cards, spans, trunk groups, and which number leads where: the keys and what
 * they mean together. How a span's type decides what is not given (law,
 * D-channel, channels, signalling) stands in check_span() only.
 */
#include <string.h>

#include "lib/base/frames.h"
#include "lib/config/build.h"

/* ---- cards -------------------------------------------------------------- */

static void check_card(struct rd_bind *bind, const struct rd_yaml *node,
		       void *out)
{
	struct rd_cfg_card *card = out;

	/* the table reads ms */
	card->echo_taps *= RD_FRAMES_PER_MS;
}

static const struct rd_field card_fields[] = {
	{ "path", RD_FORMAT(rd_cfg_card, path, &rd_format_path),
	  .preset = "", .required = true,
	  .help = "Its device, such as /dev/ringdown/card0, or the unix socket "
		  "of a simulated card." },
	{ "clock_priority", RD_INT(rd_cfg_card, clock_priority, 1, 255),
	  .preset = "1",
	  .help = "The card with the lowest number gives the tick; the next "
		  "takes over when it is lost." },
	{ "echo_canceller", RD_DURATION(rd_cfg_card, echo_taps, 0, 128),
	  .preset = "0",
	  .help = "Longest echo that is cancelled; 0 switches the canceller "
		  "off." },
};

const struct rd_table rd_card_table = {
	RD_TABLE("card", struct rd_cfg_card, card_fields),
	.help = "A line card: one DMA engine with all its spans.",
	.name = RD_AT(rd_cfg_card, name),
	.place = RD_AT(rd_cfg_card, place),
	.check = check_card,
};

/* ---- spans -------------------------------------------------------------- */

static const char *const span_types[] = { "", "e1", "t1", "fxs", "fxo", NULL };
static const char *const laws[] = { "alaw", "ulaw", NULL };
static const char *const framings[] = { "auto", "ccs", "cas",
					"esf",	"d4",  NULL };
static const char *const codings[] = { "auto", "hdb3", "b8zs", "ami", NULL };
static const char *const signallings[] = { "pri", "fxs", "fxo", NULL };
static const char *const sides[] = { "user", "network", NULL };
static const char *const switchtypes[] = { "euroisdn", "ni1",  "ni2",
					   "dms100",   "4ess", "5ess",
					   "qsig",     NULL };

#define TIMER(t) RD_DURATION(rd_cfg_span, timer[RD_T_##t], 1, 600000)

static const struct rd_field timer_fields[] = {
	{ "n200", RD_INT(rd_cfg_span, timer[RD_T_N200], 1, 100),
	  .help = "Retransmissions of a frame (Q.921 5.9.2)." },
	{ "k", RD_INT(rd_cfg_span, timer[RD_T_K], 1, 127),
	  .help = "Outstanding I frames (Q.921 5.9.5)." },
	{ "t200", TIMER(T200),
	  .help = "Before a frame is sent again (Q.921 5.9.1)." },
	{ "t203", TIMER(T203),
	  .help = "Longest silence of a link (Q.921 5.9.8)." },
	{ "t303", TIMER(T303), .help = "SETUP sent, no answer (Q.931 9)." },
	{ "t305", TIMER(T305), .help = "DISCONNECT sent, no answer." },
	{ "t308", TIMER(T308), .help = "RELEASE sent, no answer." },
	{ "t309", TIMER(T309),
	  .help = "Layer 2 lost: how long talking calls are kept." },
	{ "t313", TIMER(T313), .help = "CONNECT sent, no answer." },
	{ "t316", TIMER(T316), .help = "RESTART sent, no answer." },
};

static const struct rd_table timer_table = {
	RD_TABLE("timers", struct rd_cfg_span, timer_fields),
	.help = "Timers and counters of Q.921 and Q.931. What is not given "
		"stays as the protocol stack has it.",
};

static const struct rd_field prefix_fields[] = {
	{ "international", RD_DIGITS(rd_cfg_span, prefix_international),
	  .help = "In front of a caller's number of type international." },
	{ "national", RD_DIGITS(rd_cfg_span, prefix_national),
	  .help = "In front of one of type national." },
	{ "local", RD_DIGITS(rd_cfg_span, prefix_local),
	  .help = "In front of one of type subscriber." },
};

static const struct rd_table prefix_table = {
	RD_TABLE("prefixes", struct rd_cfg_span, prefix_fields),
	.help = "What makes a caller's number one that can be dialled back.",
};

static void check_channels(struct rd_bind *bind, const struct rd_yaml *node,
			   struct rd_cfg_span *span)
{
	struct rd_place place = rd_yaml_place(node, "bchannels");
	bool is_e1 = span->type == RINGDOWN_SPAN_E1;
	bool is_trunk = is_e1 || span->type == RINGDOWN_SPAN_T1;
	int last = is_e1 ? 31 : 24;
	uint32_t all = (is_e1 ? 0xfffffffeu : 0x01fffffeu);
	uint32_t dchannel;

	if (!is_trunk) {
		if (!span->bchannels)
			rd_diag_error(bind->diag, node->place,
				      "span: key \"bchannels\" is missing: "
				      "the ports in use");
		return;
	}
	if (!span->dchannel)
		span->dchannel = is_e1 ? 16 : 24;
	dchannel = 1u << span->dchannel;
	if (!(all & dchannel)) {
		rd_diag_error(bind->diag, rd_yaml_place(node, "dchannel"),
			      "key \"dchannel\": found %d, expected a slot 1 "
			      "to %d of this span",
			      span->dchannel, last);
		return;
	}
	if (!span->bchannels)
		span->bchannels = all & ~dchannel;
	if (span->bchannels & dchannel)
		rd_diag_error(bind->diag, place,
			      "key \"bchannels\": slot %d is the D-channel",
			      span->dchannel);
	if (span->bchannels & ~all)
		rd_diag_error(bind->diag, place,
			      "key \"bchannels\": found slots above %d, the "
			      "last of a %s",
			      last, is_e1 ? "E1" : "T1");
}

/* What belongs to the other kind of span. */
static void check_framing(struct rd_bind *bind, const struct rd_yaml *node,
			  const struct rd_cfg_span *span)
{
	bool is_e1 = span->type == RINGDOWN_SPAN_E1;
	bool is_t1 = span->type == RINGDOWN_SPAN_T1;
	uint32_t framing = span->line.framing, coding = span->line.coding;

	if ((!is_e1 && (framing == RINGDOWN_FRAMING_CCS ||
			framing == RINGDOWN_FRAMING_CAS)) ||
	    (!is_t1 && (framing == RINGDOWN_FRAMING_ESF ||
			framing == RINGDOWN_FRAMING_D4)))
		rd_diag_error(bind->diag, rd_yaml_place(node, "framing"),
			      "key \"framing\": \"%s\" is not one of a span of "
			      "type %s",
			      framings[framing], span_types[span->type]);
	if ((!is_e1 && coding == RINGDOWN_CODING_HDB3) ||
	    (!is_t1 && coding == RINGDOWN_CODING_B8ZS))
		rd_diag_error(bind->diag, rd_yaml_place(node, "coding"),
			      "key \"coding\": \"%s\" is not one of a span of "
			      "type %s",
			      codings[coding], span_types[span->type]);
	if (!is_e1 && span->line.crc4)
		rd_diag_error(bind->diag, rd_yaml_place(node, "crc4"),
			      "key \"crc4\": only a span of type e1 has it");
	if (is_e1 && span->signalling == RD_SIG_PRI &&
	    framing == RINGDOWN_FRAMING_CAS)
		rd_diag_error(bind->diag, rd_yaml_place(node, "framing"),
			      "key \"framing\": \"cas\" leaves no slot 16 for "
			      "a D-channel; expected \"ccs\"");
}

static void check_signalling(struct rd_bind *bind, const struct rd_yaml *node,
			     struct rd_cfg_span *span)
{
	static const uint8_t natural[] = {
		[RINGDOWN_SPAN_E1] = RD_SIG_PRI,
		[RINGDOWN_SPAN_T1] = RD_SIG_PRI,
		[RINGDOWN_SPAN_FXS] = RD_SIG_FXS,
		[RINGDOWN_SPAN_FXO] = RD_SIG_FXO,
	};

	if (!rd_yaml_get(node, "signalling"))
		span->signalling = natural[span->type];
	else if (span->signalling != natural[span->type])
		rd_diag_error(bind->diag, rd_yaml_place(node, "signalling"),
			      "key \"signalling\": found \"%s\", expected "
			      "\"%s\" on a span of type %s",
			      signallings[span->signalling],
			      signallings[natural[span->type]],
			      span_types[span->type]);
}

static void check_span(struct rd_bind *bind, const struct rd_yaml *node,
		       void *out)
{
	struct rd_cfg_span *span = out;

	for (int i = 0; i < RD_ISDN_TIMERS; i++)
		if (!span->timer[i])
			span->timer[i] = -1;
	if (!span->type) /* an error already */
		return;
	if (!rd_yaml_get(node, "law"))
		span->law = span->type == RINGDOWN_SPAN_T1 ?
				    RINGDOWN_LAW_ULAW :
				    RINGDOWN_LAW_ALAW;
	check_signalling(bind, node, span);
	check_framing(bind, node, span);
	check_channels(bind, node, span);
	span->line.span = span->span;
}

static const struct rd_field span_fields[] = {
	{ "card", RD_REF(rd_cfg_span, card, RD_SCOPE_CARD),
	  .required = true, .help = "The card it is on." },
	{ "position", RD_INT(rd_cfg_span, span, 0, RINGDOWN_MAX_SPANS - 1),
	  .preset = "0", .help = "Which span of that card, from 0." },
	{ "type", RD_ENUM(rd_cfg_span, type, span_types), .required = true,
	  .help = "What kind of line it is." },
	{ "group", RD_REF(rd_cfg_span, group, RD_SCOPE_GROUP),
	  .required = true, .help = "Its trunk group." },
	{ "law", RD_ENUM(rd_cfg_span, law, laws),
	  .help = "G.711; without it ulaw on a T1, alaw elsewhere." },
	{ "framing", RD_ENUM(rd_cfg_span, line.framing, framings),
	  .preset = "auto", .help = "E1: ccs, cas; T1: esf, d4." },
	{ "coding", RD_ENUM(rd_cfg_span, line.coding, codings),
	  .preset = "auto", .help = "E1: hdb3, ami; T1: b8zs, ami." },
	{ "crc4", RD_BOOL(rd_cfg_span, line.crc4), .preset = "false",
	  .help = "CRC-4 multiframe of an E1 (G.704)." },
	{ "clock_priority", RD_INT(rd_cfg_span, line.clock_priority, 0, 255),
	  .preset = "0",
	  .help = "1 is the first choice as the card's clock, 0 never is." },
	{ "build_out", RD_INT(rd_cfg_span, line.line_build_out, 0, 7),
	  .preset = "0", .help = "Line build-out." },
	{ "signalling", RD_ENUM(rd_cfg_span, signalling, signallings),
	  .help = "Without it what the type has: pri on E1 and T1." },
	{ "switchtype", RD_ENUM(rd_cfg_span, switchtype, switchtypes),
	  .preset = "euroisdn", .help = "Dialect of ISDN." },
	{ "side", RD_ENUM(rd_cfg_span, network_side, sides), .preset = "user",
	  .help = "Which side we are: user towards the public network, network "
		  "towards a PBX of ours." },
	{ "dchannel", RD_INT(rd_cfg_span, dchannel, 1, 31),
	  .help = "Slot of the D-channel; without it 16 on E1, 24 on T1." },
	{ "bchannels", RD_FORMAT(rd_cfg_span, bchannels, &rd_format_channels),
	  .help = "Slots that may carry calls; without it all but the "
		  "D-channel." },
	{ "exclusive", RD_BOOL(rd_cfg_span, exclusive), .preset = "false",
	  .help = "Ask for that B-channel or none (Q.931 4.5.13)." },
	{ "timers", RD_GROUP(&timer_table),
	  .help = "Timers of Q.921 and Q.931." },
	{ "inband_progress", RD_BOOL(rd_cfg_span, inband_progress),
	  .preset = "false",
	  .help = "Busy and congestion as tones before release, not as a cause "
		  "alone." },
	{ "rx_gain", RD_REAL(rd_cfg_span, rx_gain_db, -20, 20),
	  .preset = "0",
	  .help = "dB, in steps of 0.1, added to the group's rx_gain." },
	{ "tx_gain", RD_REAL(rd_cfg_span, tx_gain_db, -20, 20),
	  .preset = "0", .help = "Likewise." },
	{ "prefixes", RD_GROUP(&prefix_table),
	  .help = "Put in front of callers' numbers by their type." },
};

const struct rd_table rd_span_table = {
	RD_TABLE("span", struct rd_cfg_span, span_fields),
	.help = "One E1, T1 or bank of analog ports.",
	.name = RD_AT(rd_cfg_span, name),
	.place = RD_AT(rd_cfg_span, place),
	.check = check_span,
};

/* ---- trunk groups ------------------------------------------------------- */

static const char *const hunts[] = { "low", "high", "round-up", "round-down",
				     NULL };

static const struct rd_field group_fields[] = {
	{ "hunt", RD_ENUM(rd_cfg_group, hunt, hunts), .preset = "low",
	  .help = "Which free channel is taken first. Take the opposite of the "
		  "far end's, so that calls do not meet." },
	{ "phones", RD_BOOL(rd_cfg_group, phones), .preset = "false",
	  .help = "Agents' phones, not the public." },
	{ "rx_gain", RD_REAL(rd_cfg_group, rx_gain_db, -20, 20),
	  .preset = "0",
	  .help = "dB, in steps of 0.1, of what comes from the lines; 0 passes "
		  "it to the bit." },
	{ "tx_gain", RD_REAL(rd_cfg_group, tx_gain_db, -20, 20),
	  .preset = "0", .help = "The same of what is sent to them." },
	{ "level_control", RD_REAL(rd_cfg_group, level_dbm0, -40, 0),
	  .preset = "0",
	  .help = "dBm0 that speech from the lines is brought to, for those who "
		  "hear it and for recordings; -18 is usual. 0: left as it is." },
	{ "level_range", RD_REAL(rd_cfg_group, level_range_db, 0, 30),
	  .preset = "15", .help = "dB that level_control may change at most." },
	{ "noise_gate", RD_REAL(rd_cfg_group, gate_dbm0, -80, 0),
	  .preset = "0",
	  .help = "dBm0 below which what comes is no speech and is turned down "
		  "by 12 dB. 0: not." },
	{ "remove_digits", RD_BOOL(rd_cfg_group, remove_digits),
	  .preset = "false",
	  .help = "What these parties key is understood, but not passed on: "
		  "neither the other party nor a recording hears it." },
	{ "progress_tones", RD_BOOL(rd_cfg_group, progress_tones),
	  .preset = "false",
	  .help = "A busy or congestion tone in the line means that the party "
		  "is busy, or has gone: for analog lines, and networks that "
		  "answer and then tell by tones. The country's tones." },
	{ "quiet_alert", RD_DURATION(rd_cfg_group, quiet_ms, 0, 600000),
	  .preset = "0",
	  .help = "Two parties talk, and one of these is not heard for so long: "
		  "the event call.audio tells of dead air or of sound in one "
		  "direction only. 0: not." },
};

const struct rd_table rd_group_table = {
	RD_TABLE("group", struct rd_cfg_group, group_fields),
	.help = "A trunk group: spans that lead the same way.",
	.name = RD_AT(rd_cfg_group, name),
};

/* ---- routes ------------------------------------------------------------- */

static const struct rd_field route_fields[] = {
	{ "number", RD_PATTERN(rd_cfg_route, number), .required = true,
	  .help = "Called number; a * at its end stands for any rest. The most "
		  "specific route wins." },
	{ "group", RD_REF(rd_cfg_route, group, RD_SCOPE_GROUP),
	  .help = "Only calls that come from this group." },
	{ "tree", RD_REF(rd_cfg_route, tree, RD_SCOPE_TREE), .choice = true,
	  .help = "To this menu tree," },
	{ "queue", RD_REF(rd_cfg_route, queue, RD_SCOPE_QUEUE),
	  .choice = true, .help = "or straight to this queue," },
	{ "agent", RD_REF(rd_cfg_route, agent, RD_SCOPE_AGENT),
	  .choice = true, .help = "or straight to this agent." },
};

const struct rd_table rd_route_table = {
	RD_TABLE("route", struct rd_cfg_route, route_fields),
	.help = "What happens to a call for a number.",
	.place = RD_AT(rd_cfg_route, place),
};

static const struct rd_field outroute_fields[] = {
	{ "number", RD_PATTERN(rd_cfg_outroute, number), .required = true,
	  .help = "Number dialled by us; a * at its end stands for any rest." },
	{ "group", RD_REF(rd_cfg_outroute, group, RD_SCOPE_GROUP),
	  .required = true, .help = "Leaves by this trunk group." },
	{ "strip", RD_INT(rd_cfg_outroute, strip, 0, 31), .preset = "0",
	  .help = "Digits removed in front." },
	{ "prefix", RD_DIGITS(rd_cfg_outroute, prefix),
	  .help = "Digits then put in front." },
};

const struct rd_table rd_outroute_table = {
	RD_TABLE("out_route", struct rd_cfg_outroute, outroute_fields),
	.help = "Where a call of ours leaves.",
	.place = RD_AT(rd_cfg_outroute, place),
};

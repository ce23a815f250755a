// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages in fields; see event.h. What has no row here is shown in octets. */
#include "tools/ringdown/event.h"

#include <stdio.h>
#include <string.h>

#define OCTETS 64 /* shown of a message without a row */

static void integer(json_t *out, const char *name, int64_t value)
{
	json_object_set_new(out, name, json_integer(value));
}

/* Text of a message may be anything: octets that are no UTF-8 become '?'. */
static void text(json_t *out, const char *name, const char *value, size_t max)
{
	char copy[4096];
	size_t n = strnlen(value, max < sizeof(copy) ? max : sizeof(copy) - 1);
	json_t *string = json_stringn(value, n);

	if (!n) {
		json_decref(string);
		return;
	}
	if (!string) {
		for (size_t i = 0; i < n; i++)
			copy[i] = value[i] & 0x80 ? '?' : value[i];
		string = json_stringn(copy, n);
	}
	json_object_set_new(out, name, string);
}

static const char *word(const char *const *names, size_t n, uint32_t i)
{
	return i < n ? names[i] : "?";
}

void line_words(uint32_t line, char *out)
{
	unsigned slot = rd_line_slot(line);

	out[0] = '\0';
	if (line == RD_LINE_NONE)
		return;
	if (slot)
		snprintf(out, 32, "%u/%u:%u", rd_line_card(line),
			 rd_line_span(line), slot);
	else
		snprintf(out, 32, "%u/%u", rd_line_card(line),
			 rd_line_span(line));
}

static void isdn(const struct rd_isdn *m, json_t *out)
{
	static const char *const ops[] = {
		"",
		"DCHAN_UP",
		"DCHAN_DOWN",
		"SETUP",
		"SETUP_ACK",
		"INFO",
		"PROCEEDING",
		"ALERTING",
		"PROGRESS",
		"CONNECT",
		"CONNECT_ACK",
		"HANGUP",
		"HANGUP_DONE",
		"RESTART",
		"RESTART_ACK",
		"REJECTED",
		"BLOCK",
	};
	char ref[16];

	text(out, "op", word(ops, sizeof(ops) / sizeof(ops[0]), m->op), 16);
	snprintf(ref, sizeof(ref), "%08x", m->ref);
	text(out, "ref", ref, sizeof(ref));
	if (m->cause)
		integer(out, "cause", m->cause);
	text(out, "calling", m->calling, sizeof(m->calling));
	text(out, "called", m->called, sizeof(m->called));
	text(out, "connected", m->connected, sizeof(m->connected));
	text(out, "name", m->name, sizeof(m->name));
	if (m->flags & RD_ISDN_INBAND)
		json_object_set_new(out, "inband", json_true());
}

static void lookup(const struct rd_ev_lookup *m, json_t *out)
{
	static const char *const names[] = { "found", "none", "down" };
	const char *p = m->data, *end = (const char *)m + m->msg.len;

	integer(out, "request", m->request);
	text(out, "status", word(names, 3, m->status), 8);
	for (int i = 0; i < m->pairs; i++) {
		size_t n = strnlen(p, (size_t)(end - p));
		const char *v = p + n + 1;
		char name[64];

		if (v >= end)
			return;
		snprintf(name, sizeof(name), "%.*s", (int)n, p);
		text(out, name, v, (size_t)(end - v));
		p = v + strnlen(v, (size_t)(end - v)) + 1;
		if (p >= end)
			return;
	}
}

static void disk(const struct rd_ev_disk *m, json_t *out)
{
	static const char *const names[] = { "well", "low", "full", "down" };

	text(out, "state", word(names, 4, m->state), 8);
	if (m->error)
		integer(out, "error", m->error);
	if (m->free_mib)
		integer(out, "free_mib", (int64_t)m->free_mib);
}

static void recording(const struct rd_ev_rec *m, json_t *out)
{
	static const char *const names[] = { "complete", "disk-full", "error",
					     "gap" };

	integer(out, "recording", (int64_t)m->recording);
	integer(out, "frames", (int64_t)m->frames);
	text(out, "status", word(names, 4, m->status), 16);
}

static void octets(const struct rd_msg *msg, json_t *out)
{
	size_t n = msg->len - sizeof(*msg);
	char hex[2 * OCTETS + 1] = "";

	for (size_t i = 0; i < n && i < OCTETS; i++)
		snprintf(hex + 2 * i, 3, "%02x",
			 ((const uint8_t *)(msg + 1))[i]);
	text(out, "octets", hex, sizeof(hex));
}

static void maintained(const struct rd_maintain *m, json_t *out)
{
	static const char *const names[] = { "loop", "inject", "bert" };

	text(out, "test", word(names, 3, m->op), 8);
	integer(out, "mode", m->mode);
	integer(out, "slots", m->slots);
	integer(out, "alarms", m->alarms);
	integer(out, "error_ppb", m->error_ppb);
	integer(out, "result", m->result);
	text(out, "by", m->by, sizeof(m->by));
	if (m->n > (m->msg.len - sizeof(*m)) / sizeof(m->bert[0]))
		return;
	for (uint32_t i = 0; i < m->n; i++) {
		char name[16], figures[80];

		snprintf(name, sizeof(name), "slot%u", m->bert[i].slot);
		snprintf(figures, sizeof(figures), "%llu of %llu%s",
			 (unsigned long long)m->bert[i].errors,
			 (unsigned long long)m->bert[i].bits,
			 m->bert[i].locked ? "" : ", no sync");
		text(out, name, figures, sizeof(figures));
	}
}

static void health(const struct rd_ev_health *m, json_t *out)
{
	integer(out, "use", (int64_t)m->use);
	integer(out, "used_ms", (int64_t)m->frames / 8);
	integer(out, "rx_speech_cb", m->received.speech_cb);
	integer(out, "rx_noise_cb", m->received.noise_cb);
	integer(out, "tx_speech_cb", m->sent.speech_cb);
	integer(out, "slips", m->slips);
	integer(out, "erl_cb", m->erl_cb);
	integer(out, "erle_cb", m->erle_cb);
}

void event_fields(const struct rd_msg *msg, json_t *out)
{
	static const char *const reasons[] = { "ended", "digit", "stopped",
					       "replaced" };
	const void *m = msg;
	char digit[2] = "";

	if (rd_msg_check(msg, msg->len)) { /* of another version, perhaps */
		octets(msg, out);
		return;
	}
	switch (msg->type) {
	case RD_MSG_TIME:
		break;
	case RD_MSG_START: {
		const struct rd_ev_start *e = m;

		integer(out, "epoch_ns", (int64_t)e->epoch_ns);
		integer(out, "seed", (int64_t)e->seed);
		json_object_set_new(out, "lockstep", json_boolean(e->lockstep));
		json_object_set_new(out, "restart", json_boolean(e->restart));
		break;
	}
	case RD_MSG_CONFIG: {
		const struct rd_ev_config *e = m;

		integer(out, "octets", e->total_len);
		integer(out, "offset", e->offset);
		break;
	}
	case RD_MSG_COMMAND: {
		const struct rd_ev_command *e = m;

		text(out, "json", e->json, msg->len - sizeof(*e));
		break;
	}
	case RD_MSG_DIGIT: {
		const struct rd_ev_digit *e = m;

		digit[0] = e->digit;
		text(out, "digit", digit, 1);
		integer(out, "length_ms", e->length_frames / 8);
		break;
	}
	case RD_MSG_PLAY_DONE: {
		const struct rd_ev_play_done *e = m;

		integer(out, "play", e->play);
		text(out, "reason", word(reasons, 4, e->reason), 16);
		break;
	}
	case RD_MSG_MAINTAINED:
		maintained(m, out);
		break;
	case RD_MSG_HEALTH:
		health(m, out);
		break;
	case RD_MSG_SPAN_ERRORS: {
		const struct rd_ev_errors *e = m;

		integer(out, "slips", (int64_t)e->slips);
		integer(out, "code_violations", (int64_t)e->code_violations);
		integer(out, "crc_errors", (int64_t)e->crc_errors);
		integer(out, "framing_errors", (int64_t)e->framing_errors);
		integer(out, "far_end_errors", (int64_t)e->far_end_errors);
		break;
	}
	case RD_MSG_QUIET: {
		const struct rd_ev_quiet *e = m;

		integer(out, "quiet", e->quiet);
		integer(out, "heard", e->heard);
		integer(out, "peer_quiet", e->peer_quiet);
		integer(out, "peer_heard", e->peer_heard);
		break;
	}
	case RD_MSG_TONE_HEARD:
		integer(out, "tone", ((const struct rd_ev_tone *)m)->tone);
		integer(out, "length_ms",
			((const struct rd_ev_tone *)m)->length_frames / 8);
		break;
	case RD_MSG_ALARM:
		integer(out, "alarms", ((const struct rd_ev_alarm *)m)->alarms);
		break;
	case RD_MSG_CARD:
		json_object_set_new(
			out, "present",
			json_boolean(((const struct rd_ev_card *)m)->present));
		break;
	case RD_MSG_ISDN:
		isdn(m, out);
		break;
	case RD_MSG_LOOKUP_ANSWER:
		lookup(m, out);
		break;
	case RD_MSG_DISK_STATE:
	case RD_MSG_STORE_STATE:
		disk(m, out);
		break;
	case RD_MSG_BROKEN:
		integer(out, "after", ((const struct rd_ev_broken *)m)->after);
		integer(out, "upto", ((const struct rd_ev_broken *)m)->upto);
		text(out, "why", ((const struct rd_ev_broken *)m)->why,
		     sizeof(((const struct rd_ev_broken *)m)->why));
		break;
	case RD_MSG_REC_DONE:
	case RD_MSG_REC_LOST:
		recording(m, out);
		break;
	case RD_MSG_EDGE_STATE:
		json_object_set_new(
			out, "up",
			json_boolean(((const struct rd_ev_edge *)m)->up));
		break;
	default:
		octets(msg, out);
	}
}

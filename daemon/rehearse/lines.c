// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What core's commands meet: perfect lines, phones that ring, sound that takes
 * its time and is told in words, sources.
 *
 * Every group of trunks has one span of 30 channels, the first group's first
 * channel being the caller's, which core never takes: it hunts from the top.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/call/call.h"
#include "daemon/rehearse/inside.h"
#include "daemon/store/lookup.h"
#include "daemon/store/source.h"

#define PAUSE_BIT	0x80000000u
#define CHANNELS	0xfffefffeu /* 1-15, 17-31 */
#define LOOKUP_LIMIT_NS 5000000000u /* wall clock */
#define LOOKUP_MS	50u
#define TEXT_MAX	4000

int rd_rehearse_lines(struct rd_rehearsal *r)
{
	const struct rd_config *from = r->setup.config;
	uint16_t n = from->ngroups ? from->ngroups : 1;
	struct rd_cfg_group *groups;

	if (n > SPANS_MAX)
		n = SPANS_MAX;
	groups = calloc(n, sizeof(*groups));
	if (!groups)
		return -ENOMEM;
	for (uint16_t i = 0; i < n; i++) {
		groups[i] = from->ngroups
				    ? from->groups[i]
				    : (struct rd_cfg_group){ .name = "trunk" };
		groups[i].hunt = RD_HUNT_HIGH;
		r->spans[i] = (struct rd_cfg_span){
			.name = groups[i].name,
			.card = i / 8,
			.span = (uint8_t)(i % 8),
			.type = RINGDOWN_SPAN_E1,
			.signalling = RD_SIG_PRI,
			.network_side = groups[i].phones,
			.dchannel = 16,
			.bchannels = CHANNELS,
			.group = i,
			.prefix_international = "",
			.prefix_national = "",
			.prefix_local = "",
		};
		r->cards[i / 8] = (struct rd_cfg_card){ .name = "try",
							.path = "",
							.clock_priority = 1 };
	}
	r->config = *from;
	r->config.cards = r->cards;
	r->config.ncards = (uint16_t)((n + 7) / 8);
	r->config.spans = r->spans;
	r->config.nspans = n;
	r->config.groups = groups;
	r->config.ngroups = n;
	r->config.nblocks = 0;
	if (r->setup.tree == RD_INDEX_NONE)
		return 0;
	r->route = (struct rd_cfg_route){ .number = "*",
					  .group = RD_INDEX_NONE,
					  .tree = r->setup.tree,
					  .queue = RD_INDEX_NONE,
					  .agent = RD_INDEX_NONE };
	r->config.routes = &r->route;
	r->config.nroutes = 1;
	return 0;
}

void rd_rehearse_lines_free(struct rd_rehearsal *r)
{
	for (int i = 0; i < PLANS_MAX; i++)
		if (r->plans[i].used)
			free(r->plans[i].answer);
	free((void *)r->config.groups);
}

static void tell(struct rd_rehearsal *r, enum rd_told what, const char *text)
{
	if (r->setup.tell)
		r->setup.tell(r->setup.context, what, text);
}

/* ---- Q.931 ------------------------------------------------------------------------ */

void rd_rehearse_say(struct rd_rehearsal *r, const struct far *far, uint8_t op,
		     uint8_t cause)
{
	struct rd_isdn msg = { .msg = { .type = RD_MSG_ISDN,
					.len = sizeof(msg),
					.line = far->line,
					.frame = r->frame },
			       .ref = far->ref,
			       .op = op,
			       .cause = cause };

	rd_rehearse_event(r, &msg.msg);
}

static void plan_isdn(struct rd_rehearsal *r, uint32_t line, uint32_t ref,
		      uint8_t op)
{
	rd_rehearse_plan(r, &(struct plan){ .kind = PLAN_ISDN,
					    .op = op,
					    .frame = r->frame,
					    .line = line,
					    .ref = ref });
}

void rd_rehearse_done(struct rd_rehearsal *r, struct far *far)
{
	far->clearing = true;
	plan_isdn(r, far->line, far->ref, RD_ISDN_HANGUP_DONE);
}

static struct far *far_of(struct rd_rehearsal *r, uint32_t line, uint32_t ref)
{
	if (r->caller.alive && r->caller.line == line && r->caller.ref == ref)
		return &r->caller;
	for (int i = 0; i < FARS_MAX; i++)
		if (r->phone[i].alive && r->phone[i].line == line &&
		    r->phone[i].ref == ref)
			return &r->phone[i];
	return NULL;
}

static void on_setup(struct rd_rehearsal *r, const struct rd_isdn *setup)
{
	for (int i = 0; i < FARS_MAX; i++) {
		struct far *far = &r->phone[i];

		if (far->alive)
			continue;
		*far = (struct far){ .line = setup->msg.line,
				     .ref = setup->ref,
				     .alive = true,
				     .rings = true };
		plan_isdn(r, far->line, far->ref, RD_ISDN_ALERTING);
		tell(r, RD_TOLD_RINGS, setup->called);
		return;
	}
}

static void on_isdn(struct rd_rehearsal *r, const struct rd_isdn *out)
{
	struct far *far = far_of(r, out->msg.line, out->ref);

	switch (out->op) {
	case RD_ISDN_SETUP:
		on_setup(r, out);
		break;
	case RD_ISDN_CONNECT:
		if (far)
			plan_isdn(r, far->line, far->ref, RD_ISDN_CONNECT_ACK);
		break;
	case RD_ISDN_HANGUP:
		if (far == &r->caller) {
			r->ended = true;
			r->cause = out->cause;
		}
		if (far && !far->clearing)
			rd_rehearse_done(r, far);
		break;
	case RD_ISDN_RESTART:
		plan_isdn(r, out->msg.line, out->ref, RD_ISDN_RESTART_ACK);
		break;
	default:
		break;
	}
}

/* ---- sound ---------------------------------------------------------------------------- */

/* As long as `ivr check` takes it for: 4 characters a second, 15 letters. */
static uint64_t words_ms(const struct rd_cfg_prompt *p)
{
	uint64_t ms = 200;

	if (p->file[0])
		return 5000;
	for (const unsigned char *c = (const void *)p->text; *c; c++)
		ms += *c >= 0xe3 ? 250 : *c < 0x80 ? 65 : 0;
	return ms;
}

static void played(struct rd_rehearsal *r, uint8_t reason)
{
	struct plan plan = { .kind = PLAN_PLAYED,
			     .reason = reason,
			     .frame = r->frame,
			     .line = r->caller.line,
			     .play = r->sound.play };

	if (!r->sound.play)
		return;
	r->sound.play = 0;
	rd_rehearse_plan(r, &plan);
}

void rd_rehearse_barge(struct rd_rehearsal *r)
{
	if (r->sound.play && r->sound.barge)
		played(r, RD_PLAY_DIGIT);
}

static void on_play(struct rd_rehearsal *r, const struct rd_cmd_play *cmd)
{
	char text[TEXT_MAX] = "";
	size_t len = 0;
	uint64_t ms = 20;

	if (cmd->msg.line != r->caller.line)
		return;
	played(r, RD_PLAY_REPLACED);
	for (uint16_t i = 0; i < cmd->n; i++) {
		const struct rd_cfg_prompt *p;

		if (cmd->prompt[i] & PAUSE_BIT) {
			ms += cmd->prompt[i] & ~PAUSE_BIT;
			continue;
		}
		if (cmd->prompt[i] >= r->config.nprompts)
			continue;
		p = &r->config.prompts[cmd->prompt[i]];
		ms += words_ms(p);
		if (len + 8 < sizeof(text))
			len += (size_t)snprintf(text + len, sizeof(text) - len,
						"%s%s%s%s", len ? " " : "",
						p->file[0] ? "<" : "",
						p->file[0] ? p->file : p->text,
						p->file[0] ? ">" : "");
		if (len >= sizeof(text))
			len = sizeof(text) - 1;
	}
	r->sound.play = cmd->play;
	r->sound.barge = cmd->flags & RD_PLAY_BARGE;
	if (!(cmd->flags & RD_PLAY_LOOP))
		rd_rehearse_plan(r,
				 &(struct plan){ .kind = PLAN_PLAYED,
						 .reason = RD_PLAY_ENDED,
						 .frame = r->frame +
							  rd_frames_from_ms(ms),
						 .line = r->caller.line,
						 .play = cmd->play });
	tell(r, RD_TOLD_HEARD, text);
}

static void on_record(struct rd_rehearsal *r, const struct rd_cmd_record *cmd)
{
	for (int i = 0; i < 8; i++)
		if (!r->recording[i].id) {
			r->recording[i].id = cmd->recording;
			r->recording[i].begin = r->frame;
			return;
		}
}

static void on_record_stop(struct rd_rehearsal *r,
			   const struct rd_cmd_record *cmd)
{
	for (int i = 0; i < 8; i++)
		if (r->recording[i].id == cmd->recording) {
			r->recording[i].id = 0;
			rd_rehearse_plan(
				r, &(struct plan){
					   .kind = PLAN_RECORDED,
					   .frame = r->frame,
					   .id = cmd->recording,
					   .frames = r->frame -
						     r->recording[i].begin });
		}
}

static void to_media(struct rd_rehearsal *r, const struct rd_msg *cmd)
{
	const void *c = cmd;

	switch (cmd->type) {
	case RD_MSG_PLAY:
		on_play(r, c);
		break;
	case RD_MSG_TONE:
		if (cmd->line == r->caller.line)
			played(r, RD_PLAY_REPLACED);
		break;
	case RD_MSG_PLAY_STOP:
		if (cmd->line == r->caller.line)
			played(r, RD_PLAY_STOPPED);
		break;
	case RD_MSG_CLOSE:
		if (cmd->line == r->caller.line)
			played(r, RD_PLAY_STOPPED);
		break;
	case RD_MSG_BRIDGE:
		played(r, RD_PLAY_REPLACED);
		break;
	case RD_MSG_RECORD:
		on_record(r, c);
		break;
	case RD_MSG_RECORD_STOP:
		on_record_stop(r, c);
		break;
	default:
		break;
	}
}

/* ---- sources ----------------------------------------------------------------------------- */

/* "a=b c=d e": names and values by blanks; the last value may have some. */
static void add_pairs(struct rd_answer *answer, const char *pairs)
{
	char text[sizeof(((struct answer *)0)->pairs)];
	char *name = text;

	snprintf(text, sizeof(text), "%s", pairs);
	while (name && *name) {
		char *value = strchr(name, '='), *next = NULL, *equals;

		if (!value)
			return;
		*value++ = 0;
		/* the next name is the word before the next '=' */
		equals = strchr(value, '=');
		if (equals) {
			next = equals;
			while (next > value && next[-1] != ' ')
				next--;
			if (next > value)
				next[-1] = 0;
			else
				next = NULL;
		}
		rd_answer_add(answer, name, value, NULL);
		name = next;
	}
}

/* A source's answer, said from outside or its own. */
static int ask_source(struct rd_rehearsal *r, const struct rd_cmd_lookup *cmd,
		      const char *secret, const struct answer *said,
		      struct rd_answer *answer)
{
	struct rd_source_question q = rd_source_question(cmd, secret);
	struct rd_source_file **file = &r->sources[cmd->source];
	char text[160];

	snprintf(text, sizeof(text), "%s for %s",
		 r->config.sources[cmd->source].name,
		 q.secret ? "what was keyed in secret" : q.key);
	tell(r, RD_TOLD_ASKED, text);
	if (said->status >= 0) {
		if (said->status == RD_LOOKUP_FOUND)
			add_pairs(answer, said->pairs);
		return said->status;
	}
	if (!*file)
		*file = rd_source_new(&r->config.sources[cmd->source]);
	return !*file ? RD_LOOKUP_DOWN
		      : (int)rd_source_ask(*file, &q,
					   rd_monotonic_ns() + LOOKUP_LIMIT_NS,
					   answer);
}

static int ask(struct rd_rehearsal *r, const struct rd_cmd_lookup *cmd,
	       struct rd_answer *answer)
{
	char secret[RD_VAULT_DIGITS + 1] = "";
	struct answer said = r->always;

	if (cmd->secret)
		rd_vault_take(&r->vault, (uint32_t)strtoul(cmd->key, NULL, 10),
			      secret);
	if (r->nnext) {
		said = r->next[0];
		memmove(r->next, r->next + 1,
			(size_t)--r->nnext * sizeof(*r->next));
	}
	if (cmd->source < r->config.nsources)
		return ask_source(r, cmd, secret, &said, answer);
	return said.status >= 0 ? said.status
				: (int)rd_vault_check_pin(&r->config, cmd->key,
							  secret);
}

static void on_lookup(struct rd_rehearsal *r, const struct rd_cmd_lookup *cmd)
{
	struct rd_answer answer = { .cap = RD_LOOKUP_DATA };
	struct rd_ev_lookup *reply;

	reply = calloc(1, sizeof(*reply) + RD_LOOKUP_DATA + 8);
	if (!reply)
		return;
	answer.data = reply->data;
	reply->status = (uint16_t)ask(r, cmd, &answer);
	reply->pairs = answer.pairs;
	reply->request = cmd->request;
	reply->msg = (struct rd_msg){
		.type = RD_MSG_LOOKUP_ANSWER,
		.len = (uint16_t)((sizeof(*reply) + answer.len + 7) / 8 * 8),
		.line = cmd->msg.line,
	};
	rd_rehearse_plan(r,
			 &(struct plan){ .kind = PLAN_LOOKUP,
					 .frame = r->frame +
						  rd_frames_from_ms(LOOKUP_MS),
					 .answer = reply });
}

/* ---- the sink ------------------------------------------------------------------------------ */

void rd_rehearse_put(void *context, enum rd_peer peer, const struct rd_msg *cmd)
{
	struct rd_rehearsal *r = context;
	const void *c = cmd;

	switch (peer) {
	case RD_PEER_MEDIA:
		to_media(r, cmd);
		break;
	case RD_PEER_EDGE:
		if (cmd->type == RD_MSG_ISDN_OUT)
			on_isdn(r, c);
		break;
	case RD_PEER_STORE:
		if (cmd->type == RD_MSG_LOOKUP)
			on_lookup(r, c);
		break;
	case RD_PEER_CONTROL:
		if (cmd->type == RD_MSG_PUBLISH)
			tell(r, RD_TOLD_NOTE,
			     ((const struct rd_publish *)c)->json);
		break;
	default:
		break;
	}
}

/* ---- plans ---------------------------------------------------------------------------------- */

static void on_primitive(struct rd_rehearsal *r, const struct plan *plan)
{
	struct far *far = far_of(r, plan->line, plan->ref);
	struct far channel = { .line = plan->line, .ref = plan->ref };

	if (plan->op == RD_ISDN_RESTART_ACK) {
		rd_rehearse_say(r, &channel, plan->op, 0);
		return;
	}
	if (!far || (far->clearing && plan->op != RD_ISDN_HANGUP_DONE))
		return;
	channel = *far;
	if (plan->op == RD_ISDN_HANGUP_DONE)
		far->alive = false;
	rd_rehearse_say(r, &channel, plan->op, 0);
}

static void on_played(struct rd_rehearsal *r, const struct plan *plan)
{
	struct rd_ev_play_done done = { .msg = { .type = RD_MSG_PLAY_DONE,
						 .len = sizeof(done),
						 .line = plan->line,
						 .frame = r->frame },
					.play = plan->play,
					.reason = plan->reason };

	/* one that was cut short was told then */
	if (plan->reason == RD_PLAY_ENDED) {
		if (r->sound.play != plan->play)
			return;
		r->sound.play = 0;
	}
	rd_rehearse_event(r, &done.msg);
}

void rd_rehearse_on_plan(struct rd_rehearsal *r, const struct plan *plan)
{
	struct rd_ev_rec recorded = { .msg = { .type = RD_MSG_REC_DONE,
					       .len = sizeof(recorded),
					       .line = RD_LINE_NONE,
					       .frame = r->frame },
				      .recording = plan->id,
				      .frames = plan->frames };

	switch ((enum plan_kind)plan->kind) {
	case PLAN_ISDN:
		on_primitive(r, plan);
		break;
	case PLAN_PLAYED:
		on_played(r, plan);
		break;
	case PLAN_LOOKUP:
		plan->answer->msg.frame = r->frame;
		rd_rehearse_event(r, &plan->answer->msg);
		free(plan->answer);
		break;
	case PLAN_RECORDED:
		rd_rehearse_event(r, &recorded.msg);
		break;
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A perfect network, perfect phones, media that keeps time, a disk and data
 * sources: what answers core's commands.
 *
 * Channels are the world's own: an incoming call takes the lowest idle one, as
 * networks hunt; an outgoing one is on the channel core proposes, which is idle
 * because events enter core one by one. A reference is free when HANGUP_DONE
 * was said, at the moment the clearing party has said HANGUP.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/simulate/world.h"
#include "daemon/speech/speech.h"
#include "daemon/store/lookup.h"
#include "daemon/store/source.h"

#define PAUSE_BIT	0x80000000u
#define FILE_FRAMES	(30u * RD_FRAMES_PER_S) /* of one nobody has looked at */
#define TICK_FRAMES	80u			/* nothing is played in less */
#define LOOKUP_LIMIT_NS 5000000000u /* wall clock: a source that hangs */

/* ---- far ends ---------------------------------------------------------------- */

struct rd_far *rd_far_at(struct rd_world *w, uint32_t line)
{
	unsigned slot = rd_line_slot(line), span;

	if (line == RD_LINE_NONE || !slot || slot >= RD_WORLD_SLOTS)
		return NULL;
	span = w->span_of_line[rd_line_card(line)][rd_line_span(line) & 7];
	if (!span || w->far[span - 1][slot].kind == RD_FAR_NONE)
		return NULL;
	return &w->far[span - 1][slot];
}

static struct rd_far *seize(struct rd_world *w, uint16_t span, unsigned slot)
{
	const struct rd_cfg_span *cfg = &w->config->spans[span];
	struct rd_far *far = &w->far[span][slot];

	memset(far, 0, sizeof(*far));
	far->serial = ++w->serial;
	far->line = rd_line(cfg->card, cfg->span, slot);
	far->since = w->frame;
	far->agent = RD_INDEX_NONE;
	w->nfar++;
	return far;
}

struct rd_far *rd_far_take(struct rd_world *w, uint16_t group)
{
	for (uint16_t i = 0; i < w->config->nspans; i++) {
		const struct rd_cfg_span *cfg = &w->config->spans[i];

		if (cfg->group != group || cfg->signalling != RD_SIG_PRI ||
		    w->span_down[i] || w->down)
			continue;
		for (unsigned slot = 1; slot < RD_WORLD_SLOTS; slot++)
			if (cfg->bchannels >> slot & 1 &&
			    w->far[i][slot].kind == RD_FAR_NONE) {
				struct rd_far *far = seize(w, i, slot);

				far->kind = RD_FAR_CALLER;
				far->ref = ++w->refs | 0x80000000u;
				return far;
			}
	}
	return NULL;
}

static void release(struct rd_world *w, struct rd_far *far)
{
	rd_people_gone(w, far);
	far->kind = RD_FAR_NONE;
	far->serial = 0;
	w->nfar--;
}

void rd_far_say(struct rd_world *w, struct rd_far *far, uint8_t op,
		uint8_t cause)
{
	struct rd_isdn isdn = {
		.msg = { .type = RD_MSG_ISDN,
			 .len = sizeof(isdn),
			 .line = far->line,
			 .frame = w->frame },
		.ref = far->ref,
		.op = op,
		.cause = cause,
	};

	if (op == RD_ISDN_HANGUP_DONE)
		release(w, far);
	rd_world_event(w, &isdn.msg);
}

/* A line in alarm carries nothing; core ends its calls by itself. */
static bool is_cut_off(const struct rd_world *w, uint32_t line)
{
	unsigned span =
		w->span_of_line[rd_line_card(line)][rd_line_span(line) & 7];

	return span && w->span_down[span - 1];
}

void rd_line_dead(struct rd_world *w)
{
	for (uint16_t i = 0; i < w->config->nspans; i++)
		for (unsigned slot = 1; slot < RD_WORLD_SLOTS; slot++)
			if (w->far[i][slot].kind != RD_FAR_NONE)
				release(w, &w->far[i][slot]);
	w->nrecordings = 0;
}

void rd_far_hangup(struct rd_world *w, struct rd_far *far, uint8_t cause)
{
	if (far->clearing || is_cut_off(w, far->line))
		return;
	far->clearing = true;
	rd_far_say(w, far, RD_ISDN_HANGUP, cause);
	rd_world_plan_far(w, far, RD_PLAN_ISDN, 0, RD_ISDN_HANGUP_DONE, 0);
}

/* ---- core speaks Q.931 --------------------------------------------------------- */

static void on_setup(struct rd_world *w, const struct rd_isdn *setup)
{
	uint32_t line = setup->msg.line;
	unsigned slot = rd_line_slot(line), span;
	struct rd_far *far = NULL;

	span = w->span_of_line[rd_line_card(line)][rd_line_span(line) & 7];
	if (span && slot && !rd_far_at(w, line))
		far = seize(w, (uint16_t)(span - 1), slot);
	if (!far)
		return; /* cannot be: core knows which are idle */
	far->kind = RD_FAR_PHONE;
	far->ref = setup->ref;
	rd_people_ring(w, far, setup->called);
}

static void on_isdn(struct rd_world *w, const struct rd_isdn *out)
{
	struct rd_far *far = rd_far_at(w, out->msg.line);

	switch (out->op) {
	case RD_ISDN_SETUP:
		on_setup(w, out);
		break;
	case RD_ISDN_CONNECT:
		if (far && far->ref == out->ref)
			rd_world_plan_far(w, far, RD_PLAN_ISDN, 0,
					  RD_ISDN_CONNECT_ACK, 0);
		break;
	case RD_ISDN_HANGUP:
		if (far && far->ref == out->ref && !far->clearing) {
			far->clearing = true;
			rd_world_plan_far(w, far, RD_PLAN_ISDN, 0,
					  RD_ISDN_HANGUP_DONE, 0);
		}
		break;
	case RD_ISDN_RESTART: {
		struct rd_plan plan = {
			.frame = w->frame,
			.line = out->msg.line,
			.kind = RD_PLAN_ISDN,
			.op = RD_ISDN_RESTART_ACK,
		};

		rd_world_plan(w, &plan);
		break;
	}
	default:
		break;
	}
}

/* ---- sound ------------------------------------------------------------------------ */

/* Words that are spoken, twice: a Chinese character is half of one. */
static uint32_t half_words(const char *text)
{
	uint32_t n = 0;
	bool in_word = false;

	for (const unsigned char *c = (const void *)text; *c; c++) {
		bool letter = *c > ' ' && *c < 0x80;

		if (*c >= 0xe3) /* first octet of a character above U+3000 */
			n++;
		else if (letter && !in_word)
			n += 2;
		in_word = letter;
	}
	return n;
}

int rd_world_prompts(struct rd_world *w)
{
	const struct rd_config *c = w->config;

	w->prompt_frames = calloc(c->nprompts + 1u, sizeof(uint32_t));
	if (!w->prompt_frames)
		return -ENOMEM;
	if (w->day->spoken)
		rd_speech_lengths(c, w->prompt_frames);
	for (uint32_t i = 0; i < c->nprompts; i++)
		if (!w->prompt_frames[i])
			w->prompt_frames[i] =
				c->prompts[i].file[0]
					? FILE_FRAMES
					: half_words(c->prompts[i].text) * 30u *
						  RD_FRAMES_PER_S /
						  w->day->words_a_minute;
	return 0;
}

static uint32_t item_frames(const struct rd_world *w, uint32_t prompt)
{
	if (prompt & PAUSE_BIT)
		return (prompt & ~PAUSE_BIT) * RD_FRAMES_PER_MS;
	return prompt < w->config->nprompts ? w->prompt_frames[prompt] : 0;
}

/* How far a sound has come; true: to its end. */
static bool position(const struct rd_far *far, uint64_t elapsed, uint32_t *item,
		     uint32_t *offset)
{
	bool loop = far->sound.flags & RD_PLAY_LOOP;
	uint64_t round = 0;

	*item = far->sound.item;
	*offset = far->sound.offset;
	for (uint16_t i = 0; i < far->sound.n; i++)
		round += far->sound.frames[i];
	if (loop && round && elapsed > round)
		elapsed %= round;
	while (*item < far->sound.n) {
		uint32_t frames = far->sound.frames[*item];
		uint32_t rest = frames > *offset ? frames - *offset : 0;

		if (elapsed < rest) {
			*offset += (uint32_t)elapsed;
			return false;
		}
		elapsed -= rest;
		*offset = 0;
		if (++*item == far->sound.n && loop && round)
			*item = 0;
	}
	return true;
}

static void say_played(struct rd_world *w, struct rd_far *far, uint8_t reason)
{
	struct rd_ev_play_done done = {
		.msg = { .type = RD_MSG_PLAY_DONE,
			 .len = sizeof(done),
			 .line = far->line,
			 .frame = w->frame },
		.play = far->sound.play,
		.reason = reason,
	};

	position(far, w->frame - far->sound.begin, &done.item,
		 &done.offset_frames);
	far->sound.play = 0;
	rd_world_event(w, &done.msg);
}

/* It ends now; core hears of it when it has handled what it handles. */
static void stop_sound(struct rd_world *w, uint32_t line, uint8_t reason)
{
	struct rd_far *far = rd_far_at(w, line);
	struct rd_plan plan = { .kind = RD_PLAN_PLAYED };

	if (!far || !far->sound.play)
		return;
	plan.frame = w->frame;
	plan.line = line;
	plan.id = far->sound.play;
	plan.reason = reason;
	position(far, w->frame - far->sound.begin, &plan.serial,
		 (uint32_t *)&plan.frames);
	far->sound.play = 0;
	rd_world_plan(w, &plan);
}

static void begin_sound(struct rd_world *w, uint32_t line, uint32_t play)
{
	struct rd_far *far = rd_far_at(w, line);

	stop_sound(w, line, RD_PLAY_REPLACED);
	if (!far)
		return;
	memset(&far->sound, 0, sizeof(far->sound));
	far->sound.play = play;
	far->sound.begin = w->frame;
}

static void plan_end(struct rd_world *w, struct rd_far *far, uint64_t frames)
{
	struct rd_plan plan = {
		.frame = w->frame + frames,
		.line = far->line,
		.serial = far->serial,
		.id = far->sound.play,
		.kind = RD_PLAN_PLAYED,
		.reason = RD_PLAY_ENDED,
	};

	rd_world_plan(w, &plan);
}

static void on_play(struct rd_world *w, const struct rd_cmd_play *cmd)
{
	struct rd_far *far = rd_far_at(w, cmd->msg.line);
	uint64_t total = 0;

	begin_sound(w, cmd->msg.line, cmd->play);
	if (!far)
		return;
	far->sound.flags = cmd->flags;
	far->sound.n = cmd->n < RD_WORLD_PLAYLIST ? cmd->n : RD_WORLD_PLAYLIST;
	far->sound.item = cmd->first_item;
	far->sound.offset = cmd->offset_frames;
	for (uint16_t i = 0; i < far->sound.n; i++) {
		uint32_t frames = item_frames(w, cmd->prompt[i]);

		far->sound.frames[i] = frames;
		if (i >= cmd->first_item)
			total += frames;
	}
	total -= total < cmd->offset_frames ? total : cmd->offset_frames;
	if (!(cmd->flags & RD_PLAY_LOOP))
		plan_end(w, far, total > TICK_FRAMES ? total : TICK_FRAMES);
}

static void on_play_stop(struct rd_world *w, const struct rd_cmd_play_stop *cmd)
{
	struct rd_far *far = rd_far_at(w, cmd->msg.line);

	if (far && (!cmd->play || cmd->play == far->sound.play))
		stop_sound(w, cmd->msg.line, RD_PLAY_STOPPED);
}

void rd_line_barge(struct rd_world *w, struct rd_far *far)
{
	if (far->sound.play && far->sound.flags & RD_PLAY_BARGE)
		stop_sound(w, far->line, RD_PLAY_DIGIT);
}

static void on_digits(struct rd_world *w, const struct rd_cmd_digits *cmd)
{
	struct rd_far *far = rd_far_at(w, cmd->msg.line);
	uint32_t each = (cmd->on_ms ? cmd->on_ms : 80u) +
			(cmd->off_ms ? cmd->off_ms : 80u);

	begin_sound(w, cmd->msg.line, cmd->play);
	if (far)
		plan_end(w, far,
			 rd_frames_from_ms(
				 each * strnlen(cmd->digits, RD_NUMBER_LEN)));
}

/* ---- disk ---------------------------------------------------------------------------- */

static void on_record(struct rd_world *w, const struct rd_cmd_record *cmd)
{
	if (!rd_world_grow(w, &w->recordings, w->nrecordings, &w->caprecordings,
			   sizeof(*w->recordings)))
		return;
	w->recordings[w->nrecordings].id = cmd->recording;
	w->recordings[w->nrecordings++].begin = w->frame;
}

static void on_record_stop(struct rd_world *w, const struct rd_cmd_record *cmd)
{
	struct rd_plan plan = { .frame = w->frame,
				.line = RD_LINE_NONE,
				.id = cmd->recording,
				.kind = RD_PLAN_RECORDED };

	for (size_t i = 0; i < w->nrecordings; i++) {
		if (w->recordings[i].id != cmd->recording)
			continue;
		plan.frames = w->frame - w->recordings[i].begin;
		w->recordings[i] = w->recordings[--w->nrecordings];
		rd_world_plan(w, &plan);
		return;
	}
}

/* ---- sources -------------------------------------------------------------------------- */

static enum rd_lookup_status ask(struct rd_world *w,
				 const struct rd_cmd_lookup *cmd,
				 const char *secret, struct rd_answer *answer)
{
	struct rd_source_question q = rd_source_question(cmd, secret);
	struct rd_source_file **file;

	if (w->lookups != RD_LOOKUPS_FILES)
		return w->lookups == RD_LOOKUPS_NONE ? RD_LOOKUP_NONE
							  : RD_LOOKUP_DOWN;
	if (cmd->source >= w->config->nsources)
		return RD_LOOKUP_DOWN;
	file = &w->sources[cmd->source];
	if (!*file)
		*file = rd_source_new(&w->config->sources[cmd->source]);
	return !*file ? RD_LOOKUP_DOWN
		      : rd_source_ask(*file, &q,
				      rd_monotonic_ns() + LOOKUP_LIMIT_NS,
				      answer);
}

static size_t free_reply(struct rd_world *w)
{
	struct rd_lookup_reply *more;
	size_t i = 0;

	while (i < w->nreplies && w->replies[i].octets)
		i++;
	if (i < w->nreplies)
		return i;
	more = realloc(w->replies, (i + 1) * sizeof(*more));
	if (!more) {
		w->err = -ENOMEM;
		return SIZE_MAX;
	}
	w->replies = more;
	w->replies[i].octets = NULL;
	w->nreplies = i + 1;
	return i;
}

/* The source is asked now, and answers after the declared time. */
static void on_lookup(struct rd_world *w, const struct rd_cmd_lookup *cmd)
{
	char secret[RD_VAULT_DIGITS + 1] = "";
	struct rd_ev_lookup *reply;
	struct rd_plan plan = { .line = cmd->msg.line, .kind = RD_PLAN_LOOKUP };
	struct rd_answer answer = { .cap = RD_LOOKUP_DATA };
	size_t at = free_reply(w);

	if (at == SIZE_MAX)
		return;
	reply = calloc(1, sizeof(*reply) + RD_LOOKUP_DATA + 8);
	if (!reply) {
		w->err = -ENOMEM;
		return;
	}
	w->replies[at].octets = (uint8_t *)reply;
	answer.data = reply->data;
	if (cmd->secret)
		rd_vault_take(&w->vault, (uint32_t)strtoul(cmd->key, NULL, 10),
			      secret);
	reply->status = (uint16_t)(cmd->source == RD_LOOKUP_PIN
					   ? rd_vault_check_pin(w->config, cmd->key,
								secret)
					   : ask(w, cmd, secret, &answer));
	reply->pairs = answer.pairs;
	reply->request = cmd->request;
	reply->msg = (struct rd_msg){
		.type = RD_MSG_LOOKUP_ANSWER,
		.len = (uint16_t)((sizeof(*reply) + answer.len + 7) / 8 * 8),
		.line = cmd->msg.line,
	};
	plan.frame = rd_world_ms(w, w->lookup_ms);
	plan.id = at;
	/* core's own timeout answers for a source that is down */
	if (reply->status == RD_LOOKUP_DOWN &&
	    w->lookups == RD_LOOKUPS_DOWN) {
		free(reply);
		w->replies[at].octets = NULL;
		return;
	}
	rd_world_plan(w, &plan);
}

/* ---- the sink ---------------------------------------------------------------------------- */

static void to_media(struct rd_world *w, const struct rd_msg *cmd)
{
	const void *c = cmd;

	switch (cmd->type) {
	case RD_MSG_PLAY:
		on_play(w, c);
		break;
	case RD_MSG_TONE:
		begin_sound(w, cmd->line,
			    ((const struct rd_cmd_tone *)c)->play);
		break;
	case RD_MSG_SEND_DIGITS:
		on_digits(w, c);
		break;
	case RD_MSG_PLAY_STOP:
		on_play_stop(w, c);
		break;
	case RD_MSG_CLOSE:
		stop_sound(w, cmd->line, RD_PLAY_STOPPED);
		break;
	case RD_MSG_BRIDGE:
		stop_sound(w, cmd->line, RD_PLAY_REPLACED);
		stop_sound(w, ((const struct rd_cmd_bridge *)c)->peer,
			   RD_PLAY_REPLACED);
		rd_people_talk(w, cmd->line,
			       ((const struct rd_cmd_bridge *)c)->peer);
		break;
	case RD_MSG_RECORD:
		on_record(w, c);
		break;
	case RD_MSG_RECORD_STOP:
		on_record_stop(w, c);
		break;
	default:
		break;
	}
}

void rd_world_put(void *context, enum rd_peer peer, const struct rd_msg *cmd)
{
	struct rd_world *w = context;
	const void *c = cmd;

	switch (peer) {
	case RD_PEER_MEDIA:
		to_media(w, cmd);
		break;
	case RD_PEER_EDGE:
		if (cmd->type == RD_MSG_ISDN_OUT)
			on_isdn(w, c);
		break;
	case RD_PEER_STORE:
		if (cmd->type == RD_MSG_LOOKUP)
			on_lookup(w, c);
		if (cmd->type != RD_MSG_ROW)
			break;
		rd_people_on_row(w, c);
		rd_drill_on_row(w, c);
		rd_tally_row(w->tally, c);
		break;
	default:
		break;
	}
}

/* ---- plans ---------------------------------------------------------------------------------- */

static void on_played(struct rd_world *w, const struct rd_plan *plan)
{
	struct rd_ev_play_done done = {
		.msg = { .type = RD_MSG_PLAY_DONE,
			 .len = sizeof(done),
			 .line = plan->line,
			 .frame = w->frame },
		.play = (uint32_t)plan->id,
		.reason = plan->reason,
		.item = plan->serial,
		.offset_frames = (uint32_t)plan->frames,
	};
	struct rd_far *far = rd_far_at(w, plan->line);

	if (plan->reason != RD_PLAY_ENDED)
		rd_world_event(w, &done.msg);
	else if (far && far->serial == plan->serial &&
		 far->sound.play == plan->id)
		say_played(w, far, RD_PLAY_ENDED);
}

static void on_answer(struct rd_world *w, const struct rd_plan *plan)
{
	struct rd_ev_lookup *reply = (void *)w->replies[plan->id].octets;

	w->replies[plan->id].octets = NULL;
	reply->msg.frame = w->frame;
	rd_world_event(w, &reply->msg);
	free(reply);
}

static void on_recorded(struct rd_world *w, const struct rd_plan *plan)
{
	struct rd_ev_rec done = {
		.msg = { .type = RD_MSG_REC_DONE,
			 .len = sizeof(done),
			 .line = RD_LINE_NONE,
			 .frame = w->frame },
		.recording = plan->id,
		.frames = w->disk_full ? 0 : plan->frames,
		.status = w->disk_full ? RD_REC_DISK_FULL : RD_REC_COMPLETE,
		.error = w->disk_full ? -ENOSPC : 0,
	};

	rd_world_event(w, &done.msg);
}

static void on_primitive(struct rd_world *w, const struct rd_plan *plan)
{
	struct rd_far *far = rd_far_at(w, plan->line);
	struct rd_far channel = { .line = plan->line };

	if (plan->op == RD_ISDN_RESTART_ACK) {
		rd_far_say(w, &channel, plan->op, 0);
		return;
	}
	if (!far || far->serial != plan->serial ||
	    (far->clearing && plan->op != RD_ISDN_HANGUP_DONE) ||
	    (is_cut_off(w, plan->line) && plan->op != RD_ISDN_HANGUP_DONE))
		return;
	if (plan->op == RD_ISDN_HANGUP)
		rd_far_hangup(w, far, plan->cause);
	else
		rd_far_say(w, far, plan->op, plan->cause);
}

void rd_line_on_plan(struct rd_world *w, const struct rd_plan *plan)
{
	if (w->down) { /* nobody hears it */
		if (plan->kind == RD_PLAN_LOOKUP) {
			free(w->replies[plan->id].octets);
			w->replies[plan->id].octets = NULL;
		}
		return;
	}
	switch (plan->kind) {
	case RD_PLAN_PLAYED:
		on_played(w, plan);
		break;
	case RD_PLAN_LOOKUP:
		on_answer(w, plan);
		break;
	case RD_PLAN_RECORDED:
		on_recorded(w, plan);
		break;
	default:
		on_primitive(w, plan);
		break;
	}
}

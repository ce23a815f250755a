/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A world for media, driven tick by tick: soft cards, a configuration that
 * fits them, and short words for commands and events.
 */
#ifndef TESTS_MEDIA_WORLD_H
#define TESTS_MEDIA_WORLD_H

#include <assert.h>
#include <errno.h>
#include <stdio.h>

#include "daemon/media/media.h"
#include "lib/base/rng.h"
#include "tests/unit/soft_card.h"

#define WORLD_CARDS 2
#define B_OF_E1	    0xfffefffeu /* 1..15, 17..31 */

struct world {
	struct rd_config config;
	struct rd_cfg_card cards[WORLD_CARDS];
	struct rd_cfg_span spans[WORLD_CARDS * RINGDOWN_MAX_SPANS];
	struct soft_card soft[WORLD_CARDS];
	struct ringdown_info info[WORLD_CARDS];
	bool absent[WORLD_CARDS]; /* does not open */
	int tick_fd[WORLD_CARDS]; /* 0: none, ticks are made by hand */
	int done_fd[WORLD_CARDS]; /* 0: none */
	struct rd_media *m;
	uint64_t frame;
	uint32_t period;
	/* events since the start, TICK apart */
	struct rd_msg *event[4096];
	unsigned nevents, seen;
	uint64_t tick; /* frame of the last RD_MSG_TICK */
};

static inline int world_open(void *arg, unsigned index, struct rd_card *card,
			     struct rd_diag *diag)
{
	struct world *w = arg;
	int err;

	if (w->absent[index])
		return -ENOENT;
	err = soft_make(&w->soft[index], card, &w->info[index],
			w->tick_fd[index] ? w->tick_fd[index] : -1, diag);
	if (!err && w->done_fd[index])
		card->done_fd = w->done_fd[index];
	return err;
}

/* One card of nspans E1, before world_start(). */
static inline void world_card(struct world *w, enum soft_layout layout,
			      unsigned nspans, uint32_t law, uint32_t period,
			      uint32_t ring)
{
	unsigned index = w->config.ncards++;

	w->period = period;
	w->info[index] = soft_info(layout, nspans, law, period, ring);
	w->cards[index] =
		(struct rd_cfg_card){ .name = "soft",
				      .path = "memory",
				      .clock_priority = (uint8_t)(index + 1) };
	for (unsigned n = 0; n < nspans; n++)
		w->spans[w->config.nspans++] =
			(struct rd_cfg_span){ .name = "span",
					      .card = (uint8_t)index,
					      .span = (uint8_t)n,
					      .type = RINGDOWN_SPAN_E1,
					      .law = (uint8_t)law,
					      .signalling = RD_SIG_PRI,
					      .dchannel = 16,
					      .bchannels = B_OF_E1 };
}

static inline void world_start(struct world *w)
{
	struct rd_diag diag;
	int err;

	rd_diag_init(&diag);
	w->config.period_frames = w->period;
	w->config.country = "cn";
	w->config.cards = w->cards;
	w->config.spans = w->spans;
	err = rd_media_new(&w->m, &w->config, world_open, w, &diag);
	if (err)
		fprintf(stderr, "%s", diag.text);
	assert(!err);
	rd_diag_free(&diag);
}

static inline void world_drain(struct world *w)
{
	struct rd_mq *q = rd_media_events(w->m);
	const struct rd_msg *msg;

	while ((msg = rd_mq_peek(q))) {
		assert(rd_msg_check(msg, msg->len) == 0);
		if (msg->type == RD_MSG_TICK) {
			w->tick = msg->frame;
		} else if (w->nevents <
			   sizeof(w->event) / sizeof(w->event[0])) {
			w->event[w->nevents] = malloc(msg->len);
			memcpy(w->event[w->nevents++], msg, msg->len);
		}
		rd_mq_consume(q, msg);
	}
}

static inline void world_end(struct world *w)
{
	rd_media_free(w->m);
	for (unsigned i = 0; i < w->nevents; i++)
		free(w->event[i]);
	for (unsigned i = 0; i < w->config.ncards; i++)
		soft_free(&w->soft[i]);
	memset(w, 0, sizeof(*w));
}

/* n periods: the cards advance, media ticks. */
static inline void world_run(struct world *w, unsigned n)
{
	while (n--) {
		for (unsigned i = 0; i < w->config.ncards; i++)
			if (w->soft[i].status)
				soft_advance(&w->soft[i], w->period);
		w->frame += w->period;
		rd_media_tick(w->m, w->frame);
		world_drain(w);
	}
}

/* The next event of a type on a line (RD_LINE_NONE: any); NULL if none. */
static inline void *world_event(struct world *w, uint16_t type, uint32_t line)
{
	while (w->seen < w->nevents) {
		struct rd_msg *msg = w->event[w->seen++];

		if (msg->type == type &&
		    (line == RD_LINE_NONE || msg->line == line))
			return msg;
	}
	return NULL;
}

static inline unsigned world_count(const struct world *w, uint16_t type)
{
	unsigned n = 0;

	for (unsigned i = 0; i < w->nevents; i++)
		n += w->event[i]->type == type;
	return n;
}

/* ---- commands ------------------------------------------------------------- */

static inline void world_put(struct world *w, void *msg, uint16_t type,
			     uint16_t len, uint32_t line)
{
	struct rd_msg *head = msg;

	head->type = type;
	head->len = (uint16_t)((len + 7u) & ~7u);
	head->line = line;
	assert(rd_mq_put(rd_media_commands(w->m), head) == 0);
}

static inline void world_say(struct world *w, uint16_t type, uint32_t line)
{
	struct rd_msg msg = { 0 };

	world_put(w, &msg, type, sizeof(msg), line);
}

static inline void world_open_line(struct world *w, uint32_t line,
				   uint16_t flags)
{
	struct rd_cmd_open cmd = { .flags = flags };

	world_put(w, &cmd, RD_MSG_OPEN, sizeof(cmd), line);
}

static inline void world_bridge(struct world *w, uint32_t a, uint32_t b)
{
	struct rd_cmd_bridge cmd = { .peer = b };

	world_put(w, &cmd, RD_MSG_BRIDGE, sizeof(cmd), a);
}

static inline void world_play_from(struct world *w, uint32_t line,
				   uint32_t play, uint16_t flags,
				   uint32_t first, uint32_t offset, uint16_t n,
				   const uint32_t *prompts)
{
	union {
		struct rd_cmd_play cmd;
		uint8_t octets[1024];
	} u = { 0 };

	u.cmd.play = play;
	u.cmd.flags = flags;
	u.cmd.n = n;
	u.cmd.first_item = first;
	u.cmd.offset_frames = offset;
	memcpy(u.octets + sizeof(u.cmd), prompts, n * sizeof(*prompts));
	world_put(w, &u, RD_MSG_PLAY, (uint16_t)(sizeof(u.cmd) + 4u * n), line);
}

static inline void world_play(struct world *w, uint32_t line, uint32_t play,
			      uint16_t flags, uint32_t prompt)
{
	world_play_from(w, line, play, flags, 0, 0, 1, &prompt);
}

static inline void world_stop(struct world *w, uint32_t line, uint32_t play)
{
	struct rd_cmd_play_stop cmd = { .play = play };

	world_put(w, &cmd, RD_MSG_PLAY_STOP, sizeof(cmd), line);
}

static inline void world_tone(struct world *w, uint32_t line, uint32_t play,
			      uint32_t tone)
{
	struct rd_cmd_tone cmd = { .play = play, .tone = tone };

	world_put(w, &cmd, RD_MSG_TONE, sizeof(cmd), line);
}

static inline void world_record(struct world *w, uint16_t type, uint32_t line,
				uint64_t recording)
{
	struct rd_cmd_record cmd = { .recording = recording };

	world_put(w, &cmd, type, sizeof(cmd), line);
}

/* ---- sound ------------------------------------------------------------------ */

static inline struct soft_slot *world_slot(struct world *w, uint32_t line)
{
	return &w->soft[rd_line_card(line)]
			.slot[rd_line_span(line)][rd_line_slot(line)];
}

/* Any octets: what a line receives. */
static inline void world_noise(uint8_t *octets, size_t n, uint64_t seed)
{
	struct rd_rng rng = { seed };

	for (size_t i = 0; i < n; i++)
		octets[i] = (uint8_t)rd_rng_next(&rng);
}

static inline void world_source(struct world *w, uint32_t line,
				const uint8_t *octets, size_t n)
{
	world_slot(w, line)->source = octets;
	world_slot(w, line)->source_len = n;
}

static inline void world_sink(struct world *w, uint32_t line, uint8_t *octets,
			      size_t n)
{
	world_slot(w, line)->sink = octets;
	world_slot(w, line)->sink_len = n;
}

/* Prompts 0..n-1; prompt i has frames[i] samples that tell their place. */
static inline int16_t world_sample(uint32_t prompt, uint32_t frame)
{
	return (int16_t)(1000 + 997 * prompt + 32 * (frame % 500));
}

static inline struct rd_prompts *world_prompts(struct world *w, uint32_t n,
					       const uint32_t *frames)
{
	struct rd_prompts *t = rd_prompts_new(n);
	uint64_t epoch;

	for (uint32_t i = 0; i < n; i++) {
		int16_t *samples = calloc(frames[i] + 1, sizeof(*samples));

		for (uint32_t f = 0; f < frames[i]; f++)
			samples[f] = world_sample(i, f);
		assert(rd_prompts_set(t, i, samples, frames[i]) == 0);
		free(samples);
	}
	rd_media_publish(w->m, 0, t, &epoch);
	return t;
}

#endif

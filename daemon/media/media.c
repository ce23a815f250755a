// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Media as an object: sizes, life, and what core may ask of it.
 *
 * All memory is taken here, before the first tick: lines as the configured
 * spans have them, two recording buffers a line and some more, queues that
 * hold what those can produce.
 */
#include "daemon/media/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/base/frames.h"

#define COMMANDS_SIZE (256u << 10)
#define EVENTS_SIZE   (1u << 20)
#define OUTBOX_SIZE   (512u << 10)
#define OUTBOX_MAX    8192u
#define WISHES_SIZE   (64u << 10)
#define HUGE_PAGE     (2u << 20)

static uint32_t power_of_two(size_t atleast)
{
	uint32_t size = 1024;

	while (size < atleast)
		size *= 2;
	return size;
}

static int make_queues(struct rd_media *m)
{
	/* each buffer once, and a first and last word of short recordings */
	uint32_t blocks = power_of_two((m->nbuffers + 16 * m->nchannels + 64) *
				       sizeof(struct rd_rec_block));
	uint8_t *at = malloc(COMMANDS_SIZE + EVENTS_SIZE + 2 * WISHES_SIZE +
			     2 * (size_t)blocks);

	if (!at)
		return -ENOMEM;
	m->queue_memory = at;
	rd_mq_init(&m->commands, at, COMMANDS_SIZE);
	rd_mq_init(&m->events, at + COMMANDS_SIZE, EVENTS_SIZE);
	at += COMMANDS_SIZE + EVENTS_SIZE;
	rd_mq_init(&m->wishes, at, WISHES_SIZE);
	rd_mq_init(&m->answers, at + WISHES_SIZE, WISHES_SIZE);
	at += 2 * WISHES_SIZE;
	rd_mq_init(&m->blocks, at, blocks);
	rd_mq_init(&m->blocks_back, at + blocks, blocks);
	m->outbox.size = OUTBOX_SIZE;
	m->outbox.max = OUTBOX_MAX;
	m->outbox.octets = malloc(OUTBOX_SIZE);
	m->outbox.entry = calloc(OUTBOX_MAX, sizeof(*m->outbox.entry));
	return m->outbox.octets && m->outbox.entry ? 0 : -ENOMEM;
}

static int make_pool(struct rd_media *m)
{
	m->nbuffers = 2 * m->nchannels + 16;
	m->pool = calloc(m->nbuffers, sizeof(*m->pool));
	m->buffers =
		aligned_alloc(4096, (size_t)m->nbuffers * RD_RECORD_BUFFER);
	if (!m->pool || !m->buffers)
		return -ENOMEM;
	while (m->pool_n < m->nbuffers) {
		m->pool[m->pool_n] =
			m->buffers + (size_t)m->pool_n * RD_RECORD_BUFFER;
		m->pool_n++;
	}
	return 0;
}

/* ---- lines --------------------------------------------------------------------- */

static int place_spans(struct rd_media *m, struct rd_diag *diag)
{
	const struct rd_config *config = m->config;

	for (unsigned i = 0; i < config->nspans; i++) {
		const struct rd_cfg_span *s = &config->spans[i];

		if (s->card >= m->ncards || s->span >= RINGDOWN_MAX_SPANS ||
		    m->card[s->card].span[s->span]) {
			rd_diag_error(diag, (struct rd_place){ NULL, 0, 0 },
				      "span %s: card %u has no free span %u",
				      s->name, s->card, s->span);
			return -EINVAL;
		}
		m->card[s->card].span[s->span] = s;
		m->nchannels += (unsigned)__builtin_popcount(s->bchannels);
		m->ndchannels += s->signalling == RD_SIG_PRI && s->dchannel;
	}
	return 0;
}

static void make_span(struct rd_media *m, unsigned card,
		      const struct rd_cfg_span *s, struct rd_channel **next,
		      struct rd_dchannel **next_d)
{
	if (s->signalling == RD_SIG_PRI && s->dchannel) {
		struct rd_dchannel *d = (*next_d)++;

		d->line = rd_line(card, s->span, 0);
		d->card = (uint8_t)card;
		d->span = s->span;
		d->slot = s->dchannel;
		rd_hdlc_rx_init(&d->rx);
		rd_hdlc_tx_init(&d->tx, d->queue, sizeof(d->queue));
	}
	for (unsigned slot = 0; slot < RINGDOWN_MAX_SLOTS; slot++) {
		struct rd_channel *ch;

		if (!(s->bchannels >> slot & 1))
			continue;
		ch = (*next)++;
		ch->line = rd_line(card, s->span, slot);
		ch->card = (uint8_t)card;
		ch->span = s->span;
		ch->slot = (uint8_t)slot;
		ch->law = s->law;
		m->card[card].channel[s->span][slot] = ch;
	}
}

static int make_lines(struct rd_media *m)
{
	struct rd_channel *next;
	struct rd_dchannel *next_d;

	m->channel = calloc(m->nchannels + 1, sizeof(*m->channel));
	m->dchannel = calloc(m->ndchannels + 1, sizeof(*m->dchannel));
	if (!m->channel || !m->dchannel)
		return -ENOMEM;
	next = m->channel;
	next_d = m->dchannel;
	for (unsigned i = 0; i < m->ncards; i++)
		for (unsigned n = 0; n < RINGDOWN_MAX_SPANS; n++)
			if (m->card[i].span[n])
				make_span(m, i, m->card[i].span[n], &next,
					  &next_d);
	return 0;
}

/* ---- racks ---------------------------------------------------------------------- */

/*
 * The first slot of the rack that holds slot: so that all sixteen exist, where
 * the span has as many (E1 0..31, T1 1..24).
 */
static unsigned first_of_rack(const struct rd_cfg_span *s, unsigned slot)
{
	bool t1 = s->type == RINGDOWN_SPAN_T1 && slot < 25;
	unsigned end = t1 ? 25 : RINGDOWN_MAX_SLOTS;

	return slot + RD_BANK_CHANNELS > end ? end - RD_BANK_CHANNELS : slot;
}

static void place_racks(struct rd_media *m)
{
	struct rd_rack *r = NULL;

	for (unsigned i = 0; i < m->nchannels; i++) {
		struct rd_channel *ch = &m->channel[i];
		const struct rd_cfg_span *s = m->card[ch->card].span[ch->span];

		if (!r || r->card != ch->card || r->span != ch->span ||
		    ch->slot >= r->slot + RD_BANK_CHANNELS) {
			r = &m->rack[m->nracks++];
			r->card = ch->card;
			r->span = ch->span;
			r->slot = (uint8_t)first_of_rack(s, ch->slot);
		}
		ch->rack = r;
		ch->lane = ch->slot - r->slot;
		ch->rx = r->heard + ch->lane * m->period;
		ch->right = r->sent + ch->lane * m->period;
		r->channel[ch->lane] = ch;
	}
}

/*
 * Banks work in blocks of 5, 10 or 20 ms. A period that is no multiple of 5 ms
 * is one block, or two: then there is no canceller.
 */
static uint32_t block_frames(uint32_t period)
{
	for (uint32_t block = RD_BLOCK_MAX; block >= 40; block /= 2)
		if (period % block == 0)
			return block;
	return period > RD_BLOCK_MAX ? period / 2 : period;
}

static struct rd_bank_config bank_config(const struct rd_media *m,
					 const struct rd_rack *r)
{
	unsigned taps = (m->card[r->card].cfg->echo_taps + 7u) & ~7u;
	struct rd_bank_config config = {
		.law = m->card[r->card].span[r->span]->law,
		.echo = { .taps = taps,
			  .block = m->block,
			  .nlp = true,
			  .tone_disabler = true },
		.has_dtmf = true,
	};

	if (taps && taps < RD_ECHO_TAPS_MIN)
		config.echo.taps = RD_ECHO_TAPS_MIN;
	if (taps > RD_ECHO_TAPS_MAX)
		config.echo.taps = RD_ECHO_TAPS_MAX;
	if (m->block % 40)
		config.echo.taps = 0;
	return config;
}

static size_t bank_size(const struct rd_media *m, const struct rd_rack *r)
{
	struct rd_bank_config config = bank_config(m, r);

	return (rd_bank_size(&config) + RD_BANK_ALIGN - 1) &
	       ~(size_t)(RD_BANK_ALIGN - 1);
}

/* One piece of memory, in the order of the tick, in huge pages if there are. */
static int make_racks(struct rd_media *m)
{
	size_t total = 0;
	uint8_t *at;

	/* a rack is begun for a channel that no other holds */
	m->rack = calloc(m->nchannels + 1, sizeof(*m->rack));
	if (!m->rack)
		return -ENOMEM;
	m->block = block_frames(m->period);
	m->has_tones = !rd_tone_rx_init(&m->tone_rx, m->config->country);
	place_racks(m);
	for (unsigned i = 0; i < m->nracks; i++)
		total += bank_size(m, &m->rack[i]);
	total = (total + HUGE_PAGE - 1) & ~(size_t)(HUGE_PAGE - 1);
	at = m->banks = total ? aligned_alloc(HUGE_PAGE, total) : NULL;
	if (total && !at)
		return -ENOMEM;
	madvise(at, total, MADV_HUGEPAGE);
	for (unsigned i = 0; i < m->nracks; i++) {
		struct rd_rack *r = &m->rack[i];
		struct rd_bank_config config = bank_config(m, r);

		r->bank = rd_bank_init(at, &config);
		r->has_echo = config.echo.taps;
		for (unsigned l = 0; l < RD_BANK_CHANNELS; l++) {
			rd_bank_set_echo(r->bank, l, false);
			rd_bank_set_dtmf(r->bank, l, false);
		}
		at += bank_size(m, r);
	}
	return 0;
}

/* ---- life ----------------------------------------------------------------------- */

static int open_by_path(void *arg, unsigned index, struct rd_card *card,
			struct rd_diag *diag)
{
	const struct rd_media *m = arg;

	return rd_card_open(card, m->card[index].cfg->path, m->period, diag);
}

int rd_media_new(struct rd_media **out, const struct rd_config *config,
		 rd_media_open_fn *open, void *arg, struct rd_diag *diag)
{
	struct rd_media *m = calloc(1, sizeof(*m));
	int err = -ENOMEM;

	if (!m)
		return -ENOMEM;
	m->config = config;
	m->period = config->period_frames;
	m->ncards = config->ncards;
	m->clock = -1;
	m->deadline = RD_FRAME_NEVER;
	m->open = open ? open : open_by_path;
	m->open_arg = open ? arg : m;
	m->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	m->keep_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	m->answer_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&m->door, NULL);
	m->card = calloc(m->ncards + 1u, sizeof(*m->card));
	if (!m->card || m->wake_fd < 0 || m->keep_fd < 0 || m->answer_fd < 0)
		goto err_free;
	for (unsigned i = 0; i < m->ncards; i++)
		m->card[i].cfg = &config->cards[i];
	err = place_spans(m, diag);
	if (!err)
		err = make_lines(m);
	if (!err)
		err = make_racks(m);
	if (!err)
		err = make_pool(m);
	if (!err)
		err = make_queues(m);
	if (err)
		goto err_free;
	rd_media_open_cards(m, diag);
	rd_cards_adopt(m);
	*out = m;
	return 0;

err_free:
	rd_media_free(m);
	return err;
}

void rd_media_free(struct rd_media *m)
{
	if (!m)
		return;
	for (unsigned i = 0; m->card && i < m->ncards; i++) {
		struct rd_card *cards[] = { m->card[i].card, m->card[i].fresh,
					    m->card[i].gone };

		for (int k = 0; k < 3; k++)
			if (cards[k]) {
				rd_card_close(cards[k]);
				free(cards[k]);
			}
	}
	free(m->outbox.octets);
	free(m->outbox.entry);
	free(m->queue_memory);
	free(m->buffers);
	free(m->pool);
	free(m->rack);
	free(m->banks);
	free(m->channel);
	free(m->dchannel);
	free(m->card);
	if (m->wake_fd >= 0)
		close(m->wake_fd);
	if (m->keep_fd >= 0)
		close(m->keep_fd);
	if (m->answer_fd >= 0)
		close(m->answer_fd);
	pthread_mutex_destroy(&m->door);
	free(m);
}

struct rd_channel *rd_channel_find(const struct rd_media *m, uint32_t line)
{
	unsigned card = rd_line_card(line), span = rd_line_span(line);
	unsigned slot = rd_line_slot(line);

	if (card >= m->ncards || span >= RINGDOWN_MAX_SPANS ||
	    slot >= RINGDOWN_MAX_SLOTS)
		return NULL;
	return m->card[card].channel[span][slot];
}

/* ---- what core asks --------------------------------------------------------------- */

const struct ringdown_info *rd_media_info(const struct rd_media *m,
					  unsigned card)
{
	if (card >= m->ncards ||
	    !__atomic_load_n(&m->card[card].known, __ATOMIC_ACQUIRE))
		return NULL;
	return &m->card[card].info;
}

bool rd_media_is_lockstep(const struct rd_media *m)
{
	for (unsigned i = 0; i < m->ncards; i++) {
		const struct ringdown_info *info = rd_media_info(m, i);

		if (info && info->flags & RINGDOWN_INFO_LOCKSTEP)
			return true;
	}
	return false;
}

struct rd_mq *rd_media_commands(struct rd_media *m)
{
	return &m->commands;
}

struct rd_mq *rd_media_events(struct rd_media *m)
{
	return &m->events;
}

struct rd_mq *rd_media_blocks(struct rd_media *m)
{
	return &m->blocks;
}

struct rd_mq *rd_media_blocks_back(struct rd_media *m)
{
	return &m->blocks_back;
}

void rd_media_set_deadline(struct rd_media *m, uint64_t frame)
{
	__atomic_store_n(&m->deadline, frame, __ATOMIC_RELEASE);
}

uint64_t rd_media_frame(const struct rd_media *m)
{
	return __atomic_load_n(&m->now, __ATOMIC_ACQUIRE);
}

void rd_media_done(struct rd_media *m, uint64_t frame)
{
	pthread_mutex_lock(&m->door);
	for (unsigned i = 0; i < m->ncards; i++) {
		struct rd_media_card *c = &m->card[i];
		struct rd_card *card =
			__atomic_load_n(&c->done_card, __ATOMIC_ACQUIRE);
		uint64_t done =
			__atomic_load_n(&c->done_frame, __ATOMIC_ACQUIRE);

		if (!card || !rd_card_is_lockstep(card) || done >= frame)
			continue;
		rd_card_done(card, frame - done);
		__atomic_store_n(&c->done_frame, frame, __ATOMIC_RELEASE);
	}
	pthread_mutex_unlock(&m->door);
}

const struct rd_prompts *rd_media_publish(struct rd_media *m, unsigned slot,
					  const struct rd_prompts *table,
					  uint64_t *epoch)
{
	const struct rd_prompts *before = __atomic_exchange_n(
		&m->prompts[slot], table, __ATOMIC_SEQ_CST);

	*epoch = __atomic_load_n(&m->epoch, __ATOMIC_SEQ_CST);
	return before;
}

bool rd_media_has_passed(const struct rd_media *m, uint64_t epoch)
{
	return __atomic_load_n(&m->epoch, __ATOMIC_SEQ_CST) > epoch;
}

void rd_media_stats(const struct rd_media *m, struct rd_media_stats *out)
{
	const uint64_t *from = (const uint64_t *)&m->stats;
	uint64_t *to = (uint64_t *)out;

	static_assert(sizeof(m->stats) % sizeof(uint64_t) == 0, "all u64");
	for (size_t i = 0; i < sizeof(m->stats) / sizeof(uint64_t); i++)
		to[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
}

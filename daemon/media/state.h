/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What media consists of. Private to daemon/media.
 *
 *	rd_media ── card[]      slot of the configuration; its card if present
 *	         ├─ channel[]   B-channels and ports, in order of their lines
 *	         ├─ rack[]      sixteen of them each, to be received together
 *	         ├─ dchannel[]
 *	         ├─ pool        recording buffers not in use
 *	         ├─ outbox      events of this tick, until they are in order
 *	         └─ four queues
 *
 * All of it belongs to the media thread, but for what is marked atomic. Line
 * frames are the daemon's clock; a card's own frame is line frame + ahead.
 */
#ifndef RD_MEDIA_STATE_H
#define RD_MEDIA_STATE_H

#include <liburing.h>
#include <pthread.h>

#include "daemon/media/media.h"
#include "lib/dsp/channel.h"
#include "lib/dsp/dtmf.h"
#include "lib/dsp/g711.h"
#include "lib/dsp/tone.h"
#include "lib/line/hdlc.h"

#define SENT_FRAMES	2048u /* history of a line; > lead + 3 periods */
#define HDLC_QUEUE	4096u
#define DAMAGED_A_TICK	4u /* damaged frames told to core, a D-channel */
#define TONE_LEVEL_DBM0 -10.0f
#define RD_BLOCK_MAX	160u /* frames a bank does at once */
#define HEALTH_WORDS	(sizeof(struct rd_ev_health) / 8)

static_assert(SENT_FRAMES >= RD_CARD_LEAD_MAX + 3 * RINGDOWN_PERIOD_MAX,
	      "the recorder reads what was written lead + period ago");

/* ---- cards ----------------------------------------------------------------- */

struct rd_media_card {
	const struct rd_cfg_card *cfg;
	struct rd_card *card;  /* NULL: not there */
	struct rd_card *fresh; /* atomic: keeper -> tick, to begin with */
	struct rd_card *gone;  /* atomic: tick -> keeper, to close */
	const struct rd_cfg_span *span[RINGDOWN_MAX_SPANS];
	struct rd_channel *channel[RINGDOWN_MAX_SPANS][RINGDOWN_MAX_SLOTS];
	uint32_t alarms[RINGDOWN_MAX_SPANS]; /* as core knows them */
	struct rd_span_errors {		     /* likewise */
		uint64_t slips, crc, code, framing, far_end;
	} errors[RINGDOWN_MAX_SPANS];
	int64_t ahead;		   /* own frame less line frame */
	uint32_t slack;		   /* frames tx is ahead more: not the clock */
	uint64_t rx_from;	   /* own frame: this tick's first received */
	uint64_t tx_at;		   /* own frame: this tick's first to send */
	bool tx_open;		   /* the card takes them */
	bool told;		   /* core knows whether it is there */
	uint64_t done_frame;	   /* atomic: lockstep, told done up to */
	struct rd_card *done_card; /* atomic: to be told; under door, alive */
	bool known; /* atomic: info stands, and does not change */
	struct ringdown_info info; /* of the first card opened here */

	/* the thread's ring */
	uint64_t ticks;	     /* read into */
	uint32_t instance;   /* counts cards, so that old CQEs are known */
	uint32_t dismissed;  /* the one whose requests are to be cancelled */
	bool armed, watched; /* its tick, its hang-up */
	bool dismiss;
	bool missing; /* the keeper's: to be opened */
};

/* ---- lines ----------------------------------------------------------------- */

enum rd_player_kind {
	RD_PLAYER_NONE,
	RD_PLAYER_LIST,
	RD_PLAYER_TONE,
	RD_PLAYER_DIGITS
};

struct rd_player {
	uint8_t kind;  /* enum rd_player_kind */
	uint8_t table; /* of prompts */
	uint16_t flags;
	uint32_t n;
	uint32_t play; /* core's number */
	uint32_t item;
	uint32_t offset_frames; /* into the item */
	uint32_t prompt[RD_PLAY_ITEMS];
	struct rd_tone_tx tone;
	struct rd_dtmf_tx digits;
};

struct rd_recorder {
	uint64_t recording;
	bool on;
	bool announced;	 /* disk knows where it begins */
	bool ending;	 /* the last word could not be queued yet */
	uint8_t *buffer; /* NULL: none got */
	uint32_t fill;	 /* octets in it */
	uint64_t frame;	 /* of the buffer's first sample */
	uint64_t next;	 /* frame after the last taken */
	uint64_t lost;	 /* frames of the gap under way */
};

/* What one direction of a line measures; powers are mean squares. */
struct rd_meter {
	float speech_sum;     /* of the blocks that stand out */
	float smooth, low[2]; /* noise: least of the last seconds */
	uint32_t blocks, speech_blocks, clipped, samples;
	uint16_t peak, low_left; /* left: blocks until low[0] is old */
};

struct rd_channel {
	uint32_t line;
	uint8_t card, span, slot, law;
	bool open;
	bool cancels;  /* echo, in this call */
	bool tones;    /* reports call progress tones */
	uint8_t lane;  /* of its rack */
	float tx_gain; /* 1: octets stay exact */
	struct rd_rack *rack;
	struct rd_channel *peer;
	const uint8_t *rx;    /* this tick's octets, and those sent in the */
	const uint8_t *right; /* same frames: rows of the rack */
	struct rd_recorder recorder;
	struct rd_player player;
	struct rd_tone_rx tone_rx;
	uint64_t tone_frame;  /* where the tone it hears began */
	uint64_t use, opened; /* of OPEN; frame */
	struct rd_meter received, gone_out;
	uint32_t quiet_limit;	       /* frames, 0: nobody asks */
	uint64_t loud_frame;	       /* heard last, or bridged */
	bool is_quiet, was_heard;      /* in this bridge */
	uint32_t rx_lost, tx_late;     /* frames */
	uint64_t slips;		       /* of its span, when it was opened */
	uint32_t health_seq;	       /* atomic: odd while health is written */
	uint64_t health[HEALTH_WORDS]; /* atomic: a struct rd_ev_health */
	uint8_t sent[SENT_FRAMES];     /* by line frame */
};

/* Rows of octets are [RD_BANK_CHANNELS][period]. */
struct rd_rack {
	struct rd_bank *bank;
	uint8_t card, span, slot; /* slot of lane 0 */
	uint8_t open, tones;	  /* how many lines are, and listen to tones */
	bool has_echo;		  /* its card is configured with */
	bool is_whole;		  /* the card has all sixteen slots */
	struct rd_channel *channel[RD_BANK_CHANNELS]; /* NULL: not ours */
	uint8_t heard[RD_BANK_CHANNELS * RINGDOWN_PERIOD_MAX];
	uint8_t sent[RD_BANK_CHANNELS * RINGDOWN_PERIOD_MAX];
	uint8_t received[RD_BANK_CHANNELS * RINGDOWN_PERIOD_MAX];
};

struct rd_dchannel {
	uint32_t line; /* the span */
	uint8_t card, span, slot;
	bool open;
	struct rd_hdlc_rx rx;
	struct rd_hdlc_tx tx;
	uint8_t queue[HDLC_QUEUE];
};

/* ---- events of a tick ------------------------------------------------------ */

struct rd_outbox {
	uint8_t *octets;
	uint32_t used, size;
	struct rd_outbox_entry {
		uint64_t frame;
		uint32_t line;
		uint32_t at;
	} * entry;
	uint32_t n, max;
	uint32_t put;	/* of them are in the queue */
	uint32_t begin; /* first of this tick */
};

/* ---- all ------------------------------------------------------------------- */

struct rd_media_ring; /* thread.c */

struct rd_media {
	const struct rd_config *config;
	uint32_t period;	  /* frames */
	uint32_t block;		  /* frames of it that banks do at once */
	uint64_t frame;		  /* of the tick under way */
	uint32_t turn, turn_mask; /* of lines to be measured: health.c */
	unsigned ncards, nchannels, ndchannels, nracks;
	struct rd_media_card *card;
	struct rd_channel *channel;
	struct rd_dchannel *dchannel;
	struct rd_rack *rack;
	uint8_t *banks;		   /* memory of the racks' */
	struct rd_tone_rx tone_rx; /* of the country, nothing heard */
	bool has_tones;		   /* the country is known */
	int clock; /* index of the card that is the clock, or -1 */
	bool lockstep;
	bool began; /* a tick was done */

	uint8_t **pool; /* free buffers, a stack */
	uint8_t *buffers;
	uint32_t pool_n, nbuffers;
	bool disk_fed; /* this tick put something in blocks */

	struct rd_outbox outbox;
	struct rd_mq commands, events, blocks, blocks_back;
	struct rd_mq wishes, answers; /* core -> keeper -> core */
	uint64_t asked, answered;     /* core's; atomic: the keeper's */
	void *queue_memory;

	struct rd_media_stats stats; /* atomic, each by itself */
	/* atomic; the last one: RD_PROMPT_EXTRA() */
	const struct rd_prompts *prompts[RD_PROMPT_TABLES + 1];
	uint64_t epoch;					    /* atomic */
	uint64_t now;					    /* atomic */
	uint64_t deadline;				    /* atomic */
	bool wants_core;

	rd_media_open_fn *open;
	void *open_arg;
	pthread_mutex_t door; /* keeper and rd_media_done(); never the tick */
	struct rd_media_ring *ring;
	pthread_t thread, keeper;
	bool has_thread, has_keeper;
	int stop;      /* atomic */
	int wake_fd;   /* eventfd: to the media thread */
	int keep_fd;   /* eventfd: to the keeper */
	int answer_fd; /* eventfd: the keeper's, to core */
};

/* Add to a statistic. One writer, so no locked instruction. */
#define rd_count(m, field, n)                                       \
	__atomic_store_n(&(m)->stats.field, (m)->stats.field + (n), \
			 __ATOMIC_RELAXED)

/*
 * Bring octets that are needed soon into the cache. With thousands of lines
 * none of their memory is there any more when its turn comes.
 */
static inline void rd_fetch(const void *octets, uint32_t n)
{
	for (uint32_t i = 0; i < n + 63; i += 64)
		__builtin_prefetch((const uint8_t *)octets + i, 1, 2);
}

/* Line frame of the first octet this tick sends on a card's lines. */
static inline uint64_t rd_out_frame(const struct rd_media *m, unsigned card)
{
	const struct rd_media_card *c = &m->card[card];

	return m->frame + c->slack +
	       (c->card ? c->card->info.geometry.tx_lead_frames : m->period);
}

/* ---- outbox.c --------------------------------------------------------------- */

/* Room for an event of len octets, cleared but for its head; NULL if full. */
void *rd_outbox_add(struct rd_media *m, uint16_t type, uint32_t line,
		    uint64_t frame, size_t len);
/* Put all in order into the queue. True if core has something to do. */
bool rd_outbox_flush(struct rd_media *m);

/* ---- cards.c ---------------------------------------------------------------- */

int rd_cards_bring_up(struct rd_media *m, unsigned index, struct rd_card *card,
		      struct rd_diag *diag);
void rd_cards_begin(struct rd_media *m);
void rd_cards_end(struct rd_media *m);
void rd_cards_lose(struct rd_media *m, unsigned index);
bool rd_cards_adopt(struct rd_media *m);
void rd_cards_catch_up(struct rd_media *m);

/* ---- command.c -------------------------------------------------------------- */

void rd_commands_run(struct rd_media *m);

/* ---- media.c ---------------------------------------------------------------- */

/* NULL if there is no such line. */
struct rd_channel *rd_channel_find(const struct rd_media *m, uint32_t line);

/* ---- channel.c -------------------------------------------------------------- */

void rd_channel_open(struct rd_media *m, struct rd_channel *ch,
		     const struct rd_cmd_open *cmd);
void rd_channel_close(struct rd_media *m, struct rd_channel *ch);
void rd_channel_recall(const struct rd_media *m, const struct rd_channel *ch,
		       uint8_t *octets);
void rd_channel_send(struct rd_media *m, struct rd_channel *ch);
void rd_channels_send(struct rd_media *m);

/* ---- rack.c ----------------------------------------------------------------- */

void rd_rack_open(struct rd_media *m, struct rd_channel *ch,
		  const struct rd_cmd_open *cmd);
void rd_rack_close(struct rd_media *m, struct rd_channel *ch);
/* A card came. */
void rd_rack_fit(struct rd_rack *r, const struct rd_card *card);
/* One period: ch->rx and ch->right of all its open lines, digits, tones. */
void rd_rack_run(struct rd_media *m, struct rd_rack *r);
void rd_racks_run(struct rd_media *m);

/* ---- health.c --------------------------------------------------------------- */

void rd_health_open(struct rd_media *m, struct rd_channel *ch,
		    const struct rd_cmd_open *cmd);
/* Tell core how it was; the rack still has its canceller. */
void rd_health_close(struct rd_media *m, struct rd_channel *ch);
/* A bridge begins: who is quiet is seen anew. */
void rd_health_bridged(struct rd_media *m, struct rd_channel *ch);
/* A tick begins: whose turn is it to be measured? */
void rd_health_begin(struct rd_media *m);
/* A period's octets of an open line, received and sent. */
void rd_health_measure(struct rd_media *m, struct rd_channel *ch);
/* What rd_media_health() sees: of one line; of another line each tick. */
void rd_health_publish(const struct rd_media *m, struct rd_channel *ch);
void rd_health_publish_next(struct rd_media *m);

/* ---- player.c --------------------------------------------------------------- */

void rd_player_play(struct rd_media *m, struct rd_channel *ch,
		    const struct rd_cmd_play *cmd);
void rd_player_tone(struct rd_media *m, struct rd_channel *ch,
		    const struct rd_cmd_tone *cmd);
void rd_player_digits(struct rd_media *m, struct rd_channel *ch,
		      const struct rd_cmd_digits *cmd);
void rd_player_stop(struct rd_media *m, struct rd_channel *ch,
		    enum rd_play_reason reason);
/* A digit begins. */
void rd_player_digit(struct rd_media *m, struct rd_channel *ch);
/* Octets for n frames; returns how many, less when it ended. */
uint32_t rd_player_run(struct rd_media *m, struct rd_channel *ch, uint8_t *out,
		       uint32_t n);
/* A play that cannot begin is over at once. */
void rd_player_refuse(struct rd_media *m, uint32_t line, uint32_t play);

/* ---- bridge.c --------------------------------------------------------------- */

void rd_bridge_join(struct rd_media *m, struct rd_channel *a,
		    struct rd_channel *b);
void rd_bridge_leave(struct rd_channel *ch);
/* n octets from frame index from of what ch shall hear; idle if nobody. */
void rd_bridge_run(const struct rd_channel *ch, uint32_t from, uint32_t n,
		   uint8_t *out);

/* ---- recorder.c ------------------------------------------------------------- */

void rd_recorder_begin(struct rd_media *m);
void rd_recorder_start(struct rd_media *m, struct rd_channel *ch,
		       uint64_t recording);
void rd_recorder_stop(struct rd_media *m, struct rd_channel *ch);
/* Both directions of [frame - n, frame). */
void rd_recorder_take(struct rd_media *m, struct rd_channel *ch,
		      const uint8_t *left, const uint8_t *right, uint32_t n);

/* ---- dchannel.c ------------------------------------------------------------- */

struct rd_dchannel *rd_dchannel_find(struct rd_media *m, uint32_t line);
void rd_dchannel_open(struct rd_media *m, struct rd_dchannel *d);
void rd_dchannel_close(struct rd_dchannel *d);
void rd_dchannel_send(struct rd_media *m, struct rd_dchannel *d,
		      const struct rd_hdlc *cmd);
void rd_dchannel_run(struct rd_media *m, struct rd_dchannel *d);
/* The card went away. */
void rd_dchannel_reset(struct rd_dchannel *d);

/* ---- maintain.c ------------------------------------------------------------- */

/* Ask the cards what core wants of them. Context: keeper. */
void rd_maintain_run(struct rd_media *m);
/* A second has passed: tell what the counters of a card say. */
void rd_maintain_tell_errors(struct rd_media *m, unsigned index);

/* ---- thread.c, keeper.c ------------------------------------------------------ */

void *rd_keeper_main(void *arg);
/* Try all cards once; those that fail are told of as warnings. */
void rd_media_open_cards(struct rd_media *m, struct rd_diag *diag);

#endif

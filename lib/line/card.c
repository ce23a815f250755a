// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What all cards have in common but their samples: checks, clock, events.
 *
 * Who opens a card maps its areas and then calls rd_card_adopt(), the one gate
 * to the rest: behind it, info is known to be sound, and what it says about
 * strides and bases stays inside the maps. The card may be a process we do not
 * trust with our life, so nothing it writes later is used to address memory
 * but the origin, and that only modulo the ring.
 */
#include "lib/line/card.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/line/card_kind.h"

#define SEQ_TRIES 1000 /* the card holds seq odd for a few stores */

/* ---- checks --------------------------------------------------------------- */

static int complain(const char *path, struct rd_diag *diag, int err,
		    const char *what, unsigned long long found,
		    const char *expected)
{
	rd_diag_error(diag, (struct rd_place){ path, 0, 0 },
		      "card: %s is %llu; expected %s", what, found, expected);
	return err;
}

/* One past the last octet of a span's slots. */
static uint64_t extent(const struct ringdown_geometry *g, uint32_t base,
		       uint32_t slots)
{
	uint64_t blocks = g->ring_frames / g->block_frames;

	return base + (uint64_t)(slots - 1) * g->slot_stride +
	       (uint64_t)(g->block_frames - 1) * g->frame_stride +
	       (blocks - 1) * g->block_stride + 1;
}

static int check_span(const struct ringdown_info *info, unsigned n,
		      const char *path, struct rd_diag *diag)
{
	const struct ringdown_geometry *g = &info->geometry;
	const struct ringdown_span_info *s = &g->span[n];

	if (s->type > RINGDOWN_SPAN_FXO)
		return complain(path, diag, -EINVAL, "span type", s->type,
				"0 to 4");
	if (s->law > RINGDOWN_LAW_ULAW)
		return complain(path, diag, -EINVAL, "law", s->law, "0 or 1");
	if (s->reserved[0] || s->reserved[1])
		return complain(path, diag, -EINVAL, "a reserved field", 1,
				"0");
	if (s->type == RINGDOWN_SPAN_NONE && !s->slots)
		return 0;
	if (s->slots < 1 || s->slots > RINGDOWN_MAX_SLOTS)
		return complain(path, diag, -EINVAL, "number of slots",
				s->slots, "1 to 32");
	if (s->first_slot > 1)
		return complain(path, diag, -EINVAL, "first slot",
				s->first_slot, "0 or 1");
	if (extent(g, s->rx_base, s->slots) >
	    info->map[RINGDOWN_AREA_RX].length)
		return complain(path, diag, -EINVAL, "end of the span in rx",
				extent(g, s->rx_base, s->slots),
				"an offset within the map");
	if (extent(g, s->tx_base, s->slots) >
	    info->map[RINGDOWN_AREA_TX].length)
		return complain(path, diag, -EINVAL, "end of the span in tx",
				extent(g, s->tx_base, s->slots),
				"an offset within the map");
	return 0;
}

static int check_geometry(const struct ringdown_info *info, const char *path,
			  struct rd_diag *diag)
{
	const struct ringdown_geometry *g = &info->geometry;
	uint32_t p = g->period_frames;

	if (g->rate_hz != RINGDOWN_RATE_HZ)
		return complain(path, diag, -EINVAL, "rate", g->rate_hz,
				"8000 Hz");
	if (g->nspans < 1 || g->nspans > RINGDOWN_MAX_SPANS)
		return complain(path, diag, -EINVAL, "number of spans",
				g->nspans, "1 to 8");
	if (p < RINGDOWN_PERIOD_MIN || p > RINGDOWN_PERIOD_MAX)
		return complain(path, diag, -EINVAL, "period", p,
				"8 to 320 frames");
	if (!g->block_frames || g->ring_frames % g->block_frames ||
	    g->ring_frames % p)
		return complain(path, diag, -EINVAL, "ring", g->ring_frames,
				"a multiple of block and period");
	if (g->tx_lead_frames > RD_CARD_LEAD_MAX)
		return complain(path, diag, -EINVAL, "lead", g->tx_lead_frames,
				"at most 1024 frames");
	if (g->ring_frames < g->tx_lead_frames + 2 * p)
		return complain(path, diag, -EINVAL, "ring", g->ring_frames,
				"room for the lead and two periods");
	if (g->flags & ~RINGDOWN_GEOMETRY_COPYING || g->reserved[0] ||
	    g->reserved[1])
		return complain(path, diag, -EINVAL, "flags", g->flags,
				"flags of version 1, reserved zero");
	for (unsigned n = 0; n < g->nspans; n++) {
		int err = check_span(info, n, path, diag);

		if (err)
			return err;
	}
	return 0;
}

int rd_card_check(const struct ringdown_info *info, const char *path,
		  struct rd_diag *diag)
{
	if (info->magic != RINGDOWN_MAGIC)
		return complain(path, diag, -EPROTO, "magic", info->magic,
				"that of a Ringdown card, 825377874");
	if (info->version != RINGDOWN_ABI_VERSION)
		return complain(path, diag, -EPROTO, "ABI version",
				info->version, "1: update the older side");
	if (info->size != sizeof(*info))
		return complain(path, diag, -EPROTO, "size of info", info->size,
				"432");
	static_assert(sizeof(*info) == 432, "says the message");
	if (info->flags & ~RINGDOWN_INFO_LOCKSTEP)
		return complain(path, diag, -EINVAL, "info flags", info->flags,
				"flags of version 1");
	if (!memchr(info->name, 0, sizeof(info->name)))
		return complain(path, diag, -EINVAL, "length of the name",
				sizeof(info->name), "less");
	if (info->map[RINGDOWN_AREA_STATUS].length <
	    sizeof(struct ringdown_status))
		return complain(path, diag, -EINVAL, "length of status",
				info->map[RINGDOWN_AREA_STATUS].length,
				"at least 5072");
	if (info->map[RINGDOWN_AREA_CONTROL].length <
	    sizeof(struct ringdown_control))
		return complain(path, diag, -EINVAL, "length of control",
				info->map[RINGDOWN_AREA_CONTROL].length,
				"at least 4160");
	for (int i = 0; i < RINGDOWN_AREAS; i++)
		if (info->map[i].length > RD_CARD_MAP_MAX)
			return complain(path, diag, -EINVAL, "length of a map",
					info->map[i].length, "at most 64 MiB");
	return check_geometry(info, path, diag);
}

/* ---- life ----------------------------------------------------------------- */

int rd_card_adopt(struct rd_card *card, void *const area[RINGDOWN_AREAS],
		  const char *path, struct rd_diag *diag)
{
	const struct ringdown_status *status = area[RINGDOWN_AREA_STATUS];

	if (status->magic != RINGDOWN_MAGIC ||
	    status->version != RINGDOWN_ABI_VERSION ||
	    status->size != sizeof(*status))
		return complain(path, diag, -EPROTO,
				"version of the status page", status->version,
				"1, with its magic and size 5072");
	card->status = status;
	card->control = area[RINGDOWN_AREA_CONTROL];
	card->rx = area[RINGDOWN_AREA_RX];
	card->tx = area[RINGDOWN_AREA_TX];
	return 0;
}

void rd_card_clear(struct rd_card *card)
{
	memset(card, 0, sizeof(*card));
	card->fd = card->tick_fd = card->done_fd = -1;
}

int rd_card_attach(struct rd_card *card, const struct ringdown_info *info,
		   void *const area[RINGDOWN_AREAS], int tick_fd,
		   struct rd_diag *diag)
{
	int err = rd_card_check(info, "memory", diag);

	if (err)
		return err;
	rd_card_clear(card);
	card->info = *info;
	card->tick_fd = tick_fd;
	return rd_card_adopt(card, area, "memory", diag);
}

int rd_card_open(struct rd_card *card, const char *path, uint32_t period_frames,
		 struct rd_diag *diag)
{
	struct stat st;
	int err;

	rd_card_clear(card);
	if (stat(path, &st)) {
		err = -errno;
		rd_diag_error(diag, (struct rd_place){ path, 0, 0 }, "card: %s",
			      strerror(-err));
		return err;
	}
	if (S_ISSOCK(st.st_mode))
		return rd_card_open_wire(card, path, period_frames, diag);
	if (S_ISCHR(st.st_mode))
		return rd_card_open_device(card, path, period_frames, diag);
	rd_diag_error(diag, (struct rd_place){ path, 0, 0 },
		      "card: neither a unix socket nor a device");
	return -ENOTSUP;
}

void rd_card_close(struct rd_card *card)
{
	for (int i = 0; i < RINGDOWN_AREAS; i++)
		if (card->map[i])
			munmap(card->map[i], card->info.map[i].length);
	if (card->ops)
		card->ops->close(card);
	rd_card_clear(card);
}

static int request(struct rd_card *card, unsigned int number, void *arg)
{
	return card->ops ? card->ops->request(card, number, arg) : -EOPNOTSUPP;
}

int rd_card_configure(struct rd_card *card,
		      const struct ringdown_span_config *config)
{
	struct ringdown_span_config copy = *config;

	return request(card, RINGDOWN_IOC_SPAN, &copy);
}

int rd_card_start(struct rd_card *card)
{
	return request(card, RINGDOWN_IOC_START, NULL);
}

int rd_card_stop(struct rd_card *card)
{
	return request(card, RINGDOWN_IOC_STOP, NULL);
}

int rd_card_loop(struct rd_card *card, const struct ringdown_loop_config *loop)
{
	struct ringdown_loop_config copy = *loop;

	return request(card, RINGDOWN_IOC_LOOP, &copy);
}

int rd_card_inject(struct rd_card *card, const struct ringdown_inject *inject)
{
	struct ringdown_inject copy = *inject;

	return request(card, RINGDOWN_IOC_INJECT, &copy);
}

int rd_card_bert(struct rd_card *card, struct ringdown_bert *bert)
{
	return request(card, RINGDOWN_IOC_BERT, bert);
}

int rd_card_done(struct rd_card *card, uint64_t frames)
{
	if (card->done_fd < 0)
		return 0;
	return write(card->done_fd, &frames, sizeof(frames)) < 0 ? -errno : 0;
}

/* ---- clock, events, commands ---------------------------------------------- */

int rd_card_sync(struct rd_card *card)
{
	const struct ringdown_status *s = card->status;
	uint64_t frame = __atomic_load_n(&s->frame, __ATOMIC_ACQUIRE);

	if (__atomic_load_n(&s->state, __ATOMIC_RELAXED) == RINGDOWN_CARD_GONE)
		return -ENODEV;
	for (int i = 0; i < SEQ_TRIES; i++) {
		uint32_t seq = __atomic_load_n(&s->seq, __ATOMIC_ACQUIRE);
		uint32_t generation =
			__atomic_load_n(&s->generation, __ATOMIC_RELAXED);
		uint64_t origin = __atomic_load_n(&s->origin, __ATOMIC_RELAXED);

		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (seq & 1 ||
		    __atomic_load_n(&s->seq, __ATOMIC_RELAXED) != seq)
			continue;
		card->generation = generation;
		card->origin = origin;
		if (frame > card->frame) /* never back, whatever it says */
			card->frame = frame;
		return 0;
	}
	return -EAGAIN;
}

bool rd_card_event(struct rd_card *card, struct ringdown_event *event)
{
	const struct ringdown_status *s = card->status;
	uint32_t head = __atomic_load_n(&s->event_head, __ATOMIC_ACQUIRE);
	uint32_t tail = card->control->event_tail;

	if (head == tail)
		return false;
	if (head - tail > RINGDOWN_EVENTS) /* not a ring we left: start anew */
		tail = head - RINGDOWN_EVENTS;
	*event = s->events[tail % RINGDOWN_EVENTS];
	__atomic_store_n(&card->control->event_tail, tail + 1,
			 __ATOMIC_RELEASE);
	return true;
}

int rd_card_command(struct rd_card *card,
		    const struct ringdown_command *command)
{
	struct ringdown_control *c = card->control;
	uint32_t head = c->command_head;
	uint32_t tail =
		__atomic_load_n(&card->status->command_tail, __ATOMIC_ACQUIRE);

	if (head - tail >= RINGDOWN_COMMANDS)
		return -ENOBUFS;
	c->commands[head % RINGDOWN_COMMANDS] = *command;
	__atomic_store_n(&c->command_head, head + 1, __ATOMIC_RELEASE);
	return 0;
}

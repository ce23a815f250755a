// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory of a card: how its rings lie, and the four sealed areas that a
 * client gets. They are made anew for each client; the line clock goes on.
 */
#include "tools/exchange/card.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

void xc_card_make_geometry(struct xc_card *c)
{
	struct ringdown_geometry *g = &c->geometry;
	unsigned n = c->config.nspans, i;
	unsigned span_octets;

	memset(g, 0, sizeof(*g));
	g->rate_hz = RINGDOWN_RATE_HZ;
	g->nspans = n;
	g->period_frames = c->copper.period;
	g->tx_lead_frames = c->lead;
	g->ring_frames = c->ring;
	g->block_frames = c->ring;
	switch (c->config.layout) {
	case XC_LAYOUT_ROWS:
		g->frame_stride = 1;
		g->slot_stride = c->ring;
		span_octets = RINGDOWN_MAX_SLOTS * c->ring;
		break;
	case XC_LAYOUT_INTERLEAVED:
		g->frame_stride = RINGDOWN_MAX_SLOTS * n;
		g->slot_stride = n;
		span_octets = 1;
		break;
	case XC_LAYOUT_BLOCKS:
		g->block_frames = c->copper.period;
		g->frame_stride = 1;
		g->slot_stride = c->copper.period;
		g->block_stride = RINGDOWN_MAX_SLOTS * n * c->copper.period;
		span_octets = RINGDOWN_MAX_SLOTS * c->copper.period;
		break;
	default:
		abort();
	}
	for (i = 0; i < n; i++) {
		const struct xc_span_config *s = &c->config.span[i];

		g->span[i] = (struct ringdown_span_info){
			.type = s->type,
			.law = s->law,
			.first_slot = xc_span_first(s),
			.slots = xc_span_slots(s),
			.rx_base = i * span_octets,
			.tx_base = i * span_octets,
		};
	}
}

void xc_card_idle_line(struct xc_card *c)
{
	unsigned i, s;

	for (i = 0; i < c->config.nspans; i++)
		for (s = 0; s < RINGDOWN_MAX_SLOTS; s++) {
			uint8_t idle = xc_law_idle(c->config.span[i].law);

			c->span[i].idle[s] = idle;
			memset(c->copper.tx[i][s], idle,
			       sizeof(c->copper.tx[i][s]));
		}
}

static uint64_t ring_octets(const struct xc_card *c)
{
	return (uint64_t)c->config.nspans * RINGDOWN_MAX_SLOTS * c->ring;
}

/* ---- the four areas ----------------------------------------------------- */

static int area_open(struct xc_area *a, const char *name, uint64_t size,
		     int seals)
{
	long page = sysconf(_SC_PAGESIZE);
	int err;

	a->length = (size + page - 1) / page * page;
	a->fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (a->fd < 0)
		return -errno;
	if (ftruncate(a->fd, a->length))
		goto err_close;
	a->mem = mmap(NULL, a->length, PROT_READ | PROT_WRITE, MAP_SHARED,
		      a->fd, 0);
	if (a->mem == MAP_FAILED)
		goto err_close;
	/* Our own mapping stays writable; nobody can make another. */
	if (fcntl(a->fd, F_ADD_SEALS,
		  seals | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL))
		goto err_unmap;
	return 0;

err_unmap:
	err = -errno;
	munmap(a->mem, a->length);
	a->mem = NULL;
	errno = -err;
err_close:
	err = -errno;
	close(a->fd);
	a->fd = -1;
	a->mem = NULL;
	return err;
}

static void fill_status(struct xc_card *c)
{
	struct ringdown_status *st = xc_card_status(c);
	unsigned i;

	st->magic = RINGDOWN_MAGIC;
	st->version = RINGDOWN_ABI_VERSION;
	st->size = sizeof(*st);
	st->frame = c->copper.frame;
	st->origin = c->origin;
	st->generation = c->generation;
	st->state = RINGDOWN_CARD_STOPPED;
	for (i = 0; i < c->config.nspans; i++)
		st->span[i].alarms = c->span[i].alarms;
}

static void refill_all(struct xc_card *c)
{
	const struct ringdown_geometry *g = &c->geometry;
	uint8_t *tx = c->area[RINGDOWN_AREA_TX].mem;
	uint8_t *rx = c->area[RINGDOWN_AREA_RX].mem;
	unsigned i, s, f;

	for (i = 0; i < g->nspans; i++)
		for (s = 0; s < g->span[i].slots; s++)
			for (f = 0; f < g->ring_frames; f++) {
				uint64_t at = g->span[i].tx_base +
					      (uint64_t)s * g->slot_stride +
					      (uint64_t)(f % g->block_frames) *
						      g->frame_stride +
					      (uint64_t)(f / g->block_frames) *
						      g->block_stride;
				uint8_t idle = c->span[i].idle[s];

				tx[at] = idle;
				rx[at] = idle;
			}
}

int xc_card_map(struct xc_card *c)
{
	static const char *const names[] = { "ringdown-status",
					     "ringdown-control", "ringdown-rx",
					     "ringdown-tx" };
	const uint64_t sizes[] = { sizeof(struct ringdown_status),
				   sizeof(struct ringdown_control),
				   ring_octets(c), ring_octets(c) };
	unsigned i;
	int err;

	for (i = 0; i < RINGDOWN_AREAS; i++) {
		bool ours = i == RINGDOWN_AREA_STATUS || i == RINGDOWN_AREA_RX;

		err = area_open(&c->area[i], names[i], sizes[i],
				ours ? F_SEAL_FUTURE_WRITE : 0);
		if (err)
			goto err_unmap;
	}
	c->mapped = true;
	c->origin = c->copper.frame;
	c->tx_frame = 0;
	c->event_head = c->event_lost = c->command_tail = 0;
	c->underruns = c->overruns = c->late_writes = 0;
	c->late_commands = c->bad_commands = c->late_wakeups = 0;
	c->npending = 0;
	xc_card_idle_line(c);
	refill_all(c);
	fill_status(c);
	return 0;

err_unmap:
	c->mapped = true;
	xc_card_unmap(c);
	return err;
}

void xc_card_unmap(struct xc_card *c)
{
	unsigned i;

	if (!c->mapped)
		return;
	if (xc_card_status(c))
		XC_RELEASE(xc_card_status(c)->state,
			   (uint32_t)RINGDOWN_CARD_GONE);
	for (i = 0; i < RINGDOWN_AREAS; i++) {
		struct xc_area *a = &c->area[i];

		if (a->mem)
			munmap(a->mem, a->length);
		if (a->fd >= 0)
			close(a->fd);
		a->mem = NULL;
		a->fd = -1;
	}
	c->mapped = false;
	c->running = false;
	c->npending = 0;
	xc_card_end_maintenance(c);
	xc_card_idle_line(c);
}

void xc_card_fill_info(const struct xc_card *c, struct ringdown_info *info)
{
	unsigned i;

	memset(info, 0, sizeof(*info));
	info->magic = RINGDOWN_MAGIC;
	info->version = RINGDOWN_ABI_VERSION;
	info->size = sizeof(*info);
	memcpy(info->name, c->config.name, sizeof(info->name) - 1);
	if (c->config.lockstep) {
		info->flags = RINGDOWN_INFO_LOCKSTEP;
		info->epoch_ns = c->config.epoch_ns;
		info->seed = c->config.seed;
	}
	for (i = 0; i < RINGDOWN_AREAS; i++)
		info->map[i].length = c->area[i].length;
	info->geometry = c->geometry;
}

/* ---- a new origin ------------------------------------------------------- */

void xc_card_restart_ring(struct xc_card *c)
{
	struct ringdown_status *st;

	if (!c->mapped)
		return;
	st = xc_card_status(c);
	c->origin = c->copper.frame;
	c->generation++;
	XC_PUBLISH(st->seq, st->seq + 1);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	XC_PUBLISH(st->generation, c->generation);
	XC_PUBLISH(st->origin, c->origin);
	XC_RELEASE(st->seq, st->seq + 1);
	refill_all(c);
}

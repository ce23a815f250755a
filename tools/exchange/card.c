// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DMA engine in memory. Everything a client can write (control, tx) is
 * read once a period, checked, and only then used; what it reads (status, rx)
 * is a copy of the truth in struct xc_card. Geometry is computed once and then
 * obeyed here as a client must obey it: octet(), no special case a layout,
 * except that rows contiguous in memory are copied whole.
 */
#include "tools/exchange/card.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* ---- what the office asks ------------------------------------------------ */

static void end_restart_ring(struct xc_copper *c)
{
	xc_card_restart_ring(c->end_ctx);
}

static void end_counts(const struct xc_copper *copper, struct xc_end_counts *to)
{
	const struct xc_card *c = copper->end_ctx;

	*to = (struct xc_end_counts){
		.late_wakeups = c->late_wakeups,
		.underruns = c->underruns,
		.overruns = c->overruns,
		.late_writes = c->late_writes,
		.late_commands = c->late_commands,
		.bad_commands = c->bad_commands,
	};
}

static const struct xc_end_ops card_end = {
	.has_alarms = true,
	.restart_ring = end_restart_ring,
	.counts = end_counts,
};

/* ---- making one --------------------------------------------------------- */

int xc_card_set_period(struct xc_card *c, unsigned period_frames)
{
	if (c->mapped)
		return -EBUSY;
	if (period_frames < RINGDOWN_PERIOD_MIN ||
	    period_frames > RINGDOWN_PERIOD_MAX)
		return -EINVAL;
	c->copper.period = period_frames;
	c->lead = c->config.lead_frames == UINT_MAX ? period_frames
						    : c->config.lead_frames;
	c->ring = period_frames * c->config.ring_periods;
	if (c->lead > XC_PERIOD_MAX || c->lead + 2 * c->copper.period > c->ring)
		return -EINVAL;
	xc_card_make_geometry(c);
	return 0;
}

int xc_card_init(struct xc_card *c, const struct xc_card_config *config,
		 const struct xc_copper_ops *ops, void *ctx)
{
	unsigned i;
	int err;

	memset(c, 0, sizeof(*c));
	for (i = 0; i < RINGDOWN_AREAS; i++)
		c->area[i].fd = -1;
	err = xc_copper_init(&c->copper, config->span, config->nspans,
			     config->seed, ops, ctx);
	if (err)
		return err;
	c->copper.end = &card_end;
	c->copper.end_ctx = c;
	c->config = *config;
	xc_card_idle_line(c);
	err = xc_card_set_period(c, config->period_frames);
	if (err)
		xc_card_free(c);
	return err;
}

void xc_card_free(struct xc_card *c)
{
	xc_card_unmap(c);
	xc_copper_free(&c->copper);
}

void xc_card_set_running(struct xc_card *c, bool running)
{
	c->running = running;
	if (c->mapped)
		XC_RELEASE(xc_card_status(c)->state,
			   (uint32_t)(running ? RINGDOWN_CARD_RUNNING
					      : RINGDOWN_CARD_STOPPED));
}

/* ---- events ------------------------------------------------------------- */

static void put_event(struct xc_card *c, unsigned type, unsigned span,
		      unsigned slot, uint32_t arg)
{
	struct ringdown_status *st;
	uint32_t tail;

	if (!c->mapped)
		return;
	st = xc_card_status(c);
	tail = __atomic_load_n(&xc_card_control(c)->event_tail,
			       __ATOMIC_ACQUIRE);
	if (c->event_head - tail >= RINGDOWN_EVENTS) {
		XC_PUBLISH(st->event_lost, ++c->event_lost);
		return;
	}
	st->events[c->event_head % RINGDOWN_EVENTS] = (struct ringdown_event){
		.frame = c->copper.frame,
		.type = type,
		.span = span,
		.slot = slot,
		.arg = arg,
	};
	XC_RELEASE(st->event_head, ++c->event_head);
}

void xc_card_publish_span(struct xc_card *c, unsigned i)
{
	struct xc_card_span *s = &c->span[i];
	const struct xc_fault *f = &c->copper.fault[i];
	uint32_t alarms = f->alarms | s->config_alarms;
	struct ringdown_span_status *st;

	if (s->loop)
		alarms |= RINGDOWN_ALARM_LOOP;
	if (c->mapped) {
		st = &xc_card_status(c)->span[i];
		if (st->slips != f->slips) {
			int64_t n = f->slips - st->slips;

			XC_PUBLISH(st->slips, f->slips);
			put_event(c, RINGDOWN_EVENT_SLIP, i, 0, (uint32_t)n);
		}
		/* Each errored bit violates the line code once (G.703). */
		XC_PUBLISH(st->code_violations, f->errors);
	}
	if (alarms == s->alarms)
		return;
	s->alarms = alarms;
	if (c->mapped) {
		st = &xc_card_status(c)->span[i];
		XC_PUBLISH(st->alarms, alarms);
		XC_PUBLISH(st->changes, st->changes + 1);
		put_event(c, RINGDOWN_EVENT_ALARM, i, 0, alarms);
	}
}

/* ---- requests ----------------------------------------------------------- */

int xc_card_span(struct xc_card *c, const struct ringdown_span_config *cfg)
{
	const struct xc_span_config *s;
	uint32_t alarms = 0;

	if (cfg->span >= c->config.nspans || cfg->reserved[0] ||
	    cfg->reserved[1] || cfg->framing > RINGDOWN_FRAMING_D4 ||
	    cfg->coding > RINGDOWN_CODING_AMI || cfg->crc4 > 1 ||
	    cfg->line_build_out > 7)
		return -EINVAL;
	s = &c->config.span[cfg->span];
	if (s->type == RINGDOWN_SPAN_E1
		    ? cfg->framing > RINGDOWN_FRAMING_CAS
		    : cfg->framing == RINGDOWN_FRAMING_CCS ||
			      cfg->framing == RINGDOWN_FRAMING_CAS || cfg->crc4)
		return -EINVAL;
	/* Two ends that frame differently never align (G.706). */
	if (cfg->framing && s->framing && cfg->framing != s->framing)
		alarms |= RINGDOWN_ALARM_LFA;
	else if (s->crc4 >= 0 && cfg->crc4 > (uint32_t)s->crc4)
		alarms |= RINGDOWN_ALARM_LMFA;
	c->span[cfg->span].config_alarms = alarms;
	xc_card_publish_span(c, cfg->span);
	return 0;
}

/* ---- commands ----------------------------------------------------------- */

static bool command_is_valid(const struct xc_card *c,
			     const struct ringdown_command *cmd)
{
	const struct xc_span_config *s;

	if (cmd->span >= c->config.nspans)
		return false;
	s = &c->config.span[cmd->span];
	if (cmd->slot < xc_span_first(s) ||
	    cmd->slot >= xc_span_first(s) + xc_span_slots(s))
		return false;
	switch (cmd->op) {
	case RINGDOWN_OP_IDLE_CODE:
		return cmd->arg <= 0xff;
	case RINGDOWN_OP_ABCD:
		return cmd->arg <= 0xf;
	default: /* the others are an analog line's */
		return false;
	}
}

static void run_command(struct xc_card *c, const struct ringdown_command *cmd)
{
	unsigned s = cmd->slot - xc_span_first(&c->config.span[cmd->span]);

	if (cmd->op == RINGDOWN_OP_IDLE_CODE)
		c->span[cmd->span].idle[s] = cmd->arg;
	else
		c->span[cmd->span].abcd[s] = cmd->arg;
}

/* Take what the client queued; run what is due before frame @until. */
static void run_commands(struct xc_card *c, uint64_t from, uint64_t until)
{
	struct ringdown_status *st = xc_card_status(c);
	struct ringdown_control *ctl = xc_card_control(c);
	uint32_t head = __atomic_load_n(&ctl->command_head, __ATOMIC_ACQUIRE);
	unsigned i, kept = 0;

	if (head - c->command_tail > RINGDOWN_COMMANDS) {
		XC_PUBLISH(st->bad_commands, ++c->bad_commands);
		head = c->command_tail;
	}
	while (c->command_tail != head && c->npending < XC_COMMANDS_MAX) {
		struct ringdown_command cmd =
			ctl->commands[c->command_tail % RINGDOWN_COMMANDS];

		c->command_tail++;
		if (!command_is_valid(c, &cmd)) {
			c->bad_commands++;
			continue;
		}
		if (cmd.frame < from)
			c->late_commands++;
		c->pending[c->npending++] = cmd;
	}
	XC_PUBLISH(st->bad_commands, c->bad_commands);
	XC_PUBLISH(st->late_commands, c->late_commands);
	XC_RELEASE(st->command_tail, c->command_tail);
	for (i = 0; i < c->npending; i++) {
		if (c->pending[i].frame < until)
			run_command(c, &c->pending[i]);
		else
			c->pending[kept++] = c->pending[i];
	}
	c->npending = kept;
}

/* ---- the rings ---------------------------------------------------------- */

/*
 * Walk [pos, pos + n) of one slot's ring in pieces that lie evenly in memory:
 * the ring wraps, and blocks begin elsewhere.
 */
static unsigned piece(const struct ringdown_geometry *g, unsigned pos,
		      unsigned n, uint64_t *at)
{
	unsigned in_block = pos % g->block_frames;
	unsigned left = g->block_frames - in_block;

	*at = (uint64_t)in_block * g->frame_stride +
	      (uint64_t)(pos / g->block_frames) * g->block_stride;
	return n < left ? n : left;
}

static void fetch_slot(const struct ringdown_geometry *g, uint8_t *ring,
		       unsigned pos, uint8_t *to, unsigned n, uint8_t idle)
{
	unsigned i, len;
	uint64_t at;

	for (; n; n -= len, to += len, pos = (pos + len) % g->ring_frames) {
		len = piece(g, pos, n, &at);
		if (g->frame_stride == 1) {
			memcpy(to, ring + at, len);
			memset(ring + at, idle, len);
			continue;
		}
		for (i = 0; i < len; i++, at += g->frame_stride) {
			to[i] = ring[at];
			ring[at] = idle;
		}
	}
}

static void store_slot(const struct ringdown_geometry *g, uint8_t *ring,
		       unsigned pos, const uint8_t *from, unsigned n)
{
	unsigned i, len;
	uint64_t at;

	for (; n; n -= len, from += len, pos = (pos + len) % g->ring_frames) {
		len = piece(g, pos, n, &at);
		if (g->frame_stride == 1) {
			memcpy(ring + at, from, len);
			continue;
		}
		for (i = 0; i < len; i++, at += g->frame_stride)
			ring[at] = from[i];
	}
}

/*
 * Fetch frames [first, first + period) into the fifo behind its lead frames.
 * Frames before the origin belong to a ring that is gone: idle.
 */
static void fetch(struct xc_card *c, uint64_t first)
{
	const struct ringdown_geometry *g = &c->geometry;
	unsigned skip = first < c->origin ? c->origin - first : 0;
	unsigned i, s, n;

	if (skip > c->copper.period)
		skip = c->copper.period;
	n = c->copper.period - skip;
	for (i = 0; i < g->nspans; i++) {
		uint8_t *ring = (uint8_t *)c->area[RINGDOWN_AREA_TX].mem +
				g->span[i].tx_base;
		unsigned pos = (first + skip - c->origin) % g->ring_frames;

		for (s = 0; s < g->span[i].slots; s++) {
			uint8_t *to =
				c->copper.tx[i][s + g->span[i].first_slot] +
				c->lead;

			memset(to, c->span[i].idle[s], skip);
			fetch_slot(g, ring + (uint64_t)s * g->slot_stride, pos,
				   to + skip, n, c->span[i].idle[s]);
		}
	}
}

static void fetch_idle(struct xc_card *c)
{
	unsigned i, s;

	for (i = 0; i < c->config.nspans; i++) {
		unsigned first = xc_span_first(&c->config.span[i]);

		for (s = 0; s < xc_span_slots(&c->config.span[i]); s++)
			memset(c->copper.tx[i][s + first] + c->lead,
			       c->span[i].idle[s], c->copper.period);
	}
}

static void store(struct xc_card *c, uint64_t first)
{
	const struct ringdown_geometry *g = &c->geometry;
	unsigned pos = (first - c->origin) % g->ring_frames;
	unsigned i, s;

	for (i = 0; i < g->nspans; i++) {
		uint8_t *ring = (uint8_t *)c->area[RINGDOWN_AREA_RX].mem +
				g->span[i].rx_base;

		for (s = 0; s < g->span[i].slots; s++)
			store_slot(g, ring + (uint64_t)s * g->slot_stride, pos,
				   c->copper.rx[i][s + g->span[i].first_slot],
				   c->copper.period);
	}
}

/* ---- a period ----------------------------------------------------------- */

/* Judge the client's progress; @until is what is fetched after this. */
static void check_progress(struct xc_card *c, uint64_t until)
{
	struct ringdown_status *st = xc_card_status(c);
	uint64_t fetched = until - c->copper.period;
	uint64_t tx = __atomic_load_n(&xc_card_control(c)->tx_frame,
				      __ATOMIC_ACQUIRE);

	if (tx < c->tx_frame || tx > c->copper.frame + c->ring)
		tx = c->tx_frame; /* nonsense: as if it wrote nothing */
	if (c->tx_frame && c->tx_frame < fetched && tx > c->tx_frame) {
		c->late_writes += (tx < fetched ? tx : fetched) - c->tx_frame;
		XC_PUBLISH(st->late_writes, c->late_writes);
	}
	c->tx_frame = tx;
	if (!tx)
		return; /* its stream is not on */
	if (tx < until)
		XC_PUBLISH(st->underruns, ++c->underruns);
	if (tx + c->ring < until)
		XC_PUBLISH(st->overruns, ++c->overruns);
}

void xc_card_advance(struct xc_card *c, uint64_t now_ns)
{
	uint64_t from = c->copper.frame, to = from + c->copper.period;
	unsigned i, s;

	if (c->mapped && c->running) {
		run_commands(c, from, to);
		check_progress(c, to + c->lead);
		fetch(c, from + c->lead);
	} else {
		fetch_idle(c);
	}
	xc_maintain_sent(c);
	xc_copper_run(&c->copper);
	xc_maintain_received(c);
	if (c->mapped && c->running)
		store(c, from);
	if (c->lead)
		for (i = 0; i < c->config.nspans; i++)
			for (s = 0; s < RINGDOWN_MAX_SLOTS; s++)
				memmove(c->copper.tx[i][s],
					c->copper.tx[i][s] + c->copper.period,
					c->lead);
	for (i = 0; i < c->config.nspans; i++)
		xc_card_publish_span(c, i);
	if (c->mapped && c->running) {
		struct ringdown_status *st = xc_card_status(c);

		XC_PUBLISH(st->late_wakeups, c->late_wakeups);
		XC_PUBLISH(st->period_ns, now_ns);
		XC_RELEASE(st->frame, c->copper.frame);
	}
}

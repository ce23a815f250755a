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
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

#define PUBLISH(field, value) \
	__atomic_store_n(&(field), (value), __ATOMIC_RELAXED)
#define RELEASE(field, value) \
	__atomic_store_n(&(field), (value), __ATOMIC_RELEASE)

static struct ringdown_status *status_of(struct xc_card *c)
{
	return c->area[RINGDOWN_AREA_STATUS].mem;
}

static struct ringdown_control *control_of(struct xc_card *c)
{
	return c->area[RINGDOWN_AREA_CONTROL].mem;
}

/* ---- making one --------------------------------------------------------- */

static void make_geometry(struct xc_card *c)
{
	struct ringdown_geometry *g = &c->geometry;
	unsigned n = c->config.nspans, i;
	unsigned span_octets;

	memset(g, 0, sizeof(*g));
	g->rate_hz = RINGDOWN_RATE_HZ;
	g->nspans = n;
	g->period_frames = c->period;
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
		g->block_frames = c->period;
		g->frame_stride = 1;
		g->slot_stride = c->period;
		g->block_stride = RINGDOWN_MAX_SLOTS * n * c->period;
		span_octets = RINGDOWN_MAX_SLOTS * c->period;
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

static uint64_t ring_octets(const struct xc_card *c)
{
	return (uint64_t)c->config.nspans * RINGDOWN_MAX_SLOTS * c->ring;
}

int xc_card_set_period(struct xc_card *c, unsigned period_frames)
{
	if (c->mapped)
		return -EBUSY;
	if (period_frames < RINGDOWN_PERIOD_MIN ||
	    period_frames > RINGDOWN_PERIOD_MAX)
		return -EINVAL;
	c->period = period_frames;
	c->lead = c->config.lead_frames == UINT_MAX ? period_frames
						    : c->config.lead_frames;
	c->ring = period_frames * c->config.ring_periods;
	if (c->lead > XC_PERIOD_MAX || c->lead + 2 * c->period > c->ring)
		return -EINVAL;
	make_geometry(c);
	return 0;
}

static void idle_line(struct xc_card *c)
{
	unsigned i, s;

	for (i = 0; i < c->config.nspans; i++)
		for (s = 0; s < RINGDOWN_MAX_SLOTS; s++) {
			uint8_t idle = xc_law_idle(c->config.span[i].law);

			c->span[i].idle[s] = idle;
			memset(c->tx[i][s], idle, sizeof(c->tx[i][s]));
		}
}

int xc_card_init(struct xc_card *c, const struct xc_card_config *config,
		 const struct xc_card_ops *ops, void *ctx)
{
	unsigned n = config->nspans, i;
	int err;

	if (!n || n > RINGDOWN_MAX_SPANS)
		return -EINVAL;
	memset(c, 0, sizeof(*c));
	c->config = *config;
	c->ops = ops;
	c->ctx = ctx;
	for (i = 0; i < RINGDOWN_AREAS; i++)
		c->area[i].fd = -1;
	c->tx = calloc(n, sizeof(*c->tx));
	c->rx = calloc(n, sizeof(*c->rx));
	if (!c->tx || !c->rx) {
		err = -ENOMEM;
		goto err_free;
	}
	for (i = 0; i < n; i++) {
		const struct xc_span_config *s = &config->span[i];
		struct xc_fault *f = &c->span[i].fault;

		xc_fault_init(f, config->seed ^ (0xfa01 + i), xc_span_slots(s),
			      xc_law_idle(s->law));
		if (s->elastic_frames) {
			err = xc_fault_delay(f, s->elastic_frames);
			if (err)
				goto err_free;
		}
	}
	idle_line(c);
	err = xc_card_set_period(c, config->period_frames);
	if (err)
		goto err_free;
	return 0;

err_free:
	xc_card_free(c);
	return err;
}

void xc_card_free(struct xc_card *c)
{
	unsigned i;

	xc_card_unmap(c);
	for (i = 0; i < c->config.nspans; i++)
		xc_fault_free(&c->span[i].fault);
	free(c->tx);
	free(c->rx);
	c->tx = NULL;
	c->rx = NULL;
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
	struct ringdown_status *st = status_of(c);
	unsigned i;

	st->magic = RINGDOWN_MAGIC;
	st->version = RINGDOWN_ABI_VERSION;
	st->size = sizeof(*st);
	st->frame = c->frame;
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
	c->origin = c->frame;
	c->tx_frame = 0;
	c->event_head = c->event_lost = c->command_tail = 0;
	c->underruns = c->overruns = c->late_writes = 0;
	c->late_commands = c->bad_commands = c->late_wakeups = 0;
	c->npending = 0;
	idle_line(c);
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
	if (status_of(c))
		RELEASE(status_of(c)->state, (uint32_t)RINGDOWN_CARD_GONE);
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
	for (i = 0; i < c->config.nspans; i++)
		c->span[i].loop = RINGDOWN_LOOP_OFF;
	idle_line(c);
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

void xc_card_set_running(struct xc_card *c, bool running)
{
	c->running = running;
	if (c->mapped)
		RELEASE(status_of(c)->state,
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
	st = status_of(c);
	tail = __atomic_load_n(&control_of(c)->event_tail, __ATOMIC_ACQUIRE);
	if (c->event_head - tail >= RINGDOWN_EVENTS) {
		PUBLISH(st->event_lost, ++c->event_lost);
		return;
	}
	st->events[c->event_head % RINGDOWN_EVENTS] = (struct ringdown_event){
		.frame = c->frame,
		.type = type,
		.span = span,
		.slot = slot,
		.arg = arg,
	};
	RELEASE(st->event_head, ++c->event_head);
}

static void publish_span(struct xc_card *c, unsigned i)
{
	struct xc_card_span *s = &c->span[i];
	uint32_t alarms = s->fault.alarms | s->config_alarms;
	struct ringdown_span_status *st;

	if (s->loop)
		alarms |= RINGDOWN_ALARM_LOOP;
	if (c->mapped) {
		st = &status_of(c)->span[i];
		if (st->slips != s->fault.slips) {
			int64_t n = s->fault.slips - st->slips;

			PUBLISH(st->slips, s->fault.slips);
			put_event(c, RINGDOWN_EVENT_SLIP, i, 0, (uint32_t)n);
		}
		/* Each errored bit violates the line code once (G.703). */
		PUBLISH(st->code_violations, s->fault.errors);
	}
	if (alarms == s->alarms)
		return;
	s->alarms = alarms;
	if (c->mapped) {
		st = &status_of(c)->span[i];
		PUBLISH(st->alarms, alarms);
		PUBLISH(st->changes, st->changes + 1);
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
	publish_span(c, cfg->span);
	return 0;
}

int xc_card_loop(struct xc_card *c, const struct ringdown_loop_config *cfg)
{
	if (cfg->span >= c->config.nspans || cfg->mode > RINGDOWN_LOOP_REMOTE ||
	    cfg->reserved[0] || cfg->reserved[1])
		return -EINVAL;
	c->span[cfg->span].loop = cfg->mode;
	publish_span(c, cfg->span);
	return 0;
}

int xc_card_inject(struct xc_card *c, const struct ringdown_inject *inject)
{
	const uint32_t known = RINGDOWN_ALARM_LOS | RINGDOWN_ALARM_LFA |
			       RINGDOWN_ALARM_LMFA | RINGDOWN_ALARM_AIS |
			       RINGDOWN_ALARM_RAI;
	struct xc_fault *f;
	int err;

	if (inject->span >= c->config.nspans || inject->alarms & ~known ||
	    inject->error_ppb >= 1000000000 || inject->reserved[0] ||
	    inject->reserved[1] || inject->reserved[2])
		return -EINVAL;
	f = &c->span[inject->span].fault;
	if (inject->delay_frames != f->delay_frames) {
		err = xc_fault_delay(f, inject->delay_frames);
		if (err)
			return err;
	}
	if (inject->slip_frames) {
		err = xc_fault_slip(f, inject->slip_frames);
		if (err)
			return err;
	}
	xc_fault_errors(f, inject->error_ppb);
	f->alarms = inject->alarms;
	f->alarm_until = f->error_until = 0; /* until the next INJECT */
	publish_span(c, inject->span);
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
	struct ringdown_status *st = status_of(c);
	struct ringdown_control *ctl = control_of(c);
	uint32_t head = __atomic_load_n(&ctl->command_head, __ATOMIC_ACQUIRE);
	unsigned i, kept = 0;

	if (head - c->command_tail > RINGDOWN_COMMANDS) {
		PUBLISH(st->bad_commands, ++c->bad_commands);
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
	PUBLISH(st->bad_commands, c->bad_commands);
	PUBLISH(st->late_commands, c->late_commands);
	RELEASE(st->command_tail, c->command_tail);
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

	if (skip > c->period)
		skip = c->period;
	n = c->period - skip;
	for (i = 0; i < g->nspans; i++) {
		uint8_t *ring = (uint8_t *)c->area[RINGDOWN_AREA_TX].mem +
				g->span[i].tx_base;
		unsigned pos = (first + skip - c->origin) % g->ring_frames;

		for (s = 0; s < g->span[i].slots; s++) {
			uint8_t *to =
				c->tx[i][s + g->span[i].first_slot] + c->lead;

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
			memset(c->tx[i][s + first] + c->lead,
			       c->span[i].idle[s], c->period);
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
				   c->rx[i][s + g->span[i].first_slot],
				   c->period);
	}
}

void xc_card_restart_ring(struct xc_card *c)
{
	struct ringdown_status *st;

	if (!c->mapped)
		return;
	st = status_of(c);
	c->origin = c->frame;
	c->generation++;
	PUBLISH(st->seq, st->seq + 1);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	PUBLISH(st->generation, c->generation);
	PUBLISH(st->origin, c->origin);
	RELEASE(st->seq, st->seq + 1);
	refill_all(c);
}

/* ---- a period ----------------------------------------------------------- */

/* Judge the client's progress; @until is what is fetched after this. */
static void check_progress(struct xc_card *c, uint64_t until)
{
	struct ringdown_status *st = status_of(c);
	uint64_t fetched = until - c->period;
	uint64_t tx =
		__atomic_load_n(&control_of(c)->tx_frame, __ATOMIC_ACQUIRE);

	if (tx < c->tx_frame || tx > c->frame + c->ring)
		tx = c->tx_frame; /* nonsense: as if it wrote nothing */
	if (c->tx_frame && c->tx_frame < fetched && tx > c->tx_frame) {
		c->late_writes += (tx < fetched ? tx : fetched) - c->tx_frame;
		PUBLISH(st->late_writes, c->late_writes);
	}
	c->tx_frame = tx;
	if (!tx)
		return; /* its stream is not on */
	if (tx < until)
		PUBLISH(st->underruns, ++c->underruns);
	if (tx + c->ring < until)
		PUBLISH(st->overruns, ++c->overruns);
}

static void loops_before(struct xc_card *c)
{
	unsigned i, s;

	/* Remote: the exchange hears what it sent a period ago. */
	for (i = 0; i < c->config.nspans; i++)
		if (c->span[i].loop == RINGDOWN_LOOP_REMOTE)
			for (s = 0; s < RINGDOWN_MAX_SLOTS; s++)
				memcpy(c->tx[i][s], c->rx[i][s], c->period);
}

static void loops_after(struct xc_card *c)
{
	unsigned i, s;

	for (i = 0; i < c->config.nspans; i++)
		if (c->span[i].loop == RINGDOWN_LOOP_LOCAL)
			for (s = 0; s < RINGDOWN_MAX_SLOTS; s++)
				memcpy(c->rx[i][s], c->tx[i][s], c->period);
}

void xc_card_advance(struct xc_card *c, uint64_t now_ns)
{
	uint64_t from = c->frame, to = from + c->period;
	unsigned i, s;

	if (c->mapped && c->running) {
		run_commands(c, from, to);
		check_progress(c, to + c->lead);
		fetch(c, from + c->lead);
	} else {
		fetch_idle(c);
	}
	loops_before(c);
	c->ops->period(c->ctx, from, c->period);
	for (i = 0; i < c->config.nspans; i++) {
		struct xc_card_span *sp = &c->span[i];

		xc_fault_expire(&sp->fault, from);
		if (xc_fault_is_active(&sp->fault))
			xc_fault_run(&sp->fault, c->rx[i][0], XC_PERIOD_MAX,
				     xc_span_first(&c->config.span[i]),
				     c->period);
	}
	loops_after(c);
	if (c->mapped && c->running)
		store(c, from);
	if (c->lead)
		for (i = 0; i < c->config.nspans; i++)
			for (s = 0; s < RINGDOWN_MAX_SLOTS; s++)
				memmove(c->tx[i][s], c->tx[i][s] + c->period,
					c->lead);
	c->frame = to;
	for (i = 0; i < c->config.nspans; i++)
		publish_span(c, i);
	if (c->mapped && c->running) {
		struct ringdown_status *st = status_of(c);

		PUBLISH(st->late_wakeups, c->late_wakeups);
		PUBLISH(st->period_ns, now_ns);
		RELEASE(st->frame, c->frame);
	}
}

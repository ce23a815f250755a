// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Maintenance: what operators ask of a span's card, and what its counters say.
 *
 *	core ── wishes ──► keeper: ioctl, or a request over the wire
 *	     ◄─ answers ──        (answer_fd rings)
 *
 * A card may take its time to answer, the tick has none; so the keeper asks. In
 * lockstep the line waits for the answer (rd_media_is_quiet()).
 *
 * Counters lie in the status page. The tick looks at them once a second and
 * tells core what was added, if anything: core's sums do not care whether a
 * card was opened anew meanwhile.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "daemon/media/state.h"
#include "lib/base/frames.h"

/* ---- between core and keeper: Context: core ------------------------------------- */

int rd_media_maintain(struct rd_media *m, const struct rd_maintain *cmd)
{
	uint64_t one = 1;

	if (rd_mq_put(&m->wishes, &cmd->msg))
		return -ENOBUFS;
	m->asked++;
	if (write(m->keep_fd, &one, sizeof(one)) < 0)
		return 0; /* its count is full: it is readable already */
	return 0;
}

struct rd_mq *rd_media_answers(struct rd_media *m)
{
	return &m->answers;
}

int rd_media_answer_fd(const struct rd_media *m)
{
	return m->answer_fd;
}

bool rd_media_is_quiet(struct rd_media *m)
{
	return __atomic_load_n(&m->answered, __ATOMIC_ACQUIRE) == m->asked;
}

/* ---- the card is asked: Context: keeper ------------------------------------------ */

static struct rd_card *card_of(struct rd_media *m, const struct rd_maintain *w)
{
	unsigned card = rd_line_card(w->msg.line);

	/* whoever closes it is this thread */
	return card < m->ncards ? __atomic_load_n(&m->card[card].done_card,
						  __ATOMIC_ACQUIRE)
				: NULL;
}

static int inject(struct rd_card *card, const struct rd_maintain *w)
{
	struct ringdown_inject fault = {
		.span = rd_line_span(w->msg.line),
		.alarms = w->alarms,
		.error_ppb = w->error_ppb,
		.slip_frames = w->slip_frames,
		.delay_frames = w->delay_frames,
	};

	return rd_card_inject(card, &fault);
}

static int loop(struct rd_card *card, const struct rd_maintain *w)
{
	struct ringdown_loop_config config = {
		.span = rd_line_span(w->msg.line),
		.mode = w->mode,
	};

	return rd_card_loop(card, &config);
}

/* Each slot by itself; the first error is that of all. */
static int bert(struct rd_card *card, struct rd_maintain *w)
{
	int first = 0;

	for (uint32_t slot = 0; slot < RINGDOWN_MAX_SLOTS; slot++) {
		struct ringdown_bert test = {
			.span = rd_line_span(w->msg.line),
			.slot = slot,
			.mode = w->mode,
		};
		int err;

		if (!(w->slots >> slot & 1))
			continue;
		err = rd_card_bert(card, &test);
		if (err && !first)
			first = err;
		w->bert[w->n++] = (struct rd_bert_figures){
			.slot = slot,
			.result = err,
			.locked = err ? 0 : test.locked,
			.bits = err ? 0 : test.bits,
			.errors = err ? 0 : test.errors,
			.losses = err ? 0 : test.losses,
		};
	}
	return first;
}

static void ask(struct rd_media *m, struct rd_maintain *w)
{
	struct rd_card *card = card_of(m, w);

	w->n = 0;
	if (!card)
		w->result = -ENODEV;
	else if (w->op == RD_MAINTAIN_LOOP)
		w->result = loop(card, w);
	else if (w->op == RD_MAINTAIN_INJECT)
		w->result = inject(card, w);
	else
		w->result = bert(card, w);
	w->msg.type = RD_MSG_MAINTAINED;
	w->msg.len = (uint16_t)(sizeof(*w) + w->n * sizeof(w->bert[0]));
	w->msg.frame = rd_media_frame(m);
}

void rd_maintain_run(struct rd_media *m)
{
	_Alignas(8) uint8_t
		room[sizeof(struct rd_maintain) +
		     RINGDOWN_MAX_SLOTS * sizeof(struct rd_bert_figures)];
	const struct rd_msg *msg;
	uint64_t one = 1;

	static_assert(sizeof(struct rd_maintain) % 8 == 0, "of a message");
	while ((msg = rd_mq_peek(&m->wishes))) {
		struct rd_maintain *w = (struct rd_maintain *)room;

		memcpy(w, msg, sizeof(*w));
		rd_mq_consume(&m->wishes, msg);
		ask(m, w);
		/* core takes answers faster than it asks, or asks no more */
		while (rd_mq_put(&m->answers, &w->msg) &&
		       !__atomic_load_n(&m->stop, __ATOMIC_ACQUIRE))
			usleep(1000);
		__atomic_store_n(&m->answered, m->answered + 1,
				 __ATOMIC_RELEASE);
		if (write(m->answer_fd, &one, sizeof(one)) < 0)
			continue; /* its count is full: it is readable */
	}
}

/* ---- counters: Context: tick ------------------------------------------------------ */

static uint64_t read_count(const __u64 *count)
{
	return __atomic_load_n(count, __ATOMIC_RELAXED);
}

static void tell_span(struct rd_media *m, unsigned index, unsigned span)
{
	struct rd_media_card *c = &m->card[index];
	const struct ringdown_span_status *s = &c->card->status->span[span];
	struct rd_span_errors *told = &c->errors[span], now = {
		.slips = read_count(&s->slips),
		.crc = read_count(&s->crc_errors),
		.code = read_count(&s->code_violations),
		.framing = read_count(&s->framing_errors),
		.far_end = read_count(&s->far_end_errors),
	};
	struct rd_ev_errors *ev;

	if (memcmp(told, &now, sizeof(now)) == 0)
		return;
	ev = rd_outbox_add(m, RD_MSG_SPAN_ERRORS, rd_line(index, span, 0),
			   m->frame, sizeof(*ev));
	if (!ev)
		return; /* a second later */
	ev->slips = now.slips - told->slips;
	ev->crc_errors = now.crc - told->crc;
	ev->code_violations = now.code - told->code;
	ev->framing_errors = now.framing - told->framing;
	ev->far_end_errors = now.far_end - told->far_end;
	*told = now;
}

void rd_maintain_tell_errors(struct rd_media *m, unsigned index)
{
	if (m->frame % RINGDOWN_RATE_HZ >= m->period)
		return; /* not the first tick of a second */
	for (unsigned n = 0; n < RINGDOWN_MAX_SPANS; n++)
		if (m->card[index].span[n])
			tell_span(m, index, n);
}

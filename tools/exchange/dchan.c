// SPDX-License-Identifier: GPL-2.0-only
/*
 * libpri has no call for sending a strange message or losing one, but its
 * layers are separate objects: the linker wraps the three functions between
 * them (--wrap=q921_start, q921_transmit_iframe, q931_receive), and the taps
 * below sit there. A link is found by its address among the few D-channels.
 *
 * Frames are stamped with the line frames of their first and last bit: sent
 * ones by watching the HDLC transmitter, received ones by finding flags.
 */
#include "tools/exchange/dchan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <spandsp.h>

#include "tools/exchange/line_clock.h"

#define DCHANS_MAX 8
#define FCS_LEN	   2

struct xc_dframe {
	struct xc_dframe *next;
	enum xc_dframe_kind kind;
	uint64_t first, last;
	unsigned len;
	uint8_t octets[];
};

struct q921_link;
void __wrap_q921_start(struct q921_link *link);
void __real_q921_start(struct q921_link *link);
int __wrap_q921_transmit_iframe(struct q921_link *link, void *buf, int len,
				int cr);
int __real_q921_transmit_iframe(struct q921_link *link, void *buf, int len,
				int cr);
int __wrap_q931_receive(struct q921_link *link, void *h, int len);
int __real_q931_receive(struct q921_link *link, void *h, int len);

static struct xc_dchan *dchans[DCHANS_MAX];
static struct xc_dchan *starting; /* while pri_new_cb() runs */

/* libpri has no call to free a controller: those given up live to the exit. */
static struct retired {
	struct retired *next;
	struct pri *pri;
} *retired;

/* ---- the taps between layer 2 and layer 3 ------------------------------- */

static struct xc_dchan *dchan_of(const struct q921_link *link)
{
	unsigned i;

	for (i = 0; i < DCHANS_MAX; i++)
		if (dchans[i] && dchans[i]->link == link)
			return dchans[i];
	return NULL;
}

static bool is_dropped(struct xc_dchan *d, const struct xc_q931 *m)
{
	if (d->drop_type[m->sent] != m->type || !d->drop_count[m->sent])
		return false;
	d->drop_count[m->sent]--;
	return true;
}

void __wrap_q921_start(struct q921_link *link)
{
	if (starting)
		starting->link = link;
	__real_q921_start(link);
}

int __wrap_q921_transmit_iframe(struct q921_link *link, void *buf, int len,
				int cr)
{
	struct xc_dchan *d = dchan_of(link);
	struct xc_q931 m;

	if (d && xc_q931_parse(&m, buf, len, true)) {
		d->last_crv = m.crv;
		if (is_dropped(d, &m))
			return 0;
	}
	return __real_q921_transmit_iframe(link, buf, len, cr);
}

int __wrap_q931_receive(struct q921_link *link, void *h, int len)
{
	struct xc_dchan *d = dchan_of(link);
	struct xc_q931 m;

	if (d && xc_q931_parse(&m, h, len, false)) {
		if (is_dropped(d, &m))
			return 0;
		d->last_cause = m.cause;
		d->last_location = m.location;
		memcpy(d->last_display, m.display, sizeof(m.display));
	}
	return __real_q931_receive(link, h, len);
}

/* ---- frames ------------------------------------------------------------- */

static void push(struct xc_dframe ***tail, struct xc_dframe *f)
{
	f->next = NULL;
	**tail = f;
	*tail = &f->next;
}

static struct xc_dframe *pop(struct xc_dframe **head, struct xc_dframe ***tail)
{
	struct xc_dframe *f = *head;

	if (!f)
		return NULL;
	*head = f->next;
	if (!*head)
		*tail = head;
	return f;
}

static struct xc_dframe *new_frame(const uint8_t *octets, unsigned len,
				   enum xc_dframe_kind kind)
{
	struct xc_dframe *f = malloc(sizeof(*f) + len);

	if (!f)
		return NULL;
	f->kind = kind;
	f->first = f->last = 0;
	f->len = len;
	memcpy(f->octets, octets, len);
	return f;
}

/* A frame was on the line: to the capture, and up if it carries Q.931. */
static void report(struct xc_dchan *d, const struct xc_dframe *f, bool sent)
{
	struct xc_q931 m;

	if (d->config.pcap && f->kind == XC_DFRAME_GOOD)
		xc_pcapng_write(d->config.pcap, d->config.pcap_interface,
				xc_line_clock_ns(f->first), sent,
				d->config.network, f->octets, f->len);
	/* An I-frame of SAPI 0: address 2, control 2, then layer 3. */
	if (f->kind != XC_DFRAME_GOOD || f->len < 8 || f->octets[0] >> 2 ||
	    f->octets[2] & 1)
		return;
	if (!xc_q931_parse(&m, f->octets + 4, f->len - 4, sent))
		return;
	m.first_frame = f->first;
	m.last_frame = f->last;
	d->ops->message(d->ctx, &m);
}

/* ---- HDLC --------------------------------------------------------------- */

static void heard_frame(void *user, const uint8_t *octets, int len, int ok)
{
	struct xc_dchan *d = user;
	struct xc_dframe *f;

	if (len <= 0)
		return; /* carrier and framing status, not a frame */
	if (!ok) {
		d->rx_bad++;
		return;
	}
	d->rx_good++;
	f = new_frame(octets, len, XC_DFRAME_GOOD);
	if (!f)
		return;
	f->first = d->rx_first;
	f->last = d->frame;
	report(d, f, false);
	push(&d->rx_tail, f);
}

/* Find the flags ourselves, to know when a frame began. */
static void watch_flags(struct xc_dchan *d, uint8_t octet)
{
	int bit;

	if ((d->rx_bits & 0xff) == 0x7e && octet == 0x7e) {
		d->rx_first = d->frame; /* idle and aligned, the usual case */
		return;
	}
	for (bit = 7; bit >= 0; bit--) {
		d->rx_bits = d->rx_bits << 1 | (octet >> bit & 1);
		if ((d->rx_bits & 0xff) == 0x7e)
			d->rx_first = d->frame;
	}
}

void xc_dchan_hear(struct xc_dchan *d, uint64_t from, const uint8_t *octets,
		   unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++) {
		d->frame = from + i;
		if (d->frame < d->mute_until)
			continue;
		/* First the frame's end, then the flag that may open the next. */
		hdlc_rx_put_byte(d->hdlc_rx, octets[i]);
		watch_flags(d, octets[i]);
	}
}

static void sent_frame(void *user)
{
	struct xc_dchan *d = user;

	if (!d->tx_now)
		return;
	d->tx_now->last = d->frame;
	d->tx_frames++;
	report(d, d->tx_now, true);
	free(d->tx_now);
	d->tx_now = NULL;
}

static void begin_frame(struct xc_dchan *d)
{
	struct xc_dframe *f = pop(&d->tx_head, &d->tx_tail);

	if (!f)
		return;
	f->first = d->frame;
	d->tx_now = f;
	if (hdlc_tx_frame(d->hdlc_tx, f->octets, f->len)) {
		free(f);
		d->tx_now = NULL;
		return;
	}
	if (f->kind == XC_DFRAME_BAD_FCS)
		hdlc_tx_corrupt_frame(d->hdlc_tx);
}

static uint8_t next_octet(struct xc_dchan *d)
{
	if (!d->tx_now)
		begin_frame(d);
	if (d->tx_now && d->tx_now->kind == XC_DFRAME_ABORTED &&
	    d->frame - d->tx_now->first > d->tx_now->len / 2) {
		hdlc_tx_restart(d->hdlc_tx);
		hdlc_tx_flags(d->hdlc_tx, 2);
		sent_frame(d);
		return 0xff; /* seven ones and more: abort (Q.921 2.10) */
	}
	return hdlc_tx_get_byte(d->hdlc_tx);
}

void xc_dchan_speak(struct xc_dchan *d, uint64_t from, uint8_t *octets,
		    unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++) {
		d->frame = from + i;
		octets[i] = next_octet(d);
		if (d->frame < d->mute_until)
			octets[i] = 0xff;
		else if (d->frame < d->noise_until)
			octets[i] = rd_rng_next(&d->rng);
	}
}

/* ---- libpri ------------------------------------------------------------- */

/* libpri counts two octets of FCS in both directions, and ignores them. */
static int read_frame(struct pri *pri, void *buf, int size)
{
	struct xc_dchan *d = pri_get_userdata(pri);
	struct xc_dframe *f = d->rx_now;

	d->rx_now = NULL;
	if (!f || (int)f->len + FCS_LEN > size)
		return 0;
	memcpy(buf, f->octets, f->len);
	memset((uint8_t *)buf + f->len, 0, FCS_LEN);
	return f->len + FCS_LEN;
}

static int write_frame(struct pri *pri, void *buf, int len)
{
	struct xc_dchan *d = pri_get_userdata(pri);

	xc_dchan_send_raw(d, buf, len - FCS_LEN, XC_DFRAME_GOOD);
	return len;
}

static void pri_says(struct pri *pri, char *text)
{
	struct xc_dchan *d = pri ? pri_get_userdata(pri) : NULL;

	if (d && d->config.debug)
		fprintf(stderr, "[%10.3f] %s: %s",
			xc_line_clock_frame() / 8000.0, d->config.name, text);
}

static void handle(struct xc_dchan *d, pri_event *e)
{
	if (!e)
		return;
	if (e->e == PRI_EVENT_DCHAN_UP)
		d->up = true;
	else if (e->e == PRI_EVENT_DCHAN_DOWN)
		d->up = false;
	d->ops->event(d->ctx, e);
}

void xc_dchan_run(struct xc_dchan *d)
{
	struct pri *pri = d->pri;
	struct xc_dframe *f;
	pri_event *e;

	while ((f = pop(&d->rx_head, &d->rx_tail))) {
		d->rx_now = f;
		handle(d, pri_check_event(pri));
		free(f);
		if (d->pri != pri)
			return; /* rebooted by what it was told */
	}
	while (d->pri == pri && (e = pri_schedule_run(pri)))
		handle(d, e);
}

static void retire_pri(struct xc_dchan *d)
{
	struct retired *r = d->pri ? malloc(sizeof(*r)) : NULL;

	if (!r)
		return;
	r->pri = d->pri;
	r->next = retired;
	retired = r;
	pri_set_userdata(d->pri, NULL);
	d->pri = NULL;
	d->link = NULL;
}

static int start_pri(struct xc_dchan *d)
{
	static const struct {
		int timer, value;
	} timers[] = {
		/* Q.931 tables 9-1, 9-2. libpri's own value is 6 s. */
		{ PRI_TIMER_T309, 90000 },
		/* Off by default: a RESTART nobody acknowledges. */
		{ PRI_TIMER_T316, 120000 },
	};
	unsigned i;

	pri_set_message(pri_says);
	pri_set_error(pri_says);
	starting = d;
	d->pri = pri_new_cb(-1, d->config.network ? PRI_NETWORK : PRI_CPE,
			    d->config.switchtype, read_frame, write_frame, d);
	starting = NULL;
	if (!d->pri)
		return -ENOMEM;
	for (i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
		pri_set_timer(d->pri, timers[i].timer, timers[i].value);
	pri_hangup_fix_enable(d->pri, 1);
	pri_display_options_receive(d->pri, PRI_DISPLAY_OPTION_NAME_INITIAL |
						    PRI_DISPLAY_OPTION_TEXT);
	pri_display_options_send(d->pri, PRI_DISPLAY_OPTION_NAME_INITIAL |
						 PRI_DISPLAY_OPTION_TEXT);
	if (d->config.debug)
		pri_set_debug(d->pri, PRI_DEBUG_Q921_STATE |
					      PRI_DEBUG_Q921_DUMP |
					      PRI_DEBUG_Q931_DUMP |
					      PRI_DEBUG_Q931_STATE |
					      PRI_DEBUG_Q931_ANOMALY);
	return 0;
}

static void free_frames(struct xc_dchan *d)
{
	struct xc_dframe *f;

	while ((f = pop(&d->tx_head, &d->tx_tail)))
		free(f);
	while ((f = pop(&d->rx_head, &d->rx_tail)))
		free(f);
	free(d->tx_now);
	d->tx_now = NULL;
}

int xc_dchan_init(struct xc_dchan *d, const struct xc_dchan_config *config,
		  const struct xc_dchan_ops *ops, void *ctx)
{
	unsigned i;
	int err;

	memset(d, 0, sizeof(*d));
	d->config = *config;
	d->ops = ops;
	d->ctx = ctx;
	d->tx_tail = &d->tx_head;
	d->rx_tail = &d->rx_head;
	d->drop_type[0] = d->drop_type[1] = -1;
	d->last_cause = d->last_location = -1;
	d->rng.state = config->seed;
	d->hdlc_rx = hdlc_rx_init(NULL, FALSE, TRUE, 1, heard_frame, d);
	d->hdlc_tx = hdlc_tx_init(NULL, FALSE, 1, FALSE, sent_frame, d);
	if (!d->hdlc_rx || !d->hdlc_tx) {
		err = -ENOMEM;
		goto err_free;
	}
	hdlc_tx_flags(d->hdlc_tx, 2);
	for (i = 0; i < DCHANS_MAX && dchans[i]; i++)
		;
	if (i == DCHANS_MAX) {
		err = -ENOSPC;
		goto err_free;
	}
	dchans[i] = d;
	err = start_pri(d);
	if (err)
		goto err_free;
	return 0;

err_free:
	xc_dchan_free(d);
	return err;
}

void xc_dchan_free(struct xc_dchan *d)
{
	unsigned i;

	for (i = 0; i < DCHANS_MAX; i++)
		if (dchans[i] == d)
			dchans[i] = NULL;
	free_frames(d);
	if (d->hdlc_rx)
		hdlc_rx_free(d->hdlc_rx);
	if (d->hdlc_tx)
		hdlc_tx_free(d->hdlc_tx);
	d->hdlc_rx = d->hdlc_tx = NULL;
	retire_pri(d);
}

/* ---- faults ------------------------------------------------------------- */

int xc_dchan_send_raw(struct xc_dchan *d, const uint8_t *octets, unsigned len,
		      enum xc_dframe_kind kind)
{
	struct xc_dframe *f;

	if (!len || len > XC_DFRAME_MAX)
		return -EINVAL;
	f = new_frame(octets, len, kind);
	if (!f)
		return -ENOMEM;
	push(&d->tx_tail, f);
	return 0;
}

int xc_dchan_send_l3(struct xc_dchan *d, const uint8_t *l3, unsigned len)
{
	if (!d->link || !d->up)
		return -ENOTCONN;
	if (!len || len > XC_DFRAME_MAX - 4)
		return -EINVAL;
	return __real_q921_transmit_iframe(d->link, (void *)l3, len, 1);
}

void xc_dchan_mute(struct xc_dchan *d, uint64_t until)
{
	d->mute_until = until;
}

void xc_dchan_noise(struct xc_dchan *d, uint64_t until)
{
	d->noise_until = until;
}

void xc_dchan_drop(struct xc_dchan *d, bool sent, int type, unsigned count)
{
	d->drop_type[sent] = type;
	d->drop_count[sent] = count;
}

int xc_dchan_reboot(struct xc_dchan *d)
{
	free_frames(d);
	hdlc_rx_restart(d->hdlc_rx);
	hdlc_tx_restart(d->hdlc_tx);
	hdlc_tx_flags(d->hdlc_tx, 2);
	retire_pri(d);
	d->up = false;
	d->mute_until = d->noise_until = 0;
	return start_pri(d);
}

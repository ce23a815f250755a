// SPDX-License-Identifier: GPL-2.0-or-later
/* lib/line/hdlc: alone, and against the HDLC of SpanDSP. */
#include <criterion/criterion.h>
#include <errno.h>
#include <spandsp.h>
#include <string.h>

#include "lib/base/rng.h"
#include "lib/line/hdlc.h"

static uint8_t tx_memory[4096];

struct catch
{
	unsigned frames, faults[5];
	size_t len, at;
	uint8_t data[RD_HDLC_MAX + 2];
};

static void caught(void *arg, const uint8_t *data, size_t len,
		   enum rd_hdlc_fault fault, size_t at)
{
	struct catch *c = arg;

	c->faults[fault]++;
	if (fault != RD_HDLC_GOOD)
		return;
	c->frames++;
	c->len = len;
	c->at = at;
	memcpy(c->data, data, len);
}

/* Random octets, now and then long runs of ones, that need stuffing. */
static void random_frame(struct rd_rng *rng, uint8_t *data, size_t len)
{
	int heavy = rd_rng_below(rng, 2) == 0;

	for (size_t i = 0; i < len; i++)
		data[i] = heavy && rd_rng_below(rng, 2)
				  ? 0xff
				  : (uint8_t)rd_rng_next(rng);
}

static void ignore_underflow(void *arg)
{
	(void)arg;
}

Test(hdlc, fcs_of_a_known_frame)
{
	/* X.25 check value of "123456789" (RFC 1662 C.2 algorithm) */
	cr_assert_eq((uint16_t)~rd_hdlc_fcs(0xffff, (uint8_t *)"123456789", 9),
		     0x906e);
}

Test(hdlc, receives_what_spandsp_sends)
{
	hdlc_tx_state_t *peer =
		hdlc_tx_init(NULL, false, 1, false, ignore_underflow, NULL);
	static struct rd_hdlc_rx rx;
	struct rd_rng rng = { 1 };
	struct catch c = { 0 };

	rd_hdlc_rx_init(&rx);
	hdlc_tx_flags(peer, 2);
	for (unsigned i = 0; i < 2000; i++) {
		size_t len = RD_HDLC_MIN +
			     rd_rng_below(&rng, RD_HDLC_MAX - RD_HDLC_MIN + 1);
		uint8_t data[RD_HDLC_MAX], octets[64];

		random_frame(&rng, data, len);
		hdlc_tx_frame(peer, data, (int)len);
		while (c.frames == i) {
			size_t n = 1 + rd_rng_below(&rng, 64);

			for (size_t k = 0; k < n; k++)
				octets[k] = (uint8_t)hdlc_tx_get_byte(peer);
			rd_hdlc_rx_run(&rx, octets, n, caught, &c);
		}
		cr_assert_eq(c.frames, i + 1);
		cr_assert_eq(c.len, len);
		cr_assert_arr_eq(c.data, data, len);
	}
	cr_assert_eq(rx.counts.frames, 2000);
	cr_assert_eq(c.faults[RD_HDLC_BAD_FCS] + c.faults[RD_HDLC_ABORTED] +
			     c.faults[RD_HDLC_TOO_LONG] +
			     c.faults[RD_HDLC_TOO_SHORT],
		     0);
	hdlc_tx_free(peer);
}

struct spandsp_catch {
	unsigned frames, bad;
	int len;
	uint8_t data[RD_HDLC_MAX + 2];
};

static void spandsp_frame(void *arg, const uint8_t *msg, int len, int ok)
{
	struct spandsp_catch *c = arg;

	if (len < 0)
		return; /* carrier, framing: no frame */
	if (!ok) {
		c->bad++;
		return;
	}
	c->frames++;
	c->len = len;
	memcpy(c->data, msg, (size_t)len);
}

Test(hdlc, sends_what_spandsp_receives)
{
	struct spandsp_catch c = { 0 };
	hdlc_rx_state_t *peer =
		hdlc_rx_init(NULL, false, true, 1, spandsp_frame, &c);
	struct rd_hdlc_tx tx;
	struct rd_rng rng = { 2 };

	rd_hdlc_tx_init(&tx, tx_memory, sizeof(tx_memory));
	rd_hdlc_tx_open(&tx);
	for (unsigned i = 0; i < 2000; i++) {
		size_t len = RD_HDLC_MIN +
			     rd_rng_below(&rng, RD_HDLC_MAX - RD_HDLC_MIN + 1);
		uint8_t data[RD_HDLC_MAX], octets[64];

		random_frame(&rng, data, len);
		cr_assert_eq(rd_hdlc_tx_put(&tx, data, len), 0);
		while (c.frames == i && !c.bad) {
			size_t n = 1 + rd_rng_below(&rng, 64);

			rd_hdlc_tx_run(&tx, octets, n);
			for (size_t k = 0; k < n; k++)
				hdlc_rx_put_byte(peer, octets[k]);
		}
		cr_assert_eq(c.bad, 0);
		cr_assert_eq((size_t)c.len, len);
		cr_assert_arr_eq(c.data, data, len);
	}
	hdlc_rx_free(peer);
}

Test(hdlc, sends_frames_back_to_back_at_any_bit_position)
{
	static struct rd_hdlc_rx rx;
	struct rd_hdlc_tx tx;
	struct rd_rng rng = { 3 };
	struct catch c = { 0 };
	unsigned put = 0;

	rd_hdlc_rx_init(&rx);
	rd_hdlc_tx_init(&tx, tx_memory, sizeof(tx_memory));
	rd_hdlc_tx_open(&tx);
	while (put < 5000) {
		uint8_t data[40], octets[80];
		size_t len = 3 + rd_rng_below(&rng, 38);

		random_frame(&rng, data, len);
		if (rd_hdlc_tx_put(&tx, data, len) == 0)
			put++;
		if (put % 7 == 0 || rd_rng_below(&rng, 8) == 0) {
			rd_hdlc_tx_run(&tx, octets, sizeof(octets));
			rd_hdlc_rx_run(&rx, octets, sizeof(octets), caught, &c);
		}
	}
	while (!rd_hdlc_tx_is_idle(&tx) || c.frames < put) {
		uint8_t octets[80];

		rd_hdlc_tx_run(&tx, octets, sizeof(octets));
		rd_hdlc_rx_run(&rx, octets, sizeof(octets), caught, &c);
	}
	cr_assert_eq(c.frames, put);
	cr_assert_eq(tx.frames, put);
	cr_assert_eq(rx.counts.bad_fcs, 0);
}

/* All of a transmitter's octets, shifted by a number of bits on the line. */
static size_t frame_octets(const uint8_t *data, size_t len, unsigned shift,
			   uint8_t *octets, size_t n)
{
	struct rd_hdlc_tx tx;
	uint8_t last = 0xff;

	rd_hdlc_tx_init(&tx, tx_memory, sizeof(tx_memory));
	rd_hdlc_tx_open(&tx);
	cr_assert_eq(rd_hdlc_tx_put(&tx, data, len), 0);
	rd_hdlc_tx_run(&tx, octets, n);
	for (size_t i = 0; i < n; i++) {
		uint8_t now = octets[i];

		octets[i] = (uint8_t)((last << 8 | now) >> shift);
		last = now;
	}
	return n;
}

Test(hdlc, finds_the_frame_at_each_of_the_eight_bit_phases)
{
	uint8_t data[] = { 0x02, 0x01, 0x7f, 0xff, 0xff, 0x7e, 0x00 };

	for (unsigned shift = 0; shift < 8; shift++) {
		static struct rd_hdlc_rx rx;
		struct catch c = { 0 };
		uint8_t octets[32];
		size_t n = frame_octets(data, sizeof(data), shift, octets, 32);

		rd_hdlc_rx_init(&rx);
		rd_hdlc_rx_run(&rx, octets, n, caught, &c);
		cr_assert_eq(c.frames, 1, "shift %u", shift);
		cr_assert_eq(c.len, sizeof(data));
		cr_assert_arr_eq(c.data, data, sizeof(data));
	}
}

Test(hdlc, counts_every_single_bit_error_as_some_fault)
{
	uint8_t data[] = { 0x02, 0x01, 0x13, 0x37, 0xf8, 0x3e, 0x55 };

	for (unsigned bit = 8; bit < 80; bit++) {
		static struct rd_hdlc_rx rx;
		struct catch c = { 0 };
		uint8_t octets[40];

		frame_octets(data, sizeof(data), 0, octets, sizeof(octets));
		octets[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		rd_hdlc_rx_init(&rx);
		rd_hdlc_rx_run(&rx, octets, sizeof(octets), caught, &c);
		cr_assert_eq(c.frames, 0, "bit %u", bit);
		cr_assert_gt(rx.counts.bad_fcs + rx.counts.aborted +
				     rx.counts.too_short,
			     0, "bit %u", bit);
	}
}

Test(hdlc, bounds_a_frame_without_end_and_goes_on_after_it)
{
	static struct rd_hdlc_rx rx;
	struct rd_hdlc_tx tx;
	struct catch c = { 0 };
	uint8_t zeros[4096] = { 0 }, octets[32];
	uint8_t flag = 0x7e, data[] = { 1, 2, 3, 4 };

	rd_hdlc_rx_init(&rx);
	rd_hdlc_rx_run(&rx, &flag, 1, caught, &c);
	rd_hdlc_rx_run(&rx, zeros, sizeof(zeros), caught, &c);
	cr_assert_eq(c.faults[RD_HDLC_TOO_LONG], 1);
	rd_hdlc_tx_init(&tx, tx_memory, sizeof(tx_memory));
	rd_hdlc_tx_open(&tx);
	rd_hdlc_tx_put(&tx, data, 4);
	rd_hdlc_tx_run(&tx, octets, sizeof(octets));
	rd_hdlc_rx_run(&rx, octets, sizeof(octets), caught, &c);
	cr_assert_eq(c.frames, 1);
	cr_assert_eq(rx.counts.too_long, 1);
}

Test(hdlc, closing_aborts_the_frame_and_rests_at_ones)
{
	static struct rd_hdlc_rx rx;
	struct rd_hdlc_tx tx;
	struct catch c = { 0 };
	uint8_t data[100] = { 0 }, octets[50];

	rd_hdlc_rx_init(&rx);
	rd_hdlc_tx_init(&tx, tx_memory, sizeof(tx_memory));
	cr_assert_eq(rd_hdlc_tx_put(&tx, data, 100), -ENOTCONN);
	rd_hdlc_tx_run(&tx, octets, 50);
	for (int i = 0; i < 50; i++)
		cr_assert_eq(octets[i], 0xff);
	rd_hdlc_tx_open(&tx);
	rd_hdlc_tx_put(&tx, data, 100);
	rd_hdlc_tx_run(&tx, octets, 50);
	rd_hdlc_rx_run(&rx, octets, 50, caught, &c);
	rd_hdlc_tx_close(&tx);
	rd_hdlc_tx_run(&tx, octets, 50);
	rd_hdlc_rx_run(&rx, octets, 50, caught, &c);
	cr_assert_eq(c.faults[RD_HDLC_ABORTED], 1);
	cr_assert_eq(c.frames, 0);
	rd_hdlc_tx_open(&tx);
	cr_assert(rd_hdlc_tx_is_idle(&tx), "nothing of before is sent");
}

Test(hdlc, says_when_a_frame_does_not_fit)
{
	struct rd_hdlc_tx tx;
	uint8_t data[RD_HDLC_MAX + 1] = { 0 };
	unsigned put = 0;

	rd_hdlc_tx_init(&tx, tx_memory, 512);
	rd_hdlc_tx_open(&tx);
	cr_assert_eq(rd_hdlc_tx_put(&tx, data, RD_HDLC_MAX + 1), -EMSGSIZE);
	cr_assert_eq(rd_hdlc_tx_put(&tx, data, RD_HDLC_MIN - 1), -EMSGSIZE);
	while (rd_hdlc_tx_put(&tx, data, 30) == 0)
		put++;
	cr_assert_eq(put, 512 / 32);
	cr_assert_eq(rd_hdlc_tx_put(&tx, data, 30), -ENOBUFS);
}

Test(hdlc, tells_the_octet_in_which_a_frame_ended)
{
	static struct rd_hdlc_rx rx;
	struct catch c = { 0 };
	uint8_t data[] = { 0x02, 0x01, 0x73, 0x00 }, octets[80];

	frame_octets(data, sizeof(data), 0, octets, sizeof(octets));
	rd_hdlc_rx_init(&rx);
	rd_hdlc_rx_run(&rx, octets, sizeof(octets), caught, &c);
	cr_assert_eq(c.frames, 1);
	cr_assert_eq(c.at, 7u, "flag, four octets, two of FCS, flag");
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The framing of hdlc.h.
 *
 * An octet of the slot is turned round, so that the bit first on the line is
 * the lowest. Zeros are stuffed, and flags told apart, only where five ones
 * stand in a row; an octet in which no such run ends goes through as it is,
 * eight bits at once. The others (one in twelve or so of random data) take the
 * loop over bits. And an octet that left the receiver as it was will do so
 * again: flags and ones between frames cost one comparison.
 *
 *	line   0 1 1 1 1 1 1 0  a a a a a a a a ... f f  0 1 1 1 1 1 1 0
 *	       `--- flag ---'                            ^ ^ ^ ^ ^ ^
 *	six bits of the closing flag are taken for data before it is known to be
 *	one, so a frame of whole octets ends with nbits == 6
 *
 * Invariants: nbits < 8 between octets; ones <= 7; len <= sizeof(data).
 */
#include "lib/line/hdlc.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define FLAG	  0x7eu
#define FCS_START 0xffffu
#define FCS_GOOD  0xf0b8u /* register after data and FCS: RFC 1662 C.2 */

/* clang-format off */
static const uint16_t fcs_table[256] = {
	0x0000, 0x1189, 0x2312, 0x329b, 0x4624, 0x57ad, 0x6536, 0x74bf,
	0x8c48, 0x9dc1, 0xaf5a, 0xbed3, 0xca6c, 0xdbe5, 0xe97e, 0xf8f7,
	0x1081, 0x0108, 0x3393, 0x221a, 0x56a5, 0x472c, 0x75b7, 0x643e,
	0x9cc9, 0x8d40, 0xbfdb, 0xae52, 0xdaed, 0xcb64, 0xf9ff, 0xe876,
	0x2102, 0x308b, 0x0210, 0x1399, 0x6726, 0x76af, 0x4434, 0x55bd,
	0xad4a, 0xbcc3, 0x8e58, 0x9fd1, 0xeb6e, 0xfae7, 0xc87c, 0xd9f5,
	0x3183, 0x200a, 0x1291, 0x0318, 0x77a7, 0x662e, 0x54b5, 0x453c,
	0xbdcb, 0xac42, 0x9ed9, 0x8f50, 0xfbef, 0xea66, 0xd8fd, 0xc974,
	0x4204, 0x538d, 0x6116, 0x709f, 0x0420, 0x15a9, 0x2732, 0x36bb,
	0xce4c, 0xdfc5, 0xed5e, 0xfcd7, 0x8868, 0x99e1, 0xab7a, 0xbaf3,
	0x5285, 0x430c, 0x7197, 0x601e, 0x14a1, 0x0528, 0x37b3, 0x263a,
	0xdecd, 0xcf44, 0xfddf, 0xec56, 0x98e9, 0x8960, 0xbbfb, 0xaa72,
	0x6306, 0x728f, 0x4014, 0x519d, 0x2522, 0x34ab, 0x0630, 0x17b9,
	0xef4e, 0xfec7, 0xcc5c, 0xddd5, 0xa96a, 0xb8e3, 0x8a78, 0x9bf1,
	0x7387, 0x620e, 0x5095, 0x411c, 0x35a3, 0x242a, 0x16b1, 0x0738,
	0xffcf, 0xee46, 0xdcdd, 0xcd54, 0xb9eb, 0xa862, 0x9af9, 0x8b70,
	0x8408, 0x9581, 0xa71a, 0xb693, 0xc22c, 0xd3a5, 0xe13e, 0xf0b7,
	0x0840, 0x19c9, 0x2b52, 0x3adb, 0x4e64, 0x5fed, 0x6d76, 0x7cff,
	0x9489, 0x8500, 0xb79b, 0xa612, 0xd2ad, 0xc324, 0xf1bf, 0xe036,
	0x18c1, 0x0948, 0x3bd3, 0x2a5a, 0x5ee5, 0x4f6c, 0x7df7, 0x6c7e,
	0xa50a, 0xb483, 0x8618, 0x9791, 0xe32e, 0xf2a7, 0xc03c, 0xd1b5,
	0x2942, 0x38cb, 0x0a50, 0x1bd9, 0x6f66, 0x7eef, 0x4c74, 0x5dfd,
	0xb58b, 0xa402, 0x9699, 0x8710, 0xf3af, 0xe226, 0xd0bd, 0xc134,
	0x39c3, 0x284a, 0x1ad1, 0x0b58, 0x7fe7, 0x6e6e, 0x5cf5, 0x4d7c,
	0xc60c, 0xd785, 0xe51e, 0xf497, 0x8028, 0x91a1, 0xa33a, 0xb2b3,
	0x4a44, 0x5bcd, 0x6956, 0x78df, 0x0c60, 0x1de9, 0x2f72, 0x3efb,
	0xd68d, 0xc704, 0xf59f, 0xe416, 0x90a9, 0x8120, 0xb3bb, 0xa232,
	0x5ac5, 0x4b4c, 0x79d7, 0x685e, 0x1ce1, 0x0d68, 0x3ff3, 0x2e7a,
	0xe70e, 0xf687, 0xc41c, 0xd595, 0xa12a, 0xb0a3, 0x8238, 0x93b1,
	0x6b46, 0x7acf, 0x4854, 0x59dd, 0x2d62, 0x3ceb, 0x0e70, 0x1ff9,
	0xf78f, 0xe606, 0xd49d, 0xc514, 0xb1ab, 0xa022, 0x92b9, 0x8330,
	0x7bc7, 0x6a4e, 0x58d5, 0x495c, 0x3de3, 0x2c6a, 0x1ef1, 0x0f78,
};
/* clang-format on */

uint16_t rd_hdlc_fcs(uint16_t fcs, const uint8_t *data, size_t n)
{
	while (n--)
		fcs = (uint16_t)(fcs >> 8 ^ fcs_table[(fcs ^ *data++) & 0xff]);
	return fcs;
}

static uint8_t turn_round(uint8_t octet)
{
	octet = (uint8_t)(octet >> 4 | octet << 4);
	octet = (uint8_t)((octet & 0xcc) >> 2 | (octet & 0x33) << 2);
	return (uint8_t)((octet & 0xaa) >> 1 | (octet & 0x55) << 1);
}

/* Does a run of five ones lie in these bits, or end in them? */
static bool has_run(unsigned ones, uint8_t bits)
{
	unsigned x = (31u << (5 - ones) & 31u) | (unsigned)bits << 5;

	return x & x >> 1 & x >> 2 & x >> 3 & x >> 4;
}

/* Ones at the end of an octet that is not all ones. */
static uint8_t trailing_ones(uint8_t bits)
{
	return (uint8_t)__builtin_clz(~((uint32_t)bits << 24));
}

/* ---- receiver ----------------------------------------------------------- */

enum {
	HUNT,	/* no flag seen since the start, or since an abort */
	FRAME,	/* behind a flag */
	DISCARD /* too long: until the next flag or abort */
};

struct sink {
	rd_hdlc_frame_fn *frame;
	void *arg;
	size_t at;
};

void rd_hdlc_rx_init(struct rd_hdlc_rx *rx)
{
	memset(rx, 0, sizeof(*rx));
}

static void report(struct rd_hdlc_rx *rx, const struct sink *to, size_t len,
		   enum rd_hdlc_fault fault)
{
	to->frame(to->arg, rx->data, len < RD_HDLC_MAX ? len : RD_HDLC_MAX,
		  fault, to->at);
}

static void begin(struct rd_hdlc_rx *rx, int state)
{
	rx->state = (uint8_t)state;
	rx->len = 0;
	rx->acc = 0;
	rx->nbits = 0;
}

/* A flag: the end of what was before it, the start of what follows. */
static void end_frame(struct rd_hdlc_rx *rx, const struct sink *to)
{
	if (rx->state == FRAME && rx->len) {
		if (rx->len < RD_HDLC_MIN + 2) {
			rx->counts.too_short++;
			report(rx, to, rx->len, RD_HDLC_TOO_SHORT);
		} else if (rx->nbits != 6 || rd_hdlc_fcs(FCS_START, rx->data,
							 rx->len) != FCS_GOOD) {
			rx->counts.bad_fcs++;
			report(rx, to, rx->len, RD_HDLC_BAD_FCS);
		} else {
			rx->counts.frames++;
			rx->counts.octets += rx->len - 2u;
			report(rx, to, rx->len - 2u, RD_HDLC_GOOD);
		}
	}
	begin(rx, FRAME);
}

static void abort_frame(struct rd_hdlc_rx *rx, const struct sink *to)
{
	if (rx->state == FRAME && rx->len) {
		rx->counts.aborted++;
		report(rx, to, rx->len, RD_HDLC_ABORTED);
	}
	begin(rx, HUNT);
}

/* Data bits: acc holds nbits of them, eight or more make an octet. */
static void take_octet(struct rd_hdlc_rx *rx, const struct sink *to)
{
	if (rx->len == sizeof(rx->data)) {
		rx->counts.too_long++;
		report(rx, to, rx->len, RD_HDLC_TOO_LONG);
		begin(rx, DISCARD);
		return;
	}
	rx->data[rx->len++] = (uint8_t)rx->acc;
	rx->acc >>= 8;
	rx->nbits -= 8;
}

static void take_bit(struct rd_hdlc_rx *rx, unsigned bit, const struct sink *to)
{
	unsigned ones = rx->ones;

	if (bit) {
		rx->ones = (uint8_t)(ones < 7 ? ones + 1 : 7);
		if (ones == 6)
			abort_frame(rx, to);
		if (ones >= 5)
			return; /* of a flag or an abort: no data */
	} else {
		rx->ones = 0;
		if (ones == 6)
			end_frame(rx, to);
		if (ones >= 5)
			return; /* stuffed, or the end of a flag or abort */
	}
	if (rx->state != FRAME)
		return;
	rx->acc |= bit << rx->nbits++;
	if (rx->nbits == 8)
		take_octet(rx, to);
}

static void take_plain(struct rd_hdlc_rx *rx, uint8_t bits,
		       const struct sink *to)
{
	rx->ones = trailing_ones(bits);
	if (rx->state != FRAME)
		return;
	rx->acc |= (uint32_t)bits << rx->nbits;
	rx->nbits += 8;
	take_octet(rx, to);
}

void rd_hdlc_rx_run(struct rd_hdlc_rx *rx, const uint8_t *octets, size_t n,
		    rd_hdlc_frame_fn *frame, void *arg)
{
	struct sink to = { frame, arg, 0 };

	for (; to.at < n; to.at++) {
		uint8_t octet = octets[to.at], bits;
		uint32_t acc = rx->acc;
		uint8_t nbits = rx->nbits, ones = rx->ones;
		uint8_t state = rx->state;
		bool empty = !rx->len;

		if (rx->steady && octet == rx->steady_octet)
			continue;
		bits = turn_round(octet);
		if (ones < 5 && !has_run(ones, bits))
			take_plain(rx, bits, &to);
		else
			for (int i = 0; i < 8; i++)
				take_bit(rx, bits >> i & 1, &to);
		rx->steady_octet = octet;
		rx->steady = empty && !rx->len && state == rx->state &&
			     acc == rx->acc && nbits == rx->nbits &&
			     ones == rx->ones;
	}
}

/* ---- transmitter -------------------------------------------------------- */

void rd_hdlc_tx_init(struct rd_hdlc_tx *tx, void *memory, size_t size)
{
	assert(size >= 512 && size <= 1u << 30 && !(size & (size - 1)));
	memset(tx, 0, sizeof(*tx));
	tx->queue = memory;
	tx->size = (uint32_t)size;
}

void rd_hdlc_tx_close(struct rd_hdlc_tx *tx)
{
	uint64_t frames = tx->frames;

	rd_hdlc_tx_init(tx, tx->queue, tx->size);
	tx->frames = frames;
}

static void queue_octet(struct rd_hdlc_tx *tx, uint8_t octet)
{
	tx->queue[tx->head++ & (tx->size - 1)] = octet;
}

static uint8_t unqueue_octet(struct rd_hdlc_tx *tx)
{
	return tx->queue[tx->tail++ & (tx->size - 1)];
}

int rd_hdlc_tx_put(struct rd_hdlc_tx *tx, const uint8_t *data, size_t len)
{
	if (!tx->open)
		return -ENOTCONN;
	if (len < RD_HDLC_MIN || len > RD_HDLC_MAX)
		return -EMSGSIZE;
	if (tx->size - (tx->head - tx->tail) < len + 2)
		return -ENOBUFS;
	queue_octet(tx, (uint8_t)(len >> 8));
	queue_octet(tx, (uint8_t)len);
	while (len--)
		queue_octet(tx, *data++);
	return 0;
}

bool rd_hdlc_tx_is_idle(const struct rd_hdlc_tx *tx)
{
	return tx->head == tx->tail && !tx->left && !tx->fcs_left;
}

/* Eight bits of data, and a zero behind each five ones. */
static void send_octet(struct rd_hdlc_tx *tx, uint8_t octet)
{
	if (tx->ones < 5 && !has_run(tx->ones, octet)) {
		tx->acc |= (uint32_t)octet << tx->nbits;
		tx->nbits += 8;
		tx->ones = trailing_ones(octet);
		return;
	}
	for (int i = 0; i < 8; i++) {
		unsigned bit = octet >> i & 1;

		tx->acc |= bit << tx->nbits++;
		tx->ones = (uint8_t)(bit ? tx->ones + 1 : 0);
		if (tx->ones == 5) {
			tx->nbits++;
			tx->ones = 0;
		}
	}
}

static void send_flag(struct rd_hdlc_tx *tx)
{
	tx->acc |= FLAG << tx->nbits;
	tx->nbits += 8;
	tx->ones = 0;
}

void rd_hdlc_tx_open(struct rd_hdlc_tx *tx)
{
	if (!tx->open)
		send_flag(tx);
	tx->open = true;
}

/* At least eight bits more: of the frame, its FCS, or a flag. */
static void send_more(struct rd_hdlc_tx *tx)
{
	if (tx->left) {
		uint8_t octet = unqueue_octet(tx);

		tx->fcs = rd_hdlc_fcs(tx->fcs, &octet, 1);
		send_octet(tx, octet);
		if (!--tx->left) {
			tx->fcs = (uint16_t)~tx->fcs;
			tx->fcs_left = 2;
		}
	} else if (tx->fcs_left) {
		send_octet(tx, (uint8_t)tx->fcs);
		tx->fcs >>= 8;
		if (!--tx->fcs_left) {
			send_flag(tx);
			tx->frames++;
		}
	} else if (tx->head == tx->tail) {
		send_flag(tx);
	} else {
		tx->left = (uint16_t)(unqueue_octet(tx) << 8);
		tx->left |= unqueue_octet(tx);
		tx->fcs = FCS_START;
	}
}

void rd_hdlc_tx_run(struct rd_hdlc_tx *tx, uint8_t *octets, size_t n)
{
	if (!tx->open) {
		memset(octets, 0xff, n);
		return;
	}
	while (n--) {
		while (tx->nbits < 8)
			send_more(tx);
		*octets++ = turn_round((uint8_t)tx->acc);
		tx->acc >>= 8;
		tx->nbits -= 8;
	}
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * While searching, the register is fed with what came, so it holds the sender's
 * state after 15 good bits; once locked it runs by itself, and one wrong bit
 * counts once instead of three times.
 */
#include "prbs_core.h"

#define MASK	    0x7fffu
#define LOCK_BITS   64
#define WINDOW_BITS 256
#define WINDOW_MAX  (WINDOW_BITS / 4)

static u32 next_bit(u32 state)
{
	return (state >> 14 ^ state >> 13) & 1;
}

void rd_prbs_tx_init(struct rd_prbs_tx *p)
{
	p->state = MASK;
}

void rd_prbs_tx_run(struct rd_prbs_tx *p, u8 *out, u32 n)
{
	u32 i, k;

	for (i = 0; i < n; i++) {
		u8 octet = 0;

		for (k = 0; k < 8; k++) {
			u32 bit = next_bit(p->state);

			p->state = (p->state << 1 | bit) & MASK;
			octet = octet << 1 | bit;
		}
		out[i] = ~octet;
	}
}

void rd_prbs_rx_init(struct rd_prbs_rx *p)
{
	memset(p, 0, sizeof(*p));
}

static void search(struct rd_prbs_rx *p, u32 bit)
{
	/* A register of zeros agrees with zeros for ever: that is no signal. */
	if (p->state && bit == next_bit(p->state))
		p->good++;
	else
		p->good = 0;
	p->state = (p->state << 1 | bit) & MASK;
	if (p->good < LOCK_BITS)
		return;
	p->is_locked = true;
	p->window = 0;
	p->window_errors = 0;
}

static void compare(struct rd_prbs_rx *p, u32 bit)
{
	u32 expected = next_bit(p->state);

	p->state = (p->state << 1 | expected) & MASK;
	p->bits++;
	if (bit != expected) {
		p->errors++;
		p->window_errors++;
	}
	if (++p->window < WINDOW_BITS)
		return;
	if (p->window_errors > WINDOW_MAX) {
		p->losses++;
		p->is_locked = false;
		p->good = 0;
	}
	p->window = 0;
	p->window_errors = 0;
}

void rd_prbs_rx_run(struct rd_prbs_rx *p, const u8 *in, u32 n)
{
	u32 i;
	int k;

	for (i = 0; i < n; i++)
		for (k = 7; k >= 0; k--) {
			u32 bit = ~(u32)in[i] >> k & 1;

			if (p->is_locked)
				compare(p, bit);
			else
				search(p, bit);
		}
}

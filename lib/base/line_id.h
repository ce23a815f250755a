/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The name of a line: one slot of one span of one card, packed in 32 bits.
 *
 *	31      24 23      16 15       8 7        0
 *	| 0       | card     | span     | slot     |
 *
 * card and span count from 0 in the order of the configuration; slot is the
 * timeslot's own number (E1 1..31, T1 1..24, analog port 1..n), which is also
 * the ISDN channel number (Q.931 clause 4.5.13). Slot 0 names the span itself.
 * The packing sorts as (card, span, slot), the order in which events of one
 * frame are handled.
 */
#ifndef RD_BASE_LINE_ID_H
#define RD_BASE_LINE_ID_H

#include <stdint.h>

#define RD_LINE_NONE UINT32_MAX

static inline uint32_t rd_line(unsigned card, unsigned span, unsigned slot)
{
	return card << 16 | span << 8 | slot;
}

static inline unsigned rd_line_card(uint32_t line)
{
	return line >> 16 & 0xff;
}

static inline unsigned rd_line_span(uint32_t line)
{
	return line >> 8 & 0xff;
}

static inline unsigned rd_line_slot(uint32_t line)
{
	return line & 0xff;
}

static inline uint32_t rd_line_of_span(uint32_t line)
{
	return line & ~0xffu;
}

#endif

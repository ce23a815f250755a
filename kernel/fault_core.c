// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults. The store is written at @write and read @delay behind; both are
 * positions modulo a power of two. The gap between bit errors is uniform in
 * [0, 2/p): its mean is 1/p, and no logarithm is needed.
 */
#include "fault_core.h"

#define BILLION 1000000000u
#define DEAD	(RINGDOWN_ALARM_LOS | RINGDOWN_ALARM_LFA | RINGDOWN_ALARM_AIS)
#define KNOWN	(DEAD | RINGDOWN_ALARM_LMFA | RINGDOWN_ALARM_RAI)

/* xorshift64* (Vigna 2016). */
static u64 random_next(u64 *state)
{
	u64 x = *state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return x * 0x2545f4914f6cdd1dull;
}

static u64 gap(struct rd_fault *f)
{
	u32 unit = random_next(&f->random) >> 32;
	u32 rest;

	if (!f->error_ppb)
		return U64_MAX;
	/* 2 * 10^9 * unit / 2^32, over ppb: the sum fits in 64 bits */
	return div_u64_rem(2ull * BILLION * unit >> 32, f->error_ppb, &rest);
}

void rd_fault_init(struct rd_fault *f, const struct ringdown_span_info *span,
		   u64 seed)
{
	memset(f, 0, sizeof(*f));
	f->first = span->first_slot;
	f->slots = span->slots;
	f->random = seed ? seed : 1;
	f->next_error = U64_MAX;
}

int rd_fault_check(const struct ringdown_inject *inject)
{
	s64 delay;

	if (inject->reserved[0] || inject->reserved[1] || inject->reserved[2])
		return -EINVAL;
	if (inject->alarms & ~KNOWN || inject->error_ppb >= BILLION)
		return -EINVAL;
	delay = (s64)inject->delay_frames + inject->slip_frames;
	if (inject->delay_frames > RD_DELAY_MAX || delay < 0 ||
	    delay > RD_DELAY_MAX)
		return -EINVAL;
	return 0;
}

bool rd_fault_needs_store(const struct rd_fault *f,
			  const struct ringdown_inject *inject)
{
	return !f->store && (inject->delay_frames || inject->slip_frames);
}

void rd_fault_give_store(struct rd_fault *f, u8 *store, u8 idle)
{
	memset(store, idle, RD_STORE_OCTETS);
	f->store = store;
	f->write = 0;
}

void rd_fault_set(struct rd_fault *f, const struct ringdown_inject *inject)
{
	f->delay = inject->delay_frames + inject->slip_frames;
	f->alarms = inject->alarms;
	if (f->error_ppb != inject->error_ppb) {
		f->error_ppb = inject->error_ppb;
		f->next_error = gap(f);
	}
}

static void run_store(struct rd_fault *f, struct rd_line *line, u32 frames)
{
	u32 slot, i;

	for (slot = 0; slot < f->slots; slot++) {
		u8 *store = f->store + slot * RD_STORE_FRAMES;
		u8 *octet = line->octet[f->first + slot];

		for (i = 0; i < frames; i++)
			store[(f->write + i) % RD_STORE_FRAMES] = octet[i];
		for (i = 0; i < frames; i++)
			octet[i] = store[(f->write - f->delay + i) %
					 RD_STORE_FRAMES];
	}
	f->write = (f->write + frames) % RD_STORE_FRAMES;
}

static void run_errors(struct rd_fault *f, struct rd_line *line, u32 frames)
{
	u32 bits = frames * f->slots * 8;

	while (f->next_error < bits) {
		u32 octet = (u32)f->next_error / 8;
		u8 *at = &line->octet[f->first + octet % f->slots]
				     [octet / f->slots];

		*at ^= 1u << f->next_error % 8;
		f->errors++;
		f->next_error += 1 + gap(f);
	}
	f->next_error -= bits;
}

void rd_fault_run(struct rd_fault *f, struct rd_line *line, u32 frames)
{
	u32 slot;

	if (f->store)
		run_store(f, line, frames);
	if (f->error_ppb)
		run_errors(f, line, frames);
	if (f->alarms & DEAD)
		for (slot = 0; slot < f->slots; slot++)
			memset(line->octet[f->first + slot], 0xff, frames);
}

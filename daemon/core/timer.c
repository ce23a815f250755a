// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Timers: a binary heap of numbers, each timer knowing its place.
 *
 *	timers[]  by number: due, order, place --.
 *	heap[]    by place:  number <------------'
 *
 * Invariant: heap[t.place - 1] == t for every set timer; a parent is never
 * later than its children by (due, order). Orders are unique, so the order of
 * firing is total and does not depend on the heap's shape.
 */
#include "daemon/core/timer.h"

#include <assert.h>

#include "lib/base/frames.h"

static struct rd_timer *timers_of(const void *base, const struct rd_timers *t)
{
	return (struct rd_timer *)((uintptr_t)base + t->offset);
}

static uint32_t *heap_of(const void *base, const struct rd_timers *t)
{
	return (uint32_t *)((uintptr_t)base + t->heap_offset);
}

static uint32_t number_of(const struct rd_timers *t, enum rd_timer_kind kind,
			  uint32_t index, uint32_t which)
{
	uint32_t number = t->base[kind] + index * t->per[kind] + which;

	assert(which < t->per[kind] && number < t->cap);
	return number;
}

static bool is_before(const struct rd_timer *a, const struct rd_timer *b)
{
	return a->due < b->due || (a->due == b->due && a->order < b->order);
}

static void put(void *base, struct rd_timers *t, uint32_t place,
		uint32_t number)
{
	heap_of(base, t)[place] = number;
	timers_of(base, t)[number].place = place + 1;
}

static void sift_up(void *base, struct rd_timers *t, uint32_t place)
{
	const struct rd_timer *timers = timers_of(base, t);
	uint32_t *heap = heap_of(base, t);
	uint32_t number = heap[place];

	while (place) {
		uint32_t parent = (place - 1) / 2;

		if (!is_before(&timers[number], &timers[heap[parent]]))
			break;
		put(base, t, place, heap[parent]);
		place = parent;
	}
	put(base, t, place, number);
}

static void sift_down(void *base, struct rd_timers *t, uint32_t place)
{
	const struct rd_timer *timers = timers_of(base, t);
	uint32_t *heap = heap_of(base, t);
	uint32_t number = heap[place];

	for (;;) {
		uint32_t child = 2 * place + 1;

		if (child >= t->n)
			break;
		if (child + 1 < t->n &&
		    is_before(&timers[heap[child + 1]], &timers[heap[child]]))
			child++;
		if (!is_before(&timers[heap[child]], &timers[number]))
			break;
		put(base, t, place, heap[child]);
		place = child;
	}
	put(base, t, place, number);
}

static void remove_number(void *base, struct rd_timers *t, uint32_t number)
{
	struct rd_timer *timer = &timers_of(base, t)[number];
	uint32_t *heap = heap_of(base, t);
	uint32_t place, last;

	if (!timer->place)
		return;
	place = timer->place - 1;
	timer->place = 0;
	last = heap[--t->n];
	if (last == number)
		return;
	put(base, t, place, last);
	sift_up(base, t, place);
	sift_down(base, t, timers_of(base, t)[last].place - 1);
}

void rd_timer_set(void *base, struct rd_timers *t, enum rd_timer_kind kind,
		  uint32_t index, uint32_t which, uint64_t due)
{
	uint32_t number = number_of(t, kind, index, which);
	struct rd_timer *timer = &timers_of(base, t)[number];

	remove_number(base, t, number);
	timer->due = due;
	timer->order = t->order++;
	put(base, t, t->n, number);
	sift_up(base, t, t->n++);
}

void rd_timer_stop(void *base, struct rd_timers *t, enum rd_timer_kind kind,
		   uint32_t index, uint32_t which)
{
	remove_number(base, t, number_of(t, kind, index, which));
}

void rd_timer_stop_all(void *base, struct rd_timers *t, enum rd_timer_kind kind,
		       uint32_t index)
{
	for (uint32_t which = 0; which < t->per[kind]; which++)
		rd_timer_stop(base, t, kind, index, which);
}

uint64_t rd_timer_due(const void *base, const struct rd_timers *t,
		      enum rd_timer_kind kind, uint32_t index, uint32_t which)
{
	const struct rd_timer *timer =
		&timers_of(base, t)[number_of(t, kind, index, which)];

	return timer->place ? timer->due : RD_FRAME_NEVER;
}

uint64_t rd_timer_first(const void *base, const struct rd_timers *t)
{
	return t->n ? timers_of(base, t)[heap_of(base, t)[0]].due
		    : RD_FRAME_NEVER;
}

bool rd_timer_pop(void *base, struct rd_timers *t, uint64_t now, uint64_t order,
		  struct rd_timer_id *out)
{
	uint32_t number;
	int kind = RD_TIMER_KINDS - 1;

	if (rd_timer_first(base, t) > now)
		return false;
	number = heap_of(base, t)[0];
	if (timers_of(base, t)[number].order >= order)
		return false;
	remove_number(base, t, number);
	while (!t->per[kind] || number < t->base[kind])
		kind--;
	number -= t->base[kind];
	*out = (struct rd_timer_id){
		.kind = kind,
		.index = number / t->per[kind],
		.which = number % t->per[kind],
	};
	return true;
}

void rd_timer_shift(void *base, struct rd_timers *t, int64_t frames)
{
	struct rd_timer *timers = timers_of(base, t);
	const uint32_t *heap = heap_of(base, t);

	/* the same amount for all but those clamped to 0: order is kept */
	for (uint32_t i = 0; i < t->n; i++) {
		uint64_t *due = &timers[heap[i]].due;

		*due = frames < 0 && *due < (uint64_t)-frames ? 0
							      : *due + frames;
	}
	for (uint32_t i = t->n / 2; i-- > 0;)
		sift_down(base, t, i);
}

bool rd_timer_is_sound(const void *base, const struct rd_timers *t)
{
	const struct rd_timer *timers = timers_of(base, t);
	const uint32_t *heap = heap_of(base, t);
	uint32_t set = 0;

	for (uint32_t i = 0; i < t->cap; i++)
		set += timers[i].place != 0;
	if (set != t->n)
		return false;
	for (uint32_t i = 0; i < t->n; i++)
		if (timers[heap[i]].place != i + 1 ||
		    (i &&
		     is_before(&timers[heap[i]], &timers[heap[(i - 1) / 2]])))
			return false;
	return true;
}

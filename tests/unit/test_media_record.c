// SPDX-License-Identifier: GPL-2.0-or-later
/* daemon/media: recording, from the line to the buffers handed to disk. */
#include <criterion/criterion.h>

#include "tests/unit/media_world.h"

#define P	80u
#define FRAMES	700000u
#define BUFFERS 20u /* two a line, and 16 */
#define LINE	3u
#define PEER	4u

static struct world w;
static uint8_t said[FRAMES], other[FRAMES], sent[FRAMES];

/* The other end of the queue: a disk that may be slow. */
struct tape {
	uint8_t octets[2 * FRAMES];
	uint64_t first, end; /* frames */
	uint64_t recorded;   /* frames there, gaps not counted */
	unsigned blocks, last;
	struct rd_rec_block held[1024];
	unsigned nheld;
};
static struct tape tape;

static void give_back(const struct rd_rec_block *block)
{
	struct rd_rec_block back = *block;

	back.msg.type = RD_MSG_REC_BLOCK_FREE;
	cr_assert_eq(rd_mq_put(rd_media_blocks_back(w.m), &back.msg), 0);
}

static void take_tape(bool hold)
{
	const struct rd_msg *msg;

	while ((msg = rd_mq_peek(rd_media_blocks(w.m)))) {
		const struct rd_rec_block *b = (const void *)msg;

		cr_assert_eq(b->recording, 42);
		if (!tape.blocks++)
			tape.first = msg->frame;
		cr_assert_geq(msg->frame, tape.end);
		if (b->octets)
			memcpy(tape.octets + 2 * (msg->frame - tape.first),
			       b->data, b->octets);
		tape.end = msg->frame + b->octets / 2;
		tape.recorded += b->octets / 2;
		tape.last += b->last;
		if (b->data && hold)
			tape.held[tape.nheld++] = *b;
		else if (b->data)
			give_back(b);
		rd_mq_consume(rd_media_blocks(w.m), msg);
	}
}

static void begin(void)
{
	world_card(&w, SOFT_ROWS, 1, RINGDOWN_LAW_ALAW, P, 640);
	w.spans[0].bchannels = 1u << LINE | 1u << PEER;
	world_start(&w);
	world_noise(said, FRAMES, 5);
	world_noise(other, FRAMES, 6);
	world_source(&w, LINE, said, FRAMES);
	world_source(&w, PEER, other, FRAMES);
	world_sink(&w, LINE, sent, FRAMES);
	world_open_line(&w, LINE, 0);
	world_open_line(&w, PEER, 0);
	world_bridge(&w, LINE, PEER);
}

static void run(unsigned periods, bool hold)
{
	while (periods--) {
		world_run(&w, 1);
		take_tape(hold);
	}
}

static void check_tape(uint64_t from, uint64_t to)
{
	for (uint64_t f = from; f < to; f++) {
		const uint8_t *lr = tape.octets + 2 * (f - tape.first);

		cr_assert_eq(lr[0], said[f], "left at %llu",
			     (unsigned long long)f);
		cr_assert_eq(lr[1], sent[f], "right at %llu",
			     (unsigned long long)f);
	}
}

Test(recorder, recording_length_equals_call_length)
{
	begin();
	run(10, false);
	world_record(&w, RD_MSG_RECORD, LINE, 42);
	run(600, false);
	world_record(&w, RD_MSG_RECORD_STOP, LINE, 42);
	run(5, false);
	cr_assert_eq(tape.first, 10 * P);
	cr_assert_eq(tape.end - tape.first, 600 * P);
	cr_assert_eq(tape.recorded, 600 * P);
	cr_assert_eq(tape.last, 1);
	world_end(&w);
}

Test(recorder, has_both_sides_of_the_line_in_the_same_frame)
{
	begin();
	run(10, false);
	world_record(&w, RD_MSG_RECORD, LINE, 42);
	run(500, false);
	world_say(&w, RD_MSG_CLOSE, LINE);
	run(1, false);
	cr_assert_eq(tape.last, 1, "closing a line ends its recording");
	check_tape(10 * P, 510 * P);
	world_end(&w);
}

static uint64_t lost_so_far(void)
{
	struct rd_media_stats stats;

	rd_media_stats(w.m, &stats);
	return stats.rec_lost;
}

Test(recorder, keeps_its_place_when_buffers_run_out)
{
	struct rd_ev_rec *lost;
	uint64_t gap, length;

	begin();
	world_record(&w, RD_MSG_RECORD, LINE, 42);
	while (!lost_so_far())
		run(1, true);
	cr_assert_eq(tape.nheld, BUFFERS);
	run(99, true);
	gap = w.frame - P - 99 * P;
	for (unsigned i = 0; i < tape.nheld; i++)
		give_back(&tape.held[i]);
	cr_assert_null(world_event(&w, RD_MSG_REC_LOST, LINE));
	run(50, false);
	lost = world_event(&w, RD_MSG_REC_LOST, LINE);
	cr_assert_eq(lost->recording, 42);
	cr_assert_eq(lost->frames, lost_so_far());
	world_record(&w, RD_MSG_RECORD_STOP, LINE, 42);
	run(1, false);
	length = w.frame - P;
	cr_assert_eq(tape.end - tape.first, length, "as long as the call");
	cr_assert_eq(tape.recorded + lost->frames, length);
	cr_assert_leq(lost->frames, 100 * P);
	check_tape(0, gap);
	check_tape(gap + lost->frames + P, length);
	cr_assert_null(world_event(&w, RD_MSG_REC_LOST, LINE));
	world_end(&w);
}

Test(recorder, ends_deaf_but_with_its_length_when_no_buffer_comes_back)
{
	begin();
	world_record(&w, RD_MSG_RECORD, LINE, 42);
	while (!lost_so_far())
		run(1, true);
	run(10, true);
	world_record(&w, RD_MSG_RECORD_STOP, LINE, 42);
	run(1, true);
	cr_assert_eq(tape.last, 1);
	cr_assert_eq(tape.end, w.frame - P);
	cr_assert_eq(world_count(&w, RD_MSG_REC_LOST), 1);
	/* and one that never gets any */
	tape.blocks = tape.last = 0;
	world_record(&w, RD_MSG_RECORD, LINE, 42);
	run(10, true);
	world_record(&w, RD_MSG_RECORD_STOP, LINE, 0);
	run(1, true);
	cr_assert_eq(tape.last, 1);
	cr_assert_eq(tape.end - tape.first, 10 * P);
	world_end(&w);
}

Test(recorder, a_new_recording_ends_the_one_before)
{
	begin();
	world_record(&w, RD_MSG_RECORD, LINE, 42);
	run(10, false);
	world_record(&w, RD_MSG_RECORD, LINE, 42);
	run(10, false);
	cr_assert_eq(tape.last, 1);
	world_record(&w, RD_MSG_RECORD_STOP, LINE, 41);
	run(10, false);
	cr_assert_eq(tape.last, 1, "another one's number");
	rd_media_stop(w.m);
	take_tape(false);
	cr_assert_eq(tape.last, 2, "stopping media ends it");
	cr_assert_eq(tape.end, 30 * P);
	world_end(&w);
}

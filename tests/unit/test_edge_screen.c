// SPDX-License-Identifier: GPL-2.0-or-later
/* What libpri may see of a frame, and which channel a call gets. */
#include <criterion/criterion.h>
#include <string.h>

#include "daemon/edge/isdn/channel.h"
#include "daemon/edge/isdn/screen.h"
#include "daemon/msg.h"

/* ---- channels --------------------------------------------------------- */

#define ANY  ISDN_CHANNEL_ANY
#define NONE ISDN_CHANNEL_NONE

Test(edge_channel, is_chosen_as_q931_says)
{
	static const struct {
		uint32_t exist, blocked, busy, clearing;
		bool high;
		int wanted;
		bool exclusive;
		int accept, request;
	} rows[] = {
		/* clang-format off */
		/* exist, blocked, busy, clearing, high, wanted, excl -> */
		{ 0xfe, 0, 0, 0,       false, 3,    true,    3,   3 },
		{ 0xfe, 0, 0, 0,       false, 3,    false,   3,   3 },
		{ 0xfe, 0, 0, 0,       false, ANY,  false,   1,   1 },
		{ 0xfe, 0, 0, 0,       true,  ANY,  false,   7,   7 },
		{ 0xfe, 0, 0x08, 0,    false, 3,    true,  -44, -44 },
		{ 0xfe, 0, 0x08, 0,    false, 3,    false,   1,   1 },
		{ 0xfe, 0, 0x08, 0,    true,  3,    false,   7,   7 },
		{ 0xfe, 0x08, 0, 0,    false, 3,    true,  -44, -44 },
		{ 0xfe, 0x08, 0, 0,    false, 3,    false,   1,   1 },
		{ 0xfe, 0x06, 0xf8, 0, false, ANY,  false, -34, -34 },
		{ 0xfe, 0x06, 0xf8, 0, false, 3,    false, -34, -34 },
		{ 0xfe, 0, 0xfe, 0,    false, ANY,  false, -34, -34 },
		{ 0xfe, 0, 0xfe, 0,    false, 3,    true,  -44, -44 },
		{ 0xfe, 0, 0, 0,       false, 9,    true,  -82, -82 },
		{ 0xfe, 0, 0, 0,       false, 9,    false,   1,   1 },
		{ 0xfe, 0, 0, 0,       false, 99,   true,  -82, -82 },
		{ 0xfe, 0, 0, 0,       false, NONE, false, -34, -34 },
		/* being released: the far end knows, we do not */
		{ 0xfe, 0, 0x08, 0x08, false, 3,    true,    3, -44 },
		{ 0xfe, 0, 0x08, 0x08, false, 3,    false,   3,   1 },
		{ 0xfe, 0, 0xfe, 0x08, false, ANY,  false, -34, -34 },
		{ 0,    0, 0, 0,       false, ANY,  false, -34, -34 },
		/* channel 0 and 31 */
		{ 0xfffefffe, 0, 0, 0, true,  ANY,  false,  31,  31 },
		{ 0xffffffff, 0, 0xfffffffe, 0, false, ANY, false, -34, -34 },
		/* clang-format on */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct isdn_channels c = {
			.exist = rows[i].exist,
			.blocked = rows[i].blocked,
			.busy = rows[i].busy,
			.clearing = rows[i].clearing,
			.high = rows[i].high,
		};

		cr_expect_eq(isdn_channel_accept(&c, rows[i].wanted,
						 rows[i].exclusive),
			     rows[i].accept, "row %zu", i);
		cr_expect_eq(isdn_channel_request(&c, rows[i].wanted,
						  rows[i].exclusive),
			     rows[i].request, "row %zu", i);
	}
}

/* ---- frames ------------------------------------------------------------ */

#define THEIRS	 0x1234 /* a call of the far end */
#define RELEASED 0x1235 /* one that is being released */

static enum isdn_known known(const void *context, uint16_t cref, bool ours)
{
	if (ours)
		return ISDN_NO_CALL;
	return cref == THEIRS	  ? ISDN_CALL
	       : cref == RELEASED ? ISDN_CALL_CLEARING
				  : ISDN_NO_CALL;
}

enum want {
	DROP,
	EMPTY,
	ASK,
	WHOLE
};

/* Frames as on the line, without FCS: 02 01 is from the network. */
static const struct {
	const char *what;
	enum want want;
	uint8_t len, frame[24];
} frames[] = {
	/* clang-format off */
	{ "nothing", DROP, 0, { 0 } },
	{ "two octets", DROP, 2, { 0x02, 0x01 } },
	{ "other SAPI", DROP, 3, { 0xfe, 0x01, 0x03 } },
	{ "other TEI", DROP, 3, { 0x02, 0xff, 0x03 } },
	{ "address not ended", DROP, 4, { 0x02, 0x00, 0x01, 0x7f } },
	{ "UI", DROP, 8, { 0x02, 0x01, 0x03, 0x08, 0x02, 0, 1, 5 } },
	{ "XID", DROP, 3, { 0x02, 0x01, 0xbf } },
	{ "SABME", WHOLE, 3, { 0x02, 0x01, 0x7f } },
	{ "DISC", WHOLE, 3, { 0x02, 0x01, 0x53 } },
	{ "UA", WHOLE, 3, { 0x02, 0x01, 0x73 } },
	{ "DM", WHOLE, 3, { 0x02, 0x01, 0x1f } },
	{ "FRMR", WHOLE, 8, { 0x02, 0x01, 0x97, 1, 2, 3, 4, 5 } },
	{ "RR", WHOLE, 4, { 0x02, 0x01, 0x01, 0x01 } },
	{ "RR cut", DROP, 3, { 0x02, 0x01, 0x01 } },
	{ "unknown S frame", DROP, 4, { 0x02, 0x01, 0x0d, 0x01 } },
	{ "I without message", WHOLE, 4, { 0x02, 0x01, 0, 0 } },
	{ "other protocol", EMPTY, 8, { 0x02, 0x01, 0, 0, 0x09, 2, 0, 1 } },
	{ "SERVICE", WHOLE, 9, { 0x02, 0x01, 0, 0, 0x03, 2, 0, 0, 0x0f } },
	{ "SERVICE ACK", EMPTY, 9, { 0x02, 0x01, 0, 0, 0x03, 2, 0, 0, 0x07 } },
	{ "no call reference", EMPTY, 8, { 0x02, 0x01, 0, 0, 8, 0, 5, 0 } },
	{ "long call reference", EMPTY, 10, { 0x02, 0x01, 0, 0, 8, 3, 0, 0, 1, 5 } },
	{ "high nibble of its length", EMPTY, 9, { 0x02, 0x01, 0, 0, 8, 0x12, 0, 1, 5 } },
	{ "message cut at its type", EMPTY, 8, { 0x02, 0x01, 0, 0, 8, 2, 0, 1 } },
	{ "SETUP", WHOLE, 14, { 0x02, 0x01, 0, 0, 8, 2, 0, 1, 5, 4, 3, 0x80, 0x90, 0xa3 } },
	{ "SETUP again", EMPTY, 14, { 0x02, 0x01, 0, 0, 8, 2, 0x12, 0x34, 5, 4, 3, 0x80, 0x90, 0xa3 } },
	{ "SETUP as an answer", EMPTY, 14, { 0x02, 0x01, 0, 0, 8, 2, 0x80, 1, 5, 4, 3, 0x80, 0x90, 0xa3 } },
	{ "SETUP, global reference", EMPTY, 9, { 0x02, 0x01, 0, 0, 8, 2, 0, 0, 5 } },
	{ "RESTART", WHOLE, 12, { 0x02, 0x01, 0, 0, 8, 2, 0, 0, 0x46, 0x79, 1, 0x87 } },
	{ "RESTART of a call", EMPTY, 12, { 0x02, 0x01, 0, 0, 8, 2, 0x12, 0x34, 0x46, 0x79, 1, 0x87 } },
	{ "RESTART ACK", WHOLE, 12, { 0x02, 0x01, 0, 0, 8, 2, 0x80, 0, 0x4e, 0x79, 1, 0x87 } },
	{ "RESTART ACK, not ours", EMPTY, 12, { 0x02, 0x01, 0, 0, 8, 2, 0, 0, 0x4e, 0x79, 1, 0x87 } },
	{ "RELEASE, no such call", ASK, 9, { 0x02, 0x01, 0, 0, 8, 2, 0, 1, 0x4d } },
	{ "RELEASE COMPLETE, no such call", EMPTY, 9, { 0x02, 0x01, 0, 0, 8, 2, 0, 1, 0x5a } },
	{ "NOTIFY, no such call", ASK, 12, { 0x02, 0x01, 0, 0, 8, 2, 0, 1, 0x6e, 0x27, 1, 0x80 } },
	{ "STATUS null, no such call", EMPTY, 16, { 0x02, 0x01, 0, 0, 8, 2, 0, 1, 0x7d, 8, 2, 0x80, 0xdf, 0x14, 1, 0 } },
	{ "STATUS active, no such call", ASK, 16, { 0x02, 0x01, 0, 0, 8, 2, 0, 1, 0x7d, 8, 2, 0x80, 0xdf, 0x14, 1, 10 } },
	{ "CONNECT ACK, released", EMPTY, 9, { 0x02, 0x01, 0, 0, 8, 2, 0x12, 0x35, 0x0f } },
	{ "RELEASE, released", WHOLE, 9, { 0x02, 0x01, 0, 0, 8, 2, 0x12, 0x35, 0x4d } },
	{ "CONNECT ACK of a call", WHOLE, 9, { 0x02, 0x01, 0, 0, 8, 2, 0x12, 0x34, 0x0f } },
	{ "NOTIFY of a call", WHOLE, 12, { 0x02, 0x01, 0, 0, 8, 2, 0x12, 0x34, 0x6e, 0x27, 1, 0x80 } },
	/* clang-format on */
};

Test(edge_screen, passes_what_a_primary_rate_link_may_carry)
{
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		uint8_t frame[32] = { 0 };
		size_t len = frames[i].len, got;
		struct isdn_q931 q;

		memcpy(frame, frames[i].frame, len);
		got = isdn_screen_rx(frame, len, known, NULL, &q);
		switch (frames[i].want) {
		case DROP:
			cr_expect_eq(got, 0, "%s: %zu", frames[i].what, got);
			break;
		case EMPTY:
			cr_expect_eq(got, 4, "%s: %zu", frames[i].what, got);
			break;
		case ASK:
			cr_expect_eq(got, 9, "%s: %zu", frames[i].what, got);
			cr_expect_eq(frame[8], ISDN_MSG_INFORMATION);
			break;
		case WHOLE:
			cr_expect_eq(got, len, "%s: %zu", frames[i].what, got);
			cr_expect_arr_eq(frame, frames[i].frame, len);
			break;
		}
	}
}

Test(edge_screen, cuts_what_is_no_whole_element)
{
	/* bearer whole, then a channel that claims 9 octets and has 1 */
	uint8_t frame[] = { 0x02, 0x01, 0,    0,    8,	  2,	0, 1,	5,
			    4,	  3,	0x80, 0x90, 0xa3, 0x18, 9, 0xa9 };
	struct isdn_q931 q;

	cr_assert_eq(isdn_screen_rx(frame, sizeof(frame), known, NULL, &q), 14);
}

Test(edge_screen, drops_what_is_longer_than_a_frame_may_be)
{
	static uint8_t frame[2000] = { 0x02, 0x01, 0, 0, 8, 2, 0, 1, 5 };
	struct isdn_q931 q;

	cr_assert_eq(isdn_screen_rx(frame, sizeof(frame), known, NULL, &q), 0);
}

Test(edge_screen, reads_and_writes_cause_and_location)
{
	uint8_t frame[] = { 0x02, 0x01, 0,    0, 8,    2,
			    0x92, 0x34, 0x45, 8, 3,    0x02,
			    0x80, 0x91, 0x1e, 2, 0x80, 0x88 };
	uint8_t plain[] = { 0x02, 0x01, 0, 0, 8,    2,	 0x92,
			    0x34, 0x45, 8, 2, 0x81, 0x90 };
	struct isdn_q931 q;

	isdn_screen_look(frame, sizeof(frame), &q); /* with octet 3a */
	cr_assert(q.valid && q.has_cause && !q.from_owner);
	cr_assert_eq(q.type, ISDN_MSG_DISCONNECT);
	cr_assert_eq(q.cref, 0x1234);
	cr_assert_eq(q.cause, 17);
	cr_assert_eq(q.location, 2);

	isdn_screen_put_cause(plain, sizeof(plain), 34, 4);
	isdn_screen_look(plain, sizeof(plain), &q);
	cr_assert_eq(q.cause, 34);
	cr_assert_eq(q.location, 4);
}

Test(edge_screen, does_not_take_another_codesets_element_for_a_cause)
{
	/* locking shift to codeset 6, then its element 8 */
	uint8_t frame[] = { 0x02, 0x01, 0,    0, 8, 2,	  0x92,
			    0x34, 0x45, 0x96, 8, 2, 0x81, 0x90 };
	struct isdn_q931 q;

	isdn_screen_look(frame, sizeof(frame), &q);
	cr_assert(q.valid && !q.has_cause);
}

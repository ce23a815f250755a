// SPDX-License-Identifier: GPL-2.0-or-later
/* D-channel frames in words; see dframe.h. Only headers: no element is read. */
#include "tools/ringdown/dframe.h"

#include <stdio.h>

struct name {
	uint8_t code;
	const char *name;
};

/* Q.921 table 5, unnumbered, without the P/F bit */
static const struct name unnumbered[] = {
	{ 0x6f, "SABME" }, { 0x0f, "DM" },   { 0x03, "UI" },  { 0x43, "DISC" },
	{ 0x63, "UA" },	   { 0x87, "FRMR" }, { 0xaf, "XID" },
};

/* Q.921 table 5, supervisory */
static const struct name supervisory[] = {
	{ 0x01, "RR" },
	{ 0x05, "RNR" },
	{ 0x09, "REJ" },
};

/* Q.931 table 4-2 */
static const struct name messages[] = {
	{ 0x01, "ALERTING" },
	{ 0x02, "CALL PROCEEDING" },
	{ 0x03, "PROGRESS" },
	{ 0x05, "SETUP" },
	{ 0x07, "CONNECT" },
	{ 0x0d, "SETUP ACKNOWLEDGE" },
	{ 0x0f, "CONNECT ACKNOWLEDGE" },
	{ 0x20, "USER INFORMATION" },
	{ 0x21, "SUSPEND REJECT" },
	{ 0x22, "RESUME REJECT" },
	{ 0x25, "SUSPEND" },
	{ 0x26, "RESUME" },
	{ 0x2d, "SUSPEND ACKNOWLEDGE" },
	{ 0x2e, "RESUME ACKNOWLEDGE" },
	{ 0x45, "DISCONNECT" },
	{ 0x46, "RESTART" },
	{ 0x4d, "RELEASE" },
	{ 0x4e, "RESTART ACKNOWLEDGE" },
	{ 0x5a, "RELEASE COMPLETE" },
	{ 0x60, "SEGMENT" },
	{ 0x62, "FACILITY" },
	{ 0x6e, "NOTIFY" },
	{ 0x75, "STATUS ENQUIRY" },
	{ 0x79, "CONGESTION CONTROL" },
	{ 0x7b, "INFORMATION" },
	{ 0x7d, "STATUS" },
	/* Q.931 leaves these to the national and AT&T variants */
	{ 0x0e, "SERVICE ACKNOWLEDGE" },
	{ 0x0c, "SERVICE" },
};

#define NAME(table, code) find(table, sizeof(table) / sizeof((table)[0]), code)

static const char *find(const struct name *table, size_t n, uint8_t code)
{
	for (size_t i = 0; i < n; i++)
		if (table[i].code == code)
			return table[i].name;
	return "?";
}

/* The message in information[n]: discriminator, call reference, type. */
static void message(const uint8_t *information, size_t n, char *out,
		    size_t size)
{
	size_t length = n > 1 ? information[1] & 0x0f : 0;
	const uint8_t *reference = information + 2;
	unsigned call = 0;

	if (!n)
		return;
	if (information[0] != 0x08 || n < 3 + length) {
		snprintf(out, size, " ?");
		return;
	}
	for (size_t i = 0; i < length && i < 3; i++)
		call = call << 8 | (i ? reference[i] : reference[0] & 0x7f);
	snprintf(out, size, " %s call %u%s", NAME(messages, reference[length]),
		 call, length && reference[0] & 0x80 ? "'" : "");
}

void dframe_words(const uint8_t *frame, size_t n, char *out, size_t size)
{
	char what[64] = "";

	if (n >= 4 && !(frame[2] & 1)) {
		message(frame + 4, n - 4, what, sizeof(what));
		snprintf(out, size, "I s%u r%u%s", frame[2] >> 1, frame[3] >> 1,
			 what);
	} else if (n >= 4 && (frame[2] & 3) == 1) {
		snprintf(out, size, "%s r%u", NAME(supervisory, frame[2]),
			 frame[3] >> 1);
	} else if (n >= 3 && (frame[2] & 3) == 3) {
		if ((frame[2] & 0xef) == 0x03)
			message(frame + 3, n - 3, what, sizeof(what));
		snprintf(out, size, "%s%s", NAME(unnumbered, frame[2] & 0xef),
			 what);
	} else {
		snprintf(out, size, "?");
	}
}

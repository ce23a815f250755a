// SPDX-License-Identifier: GPL-2.0-only
/*
 * Q.931 clause 4: every field is checked against the end of the message, for
 * what comes in may be anybody's garbage.
 */
#include "tools/exchange/q931.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

enum {
	PD_Q931 = 0x08,
	IE_CAUSE = 0x08,
	IE_CHANNEL = 0x18,
	IE_DISPLAY = 0x28,
	IE_SHIFT_LOCKING = 0x90, /* bit 4 clear: the rest is another codeset */
};

/* clang-format off */
static const struct {
	uint8_t type;
	const char *name;
} names[] = {
	{ XC_Q931_ALERTING,	    "ALERTING" },
	{ XC_Q931_CALL_PROCEEDING,  "CALL PROCEEDING" },
	{ XC_Q931_PROGRESS,	    "PROGRESS" },
	{ XC_Q931_SETUP,	    "SETUP" },
	{ XC_Q931_CONNECT,	    "CONNECT" },
	{ XC_Q931_SETUP_ACK,	    "SETUP ACKNOWLEDGE" },
	{ XC_Q931_CONNECT_ACK,	    "CONNECT ACKNOWLEDGE" },
	{ XC_Q931_DISCONNECT,	    "DISCONNECT" },
	{ XC_Q931_RESTART,	    "RESTART" },
	{ XC_Q931_RELEASE,	    "RELEASE" },
	{ XC_Q931_RESTART_ACK,	    "RESTART ACKNOWLEDGE" },
	{ XC_Q931_RELEASE_COMPLETE, "RELEASE COMPLETE" },
	{ XC_Q931_FACILITY,	    "FACILITY" },
	{ XC_Q931_NOTIFY,	    "NOTIFY" },
	{ XC_Q931_STATUS_ENQUIRY,   "STATUS ENQUIRY" },
	{ XC_Q931_INFORMATION,	    "INFORMATION" },
	{ XC_Q931_STATUS,	    "STATUS" },
};

static const struct {
	int cause;
	const char *name;
} causes[] = {
	{ 1,   "unallocated number" },
	{ 3,   "no route to destination" },
	{ 6,   "channel unacceptable" },
	{ 16,  "normal call clearing" },
	{ 17,  "user busy" },
	{ 18,  "no user responding" },
	{ 19,  "no answer" },
	{ 21,  "call rejected" },
	{ 27,  "destination out of order" },
	{ 28,  "invalid number format" },
	{ 31,  "normal, unspecified" },
	{ 34,  "no circuit available" },
	{ 38,  "network out of order" },
	{ 41,  "temporary failure" },
	{ 42,  "switching equipment congestion" },
	{ 44,  "requested circuit not available" },
	{ 47,  "resource unavailable" },
	{ 81,  "invalid call reference" },
	{ 88,  "incompatible destination" },
	{ 96,  "mandatory element missing" },
	{ 97,  "message type non-existent" },
	{ 98,  "message not compatible with state" },
	{ 99,  "information element non-existent" },
	{ 100, "invalid element contents" },
	{ 101, "message not compatible with call state" },
	{ 102, "recovery on timer expiry" },
	{ 111, "protocol error" },
	{ 127, "interworking" },
};

static const char *const locations[16] = {
	[0] = "user",
	[1] = "private network, local",
	[2] = "public network, local",
	[3] = "transit network",
	[4] = "public network, remote",
	[5] = "private network, remote",
	[7] = "international network",
	[10] = "network beyond interworking",
};
/* clang-format on */

static void parse_cause(struct xc_q931 *m, const uint8_t *v, unsigned len)
{
	unsigned at = 0;

	if (!len)
		return;
	m->location = v[0] & 0xf;
	if (!(v[at++] & 0x80))
		at++; /* octet 3a */
	if (at < len)
		m->cause = v[at] & 0x7f;
}

static void parse_channel(struct xc_q931 *m, const uint8_t *v, unsigned len)
{
	unsigned at = 0;

	if (!len)
		return;
	m->exclusive = v[0] & 0x08;
	if ((v[0] & 0x03) != 0x01)
		return;	      /* none, or any */
	if (v[at++] & 0x40) { /* interface identifier present */
		while (at < len && !(v[at] & 0x80))
			at++;
		at++;
	}
	if (at + 1 < len && !(v[at] & 0x10)) /* a number, not a slot map */
		m->channel = v[at + 1] & 0x7f;
}

static void parse_display(struct xc_q931 *m, const uint8_t *v, unsigned len)
{
	if (len && v[0] & 0x80) { /* octet 3 of some national variants */
		v++;
		len--;
	}
	if (len > sizeof(m->display) - 1)
		len = sizeof(m->display) - 1;
	memcpy(m->display, v, len);
	m->display[len] = '\0';
}

bool xc_q931_parse(struct xc_q931 *m, const uint8_t *l3, unsigned len,
		   bool sent)
{
	unsigned crlen, at, i;
	bool to_originator;

	memset(m, 0, sizeof(*m));
	m->sent = sent;
	m->cause = m->location = m->channel = -1;
	if (len < 4 || l3[0] != PD_Q931)
		return false;
	crlen = l3[1] & 0xf;
	if (crlen > 2 || len < 3 + crlen)
		return false;
	to_originator = crlen && l3[2] & 0x80;
	for (i = 0; i < crlen; i++)
		m->crv = m->crv << 8 | (i ? l3[2 + i] : l3[2] & 0x7f);
	m->ours = to_originator != sent;
	m->type = l3[2 + crlen];
	for (at = 3 + crlen; at < len;) {
		uint8_t id = l3[at++], n;

		if (id & 0x80) {
			if ((id & 0xf8) == IE_SHIFT_LOCKING)
				break;
			continue;
		}
		if (at >= len)
			break;
		n = l3[at++];
		if (n > len - at)
			break;
		if (id == IE_CAUSE)
			parse_cause(m, l3 + at, n);
		else if (id == IE_CHANNEL)
			parse_channel(m, l3 + at, n);
		else if (id == IE_DISPLAY)
			parse_display(m, l3 + at, n);
		at += n;
	}
	return true;
}

const char *xc_q931_name(uint8_t type)
{
	unsigned i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].type == type)
			return names[i].name;
	return "?";
}

static bool same_name(const char *a, const char *b)
{
	for (; *a && *b; a++, b++) {
		if (*a == ' ' && (*b == '_' || *b == '-'))
			continue;
		if (toupper((unsigned char)*a) != toupper((unsigned char)*b))
			return false;
	}
	return !*a && !*b;
}

int xc_q931_type(const char *name)
{
	unsigned i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (same_name(names[i].name, name))
			return names[i].type;
	return -1;
}

const char *xc_q931_location(int location)
{
	const char *name =
		location >= 0 && location < 16 ? locations[location] : NULL;

	return name ? name : "";
}

const char *xc_q850_name(int cause)
{
	unsigned i;

	for (i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		if (causes[i].cause == cause)
			return causes[i].name;
	return "";
}

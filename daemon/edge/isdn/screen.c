// SPDX-License-Identifier: GPL-2.0-only
/*
 * Screening of frames; see screen.h.
 *
 *	 SAPI 0  TEI 0   N(S)  N(R)   PD  CRL  call ref.  type  elements
 *	| 00/02 | 01   |  2n  |  ..  | 08 | 02 | Fc | cc | tt  | id len ...
 *	0        1      2      3      4    5    6         8     9
 */
#include "daemon/edge/isdn/screen.h"

#include <string.h>

#include "daemon/msg.h"

#define Q931_AT	      4 /* of an I frame, modulo 128 */
#define Q931_PD	      0x08
#define GLOBAL_CREF   0
#define IE_CAUSE      0x08
#define IE_CALL_STATE 0x14

static bool is_iframe(const uint8_t *frame, size_t len)
{
	return len >= Q931_AT && !(frame[2] & 1);
}

/* U frames a point-to-point link needs: SABME, DM, DISC, UA, FRMR. */
static bool is_link_uframe(uint8_t control)
{
	switch (control & ~0x10) { /* without the poll/final bit */
	case 0x6f:
	case 0x0f:
	case 0x43:
	case 0x63:
	case 0x87:
		return true;
	default:
		return false;
	}
}

/*
 * Walk the elements in data[len]. Returns how many octets hold whole ones,
 * and notes cause and call state.
 */
static size_t walk(const uint8_t *data, size_t len, struct isdn_q931 *q)
{
	size_t at = 0, n;
	int shift = 0, once = 0; /* codesets other than 0 are not ours */

	while (at < len) {
		const uint8_t *ie = data + at;

		n = ie[0] & 0x80 ? 1 : 2;
		if (at + n > len || (n == 2 && at + 2 + ie[1] > len))
			return at;
		if (n == 2)
			n += ie[1];
		at += n;
		if ((ie[0] & 0xf0) == 0x90) { /* shift, 4.5.3 */
			if (ie[0] & 0x08)
				once = ie[0] & 7;
			else
				shift = ie[0] & 7;
			continue;
		}
		if (shift || once) {
			once = 0;
			continue;
		}
		if (ie[0] == IE_CAUSE && n >= 4) {
			/* octet 3a may follow octet 3 */
			size_t value = ie[2] & 0x80 ? 3 : 4;

			if (value < n) {
				q->has_cause = true;
				q->location = ie[2] & 0x0f;
				q->cause = ie[value] & 0x7f;
			}
		} else if (ie[0] == IE_CALL_STATE && n >= 3) {
			q->state = ie[2] & 0x3f;
		}
	}
	return at;
}

/* Offset of the first element, or 0 if this is no message of a call. */
static size_t read_header(const uint8_t *frame, size_t len, struct isdn_q931 *q)
{
	const uint8_t *m = frame + Q931_AT;
	size_t crl;

	memset(q, 0, sizeof(*q));
	q->state = 0xff;
	if (!is_iframe(frame, len) || len < Q931_AT + 4 || m[0] != Q931_PD)
		return 0;
	crl = m[1];
	if (crl < 1 || crl > 2 || len < Q931_AT + 3 + crl)
		return 0;
	q->cref = crl == 1 ? m[2] & 0x7f : (m[2] & 0x7f) << 8 | m[3];
	q->from_owner = !(m[2] & 0x80);
	q->type = m[2 + crl];
	q->valid = true;
	return Q931_AT + 3 + crl;
}

void isdn_screen_look(const uint8_t *frame, size_t len, struct isdn_q931 *q)
{
	size_t at = read_header(frame, len, q);

	if (at)
		walk(frame + at, len - at, q);
}

/* May libpri see this frame's layer 2? */
static bool layer2_ok(const uint8_t *frame, size_t len)
{
	if (len < 3 || len > RD_HDLC_MAX)
		return false;
	if ((frame[0] & ~0x02) != 0x00 || frame[1] != 0x01)
		return false;
	switch (frame[2] & 3) {
	case 3:
		return is_link_uframe(frame[2]);
	case 1:
		return len >= Q931_AT && (frame[2] == 0x01 ||
					  frame[2] == 0x05 || frame[2] == 0x09);
	default:
		return len >= Q931_AT;
	}
}

/* SERVICE of the American switches: libpri echoes it as acknowledged. */
static bool is_service(const uint8_t *frame, size_t len)
{
	const uint8_t *m = frame + Q931_AT;

	return len >= Q931_AT + 5 && (m[0] == 0x03 || m[0] == 0x43) &&
	       (m[1] == 1 || m[1] == 2) && m[2 + m[1]] == 0x0f;
}

enum verdict {
	PASS,
	IGNORE,
	NO_SUCH_CALL
};

static bool is_clearing(uint8_t type)
{
	return type == ISDN_MSG_DISCONNECT || type == ISDN_MSG_RELEASE ||
	       type == ISDN_MSG_RELEASE_COMPLETE || type == ISDN_MSG_STATUS ||
	       type == ISDN_MSG_STATUS_ENQUIRY;
}

/* Q.931 5.8.3 */
static enum verdict judge(const struct isdn_q931 *q, enum isdn_known known)
{
	switch (q->type) {
	case ISDN_MSG_RESTART:
		return q->cref == GLOBAL_CREF && q->from_owner ? PASS : IGNORE;
	case ISDN_MSG_RESTART_ACK:
		return q->cref == GLOBAL_CREF && !q->from_owner ? PASS : IGNORE;
	default:
		break;
	}
	if (q->cref == GLOBAL_CREF)
		return IGNORE;
	if (q->type == ISDN_MSG_SETUP)
		return q->from_owner && known == ISDN_NO_CALL ? PASS : IGNORE;
	if (known == ISDN_CALL)
		return PASS;
	if (known == ISDN_CALL_CLEARING)
		return is_clearing(q->type) ? PASS : IGNORE;
	switch (q->type) {
	case ISDN_MSG_RELEASE_COMPLETE:
		return IGNORE;
	case ISDN_MSG_STATUS:
		return q->state == 0 || q->state == 0xff ? IGNORE
							 : NO_SUCH_CALL;
	default:
		return NO_SUCH_CALL;
	}
}

size_t isdn_screen_rx(uint8_t *frame, size_t len, isdn_known_fn *known,
		      const void *context, struct isdn_q931 *q)
{
	size_t at;

	memset(q, 0, sizeof(*q));
	if (!layer2_ok(frame, len))
		return 0;
	if (!is_iframe(frame, len))
		return len;
	at = read_header(frame, len, q);
	if (!at) /* libpri takes an I frame without a message for nothing */
		return is_service(frame, len) ? len : Q931_AT;
	len = at + walk(frame + at, len - at, q);
	switch (judge(q, known(context, q->cref, !q->from_owner))) {
	case PASS:
		return len;
	case NO_SUCH_CALL:
		frame[at - 1] = ISDN_MSG_INFORMATION;
		return at;
	case IGNORE:
		break;
	}
	return Q931_AT;
}

void isdn_screen_put_cause(uint8_t *frame, size_t len, uint8_t cause,
			   uint8_t location)
{
	struct isdn_q931 q;
	size_t at = read_header(frame, len, &q);

	while (at && at + 2 <= len) {
		uint8_t *ie = frame + at;

		if (ie[0] & 0x80) {
			at++;
			continue;
		}
		at += 2u + ie[1];
		if (ie[0] != IE_CAUSE || ie[1] < 2 || at > len)
			continue;
		ie[2] = 0x80 | (location & 0x0f); /* ITU-T coding */
		ie[3] = 0x80 | (cause & 0x7f);
		return;
	}
}

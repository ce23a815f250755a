// SPDX-License-Identifier: GPL-2.0-only
/* Parties of a call; see party.h. */
#include "daemon/edge/isdn/party.h"

#include <string.h>

#define E1_SLOTS 31

void isdn_party_number(char out[RD_NUMBER_LEN], const char *in)
{
	size_t len = strnlen(in, RD_NUMBER_LEN);

	memset(out, 0, RD_NUMBER_LEN);
	if (len == RD_NUMBER_LEN)
		return;
	for (size_t i = 0; i < len; i++)
		out[i] = strchr("0123456789*#ABCD+", in[i]) ? in[i] : '?';
}

uint8_t isdn_party_presentation(const struct pri_party_number *number)
{
	return number->valid ? (uint8_t)(number->presentation & 0x63)
			     : PRES_NUMBER_NOT_AVAILABLE;
}

void isdn_party_name(char out[RD_NAME_LEN], const char *in)
{
	size_t at = 0;

	memset(out, 0, RD_NAME_LEN);
	for (; *in && at + 2 < RD_NAME_LEN; in++) {
		unsigned char c = (unsigned char)*in;

		if (c < 0x20 || (c >= 0x7f && c < 0xa0)) {
			out[at++] = ' ';
		} else if (c < 0x80) {
			out[at++] = (char)c;
		} else {
			out[at++] = (char)(0xc0 | c >> 6);
			out[at++] = (char)(0x80 | (c & 0x3f));
		}
	}
}

/* UTF-8 back to ISO 8859-1, what it has not becomes '?'. */
static void name_out(struct pri_party_name *name, const char *in)
{
	size_t at = 0;

	if (!in[0])
		return;
	name->valid = 1;
	name->presentation = PRI_PRES_ALLOWED;
	name->char_set = PRI_CHAR_SET_ISO8859_1;
	while (*in && at < sizeof(name->str) - 1) {
		unsigned char c = (unsigned char)*in++;

		if (c >= 0x80) {
			unsigned char d = (unsigned char)*in;

			c = (c & 0xfc) == 0xc0
				    ? (unsigned char)(c << 6 | (d & 0x3f))
				    : '?';
			while ((*in & 0xc0) == 0x80)
				in++;
		}
		name->str[at++] = (char)c;
	}
}

static void number_out(struct pri_party_number *number,
		       const char in[RD_NUMBER_LEN], unsigned ton, unsigned npi,
		       unsigned presentation)
{
	if (!in[0] && !(presentation & PRI_PRES_RESTRICTION))
		return;
	number->valid = 1;
	number->plan = (int)((ton & 7) << 4 | (npi & 15));
	number->presentation = (int)(presentation & 0x63);
	memcpy(number->str, in, strnlen(in, RD_NUMBER_LEN - 1));
}

void isdn_party_progress(struct rd_isdn *m, int mask)
{
	static const struct {
		int bit;
		uint8_t description, flags;
	} map[] = {
		{ PRI_PROG_INBAND_AVAILABLE, 8, RD_ISDN_INBAND },
		{ PRI_PROG_CALL_NOT_E2E_ISDN, 1, RD_ISDN_INBAND },
		{ PRI_PROG_CALLED_NOT_ISDN, 2, 0 },
		{ PRI_PROG_CALLER_NOT_ISDN, 3, 0 },
		{ PRI_PROG_CALLER_RETURNED_TO_ISDN, 4, 0 },
	};

	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++) {
		if (!(mask & map[i].bit))
			continue;
		m->flags |= map[i].flags;
		if (!m->progress)
			m->progress = map[i].description;
	}
}

void isdn_party_connected(struct rd_isdn *m, const struct pri_subcommands *s)
{
	for (int i = 0; s && i < s->counter_subcmd; i++) {
		const struct pri_party_id *id;

		if (s->subcmd[i].cmd != PRI_SUBCMD_CONNECTED_LINE)
			continue;
		id = &s->subcmd[i].u.connected_line.id;
		if (id->number.valid) {
			isdn_party_number(m->connected, id->number.str);
			m->called_ton = id->number.plan >> 4 & 7;
			m->called_npi = id->number.plan & 15;
			m->calling_pres = isdn_party_presentation(&id->number);
		}
		if (id->name.valid)
			isdn_party_name(m->name, id->name.str);
	}
}

int isdn_party_setup(struct isdn_span *span, struct isdn_call *c,
		     const struct rd_isdn *r)
{
	bool complete = r->flags & RD_ISDN_COMPLETE;
	struct pri_party_id caller = { 0 };
	char called[RD_NUMBER_LEN] = { 0 };
	struct pri_sr *sr = pri_sr_new();
	int res;

	if (!sr)
		return -1;
	memcpy(called, r->called, sizeof(called) - 1);
	memcpy(c->digits, called, sizeof(c->digits));
	number_out(&caller.number, r->calling, r->calling_ton, r->calling_npi,
		   r->calling_pres);
	name_out(&caller.name, r->name);
	pri_sr_set_channel(sr, c->channel, r->flags & RD_ISDN_EXCLUSIVE, 0);
	pri_sr_set_bearer(sr, r->bearer,
			  span->config.slots == E1_SLOTS ? PRI_LAYER_1_ALAW
							 : PRI_LAYER_1_ULAW);
	pri_sr_set_called(sr, called, r->called_ton << 4 | r->called_npi,
			  complete);
	pri_sr_set_caller_party(sr, &caller);
	/* libpri marks every number complete (EuroISDN) until told once that
	 * this span dials digit by digit; then each call says it itself. */
	if (!complete)
		pri_set_overlapdial(span->pri, 1);
	res = pri_setup(span->pri, c->q931, sr);
	pri_sr_free(sr);
	return res ? -1 : 0;
}

void isdn_party_answer(struct isdn_span *span, struct isdn_call *c,
		       const struct rd_isdn *r)
{
	struct pri_party_connected_line connected = { 0 };

	number_out(&connected.id.number, r->connected, r->called_ton,
		   r->called_npi, r->calling_pres);
	name_out(&connected.id.name, r->name);
	if (connected.id.number.valid || connected.id.name.valid)
		pri_connected_line_update(span->pri, c->q931, &connected);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who calls whom: numbers, plans, presentation, names and progress, from
 * messages to libpri's structs and back. Text from the line is cleaned: it
 * will stand in logs and on screens.
 */
#ifndef RD_ISDN_PARTY_H
#define RD_ISDN_PARTY_H

#include "daemon/edge/isdn/span.h"

/* Digits (Q.931 4.5.8: IA5): 0-9 * # A-D and +; others become '?'. A number
 * that does not fit is no number: "". */
void isdn_party_number(char out[RD_NUMBER_LEN], const char *in);

/* Presentation and screening, octet 3a; not available if there is none. */
uint8_t isdn_party_presentation(const struct pri_party_number *number);

/* A name as UTF-8: octets of ISO 8859-1 become two, controls spaces. */
void isdn_party_name(char out[RD_NAME_LEN], const char *in);

/* PRI_PROG_* bits to RD_ISDN_INBAND and the description of 4.5.23. */
void isdn_party_progress(struct rd_isdn *m, int mask);

/* Connected number and name that came with CONNECT. */
void isdn_party_connected(struct rd_isdn *m, const struct pri_subcommands *s);

/* Send SETUP for c as r asks. 0, or -1 if libpri will not. */
int isdn_party_setup(struct isdn_span *span, struct isdn_call *c,
		     const struct rd_isdn *r);

/* Give libpri the connected number and name, before CONNECT. */
void isdn_party_answer(struct isdn_span *span, struct isdn_call *c,
		       const struct rd_isdn *r);

#endif

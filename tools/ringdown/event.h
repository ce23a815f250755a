/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a message of the journal says, in fields. */
#ifndef CLI_EVENT_H
#define CLI_EVENT_H

#include <jansson.h>

#include "daemon/msg.h"

/* Add the fields of msg, whose len is right, to out; octets if unknown. */
void event_fields(const struct rd_msg *msg, json_t *out);
/* "card0/1:16"; "card0/1" for a span; "" for none. out[32] */
void line_words(uint32_t line, char *out);

#endif

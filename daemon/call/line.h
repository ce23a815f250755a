/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A leg's line in media: how it is opened, and what media says of it.
 *
 * Gain, level control, removal of digits, progress tones and the alert of
 * quiet parties are settings of the trunk group (gain of the span, too) in the
 * configuration that is in force when the line is opened.
 *
 * Context: core.
 */
#ifndef RD_CALL_LINE_H
#define RD_CALL_LINE_H

#include "daemon/call/leg.h"

/* Once each; a leg without a channel has no line. */
void rd_line_open(struct rd_core *core, struct rd_leg *leg);
void rd_line_close(struct rd_core *core, struct rd_leg *leg);

/* How it was, when it is closed: its row. */
void rd_line_on_health(struct rd_core *core, const struct rd_ev_health *health);
/* A party of a bridge is not heard, or heard again. */
void rd_line_on_quiet(struct rd_core *core, const struct rd_ev_quiet *quiet);
/* A progress tone of the country begins or ends. */
void rd_line_on_tone(struct rd_core *core, const struct rd_ev_tone *tone);

#endif

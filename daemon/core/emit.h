/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What core says: events to watchers, rows to the store.
 *
 * USE.	struct rd_json *j = rd_event_begin(core, RD_EVENT_CALL_NEW);
 *	rd_json_int(j, "call", call->id);
 *	rd_event_end(core);
 *
 *	rd_row_begin(core, RD_TABLE_RATINGS);
 *	rd_row_int(core, call->id); ...
 *	rd_row_end(core);
 *
 * One event and one row may be open at a time. A row's columns come in the order
 * of daemon/store/schema.h, all of them; rd_row_end() asserts the count.
 *
 * Context: core.
 */
#ifndef RD_CORE_EMIT_H
#define RD_CORE_EMIT_H

#include "daemon/core/core.h"
#include "daemon/core/event_list.h"
#include "daemon/core/json_out.h"
#include "daemon/store/schema.h"

#define RD_TEXT_MAX 16384 /* octets of one event, row or metadata */

struct rd_writer { /* one for events, one for rows: core->event, core->row */
	_Alignas(8) uint8_t octets[RD_TEXT_MAX];
	struct rd_json json;
	uint32_t len;
	uint16_t columns;
	bool open;
};

struct rd_json *rd_event_begin(struct rd_core *core, enum rd_event_id id);
void rd_event_end(struct rd_core *core);
/* Answer one client instead of telling all watchers. */
struct rd_json *rd_answer_begin(struct rd_core *core, uint32_t client,
				uint32_t id);
void rd_answer_end(struct rd_core *core);

void rd_row_begin(struct rd_core *core, enum rd_table_number table);
void rd_row_int(struct rd_core *core, int64_t value);
void rd_row_str(struct rd_core *core, const char *text);
void rd_row_null(struct rd_core *core);
/* NULL if the text is empty, the number 0. */
void rd_row_str_or_null(struct rd_core *core, const char *text);
void rd_row_int_or_null(struct rd_core *core, int64_t value);
/* Unix ms of a frame; NULL for frame 0, "did not happen". */
void rd_row_time(struct rd_core *core, uint64_t frame);
void rd_row_end(struct rd_core *core);

const char *rd_event_name(enum rd_event_id id);
const char *rd_event_fields(enum rd_event_id id);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Commands out: digested in order, then put to their peers.
 *
 * The digest is over the octets as they go out, so every field of a command,
 * padding included, must be defined: writers clear what they do not set.
 */
#include "daemon/core/emit.h"

#include <assert.h>
#include <string.h>

#include "daemon/core/state.h"
#include "lib/base/crc32c.h"
#include "lib/base/frames.h"

static const struct {
	const char *name, *fields;
} events[RD_EVENTS] = {
#define X(ID, name, fields, help) [RD_EVENT_##ID] = { name, fields },
	RD_EVENT_LIST(X)
#undef X
};

/* receiver of each type */
static const uint8_t receiver[256] = {
#define X(number, NAME, type, from, to, flags) [number] = RD_PEER_##to,
	RD_MSG_LIST(X)
#undef X
};

static bool is_for_the_gone(const struct rd_core *core, uint16_t type)
{
	enum rd_peer peer = receiver[type & 0xff];

	return core->quiet &&
	       (peer == RD_PEER_MEDIA || peer == RD_PEER_EDGE ||
		type == RD_MSG_REC_OPEN || type == RD_MSG_LOOKUP);
}

void rd_emit(struct rd_core *core, const struct rd_msg *cmd)
{
	assert(cmd->type < 256 && cmd->len % 8 == 0 &&
	       cmd->len >= sizeof(*cmd));
	if (is_for_the_gone(core, cmd->type))
		return;
	core->digest = rd_crc32c(core->digest, cmd, cmd->len);
	core->state->counts.commands++;
	core->sink.put(core->sink.context, receiver[cmd->type], cmd);
}

/* ---- events ----------------------------------------------------------------- */

static struct rd_json *publish_begin(struct rd_core *core, uint32_t client,
				     uint32_t id)
{
	struct rd_writer *w = core->event;
	struct rd_publish *publish = (struct rd_publish *)w->octets;

	assert(!w->open);
	w->open = true;
	*publish = (struct rd_publish){
		.msg = { .type = RD_MSG_PUBLISH,
			 .line = RD_LINE_NONE,
			 .frame = core->now },
		.seq = core->seq,
		.client = client,
		.id = id,
	};
	rd_json_begin(&w->json, publish->json,
		      RD_TEXT_MAX - sizeof(*publish) - 8);
	rd_json_object(&w->json, NULL);
	return &w->json;
}

static void publish_end(struct rd_core *core)
{
	struct rd_writer *w = core->event;
	struct rd_publish *publish = (struct rd_publish *)w->octets;
	uint64_t len;

	rd_json_end(&w->json, '}');
	w->open = false;
	if (rd_json_is_cut(&w->json)) {
		core->state->counts.text_cut++;
		return;
	}
	len = sizeof(*publish) + w->json.len + 1;
	memset(w->octets + len, 0, 8);
	publish->msg.len = (uint16_t)((len + 7) / 8 * 8);
	rd_emit(core, &publish->msg);
}

struct rd_json *rd_event_begin(struct rd_core *core, enum rd_event_id id)
{
	struct rd_json *j = publish_begin(core, 0, 0);

	rd_json_str(j, "event", events[id].name);
	rd_json_int(j, "seq", (int64_t)core->seq);
	rd_json_int(j, "time_ns", rd_core_unix_ns(core));
	return j;
}

void rd_event_end(struct rd_core *core)
{
	publish_end(core);
}

struct rd_json *rd_answer_begin(struct rd_core *core, uint32_t client,
				uint32_t id)
{
	return publish_begin(core, client, id);
}

void rd_answer_end(struct rd_core *core)
{
	publish_end(core);
}

const char *rd_event_name(enum rd_event_id id)
{
	return events[id].name;
}

const char *rd_event_fields(enum rd_event_id id)
{
	return events[id].fields;
}

/* ---- rows --------------------------------------------------------------------- */

static void put(struct rd_core *core, const void *data, uint32_t n)
{
	struct rd_writer *w = core->row;

	assert(w->open && w->len + n <= RD_TEXT_MAX - 8);
	memcpy(w->octets + w->len, data, n);
	w->len += n;
}

static void put_kind(struct rd_core *core, char kind)
{
	struct rd_writer *w = core->row;
	const struct rd_table_info *table =
		&rd_tables[((const struct rd_cmd_row *)w->octets)->table];

	assert(w->columns < table->columns);
	assert(kind == 'n' || kind == table->column[w->columns].kind);
	put(core, &kind, 1);
	w->columns++;
}

void rd_row_begin(struct rd_core *core, enum rd_table_number table)
{
	struct rd_writer *w = core->row;
	struct rd_cmd_row *row = (struct rd_cmd_row *)w->octets;

	assert(!w->open);
	w->open = true;
	w->columns = 0;
	w->len = sizeof(*row);
	*row = (struct rd_cmd_row){
		.msg = { .type = RD_MSG_ROW,
			 .line = RD_LINE_NONE,
			 .frame = core->now },
		.seq = core->seq,
		.part = core->part++,
		.table = (uint16_t)table,
	};
}

void rd_row_int(struct rd_core *core, int64_t value)
{
	put_kind(core, 'i');
	put(core, &value, sizeof(value));
}

void rd_row_str(struct rd_core *core, const char *text)
{
	size_t n = strlen(text);
	uint16_t len = (uint16_t)(n < RD_TEXT_MAX / 2 ? n : RD_TEXT_MAX / 2);

	put_kind(core, 's');
	put(core, &len, sizeof(len));
	put(core, text, len);
}

void rd_row_null(struct rd_core *core)
{
	put_kind(core, 'n');
}

void rd_row_str_or_null(struct rd_core *core, const char *text)
{
	if (*text)
		rd_row_str(core, text);
	else
		rd_row_null(core);
}

void rd_row_int_or_null(struct rd_core *core, int64_t value)
{
	if (value)
		rd_row_int(core, value);
	else
		rd_row_null(core);
}

void rd_row_time(struct rd_core *core, uint64_t frame)
{
	if (frame)
		rd_row_int(core,
			   (int64_t)(rd_core_ns_of(core, frame) / 1000000u));
	else
		rd_row_null(core);
}

void rd_row_end(struct rd_core *core)
{
	struct rd_writer *w = core->row;
	struct rd_cmd_row *row = (struct rd_cmd_row *)w->octets;

	assert(w->columns == rd_tables[row->table].columns);
	row->columns = w->columns;
	memset(w->octets + w->len, 0, 8);
	row->msg.len = (uint16_t)((w->len + 7) / 8 * 8);
	w->open = false;
	rd_emit(core, &row->msg);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recordings: begin, end, what the disk says, the row.
 *
 * The name of a file is made of time and number only, never of what a caller
 * sent.
 */
#include "daemon/call/record.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "daemon/call/call.h"
#include "daemon/core/configure.h"
#include "daemon/core/emit.h"
#include "daemon/core/state.h"
#include "lib/base/frames.h"

#define PATTERN_DEFAULT "%Y/%m/%d/%i"
#define META_MAX	(sizeof(struct rd_cmd_rec_meta) + 12288)

static struct rd_recording *recording_at(const struct rd_core *core,
					 uint32_t index)
{
	return rd_pool_at(core->state, &core->state->recordings, index);
}

static const char *status_name(uint32_t status)
{
	static const char *const names[] = {
		[RD_REC_COMPLETE] = "complete",
		[RD_REC_DISK_FULL] = "disk-full",
		[RD_REC_ERROR] = "error",
		[RD_REC_GAP] = "gap",
		[RD_REC_CUT] = "cut",
	};

	return status <= RD_REC_CUT ? names[status] : "error";
}

/* The path: %i is the number, the rest strftime() in UTC. */
static void make_path(const struct rd_config *config,
		      const struct rd_recording *rec, char *out, size_t cap)
{
	const char *pattern = config->recording.pattern;
	char format[160];
	size_t len = 0;
	time_t seconds = (time_t)(rec->begin_ns / 1000000000u);
	struct tm tm;

	if (!pattern || !*pattern)
		pattern = PATTERN_DEFAULT;
	for (const char *p = pattern; *p && len + 24 < sizeof(format); p++) {
		if (p[0] == '%' && p[1] == 'i') {
			len += (size_t)snprintf(format + len,
						sizeof(format) - len, "%llu",
						(unsigned long long)rec->id);
			p++;
		} else {
			format[len++] = *p;
			if (*p == '%' && p[1])
				format[len++] = *++p;
		}
	}
	format[len] = '\0';
	gmtime_r(&seconds, &tm);
	if (!strftime(out, cap, format, &tm) || strstr(out, "..") ||
	    out[0] == '/')
		snprintf(out, cap, "%llu", (unsigned long long)rec->id);
	/* equal messages are equal octets */
	memset(out + strlen(out), 0, cap - strlen(out));
}

static void begin(struct rd_core *core, struct rd_call *call)
{
	struct rd_state *s = core->state;
	uint32_t index = rd_pool_take(s, &s->recordings);
	struct rd_recording *rec;
	struct rd_json *j;

	if (index == RD_NONE) {
		s->counts.no_room++;
		return;
	}
	rec = recording_at(core, index);
	rec->id = rd_core_next_id(core);
	rec->call_id = call->id;
	rec->call = rd_call_index(core, call);
	rec->begin = core->now;
	rec->begin_ns = (uint64_t)rd_core_unix_ns(core);
	rec->line = call->line;
	rec->agent = RD_INDEX_NONE;
	rec->queue = RD_INDEX_NONE;
	make_path(rd_core_config(core, call->generation), rec, rec->path,
		  sizeof(rec->path));
	call->recording = index;
	call->recording_id = rec->id;

	struct rd_cmd_rec_open open = {
		.msg = { .type = RD_MSG_REC_OPEN,
			 .len = sizeof(open),
			 .line = call->line,
			 .frame = core->now },
		.recording = rec->id,
		.law = rd_span_at(core, call->span)->law,
	};
	struct rd_cmd_record record = {
		.msg = { .type = RD_MSG_RECORD,
			 .len = sizeof(record),
			 .line = call->line,
			 .frame = core->now },
		.recording = rec->id,
	};

	memcpy(open.path, rec->path, sizeof(open.path));
	rd_emit(core, &open.msg);
	rd_emit(core, &record.msg);
	j = rd_event_begin(core, RD_EVENT_RECORDING_STARTED);
	rd_json_int(j, "recording", (int64_t)rec->id);
	rd_json_int(j, "call", (int64_t)call->id);
	rd_json_str(j, "path", rec->path);
	rd_event_end(core);
}

void rd_record_point(struct rd_core *core, struct rd_call *call,
		     enum rd_record_start point)
{
	const struct rd_config *config = rd_core_config(core, call->generation);
	const struct rd_cfg_queue *queue = NULL;

	if (config->recording.start != point || call->recording_id ||
	    call->state != RD_CALL_ACTIVE ||
	    (call->outgoing && !call->answered))
		return;
	if (call->app == RD_APP_QUEUE)
		queue = rd_queue_config(core, call->queue);
	if (queue && !queue->record)
		return;
	begin(core, call);
}

void rd_record_start(struct rd_core *core, struct rd_call *call)
{
	if (!call->recording_id && call->state == RD_CALL_ACTIVE)
		begin(core, call);
}

/* The JSON beside the sound. */
static void write_meta(struct rd_core *core, const struct rd_call *call,
		       const struct rd_recording *rec)
{
	_Alignas(8) uint8_t octets[META_MAX] = { 0 };
	struct rd_cmd_rec_meta *meta = (struct rd_cmd_rec_meta *)octets;
	struct rd_json j;

	meta->msg = (struct rd_msg){
		.type = RD_MSG_REC_META,
		.line = call->line,
		.frame = core->now,
	};
	meta->recording = rec->id;
	memcpy(meta->path, rec->path, sizeof(meta->path));
	rd_json_begin(&j, meta->json, sizeof(octets) - sizeof(*meta) - 8);
	rd_json_object(&j, NULL);
	rd_json_int(&j, "recording", (int64_t)rec->id);
	rd_json_int(&j, "call", (int64_t)call->id);
	rd_json_int(&j, "begin_ns", (int64_t)rec->begin_ns);
	rd_json_int(&j, "duration_ms",
		    (int64_t)rd_ms_from_frames(rec->end - rec->begin));
	rd_json_str(&j, "ani", call->ani);
	rd_json_bool(&j, "withheld", call->withheld);
	rd_json_str(&j, "name", call->name);
	rd_json_str(&j, "dnis", call->dnis);
	if (call->queue != RD_INDEX_NONE)
		rd_json_str(&j, "queue", rd_queue_get(core, call->queue)->name);
	if (call->agent != RD_INDEX_NONE)
		rd_json_str(&j, "agent",
			    rd_agent_get(core, call->agent)->number);
	rd_json_str(&j, "result", rd_call_result_name(call->result));
	rd_json_str(&j, "released_by", rd_released_by_name(call->released_by));
	rd_json_int(&j, "cause", call->cause);
	if (call->rating >= 0)
		rd_json_int(&j, "rating", call->rating);
	rd_json_str(&j, "left", "caller");
	rd_json_str(&j, "right", "sent to caller");
	rd_cdr_attached(call, &j, "data");
	rd_json_end(&j, '}');
	if (rd_json_is_cut(&j)) {
		core->state->counts.text_cut++;
		return;
	}
	meta->msg.len = (uint16_t)((sizeof(*meta) + j.len + 8) / 8 * 8);
	rd_emit(core, &meta->msg);
}

void rd_record_end(struct rd_core *core, struct rd_call *call)
{
	struct rd_recording *rec;

	if (call->recording == RD_NONE)
		return;
	rec = recording_at(core, call->recording);
	call->recording = RD_NONE;
	rec->call = RD_NONE;
	rec->end = core->now;
	rec->agent = call->agent;
	rec->queue = call->queue;

	struct rd_cmd_record stop = {
		.msg = { .type = RD_MSG_RECORD_STOP,
			 .len = sizeof(stop),
			 .line = rec->line,
			 .frame = core->now },
		.recording = rec->id,
	};

	rd_emit(core, &stop.msg);
	write_meta(core, call, rec);
}

static struct rd_recording *find(const struct rd_core *core, uint64_t id)
{
	const struct rd_pool *pool = &core->state->recordings;

	for (uint32_t i = 0; i < pool->cap; i++)
		if (rd_pool_has(core->state, pool, i) &&
		    recording_at(core, i)->id == id)
			return recording_at(core, i);
	return NULL;
}

static void write_row(struct rd_core *core, const struct rd_recording *rec,
		      uint64_t frames, uint32_t status)
{
	rd_row_begin(core, RD_TABLE_RECORDINGS);
	rd_row_int(core, (int64_t)rec->id);
	rd_row_int(core, (int64_t)rec->call_id);
	rd_row_str(core, rec->path);
	rd_row_int(core, (int64_t)(rec->begin_ns / 1000000u));
	rd_row_int(core, (int64_t)frames);
	rd_row_int(core, (int64_t)rec->lost_frames);
	rd_row_str(core, status_name(status));
	rd_row_str_or_null(core,
			   rec->agent == RD_INDEX_NONE
				   ? ""
				   : rd_agent_get(core, rec->agent)->number);
	rd_row_str_or_null(core,
			   rec->queue == RD_INDEX_NONE
				   ? ""
				   : rd_queue_get(core, rec->queue)->name);
	rd_row_end(core);
}

/* Its file is closed: the row, and the place is free. */
static void finish(struct rd_core *core, struct rd_recording *rec,
		   uint64_t frames, uint32_t status)
{
	struct rd_state *s = core->state;
	struct rd_json *j;

	if (rec->call != RD_NONE) { /* the disk gave up, the call goes on */
		struct rd_call *call = rd_call_at(core, rec->call);

		rec->agent = call->agent;
		rec->queue = call->queue;
		call->recording = RD_NONE;
	}
	if (status == RD_REC_COMPLETE && rec->lost_frames)
		status = RD_REC_GAP;
	write_row(core, rec, frames, status);
	j = rd_event_begin(core, RD_EVENT_RECORDING_DONE);
	rd_json_int(j, "recording", (int64_t)rec->id);
	rd_json_int(j, "call", (int64_t)rec->call_id);
	rd_json_str(j, "path", rec->path);
	rd_json_str(j, "status", status_name(status));
	rd_json_int(j, "duration_ms", (int64_t)rd_ms_from_frames(frames));
	rd_json_int(j, "lost_ms", (int64_t)rd_ms_from_frames(rec->lost_frames));
	rd_event_end(core);
	rd_pool_give(s, &s->recordings,
		     (uint32_t)(rec - recording_at(core, 0)));
}

void rd_record_on_done(struct rd_core *core, const struct rd_ev_rec *done)
{
	struct rd_recording *rec = find(core, done->recording);

	/* what media lost is among the gaps that disk filled */
	if (rec && rec->lost_frames < done->gap_frames)
		rec->lost_frames = done->gap_frames;
	if (rec)
		finish(core, rec, done->frames, done->status);
	else
		core->state->counts.late++;
}

void rd_record_on_lost(struct rd_core *core, const struct rd_ev_rec *lost)
{
	struct rd_recording *rec = find(core, lost->recording);
	struct rd_json *j;

	if (!rec) {
		core->state->counts.late++;
		return;
	}
	rec->lost_frames += lost->frames;
	j = rd_event_begin(core, RD_EVENT_RECORDING_LOST);
	rd_json_int(j, "recording", (int64_t)rec->id);
	rd_json_int(j, "lost_ms", (int64_t)rd_ms_from_frames(lost->frames));
	rd_event_end(core);
}

const struct rd_recording *rd_record_next(const struct rd_core *core,
					  const struct rd_recording *after)
{
	const struct rd_pool *pool = &core->state->recordings;
	uint32_t i = after ? (uint32_t)(after - recording_at(core, 0)) + 1 : 0;

	for (; i < pool->cap; i++)
		if (rd_pool_has(core->state, pool, i))
			return recording_at(core, i);
	return NULL;
}

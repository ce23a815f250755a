// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One recording, from REC_OPEN to REC_DONE.
 *
 *	file   |header| next frames are in place | silence | block |
 *	                                         next      block.frame - first
 *
 * advance() does the next thing there is to do; each thing is one operation in
 * the ring, whose completion calls advance() again:
 *
 *	a block waits, and lies behind next    silence up to it, in pieces
 *	a block waits, at next                 write it; its buffer goes back
 *	no block waits, and it has ended       silence up to the end, header,
 *	                                       fdatasync; then rename, REC_DONE
 *
 * An error drops the block (or, at the end, the silence), is remembered and
 * told; the next block tries again, from next on. Invariant: [0, next) of the
 * file is as recorded, or silence if the verdict says that there is a gap.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/disk/state.h"
#include "daemon/disk/wav.h"

static void advance(struct rd_disk *d, struct rd_recording *r);

static struct rd_recording *find(struct rd_disk *d, uint64_t id)
{
	for (unsigned i = 0; i < d->nrecordings; i++)
		if (d->recording[i].used && d->recording[i].id == id)
			return &d->recording[i];
	return NULL;
}

/* ---- chain of waiting blocks ------------------------------------------------------ */

static void give_back(struct rd_disk *d, const struct rd_rec_block *block)
{
	struct rd_rec_block back = *block;

	if (!block->data)
		return;
	back.msg.type = RD_MSG_REC_BLOCK_FREE;
	/* room: as large as the queue it came by */
	rd_mq_put(d->blocks_back, &back.msg);
}

static void chain(struct rd_disk *d, struct rd_recording *r,
		  const struct rd_rec_block *block)
{
	uint32_t at = d->free_waiting;
	struct rd_waiting *w = &d->waiting[at];

	if (!at) { /* more than media has buffers: it cannot be */
		give_back(d, block);
		return;
	}
	d->free_waiting = w->following;
	w->block = *block;
	w->following = 0;
	if (r->last_block)
		d->waiting[r->last_block].following = at;
	else
		r->first_block = at;
	r->last_block = at;
}

static void unchain(struct rd_disk *d, struct rd_recording *r)
{
	uint32_t at = r->first_block;
	struct rd_waiting *w = &d->waiting[at];

	give_back(d, &w->block);
	r->first_block = w->following;
	if (!r->first_block)
		r->last_block = 0;
	w->following = d->free_waiting;
	d->free_waiting = at;
}

/* ---- faults ------------------------------------------------------------------------ */

static bool is_full(int err)
{
	return err == -ENOSPC || err == -EDQUOT || err == -EFBIG;
}

static void fail(struct rd_disk *d, struct rd_recording *r, int err)
{
	r->error = err;
	rd_disk_count(d, failed_writes, 1);
	rd_disk_assess(d, err);
}

/* Make the file if it is not there yet. False: still impossible. */
static bool has_file(struct rd_disk *d, struct rd_recording *r)
{
	int fd;

	if (r->fd >= 0)
		return true;
	fd = rd_path_create(d->dirfd, r->path, ".wav.part");
	if (fd >= 0) {
		rd_wav_header(r->header, r->law, 0);
		if (pwrite(fd, r->header, sizeof(r->header), 0) ==
		    sizeof(r->header)) {
			r->fd = fd;
			return true;
		}
		close(fd);
		fd = -ENOSPC;
	}
	fail(d, r, fd);
	return false;
}

/* ---- operations -------------------------------------------------------------------- */

static uint64_t offset_of(uint64_t frames)
{
	return RD_WAV_HEADER + 2 * frames;
}

static struct io_uring_sqe *operation(struct rd_disk *d, struct rd_recording *r,
				      enum rd_rec_op op)
{
	r->op = (uint8_t)op;
	d->in_flight++;
	return rd_disk_sqe(d);
}

static void write_silence(struct rd_disk *d, struct rd_recording *r,
			  uint64_t upto)
{
	uint64_t frames = upto - r->next;
	struct io_uring_sqe *sqe = operation(d, r, OP_SILENCE);

	if (frames > SILENCE_OCTETS / 2)
		frames = SILENCE_OCTETS / 2;
	r->op_frames = (uint32_t)frames;
	io_uring_prep_write(sqe, r->fd, d->silence[r->law],
			    (unsigned)(2 * frames), offset_of(r->next));
	io_uring_sqe_set_data(sqe, r);
}

static void write_block(struct rd_disk *d, struct rd_recording *r,
			const struct rd_rec_block *block)
{
	struct io_uring_sqe *sqe = operation(d, r, OP_BLOCK);

	io_uring_prep_write(sqe, r->fd, block->data, block->octets,
			    offset_of(r->next));
	io_uring_sqe_set_data(sqe, r);
}

static void write_header(struct rd_disk *d, struct rd_recording *r)
{
	struct io_uring_sqe *sqe = operation(d, r, OP_HEADER);

	rd_wav_header(r->header, r->law, r->next);
	io_uring_prep_write(sqe, r->fd, r->header, sizeof(r->header), 0);
	io_uring_sqe_set_data(sqe, r);
}

static void sync_file(struct rd_disk *d, struct rd_recording *r)
{
	struct io_uring_sqe *sqe = operation(d, r, OP_SYNC);

	io_uring_prep_fsync(sqe, r->fd, IORING_FSYNC_DATASYNC);
	io_uring_sqe_set_data(sqe, r);
}

/* What became of it, all in all. */
static enum rd_rec_status verdict(const struct rd_recording *r)
{
	if (r->unsettled)
		return RD_REC_ERROR;
	if (!r->cut && r->next < r->end_frame - r->first_frame)
		return is_full(r->error) ? RD_REC_DISK_FULL : RD_REC_ERROR;
	return r->gap_frames ? RD_REC_GAP : RD_REC_COMPLETE;
}

static void finish(struct rd_disk *d, struct rd_recording *r)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
	r->done = true;
	r->status = verdict(r);
	rd_disk_count(d, recordings, 1);
}

/* Synced: cut what a failed write left behind next, give it its name. */
static void settle(struct rd_disk *d, struct rd_recording *r)
{
	int err = 0;

	if (ftruncate(r->fd, (off_t)offset_of(r->next)))
		err = -errno;
	else
		err = rd_path_settle(d->dirfd, r->path, ".wav.part", ".wav");
	if (err) {
		r->unsettled = true;
		fail(d, r, err);
	}
	finish(d, r);
}

/* ---- the machine ------------------------------------------------------------------- */

static void advance_block(struct rd_disk *d, struct rd_recording *r)
{
	const struct rd_rec_block *block = &d->waiting[r->first_block].block;
	uint64_t at = block->msg.frame - r->first_frame;

	if (!has_file(d, r) || at < r->next)
		unchain(d, r);
	else if (r->next < at)
		write_silence(d, r, at);
	else
		write_block(d, r, block);
}

static void advance(struct rd_disk *d, struct rd_recording *r)
{
	while (r->op == OP_NONE && !r->done) {
		if (r->first_block) {
			advance_block(d, r);
			continue;
		}
		if (!r->ended)
			return;
		if (!has_file(d, r))
			finish(d, r);
		else if (!r->cut && r->next < r->end_frame - r->first_frame)
			write_silence(d, r, r->end_frame - r->first_frame);
		else
			write_header(d, r);
	}
}

static void silence_written(struct rd_disk *d, struct rd_recording *r, int err)
{
	if (!err) {
		r->next += r->op_frames;
		rd_disk_count(d, gap_frames, r->op_frames);
		r->gap_frames += r->op_frames;
	} else if (r->first_block) {
		unchain(d, r);
	} else {
		write_header(d, r); /* as far as it got */
	}
}

void rd_recording_complete(struct rd_disk *d, struct rd_recording *r, int res)
{
	enum rd_rec_op op = r->op;
	const struct rd_rec_block *block = &d->waiting[r->first_block].block;
	uint32_t wanted = op == OP_BLOCK     ? block->octets
			  : op == OP_SILENCE ? 2 * r->op_frames
			  : op == OP_HEADER  ? RD_WAV_HEADER
					     : 0;
	int err = res < 0 ? res : (uint32_t)res < wanted ? -ENOSPC : 0;

	d->in_flight--;
	r->op = OP_NONE;
	if (err)
		fail(d, r, err);
	else if (d->state >= 2)
		rd_disk_assess(d, 0);
	switch (op) {
	case OP_BLOCK:
		if (!err) {
			r->next += block->octets / 2;
			rd_disk_count(d, octets, block->octets);
		}
		unchain(d, r);
		break;
	case OP_SILENCE:
		silence_written(d, r, err);
		break;
	case OP_HEADER:
		if (!err) {
			sync_file(d, r);
			return;
		}
		r->unsettled = true; /* .wav.part: for the repair of a start */
		finish(d, r);
		return;
	case OP_SYNC:
		settle(d, r);
		return;
	case OP_NONE:
		break;
	}
	advance(d, r);
}

/* ---- messages ---------------------------------------------------------------------- */

void rd_recording_open(struct rd_disk *d, const struct rd_cmd_rec_open *cmd)
{
	struct rd_recording *r = find(d, cmd->recording);

	for (unsigned i = 0; !r && i < d->nrecordings; i++)
		if (!d->recording[i].used)
			r = &d->recording[i];
	if (!r || r->used || cmd->law > RINGDOWN_LAW_ULAW ||
	    !rd_path_is_safe(cmd->path, sizeof(cmd->path))) {
		struct rd_ev_rec done = {
			.msg = { RD_MSG_REC_DONE, sizeof(done), cmd->msg.line,
				 cmd->msg.frame },
			.recording = cmd->recording,
			.status = RD_REC_ERROR,
			.error = r && !r->used ? -EINVAL : -EBUSY,
		};

		rd_disk_tell(d, &done.msg);
		return;
	}
	*r = (struct rd_recording){
		.id = cmd->recording, .used = true, .law = cmd->law, .fd = -1
	};
	memcpy(r->path, cmd->path, sizeof(r->path));
	has_file(d, r);
}

bool rd_recording_block(struct rd_disk *d, const struct rd_rec_block *block)
{
	struct rd_recording *r = find(d, block->recording);

	if (!r || r->ended) {
		if (r)
			give_back(d, block);
		return r != NULL;
	}
	if (!r->started) {
		r->started = true;
		r->first_frame = block->msg.frame;
	}
	if (block->octets)
		chain(d, r, block);
	else
		give_back(d, block);
	if (block->last) {
		r->ended = true;
		r->end_frame = block->msg.frame + block->octets / 2;
	}
	advance(d, r);
	return true;
}

void rd_recordings_tell(struct rd_disk *d)
{
	for (unsigned i = 0; i < d->nrecordings; i++) {
		struct rd_recording *r = &d->recording[i];
		struct rd_ev_rec done = {
			.msg = { RD_MSG_REC_DONE, sizeof(done), RD_LINE_NONE,
				 r->end_frame },
			.recording = r->id,
			.frames = r->next,
			.gap_frames = r->gap_frames,
			.status = r->status,
			.error = r->error,
		};

		if (r->used && r->done && rd_disk_tell(d, &done.msg))
			r->used = false;
	}
}

bool rd_recordings_end(struct rd_disk *d)
{
	bool busy = false;

	for (unsigned i = 0; i < d->nrecordings; i++) {
		struct rd_recording *r = &d->recording[i];

		if (!r->used || r->done)
			continue;
		busy = true;
		if (r->ended)
			continue;
		r->ended = r->cut = true;
		advance(d, r);
	}
	return busy;
}

void rd_recording_meta(struct rd_disk *d, const struct rd_cmd_rec_meta *cmd)
{
	size_t len = strnlen(cmd->json, cmd->msg.len - sizeof(*cmd));
	char from[256], to[256];
	int fd;

	if (!rd_path_is_safe(cmd->path, sizeof(cmd->path)))
		return;
	fd = rd_path_create(d->dirfd, cmd->path, ".json.tmp");
	if (fd < 0) {
		rd_disk_assess(d, fd);
		return;
	}
	snprintf(from, sizeof(from), "%s.json.tmp", cmd->path);
	snprintf(to, sizeof(to), "%s.json", cmd->path);
	if (write(fd, cmd->json, len) != (ssize_t)len || fdatasync(fd) ||
	    renameat(d->dirfd, from, d->dirfd, to)) {
		rd_disk_assess(d, errno ? -errno : -ENOSPC);
		unlinkat(d->dirfd, from, 0);
	}
	close(fd);
}

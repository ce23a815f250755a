/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Disk: recordings, from buffers of the media thread to files.
 *
 * WHAT. A thread with a ring of its own. Core names a recording (REC_OPEN),
 * media sends its octets (REC_BLOCK) and its end; the file then stands there
 * under its final name, synced, and core hears REC_DONE.
 *
 *	<dir>/<path>.wav.part   while it grows; playable after repair
 *	<dir>/<path>.wav	complete: header, fdatasync, rename
 *	<dir>/<path>.json	written beside it by REC_META, at once or not
 *
 * HOW. One write at a time for each recording, at the offset its frame number
 * says; what is missing before it, because buffers ran out or a write failed,
 * is filled with silence first. So samples stay aligned whatever happened, and
 * a recording is as long as its call; its status tells that it has a gap.
 *
 * FAULTS. Disk full, disk broken: the call goes on, blocks are dropped, the
 * next block tries again. DISK_STATE tells core when that begins and ends.
 * Killed: rd_disk_repair() finds every .wav.part and makes it a .wav.
 *
 * RETENTION. Complete recordings older than keep_days go; and, oldest first,
 * as many as it takes to keep low_water_mib free. Only files that end in .wav
 * below dir, each with its .json. Never one that grows.
 *
 * USE. rd_disk_repair(); rd_disk_new(); rd_disk_start(); messages; stop, free.
 *
 * LIMITS. As many recordings at once as rd_disk_new() says.
 */
#ifndef RD_DISK_H
#define RD_DISK_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/media/wake.h"
#include "daemon/msg.h"
#include "lib/base/diag.h"
#include "lib/config/config.h"

struct rd_disk;

/* ---- life: Context: core ------------------------------------------------- */

/*
 * Every .wav.part below dir becomes a .wav. law: for those whose header is
 * lost. fn, if not NULL, hears of each: its path below dir, its frames, and 0
 * or the -errno that left it as it was. Returns how many were repaired, or
 * -errno if dir cannot be read. A dir that does not exist holds none.
 */
typedef void rd_disk_repaired_fn(void *arg, const char *path, uint64_t frames,
				 int err);
int rd_disk_repair(const char *dir, uint32_t law, rd_disk_repaired_fn *fn,
		   void *arg);

/*
 * What the complete recording <dir>/<path>.wav holds: 0 and *frames, or -errno
 * (-ENOENT: there is none). After rd_disk_repair().
 */
int rd_disk_length(const char *dir, const char *path, uint64_t *frames);

/*
 * blocks, blocks_back: media's queues. recordings: how many at once. Makes
 * config->dir if need be. config is copied. 0, -ENOMEM, or -errno of dir or
 * io_uring, with a message.
 */
int rd_disk_new(struct rd_disk **out, const struct rd_cfg_recording *config,
		struct rd_mq *blocks, struct rd_mq *blocks_back,
		unsigned recordings, struct rd_diag *diag);

/* Who is woken for events, and when all is quiet again. */
void rd_disk_set_core(struct rd_disk *d, struct rd_wake core);
int rd_disk_start(struct rd_disk *d);

/*
 * Do all that is queued, end what is still open (status as it is), join. Media
 * is stopped before.
 */
void rd_disk_stop(struct rd_disk *d);
void rd_disk_free(struct rd_disk *d); /* stopped; NULL allowed */

/* ---- between core and the running thread ----------------------------------- */

struct rd_mq *rd_disk_commands(struct rd_disk *d); /* core produces */
struct rd_mq *rd_disk_events(struct rd_disk *d);   /* core consumes */

/* Where others' rings send their message. Context: any. */
struct rd_wake rd_disk_wake(const struct rd_disk *d);

/* The same without a ring: after putting commands. Context: any but tick. */
void rd_disk_kick(struct rd_disk *d);

/*
 * Everything put into both queues so far is done, on disk, and its events are
 * queued: the barrier of lockstep. If not, core is woken when it is so.
 * Context: core.
 */
bool rd_disk_is_quiet(const struct rd_disk *d);

/* Retention after a reload. Context: core. */
void rd_disk_set_retention(struct rd_disk *d, uint32_t keep_days,
			   uint32_t low_water_mib);

struct rd_disk_stats {
	uint64_t recordings;	/* complete */
	uint64_t octets;	/* written */
	uint64_t failed_writes; /* blocks dropped for an error of the disk */
	uint64_t gap_frames;	/* filled with silence */
	uint64_t removed;	/* by retention */
	uint64_t orphans;	/* blocks of recordings nobody named */
};
void rd_disk_stats(const struct rd_disk *d, struct rd_disk_stats *out);

/* ---- by hand ---------------------------------------------------------------- */

/* One turn of the thread's loop. 0 or -errno. */
int rd_disk_turn(struct rd_disk *d, bool wait);

/* Retention now, at wall clock now_s (seconds since 1970). */
void rd_disk_retain(struct rd_disk *d, int64_t now_s);

#endif

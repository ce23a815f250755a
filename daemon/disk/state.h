/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the disk thread consists of. Private to daemon/disk. */
#ifndef RD_DISK_STATE_H
#define RD_DISK_STATE_H

#include <liburing.h>
#include <pthread.h>

#include "daemon/disk/disk.h"

#define SILENCE_OCTETS 65536u

/* What of a recording is in the ring now: one thing at a time. */
enum rd_rec_op {
	OP_NONE,
	OP_BLOCK,
	OP_SILENCE,
	OP_HEADER,
	OP_SYNC
};

struct rd_recording {
	uint64_t id;
	bool used;
	uint32_t law;
	char path[128];
	int fd;		/* of .wav.part; -1: could not be made yet */
	bool started;	/* first_frame is known */
	bool ended;	/* end_frame is known */
	bool cut;	/* ended where it is, by the end of the daemon */
	bool unsettled; /* stays .wav.part */
	bool done;	/* REC_DONE is due */
	uint64_t first_frame;
	uint64_t end_frame;
	uint64_t next;	 /* frames in the file, all of them in place */
	uint64_t gap_frames; /* of those, silence that was not recorded */
	uint32_t status; /* enum rd_rec_status */
	int error;
	uint8_t op;	    /* enum rd_rec_op */
	uint32_t op_frames; /* of silence under way */
	uint8_t header[58];
	uint32_t first_block, last_block; /* of the chain; 0 none */
};

/* A REC_BLOCK that waits for its turn; index 0 is not used. */
struct rd_waiting {
	struct rd_rec_block block;
	uint32_t following;
};

struct rd_disk {
	struct rd_cfg_recording config;
	char *dir;
	int dirfd;
	struct io_uring ring;
	bool has_ring;
	struct rd_wake core;
	int kick_fd;
	uint64_t kicks; /* read into */
	bool kick_armed, timeout_armed;
	struct __kernel_timespec timeout;
	unsigned in_flight; /* operations on recordings */

	struct rd_recording *recording;
	unsigned nrecordings;
	struct rd_waiting *waiting;
	uint32_t free_waiting;
	uint32_t nwaiting;
	uint8_t *silence[2]; /* by law, SILENCE_OCTETS */

	struct rd_mq commands, events;
	struct rd_mq *blocks, *blocks_back;
	void *queue_memory;
	bool told; /* something new is in events */
	bool was_busy;

	uint32_t state; /* as core knows it */
	int state_error;
	bool state_due;
	int64_t next_retention_s; /* CLOCK_MONOTONIC */

	uint64_t quiet_commands, quiet_blocks; /* atomic: positions */
	uint32_t keep_days, low_water_mib;     /* atomic */
	struct rd_disk_stats stats;	       /* atomic, each by itself */
	int stop;			       /* atomic */
	pthread_t thread;
	bool has_thread;
};

#define rd_disk_count(d, field, n)                                  \
	__atomic_store_n(&(d)->stats.field, (d)->stats.field + (n), \
			 __ATOMIC_RELAXED)

/* ---- recording.c ------------------------------------------------------------ */

void rd_recording_open(struct rd_disk *d, const struct rd_cmd_rec_open *cmd);
/* False: no recording of that number. */
bool rd_recording_block(struct rd_disk *d, const struct rd_rec_block *block);
void rd_recording_complete(struct rd_disk *d, struct rd_recording *r, int res);
/* End and settle all that are open; true while something is left to do. */
bool rd_recordings_end(struct rd_disk *d);
/* Tell core of those that are done. */
void rd_recordings_tell(struct rd_disk *d);
void rd_recording_meta(struct rd_disk *d, const struct rd_cmd_rec_meta *cmd);

/* ---- files.c ------------------------------------------------------------------ */

/* Is path fit to be below dir: relative, no "..", printable? */
bool rd_path_is_safe(const char *path, size_t size);
/* Open <path><suffix> for writing, new, with its folders. fd or -errno. */
int rd_path_create(int dirfd, const char *path, const char *suffix);
/* Rename; never over a file that is there: "-1" to "-99" is put before to. */
int rd_path_settle(int dirfd, const char *path, const char *from,
		   const char *to);
/* Every file below dir whose name ends in suffix; stops if fn is false. */
typedef bool rd_walk_fn(void *arg, int dirfd, const char *path);
int rd_path_walk(int dirfd, const char *suffix, rd_walk_fn *fn, void *arg);

/* ---- retention.c -------------------------------------------------------------- */

/* Look at the free space; state and error of a write (0: it went well). */
void rd_disk_assess(struct rd_disk *d, int err);
uint64_t rd_disk_free_mib(const struct rd_disk *d);

/* ---- disk.c ------------------------------------------------------------------- */

struct io_uring_sqe *rd_disk_sqe(struct rd_disk *d);
/* Put an event into core's queue. False: full. */
bool rd_disk_tell(struct rd_disk *d, const struct rd_msg *msg);

#endif

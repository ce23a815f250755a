// SPDX-License-Identifier: GPL-2.0-or-later
/* daemon/disk: files of recordings, turn by turn, on real file systems. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <liburing.h>

#include "daemon/disk/disk.h"
#include "daemon/disk/wav.h"
#include "lib/base/rng.h"

#define BLOCK 65536u

static char dir[64];
static struct rd_disk *disk;
static struct rd_mq blocks, back;
static _Alignas(8) uint8_t blocks_memory[65536], back_memory[65536];
static uint8_t data[64][BLOCK];
static struct rd_cfg_recording config;

static void make_dir(void)
{
	snprintf(dir, sizeof(dir), "/tmp/rd-test-disk-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
}

static void begin_in_dir(void)
{
	struct rd_diag diag;
	struct rd_rng rng = { 11 };

	rd_diag_init(&diag);
	rd_mq_init(&blocks, blocks_memory, sizeof(blocks_memory));
	rd_mq_init(&back, back_memory, sizeof(back_memory));
	config.dir = dir;
	cr_assert_eq(rd_disk_new(&disk, &config, &blocks, &back, 8, &diag), 0,
		     "%s", diag.text);
	for (unsigned i = 0; i < 64; i++)
		for (unsigned k = 0; k < BLOCK; k += 8) {
			uint64_t octets = rd_rng_next(&rng);

			memcpy(data[i] + k, &octets, 8);
		}
	rd_diag_free(&diag);
}

static void begin(void)
{
	make_dir();
	begin_in_dir();
}

static void end(void)
{
	char command[128];

	rd_disk_stop(disk);
	rd_disk_free(disk);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	cr_assert_eq(system(command), 0);
}

static void settle(void)
{
	for (int i = 0; i < 100000; i++) {
		rd_disk_kick(disk);
		cr_assert_eq(rd_disk_turn(disk, true), 0);
		if (rd_disk_is_quiet(disk))
			return;
	}
	cr_assert_fail("never quiet");
}

static void name_it(uint64_t id, uint32_t law, const char *path)
{
	struct rd_cmd_rec_open cmd = { .msg = { RD_MSG_REC_OPEN, sizeof(cmd), 1,
						0 },
				       .recording = id,
				       .law = law };

	strcpy(cmd.path, path);
	cr_assert_eq(rd_mq_put(rd_disk_commands(disk), &cmd.msg), 0);
}

static void put(uint64_t id, uint64_t frame, void *octets, uint32_t n,
		bool last)
{
	struct rd_rec_block b = {
		.msg = { RD_MSG_REC_BLOCK, sizeof(b), 1, frame },
		.recording = id,
		.data = octets,
		.octets = n,
		.last = last,
	};

	cr_assert_eq(rd_mq_put(&blocks, &b.msg), 0);
}

static unsigned returned(void)
{
	const struct rd_msg *msg;
	unsigned n = 0;

	for (; (msg = rd_mq_peek(&back)); n++)
		rd_mq_consume(&back, msg);
	return n;
}

static const void *event(uint16_t type)
{
	static _Alignas(8) uint8_t copy[256];
	const struct rd_msg *msg;

	while ((msg = rd_mq_peek(rd_disk_events(disk)))) {
		bool found = msg->type == type;

		memcpy(copy, msg, msg->len);
		rd_mq_consume(rd_disk_events(disk), msg);
		if (found)
			return copy;
	}
	return NULL;
}

/* The octets of a file behind its header; *n how many. */
static uint8_t *slurp(const char *path, size_t *n)
{
	char name[256];
	uint8_t *octets;
	struct stat st;
	int fd;

	snprintf(name, sizeof(name), "%s/%s", dir, path);
	fd = open(name, O_RDONLY);
	cr_assert_geq(fd, 0, "%s: %s", name, strerror(errno));
	fstat(fd, &st);
	octets = malloc((size_t)st.st_size + 1);
	cr_assert_eq(read(fd, octets, (size_t)st.st_size), st.st_size);
	octets[st.st_size] = 0;
	close(fd);
	*n = (size_t)st.st_size;
	return octets;
}

static bool exists(const char *path)
{
	char name[256];

	snprintf(name, sizeof(name), "%s/%s", dir, path);
	return access(name, F_OK) == 0;
}

static void check_playable(const char *path, int subtype, sf_count_t frames)
{
	SF_INFO info = { 0 };
	char name[256];
	SNDFILE *file;

	snprintf(name, sizeof(name), "%s/%s", dir, path);
	file = sf_open(name, SFM_READ, &info);
	cr_assert_not_null(file, "%s", sf_strerror(NULL));
	cr_assert_eq(info.channels, 2);
	cr_assert_eq(info.samplerate, 8000);
	cr_assert_eq(info.format, SF_FORMAT_WAV | subtype);
	cr_assert_eq(info.frames, frames);
	sf_close(file);
}

/* ---- files --------------------------------------------------------------------- */

Test(disk, a_recording_is_a_playable_wave_file_with_every_octet)
{
	const struct rd_ev_rec *done;
	struct stat st;
	char name[128];
	uint8_t *got;
	size_t n;

	begin();
	name_it(7, RINGDOWN_LAW_ULAW, "2024/05/06/c1");
	put(7, 800, NULL, 0, false);
	for (unsigned i = 0; i < 10; i++)
		put(7, 800 + i * BLOCK / 2, data[i], BLOCK, false);
	settle();
	cr_assert(exists("2024/05/06/c1.wav.part"));
	cr_assert_null(event(RD_MSG_REC_DONE));
	put(7, 800 + 10 * BLOCK / 2, data[10], 100, true);
	settle();
	done = event(RD_MSG_REC_DONE);
	cr_assert_not_null(done);
	cr_assert_eq(done->recording, 7);
	cr_assert_eq(done->status, RD_REC_COMPLETE);
	cr_assert_eq(done->frames, 10 * BLOCK / 2 + 50);
	cr_assert_eq(returned(), 11);
	cr_assert_not(exists("2024/05/06/c1.wav.part"));
	check_playable("2024/05/06/c1.wav", SF_FORMAT_ULAW,
		       10 * BLOCK / 2 + 50);
	got = slurp("2024/05/06/c1.wav", &n);
	cr_assert_eq(n, RD_WAV_HEADER + 10 * BLOCK + 100);
	cr_assert(!memcmp(got + RD_WAV_HEADER, data, 10 * BLOCK + 100));
	free(got);
	snprintf(name, sizeof(name), "%s/2024/05/06", dir);
	cr_assert_eq(stat(name, &st), 0);
	cr_assert_eq(st.st_mode & 0777, 0750);
	snprintf(name, sizeof(name), "%s/2024/05/06/c1.wav", dir);
	cr_assert_eq(stat(name, &st), 0);
	cr_assert_eq(st.st_mode & 0777, 0640);
	end();
}

Test(disk, a_gap_becomes_silence_of_the_right_length_anywhere)
{
	const struct rd_ev_rec *done;
	uint64_t far = 100000;
	uint8_t *got;
	size_t n;

	begin();
	name_it(7, RINGDOWN_LAW_ALAW, "g");
	put(7, 0, NULL, 0, false);	    /* begins here, */
	put(7, 500, data[0], 1000, false);  /* is deaf first, */
	put(7, far, data[1], BLOCK, false); /* then for long, */
	put(7, far + BLOCK, NULL, 0, true); /* and in the end */
	settle();
	done = event(RD_MSG_REC_DONE);
	cr_assert_eq(done->status, RD_REC_GAP);
	cr_assert_eq(done->frames, far + BLOCK);
	/* all but 500 to 1000, and the half block at far */
	cr_assert_eq(done->gap_frames, far - 500 + BLOCK / 2);
	check_playable("g.wav", SF_FORMAT_ALAW, (sf_count_t)(far + BLOCK));
	got = slurp("g.wav", &n);
	for (uint64_t f = 0; f < far + BLOCK; f++) {
		const uint8_t *lr = got + RD_WAV_HEADER + 2 * f;

		if (f >= 500 && f < 1000)
			cr_assert_eq(lr[0], data[0][2 * (f - 500)]);
		else if (f >= far && f < far + BLOCK / 2)
			cr_assert_eq(lr[1], data[1][2 * (f - far) + 1]);
		else
			cr_assert_eq(lr[0] << 8 | lr[1], 0xd5d5, "%llu",
				     (unsigned long long)f);
	}
	free(got);
	end();
}

Test(disk, recordings_at_once_do_not_mix)
{
	begin();
	for (uint64_t id = 1; id <= 8; id++) {
		char path[16];

		snprintf(path, sizeof(path), "m%d", (int)id);
		name_it(id, RINGDOWN_LAW_ALAW, path);
	}
	for (unsigned i = 0; i < 8; i++)
		for (uint64_t id = 1; id <= 8; id++)
			put(id, i * BLOCK / 2, data[8 * i + id - 1], BLOCK,
			    i == 7);
	settle();
	cr_assert_eq(returned(), 64);
	for (uint64_t id = 1; id <= 8; id++) {
		char path[16];
		size_t n;
		uint8_t *got;

		snprintf(path, sizeof(path), "m%d.wav", (int)id);
		got = slurp(path, &n);
		for (unsigned i = 0; i < 8; i++)
			cr_assert(!memcmp(got + RD_WAV_HEADER + i * BLOCK,
					  data[8 * i + id - 1], BLOCK));
		free(got);
	}
	end();
}

Test(disk, refuses_paths_that_lead_out_and_more_than_it_can_hold)
{
	static const char *const bad[] = { "../x", "/x", "a/../../x", "a//b",
					   ".x",   "a/", "",	      "a\nb" };
	const struct rd_ev_rec *done;

	begin();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		name_it(i + 100, RINGDOWN_LAW_ALAW, bad[i]);
		settle();
		done = event(RD_MSG_REC_DONE);
		cr_assert_not_null(done, "%s", bad[i]);
		cr_assert_eq(done->status, RD_REC_ERROR);
		cr_assert_eq(done->error, -EINVAL);
	}
	for (uint64_t id = 1; id <= 9; id++)
		name_it(id, RINGDOWN_LAW_ALAW, "same");
	settle();
	done = event(RD_MSG_REC_DONE);
	cr_assert_eq(done->recording, 9);
	cr_assert_eq(done->error, -EBUSY);
	put(999, 0, data[0], BLOCK, false); /* nobody named it */
	settle();
	cr_assert_eq(returned(), 1);
	end();
}

Test(disk, never_writes_over_a_recording_that_is_there)
{
	begin();
	for (uint64_t id = 1; id <= 3; id++) {
		name_it(id, RINGDOWN_LAW_ALAW, "twice");
		put(id, 0, data[id], (uint32_t)id * 1000, true);
		settle();
	}
	check_playable("twice.wav", SF_FORMAT_ALAW, 500);
	check_playable("twice-1.wav", SF_FORMAT_ALAW, 1000);
	check_playable("twice-2.wav", SF_FORMAT_ALAW, 1500);
	end();
}

Test(disk, writes_the_json_beside_the_sound)
{
	union {
		struct rd_cmd_rec_meta cmd;
		uint8_t octets[512];
	} u = { 0 };
	const char *json = "{\"call\":\"c1\"}";
	uint8_t *got;
	size_t n;

	begin();
	u.cmd.msg.type = RD_MSG_REC_META;
	u.cmd.msg.len = (uint16_t)((sizeof(u.cmd) + strlen(json) + 8) & ~7u);
	strcpy(u.cmd.path, "2024/c1");
	strcpy((char *)u.octets + sizeof(u.cmd), json);
	cr_assert_eq(rd_mq_put(rd_disk_commands(disk), &u.cmd.msg), 0);
	settle();
	got = slurp("2024/c1.json", &n);
	cr_assert_str_eq((char *)got, json);
	free(got);
	cr_assert_not(exists("2024/c1.json.tmp"));
	end();
}

Test(disk, stopping_ends_what_is_open_as_it_is)
{
	begin();
	name_it(1, RINGDOWN_LAW_ALAW, "open");
	name_it(2, RINGDOWN_LAW_ALAW, "silent");
	put(1, 8000, data[0], BLOCK, false);
	rd_disk_stop(disk);
	check_playable("open.wav", SF_FORMAT_ALAW, BLOCK / 2);
	check_playable("silent.wav", SF_FORMAT_ALAW, 0);
	cr_assert_eq(returned(), 1);
	end();
}

/* ---- repair ---------------------------------------------------------------------- */

static int repaired, failed;
static uint64_t repaired_frames;

static void on_repaired(void *arg, const char *path, uint64_t frames, int err)
{
	repaired += !err;
	failed += err != 0;
	repaired_frames += frames;
}

Test(disk, after_a_kill_every_part_becomes_playable)
{
	char name[128];
	int fd;

	begin();
	name_it(1, RINGDOWN_LAW_ULAW, "2024/01/killed");
	put(1, 0, data[0], BLOCK, false);
	settle();
	rd_disk_free(disk); /* as a kill: nothing is ended */
	snprintf(name, sizeof(name), "%s/stump.wav.part", dir);
	fd = open(name, O_WRONLY | O_CREAT, 0640);
	cr_assert_eq(write(fd, "RIFF", 4), 4);
	close(fd);
	cr_assert_eq(rd_disk_repair(dir, RINGDOWN_LAW_ALAW, on_repaired, NULL),
		     2);
	cr_assert_eq(repaired, 2);
	cr_assert_eq(repaired_frames, BLOCK / 2);
	check_playable("2024/01/killed.wav", SF_FORMAT_ULAW, BLOCK / 2);
	check_playable("stump.wav", SF_FORMAT_ALAW, 0);
	cr_assert_eq(rd_disk_repair(dir, RINGDOWN_LAW_ALAW, on_repaired, NULL),
		     0, "nothing left");
	cr_assert_eq(rd_disk_repair("/nowhere", 0, NULL, NULL), 0);
	begin_in_dir();
	end();
}

/* ---- a disk that is full ------------------------------------------------------------ */

/* Our own small tmpfs; false where we may not mount. */
static bool mount_small(const char *size)
{
	char options[32];

	make_dir();
	snprintf(options, sizeof(options), "size=%s", size);
	if (unshare(CLONE_NEWNS) && unshare(CLONE_NEWUSER | CLONE_NEWNS))
		return false;
	mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
	return mount("tmpfs", dir, "tmpfs", 0, options) == 0;
}

static void need_mount(const char *size)
{
	if (!mount_small(size))
		cr_skip("may not mount a tmpfs here");
}

static void end_mounted(void)
{
	rd_disk_stop(disk);
	rd_disk_free(disk);
	umount(dir);
	rmdir(dir);
}

static void ballast(const char *path, size_t octets)
{
	char name[128];
	int fd;

	snprintf(name, sizeof(name), "%s/%s", dir, path);
	fd = open(name, O_WRONLY | O_CREAT, 0640);
	while (octets >= BLOCK && write(fd, data, BLOCK) == BLOCK)
		octets -= BLOCK;
	close(fd);
}

Test(disk, full_while_recording_goes_on_marks_and_recovers)
{
	const struct rd_ev_disk *state;
	const struct rd_ev_rec *done;
	struct rd_disk_stats stats;
	char name[128];
	uint8_t *got;
	size_t n;

	need_mount("1m");
	begin_in_dir();
	ballast("ballast", 640 << 10);
	name_it(1, RINGDOWN_LAW_ALAW, "full");
	for (unsigned i = 0; i < 10; i++)
		put(1, i * BLOCK / 2, data[i], BLOCK, false);
	settle();
	cr_assert_eq(returned(), 10, "no buffer stays behind");
	state = event(RD_MSG_DISK_STATE);
	cr_assert_not_null(state);
	cr_assert_eq(state->state, 2);
	cr_assert_eq(state->error, -ENOSPC);
	rd_disk_stats(disk, &stats);
	cr_assert_gt(stats.failed_writes, 0);
	snprintf(name, sizeof(name), "%s/ballast", dir);
	unlink(name);
	put(1, 10 * BLOCK / 2, data[10], BLOCK, true);
	settle();
	state = event(RD_MSG_DISK_STATE);
	cr_assert_not_null(state, "well again");
	cr_assert_eq(state->state, 0);
	done = event(RD_MSG_REC_DONE);
	cr_assert_eq(done->status, RD_REC_GAP, "%u", done->status);
	cr_assert_eq(done->frames, 11 * BLOCK / 2);
	got = slurp("full.wav", &n);
	cr_assert_eq(n, RD_WAV_HEADER + 11 * BLOCK);
	cr_assert(!memcmp(got + RD_WAV_HEADER, data[0], BLOCK));
	cr_assert(!memcmp(got + RD_WAV_HEADER + 10 * BLOCK, data[10], BLOCK),
		  "aligned after the gap");
	cr_assert_eq(got[RD_WAV_HEADER + 9 * BLOCK], 0xd5);
	free(got);
	name_it(2, RINGDOWN_LAW_ALAW, "next");
	put(2, 0, data[0], 100, true);
	settle();
	done = event(RD_MSG_REC_DONE);
	cr_assert_eq(done->status, RD_REC_COMPLETE);
	end_mounted();
}

Test(disk, full_to_the_end_leaves_what_fits_and_says_so)
{
	const struct rd_ev_rec *done;

	need_mount("512k");
	begin_in_dir();
	name_it(1, RINGDOWN_LAW_ALAW, "short");
	for (unsigned i = 0; i < 12; i++)
		put(1, i * BLOCK / 2, data[i], BLOCK, i == 11);
	settle();
	done = event(RD_MSG_REC_DONE);
	cr_assert_not_null(done);
	cr_assert_eq(done->status, RD_REC_DISK_FULL);
	cr_assert_eq(done->error, -ENOSPC);
	cr_assert_lt(done->frames, 8 * BLOCK / 2);
	cr_assert_geq(done->frames, 6 * BLOCK / 2);
	check_playable("short.wav", SF_FORMAT_ALAW, (sf_count_t)done->frames);
	end_mounted();
}

/* ---- retention ------------------------------------------------------------------------ */

static void aged(const char *path, size_t octets, int64_t changed_s)
{
	struct timespec ts[2] = { { .tv_sec = changed_s },
				  { .tv_sec = changed_s } };
	char name[128];

	ballast(path, octets);
	snprintf(name, sizeof(name), "%s/%s", dir, path);
	cr_assert_eq(utimensat(AT_FDCWD, name, ts, 0), 0);
}

Test(disk, keeps_recordings_for_the_days_configured)
{
	int64_t now = 1700000000, day = 86400;

	config.keep_days = 30;
	begin();
	aged("old.wav", 0, now - 31 * day);
	aged("old.json", 0, now - 31 * day);
	aged("grows.wav.part", 0, now - 31 * day);
	aged("other.txt", 0, now - 400 * day);
	aged("young.wav", 0, now - 29 * day);
	aged("young.json", 0, now - 29 * day);
	rd_disk_retain(disk, now);
	cr_assert_not(exists("old.wav"));
	cr_assert_not(exists("old.json"));
	cr_assert(exists("grows.wav.part"));
	cr_assert(exists("other.txt"));
	cr_assert(exists("young.wav"));
	cr_assert(exists("young.json"));
	rd_disk_set_retention(disk, 0, 0);
	rd_disk_retain(disk, now + 1000 * day);
	cr_assert(exists("young.wav"), "0 days: for ever");
	end();
}

Test(disk, low_water_removes_the_oldest_and_no_more_than_needed)
{
	struct rd_disk_stats stats;
	int64_t now = 1700000000;

	need_mount("8m");
	config.low_water_mib = 4;
	begin_in_dir();
	for (int i = 0; i < 6; i++) {
		char name[16];

		snprintf(name, sizeof(name), "r%d.wav", (i + 3) % 6);
		aged(name, 1 << 20, now + ((i + 3) % 6) * 60);
	}
	aged("grows.wav.part", 0, now - 99);
	rd_disk_retain(disk, now);
	rd_disk_stats(disk, &stats);
	cr_assert_eq(stats.removed, 2);
	cr_assert_not(exists("r0.wav"));
	cr_assert_not(exists("r1.wav"));
	for (int i = 2; i < 6; i++) {
		char name[16];

		snprintf(name, sizeof(name), "r%d.wav", i);
		cr_assert(exists(name));
	}
	cr_assert(exists("grows.wav.part"));
	end_mounted();
}

/* ---- threads --------------------------------------------------------------------------- */

Test(disk, as_a_thread_wakes_core_when_all_is_on_disk)
{
	struct io_uring_cqe *cqe;
	struct io_uring core;

	begin();
	cr_assert_eq(io_uring_queue_init(8, &core, 0), 0);
	rd_disk_set_core(disk, (struct rd_wake){ core.ring_fd, 0x1234 });
	cr_assert_eq(rd_disk_start(disk), 0);
	for (uint64_t id = 1; id <= 4; id++) {
		name_it(id, RINGDOWN_LAW_ALAW, "t");
		put(id, 0, data[0], BLOCK, true);
		rd_disk_kick(disk);
		while (!rd_disk_is_quiet(disk)) {
			cr_assert_eq(io_uring_wait_cqe(&core, &cqe), 0);
			cr_assert_eq(cqe->user_data, 0x1234);
			io_uring_cqe_seen(&core, cqe);
		}
		cr_assert_not_null(event(RD_MSG_REC_DONE),
				   "quiet means: told, too");
	}
	rd_disk_stop(disk);
	io_uring_queue_exit(&core);
	end();
}

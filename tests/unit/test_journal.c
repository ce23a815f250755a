// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The journal: what is appended is read back, whatever happens in between.
 * The world here is a folder and a disk that fills up, loses the end of a file
 * or flips a bit; the writer is killed for real.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon/journal/journal.h"
#include "daemon/journal/reader.h"
#include "daemon/journal/recover.h"
#include "daemon/journal/retain.h"
#include "lib/base/rng.h"

#define SEGMENT ((uint64_t)256 * 1024)

static char dir[64], arena[40000];

static void make_dir(void)
{
	strcpy(dir, "/tmp/rd-journal-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	for (size_t i = 0; i < sizeof(arena); i++)
		arena[i] = (char)(i * 7);
}

static void remove_dir(void)
{
	char command[96];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	cr_assert_eq(system(command), 0);
}

TestSuite(journal, .init = make_dir, .fini = remove_dir, .timeout = 60);

static const void *snapshot(void *context, uint64_t *len)
{
	*len = sizeof(arena);
	return context;
}

/* Event i of a deterministic run: a digit, or a command of some length. */
static const struct rd_msg *event(uint64_t i)
{
	static _Alignas(8) uint8_t buf[4096];
	struct rd_ev_command *c = (void *)buf;
	struct rd_rng rng = { i };
	uint32_t text = rd_rng_below(&rng, 8) ? 8 : rd_rng_below(&rng, 3000);

	memset(buf, 0, sizeof(buf));
	c->msg.type = RD_MSG_COMMAND;
	c->msg.len = (uint16_t)((sizeof(*c) + text + 8) / 8 * 8);
	c->msg.line = (uint32_t)i;
	c->msg.frame = i * 80;
	memset(c->json, 'a' + (int)(i % 26), text);
	return &c->msg;
}

static uint32_t digest(uint64_t i)
{
	return (uint32_t)(i * 2654435761u);
}

static struct rd_journal *open_journal(struct rd_journal_recovery *rec)
{
	struct rd_journal_recovery mine;
	struct rd_journal *j = NULL;
	struct rd_diag diag;
	int err;

	rd_diag_init(&diag);
	err = rd_journal_open(dir, SEGMENT, &j, rec ? rec : &mine, &diag);
	cr_assert_eq(err, 0, "%s", diag.text);
	rd_diag_free(&diag);
	return j;
}

static void begin(struct rd_journal *j, uint64_t min_seq)
{
	struct rd_journal_source source = { snapshot, arena };

	cr_assert_eq(rd_journal_begin(j, source, min_seq, false), 0);
}

static void append(struct rd_journal *j, uint64_t from, uint64_t to)
{
	for (uint64_t i = from; i <= to; i++)
		cr_assert_eq(rd_journal_append(j, event(i), digest(i)), i);
}

/* Read from seq; every event must be ours. The last number, 0 if none. */
static uint64_t verify(uint64_t seq)
{
	struct rd_journal_reader *r;
	struct rd_journal_event e;
	uint64_t last = 0;
	int n;

	cr_assert_eq(rd_journal_reader_open(dir, &r), 0);
	cr_assert_eq(rd_journal_reader_seek(r, seq), 0);
	while ((n = rd_journal_reader_next(r, &e)) == 1) {
		cr_assert(!last || e.seq == last + 1);
		cr_assert_eq(e.digest, digest(e.seq));
		cr_assert_eq(e.lost, 0);
		cr_assert_eq(e.msg->len, event(e.seq)->len);
		cr_assert_arr_eq((const char *)e.msg,
				 (const char *)event(e.seq), e.msg->len);
		last = e.seq;
	}
	cr_assert_eq(n, 0, "%s", rd_journal_reader_error(r));
	rd_journal_reader_close(r);
	return last;
}

static int path_of(char *path, uint64_t first)
{
	return snprintf(path, 128, "%s/%016llx.rdj", dir,
			(unsigned long long)first);
}

static int segments(uint64_t **list)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY);
	int n = rd_journal_list(fd, list);

	close(fd);
	return n;
}

Test(journal, reads_back_what_was_appended_across_segments)
{
	struct rd_journal *j = open_journal(NULL);
	uint64_t *list;
	int n;

	begin(j, 1);
	append(j, 1, 5000);
	cr_assert_eq(verify(1), 5000); /* while it is written */
	rd_journal_tidy(j, NULL);
	append(j, 5001, 5100);
	rd_journal_close(j);
	cr_assert_eq(verify(1), 5100);
	cr_assert_eq(verify(4711), 5100);
	n = segments(&list);
	cr_assert_gt(n, 3);
	free(list);
}

Test(journal, follows_a_live_writer_across_rotation)
{
	struct rd_journal *j = open_journal(NULL);
	struct rd_journal_reader *r;
	struct rd_journal_event e;
	uint64_t seq = 0;

	begin(j, 1);
	cr_assert_eq(rd_journal_reader_open(dir, &r), 0);
	for (uint64_t i = 1; i <= 3000; i++) {
		append(j, i, i);
		if (i % 97 == 0)
			rd_journal_tidy(j, NULL);
		if (i % 31)
			continue;
		while (rd_journal_reader_next(r, &e) == 1)
			cr_assert_eq(e.seq, ++seq);
		cr_assert_eq(seq, i);
	}
	rd_journal_reader_close(r);
	rd_journal_close(j);
}

Test(journal, goes_on_in_a_new_segment_with_the_next_number)
{
	struct rd_journal_recovery rec;
	struct rd_journal *j = open_journal(&rec);

	cr_assert(!rec.found);
	begin(j, 1);
	append(j, 1, 10);
	rd_journal_close(j);
	j = open_journal(&rec);
	cr_assert(rec.found);
	cr_assert_eq(rec.start_seq, 1);
	cr_assert_eq(rec.end_seq, 10);
	cr_assert_eq(rec.damaged + rec.torn_octets, 0);
	begin(j, 1);
	append(j, 11, 20);
	rd_journal_close(j);
	cr_assert_eq(verify(1), 20);
}

Test(journal, never_gives_a_number_again_that_the_store_has_applied)
{
	struct rd_journal *j = open_journal(NULL);

	begin(j, 778);
	cr_assert_eq(rd_journal_append(j, event(778), 0), 778);
	rd_journal_close(j);
}

Test(journal, equal_events_make_equal_files_with_or_without_a_tidier)
{
	uint32_t sum[2] = { 0, 0 };

	for (int run = 0; run < 2; run++) {
		struct rd_journal *j = open_journal(NULL);
		char command[160];
		FILE *p;

		begin(j, 1);
		for (uint64_t i = 1; i <= 2000; i++) {
			append(j, i, i);
			if (run && i % 50 == 0) {
				rd_journal_sync(j);
				rd_journal_tidy(j, NULL);
			}
		}
		rd_journal_close(j);
		snprintf(command, sizeof(command),
			 "cd %s && cksum *.rdj | cksum; rm *.rdj", dir);
		p = popen(command, "r");
		cr_assert_eq(fscanf(p, "%u", &sum[run]), 1);
		pclose(p);
	}
	cr_assert_eq(sum[0], sum[1]);
}

Test(journal, is_locked_against_a_second_daemon)
{
	struct rd_journal *j = open_journal(NULL), *second;
	struct rd_journal_recovery rec;
	struct rd_diag diag;

	rd_diag_init(&diag);
	cr_assert_eq(rd_journal_open(dir, SEGMENT, &second, &rec, &diag),
		     -EBUSY);
	cr_assert_not_null(strstr(diag.text, "another ringdownd"));
	rd_diag_free(&diag);
	rd_journal_close(j);
}

/* ---- killed ------------------------------------------------------------------ */

Test(journal, loses_nothing_acknowledged_when_killed_at_any_point)
{
	unsigned seed = 20261123;
	uint64_t *seen = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint64_t next = 1;

	fprintf(stderr, "seed %u\n", seed);
	for (int round = 0; round < 25; round++) {
		struct rd_rng rng = { seed + (unsigned)round };
		uint64_t n = 1 + rd_rng_below(&rng, 4000);
		struct rd_journal_recovery rec;
		struct rd_journal *j;
		pid_t pid = fork();

		if (!pid) {
			j = open_journal(NULL);
			begin(j, 1);
			for (uint64_t i = next;; i++) {
				rd_journal_append(j, event(i), digest(i));
				__atomic_store_n(seen, i, __ATOMIC_RELEASE);
			}
		}
		while (__atomic_load_n(seen, __ATOMIC_ACQUIRE) < next + n)
			usleep(100); /* another process runs */
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		j = open_journal(&rec);
		cr_assert(rec.found);
		cr_assert_geq(rec.end_seq, *seen);
		cr_assert_leq(rec.end_seq, *seen + 1);
		cr_assert_eq(rec.damaged + rec.torn_octets, 0,
			     "a kill tears nothing");
		rd_journal_close(j);
		cr_assert_eq(verify(1), rec.end_seq);
		next = rec.end_seq + 1;
	}
}

/* ---- damaged ----------------------------------------------------------------- */

static void write_ten(uint64_t *offset_of_last, uint64_t *size)
{
	struct rd_journal *j = open_journal(NULL);
	struct rd_journal_file f;
	const struct rd_journal_record *r;
	const char *why;
	int fd;

	begin(j, 1);
	append(j, 1, 10);
	rd_journal_close(j);
	fd = open(dir, O_RDONLY | O_DIRECTORY);
	cr_assert_eq(rd_journal_file_open(&f, fd, 1, &why), 0);
	do
		*offset_of_last = f.at;
	while (rd_journal_file_next(&f, &r) == RD_JOURNAL_RECORD &&
	       r->seq < 10);
	*size = f.size;
	rd_journal_file_close(&f);
	close(fd);
}

Test(journal, recognises_a_torn_tail_at_every_octet_of_the_last_event)
{
	uint64_t at, size;
	static uint8_t whole[65536 * 2], torn[65536 * 2];
	char path[128];
	int fd;

	write_ten(&at, &size);
	path_of(path, 1);
	fd = open(path, O_RDWR);
	cr_assert_eq(read(fd, whole, size), (ssize_t)size);
	for (uint64_t cut = at; cut < size; cut++) {
		struct rd_journal_recovery rec;

		/* octets behind `cut` never reached the disk; the room did */
		memcpy(torn, whole, cut);
		memset(torn + cut, 0, sizeof(torn) - cut);
		if (!memcmp(torn, whole, size))
			continue; /* only zeros were lost */
		cr_assert_eq(pwrite(fd, torn, sizeof(torn), 0),
			     (ssize_t)sizeof(torn));
		rd_journal_close(open_journal(&rec));
		cr_assert_eq(rec.end_seq, 9, "cut at %d", (int)(cut - at));
		cr_assert_eq(rec.damaged, 0);
		cr_assert_eq(rec.torn_octets > 0, cut > at);
		cr_assert_eq(verify(1), 9);
	}
	close(fd);
}

static void flip(uint64_t first, uint64_t offset)
{
	char path[128];
	uint8_t octet;
	int fd;

	path_of(path, first);
	fd = open(path, O_RDWR);
	cr_assert_eq(pread(fd, &octet, 1, (off_t)offset), 1);
	octet ^= 0x10;
	cr_assert_eq(pwrite(fd, &octet, 1, (off_t)offset), 1);
	close(fd);
}

Test(journal, stops_replay_at_damage_in_the_middle_and_says_so)
{
	struct rd_journal_recovery rec;
	struct rd_journal_reader *r;
	struct rd_journal_event e;
	struct rd_journal *j;
	struct rd_diag diag;
	uint64_t at, size, seen = 0;
	int damage = 0, n;

	write_ten(&at, &size);
	flip(1, at - 5); /* in the record before the last */
	rd_diag_init(&diag);
	cr_assert_eq(rd_journal_open(dir, SEGMENT, &j, &rec, &diag), 0);
	cr_assert_eq(rec.end_seq, 8);
	cr_assert_eq(rec.highest_seq, 10);
	cr_assert_eq(rec.damaged, 1);
	cr_assert_not_null(strstr(diag.text, "damaged at octet"));
	rd_diag_free(&diag);
	begin(j, 1);
	append(j, 11, 12); /* 9 and 10 are not given again */
	rd_journal_close(j);

	cr_assert_eq(rd_journal_reader_open(dir, &r), 0);
	while ((n = rd_journal_reader_next(r, &e))) {
		if (n == -EBADMSG) {
			damage++;
			continue;
		}
		cr_assert_eq(n, 1);
		cr_assert_eq(e.lost, e.seq == 10 ? 1 : 0);
		seen += e.seq;
	}
	cr_assert_eq(damage, 1);
	cr_assert_eq(seen, 78 - 9);
	rd_journal_reader_close(r);
}

Test(journal, falls_back_to_the_snapshot_before_a_damaged_one)
{
	struct rd_journal_recovery rec;
	struct rd_journal *j = open_journal(NULL);
	uint64_t *list;
	int n;

	begin(j, 1);
	append(j, 1, 3000);
	rd_journal_close(j);
	n = segments(&list);
	cr_assert_gt(n, 2);
	flip(list[n - 1], RD_JOURNAL_HEADER + 100);
	rd_journal_close(open_journal(&rec));
	cr_assert_eq(rec.start_seq, list[n - 2]);
	cr_assert_eq(rec.end_seq, 3000, "its events are good");
	free(list);
}

Test(journal, puts_a_segment_without_a_usable_header_aside)
{
	struct rd_journal_recovery rec;
	struct rd_journal *j = open_journal(NULL);
	uint64_t *list;
	char path[140];
	int n;

	begin(j, 1);
	append(j, 1, 3000);
	rd_journal_close(j);
	n = segments(&list);
	flip(list[n - 1], 9);
	j = open_journal(&rec);
	cr_assert_eq(rec.end_seq, list[n - 1] - 1);
	cr_assert_geq(rec.highest_seq, 3000, "numbers are not given twice");
	strcpy(path + path_of(path, list[n - 1]), ".broken");
	cr_assert_eq(access(path, F_OK), 0);
	begin(j, 1);
	rd_journal_close(j);
	free(list);
}

Test(journal, survives_any_single_octet_of_damage)
{
	struct rd_rng rng = { 99 };
	static uint8_t whole[65536 * 2];
	uint64_t at, size;
	char path[160];

	write_ten(&at, &size);
	path_of(path, 1);
	for (int i = 0; i < 400; i++) {
		struct rd_journal_recovery rec;
		struct rd_journal_reader *r;
		struct rd_journal_event e;
		int fd = open(path, O_RDWR), n, turns = 0;

		if (!i)
			cr_assert_eq(read(fd, whole, size), (ssize_t)size);
		flip(1, i % 4 ? at - rd_rng_below(&rng, 1500)
			      : rd_rng_below(&rng, (uint32_t)size));
		cr_assert_eq(rd_journal_reader_open(dir, &r), 0);
		while ((n = rd_journal_reader_next(r, &e)) && turns++ < 100)
			cr_assert(n == 1 || n == -EBADMSG);
		cr_assert_lt(turns, 100);
		rd_journal_reader_close(r);
		rd_journal_close(open_journal(&rec));
		cr_assert_leq(rec.end_seq, 10);
		/* restore, whatever it is called now */
		close(fd);
		fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
		cr_assert_eq(write(fd, whole, size), (ssize_t)size);
		close(fd);
	}
}

/* ---- durability ---------------------------------------------------------------- */

Test(journal, promises_durability_only_after_file_and_folder_are_synced)
{
	struct rd_journal *j = open_journal(NULL);
	struct rd_journal_sync s, other;

	begin(j, 1);
	append(j, 1, 3);
	cr_assert(!rd_journal_synced(j, 1));
	cr_assert(rd_journal_sync_begin(j, &s));
	cr_assert(!s.datasync, "the folder's entry first");
	cr_assert(!rd_journal_sync_begin(j, &other), "one at a time");
	rd_journal_sync_end(j, 0);
	cr_assert(!rd_journal_synced(j, 1));
	cr_assert(rd_journal_sync_begin(j, &s));
	cr_assert(s.datasync);
	append(j, 4, 4); /* while it is under way */
	rd_journal_sync_end(j, 0);
	cr_assert_eq(rd_journal_synced_seq(j), 3);
	cr_assert_eq(rd_journal_sync(j), 0);
	cr_assert_eq(rd_journal_synced_seq(j), 4);
	cr_assert(!rd_journal_sync_begin(j, &s));
	rd_journal_close(j);
}

Test(journal, trusts_a_segment_no_more_after_a_failed_sync)
{
	struct rd_journal *j = open_journal(NULL);
	struct rd_journal_status status;
	struct rd_journal_sync s;

	begin(j, 1);
	append(j, 1, 3);
	rd_journal_sync(j);
	append(j, 4, 5);
	cr_assert(rd_journal_sync_begin(j, &s));
	rd_journal_sync_end(j, -EIO);
	rd_journal_status(j, &status);
	cr_assert_eq(status.state, RD_JOURNAL_DOWN);
	cr_assert_eq(status.error, -EIO);
	append(j, 6, 6);
	rd_journal_sync(j);
	cr_assert_eq(rd_journal_synced_seq(j), 3);
	rd_journal_tidy(j, NULL);
	append(j, 7, 7); /* in a new segment, behind a new snapshot */
	rd_journal_sync(j);
	cr_assert_eq(rd_journal_synced_seq(j), 7);
	rd_journal_status(j, &status);
	cr_assert_eq(status.state, RD_JOURNAL_WELL);
	rd_journal_close(j);
	cr_assert_eq(verify(1), 7);
}

/* ---- full ------------------------------------------------------------------------ */

Test(journal, goes_on_when_the_disk_is_full_and_tells_of_the_gap)
{
	struct rlimit all, none = { 0, RLIM_INFINITY };
	struct rd_journal *j = open_journal(NULL);
	struct rd_journal_status status;
	struct rd_journal_reader *r;
	struct rd_journal_event e;
	struct rd_journal_recovery rec;
	uint64_t lost = 0, seq = 0, last_kept = 0;
	int n;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &all);
	none.rlim_max = all.rlim_max;
	begin(j, 1);
	setrlimit(RLIMIT_FSIZE, &none); /* no file grows any more */
	do {
		append(j, seq + 1, seq + 1);
		seq++;
		rd_journal_status(j, &status);
		if (status.state != RD_JOURNAL_FULL)
			last_kept = seq;
	} while (seq < 3000);
	cr_assert_eq(status.state, RD_JOURNAL_FULL);
	cr_assert_eq(status.error, -EFBIG);
	cr_assert_eq(status.lost, 3000 - last_kept);
	rd_journal_tidy(j, NULL);
	append(j, 3001, 3001);
	setrlimit(RLIMIT_FSIZE, &all); /* somebody made room */
	append(j, 3002, 3002);
	rd_journal_tidy(j, NULL);
	append(j, 3003, 3010);
	rd_journal_status(j, &status);
	cr_assert_eq(status.state, RD_JOURNAL_WELL);
	rd_journal_close(j);

	cr_assert_eq(rd_journal_reader_open(dir, &r), 0);
	while ((n = rd_journal_reader_next(r, &e)) == 1) {
		lost += e.lost;
		cr_assert(!e.lost || (e.first && e.seq == 3003));
		seq = e.seq;
	}
	cr_assert_eq(n, 0);
	cr_assert_eq(lost, 3002 - last_kept);
	cr_assert_eq(seq, 3010);
	rd_journal_reader_close(r);
	rd_journal_close(open_journal(&rec));
	cr_assert_eq(rec.start_seq, 3003);
	cr_assert_eq(rec.end_seq, 3010);
	cr_assert_eq(rec.damaged, 0);
}

Test(journal, makes_no_system_call_to_append)
{
	struct rd_journal *j = open_journal(NULL);
	struct rlimit nofile = { 0, 0 };

	begin(j, 1);
	rd_journal_tidy(j, NULL);
	/* strict: anything but read, write, exit kills the child */
	if (!fork()) {
		extern int prctl(int, ...);

		setrlimit(RLIMIT_CORE, &nofile);
		prctl(22 /* PR_SET_SECCOMP */, 1 /* strict */, 0, 0, 0);
		for (uint64_t i = 1; i <= 100; i++)
			rd_journal_append(j, event(i), digest(i));
		__asm__ volatile("syscall" ::"a"(60), "D"(7)); /* exit(7) */
	}
	int status;

	wait(&status);
	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	rd_journal_close(j);
}

/* ---- configurations, retention ---------------------------------------------------- */

static void append_bundle(struct rd_journal *j, size_t len, char fill)
{
	static _Alignas(8) uint8_t buf[RD_BUNDLE_EVENT_MAX + 8];
	struct rd_bundle bundle = { malloc(len), len };

	memset(bundle.data, fill, len);
	for (size_t at = 0; at < len;) {
		at = rd_bundle_chunk(&bundle, at, 0, (void *)buf);
		rd_journal_append(j, (const void *)buf, 0);
	}
	free(bundle.data);
}

Test(journal, begins_each_segment_with_the_configurations_alive)
{
	struct rd_journal *j = open_journal(NULL);
	struct rd_journal_reader *r;
	struct rd_journal_event e;
	const struct rd_journal_file *f;
	void *data;
	size_t len;

	begin(j, 1);
	for (int i = 1; i <= 6; i++)
		append_bundle(j, 100000, (char)('0' + i));
	append_bundle(j, 3000000, '7'); /* longer than a segment */
	append(j, rd_journal_appended_seq(j) + 1,
	       rd_journal_appended_seq(j) + 1);
	rd_journal_close(j);
	j = open_journal(NULL);
	begin(j, 1);
	append(j, rd_journal_appended_seq(j) + 1,
	       rd_journal_appended_seq(j) + 1);

	cr_assert_eq(rd_journal_reader_open(dir, &r), 0);
	cr_assert_eq(rd_journal_reader_seek_segment(r, UINT64_MAX), 0);
	cr_assert_eq(rd_journal_reader_next(r, &e), 1);
	f = rd_journal_reader_file(r);
	cr_assert_eq(f->header.generation, 7);
	cr_assert_eq(f->header.nsections, 5);
	for (uint32_t i = 1; i < 5; i++) {
		cr_assert_eq(f->header.section[i].generation, 3 + i);
		cr_assert_eq(rd_journal_file_section(f, i, &data, &len), 0);
		cr_assert_eq(len, i == 4 ? 3000000 : 100000);
		cr_assert_eq(((char *)data)[len - 1], (char)('3' + i));
		free(data);
	}
	rd_journal_reader_close(r);
	rd_journal_close(j);
}

Test(journal, removes_old_segments_but_none_the_store_has_not_applied)
{
	struct rd_journal *j = open_journal(NULL);
	struct rd_journal_retention keep = { .keep_days = 1 };
	uint64_t *list, *left;
	int n, fd;

	begin(j, 1);
	append(j, 1, 5000);
	rd_journal_close(j);
	n = segments(&list);
	cr_assert_gt(n, 4);
	fd = open(dir, O_RDONLY | O_DIRECTORY);
	keep.now_s = (int64_t)time(NULL) + 3600;
	keep.applied_seq = 5000;
	cr_assert_eq(rd_journal_retain(fd, &keep), 0, "too young");
	keep.now_s += 2 * 86400;
	keep.applied_seq = list[2] - 2; /* one event of the second is not */
	cr_assert_eq(rd_journal_retain(fd, &keep), 1);
	keep.applied_seq = 5000;
	cr_assert_eq(rd_journal_retain(fd, &keep), n - 3);
	cr_assert_eq(segments(&left), 2);
	cr_assert_eq(left[1], list[n - 1]);
	close(fd);
	free(list);
	free(left);
}

Test(journal, removes_young_segments_when_the_disk_is_low)
{
	struct rd_journal *j = open_journal(NULL);
	struct rd_journal_retention keep = {
		.low_water_mib = UINT32_MAX,
		.applied_seq = 5000,
		.now_s = (int64_t)time(NULL),
	};
	uint64_t *left;

	begin(j, 1);
	append(j, 1, 5000);
	rd_journal_tidy(j, &keep);
	rd_journal_close(j);
	cr_assert_eq(segments(&left), 2);
	free(left);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Start, run and stop. The order of the start: what can be refused comes first
 * (configuration, io_uring, another daemon), then what lies on disk is made
 * whole (recordings, journal), then core, and at last the lines.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "daemon/call/record.h"
#include "daemon/control/control.h"
#include "daemon/disk/disk.h"
#include "daemon/edge/edge.h"
#include "daemon/journal/journal.h"
#include "daemon/journal/replay.h"
#include "daemon/live/live.h"
#include "daemon/live/log.h"
#include "daemon/live/setup.h"
#include "daemon/live/sounds.h"
#include "daemon/live/tidier.h"
#include "daemon/media/media.h"
#include "daemon/program/program.h"
#include "daemon/store/store.h"
#include "lib/base/frames.h"

#define LOOP_ENTRIES 256u
#define VAULT_INPUTS 256u
#define EDGE_QUEUE   (1u << 20)
#define OWN_QUEUE    (1u << 16)

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Print what was found; the number of errors. */
static int report(struct rd_diag *diag)
{
	int errors = diag->errors;

	if (diag->text)
		fputs(diag->text, stderr);
	rd_diag_free(diag);
	return errors;
}

int rd_live_check(const char *config_path)
{
	struct rd_setup setup;
	struct rd_diag diag;
	int err;

	rd_diag_init(&diag);
	err = rd_setup_read(&setup, config_path, &diag);
	if (!err)
		rd_setup_free(&setup);
	if (diag.text)
		fputs(diag.text, stderr);
	fprintf(stderr, "%s: %d errors, %d warnings\n", config_path,
		diag.errors, diag.warnings);
	rd_diag_free(&diag);
	return err ? EX_CONFIG : 0;
}

/* ---- sources ---------------------------------------------------------------- */

/* Whoever is ready only wakes the thread: rd_live_work() finds the work. */
static void on_wake(struct rd_source *source, int res)
{
}

static void on_bell(struct rd_source *source, int res)
{
	uint64_t count;

	if (res > 0)
		(void)!read(source->fd, &count, sizeof(count));
}

static void on_loader(struct rd_source *source, int res)
{
	struct rd_live *live = rd_live_of(source, loader_source);
	uint64_t count;

	if (res > 0 && read(source->fd, &count, sizeof(count)) > 0)
		rd_live_reload_ready(live);
}

static void on_backup(struct rd_source *source, int res)
{
	struct rd_live *live = rd_live_of(source, backup_source);
	uint64_t count;

	if (res > 0 && read(source->fd, &count, sizeof(count)) > 0)
		rd_live_backup_ready(live);
}

static void reload(struct rd_live *live)
{
	int err = rd_live_reload(live, 0, 0);

	if (err)
		rd_log(RD_LOG_ERR, "SIGHUP: %s",
		       err == -EBUSY ? "a configuration is being read already"
				     : strerror(-err));
}

static void on_signal(struct rd_source *source, int res)
{
	struct rd_live *live = rd_live_of(source, signal_source);
	struct signalfd_siginfo info;

	while (read(source->fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGHUP)
			reload(live);
		else if (info.ssi_signo != SIGCHLD)
			rd_live_end(live);
	}
}

static void on_control(struct rd_source *source, int res)
{
	struct rd_live *live = rd_live_of(source, control_source);

	rd_control_turn(live->control);
}

static void on_synced(struct rd_source *source, int res)
{
	struct rd_live *live = rd_live_of(source, sync_source);

	rd_journal_sync_end(live->journal, res);
}

static void on_watchdog(struct rd_source *source, int res)
{
	uint64_t count;

	if (res > 0 && read(source->fd, &count, sizeof(count)) > 0)
		sd_notify(0, "WATCHDOG=1");
}

static int block_signals(struct rd_live *live)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	live->signal_source.ready = on_signal;
	rd_loop_poll(&live->loop, &live->signal_source, fd, POLLIN);
	return 0;
}

/* ---- what lies on disk ---------------------------------------------------- */

static void on_repaired(void *arg, const char *path, uint64_t frames, int err)
{
	if (err)
		rd_log(RD_LOG_ERR, "recording %s: %s", path, strerror(-err));
	else
		rd_log(RD_LOG_WARNING, "recording %s was cut off at %.1f s",
		       path, (double)frames / RD_FRAMES_PER_S);
}

static struct rd_config *compile(void *context, const struct rd_bundle *bundle)
{
	struct rd_config *config;
	struct rd_diag diag;

	rd_diag_init(&diag);
	config = rd_setup_compile(bundle, &diag);
	rd_diag_free(&diag);
	return config;
}

static void release(void *context, const struct rd_config *config)
{
	rd_config_free((struct rd_config *)config);
}

static void drop(void *context, enum rd_peer peer, const struct rd_msg *cmd)
{
}

/* The core as the run before left it; NULL: begin anew. */
static struct rd_core *recover(const char *dir, struct rd_sink sink,
			       const struct rd_journal_recovery *recovery)
{
	struct rd_replay_options options = {
		.from = recovery->start_seq,
		.to = UINT64_MAX,
		.verify = true,
		.sink = { drop, NULL },
		.compile = compile,
		.release = release,
	};
	struct rd_replay_result result;
	struct rd_core *core;
	int err;

	if (!recovery->found)
		return NULL;
	err = rd_journal_replay(dir, &options, &result, &core);
	if (err) {
		rd_log(RD_LOG_ERR,
		       "the journal in %s cannot be replayed (%s; %s): "
		       "sign-ins "
		       "and statistics of before are lost, its records are "
		       "kept",
		       dir, result.why, strerror(-err));
		return NULL;
	}
	if (result.mismatch_seq)
		rd_log(RD_LOG_WARNING, "journal: event %llu: %s",
		       (unsigned long long)result.mismatch_seq, result.why);
	if (core)
		core->sink = sink;
	return core;
}

static int open_journal(struct rd_live *live, const struct rd_config *config,
			struct rd_journal_recovery *recovery)
{
	struct rd_diag diag;
	int err;

	rd_diag_init(&diag);
	err = rd_journal_open(config->journal.dir,
			      (uint64_t)config->journal.segment_mib << 20,
			      &live->journal, recovery, &diag);
	report(&diag);
	if (err == -EBUSY)
		rd_log(RD_LOG_ERR, "%s: another ringdownd writes this journal",
		       config->journal.dir);
	return err;
}

static int open_control(struct rd_live *live, const struct rd_config *config,
			uint64_t seq)
{
	struct rd_control_config c = {
		.path = config->control_path,
		.group = config->control_group,
		.seq = seq,
		.request = rd_live_request,
		.context = live,
	};
	struct rd_diag diag;
	int err;

	rd_diag_init(&diag);
	err = rd_control_open(&c, &live->control, &diag);
	report(&diag);
	if (err)
		return err;
	live->control_source.ready = on_control;
	rd_loop_poll(&live->loop, &live->control_source,
		     rd_control_fd(live->control), POLLIN);
	return 0;
}

/* ---- peers --------------------------------------------------------------------- */

static void from_edge(void *context, const struct rd_msg *m)
{
	struct rd_live *live = context;

	if (rd_mq_put(&live->from_edge, m))
		rd_log(RD_LOG_ERR, "no room for what the edge says");
}

static int start_edge(struct rd_live *live, const struct rd_config *config)
{
	int err =
		rd_edge_new(&live->edge, config->isdn_program, from_edge, live);

	if (err)
		return err;
	live->edge_source.ready = on_wake;
	rd_loop_poll(&live->loop, &live->edge_source, rd_edge_fd(live->edge),
		     POLLIN);
	return 0;
}

static int start_store(struct rd_live *live, const struct rd_config *config,
		       uint64_t end_seq)
{
	struct rd_store_config c = { .path = config->store_path,
				     .end_seq = end_seq };
	int err;

	live->journal_dir = strdup(config->journal.dir);
	if (!live->journal_dir)
		return -ENOMEM;
	live->refill = (struct rd_refill_source){
		.journal_dir = live->journal_dir,
		.compile = compile,
		.release = release,
	};
	c.refill = rd_refill_of(&live->refill);
	err = rd_store_start(&c, &live->store);
	if (err)
		return err;
	live->store_source.ready = on_bell;
	rd_loop_poll(&live->loop, &live->store_source, rd_store_fd(live->store),
		     POLLIN);
	return 0;
}

static struct rd_wake wake_of(struct rd_live *live, struct rd_source *source)
{
	source->ready = on_wake;
	return (struct rd_wake){ rd_loop_fd(&live->loop), (uintptr_t)source };
}

/* Cards, media and disk, ready to run. */
static int open_lines(struct rd_live *live, const struct rd_config *config)
{
	struct rd_diag diag;
	int err;

	live->lines_config = config;
	rd_diag_init(&diag);
	err = rd_media_new(&live->media, config, NULL, NULL, &diag);
	if (!err)
		err = rd_disk_new(&live->disk, &config->recording,
				  rd_media_blocks(live->media),
				  rd_media_blocks_back(live->media),
				  config->limits.calls, &diag);
	report(&diag);
	if (err)
		return err;
	live->lockstep = rd_media_is_lockstep(live->media);
	live->answer_source.ready = on_bell;
	rd_loop_poll(&live->loop, &live->answer_source,
		     rd_media_answer_fd(live->media), POLLIN);
	rd_disk_set_core(live->disk, wake_of(live, &live->disk_source));
	return rd_disk_start(live->disk);
}

/*
 * Lockstep: the edge is up before the first tick comes, or it would be at one
 * frame in one run and at another in the next.
 */
static void settle(struct rd_live *live)
{
	rd_live_work(live);
	while (!rd_edge_idle(live->edge)) {
		rd_loop_turn(&live->loop, true);
		rd_live_work(live);
	}
}

static int start_lines(struct rd_live *live)
{
	if (live->lockstep)
		settle(live);
	return rd_media_start(live->media, wake_of(live, &live->media_source),
			      rd_disk_wake(live->disk));
}

static int make_queues(struct rd_live *live)
{
	char *memory = aligned_alloc(64, EDGE_QUEUE + OWN_QUEUE);

	if (!memory)
		return -ENOMEM;
	live->queue_memory = memory;
	rd_mq_init(&live->from_edge, memory, EDGE_QUEUE);
	rd_mq_init(&live->own, memory + EDGE_QUEUE, OWN_QUEUE);
	return rd_vault_init(&live->vault, VAULT_INPUTS);
}

/*
 * What became of the recordings that a killed run left: each has its file,
 * whole or repaired, or never got one. A kill in the middle of this does no
 * harm, the next run says what is left to be said.
 */
static void end_recordings(struct rd_live *live)
{
	const struct rd_config *config = live->core->config;
	const struct rd_recording *rec = NULL;

	while ((rec = rd_record_next(live->core, rec))) {
		struct rd_ev_rec done = {
			.msg = { .type = RD_MSG_REC_DONE,
				 .len = sizeof(done),
				 .line = RD_LINE_NONE,
				 .frame = live->frame },
			.recording = rec->id,
			.status = RD_REC_CUT,
		};

		done.error = rd_disk_length(config->recording.dir, rec->path,
					    &done.frames);
		if (done.error)
			done.status = RD_REC_ERROR;
		else if (done.frames + config->period_frames >=
			 rec->end - rec->begin)
			done.status = RD_REC_COMPLETE;
		rd_live_event(live, &done.msg);
	}
}

/* The first events of a run. */
static void begin(struct rd_live *live, struct rd_setup *setup, bool restart)
{
	const struct ringdown_info *info = rd_media_info(live->media, 0);
	struct rd_ev_start start = {
		.msg = { .type = RD_MSG_START,
			 .len = sizeof(start),
			 .line = RD_LINE_NONE,
			 .frame = rd_media_frame(live->media) },
		.lockstep = live->lockstep,
		.restart = restart,
	};
	struct rd_prompts *prompts = setup->prompts;

	if (live->lockstep && info) {
		start.epoch_ns = info->epoch_ns;
		start.seed = info->seed;
	} else {
		start.epoch_ns = clock_ns(CLOCK_REALTIME) -
				 rd_ns_from_frames(start.msg.frame);
		if (getrandom(&start.seed, sizeof(start.seed), 0) < 0)
			start.seed = start.epoch_ns;
	}
	rd_live_event(live, &start.msg);
	end_recordings(live);
	rd_live_config(live, &setup->bundle, setup->config);
	rd_live_publish(live, prompts, live->generation);
	rd_store_set_sources(live->store, live->generation, setup->config);
	rd_live_set_programs(live, live->generation, setup->config);
	rd_live_tell_edge(live);
	rd_bundle_free(&setup->bundle);
	memset(setup, 0, sizeof(*setup));
}

static const void *snapshot(void *context, uint64_t *len)
{
	struct rd_live *live = context;

	return rd_core_snapshot(live->core, len);
}

/* Core, from the journal or anew, and the journal open for more. */
static int start_core(struct rd_live *live, const struct rd_config *config,
		      const struct rd_journal_recovery *recovery)
{
	struct rd_sink sink = { rd_live_put, live };
	struct rd_journal_source source = { snapshot, live };
	uint64_t min_seq = rd_store_applied_seq(live->store) + 1;
	bool fresh;
	int err;

	live->core = recover(config->journal.dir, sink, recovery);
	fresh = !live->core;
	if (fresh)
		live->core = rd_core_new(config, sink);
	if (!live->core)
		return -ENOMEM;
	err = rd_journal_begin(live->journal, source, min_seq, fresh);
	if (err)
		rd_log(RD_LOG_ERR, "journal: %s; calls go on, and are not kept",
		       strerror(-err));
	return 0;
}

static int fail(const char *what, int err)
{
	rd_log(RD_LOG_ERR, "%s: %s", what, strerror(-err));
	return err == -EADDRINUSE || err == -EBUSY ? EX_TEMPFAIL : EX_OSERR;
}

static int start_watchdog(struct rd_live *live)
{
	uint64_t every_us;
	struct itimerspec t = { 0 };
	int fd;

	if (sd_watchdog_enabled(0, &every_us) <= 0)
		return 0;
	fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	t.it_interval.tv_sec = (time_t)(every_us / 2000000u);
	t.it_interval.tv_nsec = (long)(every_us / 2 % 1000000u * 1000);
	t.it_value = t.it_interval;
	timerfd_settime(fd, 0, &t, NULL);
	live->watchdog_source.ready = on_watchdog;
	rd_loop_poll(&live->loop, &live->watchdog_source, fd, POLLIN);
	return 0;
}

static int add_bell(struct rd_live *live, struct rd_source *source, int *bell,
		    void (*ready)(struct rd_source *source, int res))
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	*bell = fd;
	source->ready = ready;
	rd_loop_poll(&live->loop, source, fd, POLLIN);
	return 0;
}

/* Threads that make sounds and talk to programs. */
static int start_workers(struct rd_live *live, const struct rd_config *config)
{
	int err = add_bell(live, &live->worker_source, &live->worker_bell,
			   on_bell);

	if (!err)
		err = rd_sounds_start(live->media, config->cache_dir,
				      live->worker_bell, &live->sounds);
	if (!err)
		err = rd_programs_start(live->worker_bell, &live->programs);
	return err;
}

static int start_all(struct rd_live *live, struct rd_setup *setup)
{
	const struct rd_config *config = setup->config;
	struct rd_journal_recovery recovery = { 0 };
	int err;

	err = make_queues(live);
	if (err)
		return fail("memory", err);
	live->sync_source.ready = on_synced;
	err = add_bell(live, &live->loader_source, &live->loader_bell,
		       on_loader);
	if (!err)
		err = add_bell(live, &live->backup_source, &live->backup_bell,
			       on_backup);
	if (err)
		return fail("eventfd", err);
	err = open_journal(live, config, &recovery);
	if (err)
		return fail("journal", err);
	err = open_control(live, config, recovery.highest_seq);
	if (err)
		return fail("control socket", err);
	rd_disk_repair(config->recording.dir, RINGDOWN_LAW_ALAW, on_repaired,
		       NULL);
	err = start_store(live, config, recovery.end_seq);
	if (err)
		return fail("store", err);
	err = open_lines(live, config);
	if (err)
		return fail("lines", err);
	err = start_edge(live, config);
	if (err)
		return fail("ringdown-isdn", err);
	err = start_workers(live, config);
	if (err)
		return fail("threads", err);
	err = start_core(live, config, &recovery);
	if (err)
		return fail("core", err);
	begin(live, setup, recovery.found);
	rd_guard_init(&live->guard, live->core);
	err = rd_tidier_start(&live->tidier, live->journal, live->store,
			      &live->core->config->journal);
	if (err)
		return fail("tidier", err);
	err = start_lines(live);
	return err ? fail("media", err) : 0;
}

int rd_live_start(struct rd_live *live, const char *config_path)
{
	struct rd_setup setup;
	struct rd_diag diag;
	const char *why;
	int code;

	memset(live, 0, sizeof(*live));
	live->config_path = config_path;
	rd_diag_init(&diag);
	code = rd_setup_read(&setup, config_path, &diag);
	report(&diag);
	if (code)
		return EX_CONFIG;
	if (rd_loop_init(&live->loop, LOOP_ENTRIES, &why)) {
		rd_log(RD_LOG_ERR, "%s", why);
		rd_setup_free(&setup);
		return EX_UNAVAILABLE;
	}
	live->has_loop = true;
	live->end_frame = RD_FRAME_NEVER;
	code = block_signals(live);
	if (!code)
		code = start_watchdog(live);
	code = code ? fail("signals", code) : start_all(live, &setup);
	if (code) {
		rd_setup_free(&setup);
		return code;
	}
	live->running = true;
	rd_log(RD_LOG_NOTICE, "ready: %s", config_path);
	sd_notify(0, "READY=1");
	return 0;
}

int rd_live_run(struct rd_live *live)
{
	rd_live_work(live);
	while (live->running) {
		int n = rd_loop_turn(&live->loop, true);

		if (n < 0)
			return fail("io_uring", n);
		rd_live_work(live);
	}
	return 0;
}

/* The sounds of all generations, once nobody plays them any more. */
static void free_sounds(struct rd_live *live)
{
	for (uint32_t slot = 0; slot < RD_PROMPT_TABLES; slot++)
		rd_live_publish(live, NULL, slot);
	rd_prompts_free(live->old_prompts);
	rd_sounds_stop(live->sounds);
}

/* The lines' configuration, if core has given it up: see rd_live_config(). */
static void free_lines_config(struct rd_live *live)
{
	if (!live->core) /* the start failed: it is not ours yet */
		return;
	for (uint32_t i = 0; i < RD_CONFIGS; i++)
		if (live->core->configs[i] == live->lines_config)
			return;
	rd_config_free((struct rd_config *)live->lines_config);
}

void rd_live_stop(struct rd_live *live)
{
	struct rd_replay_options configs = { .release = release };

	if (!live->has_loop)
		return;
	sd_notify(0, "STOPPING=1");
	if (live->loading)
		rd_live_reload_ready(live);
	if (live->backup)
		rd_live_backup_ready(live);
	if (live->media)
		rd_media_stop(live->media);
	if (live->disk)
		rd_disk_stop(live->disk);
	if (live->core && live->journal) {
		live->lockstep = false;
		rd_live_work(live); /* what they said at the end */
	}
	rd_programs_stop(live->programs);
	rd_edge_free(live->edge);
	rd_tidier_stop(live->tidier);
	if (live->journal) {
		/* one may be under way; the journal begins no second */
		while (live->sync_source.pending &&
		       rd_loop_turn(&live->loop, true) >= 0)
			;
		rd_journal_sync(live->journal);
		if (live->store && live->core)
			rd_store_release(live->store,
					 rd_journal_synced_seq(live->journal));
	}
	if (live->store)
		rd_store_stop(live->store);
	if (live->control)
		rd_control_close(live->control);
	if (live->journal)
		rd_journal_close(live->journal);
	rd_disk_free(live->disk);
	if (live->media)
		free_sounds(live);
	rd_media_free(live->media);
	free_lines_config(live);
	rd_replay_free(live->core, &configs);
	rd_vault_exit(&live->vault);
	rd_loop_exit(&live->loop);
	free(live->queue_memory);
	free(live->journal_dir);
	free(live->answer);
}

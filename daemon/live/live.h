/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The running daemon: core, and all it talks to.
 *
 * WHAT. struct rd_live owns the threads, processes and files of a daemon and
 * runs the core thread. It decides nothing: whatever matters is an event, goes
 * through the journal into core, and comes out as commands.
 *
 * HOW. The core thread blocks in its reactor (daemon/loop) only. Sources do no
 * work when they become ready; they say that there is some. After each turn
 * rd_live_work() takes in what peers said, one peer at a time, in the fixed
 * order media, line clock's timers, edges, disk, store, own answers, commands,
 * until nobody has anything to say.
 *
 * LOCKSTEP. There the same function first waits until every peer has answered
 * everything it was sent; so what it takes in, and in which order, depends on
 * nothing but the events themselves. When all are idle and nothing is left, the
 * tick is done, and the wire may go on.
 *
 * DURABILITY. Events are in the journal's mapping before core acts (survives
 * SIGKILL), on disk within 100 ms of line time (survives power loss). Rows for
 * the store wait until the events they follow from are on disk.
 *
 * Context: the core thread, unless said otherwise.
 */
#ifndef RD_LIVE_H
#define RD_LIVE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "daemon/core/core.h"
#include "daemon/core/guard.h"
#include "daemon/live/vault.h"
#include "daemon/loop/loop.h"
#include "daemon/store/refill.h"
#include "lib/base/mq.h"
#include "lib/config/config.h"

struct rd_journal;
struct rd_media;
struct rd_disk;
struct rd_store;
struct rd_edge;
struct rd_control;
struct rd_tidier;
struct rd_sounds;
struct rd_programs;
struct rd_backup;
struct rd_loading;
struct rd_waiting;
struct rd_prompts;
struct rd_control_request;

/* The struct rd_live that a member lies in. */
#define rd_live_of(pointer, member) \
	((struct rd_live *)((char *)(pointer)-offsetof(struct rd_live, member)))

struct rd_live {
	const char *config_path;
	struct rd_loop loop;
	struct rd_core *core;
	struct rd_journal *journal;
	struct rd_media *media;
	struct rd_disk *disk;
	struct rd_store *store;
	struct rd_edge *edge;
	struct rd_control *control;
	struct rd_tidier *tidier;
	struct rd_sounds *sounds;     /* made while running */
	struct rd_programs *programs; /* that drive calls */
	struct rd_vault vault; /* secret digits */
	struct rd_guard guard; /* invariants of core */

	struct rd_mq from_edge; /* what the edge said */
	struct rd_mq own;	/* answers we give ourselves (PINs) */
	void *queue_memory;

	struct rd_refill_source refill;
	char *journal_dir; /* refill's, for life */

	uint64_t frame;	     /* the line clock: last tick */
	uint64_t told;	     /* last frame core was told by TIME */
	uint64_t next_sync;  /* frame of the next fdatasync */
	uint64_t end_frame;  /* idle after stop: the run's last, or NEVER */
	uint64_t released;   /* store may commit rows up to this event */
	uint64_t media_full; /* commands media had no room for */
	bool lockstep;
	bool ticked; /* lockstep: a tick is to be answered */
	bool running;
	bool ending; /* calls are being released */
	bool has_loop; /* there is something to stop */

	const struct rd_config *lines_config; /* media and disk were made of it
					       * and keep it for life */
	uint32_t generation;		/* of the configuration in force */
	struct rd_prompts *old_prompts; /* freed at the next reload */
	struct rd_loading *loading;	/* a reload under way, or NULL */
	struct rd_backup *backup;	/* likewise */
	pthread_t loader;

	struct rd_waiting *waiting; /* commands for a later frame */
	uint32_t nwaiting;
	char *answer; /* room for the answer of a question */

	struct rd_source media_source, disk_source, edge_source, store_source;
	struct rd_source control_source, loader_source, signal_source;
	struct rd_source sync_source, watchdog_source;
	struct rd_source backup_source, end_source, answer_source;
	struct rd_source worker_source;
	int loader_bell, backup_bell, worker_bell; /* eventfds */
};

/* ---- boot.c --------------------------------------------------------------- */

/*
 * Read the configuration, recover from the journal, start threads, edge and
 * cards. All that is wrong was told on standard error. 0, or an exit code of
 * sysexits.h: EX_CONFIG, EX_UNAVAILABLE (io_uring forbidden), EX_TEMPFAIL
 * (another daemon runs), EX_IOERR, EX_OSERR. After any of them
 * rd_live_stop() gives back what was taken.
 */
int rd_live_start(struct rd_live *live, const char *config_path);
void rd_live_stop(struct rd_live *live);

/* Turn until told to stop; returns the exit code. */
int rd_live_run(struct rd_live *live);

/* Print what is wrong with a configuration: 0 or EX_CONFIG. */
int rd_live_check(const char *config_path);

/* ---- intake.c --------------------------------------------------------------- */

/* Time, secrets, journal, core: the only way an event gets in. */
void rd_live_event(struct rd_live *live, const struct rd_msg *event);
/* A configuration, whole: CONFIG events in chunks. */
void rd_live_config(struct rd_live *live, const struct rd_bundle *bundle,
		    const struct rd_config *config);

/* ---- outlet.c --------------------------------------------------------------- */

/* The sink of core; context is the struct rd_live. */
void rd_live_put(void *context, enum rd_peer peer, const struct rd_msg *cmd);

/* To media; a full queue drops, counts, and is told once. */
void rd_live_to_media(struct rd_live *live, const struct rd_msg *cmd);

/* ---- turn.c ------------------------------------------------------------------ */

/* After a turn of the reactor: take in everything, see above. */
void rd_live_work(struct rd_live *live);

/* ---- reload.c ----------------------------------------------------------------- */

/*
 * Read and compile the configuration again and load its sounds, in a thread of
 * its own; when it is ready, it becomes a CONFIG event. A bad one changes
 * nothing: its errors go to the client (0: the log). -EBUSY: one is under way.
 */
int rd_live_reload(struct rd_live *live, uint32_t client, uint32_t id);
void rd_live_reload_ready(struct rd_live *live);
/* Copy database, journal and a list of recordings, in a thread. */
int rd_live_backup(struct rd_live *live, const char *json, uint32_t client,
		   uint32_t id);
void rd_live_backup_ready(struct rd_live *live);
/* Let the edge know the spans of the configuration. */
void rd_live_tell_edge(struct rd_live *live);
/* The programs of a generation to their thread. */
void rd_live_set_programs(struct rd_live *live, uint32_t generation,
			  const struct rd_config *config);
/* The sounds of a generation to media. */
void rd_live_publish(struct rd_live *live, struct rd_prompts *prompts,
		     uint32_t generation);

/* ---- ending.c ------------------------------------------------------------------- */

/* End: release the calls that there are, then leave. Again: leave at once. */
void rd_live_end(struct rd_live *live);
/* After each turn: is a stop when idle due? */
void rd_live_check_end(struct rd_live *live);

/* ---- lines.c -------------------------------------------------------------------- */

/* How the lines in use do, of one span or call if json says so. */
void rd_live_lines(struct rd_live *live, const char *json, uint32_t client,
		   uint32_t id);

/* ---- request.c ------------------------------------------------------------------ */

/* What the control socket hands over; context is the struct rd_live. */
void rd_live_request(void *context, const struct rd_control_request *req);
/* A command of core's, as an event; client 0: nobody waits for the answer. */
void rd_live_command(struct rd_live *live, const char *json, uint32_t client,
		     uint32_t id);
/* Commands whose frame has come. False: there were none. */
bool rd_live_take_waiting(struct rd_live *live);
uint64_t rd_live_waiting_deadline(const struct rd_live *live);

#endif

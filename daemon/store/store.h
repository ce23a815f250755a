/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The store: the thread that keeps records, and the one that looks things up.
 *
 *	core --- ROW ------> [queue] --> store thread ---> SQLite
 *	     <-- ROWS_DONE, STORE_STATE --
 *	     --- LOOKUP ---> [queue] --> lookup thread --> SQLite, CSV
 *	     <-- LOOKUP_ANSWER --
 *
 * WHAT. Rows are written in batches, each one transaction with the number up to
 * which they are complete. The two threads are the only ones that may wait for
 * a database, and a slow lookup delays no record.
 *
 * THE SPOOL IS THE JOURNAL. Rows follow from events, and events are in the
 * journal. So the queue may be short: what it could not hold while a database
 * was away, locked or full, is derived again from the journal (refill) from the
 * applied number on. The same at a start after a crash. (seq, part) is unique,
 * so nothing is doubled.
 *
 * USE. After an event is handled: rd_store_put() its rows, then
 * rd_store_release(event's number). The store commits nothing above the number
 * released; release what the journal has made durable, and the store never
 * knows of events that a power failure takes back.
 *
 * LIMITS. One store a process, functions are for core's thread unless marked.
 */
#ifndef RD_STORE_H
#define RD_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/msg.h"
#include "lib/config/config.h"

struct rd_store;

/* How rows of events from..to are derived again. */
struct rd_store_refill {
	/*
	 * Call row(row_context, cmd) for each row of events from..to, in order;
	 * a result other than 0 ends it and is returned. 0: done. -errno: it
	 * cannot be (the journal does not go back so far ...). Context: the
	 * store thread, may take long.
	 */
	int (*run)(void *context, uint64_t from, uint64_t to,
		   int (*row)(void *row_context, const struct rd_cmd_row *cmd),
		   void *row_context);
	void *context;
};

struct rd_store_config {
	const char *path;	       /* of the database; copied */
	uint32_t queue_octets;	       /* power of two; 0: 1 MiB */
	struct rd_store_refill refill; /* run NULL: rows that do not fit
					* while it is down are lost */
	/* the last event of the run before: rows up to there are derived at
	 * the start if the database has not got them. 0: nothing before */
	uint64_t end_seq;
};

/*
 * Start both threads. A database that cannot be opened is no error: it is told
 * by STORE_STATE and tried again each second. 0, -ENOMEM, -EAGAIN.
 */
int rd_store_start(const struct rd_store_config *config, struct rd_store **out);
/* Write what is released, answer what was asked, stop, free. */
void rd_store_stop(struct rd_store *store);

/* ---- records ---------------------------------------------------------------------- */

/* Hand over a row. A full queue is no error: see THE SPOOL. */
void rd_store_put(struct rd_store *store, const struct rd_cmd_row *row);
/* All rows of events up to seq were put, and may be committed. Wakes it. */
void rd_store_release(struct rd_store *store, uint64_t seq);

/* Committed up to here; surviving a power failure up to there (retention). */
uint64_t rd_store_applied_seq(const struct rd_store *store);
uint64_t rd_store_durable_seq(const struct rd_store *store);

struct rd_store_status {
	uint32_t state; /* as rd_ev_disk.state: 0 well, 2 full, 3 down */
	int error;	/* negative errno */
	uint64_t rows;	/* inserted */
	uint64_t commits;
	uint64_t refills;   /* times the journal was read again */
	uint64_t malformed; /* rows refused: a bug */
	uint64_t lost;	    /* dropped and not in the journal either */
	char why[200];	    /* of the error, in words */
};
/* Context: any. */
void rd_store_status(struct rd_store *store, struct rd_store_status *out);

/* ---- lookups ----------------------------------------------------------------------- */

/*
 * The sources that LOOKUPs of this configuration's generation mean; copied.
 * Takes the place of the generation RD_CONFIGS before. 0 or -ENOMEM.
 */
int rd_store_set_sources(struct rd_store *store, uint32_t generation,
			 const struct rd_config *config);
/*
 * Ask. secret: the digits to use in place of cmd->key, or NULL; they are wiped
 * after use, and masked where the answer repeats them. The answer comes at the
 * latest timeout_ms after the thread takes it up (status DOWN, with a pair
 * "error" that says why). -ENOBUFS: too many are waiting; answer DOWN yourself.
 */
int rd_store_lookup(struct rd_store *store, const struct rd_cmd_lookup *cmd,
		    const char *secret);

/* ---- what comes back ----------------------------------------------------------------- */

/* Readable (an eventfd, nonblocking) when there is something to take. */
int rd_store_fd(const struct rd_store *store);
/*
 * The next message or NULL; rd_store_consume() it. Their frame is that of the
 * LOOKUP answered, else 0: whoever journals them stamps them.
 */
const struct rd_msg *rd_store_peek(struct rd_store *store);
void rd_store_consume(struct rd_store *store, const struct rd_msg *msg);

/*
 * For the lockstep barrier: everything put, released or asked has been dealt
 * with (held back, if the database is down), and all that follows from it can
 * be peeked at.
 */
bool rd_store_is_idle(struct rd_store *store);

#endif

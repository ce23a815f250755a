// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The store thread; see store.h.
 *
 * Each turn: what number is released (acquire: every row of it is in the queue
 * or counted as dropped)? Rows up to there are taken and inserted, and the
 * transaction says "complete up to there". If any was dropped, or a commit
 * failed after rows were taken, the journal is asked first.
 *
 * Invariant: db's applied number is never above an event of which a row is
 * missing.
 */
#include "daemon/store/store.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "daemon/store/db.h"
#include "daemon/store/lookup.h"
#include "daemon/store/row.h"
#include "daemon/store/source.h"
#include "lib/base/mq.h"

#define QUEUE_OCTETS (1u << 20)
#define OUT_OCTETS   (1u << 14)
#define BATCH	     1024  /* rows a transaction */
#define RETRY_MS     1000  /* a database that is down */
#define IDLE_MS	     10000 /* note progress without rows, checkpoint */
#define PROGRESS     10000 /* ... or after so many events */

struct rd_store {
	/* core -> store */
	struct rd_mq in;
	uint64_t released, dropped; /* atomic: numbers */
	uint64_t put;		    /* rows; core's */
	uint64_t idle_seq; /* released up to here with nothing to do; core's */
	int wake_fd;
	bool stopping; /* atomic */
	/* store -> core */
	struct rd_mq out;
	uint64_t taken;		   /* atomic: rows dealt with */
	uint64_t seen;		   /* atomic: of released */
	uint64_t applied, durable; /* atomic */
	int out_fd;

	pthread_mutex_t status_lock;
	struct rd_store_status status;

	/* the thread's own */
	pthread_t thread;
	struct rd_store_config config;
	struct rd_db *db;
	uint32_t state;
	uint64_t told;	  /* ROWS_DONE */
	uint64_t rows_in; /* rows out of the queue; `taken` once committed */
	uint64_t tidied_ns;
	bool must_refill;
	bool owes_done; /* a ROWS_DONE did not fit */

	struct rd_lookups *lookups;
};

static uint64_t load(const uint64_t *p)
{
	return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

static void store_to(uint64_t *p, uint64_t value)
{
	__atomic_store_n(p, value, __ATOMIC_RELEASE);
}

static void wake(int fd)
{
	uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) < 0)
		return; /* EAGAIN: it is awake */
}

/* ---- to core -------------------------------------------------------------------- */

static void tell_done(struct rd_store *s)
{
	struct rd_ev_rows_done *done =
		(void *)rd_mq_reserve(&s->out, sizeof(*done));

	s->owes_done = !done;
	if (!done)
		return;
	done->msg.type = RD_MSG_ROWS_DONE;
	done->msg.line = RD_LINE_NONE;
	done->seq = rd_db_applied(s->db);
	rd_mq_commit(&s->out, &done->msg);
	s->told = done->seq;
	wake(s->out_fd);
}

static void tell_state(struct rd_store *s, int err, const char *why)
{
	uint32_t state = !err ? 0 : err == -ENOSPC ? 2 : 3;
	struct rd_ev_disk *event;

	pthread_mutex_lock(&s->status_lock);
	s->status.state = state;
	s->status.error = err;
	snprintf(s->status.why, sizeof(s->status.why), "%s", why);
	pthread_mutex_unlock(&s->status_lock);
	if (state == s->state)
		return;
	event = (void *)rd_mq_reserve(&s->out, sizeof(*event));
	if (!event)
		return; /* not told: s->state stays, so it is tried again */
	event->msg.type = RD_MSG_STORE_STATE;
	event->msg.line = RD_LINE_NONE;
	event->state = state;
	event->error = err;
	rd_mq_commit(&s->out, &event->msg);
	s->state = state;
	wake(s->out_fd);
}

static void count(struct rd_store *s, uint64_t *counter, uint64_t n)
{
	pthread_mutex_lock(&s->status_lock);
	*counter += n;
	pthread_mutex_unlock(&s->status_lock);
}

/* ---- writing -------------------------------------------------------------------- */

/* It failed: what was taken from the queue must come from the journal. */
static int fail(struct rd_store *s, int err)
{
	char why[200];

	snprintf(why, sizeof(why), "%s: %s", s->config.path,
		 rd_db_error(s->db));
	rd_db_rollback(s->db);
	/* a lock passes; anything else may need the file anew */
	if (err != -EBUSY) {
		rd_db_close(s->db);
		s->db = NULL;
	}
	tell_state(s, err, why);
	return err;
}

static int open_db(struct rd_store *s)
{
	char why[200] = "";
	int err;

	if (s->db)
		return 0;
	err = rd_db_open(s->config.path, &s->db, why);
	if (err) {
		tell_state(s, err, why);
		return err;
	}
	store_to(&s->applied, rd_db_applied(s->db));
	s->told = rd_db_applied(s->db);
	return 0;
}

static void note_commit(struct rd_store *s, uint64_t rows)
{
	store_to(&s->applied, rd_db_applied(s->db));
	pthread_mutex_lock(&s->status_lock);
	s->status.rows += rows;
	s->status.commits++;
	pthread_mutex_unlock(&s->status_lock);
}

struct refill {
	struct rd_store *store;
	uint64_t rows; /* in this transaction */
	uint64_t seq;  /* of the last row */
	int err;
};

/* A row out of the journal. Long refills commit now and then. */
static int refill_row(void *context, const struct rd_cmd_row *row)
{
	struct refill *r = context;
	struct rd_store *s = r->store;

	if (!rd_row_is_good(row)) {
		count(s, &s->status.malformed, 1);
		return 0;
	}
	if (r->rows >= BATCH && row->seq > r->seq) {
		r->err = rd_db_commit(s->db, r->seq);
		if (!r->err)
			note_commit(s, r->rows);
		if (!r->err)
			r->err = rd_db_begin(s->db);
		r->rows = 0;
	}
	if (!r->err)
		r->err = rd_db_insert(s->db, row);
	r->rows++;
	r->seq = row->seq;
	return r->err;
}

/* Derive what is missing up to `to` again. 0, or -errno after fail(). */
static int refill(struct rd_store *s, uint64_t to)
{
	struct refill r = { .store = s };
	uint64_t from = rd_db_applied(s->db) + 1;
	int err;

	if (!s->config.refill.run) {
		count(s, &s->status.lost, 1);
		return 0;
	}
	err = rd_db_begin(s->db);
	if (err)
		return fail(s, err);
	count(s, &s->status.refills, 1);
	err = s->config.refill.run(s->config.refill.context, from, to,
				   refill_row, &r);
	if (r.err)
		return fail(s, r.err);
	/*
	 * The journal cannot give them: they are lost whatever we do, and
	 * waiting would lose those that come as well.
	 */
	if (err)
		count(s, &s->status.lost, 1);
	err = rd_db_commit(s->db, to);
	if (err)
		return fail(s, err);
	note_commit(s, r.rows);
	return 0;
}

/*
 * Insert rows of the queue up to `to`, in the transaction that is open. How
 * many, or -errno; *last is the number that is complete then.
 */
static int take_rows(struct rd_store *s, uint64_t to, uint64_t *last)
{
	const struct rd_msg *msg;
	int rows = 0;

	*last = to;
	while ((msg = rd_mq_peek(&s->in))) {
		const struct rd_cmd_row *row = (const void *)msg;
		int err = 0;

		if (row->seq > to)
			break;
		if (rows >= BATCH) {
			/* the rest, perhaps of the same event, comes next */
			*last = row->seq - 1;
			break;
		}
		if (row->seq <= rd_db_applied(s->db))
			; /* came from the journal */
		else if (!rd_row_is_good(row))
			count(s, &s->status.malformed, 1);
		else
			err = rd_db_insert(s->db, row);
		if (err)
			return err;
		rd_mq_consume(&s->in, msg);
		s->rows_in++;
		rows++;
	}
	return rows;
}

/* Everything released. 0: done; 1: there is more; -errno. */
static int turn(struct rd_store *s)
{
	uint64_t released = load(&s->released);
	uint64_t last;
	int err = open_db(s), rows;
	bool due;

	if (err)
		goto out;
	if (released > rd_db_applied(s->db) &&
	    (s->must_refill || load(&s->dropped) > rd_db_applied(s->db))) {
		err = refill(s, released);
		if (err)
			goto out;
		s->must_refill = false;
	}
	due = released > rd_db_applied(s->db) + PROGRESS;
	if (!rd_mq_peek(&s->in) && !due)
		goto out;
	err = rd_db_begin(s->db);
	if (err) {
		fail(s, err);
		goto out;
	}
	rows = take_rows(s, released, &last);
	err = rows < 0 ? rows : rd_db_commit(s->db, last);
	if (err) {
		s->must_refill = true;
		fail(s, err);
		goto out;
	}
	note_commit(s, (uint64_t)rows);
	err = last < released;
out:
	if (err >= 0) {
		tell_state(s, 0, "");
		if (rd_db_applied(s->db) > s->told || s->owes_done)
			tell_done(s);
	}
	store_to(&s->taken, s->rows_in);
	if (err != 1)
		store_to(&s->seen, released);
	wake(s->out_fd); /* somebody may wait for idle */
	return err;
}

/* Nothing for a while: note how far we are, make it durable. */
static void tidy(struct rd_store *s)
{
	uint64_t released = load(&s->released);

	s->tidied_ns = rd_monotonic_ns();
	if (!s->db || s->must_refill)
		return;
	if (!rd_mq_peek(&s->in) && released > rd_db_applied(s->db) &&
	    load(&s->dropped) <= rd_db_applied(s->db) && !rd_db_begin(s->db)) {
		if (rd_db_commit(s->db, released))
			rd_db_rollback(s->db);
		else
			note_commit(s, 0);
	}
	if (load(&s->durable) < rd_db_applied(s->db) &&
	    !rd_db_checkpoint(s->db))
		store_to(&s->durable, rd_db_applied(s->db));
}

static void *run(void *arg)
{
	struct rd_store *s = arg;
	uint64_t ignored;

	for (;;) {
		bool stopping = __atomic_load_n(&s->stopping, __ATOMIC_ACQUIRE);
		int err = turn(s);
		struct pollfd p = { s->wake_fd, POLLIN, 0 };

		if (err == 1)
			continue;
		if (stopping)
			break;
		if (poll(&p, 1, err ? RETRY_MS : IDLE_MS) > 0 &&
		    read(s->wake_fd, &ignored, sizeof(ignored)) < 0)
			continue;
		if (rd_monotonic_ns() - s->tidied_ns > IDLE_MS * 1000000ull)
			tidy(s);
	}
	tidy(s);
	return NULL;
}

/* ---- core's side ----------------------------------------------------------------- */

static void free_store(struct rd_store *s)
{
	rd_db_close(s->db);
	if (s->wake_fd >= 0)
		close(s->wake_fd);
	if (s->out_fd >= 0)
		close(s->out_fd);
	pthread_mutex_destroy(&s->status_lock);
	free(s->in.buf);
	free(s->out.buf);
	free((char *)s->config.path);
	free(s);
}

static int start_thread(pthread_t *thread, void *(*fn)(void *), void *arg)
{
	sigset_t all, before;
	int err;

	/* signals are for the main thread */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = -pthread_create(thread, NULL, fn, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}

int rd_store_start(const struct rd_store_config *config, struct rd_store **out)
{
	uint32_t octets =
		config->queue_octets ? config->queue_octets : QUEUE_OCTETS;
	struct rd_store *s = aligned_alloc(64, (sizeof(*s) + 63) / 64 * 64);
	void *in, *back;
	int err = -ENOMEM;

	if (!s)
		return -ENOMEM;
	memset(s, 0, sizeof(*s));
	pthread_mutex_init(&s->status_lock, NULL);
	s->wake_fd = eventfd(0, EFD_CLOEXEC);
	s->out_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	s->config = *config;
	s->config.path = strdup(config->path);
	in = aligned_alloc(64, octets);
	back = aligned_alloc(64, OUT_OCTETS);
	s->in.buf = in;
	s->out.buf = back;
	if (!in || !back || !s->config.path || s->wake_fd < 0 || s->out_fd < 0)
		goto err_free;
	rd_mq_init(&s->in, in, octets);
	rd_mq_init(&s->out, back, OUT_OCTETS);
	/* as if dropped: the first turn finds out what the database lacks */
	s->released = s->seen = s->dropped = config->end_seq;
	err = rd_lookups_start(s->out_fd, &s->lookups);
	if (err)
		goto err_free;
	err = start_thread(&s->thread, run, s);
	if (err)
		goto err_lookups;
	*out = s;
	return 0;

err_lookups:
	rd_lookups_stop(s->lookups);
err_free:
	free_store(s);
	return err;
}

void rd_store_stop(struct rd_store *s)
{
	if (!s)
		return;
	__atomic_store_n(&s->stopping, true, __ATOMIC_RELEASE);
	wake(s->wake_fd);
	pthread_join(s->thread, NULL);
	rd_lookups_stop(s->lookups);
	free_store(s);
}

void rd_store_put(struct rd_store *s, const struct rd_cmd_row *row)
{
	if (rd_mq_put(&s->in, &row->msg))
		store_to(&s->dropped, row->seq);
	else
		s->put++;
}

void rd_store_release(struct rd_store *s, uint64_t seq)
{
	if (seq <= s->released)
		return;
	store_to(&s->released, seq);
	/* rows wait for it; a number alone can wait for the next row */
	if (s->put != load(&s->taken) || load(&s->dropped) > load(&s->applied))
		wake(s->wake_fd);
	else
		s->idle_seq = seq;
}

uint64_t rd_store_applied_seq(const struct rd_store *s)
{
	return load(&s->applied);
}

uint64_t rd_store_durable_seq(const struct rd_store *s)
{
	return load(&s->durable);
}

void rd_store_status(struct rd_store *s, struct rd_store_status *out)
{
	pthread_mutex_lock(&s->status_lock);
	*out = s->status;
	pthread_mutex_unlock(&s->status_lock);
}

int rd_store_set_sources(struct rd_store *s, uint32_t generation,
			 const struct rd_config *config)
{
	return rd_lookups_set_sources(s->lookups, generation, config->sources,
				      config->nsources);
}

int rd_store_lookup(struct rd_store *s, const struct rd_cmd_lookup *cmd,
		    const char *secret)
{
	return rd_lookups_ask(s->lookups, cmd, secret);
}

int rd_store_fd(const struct rd_store *s)
{
	return s->out_fd;
}

const struct rd_msg *rd_store_peek(struct rd_store *s)
{
	const struct rd_msg *msg = rd_lookups_peek(s->lookups);

	return msg ? msg : rd_mq_peek(&s->out);
}

void rd_store_consume(struct rd_store *s, const struct rd_msg *msg)
{
	if (msg->type == RD_MSG_LOOKUP_ANSWER)
		rd_lookups_consume(s->lookups, msg);
	else
		rd_mq_consume(&s->out, msg);
}

bool rd_store_is_idle(struct rd_store *s)
{
	/* rows not released wait for the journal: nobody is at work on them */
	bool rows = s->idle_seq >= s->released || load(&s->seen) >= s->released;

	return rows && rd_lookups_is_idle(s->lookups);
}

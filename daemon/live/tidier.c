// SPDX-License-Identifier: GPL-2.0-or-later
/* See tidier.h. The wait is on a descriptor, so that stopping is at once. */
#include "daemon/live/tidier.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "daemon/journal/journal.h"
#include "daemon/store/store.h"

#define EVERY_MS 1000

struct rd_tidier {
	struct rd_journal *journal;
	struct rd_store *store;
	uint32_t keep_days, low_water_mib; /* atomic */
	pthread_t thread;
	int stop_fd;
};

static void *run(void *arg)
{
	struct rd_tidier *t = arg;
	struct pollfd stop = { .fd = t->stop_fd, .events = POLLIN };

	do {
		struct rd_journal_retention keep = {
			.keep_days = __atomic_load_n(&t->keep_days,
						     __ATOMIC_RELAXED),
			.low_water_mib = __atomic_load_n(&t->low_water_mib,
							 __ATOMIC_RELAXED),
			.applied_seq = rd_store_durable_seq(t->store),
			.now_s = time(NULL),
		};

		rd_journal_tidy(t->journal, &keep);
	} while (poll(&stop, 1, EVERY_MS) <= 0);
	return NULL;
}

void rd_tidier_set(struct rd_tidier *t, const struct rd_cfg_journal *keep)
{
	__atomic_store_n(&t->keep_days, keep->keep_days, __ATOMIC_RELAXED);
	__atomic_store_n(&t->low_water_mib, keep->low_water_mib,
			 __ATOMIC_RELAXED);
}

int rd_tidier_start(struct rd_tidier **out, struct rd_journal *journal,
		    struct rd_store *store, const struct rd_cfg_journal *keep)
{
	struct rd_tidier *t = calloc(1, sizeof(*t));
	int err;

	if (!t)
		return -ENOMEM;
	t->journal = journal;
	t->store = store;
	rd_tidier_set(t, keep);
	t->stop_fd = eventfd(0, EFD_CLOEXEC);
	err = t->stop_fd < 0 ? -errno
			     : -pthread_create(&t->thread, NULL, run, t);
	if (err) {
		if (t->stop_fd >= 0)
			close(t->stop_fd);
		free(t);
		return err;
	}
	*out = t;
	return 0;
}

void rd_tidier_stop(struct rd_tidier *t)
{
	uint64_t one = 1;

	if (!t)
		return;
	(void)!write(t->stop_fd, &one, sizeof(one));
	pthread_join(t->thread, NULL);
	close(t->stop_fd);
	free(t);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `ringdown backup` while running: a thread copies, core's loop hears its bell.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/control/control.h"
#include "daemon/core/json_in.h"
#include "daemon/core/json_out.h"
#include "daemon/live/live.h"
#include "daemon/live/log.h"
#include "daemon/store/backup.h"

struct rd_backup {
	struct rd_backup_from from;
	struct rd_backup_result result;
	struct rd_diag diag;
	pthread_t thread;
	char to[256];
	uint32_t client, id;
	int bell, err;
};

static void *copy(void *arg)
{
	struct rd_backup *b = arg;
	uint64_t one = 1;

	b->err = rd_backup_run(&b->from, b->to, &b->result, &b->diag);
	(void)!write(b->bell, &one, sizeof(one));
	return NULL;
}

int rd_live_backup(struct rd_live *live, const char *json, uint32_t client,
		   uint32_t id)
{
	const struct rd_config *config = live->core->config;
	struct rd_json_value to;
	struct rd_backup *b;
	int err;

	if (live->backup)
		return -EBUSY;
	b = calloc(1, sizeof(*b));
	if (!b)
		return -ENOMEM;
	rd_diag_init(&b->diag);
	b->from = (struct rd_backup_from){ config->store_path,
					   config->journal.dir,
					   config->recording.dir };
	b->client = client;
	b->id = id;
	b->bell = live->backup_bell;
	err = rd_json_get(json, "to", &to);
	snprintf(b->to, sizeof(b->to), "%s", err ? "" : to.text);
	if (!err)
		err = -pthread_create(&b->thread, NULL, copy, b);
	if (err) {
		free(b);
		return err;
	}
	live->backup = b;
	return 0;
}

void rd_live_backup_ready(struct rd_live *live)
{
	struct rd_backup *b = live->backup;
	char text[256];
	struct rd_json j;

	if (!b)
		return;
	pthread_join(b->thread, NULL);
	live->backup = NULL;
	if (b->err) {
		rd_log(RD_LOG_ERR, "backup to %s: %s", b->to,
		       strerror(-b->err));
		rd_control_fail(live->control, b->client, b->id, "unavailable",
				b->diag.text ? b->diag.text
					     : strerror(-b->err));
	} else {
		rd_json_begin(&j, text, sizeof(text));
		rd_json_object(&j, NULL);
		rd_json_bool(&j, "ok", true);
		rd_json_int(&j, "octets", (int64_t)b->result.octets);
		rd_json_int(&j, "segments", (int64_t)b->result.segments);
		rd_json_int(&j, "recordings", (int64_t)b->result.recordings);
		rd_json_end(&j, '}');
		rd_control_answer(live->control, b->client, b->id, text);
	}
	rd_diag_free(&b->diag);
	free(b);
}

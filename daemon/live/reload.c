// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A new configuration while running. A thread of its own reads, compiles and
 * speaks it; core hears of it when it is whole. A bad one changes nothing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/control/control.h"
#include "daemon/core/json_out.h"
#include "daemon/core/state.h"
#include "daemon/disk/disk.h"
#include "daemon/edge/edge.h"
#include "daemon/live/live.h"
#include "daemon/live/log.h"
#include "daemon/live/setup.h"
#include "daemon/live/tidier.h"
#include "daemon/media/media.h"
#include "daemon/program/program.h"
#include "daemon/store/store.h"

struct rd_loading {
	struct rd_setup setup;
	struct rd_diag diag;
	const char *path;
	int bell; /* rung when it is ready */
	int result;
	uint32_t client, id; /* who asked; 0 SIGHUP */
};

static void *load(void *arg)
{
	struct rd_loading *loading = arg;
	uint64_t one = 1;

	loading->result =
		rd_setup_read(&loading->setup, loading->path, &loading->diag);
	(void)!write(loading->bell, &one, sizeof(one));
	return NULL;
}

int rd_live_reload(struct rd_live *live, uint32_t client, uint32_t id)
{
	struct rd_loading *loading;
	int err;

	if (live->loading)
		return -EBUSY;
	loading = calloc(1, sizeof(*loading));
	if (!loading)
		return -ENOMEM;
	rd_diag_init(&loading->diag);
	loading->path = live->config_path;
	loading->bell = live->loader_bell;
	loading->client = client;
	loading->id = id;
	err = -pthread_create(&live->loader, NULL, load, loading);
	if (err) {
		free(loading);
		return err;
	}
	live->loading = loading;
	return 0;
}

/* What cannot change while running. Says what; NULL if all can. */
static const char *is_fixed(const struct rd_config *old,
			    const struct rd_config *new)
{
	struct rd_cfg_limits was, is;

	/* as core counts them: there may be more agents than limits.agents */
	rd_state_size(&was, old);
	rd_state_size(&is, new);
	if (memcmp(&was, &is, sizeof(was)))
		return "limits of calls, agents, queues and blacklist";
	if (old->period_frames != new->period_frames)
		return "period";
	if (old->ncards != new->ncards || old->nspans != new->nspans)
		return "cards and spans";
	for (uint16_t i = 0; i < old->ncards; i++)
		if (strcmp(old->cards[i].path, new->cards[i].path))
			return "path of a card";
	for (uint16_t i = 0; i < old->nspans; i++) {
		const struct rd_cfg_span *a = &old->spans[i];
		const struct rd_cfg_span *b = &new->spans[i];

		if (a->card != b->card || a->span != b->span ||
		    a->type != b->type || a->dchannel != b->dchannel)
			return "place, type or D-channel of a span";
	}
	if (strcmp(old->journal.dir, new->journal.dir) ||
	    strcmp(old->store_path, new->store_path) ||
	    strcmp(old->recording.dir, new->recording.dir) ||
	    strcmp(old->control_path, new->control_path))
		return "journal, store, recording.dir, control.socket";
	return NULL;
}

/* The spans' timers and channels may be new: the edge takes them over. */
void rd_live_tell_edge(struct rd_live *live)
{
	const struct rd_config *config = live->core->config;

	for (uint16_t i = 0; i < config->nspans; i++) {
		struct rd_edge_span span;

		if (config->spans[i].signalling != RD_SIG_PRI)
			continue;
		rd_edge_span_of(&config->spans[i], &span);
		rd_edge_span(live->edge, &span);
	}
}

void rd_live_publish(struct rd_live *live, struct rd_prompts *prompts,
		     uint32_t generation)
{
	uint64_t epoch;
	const struct rd_prompts *old = rd_media_publish(
		live->media, generation % RD_PROMPT_TABLES, prompts, &epoch);

	/* Four generations ago: no call plays it. It waits for one tick. */
	rd_prompts_free(live->old_prompts);
	live->old_prompts = (struct rd_prompts *)old;
}

void rd_live_set_programs(struct rd_live *live, uint32_t generation,
			  const struct rd_config *config)
{
	const char *slash = strrchr(live->config_path, '/');
	char folder[4096];
	int err;

	snprintf(folder, sizeof(folder), "%.*s",
		 slash ? (int)(slash - live->config_path) : 0,
		 live->config_path);
	err = rd_programs_set(live->programs, generation, config->programs,
			      config->nprograms, folder);
	if (err)
		rd_log(RD_LOG_ERR, "programs: %s", strerror(-err));
}

static void take_over(struct rd_live *live, struct rd_setup *setup)
{
	uint32_t generation = live->generation + 1;

	rd_live_publish(live, setup->prompts, generation);
	rd_store_set_sources(live->store, generation, setup->config);
	rd_live_set_programs(live, generation, setup->config);
	rd_live_config(live, &setup->bundle, setup->config);
	rd_bundle_free(&setup->bundle);
	rd_live_tell_edge(live);
	rd_disk_set_retention(live->disk,
			      live->core->config->recording.keep_days,
			      live->core->config->recording.low_water_mib);
	rd_tidier_set(live->tidier, &live->core->config->journal);
	memset(setup, 0, sizeof(*setup));
}

static void tell(struct rd_live *live, const struct rd_loading *loading,
		 const char *code, const char *message)
{
	char octets[512];
	struct rd_json json;

	if (!loading->client)
		return;
	if (code) {
		rd_control_fail(live->control, loading->client, loading->id,
				code, message);
		return;
	}
	rd_json_begin(&json, octets, sizeof(octets));
	rd_json_object(&json, NULL);
	rd_json_bool(&json, "ok", true);
	rd_json_int(&json, "generation", live->generation);
	rd_json_end(&json, '}');
	rd_control_answer(live->control, loading->client, loading->id, octets);
}

void rd_live_reload_ready(struct rd_live *live)
{
	struct rd_loading *loading = live->loading;
	const char *fixed = NULL;

	if (!loading)
		return;
	pthread_join(live->loader, NULL);
	live->loading = NULL;
	if (loading->result == 0)
		fixed = is_fixed(live->core->config, loading->setup.config);
	if (loading->result) {
		rd_log(RD_LOG_ERR, "the configuration was not taken over:\n%s",
		       loading->diag.text ? loading->diag.text : "");
		tell(live, loading, "bad-config",
		     loading->diag.text ? loading->diag.text : "no memory");
	} else if (fixed) {
		char why[200];

		snprintf(why, sizeof(why),
			 "%s: cannot change while running; restart ringdownd",
			 fixed);
		rd_log(RD_LOG_ERR, "%s", why);
		tell(live, loading, "conflict", why);
	} else {
		take_over(live, &loading->setup);
		rd_log(RD_LOG_NOTICE, "configuration %u is in force",
		       live->generation);
		tell(live, loading, NULL, NULL);
	}
	rd_setup_free(&loading->setup);
	rd_diag_free(&loading->diag);
	free(loading);
}

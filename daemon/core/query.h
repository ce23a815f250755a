/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questions, between the files that answer them: query.c asks these. Each
 * writes one JSON value and returns 0 or -errno; nothing is changed.
 *
 * Context: core.
 */
#ifndef RD_CORE_QUERY_H
#define RD_CORE_QUERY_H

#include "daemon/core/core.h"
#include "daemon/core/json_out.h"

/* query_queue.c */
int rd_query_queues(const struct rd_core *core, const char *args,
		    struct rd_json *j);
int rd_query_queue(const struct rd_core *core, const char *args,
		   struct rd_json *j);
int rd_query_callbacks(const struct rd_core *core, const char *args,
		       struct rd_json *j);
int rd_query_tasks(const struct rd_core *core, const char *args,
		   struct rd_json *j);
/* The queue of that name, or RD_INDEX_NONE. */
uint16_t rd_query_find_queue(const struct rd_core *core, const char *name);
/* Keys of the status: agents, and who waits. */
void rd_query_people(const struct rd_core *core, struct rd_json *j);

/* query_menu.c */
int rd_query_list(const struct rd_core *core, const char *args,
		  struct rd_json *j);
int rd_query_lockouts(const struct rd_core *core, const char *args,
		      struct rd_json *j);
int rd_query_announcements(const struct rd_core *core, const char *args,
			   struct rd_json *j);
int rd_query_ports(const struct rd_core *core, const char *args,
		   struct rd_json *j);
/* Keys of the status: ports taken, callers who wait for one. */
void rd_query_port_sums(const struct rd_core *core, struct rd_json *j);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking things up: the second thread of the store.
 *
 * WHAT. A question is a key and a source: a query of a SQLite file, opened for
 * reading only, with :key bound, or the key column of a CSV file with a header.
 * The answer is the first row, as names and values.
 *
 * HOW. Files stay open between questions, and are opened anew when they change
 * (inode, size, mtime). Whatever takes longer than the source's timeout, in
 * wall-clock time from when the question is taken up, is interrupted: DOWN. A
 * question that waited behind others longer than its timeout is DOWN too.
 *
 * LIMITS. RD_LOOKUPS_ASKED questions wait at most; an answer is cut to 8 KiB by
 * leaving out its last pairs; a CSV file may have 64 MiB. Questions are answered
 * in order. Functions are for core's thread.
 */
#ifndef RD_STORE_LOOKUP_H
#define RD_STORE_LOOKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/msg.h"
#include "lib/config/config.h"

#define RD_LOOKUPS_ASKED 128
#define RD_LOOKUP_DATA	 8192 /* octets of pairs in an answer */

struct rd_lookups;

/* Answers are told by a write to the eventfd. 0, -ENOMEM, -EAGAIN. */
int rd_lookups_start(int eventfd, struct rd_lookups **out);
void rd_lookups_stop(struct rd_lookups *l);

/* See rd_store_set_sources(), rd_store_lookup(). */
int rd_lookups_set_sources(struct rd_lookups *l, uint32_t generation,
			   const struct rd_cfg_source *sources, uint16_t n);
int rd_lookups_ask(struct rd_lookups *l, const struct rd_cmd_lookup *cmd,
		   const char *secret);

const struct rd_msg *rd_lookups_peek(struct rd_lookups *l);
void rd_lookups_consume(struct rd_lookups *l, const struct rd_msg *msg);
bool rd_lookups_is_idle(struct rd_lookups *l);

#endif

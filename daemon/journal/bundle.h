/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A configuration's bundle as RD_MSG_CONFIG events, and back.
 *
 * A message is shorter than 64 KiB, a bundle may be longer: it is cut into
 * chunks {total_len, offset, data}, sent in order with nothing between, each an
 * event of its own. Core acts on the last one.
 *
 * Context: core, replay, readers.
 */
#ifndef RD_JOURNAL_BUNDLE_H
#define RD_JOURNAL_BUNDLE_H

#include "daemon/msg.h"
#include "lib/config/config.h"

#define RD_BUNDLE_CHUNK 32768u	  /* octets of data in an event but the last */
#define RD_BUNDLE_MAX	16777216u /* octets; as rd_bundle_read() has it */

/* Octets to give rd_bundle_chunk(). */
#define RD_BUNDLE_EVENT_MAX (sizeof(struct rd_ev_config) + RD_BUNDLE_CHUNK)

/*
 * Write the event with the chunk at offset (0, then what was returned last) to
 * event, RD_BUNDLE_EVENT_MAX octets, 8-aligned. Returns the next chunk's
 * offset; bundle->len or more after the last.
 */
size_t rd_bundle_chunk(const struct rd_bundle *bundle, size_t offset,
		       uint64_t frame, struct rd_ev_config *event);

/* Puts chunks together again; zero is empty. */
struct rd_bundle_parts {
	uint8_t *data;
	size_t len, total_len;
};

/*
 * Take the next event. 1: that was the last chunk and the bundle, which the
 * caller owns now, is in out. 0: more to come. -EINVAL: out of order, or
 * lengths that cannot be; begin again at offset 0. -ENOMEM.
 */
int rd_bundle_collect(struct rd_bundle_parts *parts,
		      const struct rd_ev_config *event, struct rd_bundle *out);
void rd_bundle_parts_free(struct rd_bundle_parts *parts);

#endif

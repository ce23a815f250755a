// SPDX-License-Identifier: GPL-2.0-or-later
/* Bundles in events; see bundle.h. */
#include "daemon/journal/bundle.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

size_t rd_bundle_chunk(const struct rd_bundle *bundle, size_t offset,
		       uint64_t frame, struct rd_ev_config *event)
{
	size_t n = bundle->len - offset;
	size_t len;

	if (n > RD_BUNDLE_CHUNK)
		n = RD_BUNDLE_CHUNK;
	len = (sizeof(*event) + n + 7) / 8 * 8;
	memset(event, 0, len);
	event->msg.type = RD_MSG_CONFIG;
	event->msg.len = (uint16_t)len;
	event->msg.line = RD_LINE_NONE;
	event->msg.frame = frame;
	event->total_len = (uint32_t)bundle->len;
	event->offset = (uint32_t)offset;
	memcpy(event->data, (const uint8_t *)bundle->data + offset, n);
	return offset + n;
}

static int begin(struct rd_bundle_parts *parts, uint32_t total_len)
{
	uint8_t *data;

	if (total_len > RD_BUNDLE_MAX)
		return -EINVAL;
	data = malloc(total_len + 1u);
	if (!data)
		return -ENOMEM;
	free(parts->data);
	*parts = (struct rd_bundle_parts){ data, 0, total_len };
	return 0;
}

int rd_bundle_collect(struct rd_bundle_parts *parts,
		      const struct rd_ev_config *event, struct rd_bundle *out)
{
	size_t n, room;
	int err;

	if (event->msg.len < sizeof(*event))
		return -EINVAL;
	if (!event->offset) {
		err = begin(parts, event->total_len);
		if (err)
			return err;
	}
	if (!parts->data || event->offset != parts->len ||
	    event->total_len != parts->total_len)
		return -EINVAL;
	n = parts->total_len - parts->len;
	if (n > RD_BUNDLE_CHUNK)
		n = RD_BUNDLE_CHUNK;
	room = event->msg.len - sizeof(*event);
	if (n > room)
		return -EINVAL;
	memcpy(parts->data + parts->len, event->data, n);
	parts->len += n;
	if (parts->len < parts->total_len)
		return 0;
	*out = (struct rd_bundle){ parts->data, parts->total_len };
	*parts = (struct rd_bundle_parts){ 0 };
	return 1;
}

void rd_bundle_parts_free(struct rd_bundle_parts *parts)
{
	free(parts->data);
	*parts = (struct rd_bundle_parts){ 0 };
}

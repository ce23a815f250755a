// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bridges: two lines that hear each other.
 *
 * All lines' octets of a tick are taken before any is sent, so what A received
 * in [F - P, F) goes to B at F + lead and the other way round, whatever their
 * order. Octets of one law are copied as they are; the other law's go through
 * G.711 tables 3 and 4. What is played to a line goes before its bridge.
 */
#include <string.h>

#include "daemon/media/state.h"

void rd_bridge_leave(struct rd_channel *ch)
{
	if (ch->peer)
		ch->peer->peer = NULL;
	ch->peer = NULL;
}

void rd_bridge_join(struct rd_media *m, struct rd_channel *a,
		    struct rd_channel *b)
{
	rd_player_stop(m, a, RD_PLAY_REPLACED);
	rd_player_stop(m, b, RD_PLAY_REPLACED);
	rd_bridge_leave(a);
	rd_bridge_leave(b);
	a->peer = b;
	b->peer = a;
	rd_health_bridged(m, a);
	rd_health_bridged(m, b);
}

void rd_bridge_run(const struct rd_channel *ch, uint32_t from, uint32_t n,
		   uint8_t *out)
{
	const struct rd_channel *peer = ch->peer;

	if (!peer)
		memset(out, rd_g711_silence(ch->law), n);
	else
		rd_g711_transcode(peer->law, ch->law, peer->rx + from, out, n);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The end of a run. `stop --when-idle` waits for the last call, as core tells
 * it; `stop` and SIGTERM release all calls first, so that the network is told,
 * and not left to find out. Neither may be held up by a line that has died:
 * a release has END_S of wall clock, and whoever asks twice is not kept
 * waiting.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "daemon/call/call.h"
#include "daemon/control/control.h"
#include "daemon/core/state.h"
#include "daemon/live/live.h"
#include "lib/base/frames.h"

#define END_S	     3
#define GRACE_FRAMES 800u /* for the last RELEASE COMPLETE to leave */
#define CAUSE	     41	  /* Q.850: temporary failure */

static void on_late(struct rd_source *source, int res)
{
	rd_live_of(source, end_source)->running = false;
}

static int start_guard(struct rd_live *live)
{
	struct itimerspec t = { .it_value.tv_sec = END_S };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	timerfd_settime(fd, 0, &t, NULL);
	live->end_source.ready = on_late;
	rd_loop_poll(&live->loop, &live->end_source, fd, POLLIN);
	return 0;
}

static void release_calls(struct rd_live *live)
{
	const struct rd_state *state = live->core->state;
	char json[96];

	rd_live_command(live, "{\"command\":\"stop.when-idle\"}", 0, 0);
	for (uint32_t i = 0; i < state->calls.cap; i++) {
		if (!rd_pool_has(state, &state->calls, i))
			continue;
		snprintf(json, sizeof(json),
			 "{\"command\":\"call.hangup\",\"call\":%llu,"
			 "\"cause\":%d}",
			 (unsigned long long)rd_call_at(live->core, i)->id,
			 CAUSE);
		rd_live_command(live, json, 0, 0);
	}
}

void rd_live_end(struct rd_live *live)
{
	const struct rd_state *state = live->core->state;

	if (live->ending || (!state->calls.used && !state->legs.used) ||
	    start_guard(live)) {
		live->running = false;
		return;
	}
	live->ending = true;
	release_calls(live);
}

void rd_live_check_end(struct rd_live *live)
{
	const struct rd_state *state = live->core->state;

	if (!state->stopping || !state->idle_told)
		live->end_frame = RD_FRAME_NEVER;
	else if (live->end_frame == RD_FRAME_NEVER)
		live->end_frame = live->frame + GRACE_FRAMES;
	else if (live->frame >= live->end_frame)
		live->running = false;
}

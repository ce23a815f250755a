// SPDX-License-Identifier: GPL-2.0-or-later
/* Lock-outs; see lockout.h. The pool is small and seldom asked: it is walked. */
#include "daemon/call/lockout.h"

#include <string.h>

#include "daemon/core/app.h"
#include "daemon/core/emit.h"
#include "daemon/core/state.h"
#include "daemon/core/text.h"

static const char *const kinds[] = { "member", "caller" };

static struct rd_lockout *at(const struct rd_core *core, uint32_t index)
{
	return rd_pool_at(core->state, &core->state->lockouts, index);
}

static uint64_t now_s(const struct rd_core *core)
{
	return (uint64_t)rd_core_unix_ns(core) / 1000000000u;
}

static bool is_locked(const struct rd_core *core, const struct rd_lockout *l)
{
	return l->until_s > now_s(core);
}

bool rd_lockout_is_over(const struct rd_core *core, const struct rd_lockout *l)
{
	return !is_locked(core, l) && now_s(core) >= l->last_s + l->forget_s;
}

static struct rd_lockout *find(const struct rd_core *core,
			       enum rd_lockout_kind kind, const char *realm,
			       const char *number)
{
	const struct rd_pool *pool = &core->state->lockouts;

	for (uint32_t i = 0; number[0] && pool->used && i < pool->cap; i++) {
		struct rd_lockout *l = at(core, i);

		if (rd_pool_has(core->state, pool, i) && l->kind == kind &&
		    !strcmp(l->number, number) && !strcmp(l->realm, realm))
			return l;
	}
	return NULL;
}

static void give(struct rd_core *core, struct rd_lockout *l)
{
	rd_pool_give(core->state, &core->state->lockouts,
		     (uint32_t)(l - at(core, 0)));
}

/* The one to do without: not locked before locked, then the oldest. */
static struct rd_lockout *least(const struct rd_core *core)
{
	const struct rd_pool *pool = &core->state->lockouts;
	struct rd_lockout *worst = NULL;

	for (uint32_t i = 0; i < pool->cap; i++) {
		struct rd_lockout *l = at(core, i);
		bool locked = is_locked(core, l);

		if (!worst || locked < is_locked(core, worst) ||
		    (locked == is_locked(core, worst) &&
		     l->last_s < worst->last_s))
			worst = l;
	}
	return worst;
}

static struct rd_lockout *make(struct rd_core *core, enum rd_lockout_kind kind,
			       const char *realm, const char *number)
{
	struct rd_state *s = core->state;
	uint32_t index = rd_pool_take(s, &s->lockouts);
	struct rd_lockout *l;

	if (index == RD_NONE) {
		give(core, least(core));
		index = rd_pool_take(s, &s->lockouts);
	}
	l = at(core, index);
	l->kind = (uint8_t)kind;
	rd_text_copy(l->realm, sizeof(l->realm), realm);
	rd_text_copy(l->number, sizeof(l->number), number);
	return l;
}

static void tell_locked(struct rd_core *core, const struct rd_lockout *l)
{
	struct rd_json *j = rd_event_begin(core, RD_EVENT_LOCKOUT_BEGUN);

	rd_json_str(j, "realm", l->realm);
	rd_json_str(j, "kind", kinds[l->kind]);
	rd_json_str(j, "number", l->number);
	rd_json_int(j, "failures", l->failures);
	rd_json_int(j, "until_s", (int64_t)l->until_s);
	rd_event_end(core);
}

static bool count(struct rd_core *core, enum rd_lockout_kind kind,
		  const char *realm, const char *number, uint16_t after,
		  uint32_t lock_s)
{
	struct rd_lockout *l = find(core, kind, realm, number);

	if (!number[0])
		return false;
	if (l && rd_lockout_is_over(core, l)) {
		give(core, l);
		l = NULL;
	}
	if (!l)
		l = make(core, kind, realm, number);
	l->last_s = now_s(core);
	l->forget_s = lock_s;
	if (l->failures < UINT16_MAX)
		l->failures++;
	if (l->failures < after || is_locked(core, l))
		return is_locked(core, l);
	l->until_s = l->last_s + lock_s;
	tell_locked(core, l);
	return true;
}

bool rd_lockout_is(const struct rd_core *core, const char *realm,
		   const char *member, const char *caller)
{
	const struct rd_lockout *m =
		find(core, RD_LOCKOUT_MEMBER, realm, member);
	const struct rd_lockout *c =
		find(core, RD_LOCKOUT_CALLER, realm, caller);

	return (m && is_locked(core, m)) || (c && is_locked(core, c));
}

bool rd_lockout_failed(struct rd_core *core, const char *realm,
		       const char *member, const char *caller, uint16_t after,
		       uint32_t lock_s)
{
	bool m = count(core, RD_LOCKOUT_MEMBER, realm, member, after, lock_s);
	bool c = count(core, RD_LOCKOUT_CALLER, realm, caller, after, lock_s);

	return m || c;
}

void rd_lockout_passed(struct rd_core *core, const char *realm,
		       const char *member)
{
	struct rd_lockout *l = find(core, RD_LOCKOUT_MEMBER, realm, member);

	if (l)
		give(core, l);
}

int rd_lockout_release(struct rd_core *core, const char *realm,
		       const char *number, const char *by)
{
	const struct rd_pool *pool = &core->state->lockouts;
	struct rd_json *j;
	int n = 0;

	for (uint32_t i = 0; i < pool->cap; i++) {
		struct rd_lockout *l = at(core, i);

		if (!rd_pool_has(core->state, pool, i) ||
		    strcmp(l->number, number) ||
		    (realm[0] && strcmp(l->realm, realm)))
			continue;
		j = rd_event_begin(core, RD_EVENT_LOCKOUT_RELEASED);
		rd_json_str(j, "realm", l->realm);
		rd_json_str(j, "kind", kinds[l->kind]);
		rd_json_str(j, "number", l->number);
		rd_json_str(j, "by", by);
		rd_event_end(core);
		give(core, l);
		n++;
	}
	return n;
}

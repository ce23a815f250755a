/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Agents: who is there, and what he is doing.
 *
 *	        login                offer          alerting        answer
 *	out ----------> ready ------------> reserved ------> ringing ------.
 *	 ^      logout   | ^                    | miss, free    |          v
 *	 `-------------- | +--------------------+---------------'      talking
 *	        not-ready v |  ready                                       | end
 *	              not-ready <---------------- wrap-up <----------------'
 *
 * WHAT. An agent is in one state at a time; its begin is kept, and where the
 * time went (daemon/acd/session.h). *Reserved* is taken in the same event that chooses him, so no
 * second offer is possible (ACD-12). Calls of his phone that are not the
 * queue's are counted in direct; while there is one he is offered nothing.
 * Wishes during a call (not-ready, logout) are kept and fulfilled after it.
 *
 * Wrap-up counts from the end of the agent's own part of the call (ACD-11).
 *
 * The agent's place in the pool is found by his number and kept over reloads
 * and restarts of the daemon; sign-ins, reasons and statistics lie here.
 *
 * Context: core.
 */
#ifndef RD_ACD_AGENT_H
#define RD_ACD_AGENT_H

#include "daemon/core/app.h"
#include "daemon/core/fsm.h"

enum rd_agent_state {
	RD_AGENT_OUT,
	RD_AGENT_IS_READY,
	RD_AGENT_IS_NOT_READY,
	RD_AGENT_RESERVED, /* a call was given to him; his phone is called */
	RD_AGENT_RINGING,
	RD_AGENT_TALKING,
	RD_AGENT_WRAPUP,
	RD_AGENT_STATES,
};

enum rd_agent_event {
	RD_AGENT_EV_LOGIN,
	RD_AGENT_EV_LOGOUT,
	RD_AGENT_EV_READY,
	RD_AGENT_EV_NOT_READY,
	RD_AGENT_EV_OFFER,
	RD_AGENT_EV_ALERTING,
	RD_AGENT_EV_ANSWER,
	RD_AGENT_EV_MISS, /* did not answer, or refused */
	RD_AGENT_EV_FREE, /* the offer was withdrawn: not his doing */
	RD_AGENT_EV_UNREACHED, /* his phone was not reached */
	RD_AGENT_EV_NO_LINE, /* no way to his phone: the lines' fault */
	RD_AGENT_EV_END,  /* his part of the call is over */
	RD_AGENT_EV_WRAPUP_OVER,
	RD_AGENT_EVENTS,
};

enum rd_agent_wish {
	RD_WISH_NONE,
	RD_WISH_NOT_READY,
	RD_WISH_LOGOUT
};

enum {
	RD_AGENT_TIMER_WRAPUP,
	RD_AGENT_TIMER_PAUSE,
	RD_AGENT_TIMER_RING, /* his phone has rung long enough */
	RD_AGENT_TIMERS,
};

#define RD_AGENT_PHONE_LEN 24
#define RD_REASON_LEN	   32

struct rd_agent {
	uint8_t used;	 /* has a number */
	uint8_t state;	 /* enum rd_agent_state */
	uint8_t wish;	 /* enum rd_agent_wish, after this call */
	uint8_t paused;	 /* no offers for a while, after a miss */
	uint16_t misses; /* in a row */
	uint16_t order;	 /* in the newest configuration; NONE: not in it */
	uint16_t direct; /* calls of his phone that are no queue's */
	uint16_t queue;	 /* of the call he has, or had last */
	uint32_t call;	 /* the queue's call he has, or RD_NONE */
	/* his offer: daemon/acd/offer.h */
	uint32_t ticket;     /* it is for, or RD_NONE */
	uint32_t leg;	     /* of his phone, or RD_NONE */
	uint16_t next_offer; /* agent who rings for the same call, or NONE */
	uint8_t rings;
	uint8_t unreached;  /* offers in a row, his phone was not reached */
	uint64_t offered;   /* frame */
	uint32_t wrapup_ms; /* of that queue */
	uint32_t retry_ms;
	uint16_t max_misses;
	uint16_t clearing;   /* calls of his phone that we release */
	uint64_t since;	     /* frame he came into the state */
	uint64_t idle_order; /* grows: who is ready longest has the least */
	uint32_t offers, answered, missed, refused; /* since he signed in */
	uint64_t talk_frames;
	char number[RD_AGENT_PHONE_LEN];
	char name[RD_NAME_LEN];
	char phone[RD_AGENT_PHONE_LEN]; /* where he signed in */
	char reason[RD_REASON_LEN];	/* not ready */
	char wish_reason[RD_REASON_LEN];
	char by[32]; /* who changed his state */
};

extern const struct rd_fsm rd_agent_fsm;

struct rd_agent *rd_agent_get(const struct rd_core *core, uint16_t agent);
/* Name of what he is doing, direct calls included: "ready", "busy" ... */
const char *rd_agent_state_name(const struct rd_agent *agent);
bool rd_agent_is_free(const struct rd_agent *agent);

/* Configuration of an agent (newest first), or NULL. */
const struct rd_cfg_agent *rd_agent_config(const struct rd_core *core,
					   uint16_t agent);

/*
 * Take a free agent for a call of a queue; the caller has checked
 * rd_agent_is_free(). What follows is told by rd_agent_call_event().
 */
void rd_agent_reserve(struct rd_core *core, uint16_t agent, uint32_t call,
		      uint16_t queue);
void rd_agent_call_event(struct rd_core *core, uint16_t agent,
			 enum rd_agent_event event);

/* He is connected with the caller of his offer: it counts as answered. */
void rd_agent_connected(struct rd_core *core, uint16_t agent);

/* Before an offer is missed or not reached: how long he rests, by the reason. */
void rd_agent_back_off(struct rd_core *core, uint16_t agent,
		       enum rd_backoff why);
/*
 * His wrap-up lasts so much longer. 0; -ENOENT; -ENODATA: he is in none;
 * -EINVAL: it would last for more than an hour from now.
 */
int rd_agent_extend(struct rd_core *core, uint16_t agent, uint32_t by_ms);

/*
 * We begin to release a call of his phone (1), it is over (-1). Until then the
 * phone is busy, and he is offered nothing. When he hangs up himself it is idle
 * at once.
 */
void rd_agent_clearing(struct rd_core *core, uint16_t agent, int by);

/* A call of his phone that is no queue's begins (1), ends (-1). */
void rd_agent_direct(struct rd_core *core, uint16_t agent, int by);
/* He is on no call and has no offer: another caller may have his phone ring. */
bool rd_agent_may_be_dialled(const struct rd_agent *agent);
/* Screen pop: his phone rings for this call, which waited so long. */
void rd_agent_tell_offer(struct rd_core *core, uint16_t agent,
			 const struct rd_call *call, uint64_t wait_frames);

/* Calls of his phone that go on while he signs in, and out. */
void rd_agents_find_phone_calls(struct rd_core *core, uint16_t agent);
void rd_agents_drop_phone_calls(struct rd_core *core, uint16_t agent);

void rd_agents_configure(struct rd_core *core);
/* After a crash: calls are over, sign-ins and reasons stay. */
void rd_agents_restart(struct rd_core *core, int64_t shift_frames);
void rd_agent_on_timer(struct rd_core *core, uint32_t agent, uint32_t which);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/* Agents, queues and what waits in them hears: the keys. */
#include <assert.h>
#include <string.h>

#include "lib/config/build.h"

#define SECOND 1000LL
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

/* ---- skills ------------------------------------------------------------- */

static const struct rd_field skill_fields[] = {
	{ "title", RD_STRING(rd_cfg_skill, title), .max = 63, .shorthand = true,
	  .help = "Shown to people; without it the name." },
};

const struct rd_table rd_skill_table = {
	RD_TABLE("skill", struct rd_cfg_skill, skill_fields),
	.help = "What agents can do.",
	.name = RD_AT(rd_cfg_skill, name),
	.place = RD_AT(rd_cfg_skill, place),
};

/* ---- agents ------------------------------------------------------------- */

static void check_agent(struct rd_bind *bind, const struct rd_yaml *node,
			void *out)
{
	struct rd_cfg_agent *agent = out;

	for (uint16_t i = 0; i < agent->nqueues; i++)
		for (uint16_t k = 0; k < i; k++)
			if (agent->queues[i].queue == agent->queues[k].queue &&
			    agent->queues[i].queue != RD_REF_NONE)
				rd_diag_error(
					bind->diag,
					rd_yaml_place(node, "queues"),
					"key \"queues\": \"%s\" is in it twice",
					bind->scopes[RD_SCOPE_QUEUE]
						.names[agent->queues[i].queue]);
}

static const struct rd_field member_fields[] = {
	{ "queue", RD_REF(rd_cfg_member, queue, RD_SCOPE_QUEUE),
	  .required = true, .shorthand = true, .help = "Which queue." },
	{ "penalty", RD_INT(rd_cfg_member, penalty, 0, RD_PENALTY_MAX),
	  .preset = "0",
	  .help = "Free agents of less penalty are chosen before; see the "
		  "queue's \"relax\"." },
	{ "order", RD_INT(rd_cfg_member, order, 0, 9999), .preset = "0",
	  .help = "With round-robin, fixed-order and progressive: the lower "
		  "goes before; of one order as the agents are listed." },
	{ "prefer", RD_DURATION(rd_cfg_member, prefer_ms, 0, HOUR),
	  .preset = "0",
	  .help = "To this agent the queue's callers count as waiting so much "
		  "longer than those of the agent's other queues." },
	{ "share", RD_INT(rd_cfg_member, share, 1, 100), .preset = "10",
	  .help = "With weighted-random: twice the share, twice the calls." },
};

static const struct rd_table member_table = {
	RD_TABLE("queues", struct rd_cfg_member, member_fields),
	.help = "A queue an agent may serve, and how gladly.",
};

static const struct rd_field a_queue = {
	.type = RD_FIELD_REF,
	.size = 2,
	.scope = RD_SCOPE_QUEUE,
};

static const struct rd_field agent_fields[] = {
	{ "name", RD_STRING(rd_cfg_agent, name), .max = 63,
	  .help = "Name of the person." },
	{ "spell", RD_STRING(rd_cfg_agent, spell), .max = 63,
	  .help = "How the name is spelled on a telephone's keys, such as "
		  "zhang wei, for directory: of a menu; without it the name." },
	{ "pin", RD_DIGITS(rd_cfg_agent, pin),
	  .help = "What is dialled to sign in; none without it." },
	{ "phone", RD_DIGITS(rd_cfg_agent, phone),
	  .help = "Number of the usual phone; without it the agent's own "
		  "number." },
	{ "wrapup", RD_DURATION(rd_cfg_agent, wrapup_ms, 0, HOUR),
	  .preset = "0",
	  .help = "Time after each call, in place of the queue's; 0: the "
		  "queue's." },
	{ "language", RD_REF(rd_cfg_agent, language, RD_SCOPE_LANGUAGE),
	  .help = "In which prompts speak to the agent." },
	{ "queues", RD_LIST(rd_cfg_agent, queues, nqueues, &member_table),
	  .max = 64, .help = "Queues the agent may serve." },
	{ "skills", RD_FORMAT(rd_cfg_agent, skills, &rd_format_levels),
	  .help = "What the agent can do, and how well: 1 to 9." },
	{ "always", RD_BOOL(rd_cfg_agent, always), .preset = "false",
	  .help = "A phone that takes calls without anybody signing in, as in "
		  "a ring group." },
};

const struct rd_table rd_agent_table = {
	RD_TABLE("agent", struct rd_cfg_agent, agent_fields),
	.help = "A person who answers calls, by number.",
	.name = RD_AT(rd_cfg_agent, number),
	.name_digits = true,
	.place = RD_AT(rd_cfg_agent, place),
	.check = check_agent,
};

/* ---- queues ------------------------------------------------------------- */

static const char *const strategies[] = {
	"longest-idle", "round-robin", "fixed-order",	  "fewest-calls",
	"least-talk",	"random",      "weighted-random", "ring-all",
	"progressive",	NULL,
};
static const char *const levels[] = { "offered", "answered", "without-short",
				      "with-abandoned", NULL };
static const char *const treatments[] = { "music", "ringback",
					  "music-until-ring", NULL };

static const struct rd_field a_prompt = {
	.type = RD_FIELD_FORMAT,
	.size = 4,
	.format = &rd_format_prompt,
};

static const struct rd_field wait_fields[] = {
	{ "say", RD_BOOL(rd_cfg_queue, announce_wait), .preset = "false",
	  .shorthand = true,
	  .help = "Say it, once past waits have shown that it may be "
		  "believed." },
	{ "round", RD_DURATION(rd_cfg_queue, announce_round_ms, SECOND, HOUR),
	  .preset = "1m", .help = "Rounded up to a multiple of it." },
	{ "error", RD_DURATION(rd_cfg_queue, announce_error_ms, 0, HOUR),
	  .preset = "3m",
	  .help = "Not if four of five waits differ by more than it; 0: "
		  "however much." },
};

static const struct rd_table wait_table = {
	RD_TABLE("wait", struct rd_cfg_queue, wait_fields),
	.help = "Say how long the wait is expected to be.",
};

static const struct rd_field announce_fields[] = {
	{ "position", RD_BOOL(rd_cfg_queue, announce_position),
	  .preset = "false", .help = "Say the caller's place in the queue." },
	{ "wait", RD_GROUP(&wait_table),
	  .help = "Say how long the wait is expected to be." },
	{ "limit", RD_INT(rd_cfg_queue, announce_limit, 0, 1000), .preset = "0",
	  .help = "Above it say \"more than n\"; 0: never." },
	{ "only_improved", RD_BOOL(rd_cfg_queue, announce_only_improved),
	  .preset = "false", .help = "Say only what got better." },
	{ "first", RD_DURATION(rd_cfg_queue, announce_first_ms, 0, HOUR),
	  .preset = "0", .help = "After entry; 0: at once." },
	{ "every", RD_DURATION(rd_cfg_queue, announce_every_ms, 0, HOUR),
	  .preset = "0", .help = "Then again; 0: once is enough." },
	{ "prompts", RD_LIST_OF(rd_cfg_queue, periodic, nperiodic, &a_prompt),
	  .max = 20, .help = "Announcements in turn, one each time." },
	{ "prompts_every",
	  RD_DURATION(rd_cfg_queue, periodic_every_ms, 5 * SECOND, HOUR),
	  .preset = "60s", .help = "How often." },
	{ "agent", RD_BOOL(rd_cfg_queue, announce_agent), .preset = "false",
	  .help = "When answered say \"number 8001 at your service\"." },
};

static const struct rd_table announce_table = {
	RD_TABLE("announce", struct rd_cfg_queue, announce_fields),
	.help = "What a waiting caller is told.",
};

static const struct rd_field level_fields[] = {
	{ "within", RD_DURATION(rd_cfg_queue, service_level_ms, SECOND, HOUR),
	  .preset = "20s", .shorthand = true,
	  .help = "A call answered within it is in time." },
	{ "short", RD_DURATION(rd_cfg_queue, short_ms, 0, HOUR), .preset = "5s",
	  .help = "Who hangs up within it gave the queue no chance." },
	{ "of", RD_ENUM(rd_cfg_queue, level, levels), .preset = "offered",
	  .help = "The formula of the queue's figure. offered: in time / all "
		  "who came; answered: in time / answered; without-short: in "
		  "time / all but the short; with-abandoned: (in time + "
		  "abandoned within it) / all who came." },
};

static const struct rd_table level_table = {
	RD_TABLE("service_level", struct rd_cfg_queue, level_fields),
	.help = "Which share of calls is answered in time.",
};

#define BACKOFF(NAME)                                                      \
	RD_DURATION(rd_cfg_queue, backoff_ms[RD_BACKOFF_##NAME], 0, HOUR), \
		.preset = "0"

static const struct rd_field retry_fields[] = {
	{ "after", RD_DURATION(rd_cfg_queue, retry_ms, 0, HOUR), .preset = "2s",
	  .shorthand = true,
	  .help = "Whatever the reason; the next offer to the same agent." },
	{ "no_answer", BACKOFF(NO_ANSWER),
	  .help = "The phone rang in vain; 0: as \"after\"." },
	{ "reject", BACKOFF(REJECT),
	  .help = "The agent refused the call; 0: as \"after\"." },
	{ "busy", BACKOFF(BUSY),
	  .help = "The phone was busy; 0: as \"after\"." },
	{ "not_reached", BACKOFF(NOT_REACHED),
	  .help = "The network did not reach the phone; 0: as \"after\"." },
};

static const struct rd_table retry_table = {
	RD_TABLE("retry", struct rd_cfg_queue, retry_fields),
	.help = "Pause for an agent after a call that was not taken.",
};

static const struct rd_field wrapup_fields[] = {
	{ "after", RD_DURATION(rd_cfg_queue, wrapup_ms, 0, HOUR), .preset = "0",
	  .shorthand = true, .help = "Time for the agent after each call." },
	{ "callback", RD_DURATION(rd_cfg_queue, wrapup_callback_ms, 0, HOUR),
	  .preset = "0", .help = "After a callback; 0: as \"after\"." },
};

static const struct rd_table wrapup_table = {
	RD_TABLE("wrapup", struct rd_cfg_queue, wrapup_fields),
	.help = "Time for the agent after each call.",
};

static const char *const presences[] = { "always", "signed-in", "ready",
					 "free", NULL };
static const char *const reasons[] = { "full",		"no-agent",
				       "wait",		"expected-wait",
				       "withdrawn",	NULL };

static void check_overflow(struct rd_bind *bind, const struct rd_yaml *node,
			   void *out)
{
	struct rd_cfg_overflow *overflow = out;

	if (overflow->tree == RD_INDEX_NONE &&
	    overflow->queue == RD_INDEX_NONE && !overflow->number[0])
		rd_diag_error(bind->diag, node->place,
			      "overflows: key \"to\", \"queue\" or \"number\" "
			      "is missing");
}

static const struct rd_field overflow_fields[] = {
	{ "when", RD_ENUM(rd_cfg_overflow, when, reasons), .preset = "wait",
	  .help = "full: maxlen; no-agent: \"enter\" and \"stay\"; wait: "
		  "max_wait; expected-wait: max_expected; withdrawn: by a "
		  "supervisor." },
	{ "to", RD_FORMAT(rd_cfg_overflow, tree, &rd_format_goto),
	  .preset = "", .help = "A tree, or tree.node," },
	{ "queue", RD_REF(rd_cfg_overflow, queue, RD_SCOPE_QUEUE),
	  .help = "or another queue," },
	{ "number", RD_DIGITS(rd_cfg_overflow, number),
	  .help = "or a number outside, by the out_routes." },
};

static const struct rd_table overflow_table = {
	RD_TABLE("overflows", struct rd_cfg_overflow, overflow_fields),
	.help = "Where callers go who cannot enter, or stay.",
	.check = check_overflow,
};

static void check_relax(struct rd_bind *bind, const struct rd_yaml *node,
			void *out)
{
	struct rd_cfg_relax *relax = out;

	relax->has_penalty = rd_yaml_get(node, "penalty");
	if (!relax->has_penalty && !relax->skills.n && !relax->nqueues)
		rd_diag_error(bind->diag, node->place,
			      "relax: nothing changes; expected \"skills\", "
			      "\"penalty\" or \"agents_of\"");
}

static const struct rd_field relax_fields[] = {
	{ "after", RD_DURATION(rd_cfg_relax, after_ms, 1, DAY),
	  .required = true, .help = "So long after entry." },
	{ "skills", RD_FORMAT(rd_cfg_relax, skills, &rd_format_levels),
	  .help = "Levels that are enough from now on; 0: not needed." },
	{ "penalty", RD_INT(rd_cfg_relax, penalty, 0, RD_PENALTY_MAX),
	  .preset = "0",
	  .help = "Agents up to this penalty may serve the caller. If a step "
		  "says so, before the first such step only those of penalty "
		  "0 may." },
	{ "agents_of", RD_LIST_OF(rd_cfg_relax, queues, nqueues, &a_queue),
	  .max = 16, .help = "Agents of these queues may serve, too." },
};

static const struct rd_table relax_table = {
	RD_TABLE("relax", struct rd_cfg_relax, relax_fields),
	.help = "A caller who has waited so long is served by further agents.",
	.check = check_relax,
};

static void check_steps(struct rd_bind *bind, const struct rd_yaml *node,
			const struct rd_cfg_queue *queue)
{
	for (uint16_t i = 1; i < queue->nrelax; i++)
		if (queue->relax[i].after_ms <= queue->relax[i - 1].after_ms)
			rd_diag_error(bind->diag, rd_yaml_place(node, "relax"),
				      "key \"relax\": step %u is not after the "
				      "one before",
				      i + 1);
}

static const char *const firsts[] = { "customer", "agent", NULL };

static const struct rd_field callback_fields[] = {
	{ "key", RD_FORMAT(rd_cfg_callback, key, &rd_format_key),
	  .required = true, .shorthand = true,
	  .help = "Key by which a waiting caller asks to be called back." },
	{ "offer", RD_FORMAT(rd_cfg_callback, offer, &rd_format_prompt),
	  .preset = "", .help = "What tells of it; without it a phrase of the "
				"caller's language." },
	{ "after", RD_DURATION(rd_cfg_callback, after_ms, 0, HOUR),
	  .preset = "30s", .help = "Told after so long in the queue." },
	{ "every", RD_DURATION(rd_cfg_callback, every_ms, 0, HOUR),
	  .preset = "90s", .help = "Then again; 0: once is enough." },
	{ "behind", RD_INT(rd_cfg_callback, behind, 0, 1000), .preset = "0",
	  .help = "Told only to who has so many before him." },
	{ "first", RD_ENUM(rd_cfg_callback, agent_first, firsts),
	  .preset = "customer",
	  .help = "Who is called first. The customer: an agent is kept free "
		  "for him meanwhile. The agent: he waits on the line until "
		  "the customer answers." },
	{ "ring", RD_DURATION(rd_cfg_callback, ring_ms, 5 * SECOND,
			      5 * MINUTE),
	  .preset = "40s", .help = "How long the customer is called." },
	{ "attempts", RD_INT(rd_cfg_callback, attempts, 1, 20),
	  .preset = "3", .help = "Calls that do not reach him before it is "
				 "given up." },
	{ "busy", RD_DURATION(rd_cfg_callback, busy_ms, 10 * SECOND, DAY),
	  .preset = "3m", .help = "Until the next, if he is busy." },
	{ "no_answer",
	  RD_DURATION(rd_cfg_callback, no_answer_ms, 10 * SECOND, DAY),
	  .preset = "15m", .help = "If he does not answer." },
	{ "failed", RD_DURATION(rd_cfg_callback, failed_ms, 10 * SECOND, DAY),
	  .preset = "15m", .help = "If he is not reached or refuses." },
	{ "expires", RD_DURATION(rd_cfg_callback, expires_ms, 0, 30 * DAY),
	  .preset = "8h", .help = "Given up so long after he came; 0: never." },
	{ "hours", RD_REF(rd_cfg_callback, hours, RD_SCOPE_CALENDAR),
	  .help = "Calendar outside which nobody is called." },
	{ "shown", RD_DIGITS(rd_cfg_callback, shown),
	  .help = "Number that he is shown; without it the one he called." },
	{ "takes_over", RD_BOOL(rd_cfg_callback, takes_over),
	  .preset = "true",
	  .help = "Who calls again meanwhile takes his place in the queue." },
};

static const struct rd_table callback_table = {
	RD_TABLE("callback", struct rd_cfg_callback, callback_fields),
	.help = "Who waits may hang up; his place waits on, and when it is "
		"his turn he is called.",
};

static const struct rd_field message_fields[] = {
	{ "prompt", RD_FORMAT(rd_cfg_message, prompt, &rd_format_prompt),
	  .preset = "", .help = "What asks for it; without it a phrase of the "
				"caller's language." },
	{ "max", RD_DURATION(rd_cfg_message, max_ms, 0, HOUR), .preset = "0",
	  .required = true, .shorthand = true,
	  .help = "Longest message; 0: none is taken." },
	{ "key", RD_FORMAT(rd_cfg_message, key, &rd_format_key),
	  .help = "Key by which a waiting caller leaves one." },
	{ "overflow", RD_BOOL(rd_cfg_message, overflow), .preset = "true",
	  .help = "Who waited too long or finds the queue full leaves one, "
		  "in place of \"overflow\"." },
	{ "closed", RD_BOOL(rd_cfg_message, closed), .preset = "true",
	  .help = "Who comes outside the queue's hours leaves one." },
};

static const struct rd_table message_table = {
	RD_TABLE("message", struct rd_cfg_message, message_fields),
	.help = "Messages that become tasks for agents.",
};

static const struct rd_field last_agent_fields[] = {
	{ "within",
	  RD_DURATION(rd_cfg_last_agent, within_ms, MINUTE, 365 * DAY),
	  .required = true, .shorthand = true,
	  .help = "The talk is not longer ago." },
	{ "ask", RD_BOOL(rd_cfg_last_agent, ask), .preset = "false",
	  .help = "Ask the caller whether it shall be the same agent." },
	{ "wait", RD_DURATION(rd_cfg_last_agent, wait_ms, 0, HOUR),
	  .preset = "0",
	  .help = "If that agent is busy, wait so long for nobody else." },
};

static const struct rd_table last_agent_table = {
	RD_TABLE("last_agent", struct rd_cfg_last_agent, last_agent_fields),
	.help = "The agent whom the caller talked with last.",
};

static void check_queue(struct rd_bind *bind, const struct rd_yaml *node,
			void *out)
{
	struct rd_cfg_queue *queue = out;

	check_steps(bind, node, queue);
	if (queue->stay == RD_PRESENCE_FREE)
		rd_diag_error(bind->diag, rd_yaml_place(node, "stay"),
			      "queue: key \"stay\": \"free\" would send away "
			      "everybody who waits");
	if (queue->exit_key && queue->tree_exit == RD_INDEX_NONE)
		rd_diag_error(bind->diag, rd_yaml_place(node, "exit_key"),
			      "queue: key \"exit_key\" needs \"exit\", the "
			      "tree it leads to");
	if (!queue->exit_key && rd_yaml_get(node, "exit"))
		rd_diag_error(bind->diag, rd_yaml_place(node, "exit"),
			      "queue: key \"exit\" needs \"exit_key\", the key "
			      "that leads there");
	if (queue->treatment != RD_WAIT_RINGBACK && !rd_yaml_get(node, "music"))
		rd_diag_error(bind->diag, rd_yaml_place(node, "waiting"),
			      "queue: key \"music\" is missing; or write "
			      "\"waiting: ringback\"");
	static_assert(offsetof(struct rd_cfg_queue, node_overflow) ==
			      offsetof(struct rd_cfg_queue, tree_overflow) + 2,
		      "rd_format_goto writes both");
}

static const struct rd_field queue_fields[] = {
	{ "was", RD_STRING(rd_cfg_queue, was), .max = 31,
	  .help = "Its name before: who waits there, figures and callbacks "
		  "are this queue's. A queue that is removed lets its callers "
		  "overflow." },
	{ "title", RD_STRING(rd_cfg_queue, title), .max = 63,
	  .help = "Shown to people; without it the name." },
	{ "strategy", RD_ENUM(rd_cfg_queue, strategy, strategies),
	  .preset = "longest-idle", .help = "Which free agent is next." },
	{ "prefer_skilled", RD_BOOL(rd_cfg_queue, prefer_skilled),
	  .preset = "false",
	  .help = "Of free agents first the most skilled in what the caller "
		  "needs, then by strategy." },
	{ "ring_step",
	  RD_DURATION(rd_cfg_queue, ring_step_ms, SECOND, 5 * MINUTE),
	  .preset = "5s",
	  .help = "With progressive: then one more phone rings." },
	{ "priority",
	  RD_INT(rd_cfg_queue, priority, RD_PRIORITY_MIN, RD_PRIORITY_MAX),
	  .preset = "0", .help = "Of callers who bring none of their own." },
	{ "priority_step", RD_DURATION(rd_cfg_queue, priority_step_ms, 0, DAY),
	  .preset = "60s",
	  .help = "A caller of one priority more counts as waiting so much "
		  "longer. Nobody can be overtaken by who comes later than "
		  "that, so nobody waits for ever." },
	{ "head_start", RD_DURATION(rd_cfg_queue, head_start_ms, 0, DAY),
	  .preset = "0",
	  .help = "The queue's callers count as waiting so much longer than "
		  "those of other queues with the same agents." },
	{ "skills", RD_FORMAT(rd_cfg_queue, skills, &rd_format_levels),
	  .help = "What an agent must be able to do, at least how well." },
	{ "relax", RD_LIST(rd_cfg_queue, relax, nrelax, &relax_table),
	  .max = RD_RELAX_MAX,
	  .help = "Who else may serve a caller, the longer he waits." },
	{ "maxlen", RD_INT(rd_cfg_queue, maxlen, 0, 10000), .preset = "0",
	  .help = "Callers who may wait; 0: as many as there is room for." },
	{ "max_wait", RD_DURATION(rd_cfg_queue, max_wait_ms, 0, DAY),
	  .preset = "0", .help = "Then the call overflows; 0: never." },
	{ "ring_timeout",
	  RD_DURATION(rd_cfg_queue, ring_timeout_ms, SECOND, 5 * MINUTE),
	  .preset = "20s", .help = "How long an agent's phone rings." },
	{ "retry", RD_GROUP(&retry_table),
	  .help = "Pause for an agent after a call that was not taken." },
	{ "max_misses", RD_INT(rd_cfg_queue, max_misses, 0, 100), .preset = "3",
	  .help = "Calls in a row that an agent misses, or that do not reach "
		  "the phone, before being set not ready; 0: any number." },
	{ "wrapup", RD_GROUP(&wrapup_table),
	  .help = "Time for the agent after each call." },
	{ "waiting", RD_ENUM(rd_cfg_queue, treatment, treatments),
	  .preset = "music", .help = "What a waiting caller hears." },
	{ "music", RD_REF(rd_cfg_queue, music, RD_SCOPE_MUSIC),
	  .help = "Which music." },
	{ "answer", RD_BOOL(rd_cfg_queue, answer), .preset = "true",
	  .help = "Answer on entry; otherwise the caller waits unanswered, and "
		  "is not charged, until an agent takes the call." },
	{ "announce", RD_GROUP(&announce_table),
	  .help = "What a waiting caller is told." },
	{ "show_wait", RD_BOOL(rd_cfg_queue, show_wait), .preset = "false",
	  .help = "Show the caller's wait on the display of the agent's "
		  "phone, after the queue's title." },
	{ "agent_wait", RD_BOOL(rd_cfg_queue, agent_wait), .preset = "false",
	  .help = "Then the agent hears how many minutes the caller waited." },
	{ "agent_skip", RD_BOOL(rd_cfg_queue, agent_skip), .preset = "false",
	  .help = "Any key of the agent's phone ends what is said to him." },
	{ "agent_prompt",
	  RD_FORMAT(rd_cfg_queue, agent_prompt, &rd_format_prompt),
	  .preset = "", .help = "What the agent hears first." },
	{ "exit_key", RD_FORMAT(rd_cfg_queue, exit_key, &rd_format_key),
	  .help = "Key by which a caller leaves the queue." },
	{ "exit", RD_FORMAT(rd_cfg_queue, tree_exit, &rd_format_goto),
	  .preset = "", .help = "Where it leads: a tree, or tree.node." },
	{ "hours", RD_REF(rd_cfg_queue, hours, RD_SCOPE_CALENDAR),
	  .help = "Calendar; a call that comes while it is closed leaves a "
		  "message or overflows." },
	{ "resume", RD_DURATION(rd_cfg_queue, resume_ms, 0, DAY),
	  .preset = "0",
	  .help = "Who hung up while waiting and calls again so soon has the "
		  "old place; 0: a new one. Never with the number withheld." },
	{ "last_agent", RD_STRUCT(rd_cfg_queue, last_agent, &last_agent_table),
	  .help = "Prefer the agent whom the caller talked with last." },
	{ "callback", RD_STRUCT(rd_cfg_queue, callback, &callback_table),
	  .help = "Let callers be called back, in their place." },
	{ "message", RD_STRUCT(rd_cfg_queue, message, &message_table),
	  .help = "Let callers leave a message, for agents to work off." },
	{ "overflow", RD_FORMAT(rd_cfg_queue, tree_overflow, &rd_format_goto),
	  .preset = "",
	  .help = "Where a call goes that waited too long or finds the queue "
		  "full; without it, it is released." },
	{ "overflows", RD_LIST(rd_cfg_queue, overflows, noverflows,
			       &overflow_table),
	  .max = 16,
	  .help = "For single reasons, in place of \"overflow\"; the first that "
		  "fits." },
	{ "enter", RD_ENUM(rd_cfg_queue, enter, presences),
	  .preset = "always",
	  .help = "Callers enter only while an agent of the queue is signed "
		  "in, ready (not set not ready), or free." },
	{ "stay", RD_ENUM(rd_cfg_queue, stay, presences), .preset = "always",
	  .help = "Callers stay only while one is." },
	{ "stay_for", RD_DURATION(rd_cfg_queue, stay_for_ms, 0, DAY),
	  .preset = "0", .help = "So long they stay all the same." },
	{ "max_expected", RD_DURATION(rd_cfg_queue, max_expected_ms, 0, DAY),
	  .preset = "0",
	  .help = "Who would wait longer does not enter; 0: any time." },
	{ "after", RD_FORMAT(rd_cfg_queue, tree_after, &rd_format_goto),
	  .preset = "",
	  .help = "Where a caller goes when the agent has hung up, such as a "
		  "survey." },
	{ "service_level", RD_GROUP(&level_table),
	  .help = "Which share of calls is answered in time." },
	{ "record", RD_BOOL(rd_cfg_queue, record), .preset = "true",
	  .help = "Record its calls; see recording." },
};

const struct rd_table rd_queue_table = {
	RD_TABLE("queue", struct rd_cfg_queue, queue_fields),
	.help = "Callers who wait for agents.",
	.name = RD_AT(rd_cfg_queue, name),
	.place = RD_AT(rd_cfg_queue, place),
	.check = check_queue,
};

/* ---- music -------------------------------------------------------------- */

static const struct rd_field music_fields[] = {
	{ "prompts", RD_LIST_OF(rd_cfg_music, prompts, nprompts, &a_prompt),
	  .min = 1, .max = 1000, .required = true, .shorthand = true,
	  .help = "Sound files, played one after the other." },
	{ "shuffle", RD_BOOL(rd_cfg_music, shuffle), .preset = "false",
	  .help = "In changing order." },
};

const struct rd_table rd_music_table = {
	RD_TABLE("music", struct rd_cfg_music, music_fields),
	.help = "What is heard while waiting: a list of sound files.",
	.name = RD_AT(rd_cfg_music, name),
	.place = RD_AT(rd_cfg_music, place),
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every command and question of the control socket that core answers, once.
 *
 * X(ID, "name", kind, "arguments", "help"). Arguments are name:type, a '?' after
 * the type: may be left out. Types: string, int, bool.
 *
 * CHANGE commands are events (RD_MSG_COMMAND: journalled, acted on by
 * rd_core_command(), answered by PUBLISH to the client). ASK commands only
 * read: rd_core_query() writes the answer at once.
 *
 * A request is {"command":"agent.ready","agent":"8001"}; control adds
 * "by":"operator:<user>" to what it passes on.
 *
 * The answer is {"ok":true,...} or {"ok":false,"error":"not-found",
 * "message":"..."}; errors: invalid, not-found, conflict, not-permitted, full.
 */
#ifndef RD_CORE_COMMAND_LIST_H
#define RD_CORE_COMMAND_LIST_H

enum rd_command_kind { RD_COMMAND_CHANGE, RD_COMMAND_ASK };

/* clang-format off */
#define RD_COMMAND_LIST(X)                                                    \
	X(AGENT_LOGIN, "agent.login", CHANGE, "agent:string phone:string?",   \
	  "sign an agent in, at a phone (default: his own)")                  \
	X(AGENT_LOGOUT, "agent.logout", CHANGE, "agent:string",               \
	  "sign him out; in a call: after it")                                \
	X(AGENT_READY, "agent.ready", CHANGE, "agent:string",                 \
	  "he takes calls")                                                   \
	X(AGENT_NOT_READY, "agent.not-ready", CHANGE,                         \
	  "agent:string reason:string?",                                      \
	  "he takes no calls, and why; in a call: after it")                  \
	X(AGENT_WRAPUP_END, "agent.wrapup-end", CHANGE, "agent:string",       \
	  "his wrap-up is over")                                              \
	X(AGENT_WRAPUP_EXTEND, "agent.wrapup-extend", CHANGE,                 \
	  "agent:string for_s:int",                                           \
	  "his wrap-up lasts so many seconds longer, an hour at most")        \
	X(CALLBACK_ADD, "callback.add", CHANGE,                               \
	  "queue:string number:string at_s:int?",                             \
	  "call this number when it is its turn, at a Unix time or now")      \
	X(CALLBACK_CANCEL, "callback.cancel", CHANGE, "task:int",             \
	  "give a callback up; a call that is made for it ends")              \
	X(CALLBACK_NOW, "callback.now", CHANGE, "task:int",                   \
	  "its pause is over: it waits for its turn")                         \
	X(TASK_TAKE, "task.take", CHANGE, "task:int agent:string",            \
	  "a message is worked off by this agent")                            \
	X(TASK_DONE, "task.done", CHANGE, "task:int why:string?",             \
	  "a message was worked off")                                         \
	X(BLACKLIST_ADD, "blacklist.add", CHANGE,                             \
	  "number:string reason:string? cause:int? until_s:int? for_s:int?",  \
	  "release this caller (digits, '*' for any rest) before he is "      \
	  "answered; for so many seconds, or until a Unix time")              \
	X(BLACKLIST_REMOVE, "blacklist.remove", CHANGE, "number:string",      \
	  "let this caller in again")                                         \
	X(LIST_ADD, "list.add", CHANGE,                                       \
	  "list:string number:string reason:string? level:string? "           \
	  "until_s:int? for_s:int?",                                          \
	  "put a caller (digits, '*' for any rest) on a list; for so many "   \
	  "seconds, or until a Unix time")                                    \
	X(LIST_REMOVE, "list.remove", CHANGE,                                 \
	  "list:string number:string reason:string?",                         \
	  "take a caller off a list, of the configuration or not")            \
	X(LOCKOUT_RELEASE, "lockout.release", CHANGE,                         \
	  "number:string source:string?",                                     \
	  "a member or caller may try his password again")                    \
	X(ANNOUNCEMENTS_ADD, "announcements.add", CHANGE,                     \
	  "text:string? file:string? until_s:int? for_s:int? from_s:int? "    \
	  "area:string? tree:string? queue:string? language:string? "         \
	  "must_hear:bool?",                                                  \
	  "put a text or a sound file in front of menus, or before a queue: " \
	  "each caller hears it once")                                        \
	X(ANNOUNCEMENTS_REMOVE, "announcements.remove", CHANGE,               \
	  "announcement:int",                                                 \
	  "nobody hears it any more")                                         \
	X(SPAN_BLOCK, "span.block", CHANGE, "span:string channel:int?",       \
	  "no new calls on a span, or on one channel; talking goes on")       \
	X(SPAN_UNBLOCK, "span.unblock", CHANGE, "span:string channel:int?",   \
	  "new calls again")                                                  \
	X(SPAN_LOOP, "span.loop", CHANGE,                                     \
	  "span:string mode:string force:bool?",                              \
	  "loop a span for maintenance: local (we hear ourselves), remote "   \
	  "(the far end hears itself), off; force: release the calls on it")  \
	X(SPAN_BERT, "span.bert", CHANGE,                                     \
	  "span:string action:string channels:string? force:bool?",           \
	  "bit error test (O.151, 2^15-1) of channels such as \"1,5-9\" (all "\
	  "if not given): start, show, stop; they carry no calls meanwhile")  \
	X(SPAN_INJECT, "span.inject", CHANGE,                                 \
	  "span:string fault:string value:string? force:bool?",               \
	  "faults of a virtual line: los, ais, rai, lfa, lmfa, slip (frames),"\
	  " bit-errors (rate), delay (frames), off")                          \
	X(CALL_HANGUP, "call.hangup", CHANGE, "call:int cause:int?",          \
	  "release a call (Q.850 cause, default 16)")                         \
	X(CALL_SEND, "call.send", CHANGE,                                     \
	  "call:int to:string then:string?",                                  \
	  "send a call to a menu (tree, or tree.node), away from its agent; " \
	  "then \"return\": its return: leads back to him")                   \
	X(QUEUE_PRIORITY, "queue.priority", CHANGE, "call:int priority:int",  \
	  "priority of one who waits, -9 to 9; at once")                      \
	X(QUEUE_MOVE, "queue.move", CHANGE,                                   \
	  "call:int queue:string position:int?",                              \
	  "one who waits goes to another queue, to his place by his wait, or "\
	  "to a position of its line")                                        \
	X(QUEUE_PLACE, "queue.place", CHANGE, "call:int position:int",        \
	  "one who waits gets a position of his line, from 1")                \
	X(QUEUE_GIVE, "queue.give", CHANGE, "call:int agent:string for_s:int?",\
	  "one who waits is kept for this agent; so long, or for good")       \
	X(QUEUE_WITHDRAW, "queue.withdraw", CHANGE, "call:int",               \
	  "one who waits leaves the line: back to the menu, or overflows")    \
	X(STOP_WHEN_IDLE, "stop.when-idle", CHANGE, "cancel:bool?",           \
	  "take no new calls (cause 42); system.idle tells when all are over")\
	X(STATUS, "status", ASK, "",                                          \
	  "the system in a dozen figures")                                    \
	X(SPANS, "spans", ASK, "",                                            \
	  "spans: state, alarms, channels")                                   \
	X(CALLS, "calls", ASK, "",                                            \
	  "calls: who, where, what, how long")                                \
	X(CALL, "call", ASK, "call:int",                                      \
	  "one call, with its legs and attached data")                        \
	X(QUEUES, "queues", ASK, "",                                          \
	  "queues: waiting, agents, accounts")                                \
	X(QUEUE, "queue", ASK, "queue:string",                                \
	  "one queue: its line, its figures, service levels with formulas")   \
	X(CALLBACKS, "callbacks", ASK, "",                                    \
	  "callbacks that are open: number, place, attempts")                 \
	X(TASKS, "tasks", ASK, "",                                            \
	  "messages that are open: caller, wait, recording, who has it")      \
	X(AGENTS, "agents", ASK, "",                                          \
	  "agents: state, since when, statistics")                            \
	X(LIST, "list", ASK,                                                  \
	  "list:string? number:string? after:string? limit:int?",             \
	  "lists of callers; or who is on one, or how it has one number")     \
	X(LOCKOUTS, "lockouts", ASK, "",                                      \
	  "who keyed wrong passwords, how often, locked until when")          \
	X(ANNOUNCEMENTS, "announcements", ASK, "",                            \
	  "what operators put in front of menus, until when, how often heard")\
	X(PORTS, "ports", ASK, "",                                            \
	  "ports of menus: taken, waiting, and how it was")                   \
	X(BLACKLIST, "blacklist", ASK, "",                                    \
	  "who is blacklisted, why, by whom, until when")
/* clang-format on */

enum rd_command_id {
#define X(ID, name, kind, args, help) RD_CMD_##ID,
	RD_COMMAND_LIST(X)
#undef X
	RD_COMMANDS,
};

#endif

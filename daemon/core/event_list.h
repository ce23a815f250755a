/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every event that core publishes, once.
 *
 * X(ID, "name", "fields", "help"). Fields in the order in which they come, each
 * name:type; a '?' after the type: only if there is one. Types: int, string,
 * bool, object (attached data: names to strings). Before these every event has
 *
 *	event:string  seq:int (place to resume)  time_ns:int (Unix)
 *
 * Fields are only added, at the end. Core publishes by ID, so an event that is
 * not in this list cannot be; tests/unit/test_core_events.c holds each one
 * against its fields.
 */
#ifndef RD_CORE_EVENT_LIST_H
#define RD_CORE_EVENT_LIST_H

/* clang-format off */
#define RD_EVENT_LIST(X)                                                      \
	/* calls */                                                           \
	X(CALL_NEW, "call.new",                                               \
	  "call:int ani:string withheld:bool name:string dnis:string "        \
	  "span:string channel:int?",                                         \
	  "a caller's SETUP came")                                            \
	X(CALL_BLOCKED, "call.blocked",                                       \
	  "call:int ani:string pattern:string reason:string cause:int",       \
	  "the caller is on the blacklist and is released")                   \
	X(CALL_APP, "call.app", "call:int app:string name:string",            \
	  "a menu, a queue, a number now drives the call")                    \
	X(CALL_ANSWERED, "call.answered", "call:int setup_ms:int",            \
	  "CONNECT was sent, so long after SETUP")                            \
	X(CALL_NOTE, "call.note", "call:int text:string",                     \
	  "one line of the call's story")                                     \
	X(CALL_ATTACHED, "call.attached",                                     \
	  "call:int name:string value:string",                                \
	  "data was attached to the call")                                    \
	X(CALL_PORT, "call.port",                                             \
	  "call:int ports:string what:string wait_ms:int waiting:int",        \
	  "a caller waits for a port of a menu, got it, or did not: waits, "  \
	  "got, full, timeout, abandoned")                                    \
	X(CALL_QUEUED, "call.queued",                                         \
	  "call:int queue:string position:int waiting:int",                   \
	  "the caller waits")                                                 \
	X(CALL_DEQUEUED, "call.dequeued",                                     \
	  "call:int queue:string why:string wait_ms:int",                     \
	  "the caller left the line without an agent")                        \
	X(CALL_RINGING, "call.ringing",                                       \
	  "call:int number:string agent:string?",                             \
	  "the other party's phone rings")                                    \
	X(CALL_BRIDGED, "call.bridged",                                       \
	  "call:int agent:string? queue:string? number:string wait_ms:int",   \
	  "both can talk")                                                    \
	X(CALL_UNBRIDGED, "call.unbridged",                                   \
	  "call:int by:string cause:int talk_ms:int",                         \
	  "the other party's part is over")                                   \
	X(CALL_AUDIO, "call.audio",                                           \
	  "call:int state:string span:string channel:int number:string",      \
	  "dead-air: neither party is heard; one-way: this party never was, " \
	  "while the other talks; well: heard again")                         \
	X(CALL_RATED, "call.rated",                                           \
	  "call:int agent:string? queue:string? rating:int",                  \
	  "the caller rated the agent")                                       \
	X(CALL_ENDED, "call.ended",                                           \
	  "call:int result:string cause:int by:string wait_ms:int "           \
	  "talk_ms:int duration_ms:int agent:string? queue:string? "          \
	  "rating:int? recording:int?",                                       \
	  "the call is over, its record is written")                          \
	X(CALL_MADE, "call.made", "call:int number:string name:string",       \
	  "we make a call: a callback")                                       \
	X(TASK_STATE, "task.state",                                           \
	  "task:int kind:string state:string queue:string number:string "     \
	  "name:string attempts:int by:string why:string agent:string? "      \
	  "call:int?",                                                        \
	  "a callback or a message is in another state")                      \
	/* recordings */                                                      \
	X(RECORDING_STARTED, "recording.started",                             \
	  "recording:int call:int path:string",                               \
	  "a recording began")                                                \
	X(RECORDING_DONE, "recording.done",                                   \
	  "recording:int call:int path:string status:string "                 \
	  "duration_ms:int lost_ms:int",                                      \
	  "its file is whole; status tells what is missing")                  \
	X(RECORDING_LOST, "recording.lost", "recording:int lost_ms:int",      \
	  "sound could not be kept: the disk does not follow")                \
	/* agents and queues */                                               \
	X(AGENT_OFFER, "agent.offer",                                         \
	  "agent:string phone:string call:int queue:string? ani:string "      \
	  "withheld:bool name:string dnis:string wait_ms:int data:object",    \
	  "screen pop: the agent's phone starts to ring")                     \
	X(AGENT_OFFER_OVER, "agent.offer-over",                               \
	  "agent:string call:int why:string cause:int",                       \
	  "the offer was missed, refused or withdrawn")                       \
	X(AGENT_STATE, "agent.state",                                         \
	  "agent:string name:string state:string previous:string "            \
	  "previous_ms:int reason:string phone:string by:string call:int? "   \
	  "wrapup_ms:int?",                                                   \
	  "an agent's state changed")                                         \
	X(QUEUE_STATE, "queue.state",                                         \
	  "queue:string waiting:int talking:int ready:int signed_in:int",     \
	  "callers or agents of a queue changed")                             \
	X(QUEUE_MOVED, "queue.moved",                                         \
	  "call:int what:string queue:string priority:int position:int "      \
	  "agent:string by:string",                                           \
	  "a supervisor changed one's place: priority, queue, position, agent")\
	/* lines */                                                           \
	X(SPAN_UP, "span.up", "span:string", "its D-channel is up")           \
	X(SPAN_DOWN, "span.down", "span:string why:string",                   \
	  "its D-channel is down, or an alarm has lasted")                    \
	X(SPAN_ALARM, "span.alarm", "span:string alarms:string",              \
	  "alarms now present; empty: cleared")                               \
	X(SPAN_BLOCKED, "span.blocked",                                       \
	  "span:string channel:int? blocked:bool",                            \
	  "an operator blocked or unblocked a span or channel")               \
	X(SPAN_TEST, "span.test",                                             \
	  "span:string test:string state:string channels:string? by:string",  \
	  "maintenance of a span: loop, inject, slip, bert; card: its card "  \
	  "went away, which ends all of them")                                \
	X(SPAN_GLARE, "span.glare", "span:string channel:int",                \
	  "both sides seized a channel at once")                              \
	X(CHANNEL_RESTART, "span.restart",                                    \
	  "span:string channel:int result:string",                            \
	  "a channel was restarted: acknowledged, timeout, by-far-end")       \
	X(CARD_STATE, "card.state",                                           \
	  "card:int present:bool overruns:int underruns:int late_ticks:int",  \
	  "a card came or went, or lost sound")                               \
	X(EDGE_STATE, "edge.state", "up:bool",                                \
	  "the protocol process started or died")                             \
	/* the system */                                                      \
	X(SYSTEM_START, "system.start", "restart:bool ended_calls:int",       \
	  "a run begins")                                                     \
	X(SYSTEM_CONFIG, "system.config", "generation:int version:string",    \
	  "a configuration is in force")                                      \
	X(SYSTEM_STOPPING, "system.stopping", "calls:int",                    \
	  "no new calls are taken")                                           \
	X(SYSTEM_IDLE, "system.idle", "",                                     \
	  "stopping, and the last call is over")                              \
	X(DISK_STATE, "disk.state",                                           \
	  "state:string free_mib:int error:int",                              \
	  "space for recordings: ok, low, full, down")                        \
	X(STORE_STATE, "store.state", "state:string error:int",               \
	  "the database: ok, low, full, down")                                \
	X(BLACKLIST_ADDED, "blacklist.added",                                 \
	  "number:string reason:string cause:int until_s:int by:string",      \
	  "a caller was blacklisted; until 0: for ever")                      \
	X(BLACKLIST_REMOVED, "blacklist.removed", "number:string by:string",  \
	  "a caller is no longer blacklisted")                                \
	X(LIST_ADDED, "list.added",                                           \
	  "list:string number:string level:string reason:string "             \
	  "until_s:int by:string",                                            \
	  "a caller was put on a list; until 0: for ever")                    \
	X(LIST_REMOVED, "list.removed",                                       \
	  "list:string number:string reason:string by:string",                \
	  "a caller was taken off a list")                                    \
	X(LOCKOUT_BEGUN, "lockout.begun",                                     \
	  "realm:string kind:string number:string failures:int until_s:int",  \
	  "a member or caller keyed wrong passwords too often")               \
	X(LOCKOUT_RELEASED, "lockout.released",                               \
	  "realm:string kind:string number:string by:string",                 \
	  "an operator forgot the wrong passwords of a number")               \
	X(ANNOUNCEMENT, "announcement",                                       \
	  "announcement:int what:string text:string area:string tree:string " \
	  "queue:string from_s:int until_s:int by:string why:string",         \
	  "put in front of menus: added, ready, failed, removed")             \
	X(CORE_UNLISTED, "core.unlisted",                                     \
	  "machine:string state:string input:string line:string count:int",   \
	  "a state machine has no row for what happened")                     \
	X(CORE_BROKEN, "core.broken",                                         \
	  "why:string count:int after:int upto:int",                          \
	  "ALARM: the state contradicts itself since an event between these") \
	X(CORE_MALFORMED, "core.malformed", "type:int count:int",             \
	  "a message that cannot be")
/* clang-format on */

enum rd_event_id {
#define X(ID, name, fields, help) RD_EVENT_##ID,
	RD_EVENT_LIST(X)
#undef X
	RD_EVENTS,
};

#endif

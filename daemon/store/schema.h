/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables of the store, once.
 *
 * DDL, the checks of rows, the CLI's titles and the documentation come from
 * this list; core fills rows by the same numbers. Every table also has the
 * columns seq and part, its identity: the event it follows from, and the how
 * manieth row of that event it is.
 *
 * To add a column: at the end of its table, with RD_SCHEMA_VERSION one higher;
 * databases of before get it by ALTER TABLE when they are opened. Nothing is
 * ever renamed or removed.
 *
 * Units: *_ms at a point in time: Unix time, from the run's epoch and the line
 * clock. *_ms of a duration: milliseconds. *_frames: 125 us.
 */
#ifndef RD_STORE_SCHEMA_H
#define RD_STORE_SCHEMA_H

#include <stdint.h>

#define RD_SCHEMA_VERSION 3

/* clang-format off */

/* C(TABLE, column, INTEGER or TEXT, help) */
#define RD_TABLE_LIST_CALLS(C)						       \
	C(CALLS, call, INTEGER, "its number, never given twice")	       \
	C(CALLS, begun_ms, INTEGER, "SETUP came")			       \
	C(CALLS, answered_ms, INTEGER, "we answered; null: never")	       \
	C(CALLS, ended_ms, INTEGER, "it was released")			       \
	C(CALLS, span, TEXT, "where it came in")			       \
	C(CALLS, channel, INTEGER, "timeslot")				       \
	C(CALLS, ani, TEXT, "calling number; null: withheld")		       \
	C(CALLS, dnis, TEXT, "called number")				       \
	C(CALLS, name, TEXT, "calling party's name")			       \
	C(CALLS, language, TEXT, "")					       \
	C(CALLS, path, TEXT, "nodes visited, main/card/pay")		       \
	C(CALLS, queue, TEXT, "the last one")				       \
	C(CALLS, agent, TEXT, "the last who talked")			       \
	C(CALLS, wait_ms, INTEGER, "in queues, all of them")		       \
	C(CALLS, talk_ms, INTEGER, "with agents, all of them")		       \
	C(CALLS, result, TEXT, "ivr, answered, abandoned, overflow, blocked, " \
	  "refused, callback, message, unreached")			       \
	C(CALLS, cause, INTEGER, "Q.850")				       \
	C(CALLS, released_by, TEXT, "caller, agent, system, network, ...")     \
	C(CALLS, rating, INTEGER, "0-9; null: not given")		       \
	C(CALLS, rating_asked, INTEGER, "1: the survey began")		       \
	C(CALLS, recording, INTEGER, "null: none")			       \
	C(CALLS, attached, TEXT, "what was collected, JSON")		       \
	C(CALLS, queued_ms, INTEGER, "entered its last queue")		       \
	C(CALLS, bridged_ms, INTEGER, "could first talk with somebody")	       \
	C(CALLS, agent_end_ms, INTEGER, "the last agent's part was over")      \
	C(CALLS, withheld, INTEGER, "1: the caller restricts his number")      \
	C(CALLS, version, TEXT, "configuration it ran on")		       \
	C(CALLS, direction, TEXT, "in; out: we called ani, a callback")

#define RD_TABLE_LIST_LEGS(C)						       \
	C(LEGS, leg, INTEGER, "its number, never given twice")		       \
	C(LEGS, call, INTEGER, "")					       \
	C(LEGS, direction, TEXT, "in, out")				       \
	C(LEGS, span, TEXT, "")						       \
	C(LEGS, channel, INTEGER, "timeslot; null: never had one")	       \
	C(LEGS, number, TEXT, "of the other party")			       \
	C(LEGS, begun_ms, INTEGER, "SETUP")				       \
	C(LEGS, alerted_ms, INTEGER, "null: never")			       \
	C(LEGS, answered_ms, INTEGER, "null: never")			       \
	C(LEGS, ended_ms, INTEGER, "")					       \
	C(LEGS, cause, INTEGER, "Q.850")				       \
	C(LEGS, released_by, TEXT, "")

#define RD_TABLE_LIST_QUEUE_LOG(C)					       \
	C(QUEUE_LOG, at_ms, INTEGER, "")				       \
	C(QUEUE_LOG, event, TEXT,					       \
	  "ENTER, OFFER, CONNECT ...: daemon/acd/queue.h")		       \
	C(QUEUE_LOG, queue, TEXT, "")					       \
	C(QUEUE_LOG, call, INTEGER, "")					       \
	C(QUEUE_LOG, agent, TEXT, "null: none")				       \
	C(QUEUE_LOG, position, INTEGER, "1 is next")			       \
	C(QUEUE_LOG, wait_ms, INTEGER, "since it entered")		       \
	C(QUEUE_LOG, ring_ms, INTEGER, "of this offer")			       \
	C(QUEUE_LOG, talk_ms, INTEGER, "")				       \
	C(QUEUE_LOG, reason, TEXT, "who, why")				       \
	C(QUEUE_LOG, expected_ms, INTEGER,				       \
	  "of ENTER: the wait that was expected; null: unknown")	       \
	C(QUEUE_LOG, low_ms, INTEGER, "four of five waits are above it ...")   \
	C(QUEUE_LOG, high_ms, INTEGER, "... and below it")

#define RD_TABLE_LIST_AGENT_LOG(C)					       \
	C(AGENT_LOG, at_ms, INTEGER, "")				       \
	C(AGENT_LOG, agent, TEXT, "")					       \
	C(AGENT_LOG, state, TEXT, "the new one")			       \
	C(AGENT_LOG, before, TEXT, "the old one")			       \
	C(AGENT_LOG, before_ms, INTEGER, "how long it lasted")		       \
	C(AGENT_LOG, reason, TEXT, "code of not-ready")			       \
	C(AGENT_LOG, phone, TEXT, "where he is")			       \
	C(AGENT_LOG, call, INTEGER, "null: not for a call")		       \
	C(AGENT_LOG, by, TEXT, "phone, operator:<user>, system")

#define RD_TABLE_LIST_RECORDINGS(C)					       \
	C(RECORDINGS, recording, INTEGER, "its number, never given twice")     \
	C(RECORDINGS, call, INTEGER, "")				       \
	C(RECORDINGS, path, TEXT, "below the folder, without suffix")	       \
	C(RECORDINGS, begun_ms, INTEGER, "its first sample")		       \
	C(RECORDINGS, frames, INTEGER, "on the disk")			       \
	C(RECORDINGS, lost_frames, INTEGER, "silence in their place")	       \
	C(RECORDINGS, status, TEXT, "complete, disk-full, error, gap, cut")	       \
	C(RECORDINGS, agent, TEXT, "null: none")			       \
	C(RECORDINGS, queue, TEXT, "null: none")

#define RD_TABLE_LIST_RATINGS(C)					       \
	C(RATINGS, call, INTEGER, "")					       \
	C(RATINGS, at_ms, INTEGER, "")					       \
	C(RATINGS, agent, TEXT, "null: none")				       \
	C(RATINGS, queue, TEXT, "null: none")				       \
	C(RATINGS, rating, INTEGER, "0-9; null: asked, none given")

#define RD_TABLE_LIST_QUEUE_FIGURES(C)					       \
	C(QUEUE_FIGURES, at_ms, INTEGER, "the interval began")		       \
	C(QUEUE_FIGURES, length_ms, INTEGER, "how long it was")		       \
	C(QUEUE_FIGURES, queue, TEXT, "")				       \
	C(QUEUE_FIGURES, version, TEXT, "configuration it ran on")	       \
	C(QUEUE_FIGURES, carried, INTEGER, "waited when it began")	       \
	C(QUEUE_FIGURES, offered, INTEGER, "came")			       \
	C(QUEUE_FIGURES, answered, INTEGER, "got an agent")		       \
	C(QUEUE_FIGURES, abandoned, INTEGER, "hung up while waiting")	       \
	C(QUEUE_FIGURES, timed_out, INTEGER, "waited too long")		       \
	C(QUEUE_FIGURES, exited, INTEGER, "left by a key")		       \
	C(QUEUE_FIGURES, full, INTEGER, "found no place")		       \
	C(QUEUE_FIGURES, removed, INTEGER, "ended by us")		       \
	C(QUEUE_FIGURES, in_level, INTEGER, "answered within level_ms")	       \
	C(QUEUE_FIGURES, abandoned_in_level, INTEGER,			       \
	  "hung up within level_ms")					       \
	C(QUEUE_FIGURES, abandoned_short, INTEGER,			       \
	  "hung up within short_ms")					       \
	C(QUEUE_FIGURES, waiting, INTEGER,				       \
	  "when it ended: carried + offered = answered + lost + waiting")      \
	C(QUEUE_FIGURES, wait_ms, INTEGER, "of the answered, summed")	       \
	C(QUEUE_FIGURES, lost_wait_ms, INTEGER, "of the lost, summed")	       \
	C(QUEUE_FIGURES, longest_ms, INTEGER, "wait of an answered one")       \
	C(QUEUE_FIGURES, talk_ms, INTEGER, "of talks that ended")	       \
	C(QUEUE_FIGURES, level_ms, INTEGER, "of the service level")	       \
	C(QUEUE_FIGURES, short_ms, INTEGER, "hung up within it: short")	       \
	C(QUEUE_FIGURES, formula, TEXT,					       \
	  "offered, answered, without-short, with-abandoned: daemon/acd/"      \
	  "level.h")							       \
	C(QUEUE_FIGURES, level_per_mille, INTEGER,			       \
	  "by that formula; null: nobody ended")

#define RD_TABLE_LIST_AGENT_SESSIONS(C)					       \
	C(AGENT_SESSIONS, begun_ms, INTEGER, "signed in")		       \
	C(AGENT_SESSIONS, ended_ms, INTEGER, "signed out")		       \
	C(AGENT_SESSIONS, agent, TEXT, "")				       \
	C(AGENT_SESSIONS, phone, TEXT, "where he was")			       \
	C(AGENT_SESSIONS, length_ms, INTEGER, "sum of the eight that follow")  \
	C(AGENT_SESSIONS, ready_ms, INTEGER, "")			       \
	C(AGENT_SESSIONS, not_ready_ms, INTEGER, "sum of the reasons")	       \
	C(AGENT_SESSIONS, reserved_ms, INTEGER, "his phone was called")	       \
	C(AGENT_SESSIONS, ringing_ms, INTEGER, "")			       \
	C(AGENT_SESSIONS, talking_ms, INTEGER, "")			       \
	C(AGENT_SESSIONS, wrapup_ms, INTEGER, "")			       \
	C(AGENT_SESSIONS, direct_ms, INTEGER, "on calls of no queue")	       \
	C(AGENT_SESSIONS, down_ms, INTEGER, "the daemon was")		       \
	C(AGENT_SESSIONS, reasons, TEXT, "JSON: reason of not-ready to ms")    \
	C(AGENT_SESSIONS, offers, INTEGER, "")				       \
	C(AGENT_SESSIONS, answered, INTEGER, "")			       \
	C(AGENT_SESSIONS, missed, INTEGER, "")				       \
	C(AGENT_SESSIONS, by, TEXT, "who signed him out")		       \
	C(AGENT_SESSIONS, version, TEXT, "configuration at its end")

#define WAY_COLUMNS(C, way)						       \
	C(LINE_HEALTH, way##_speech_cb, INTEGER, "0.1 dBm0; null: none")       \
	C(LINE_HEALTH, way##_noise_cb, INTEGER, "the quietest, 0.1 dBm0")      \
	C(LINE_HEALTH, way##_peak_cb, INTEGER, "of a sine with that peak")     \
	C(LINE_HEALTH, way##_active_permille, INTEGER, "of the time")	       \
	C(LINE_HEALTH, way##_clipped_ppm, INTEGER, "samples at full scale")

#define RD_TABLE_LIST_LINE_HEALTH(C)					       \
	C(LINE_HEALTH, at_ms, INTEGER, "the line was closed")		       \
	C(LINE_HEALTH, leg, INTEGER, "whose it was")			       \
	C(LINE_HEALTH, span, TEXT, "")					       \
	C(LINE_HEALTH, channel, INTEGER, "timeslot")			       \
	C(LINE_HEALTH, used_ms, INTEGER, "how long")			       \
	WAY_COLUMNS(C, rx)						       \
	WAY_COLUMNS(C, tx)						       \
	C(LINE_HEALTH, slips, INTEGER, "of the span, meanwhile")	       \
	C(LINE_HEALTH, rx_lost_frames, INTEGER, "received too late to use")    \
	C(LINE_HEALTH, tx_late_frames, INTEGER, "not sent in time")	       \
	C(LINE_HEALTH, erl_cb, INTEGER, "echo return loss, 0.1 dB; null: not " \
	  "known")							       \
	C(LINE_HEALTH, erle_cb, INTEGER, "taken away by the canceller")        \
	C(LINE_HEALTH, echo_delay_ms, INTEGER, "where the echo begins")        \
	C(LINE_HEALTH, echo_tail_ms, INTEGER, "where it ends")

#define RD_TABLE_LIST_PORTS(C)						       \
	C(PORTS, at_ms, INTEGER, "a port was asked for")		       \
	C(PORTS, ports, TEXT, "of which group")				       \
	C(PORTS, call, INTEGER, "")					       \
	C(PORTS, wait_ms, INTEGER, "until it was had, or not")		       \
	C(PORTS, held_ms, INTEGER, "null: never had")			       \
	C(PORTS, result, TEXT, "port, abandoned, timeout, full")

#define RD_TABLE_LIST_IVR_NODES(C)					       \
	C(IVR_NODES, at_ms, INTEGER, "it was entered")			       \
	C(IVR_NODES, call, INTEGER, "")					       \
	C(IVR_NODES, tree, TEXT, "")					       \
	C(IVR_NODES, version, TEXT, "of the tree's text, CRC-32C")	       \
	C(IVR_NODES, node, TEXT, "a named one")				       \
	C(IVR_NODES, came_from, TEXT, "the node before; null: from outside")   \
	C(IVR_NODES, step, TEXT, "where in it he was last")		       \
	C(IVR_NODES, exit_key, TEXT, "the last key of a menu; null: none")	       \
	C(IVR_NODES, exit, TEXT, "node, queue, dial, tree, released, caller, " \
	  "agent, network, operator, restart, away")			       \
	C(IVR_NODES, went_to, TEXT, "the next node, or null")		       \
	C(IVR_NODES, dwell_ms, INTEGER, "")				       \
	C(IVR_NODES, wrong, INTEGER, "entries that were wrong")		       \
	C(IVR_NODES, silent, INTEGER, "silences")

#define RD_TABLE_LIST_TASKS(C)						       \
	C(TASKS, at_ms, INTEGER, "")					       \
	C(TASKS, task, INTEGER, "its number; rows of one are its history")     \
	C(TASKS, kind, TEXT, "callback, message")			       \
	C(TASKS, state, TEXT, "from now on: daemon/acd/task.h")		       \
	C(TASKS, queue, TEXT, "")					       \
	C(TASKS, number, TEXT, "to call; null: unknown")		       \
	C(TASKS, name, TEXT, "")					       \
	C(TASKS, agent, TEXT, "who has it, or had it last")		       \
	C(TASKS, call, INTEGER, "in which it was left; null: an operator's")   \
	C(TASKS, attempt, INTEGER, "call that is made for it")		       \
	C(TASKS, recording, INTEGER, "the message")			       \
	C(TASKS, attempts, INTEGER, "that did not reach him")		       \
	C(TASKS, cause, INTEGER, "Q.850, of the last attempt")		       \
	C(TASKS, entered_ms, INTEGER, "his place in line counts from then")    \
	C(TASKS, due_ms, INTEGER, "of later: not before")		       \
	C(TASKS, wait_ms, INTEGER, "since then")			       \
	C(TASKS, by, TEXT, "who made or changed it")			       \
	C(TASKS, why, TEXT, "")

/* T(TABLE, name, columns, column to index or seq, help) */
#define RD_TABLE_LIST(T)						       \
	T(CALLS, calls, RD_TABLE_LIST_CALLS, begun_ms, "a row a call")	       \
	T(LEGS, legs, RD_TABLE_LIST_LEGS, call, "a row a party of a call")     \
	T(QUEUE_LOG, queue_log, RD_TABLE_LIST_QUEUE_LOG, at_ms,		       \
	  "what happened in queues")					       \
	T(AGENT_LOG, agent_log, RD_TABLE_LIST_AGENT_LOG, at_ms,		       \
	  "every change of an agent's state")				       \
	T(RECORDINGS, recordings, RD_TABLE_LIST_RECORDINGS, begun_ms,	       \
	  "a row a recording, once its file is whole")			       \
	T(RATINGS, ratings, RD_TABLE_LIST_RATINGS, at_ms,		       \
	  "what callers gave in surveys")				       \
	T(QUEUE_FIGURES, queue_figures, RD_TABLE_LIST_QUEUE_FIGURES, at_ms,    \
	  "a row a queue and interval")					       \
	T(AGENT_SESSIONS, agent_sessions, RD_TABLE_LIST_AGENT_SESSIONS,	       \
	  begun_ms, "a row a session of an agent")			       \
	T(LINE_HEALTH, line_health, RD_TABLE_LIST_LINE_HEALTH, at_ms,	       \
	  "a row a use of a line: levels, noise, echo, slips")		       \
	T(PORTS, ports, RD_TABLE_LIST_PORTS, at_ms,			       \
	  "a row a caller who needed a port of a menu")			       \
	T(IVR_NODES, ivr_nodes, RD_TABLE_LIST_IVR_NODES, at_ms,		       \
	  "a row a visit of a menu's node")				       \
	T(TASKS, tasks, RD_TABLE_LIST_TASKS, task,			       \
	  "every change of a callback or a message that waits for one")

/* clang-format on */

/* Numbers of tables: rd_cmd_row.table. */
enum rd_table_number {
#define T(TABLE, name, columns, index, help) RD_TABLE_##TABLE,
	RD_TABLE_LIST(T)
#undef T
	RD_TABLES
};

/* Columns of each table, RD_CALLS_call ..., and how many, RD_CALLS_COLUMNS. */
#define C(TABLE, column, type, help) RD_##TABLE##_##column,
#define T(TABLE, name, columns, index, help) \
	enum { columns(C) RD_##TABLE##_COLUMNS };
RD_TABLE_LIST(T)
#undef T
#undef C

struct rd_column_info {
	const char *name, *help;
	char kind; /* 'i' INTEGER, 's' TEXT */
};

struct rd_table_info {
	const char *name, *index, *help;
	uint16_t columns;
	const struct rd_column_info *column;
};

/* [RD_TABLES]; daemon/store/schema.c */
extern const struct rd_table_info rd_tables[];

#endif

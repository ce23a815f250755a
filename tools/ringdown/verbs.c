// SPDX-License-Identifier: GPL-2.0-or-later
/* Everything one can say to ringdown: the table. */
#include "tools/ringdown/cli.h"

/* clang-format off */
const struct cli_verb cli_verbs[] = {
	{ "status", "", 0, 0, 0,
	  "the system in a dozen figures", NULL, run_ask, "status" },

	{ "spans", "", 0, 0, 0,
	  "lines: state, alarms, channels", NULL, run_ask, "spans" },
	{ "spans show", "SPAN", 1, 1, 0,
	  "one line's channels: state, and the calls on them", NULL,
	  run_span, "spans" },
	{ "spans block", "SPAN [CHANNEL]", 1, 2, CLI_O_AT,
	  "take no new calls on a span or channel; calls that talk go on",
	  "  ringdown spans block e1-1        the whole span\n"
	  "  ringdown spans block e1-1 17     one channel\n",
	  run_change, "span.block" },
	{ "spans unblock", "SPAN [CHANNEL]", 1, 2, CLI_O_AT,
	  "take calls again", NULL, run_change, "span.unblock" },
	{ "spans loop", "SPAN local|remote|off", 2, 2, CLI_O_AT | CLI_O_FORCE,
	  "loop a span for maintenance; it carries no calls meanwhile",
	  "  ringdown spans loop e1-1 local    we hear what we send\n"
	  "  ringdown spans loop e1-1 remote   the far end hears what it sends\n"
	  "  ringdown spans loop e1-1 off\n"
	  "\nWith calls on it this is refused; --force releases them.\n",
	  run_force, "span.loop" },
	{ "spans bert", "SPAN [CHANNEL...] start|show|stop", 2, 32,
	  CLI_O_AT | CLI_O_FORCE,
	  "bit error test of channels, the others undisturbed",
	  "  ringdown spans bert e1-1 start         all its channels\n"
	  "  ringdown spans bert e1-1 1 5-9 start   some of them\n"
	  "  ringdown spans bert e1-1 show          what they count\n"
	  "  ringdown spans bert e1-1 stop          and use them again\n"
	  "\nThe sequence is that of ITU-T O.151, 2^15 - 1. Something must send\n"
	  "it back: \"spans loop SPAN local\", or a loop at the far end. With\n"
	  "calls on a channel this is refused; --force releases them.\n",
	  run_bert, "span.bert" },
	{ "spans inject", "SPAN FAULT [VALUE]", 2, 3, CLI_O_AT | CLI_O_FORCE,
	  "make a virtual line faulty, for drills and tests",
	  "  ringdown spans inject e1-1 los             also ais, rai, lfa, lmfa\n"
	  "  ringdown spans inject e1-1 bit-errors 1e-5\n"
	  "  ringdown spans inject e1-1 slip -1         a frame lost (1: repeated)\n"
	  "  ringdown spans inject e1-1 delay 80        frames of 125 us\n"
	  "  ringdown spans inject e1-1 off             all of them\n"
	  "\nFaults add up until \"off\". With calls on it: only with --force.\n",
	  run_force, "span.inject" },
	{ "spans capture", "SPAN", 1, 1, CLI_O_OUTPUT | CLI_O_LIMIT,
	  "write the D-channel to a pcapng file, for wireshark",
	  "  ringdown spans capture e1-1 -o setup.pcapng     until Ctrl-C\n"
	  "  ringdown spans capture e1-1 -o - | tshark -r -  as it comes\n",
	  run_capture, "watch" },

	{ "lines", "[SPAN]", 0, 1, 0,
	  "lines in use: levels, noise, clipping, echo, slips",
	  "  ringdown lines            all of them, now\n"
	  "  ringdown lines e1-1       those of one span\n"
	  "\nLevels are in dBm0, of what comes (rx, behind the canceller) and what\n"
	  "goes (tx); ERL is what the line's hybrid returns, ERLE what the\n"
	  "canceller takes away. What they were for calls of before is in the\n"
	  "database's table line_health.\n",
	  run_lines, "lines" },

	{ "lines history", "[SPAN]", 0, 1, CLI_O_FILES,
	  "what lines were like in all calls, and settings that suit them",
	  "  ringdown lines history e1-1\n"
	  "\nerl_trend_db is the newest ten uses against those before; rx_gain_db\n"
	  "what might be added to bring speech to -18 dBm0 without clipping, and\n"
	  "echo_canceller_ms the shortest that holds the echo. Reads the database\n"
	  "itself: works without the daemon if --store says where it is.\n",
	  run_lines_history, NULL },

	{ "calls", "", 0, 0, 0,
	  "calls now: who, where, what, how long", NULL, run_ask, "calls" },
	{ "calls show", "CALL", 1, 1, 0,
	  "one call, its parties and what was collected", NULL,
	  run_call, "call" },
	{ "calls hangup", "CALL [CAUSE]", 1, 2, CLI_O_AT,
	  "release a call (Q.850 cause, 16 if not given)", NULL,
	  run_change, "call.hangup" },

	{ "calls send", "CALL TREE[.NODE] [return]", 2, 3, CLI_O_AT,
	  "send a call to a menu, away from its agent",
	  "  ringdown calls send 4711 hotline.balance\n"
	  "  ringdown calls send 4711 pay.card return   and back to him\n"
	  "With return the menu's return: calls the agent again, or if he\n"
	  "cannot be had, the caller is in his queue again.\n",
	  run_change, "call.send" },
	{ "queues", "", 0, 0, 0,
	  "queues: waiting, agents, accounts", NULL, run_ask, "queues" },

	{ "queues show", "QUEUE", 1, 1, 0,
	  "one queue: its line, figures of today, service levels with formulas",
	  NULL, run_call, "queue" },

	{ "queues priority", "CALL PRIORITY", 2, 2, CLI_O_AT,
	  "priority of one who waits, -9 to 9; at once",
	  "  ringdown queues priority 4711 5\n"
	  "One priority more is a head start in time: the queue's "
	  "priority_step.\n",
	  run_change, "queue.priority" },
	{ "queues move", "CALL QUEUE [POSITION]", 2, 3, CLI_O_AT,
	  "one who waits goes to another queue",
	  "  ringdown queues move 4711 sales\n"
	  "  ringdown queues move 4711 sales 1\n"
	  "Without a position he comes where his wait puts him.\n",
	  run_change, "queue.move" },
	{ "queues place", "CALL POSITION", 2, 2, CLI_O_AT,
	  "one who waits gets a position of his line, from 1", NULL,
	  run_change, "queue.place" },
	{ "queues give", "CALL AGENT [SECONDS]", 2, 3, CLI_O_AT,
	  "one who waits is kept for this agent; so long, or for good",
	  "  ringdown queues give 4711 8003\n"
	  "  ringdown queues give 4711 8003 60    then for anybody\n",
	  run_change, "queue.give" },
	{ "queues withdraw", "CALL", 1, 1, CLI_O_AT,
	  "one who waits leaves the line: to his menu, or overflows", NULL,
	  run_change, "queue.withdraw" },
	{ "agents", "", 0, 0, 0,
	  "agents: state, since when, calls", NULL, run_ask, "agents" },
	{ "agents login", "AGENT [PHONE]", 1, 2, CLI_O_AT,
	  "sign an agent in, at a phone (his own if not given)",
	  "  ringdown agents login 8001\n"
	  "  ringdown agents login 8001 7015      at somebody else's desk\n",
	  run_change, "agent.login" },
	{ "agents logout", "AGENT", 1, 1, CLI_O_AT,
	  "sign him out; in a call: after it", NULL,
	  run_change, "agent.logout" },
	{ "agents ready", "AGENT", 1, 1, CLI_O_AT,
	  "he takes calls", NULL, run_change, "agent.ready" },
	{ "agents not-ready", "AGENT [REASON]", 1, 2, CLI_O_AT,
	  "he takes no calls; in a call: after it",
	  "  ringdown agents not-ready 8001 lunch\n",
	  run_change, "agent.not-ready" },
	{ "agents wrapup-end", "AGENT", 1, 1, CLI_O_AT,
	  "his wrap-up is over", NULL, run_change, "agent.wrapup-end" },

	{ "agents wrapup-extend", "AGENT SECONDS", 2, 2, CLI_O_AT,
	  "his wrap-up lasts longer",
	  "  ringdown agents wrapup-extend 8001 30\n",
	  run_change, "agent.wrapup-extend" },

	{ "callbacks", "", 0, 0, 0,
	  "callers who wait to be called back: place, attempts", NULL,
	  run_ask, "callbacks" },
	{ "callbacks add", "QUEUE NUMBER [UNIXTIME]", 2, 3, CLI_O_AT,
	  "call somebody when it is his turn, now or at a time",
	  "  ringdown callbacks add service 013800138000\n"
	  "  ringdown callbacks add service 013800138000 $(date +%s -d 15:00)\n",
	  run_change, "callback.add" },
	{ "callbacks cancel", "TASK", 1, 1, CLI_O_AT,
	  "give a callback up", NULL, run_change, "callback.cancel" },
	{ "callbacks now", "TASK", 1, 1, CLI_O_AT,
	  "no pause after the attempts that failed", NULL,
	  run_change, "callback.now" },

	{ "tasks", "", 0, 0, 0,
	  "messages to be worked off: caller, wait, recording", NULL,
	  run_ask, "tasks" },
	{ "tasks take", "TASK AGENT", 2, 2, CLI_O_AT,
	  "an agent sees to it", NULL, run_change, "task.take" },
	{ "tasks done", "TASK [WHY]", 1, 2, CLI_O_AT,
	  "it was worked off",
	  "  ringdown tasks\n"
	  "  ringdown recordings export 4711 -o message.wav\n"
	  "  ringdown tasks done 4812 \"called, solved\"\n",
	  run_change, "task.done" },

	{ "recordings list", "", 0, 0,
	  CLI_O_FILES | CLI_O_LIMIT | CLI_O_AGENT | CLI_O_QUEUE | CLI_O_CALL,
	  "recordings, newest first",
	  "  ringdown recordings list --agent 8001 --limit 20\n"
	  "Reads the database itself: works without the daemon if --store\n"
	  "says where it is.\n",
	  run_recordings_list, NULL },
	{ "recordings show", "RECORDING", 1, 1, CLI_O_FILES,
	  "one recording, its file and its call", NULL,
	  run_recordings_show, NULL },
	{ "recordings export", "RECORDING", 1, 1, CLI_O_FILES | CLI_O_OUTPUT,
	  "copy its sound to a WAV file",
	  "  ringdown recordings export 4711 -o claim.wav\n",
	  run_recordings_export, NULL },

	{ "journal show", "", 0, 0,
	  CLI_O_FILES | CLI_O_SINCE | CLI_O_UNTIL | CLI_O_LIMIT |
	  CLI_O_FOLLOW | CLI_O_EVENTS,
	  "the log of everything that reached the core, event by event",
	  "  ringdown journal show --follow\n"
	  "  ringdown journal show --since 4711 --limit 100\n"
	  "  ringdown journal show --events ISDN,DIGIT\n"
	  "Reads the files: works without the daemon if --journal says where\n"
	  "they are. Exit code 6 if the log is damaged.\n",
	  run_journal_show, NULL },
	{ "journal call", "CALL", 1, 1, CLI_O_FILES | CLI_O_SINCE,
	  "why was this call treated so? Its events, and what core made of them",
	  "The log is replayed: what is shown after an event is what core said\n"
	  "to it then. --since begins later in a long log.\n",
	  run_journal_call, NULL },
	{ "journal verify", "", 0, 0, CLI_O_FILES | CLI_O_SINCE,
	  "replay the log: same commands, same states, invariants kept?",
	  "Exit code 6 if not.\n", run_journal_verify, NULL },
	{ "journal bundle", "CALL FOLDER", 2, 2,
	  CLI_O_FILES | CLI_O_SINCE | CLI_O_REDACT,
	  "one call for a developer: its slice of the log, state, configuration",
	  "  ringdown journal bundle 4711 /tmp/case\n"
	  "  ringdown journal bundle 4711 /tmp/case --redact   no true number,\n"
	  "                                                    no name in it\n"
	  "  ringdown journal replay /tmp/case        elsewhere: repeats it\n"
	  "  ringdown why 4711 --journal /tmp/case\n"
	  "FOLDER becomes a journal of its own, from the call's first event to\n"
	  "its last. With --redact it is repeated before it is written: exit\n"
	  "code 6 if a decision depends on the numbers themselves.\n",
	  run_journal_bundle, NULL },
	{ "journal replay", "[FROM..TO | DAY | BUNDLE]", 0, 1, CLI_O_FILES,
	  "repeat a slice, a day, a bundle: is every decision what it was?",
	  "  ringdown journal replay                  all there is\n"
	  "  ringdown journal replay /tmp/case        a bundle\n"
	  "  ringdown journal replay 4711..5000       these events\n"
	  "  ringdown journal replay 2026-11-23       a day, of local time\n"
	  "It begins at the segment's snapshot before FROM. Exit code 6 if a\n"
	  "decision differs, an invariant breaks or events are missing; the\n"
	  "first event concerned is shown.\n",
	  run_journal_replay, NULL },
	{ "journal list", "", 0, 0, CLI_O_FILES,
	  "its segments: first event, age, size, configuration", NULL,
	  run_journal_list, NULL },

	{ "watch", "", 0, 0,
	  CLI_O_EVENTS | CLI_O_CALL | CLI_O_AGENT | CLI_O_QUEUE |
	  CLI_O_SPAN | CLI_O_SINCE | CLI_O_LIMIT,
	  "events as they happen",
	  "  ringdown watch                             all of them\n"
	  "  ringdown watch --events 'call.*'           the story of calls\n"
	  "  ringdown watch --agent 8001 --json         a screen pop\n"
	  "  ringdown watch --since 4711                resume\n"
	  "\"ringdown help events\" lists them.\n",
	  run_watch, "watch" },
	{ "trace", "[SPAN]", 0, 1, CLI_O_LIMIT,
	  "D-channel frames as they pass",
	  "Type and numbers of Q.921, message of Q.931, then the octets. For\n"
	  "all that is in them: \"spans capture\" and wireshark.\n",
	  run_trace, "watch" },

	{ "announcements", "", 0, 0, 0,
	  "what is put in front of menus, until when, how often heard", NULL,
	  run_ask, "announcements" },
	{ "announcements add", "TEXT|/FILE.wav [WORD=VALUE...] [must-hear]",
	  1, 10, CLI_O_AT,
	  "put a text or a sound file in front of menus, without a reload",
	  "  ringdown announcements add 'No water in the east today.' for=8h\n"
	  "  ringdown announcements add /srv/flood.wav area=beijing must-hear\n"
	  "  ringdown announcements add 'Long waits.' queue=service for=30m\n"
	  "Words: for=2h, from=\"2026-11-24 08:00\", until=..., area=, tree=,\n"
	  "queue= (heard before that queue), language= (whose voice). Each\n"
	  "caller hears it once; it is kept over reloads and restarts.\n",
	  run_announce, "announcements.add" },
	{ "announcements remove", "ANNOUNCEMENT", 1, 1, CLI_O_AT,
	  "nobody hears it any more", NULL, run_change,
	  "announcements.remove" },
	{ "lockouts", "", 0, 0, 0,
	  "members and callers who keyed wrong passwords; until when locked",
	  NULL, run_ask, "lockouts" },
	{ "lockouts release", "NUMBER [SOURCE]", 1, 2, CLI_O_AT,
	  "let a member or caller try his password again", NULL,
	  run_change, "lockout.release" },
	{ "ports", "", 0, 0, 0,
	  "ports of menus: taken, waiting, and how it was", NULL,
	  run_ask, "ports" },

	{ "blacklist", "", 0, 0, 0,
	  "who is blacklisted, why, by whom, until when", NULL,
	  run_ask, "blacklist" },
	{ "blacklist add", "NUMBER [REASON]", 1, 2, CLI_O_AT,
	  "release this caller before he is answered",
	  "  ringdown blacklist add 075512345678 threats\n"
	  "  ringdown blacklist add '0900*'             all that begin so\n",
	  run_change, "blacklist.add" },
	{ "blacklist remove", "NUMBER", 1, 1, CLI_O_AT,
	  "let this caller in again", NULL, run_change, "blacklist.remove" },

	{ "list", "", 0, 0, 0,
	  "lists of callers: members, VIPs", NULL, run_ask, "list" },
	{ "list show", "LIST [NUMBER]", 1, 2, 0,
	  "who is on a list, why, by whom; or how it has one number", NULL,
	  run_call, "list" },
	{ "list add", "LIST NUMBER [REASON [LEVEL]]", 2, 4, CLI_O_AT,
	  "put a caller on a list",
	  "  ringdown list add vip 13800138000 'signed in May' gold\n"
	  "  ringdown list add members '1390*'          all that begin so\n"
	  "It is kept over reloads and restarts.\n",
	  run_change, "list.add" },
	{ "list remove", "LIST NUMBER [REASON]", 2, 3, CLI_O_AT,
	  "take a caller off a list, also one of the configuration", NULL,
	  run_change, "list.remove" },

	{ "ivr check", "[FILE [TREE]]", 0, 2, CLI_O_INSTANT,
	  "are the menus right? Every way of every caller is gone",
	  "  ringdown ivr check yaml/ringdown.yaml\n"
	  "  ringdown ivr check yaml/ringdown.yaml hotline\n"
	  "  ringdown ivr check --at '2027-02-01 00:00' yaml/ringdown.yaml\n"
	  "It proves rather than parses: what callers can do, at any time from now\n"
	  "on, in any language, with any answer of a source, is walked with sets\n"
	  "of values. Loops without a key (through goto:, call:, other trees, queues\n"
	  "that overflow, after:), retries without end, dead ends, nodes, rows and\n"
	  "trees nobody comes to, words missing in a language, ambiguous keys, gaps\n"
	  "and overlaps of hours, holidays that are over, queues nobody serves,\n"
	  "variables without a value. Each has its place, and the call that shows\n"
	  "it:\n"
	  "  ivr/hotline.yaml:31:3: error: loop: sorry -> hours -> sorry; ...\n"
	  "      Sun 2026-11-29 00:00 Asia/Shanghai: keys 1; silence in card\n"
	  "Then, for each tree, the longest time and the most prompts before a\n"
	  "person is called. Exit code 6: errors, which the daemon would refuse or\n"
	  "callers suffer from; 7: warnings only; 0: neither (notes do not count).\n"
	  "Needs no daemon.\n",
	  run_ivr_check, NULL },
	{ "ivr try", "FILE [TREE]", 1, 2, CLI_O_INSTANT | CLI_O_TRY,
	  "a call by hand: what would a caller hear?",
	  "  ringdown ivr try yaml/ringdown.yaml hotline\n"
	  "  ringdown ivr try --at '2027-01-01 10:00' --from 13900000000 \\\n"
	  "      --to 4008001234 yaml/ringdown.yaml\n"
	  "The production core on a clock that moves when told. Prompts are shown in\n"
	  "the caller's language; sources are asked for real. One says:\n"
	  "  1, 12345678#       keys\n"
	  "  +30s, +2m          time passes\n"
	  "  silence            ... until the node gives up, or the wait is over\n"
	  "  found a=b c=d      sources find this from now on; none; down; files\n"
	  "  login 8001         an agent signs in, ready; logout 8001\n"
	  "  answer             the phone that rings is answered; busy; refuse\n"
	  "  agent hangs up     the other side of the talk; bye: the caller\n"
	  "  where, vars        what the call does; its variables\n"
	  "  at 2026-10-01 12:00, from NUMBER, to NUMBER    a new call, so\n"
	  "  call, quit         a new call; the end\n"
	  "For tests, from a file or pipe; exit code 1 at what was not expected:\n"
	  "  ringdown ivr try --script yaml/ringdown.yaml hotline <<EOF\n"
	  "  at 2026-12-01 10:00\n"
	  "  expect heard For English, press 2\n"
	  "  2\n"
	  "  found name=Li_Lei level=gold\n"
	  "  12345678\n"
	  "  expect heard gold member\n"
	  "  expect queue english\n"
	  "  expect var level gold\n"
	  "  EOF\n"
	  "Also: expect node NODE, expect ended [CAUSE], expect talk, expect dial,\n"
	  "expect language L; \"expect not ...\" for the contrary.\n",
	  run_ivr_try, NULL },
	{ "ivr show", "FILE [TREE]", 1, 2, CLI_O_DRAW | CLI_O_FILES,
	  "menus as an indented outline, or as a picture",
	  "  ringdown ivr show yaml/ringdown.yaml\n"
	  "  ringdown ivr show --svg yaml/ringdown.yaml hotline > hotline.svg\n"
	  "  ringdown ivr show --dot yaml/ringdown.yaml hotline | dot -Tpdf > hotline.pdf\n"
	  "  ringdown ivr show --day 2026-11-22 --svg yaml/ringdown.yaml hotline > h.svg\n"
	  "--svg needs nothing else; for large trees Graphviz draws better. --day lays\n"
	  "that day's visits over it, from the database (the configuration's, or --store).\n",
	  run_ivr_show, NULL },
	{ "ivr counts", "TREE [DAY]", 1, 2, CLI_O_FILES,
	  "how callers went through a menu: visits, keys, hang-ups, time",
	  "  ringdown ivr counts hotline 2026-11-23\n"
	  "A row a node and version of the tree, then a row a way out of it.\n"
	  "Without a day all that is recorded. Reads the database itself.\n",
	  run_ivr_counts, NULL },
	{ "config check", "[FILE]", 0, 1, 0,
	  "is the configuration right, and is all there that it names?",
	  "  ringdown config check && ringdown config reload\n"
	  "Needs no daemon. Without FILE: /etc/ringdown/ringdown.yaml.\n",
	  run_config_check, NULL },
	{ "config reload", "", 0, 0, CLI_O_AT,
	  "read the configuration again; on any error nothing changes", NULL,
	  run_change, "config.reload" },
	{ "backup", "FOLDER", 1, 1, 0,
	  "copy database and journal to a new folder, while all runs",
	  "  ringdown backup /srv/backup/2026-11-23\n"
	  "Recordings are listed with checksums, not copied.\n",
	  run_backup, "backup" },
	{ "stop", "", 0, 0, CLI_O_WHEN_IDLE | CLI_O_CANCEL | CLI_O_AT,
	  "end the daemon",
	  "  ringdown stop                    now; calls are released\n"
	  "  ringdown stop --when-idle        when the last call is over\n"
	  "  ringdown stop --when-idle --cancel   or not, after all\n",
	  run_stop, "stop" },

	{ "why", "CALL [EVENT]", 1, 2, CLI_O_FILES | CLI_O_SINCE,
	  "why was a call given to that agent, why does it wait, what lost it?",
	  "  ringdown why 4711             its offers, and its end\n"
	  "  ringdown why 4711 90210       as it was after that event\n"
	  "For each offer every agent with the rule that admitted or excluded\n"
	  "him. The log is replayed up to there; nothing of it was stored.\n",
	  run_why, NULL },
	{ "simulate", "DAY", 1, 1, CLI_O_SIMULATE | CLI_O_OUTPUT,
	  "what would a day look like? Queues, waits, losses, occupancy",
	  "  ringdown simulate -c ringdown.yaml simulate/day.yaml\n"
	  "  ringdown simulate -c ringdown.yaml day.yaml -o day.svg   a plot\n"
	  "  ringdown simulate day.yaml --replay /var/lib/ringdown/journal\n"
	  "The daemon's own code on a clock that jumps; DAY says who calls and\n"
	  "who works. The same --seed is the same day, and another roster meets\n"
	  "the same callers. --keep writes its journal, for \"journal call\".\n"
	  "DAY may have drills: a span, the database, the disk, data sources, the\n"
	  "daemon fail for a while, and what may come of it; exit code 6 if more\n"
	  "did.\n",
	  run_simulate, NULL },

	{ "completion", "", 0, 0, 0,
	  "print completion for bash",
	  "  ringdown completion > /etc/bash_completion.d/ringdown\n",
	  run_completion, NULL },
	{ "man", "", 0, 0, 0,
	  "print the manual page", NULL, run_man, NULL },
	{ 0 },
};
/* clang-format on */

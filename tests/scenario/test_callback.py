#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Callbacks and messages with all processes: the place of one who hung up
outlives kill -9, he is called over ISDN and talks; a message is a file and a
task."""
import os

from centre import S, Centre, hold
from world import Test

test = Test()
QUICK = {"alert_after": "50ms", "answer_after": "100ms"}
LISTEN = {"wait": "hangup"}


def leaves(name, at, number):
    """Asks to be called back on his own number, and listens to the goodbye."""
    return {"name": name, "at": at, "from": number, "to": "4001",
            "do": [{"wait": "2s"}, {"keys": "2"}, {"wait": "1s"},
                   {"keys": "1"}, LISTEN]}


def tasks(c):
    return c.rows("select number, state, why, wait_ms from tasks "
                  "order by seq, part")


def callback(first):
    """Two leave their numbers, one waits; the daemon is killed meanwhile."""
    with Centre("callback_" + first, {"queues": {"service": {
            "callback": {"key": "2", "first": first}}}}) as c:
        def kill():
            before = c.ask("callbacks")
            c.kill_daemon()
            c.start_daemon()
            c.wait_ready(2)
            c.seen = before, c.ask("callbacks")

        c.play(voice="en", calls=[
            leaves("one", "2s", "9501"), leaves("two", "4s", "9502"),
            {"name": "later", "at": "25s", "from": "7001", "to": "4001"},
        ], phones=[
            {"number": "9501", "span": "pstn", "rings": [
                {**QUICK, "do": [{"wait": "2s"}, {"hangup": 16}]}]},
            {"number": "9502", "span": "pstn", "rings": [
                {**QUICK, "do": [{"wait": "2s"}, {"hangup": 16}]}]},
            {"number": "8001", "rings": [
                {**QUICK}, {**QUICK},
                {**QUICK, "do": [{"wait": "1s"}, {"hangup": 16}]}]},
        ], actions=[hold("20s", "kill"), hold("27s", "agent")],
            at={"kill": kill, "agent": lambda: c.sign_in("8001")})
        before, after = c.seen
        test.check(f"{first}_first_places_outlive_kill_9",
                   [t["number"] for t in before] == ["9501", "9502"]
                   and [(t["task"], t["number"], t["position"])
                        for t in before]
                   == [(t["task"], t["number"], t["position"])
                       for t in after], (before, after))
        talked = c.rows("select ani, direction, result, wait_ms from calls "
                        "where bridged_ms is not null order by bridged_ms")
        test.check(f"{first}_first_served_in_order_of_coming",
                   [r["ani"] for r in talked] == ["9501", "9502", "7001"]
                   and [r["direction"] for r in talked]
                   == ["out", "out", "in"], talked)
        test.check(f"{first}_first_wait_counts_from_his_first_call",
                   talked[0]["wait_ms"] > 24000, talked)
        states = [(t["number"], t["state"]) for t in tasks(c)]
        test.check(f"{first}_first_history_is_in_the_store",
                   states[:2] == [("9501", "waits"), ("9502", "waits")]
                   and states[-1] == ("9502", "done"), states)
        why = c.sound()
        test.check(f"{first}_first_run_is_sound", not why, why)


def message():
    """Nobody is there: a message, worked off with the operator's command."""
    with Centre("message", {"queues": {"service": {
            "max_wait": "5s", "message": "20s"}}}) as c:
        def work():
            task = c.ask("tasks")[0]
            c.ringdown("tasks", "take", str(task["task"]), "8002", check=True)
            c.taken = c.ask("tasks")[0]
            c.ringdown("tasks", "done", str(task["task"]), "called", check=True)

        c.play(voice="en", calls=[
            {"name": "speaks", "at": "2s", "from": "7001", "to": "4001",
             "do": [{"wait": "12s"}, {"say": "please call me"},
                    {"wait": "1s"}, {"keys": "#"}, LISTEN]},
        ], actions=[hold("40s", "work")], at={"work": work})
        record = c.record("7001")
        test.check("message_is_the_call_s_result",
                   record["result"] == "message", record)
        rows = c.rows("select * from tasks order by seq, part")
        test.check("message_is_taken_and_done",
                   [r["state"] for r in rows] == ["open", "taken", "done"]
                   and c.taken["agent"] == "8002"
                   and rows[2]["why"] == "called", rows)
        kept = c.rows("select * from recordings")
        path = f"{c.dir}/recordings/{kept[0]['path']}.wav" if kept else ""
        test.check("message_is_a_recording",
                   len(kept) == 1 and kept[0]["recording"]
                   == rows[0]["recording"] and os.path.exists(path)
                   and kept[0]["frames"] > 3 * S, kept)
        why = c.sound()
        test.check("message_run_is_sound", not why, why)


callback("customer")
callback("agent")
message()
test.end()

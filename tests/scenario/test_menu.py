#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Menus with all that runs beside core: programs that answer, hang and die,
passwords compared by a source, announcements spoken while calls go on, ports."""
from centre import HOTLINE, Centre, hold
from world import Test

test = Test()
PROMPT = {"wait": {"until": "prompt_end", "for": "300ms"}}
LISTEN = {"wait": "hangup"}

# What the program does is in the card's number: it is asked in line time, but
# answers in the wall's, so only "hangs" takes any.
PROGRAM = """#!/usr/bin/python3
import json, sys, time
for line in sys.stdin:
    request = json.loads(line)
    open("asked", "a").write(line)
    card = request["variables"]["card"]
    if card == "66":
        sys.exit("dies")
    if card == "77":
        time.sleep(60)
    if card == "88":
        print("Traceback", flush=True)
    reply = {"request": request["request"], "set": {"name": "n" + card}}
    if card == "11":
        reply["say"] = ["you owe", {"money": "42.50"}]
    else:
        reply["goto"] = "known"
    print(json.dumps(reply), flush=True)
"""

TREE = {"attach": ["card", "name"], "nodes": {
    "card": {"collect": "card", "prompt": "card", "length": 2,
             "timeout": "9s", "then": "ask"},
    "ask": {"program": "crm", "ask": "balance", "sets": ["name"],
            "goto": {"known": "known"}, "down": "down", "then": "said"},
    "known": {"hangup": 17}, "said": {"hangup": 16}, "down": {"hangup": 41}}}
MEMBER = {"attach": ["member"], "nodes": {
    "who": {"collect": "member", "prompt": "who", "length": 4,
            "then": "pin"},
    "pin": {"collect": "pin", "prompt": "pin", "length": 4, "secret": True,
            "then": "check"},
    "check": {"authenticate": "members", "number": "member",
              "password": "pin", "lock_after": 2, "lock_for": "1h",
              "wrong": "wrong", "locked": "locked", "down": "down",
              "then": "welcome"},
    "welcome": {"hangup": 16}, "wrong": {"hangup": 21},
    "locked": {"hangup": 17}, "down": {"hangup": 41}}}


def keys(*entries):
    done = []
    for entry in entries:
        done += [PROMPT, {"keys": entry}]
    return done + [LISTEN]


def caller(name, at, to, do):
    return {"name": name, "at": at, "from": name, "to": to, "do": do}


def programs():
    with Centre("menu_programs", {
            "programs": {"crm": {"command": ["./program.py"],
                                 "timeout": "2s"}},
            "routes": [{"number": HOTLINE, "group": "pstn", "tree": "card"}],
            }, {"card": TREE}) as c:
        path = c.write("program.py", PROGRAM)
        __import__("os").chmod(path, 0o755)
        c.play(calls=[
            caller("1011", "1s", HOTLINE, keys("11")),
            caller("1022", "8s", HOTLINE, keys("22")),
            caller("1066", "16s", HOTLINE, keys("66")),
            caller("1088", "24s", HOTLINE, keys("88")),
        ])
        cause = {n: c.record(n)["cause"] for n in
                 ("1011", "1022", "1066", "1088")}
        test.check("a_program_lets_words_and_sums_be_said",
                   cause["1011"] == 16, cause)
        heard = c.rows("select dwell_ms from ivr_nodes where node = 'ask' "
                       "order by at_ms")
        test.check("its_words_take_time_to_be_heard",
                   heard[0]["dwell_ms"] > 1500, heard)
        test.check("a_program_goes_on_at_a_word", cause["1022"] == 17, cause)
        test.check("what_it_sets_goes_with_the_call",
                   '"name":"n22"' in c.record("1022")["attached"])
        test.check("a_program_that_dies_is_down", cause["1066"] == 41, cause)
        test.check("a_program_that_talks_nonsense_is_down",
                   cause["1088"] == 41, cause)
        why = c.sound()
        test.check("a_day_is_replayed_without_the_program", not why, why)


def members():
    with Centre("menu_members", {
            "sources": {"members": {"path": "members.csv", "key": "number",
                                    "password": "pin"}},
            "routes": [{"number": HOTLINE, "group": "pstn",
                        "tree": "member"}],
            }, {"member": MEMBER}) as c:
        c.write("members.csv", "number,pin\n4711,2468\n")
        c.play(calls=[
            caller("2001", "1s", HOTLINE, keys("4711", "2468")),
            caller("2002", "9s", HOTLINE, keys("4711", "1111")),
            caller("2003", "17s", HOTLINE, keys("4711", "1111")),
            caller("2004", "25s", HOTLINE, keys("4711", "2468")),
            caller("2005", "36s", HOTLINE, keys("4711", "2468")),
        ], actions=[hold("34s", "unlock")],
            at={"unlock": lambda: c.ringdown("lockouts", "release", "4711",
                                             check=True)})
        cause = [c.record(f"200{n}")["cause"] for n in range(1, 6)]
        test.check("a_right_password_lets_in", cause[0] == 16, cause)
        test.check("a_wrong_one_does_not", cause[1] == 21, cause)
        test.check("the_second_wrong_one_locks_the_member_whoever_calls",
                   cause[2:4] == [17, 17], cause)
        test.check("an_operator_releases_him", cause[4] == 16, cause)
        why = c.sound()
        test.check("a_day_of_lock_outs_is_replayed", not why, why)
        told = c.ringdown("journal", "show", "--journal", f"{c.dir}/journal",
                          "--json").stdout
        test.check("the_journal_has_no_digit_of_them", "2468" not in told)


def announcements():
    with Centre("menu_announcements", {
            "ports": {"p": {"limit": 1, "trees": ["hotline"],
                            "max_wait": "30s"}}}) as c:
        c.play(calls=[
            {"name": "3001", "at": "1s", "from": "3001", "to": HOTLINE,
             "patience": "6s"},
            caller("3002", "9s", HOTLINE, keys("1")),
            {"name": "3003", "at": "9500ms", "from": "3003", "to": HOTLINE,
             "patience": "30s", "do": keys("1")},
        ], actions=[hold("8s", "add"), hold("20s", "look")],
            at={"add": lambda: c.ringdown(
                    "announcements", "add", "No water in the east today.",
                    "for=1h", "must-hear", check=True),
                "look": lambda: setattr(c, "seen", (
                    c.ask("announcements"), c.ask("ports")))})
        said, ports = c.seen[0][0], c.seen[1][0]
        test.check("an_announcement_is_spoken_without_a_reload",
                   said["state"] == "ready" and said["length_ms"] > 800, said)
        test.check("each_caller_hears_it_once", said["heard"] == 2, said)
        test.check("who_finds_no_port_waits_for_one",
                   ports["waited"] == 1 and ports["limit"] == 1, ports)
        rows = c.rows("select * from ports order by at_ms")
        test.check("his_wait_is_in_the_records",
                   [r["wait_ms"] > 0 for r in rows] == [False, False, True],
                   rows)
        why = c.sound()
        test.check("announcements_are_replayed", not why, why)


programs()
members()
announcements()
test.end()

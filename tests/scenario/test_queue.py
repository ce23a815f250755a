#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Queues and agents: who waits, who is offered which call, what they hear."""
import os
import re
import warnings
import wave

from centre import HOTLINE, MS, S, Centre, hold
from world import Test

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

test = Test()
PROMPT = {"wait": {"until": "prompt_end", "for": "300ms"}}
LISTEN = {"wait": "hangup"}
QUICK = {"alert_after": "50ms", "answer_after": "100ms"}


def talk(time):
    """An agent who talks for so long, and hangs up."""
    return {**QUICK, "do": [{"wait": time}, {"hangup": 16}]}


def sound(c, name):
    why = c.sound()
    test.check(name + "_run_is_sound", not why, why)


def caller(n, at, to="4001", **more):
    return {"name": f"c{n}", "at": at, "from": f"70{n:02}", "to": to, **more}


def served_by(c):
    """(caller, agent) in order of answer."""
    return [(r["ani"], r["agent"]) for r in c.rows(
        "select ani, agent from calls where bridged_ms is not null "
        "order by bridged_ms, call")]


def log(c, event):
    return c.rows("select * from queue_log where event = ? "
                  "order by seq, part", event)


# ---- order -------------------------------------------------------------------------

def strategy(name, talks, want, phones=(1, 2, 3), queue=None):
    """Calls one after the other; which agents get them."""
    with Centre("by_" + name.replace("-", "_"), {"queues": {"service": {
            "strategy": name, **(queue or {})}}}) as c:
        c.play(calls=[caller(i, f"{2 + 3 * i}s")
                      for i in range(len(want))],
               phones=[{"number": f"800{n}",
                        "rings": [talk(t) for t in talks[n]]}
                       for n in phones],
               actions=[hold("1s", "agents")],
               at={"agents": lambda: c.sign_in(
                   *[f"800{n}" for n in phones])})
        got = [agent for _, agent in served_by(c)]
        test.check(f"strategy_{name.replace('-', '_')}", got == want, got)
        sound(c, c.name)


def strategies():
    one = {n: ["1s"] for n in (1, 2, 3)}
    # 8001 is ready after 8002 and before 8003
    strategy("longest-idle", {1: ["6s", "1s"], 2: ["1s"], 3: ["1s"]},
             ["8001", "8002", "8003", "8002", "8001", "8003"])
    strategy("round-robin", one,
             ["8001", "8002", "8003", "8001", "8002"])
    strategy("fixed-order", {1: ["1s", "10s", "1s"], 2: ["1s"], 3: ["1s"]},
             ["8001", "8001", "8002", "8002", "8002", "8001"])
    # while 8001 talks the others have had two each; then it is his turn,
    # though he is ready last
    strategy("fewest-calls", {1: ["12s", "1s"], 2: ["1s"], 3: ["1s"]},
             ["8001", "8002", "8003", "8002", "8003", "8001", "8002"])


def fifo():
    """First come, first served, with one agent."""
    with Centre("fifo") as c:
        c.play(calls=[caller(i, f"{2000 + 100 * i}ms") for i in range(5)],
               phones=[{"number": "8001", "rings": [talk("500ms")]}],
               actions=[hold("4s", "agent")],
               at={"agent": lambda: c.sign_in("8001")})
        got = [ani for ani, _ in served_by(c)]
        test.check("callers_are_served_first_come_first_served",
                   got == [f"700{i}" for i in range(5)], got)
        sound(c, "fifo")


# ---- offers ----------------------------------------------------------------------

def offers():
    """Ring timeout, misses, refusal, wrap-up."""
    with Centre("offers", {"queues": {"service": {
            "strategy": "fixed-order", "ring_timeout": "2s", "retry": "500ms",
            "max_misses": 2, "wrapup": "3s"}}}) as c:
        c.play(calls=[
            caller(1, "2s"),                    # misses, then the next agent
            caller(2, "12s"),                   # refused, then the next
            caller(3, "17s"),
        ], phones=[
            {"number": "8001", "rings": [
                {"never_answers": True}, {"never_answers": True}]},
            {"number": "8002", "rings": [
                talk("1s"), {"reject": 21, "answer_after": "100ms"},
                talk("1s")]},
            {"number": "8003", "rings": [talk("1s")]},
        ], actions=[hold("1s", "agents"), hold("1500ms", "alone"),
                    hold("9s", "look"), hold("10s", "third")],
            at={"agents": lambda: c.sign_in("8001"),
                "alone": lambda: c.sign_in("8002"),
                "look": lambda: setattr(c, "seen", c.ask("agents")),
                "third": lambda: c.sign_in("8003")})
        first = c.call("8001")
        rang = first["disconnect_frame"] - first["setup_frame"]
        test.check("phone_that_nobody_answers_rings_for_ring_timeout",
                   first["by_client"] and abs(rang - 2 * S) < 100 * MS,
                   rang / S)
        test.check("call_goes_to_the_next_agent_after_ring_timeout",
                   served_by(c)[0] == ("7001", "8002"), served_by(c))
        states = {a["agent"]: a for a in c.seen}
        test.check("wrap_up_ends_by_itself",
                   states["8002"]["state"] == "ready", states["8002"])
        test.check("refused_call_goes_to_the_next_agent",
                   ("7002", "8003") in served_by(c), served_by(c))
        rows = c.rows("select * from agent_log where agent = '8002' "
                      "order by at_ms, seq, part")
        wrapups = [r["before_ms"] for r in rows if r["before"] == "wrap-up"]
        test.check("wrap_up_lasts_as_long_as_the_queue_says",
                   wrapups and all(2990 <= ms <= 3010 for ms in wrapups),
                   [(r["state"], r["before"], r["before_ms"]) for r in rows])
        test.check("rejected_offer_is_in_the_log",
                   [r["agent"] for r in log(c, "REJECT")] == ["8002"],
                   log(c, "REJECT"))
        sound(c, "offers")
        return c


def misses():
    """One agent, who is not there: not ready after the second miss."""
    with Centre("misses", {"queues": {"service": {
            "ring_timeout": "2s", "retry": "1s", "max_misses": 2,
            "max_wait": "12s"}}}) as c:
        c.play(calls=[caller(1, "2s")],
               phones=[{"number": "8001", "rings": [
                   {"never_answers": True}]}],
               actions=[hold("1s", "agent"), hold("11s", "look")],
               at={"agent": lambda: c.sign_in("8001"),
                   "look": lambda: setattr(c, "seen", c.ask("agents"))})
        test.check("agent_who_misses_too_often_is_set_not_ready",
                   len(c.named("8001")) == 2
                   and c.seen[0]["state"] == "not-ready",
                   (len(c.named("8001")), c.seen[0]))
        call = c.call("c1")
        waited = call["disconnect_frame"] - call["connect_frame"]
        test.check("max_wait_without_overflow_releases_the_caller",
                   call["by_client"] and abs(waited - 12 * S) < 100 * MS,
                   waited / S)
        test.check("each_miss_is_in_the_log",
                   len(log(c, "RING_NO_ANSWER")) == 2,
                   [r["event"] for r in c.rows("select event from queue_log")])
        sound(c, "misses")
        return c


# ---- what callers and agents hear ----------------------------------------------------

SURVEY = {"nodes": {
    "start": {"queue": "service"},
    "rate": {"survey": "1-5", "prompt": "rate", "then": "bye"},
    "bye": {"say": "thanks", "then": "hangup"},
    "sorry": {"say": "sorry all busy", "then": "hangup"},
    "left": {"say": "you left", "then": "hangup"},
}}


def bursts(call):
    """What a party heard but silence: (begin, end) in s since CONNECT."""
    with wave.open(call["heard_file"]) as w:
        samples = w.readframes(w.getnframes())
    found, step = [], 20 * MS
    for n in range(0, len(samples) // 2, step):
        if audioop.rms(samples[2 * n:2 * (n + step)], 2) < 50:
            continue
        at = n / S
        if found and at - found[-1][1] < 0.4:
            found[-1][1] = at + 0.02
        else:
            found.append([at, at + 0.02])
    return [tuple(round(x, 2) for x in b) for b in found]


def silence(c):
    """Music that is none, so that announcements stand out."""
    with wave.open(f"{c.dir}/silence.wav", "wb") as w:
        w.setparams((1, 2, S, 0, "NONE", ""))
        w.writeframes(bytes(2 * S))


def announced():
    """Positions, periodic announcements, No. 8001 at your service, rating."""
    with Centre("announced", {"music": {"none": ["silence.wav"]},
                              "queues": {"service": {
            "waiting": "music", "music": "none",
            "announce": {"position": True, "every": "4s", "agent": True,
                         "prompts": [{"say": "please hold"}], "prompts_every": "6s"},
            "after": "straight.rate", "exit_key": "9",
            "exit": "straight.left", "max_wait": "14s",
            "overflow": "straight.sorry"}}},
            trees={"straight": SURVEY}) as c:
        silence(c)
        c.play(voice="en", calls=[
            {**caller(1, "2s"), "do": [
                {"wait": {"until": "hear", "party": "8001",
                          "timeout": "30s"}},
                {"say": "hello agent"},
                {"wait": {"until": "prompt_end", "for": "700ms"}},
                {"keys": "4"}, LISTEN],
             "expect": {"cause": 16, "by": "client", "heard": ["8001"]}},
            {**caller(2, "3s"), "do": [{"wait": "5s"}, {"keys": "9"},
                                       LISTEN]},
            caller(3, "4s"),
        ], phones=[{"number": "8001", "rings": [
            {**QUICK, "do": [
                {"wait": "4s"},
                {"say": "good morning"}, {"wait": "2s"}, {"hangup": 16}],
             "expect": {"heard": ["c1"]}}]}],
            actions=[hold("10s", "agent"), hold("11500ms", "away")],
            at={"agent": lambda: c.sign_in("8001"),
                "away": lambda: c.ringdown("agents", "not-ready", "8001",
                                           "lunch", check=True)})
        waits = bursts(c.call("c3"))
        begins = [b for b, _ in waits]
        test.check("position_is_said_on_entry_and_every_so_often",
                   len(begins) == 4
                   and all(abs(b - at) < 0.05
                           for b, at in zip(begins, (0, 4, 8, 12))), waits)
        test.check("announcements_come_between_positions",
                   6 < waits[1][1] < 8 < waits[2][1] < 12, waits)
        # c1 is connected 8.2 s after his entry; the agent speaks at 12.2 s
        first = bursts(c.call("c1"))
        greeting = [b for b in first if 7.9 < b[0] < 8.5]
        test.check("caller_hears_which_agent_is_at_his_service",
                   len(greeting) == 1 and 9.5 < greeting[0][1] < 11.5, first)
        test.check("announcements_stop_when_the_agent_answers",
                   not [b for b in first if greeting[0][1] < b[0] < 12.1],
                   first)
        test.check("exit_key_leaves_the_queue",
                   c.record("7002")["path"] == "start/left"
                   and log(c, "EXIT_KEY")[0]["reason"] == "9")
        late = c.record("7003")
        test.check("wait_too_long_overflows",
                   late["path"] == "start/sorry"
                   and late["result"] == "overflow"
                   and abs(late["wait_ms"] - 14000) <= 10, late)
        rated = c.rows("select r.*, c.agent as talked, c.rating as kept "
                       "from ratings r join calls c using (call)")
        test.check("rating_is_tied_to_call_and_agent",
                   len(rated) == 1 and rated[0]["rating"] == 4
                   and rated[0]["agent"] == rated[0]["talked"] == "8001"
                   and rated[0]["kept"] == 4
                   and rated[0]["call"] == c.record("7001")["call"], rated)
        rows = c.rows("select state, reason, at_ms from agent_log "
                      "order by at_ms desc, seq desc limit 1")
        test.check("not_ready_in_a_call_waits_for_its_end",
                   rows[0]["state"] == "not-ready"
                   and rows[0]["reason"] == "lunch"
                   and rows[0]["at_ms"] == c.record("7001")["agent_end_ms"],
                   rows)
        sound(c, "announced")
        return c
# ---- agents at their phones ------------------------------------------------------------

def keys(*inputs):
    """Key each after a prompt; then listen to the end."""
    return [step for digits in inputs
            for step in (PROMPT, {"keys": digits})] + [LISTEN]


def at_phones():
    """Sign-in by the phone: wrong PIN, twice the same agent, two at a phone;
    an agent in a call of his own is offered nothing."""
    def signs_in(name, at, *inputs):
        return {"name": name, "at": at, "to": "8000", "do": keys(*inputs)}
    with Centre("at_phones", {"queues": {"service": {
            "strategy": "fixed-order"}}}) as c:
        c.play(voice="en", calls=[
            caller(1, "16s"),
            # 8001 talks with somebody who dialled him: the next gets it
            caller(2, "20s", to=HOTLINE, do=[PROMPT, {"keys": "5"},
                                             {"wait": "6s"}, {"hangup": 16}]),
            caller(3, "22s"),
        ], phones=[
            {"number": "8001",
             "dials": [signs_in("good", "1s", "8001", "1111")],
             "rings": [talk("1s"), {**QUICK}]},
            {"number": "8002",
             "dials": [
                 signs_in("wrong_then_good", "1s", "8002", "9999",
                          "8002", "1111")],
             "rings": [talk("1s")]},
            {"number": "8003",
             "dials": [signs_in("wrong_twice", "1s", "8003", "0000",
                                "8003", "2222"),
                       signs_in("twice", "11s", "8001", "1111", "8001",
                                "1111")]},
        ], actions=[hold("15s", "look"), hold("24500ms", "busy")],
            at={"look": lambda: setattr(c, "seen", c.ask("agents")),
                "busy": lambda: setattr(c, "later", c.ask("agents"))})
        states = {a["agent"]: a["state"] for a in c.seen}
        test.check("agent_signs_in_at_a_phone", states["8001"] == "ready",
                   states)
        test.check("wrong_pin_may_be_tried_again",
                   states["8002"] == "ready", states)
        test.check("too_many_wrong_pins_are_refused",
                   states["8003"] == "out" and
                   c.call("wrong_twice")["by_client"], states)
        rows = c.rows("select * from agent_log where agent = '8001' and "
                      "before = 'out'")
        test.check("agent_is_signed_in_only_once",
                   len(rows) == 1 and rows[0]["phone"] == "8001"
                   and c.call("twice")["by_client"], rows)
        test.check("pin_is_in_no_file", not secrets(c, b"9999")
                   and not secrets(c, b"2222"), secrets(c, b"9999"))
        test.check("agent_signed_in_by_phone_gets_calls",
                   served_by(c)[0] == ("7001", "8001"), served_by(c))
        later = {a["agent"]: a["state"] for a in c.later}
        test.check("agent_in_a_direct_call_is_busy",
                   later["8001"] == "busy", later)
        test.check("agent_in_a_direct_call_is_offered_nothing",
                   ("7003", "8002") in served_by(c)
                   and len(c.named("8001")) == 2,
                   (served_by(c), len(c.named("8001"))))
        sound(c, "at_phones")
        return c


def secrets(c, digits):
    """Files of the daemon in which these digits stand alone."""
    found = []
    for folder in ("journal", "recordings", "."):
        for name in os.listdir(f"{c.dir}/{folder}"):
            path = f"{c.dir}/{folder}/{name}"
            if os.path.isfile(path) and not name.startswith(("exchange", "d.")):
                if re.search(rb"(?<![0-9])" + digits + rb"(?![0-9])",
                             open(path, "rb").read()):
                    found.append(name)
    return found


strategies()
fifo()
offers()
misses()
announced()
at_phones()
test.end()

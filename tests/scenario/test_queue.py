#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Queues and agents: who waits, who is offered which call, what they hear."""
from centre import HOTLINE, MS, S, Centre, frames_of, hold, merge
from world import Test

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


strategies()
fifo()
offers()
misses()
test.end()

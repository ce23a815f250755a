#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The end of a run, as an operator asks for it."""
import signal

from centre import HOTLINE, Centre, hold
from world import Test

test = Test()
TALK = {"number": "8001", "rings": [{"answer_after": "500ms",
                                     "do": [{"wait": "60s"}]}]}


def caller(name, at, wait):
    return {"name": name, "at": at, "from": "1001", "to": "4001",
            "do": [{"wait": wait}, {"hangup": 16}]}


def stopped(name, end, calls, at="8s"):
    """Run until the clock stands, end(centre), go on. How it went."""
    with Centre(name) as c:
        c.begin(calls=calls, phones=[TALK],
                actions=[hold("100ms", "sign_in"), hold(at, "stop")])
        c.until_hold()
        c.sign_in("8001")
        c.say(do="go")
        c.until_hold()
        end(c)
        c.say(do="go")
        code = c.daemon.wait(60)
        # the exchange stands without its client: its story is what counts
        c.wait_for(lambda: "client gone" in c.story())
        return code, c.story(), c.rows("select * from calls order by call")


def stop(c):
    c.ringdown("stop", check=True)


def sigterm(c):
    c.daemon.send_signal(signal.SIGTERM)
    # the scenario's clock stands: the signal is there before it goes on
    c.wait_for(lambda: c.ask("status")["stopping"])


def when_idle(c):
    c.ringdown("stop", "--when-idle", check=True)


BOTH = [caller("talks", "1s", "60s"), caller("waits", "2s", "60s")]
for name, end in (("stop", stop), ("sigterm", sigterm)):
    code, story, rows = stopped(name, end, BOTH)
    test.check(f"{name}_ends_the_daemon", code == 0, code)
    test.check(f"{name}_releases_both_callers_and_the_agent",
               story.count("is released, cause 41") == 3, story)
    test.check(f"{name}_leaves_records",
               [r["released_by"] for r in rows] == ["operator"] * 2, rows)

code, story, rows = stopped(
    "when_idle", when_idle,
    [caller("talks", "1s", "12s"), caller("late", "10s", "60s")])
test.check("stop_when_idle_ends_the_daemon", code == 0, code)
test.check("stop_when_idle_lets_talking_calls_end",
           "talks hangs up, cause 16" in " ".join(story.split()), story)
test.check("stop_when_idle_takes_no_new_call",
           "late is released, cause 42" in " ".join(story.split()), story)
test.check("stop_when_idle_leaves_records",
           sorted(r["result"] for r in rows) == ["answered", "refused"], rows)

code, story, rows = stopped("idle", when_idle,
                            [caller("later", "60s", "1s")], at="5s")
test.check("stop_when_idle_of_an_idle_daemon_ends_it", code == 0, code)
test.end()

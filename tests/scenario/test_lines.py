#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Faults of lines, D-channels, the exchange and the edge. After each of them a
normal call works and nothing is stuck: Centre.sound()."""
import os
import signal

from centre import HOTLINE, S, Centre, hold, messages
from world import Test

test = Test()
PROMPT = {"wait": {"until": "prompt_end", "for": "300ms"}}
LISTEN = {"wait": "hangup"}
PHONE = {"number": "8002", "rings": [{"answer_after": "100ms"}]}


def normal(name, at):
    """A call that shows that all is well: heard, understood, released."""
    return {"name": name, "at": at, "from": "900", "to": HOTLINE,
            "do": [PROMPT, {"keys": "1"}, LISTEN],
            "expect": {"result": "answered", "cause": 16, "by": "client",
                       "talk_max": "5s"}}


def talking(name, at, patience, **more):
    """A caller bridged to a phone, until he has had enough."""
    return {"name": name, "at": at, "from": "800", "to": "4002",
            "patience": patience, **more}


def sound(c):
    why = c.sound()
    test.check(c.name + "_leaves_all_well", not why, why)


# ---- alarms -----------------------------------------------------------------------

def alarms():
    """Short ones are nothing; lasting ones end calls with 27."""
    kinds = ("los", "ais", "rai")
    calls, actions, at = [], [], 1
    for kind in kinds:
        calls += [talking(f"short_{kind}", f"{at}s", "6s"),
                  normal(f"after_short_{kind}", f"{at + 7}s")]
        actions.append({"do": "alarm", "alarms": [kind], "at": f"{at + 2}s",
                        "for": "200ms"})
        at += 10
        calls += [talking(f"long_{kind}", f"{at}s", "20s"),
                  normal(f"after_long_{kind}", f"{at + 14}s")]
        actions.append({"do": "cut" if kind == "los" else "alarm",
                        "alarms": [kind], "at": f"{at + 2}s", "for": "6s"})
        at += 20
    with Centre("alarms") as c:
        c.play(calls=calls, phones=[PHONE], actions=actions)
        for kind in kinds:
            call = c.call(f"short_{kind}")
            test.check(f"call_survives_a_short_{kind}",
                       call["result"] == "abandoned" and not call["by_client"]
                       and call["disconnect_frame"] - call["connect_frame"]
                       >= 6 * S, call)
        rows = c.rows("select cause, released_by from calls where ani = '800' "
                      "order by call")
        for n, kind in enumerate(kinds):
            test.check(f"lasting_{kind}_ends_calls_with_27",
                       rows[2 * n + 1]["cause"] == 27, rows)
            call = c.call(f"long_{kind}")
            lasted = call["over_frame"] - call["setup_frame"]
            test.check(f"far_end_frees_the_channel_soon_after_{kind}",
                       lasted < 12 * S, lasted / S)
        sound(c)
        return c


# ---- layer 2 and messages ------------------------------------------------------------

def layer2():
    """A D-channel that is dead for less, and for longer, than T309."""
    timers = {"t309": "6s", "t203": "3s", "t200": "500ms"}
    with Centre("layer2", {"spans": {"pstn": {"timers": timers},
                                     "seats": {"timers": timers}}}) as c:
        c.play(calls=[
            talking("short", "1s", "12s"), normal("after_short", "15s"),
            talking("long", "20s", "40s"), normal("after_long", "65s"),
        ], phones=[PHONE], actions=[
            {"do": "layer2_down", "at": "3s", "for": "4s"},
            {"do": "layer2_down", "at": "22s", "for": "25s"},
        ])
        short = c.call("short")
        test.check("call_survives_layer_2_lost_and_back_within_t309",
                   short["result"] == "abandoned"
                   and not short["by_client"]
                   and short["disconnect_frame"] - short["connect_frame"]
                   >= 12 * S, short)
        test.check("short_loss_of_layer_2_was_noticed",
                   c.report()["spans"][0]["ups"] >= 2, c.report()["spans"])
        row = c.rows("select * from calls where ani = '800' order by call")[1]
        lasted = row["ended_ms"] - row["answered_ms"]
        test.check("layer_2_lost_for_longer_than_t309_ends_calls_with_27",
                   row["cause"] == 27 and 8000 <= lasted <= 16000, row)
        sound(c)


def strange():
    """What no exchange should send, while a call talks on."""
    kinds = [
        {"do": "garbage", "count": 40}, {"do": "bad_fcs", "count": 40},
        {"do": "truncated", "count": 40}, {"do": "oversized", "count": 10},
        {"do": "unknown_message"}, {"do": "unknown_message",
                                    "message": "0x7b"},
        {"do": "unknown_ie"}, {"do": "setup_busy"},
        {"do": "raw", "hex": "08"}, {"do": "raw", "hex": "0802"},
        {"do": "raw", "hex": "0803010203"},
        {"do": "raw", "hex": "08027ff105"},             # SETUP of nothing
        {"do": "raw", "hex": "08027ff20504ff"},         # an element cut off
        {"do": "raw", "hex": "08020000460401"},         # global reference
        {"do": "raw", "hex": "08027ff37d08028181140103"},   # STATUS
        {"do": "raw", "hex": "08027ff407"},     # CONNECT of no call
        {"do": "raw", "hex": "ff02000105"},     # another protocol
    ]
    calls = [talking("through", "1s", f"{len(kinds) * 2 + 6}s")]
    actions = []
    for n, kind in enumerate(kinds):
        actions.append({**kind, "at": f"{2 + 2 * n}s"})
        calls.append(normal(f"after{n}", f"{2500 + 2000 * n}ms"))
    with Centre("strange") as c:
        c.play(calls=calls, phones=[PHONE], actions=actions)
        through = c.call("through")
        test.check("call_talks_on_through_all_that_is_strange",
                   through["result"] == "abandoned"
                   and not through["by_client"], through)
        good = [call["name"] for call in c.calls
                if call["name"].startswith("after") and not call["problems"]]
        test.check("normal_calls_work_after_each_strange_thing",
                   len(good) == len(kinds),
                   [(kinds[int(x["name"][5:])], x["problems"])
                    for x in c.calls if x["problems"]])
        c.ours = "sll.pkttype != 4 and "
        sound(c)


def lost():
    """Messages of clearing that get lost, either way; a lost CONNECT."""
    losses = [("RELEASE", False), ("RELEASE", True),
              ("RELEASE COMPLETE", False), ("RELEASE COMPLETE", True),
              ("DISCONNECT", True), ("CONNECT ACKNOWLEDGE", False)]
    calls, actions, at = [], [], 1
    for n, (message, received) in enumerate(losses):
        calls += [normal(f"loss{n}", f"{at}s"),
                  talking(f"gone{n}", f"{at}s", "3s"),
                  normal(f"after{n}", f"{at + 12}s")]
        calls[-3].pop("expect")
        actions.append({"do": "drop", "message": message, "count": 1,
                        "received": received, "at": f"{at}s"})
        at += 15
    timers = {"t305": "4s", "t308": "1s", "t313": "2s"}
    with Centre("lost", {"spans": {"pstn": {"timers": timers}}}) as c:
        c.play(calls=calls, phones=[PHONE], actions=actions, linger="45s")
        bad = [(losses[int(x["name"][5:])], x["problems"]) for x in c.calls
               if x["name"].startswith("after") and x["problems"]]
        test.check("normal_call_after_each_lost_message", not bad, bad)
        sound(c)


def bits():
    """Slips, a ring that begins anew, loss, bit errors, a noisy D-channel."""
    kinds = [{"do": "slip", "count": 1}, {"do": "slip", "count": -1},
             {"do": "slip", "count": 80}, {"do": "restart_ring"},
             {"do": "loss", "rate": 20000, "for": "2s"},
             {"do": "errors", "rate": 100000, "for": "3s"},
             {"do": "dnoise", "for": "2s"}]
    calls, actions, at = [talking("through", "1s", "75s")], [], 3
    for n, kind in enumerate(kinds):
        actions.append({**kind, "at": f"{at}s"})
        calls.append(normal(f"after{n}", f"{at + 6}s"))
        at += 10
    with Centre("bits") as c:
        c.play(calls=calls, phones=[PHONE], actions=actions, spans=[
            {"name": "pstn", "elastic_frames": 160},
            {"name": "seats", "side": "user"}])
        test.check("call_talks_on_through_slips_and_errors",
                   c.call("through")["result"] == "abandoned",
                   c.call("through"))
        sound(c)


def reboot():
    """The exchange forgets all and sends RESTART."""
    with Centre("reboot") as c:
        c.play(calls=[talking("before", "1s", "30s"),
                      talking("too", "1s", "30s"),
                      normal("after", "12s")],
               phones=[PHONE, {**PHONE, "number": "8003"}],
               actions=[{"do": "reboot", "at": "4s"}], linger="3s")
        rows = c.rows("select ended_ms - answered_ms as ms, cause from calls "
                      "where ani = '800'")
        test.check("reboot_of_the_exchange_ends_its_calls",
                   len(rows) == 2 and all(r["ms"] < 9000 for r in rows), rows)
        sound(c)


# ---- programs that die ------------------------------------------------------------

def edge_pid(c):
    """ringdown-isdn, child of this daemon."""
    task = f"/proc/{c.daemon.pid}/task"
    for thread in os.listdir(task):
        with open(f"{task}/{thread}/children") as f:
            for pid in f.read().split():
                with open(f"/proc/{pid}/comm") as comm:
                    if comm.read().strip() == "ringdown-isdn":
                        return int(pid)
    raise RuntimeError("no edge")


def edge_killed():
    """Calls end in a defined way, the edge comes back, so do the spans."""
    with Centre("edge_killed") as c:
        c.play(calls=[talking("before", "1s", "60s"),
                      {**normal("too", "3900ms"), "expect": {"cause": 41}},
                      normal("after", "20s"), normal("later", "40s")],
               phones=[PHONE],
               actions=[hold("4s", "kill"), hold("12s", "look")],
               at={"kill": lambda: os.kill(edge_pid(c), signal.SIGKILL),
                   "look": lambda: setattr(c, "seen", (
                       c.ask("calls"), c.ask("status")))})
        rows = c.rows("select * from calls where begun_ms < ? order by call",
                      c.rows("select max(begun_ms) m from calls")[0]["m"]
                      - 25000)
        test.check("killed_edge_ends_its_calls_at_once",
                   len(rows) == 2 and len({r["ended_ms"] for r in rows}) == 1
                   and len({r["cause"] for r in rows}) == 1, rows)
        test.check("killed_edge_is_started_again",
                   c.seen[0] == [] and c.seen[1]["edge_up"], c.seen)
        before = c.call("before")
        test.check("both_ends_agree_after_the_edge_was_killed",
                   before["by_client"] and before["over_frame"] < 12 * S,
                   before)
        c.forgiven = ["ringdown-isdn"]
        sound(c)


def exchange_killed():
    """The line goes away and comes back; the daemon goes on."""
    with Centre("exchange_killed") as c:
        scenario = {"phones": [PHONE], "linger": "1s"}
        c.begin(calls=[talking("before", "1s", "60s")],
                actions=[hold("4s", "kill")], **scenario)
        assert c.until_hold() == "kill"
        c.exchange.kill()
        c.exchange.wait()
        os.unlink(f"{c.dir}/wire")
        down = lambda: all(s["state"] != "up" for s in c.ask("spans"))
        c.wait_for(down)
        c.wait_for(lambda: c.ask("calls") == [])
        test.check("killed_exchange_leaves_the_daemon_running",
                   c.daemon.poll() is None)
        c.again(calls=[normal("after", "10s"), talking("new", "10s", "2s")],
                **scenario)
        row = c.row("select * from calls where ani = '800' and cause = 27")
        test.check("killed_exchange_ends_calls_with_27", row,
                   c.rows("select ani, cause from calls"))
        test.check("spans_come_back_with_the_exchange",
                   c.call("new")["result"] == "abandoned", c.calls)
        sound(c)


alarms()
layer2()
strange()
lost()
bits()
reboot()
edge_killed()
exchange_killed()
test.end()

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Calls: how they come in, what becomes of them, with which cause they end."""
import json

from centre import HOTLINE, MS, S, Centre, hold, messages, span
from world import Test

test = Test()
PROMPT = {"wait": {"until": "prompt_end", "for": "300ms"}}
LISTEN = {"wait": "hangup"}


def key(digits):
    return [PROMPT, {"keys": digits}, LISTEN]


def sound(c, name):
    why = c.sound()
    test.check(name + "_run_is_sound", not why, why)


# ---- one call at a time -------------------------------------------------------

def basics():
    """What is independent of each other, in one run."""
    with Centre("calls", {
            "spans": {"pstn": {"prefixes": {"international": "00",
                                            "national": "0"}}}}) as c:
        c.play(voice="en", calls=[
            {"name": "keys", "at": "1s", "from": "1001", "to": HOTLINE,
             "do": key("1")},
            {"name": "digits", "at": "1s", "from": "1002", "to": "4004",
             "do": key("0123456789135790")},
            {"name": "short", "at": "1s", "from": "1003", "to": "4004",
             "do": [PROMPT, {"keys": {"digits": "9876543210135790",
                                      "on": "45ms", "off": "45ms"}}, LISTEN]},
            {"name": "early", "at": "1s", "from": "1004", "to": "4003"},
            {"name": "withheld", "at": "2s", "from": "1005", "to": HOTLINE,
             "presentation": "restricted", "patience": "1s"},
            {"name": "abroad", "at": "2s", "from": "49301234",
             "ton": "international", "to": HOTLINE, "patience": "1s",
             "callerid_name": "Anna"},
            {"name": "black", "at": "2s", "from": "13900000000",
             "ton": "unknown", "to": HOTLINE},
            {"name": "unknown", "at": "2s", "from": "1006", "to": "4999"},
            {"name": "direct", "at": "3s", "from": "1007", "to": HOTLINE,
             "callerid_name": "Bob", "do": key("3")},
            {"name": "busy", "at": "12s", "from": "1008", "to": HOTLINE,
             "do": key("3")},
            {"name": "nobody", "at": "16s", "from": "1009", "to": HOTLINE,
             "do": key("3")},
            {"name": "outside", "at": "16s", "from": "1010", "to": HOTLINE,
             "do": key("4")},
            {"name": "gone", "at": "20s", "from": "1011", "to": HOTLINE,
             "do": [PROMPT, {"hangup": 19}]},
            {"name": "silent", "at": "20s", "from": "1012", "to": HOTLINE},
        ], phones=[
            {"number": "8002", "rings": [
                {"answer_after": "1s", "do": [
                    {"say": {"tone": 800, "for": "1s"}}, {"hangup": 31}],
                 "expect": {"calling": "01007"}},
                {"reject": 17, "answer_after": "200ms"},
                {"never_answers": True},
            ]},
        ])
        sound(c, "basic_calls")
        return c


def look_at_basics(c):
    keys = c.call("keys")
    test.check("caller_is_led_by_dtmf",
               keys["result"] == "answered" and keys["cause"] == 16
               and keys["by_client"]
               and c.record("01001")["path"] == "welcome")
    test.check("normal_call_has_the_messages_of_q931", messages(keys) == [
        "SETUP", "CALL PROCEEDING", "CONNECT", "CONNECT ACKNOWLEDGE",
        "DISCONNECT", "RELEASE", "RELEASE COMPLETE"], messages(keys))
    for ani, digits in (("01002", "0123456789135790"),
                        ("01003", "9876543210135790")):
        found = json.loads(c.record(ani)["attached"])
        test.check("dtmf_of_%s_reaches_the_record"
                   % {"01002": "80_ms", "01003": "45_ms"}[ani],
                   found == {"digits": digits}, found)

    early = c.call("early")
    test.check("early_media_comes_before_connect",
               messages(early, "client")[:3]
               == ["CALL PROCEEDING", "PROGRESS", "CONNECT"]
               and early["connect_frame"] - early["setup_frame"] > S,
               messages(early))
    row = c.record("01004")
    test.check("early_media_is_not_charged",
               row["answered_ms"] - row["begun_ms"] > 1000)

    row = c.row("select * from calls where withheld = 1")
    test.check("withheld_number_is_in_no_record",
               row and row["ani"] is None)
    row = c.record("0049301234")
    test.check("caller_can_be_called_back_by_the_number_recorded",
               row and row["name"] == "Anna", row)
    test.check("phone_sees_the_caller",
               c.call("8002")["from"] == "01007"
               and "Bob" in (c.call("8002")["calling_name"]
                             + c.call("8002")["display"]),
               c.call("8002"))

    black = c.call("black")
    test.check("blacklisted_caller_hears_busy_and_is_never_answered",
               black["cause"] == 17 and black["connect_frame"] is None
               and "CONNECT" not in messages(black)
               and c.record("13900000000")["result"] == "blocked")
    test.check("unknown_number_is_unallocated",
               c.call("unknown")["cause"] == 1
               and c.call("unknown")["connect_frame"] is None)

    test.check("cause_passes_from_phone_to_caller",
               c.call("direct")["cause"] == 31
               and c.record("01007")["cause"] == 31)
    test.check("cause_of_the_caller_is_recorded",
               c.record("01011")["cause"] == 19
               and c.record("01011")["released_by"] == "caller")
    test.check("busy_phone_leads_to_busy",
               c.record("01008")["path"] == "welcome/busy")
    test.check("phone_that_nobody_answers_leads_to_no_answer",
               c.record("01009")["path"] == "welcome/nobody"
               and c.call("8002", 3)["cause"] == 16
               and c.call("8002", 3)["by_client"])
    row = c.row("select * from legs where number = '9500'")
    test.check("number_the_network_does_not_know_leads_to_failed",
               c.record("01010")["path"] == "welcome/failed"
               and row["cause"] == 1, row)
    silent = c.call("silent")
    test.check("caller_who_never_speaks_and_never_hangs_up_is_bounded",
               silent["by_client"] and
               silent["disconnect_frame"] - silent["connect_frame"] < 20 * S)


# ---- full -------------------------------------------------------------------------

def full():
    """A call each 20 ms until all channels are busy; what then comes."""
    more = {"at": "4s", "to": HOTLINE}
    with Centre("full") as c:
        c.play(calls=[
            {"name": "load", "at": "1s", "count": 30, "every": "20ms",
             "from": "2{n:3}", "to": HOTLINE, "patience": "6s"},
            {**more, "name": "any", "from": "3001", "choice": "any"},
            {"name": "after", "at": "9s", "from": "3003", "to": HOTLINE,
             "do": key("1")},
        ], actions=[
            {"do": "setup_busy", "at": "4500ms", "channel": 7},
        ])
        load = c.named("load")
        test.check("call_each_20_ms_until_all_channels_are_busy",
                   len({call["channel"] for call in load}) == 30
                   and all(call["result"] == "abandoned" for call in load),
                   [call["result"] for call in load])
        slowest = max(call["connect_frame"] - call["setup_frame"]
                      for call in load)
        test.check("burst_is_answered_within_100_ms_each",
                   slowest <= 100 * MS, slowest / MS)
        test.check("any_channel_when_full_is_34", c.call("any")["cause"] == 34
                   and c.call("any")["by_client"],
                   c.call("any"))
        answers = c.d_channel(
            "q931.message_type == 0x5a and frame.time_relative > 4.4 "
            "and frame.time_relative < 5", "q931.cause_value")
        test.check("setup_on_a_busy_channel_is_44", answers == ["44"], answers)
        refused = sorted(r["cause"] for r in c.rows(
            "select cause from calls where result = 'refused'"))
        test.check("callers_the_edge_refused_have_their_record",
                   refused == [34, 44], refused)
        sound(c, "full_span")
        return c


def few_channels():
    """The exchange believes in channels that we do not use."""
    with Centre("few", {"spans": {"pstn": {"bchannels": "1-2"}},
                        "limits": {"calls": 5}}) as c:
        c.play(calls=[
            {"name": "a", "at": "1s", "from": "1", "to": HOTLINE,
             "patience": "5s", "channel": 1},
            {"name": "none", "at": "2s", "from": "2", "to": HOTLINE,
             "channel": 9, "choice": "exclusive"},
            {"name": "blocked", "at": "2s", "from": "2", "to": HOTLINE,
             "channel": 2, "choice": "exclusive"},
            {"name": "b", "at": "3s", "from": "3", "to": HOTLINE,
             "patience": "3s", "choice": "any"},
            {"name": "full", "at": "4s", "from": "4", "to": HOTLINE,
             "choice": "any"},
            {"name": "preferred", "at": "8s", "from": "5", "to": HOTLINE,
             "channel": 9, "choice": "preferred", "do": key("1")},
        ], actions=[hold("1900ms", "block"), hold("2500ms", "unblock")], at={
            "block": lambda: c.ringdown("spans", "block", "pstn", "2",
                                        check=True),
            "unblock": lambda: c.ringdown("spans", "unblock", "pstn", "2",
                                          check=True),
        })
        test.check("exclusive_channel_that_does_not_exist_is_82",
                   c.call("none")["cause"] == 82, c.call("none"))
        test.check("exclusive_channel_that_is_not_free_is_44",
                   c.call("blocked")["cause"] == 44, c.call("blocked"))
        test.check("any_channel_is_ours_to_choose",
                   c.call("b")["channel"] == 2, c.call("b"))
        test.check("any_channel_with_none_left_is_34",
                   c.call("full")["cause"] == 34, c.call("full"))
        test.check("preferred_channel_is_exchanged_for_a_free_one",
                   c.call("preferred")["result"] == "answered"
                   and c.call("preferred")["channel"] in (1, 2),
                   c.call("preferred"))
        sound(c, "few_channels")
        return c


def pools():
    """Our own limits."""
    with Centre("pools", {"limits": {"calls": 3, "call_max": "8s"},
                          "spans": {"seats": {"bchannels": "1"}}}) as c:
        c.play(voice="en", calls=[
            {"name": "a", "at": "1s", "from": "1", "to": "4002",
             "patience": "3s"},
            {"name": "trunk", "at": "2s", "from": "2", "to": HOTLINE,
             "do": key("3")},
            {"name": "straight", "at": "2s", "from": "3", "to": "4002"},
            {"name": "b", "at": "2200ms", "from": "6", "to": HOTLINE,
             "patience": "2s"},
            {"name": "pool", "at": "2500ms", "from": "4", "to": HOTLINE},
            {"name": "long", "at": "6s", "from": "5", "to": "4002"},
        ], phones=[{"number": "8002", "rings": [{"answer_after": "100ms"}]}])
        test.check("empty_pool_is_42", c.call("pool")["cause"] == 42,
                   c.call("pool"))
        test.check("outgoing_call_without_a_trunk_is_34",
                   c.call("straight")["cause"] == 34, c.call("straight"))
        test.check("tree_goes_on_when_there_is_no_trunk",
                   c.record("2").get("path") == "welcome/failed")
        long = c.call("long")
        lasted = long["disconnect_frame"] - long["setup_frame"]
        test.check("call_max_ends_a_call_that_would_last_for_ever",
                   long["by_client"] and abs(lasted - 8 * S) < 100 * MS,
                   lasted / S)
        sound(c, "pools")
        return c


# ---- kinds of lines ----------------------------------------------------------------

TALK = [{"say": "one two three four five"}, {"wait": "1s"}]


def lines(name, layout, pstn, spans):
    """DTMF, a menu, and speech both ways over these spans."""
    with Centre(name, {"spans": {"pstn": pstn}}) as c:
        c.play(voice="en", card={"layout": layout}, spans=spans, calls=[
            {"name": "A", "at": "2s", "from": "1", "to": HOTLINE,
             "channel": 23,
             "do": [PROMPT, {"keys": "3"},
                    {"wait": {"until": "hear", "party": "8002"}},
                    *TALK, {"hangup": 16}],
             "expect": {"result": "answered", "heard": ["8002"]}},
            {"name": "B", "at": "3s", "from": "2", "to": "4004",
             "do": key("0123456789135790")},
        ], phones=[{"number": "8002", "rings": [
            {"answer_after": "200ms",
             "do": [*TALK, {"wait": {"until": "hear", "party": "A"}},
                    LISTEN],
             "expect": {"heard": ["A"]}}]}])
        test.check(f"{name}_bridges_speech_both_ways",
                   len(c.calls) == 3 and
                   not any(call["problems"] for call in c.calls),
                   [call["problems"] for call in c.calls])
        digits = json.loads(c.record("2").get("attached", "{}"))
        test.check(f"{name}_hears_dtmf",
                   digits == {"digits": "0123456789135790"}, digits)
        sound(c, name)


def kinds():
    e1 = [{"name": "pstn"}, {"name": "seats", "side": "user"}]
    t1 = [{"name": "pstn", "type": "t1"}, {"name": "seats", "side": "user"}]
    lines("interleaved_e1", "interleaved", {}, e1)
    lines("e1_in_blocks", "blocks", {}, e1)
    lines("ulaw_t1_to_alaw_e1", "rows",
          {"type": "t1", "switchtype": "ni2"}, t1)
    lines("interleaved_t1_and_e1", "interleaved",
          {"type": "t1", "switchtype": "ni2"}, t1)


# ---- both ends at once ----------------------------------------------------------

OUT = {"nodes": {"start": {"dial": "9500", "timeout": "10s"}}}


def glare():
    """Both ends send SETUP for the same channel: the network's call has it
    (Q.931 5.7), the user's goes by another. A caller on channel 31 makes us
    dial at once; so the far end's call is tried in steps of 10 ms."""
    hang = [{"wait": "500ms"}, {"hangup": 16}]
    calls, dials, at = [], [], 1000
    for i in range(4):
        calls += [
            {"name": f"trigger{i}", "at": f"{at}ms", "from": "1",
             "to": "4005", "channel": 31},
            {"name": f"rival{i}", "at": f"{at + 10 * i}ms", "from": "2",
             "to": HOTLINE, "channel": 1, "patience": "500ms"},
            {"name": f"towards{i}", "at": f"{at + 1500}ms", "from": "3",
             "to": "4002", "channel": 31},
        ]
        dials += [{"name": f"agent{i}", "at": f"{at + 1500 + 10 * i}ms",
                   "to": HOTLINE, "channel": 1, "patience": "500ms"}]
        at += 3000
    with Centre("glare", {"groups": {"pstn": {"hunt": "low"}},
                          "routes": [
                              {"number": "4005", "tree": "out"},
                              {"number": "4002", "tree": "direct"},
                              {"number": HOTLINE, "tree": "hotline"}]},
                trees={"out": OUT}) as c:
        phone = {"alert_after": "50ms", "answer_after": "50ms", "do": hang}
        c.play(calls=calls, phones=[
            {"number": "9500", "span": "pstn", "rings": [phone]},
            {"number": "8002", "rings": [phone]},
            {"number": "8003", "dials": dials},
        ])
        glares = {s["span"]: s["glares"] for s in c.ask_spans}
        test.check("glare_happens_on_both_sides",
                   all(glares.values()), glares)
        test.check("in_a_glare_both_calls_come_through",
                   all(call["connect_frame"] for call in c.calls)
                   and len(c.calls) == 4 * 6,
                   [(x["name"], x["attempt"], x["cause"]) for x in c.calls
                    if not x["connect_frame"]])
        sound(c, "glare")
        return c


look_at_basics(basics())

full()
few_channels()
pools()
kinds()
glare()
test.end()

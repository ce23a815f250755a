#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The figures of delays, on the line clock, as the exchange measures them,
at periods of 10 ms and of 5 ms; and the recording, octet for octet."""
import struct
import warnings
import wave

from centre import HOTLINE, MS, S, Centre, frames_of, hold
from world import Test

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

test = Test()
PROMPT = {"wait": {"until": "prompt_end", "for": "300ms"}}
LISTEN = {"wait": "hangup"}


def mark(number, **more):
    return {"say": {"marker": number, **more}}


def play(period_ms):
    c = Centre(f"delays_{period_ms}ms", {"period": f"{period_ms}ms"})
    c.play(voice="en", calls=[
        # a bridge: markers both ways
        {"name": "A", "at": "1s", "from": "1", "to": "4002",
         "do": [mark(7, background=True)], "expect": {"heard": [9]}},
        # keys in a prompt, and after it
        {"name": "inside", "at": "1s", "from": "2", "to": HOTLINE,
         "do": [{"wait": "200ms"}, {"keys": "1"}, LISTEN]},
        {"name": "after", "at": "1s", "from": "3", "to": HOTLINE,
         "do": [PROMPT, {"keys": "1"}, LISTEN]},
        # a queue with one agent
        {"name": "Q1", "at": "2s", "from": "11", "to": "4001",
         "do": [mark(11, background=True)], "expect": {"heard": [8]}},
        {"name": "Q2", "at": "3s", "from": "12", "to": "4001",
         "do": [{"wait": {"until": "marker", "marker": 8}},
                {"wait": "1s"}, {"hangup": 16}]},
        {"name": "Q3", "at": "4s", "from": "13", "to": "4001"},
    ], phones=[
        {"number": "8002", "rings": [
            {"alert_after": "50ms", "answer_after": "500ms",
             "do": [mark(9, **{"for": "3s"}), {"hangup": 16}],
             "expect": {"heard": [7]}}]},
        {"number": "8001", "rings": [
            {"answer_after": "500ms",
             "do": [mark(8, **{"for": "2s"}), {"hangup": 16}],
             "expect": {"heard": [11]}},
            {"answer_after": "500ms", "do": [mark(8, background=True)]},
            {"answer_after": "500ms", "do": [{"wait": "1s"},
                                             {"hangup": 16}]}]},
    ], actions=[hold("1s", "agent")],
        at={"agent": lambda: c.sign_in("8001")})
    return c


def heard(call, marker):
    return next(m for m in call["markers"] if m["marker"] == marker)


def look(c, period_ms):
    period = period_ms * MS

    def figure(name, frames, limit_frames):
        test.check(f"{name}_at_{period_ms}_ms", 0 <= frames <= limit_frames,
                   f"{frames / MS} ms, allowed {limit_frames / MS}")
        print(f"     {frames / MS:.3f} ms, at most {limit_frames / MS:.0f}")

    both = [heard(c.call("A"), 9), heard(c.call("8002"), 7)]
    test.check(f"bridge_delays_exactly_two_periods_at_{period_ms}_ms",
               all(m["delay_min_frames"] == m["delay_max_frames"]
                   == 2 * period for m in both), both)
    test.check(f"bridge_of_one_law_is_bit_exact_at_{period_ms}_ms",
               all(m["errors"] == m["losses"] == 0
                   and m["octets"] > 3 * S - 2 * period for m in both), both)
    for name in ("inside", "after"):
        call = c.call(name)
        figure(f"connect_to_first_prompt_sample_{name}",
               call["voice_frame"] - frames_of(call, "CONNECT", "client"),
               3 * period)
        key = call["keys"][0]
        figure(f"end_of_digit_{name}_prompt_to_reaction",
               key["reaction_frame"] - key["end_frame"], 60 * MS)
    for name, caller, phone, said, answered in (
            ("direct", "A", "8002", 7, 9), ("queued", "Q1", "8001", 11, 8)):
        connect = frames_of(c.call(phone), "CONNECT", "exchange")
        figure(f"connect_of_agent_to_two_way_speech_{name}",
               max(heard(c.call(caller), answered)["first_frame"],
                   heard(c.call(phone), said)["first_frame"]) - connect,
               4 * period)
    # An agent is freed by his own hanging up: then our RELEASE goes first in
    # the D-channel, and its octets are not counted; or by the caller's.
    limit = 3 * period if period_ms == 10 else 20 * MS - 1
    before, after = c.call("8001", 1), c.call("8001", 2)
    release = (frames_of(before, "RELEASE", "client")
               - frames_of(before, "RELEASE", "client", "first_frame") + 1)
    figure("agent_hangs_up_to_next_setup",
           frames_of(after, "SETUP", "client", "first_frame") - release
           - frames_of(before, "DISCONNECT", "exchange"), limit)
    figure("caller_hangs_up_to_next_setup",
           frames_of(c.call("8001", 3), "SETUP", "client", "first_frame")
           - frames_of(after, "RELEASE", "exchange"), limit)


# ---- the recording ----------------------------------------------------------------

def recorded(c, ani):
    """Left and right of a call's recording, as signed 16 bits."""
    row = c.row("select r.path from recordings r join calls c using (call) "
                "where c.ani = ?", ani)
    data = c.read(f"recordings/{row['path']}.wav")
    at = data.index(b"data")
    octets = data[at + 8:at + 8 + struct.unpack_from("<I", data, at + 4)[0]]
    return [audioop.alaw2lin(octets[side::2], 2) for side in (0, 1)]


def sound_of(path):
    with wave.open(path) as w:
        return w.readframes(w.getnframes())


def look_at_recording(c, period_ms):
    """Left is what the caller said, right what he heard: the line itself."""
    call, phone = c.call("A"), c.call("8002")
    left, right = recorded(c, "1")
    said, hears = (sound_of(call[k]) for k in ("said_file", "heard_file"))
    probe = 2 * S                       # one second in
    at = said.find(left[probe:probe + 800]) - probe
    test.check(f"recording_holds_every_octet_of_the_caller_at_{period_ms}_ms",
               at >= 0 and said[at:at + len(left)] == left, at)
    test.check(f"recording_holds_every_octet_of_the_agent_at_{period_ms}_ms",
               at >= 0 and hears[at:at + len(right)] == right)
    agent = sound_of(phone["said_file"])
    test.check(f"recording_has_the_agent_whole_at_{period_ms}_ms",
               agent[2 * period_ms * MS:-8 * period_ms * MS] in right)
    lasted = (frames_of(phone, "DISCONNECT", "exchange")
              - frames_of(phone, "CONNECT", "exchange"))
    test.check(f"recording_is_as_long_as_the_call_at_{period_ms}_ms",
               abs(len(left) // 2 - lasted) <= period_ms * MS,
               (len(left) // 2, lasted))


for ms in (10, 5):
    with play(ms) as centre:
        look(centre, ms)
        look_at_recording(centre, ms)
        test.check(f"delays_run_is_sound_at_{ms}_ms", not centre.sound(),
                   centre.sound())
test.end()

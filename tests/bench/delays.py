# SPDX-License-Identifier: GPL-2.0-or-later
"""Delays, on the line clock, as the exchange sees them: to the frame of 125 us.

From the last bit of a message that arrives to the first bit, or sample, of
what it brings about. Clear lines, lockstep: the figures are the same on any
machine.

    callers press keys into a menu: CONNECT -> prompt, key -> reaction
    ten calls queue for one agent:  CONNECT -> speech both ways, bridge delay,
                                    the agent is free -> SETUP of the next
"""
import math
import wave

from figures import Group
from station import Station, configuration

PRESSES, ROUNDS = 10, 10
PRESS_TREE = """title: Press
nodes:
  start:
    menu: {1: react}
    prompt: [{file: beep.wav}]
  react:
    - play: beep.wav
    - hangup:
"""


def beep(path):
    """Half a second that is loud from its first sample to its last."""
    with wave.open(path, "wb") as f:
        f.setnchannels(1)
        f.setsampwidth(2)
        f.setframerate(8000)
        f.writeframes(b"".join(
            int(9000 * math.cos(i * math.pi / 4)).to_bytes(2, "little",
                                                           signed=True)
            for i in range(4000)))


def hangs_up(n):
    return ("agent", "caller")[n % 2]


def scenario():
    """Callers press from 10 s on, one after the other; those for the agent
    come at 40 s, all at once, and are served for 3 s each."""
    press = [{"name": f"press{n}", "at": f"{10000 + 2503 * n}ms",
              "from": f"1390000{n:04}", "to": "4008000001",
              "do": [{"wait": "1s"},
                     {"keys": {"digits": "1", "on": f"{58 + 3 * n}ms"}},
                     {"wait": "hangup"}],
              "expect": {"result": "answered", "by": "client"}}
             for n in range(PRESSES)]
    queue, rings = [], []
    for n in range(ROUNDS):
        stay, leave = [{"wait": "hangup"}], [{"wait": "3s"}, {"hangup": 16}]
        ends = hangs_up(n)
        queue.append({
            "name": f"round{n}", "at": f"{40000 + 200 * n}ms",
            "from": f"1380000{n:04}", "to": "4008001234",
            "do": [{"say": {"marker": 1 + n, "background": True}},
                   {"wait": {"until": "marker", "marker": 101 + n,
                             "timeout": "200s"}},
                   *(leave if ends == "caller" else stay)],
            "expect": {"result": "answered"}})
        rings.append({
            "alert_after": "50ms", "answer_after": f"{500 + n}ms",
            "do": [{"say": {"marker": 101 + n, "background": True}},
                   *(leave if ends == "agent" else stay)],
            "expect": {"result": "answered", "heard": [f"{1 + n}"],
                       "bit_exact": True}})
    sign_in = {"at": "2s", "to": "8000", "ton": "unknown",
               "do": [{"wait": "1s"}, {"keys": "{number}#"}, {"wait": "1s"},
                      {"keys": "1111#"}, {"wait": "2s"}, {"hangup": 16}],
               "expect": {"result": "answered"}}
    return {"seed": 1, "duration": "300s", "linger": "3s",
            "spans": [{"name": "pstn", "side": "network"},
                      {"name": "seats", "side": "user"}],
            "lines": {"default": {}}, "calls": press + queue,
            "phones": [{"number": "8001", "answered_min": ROUNDS,
                        "rings": rings, "dials": [sign_in]}]}


def play(build, period_ms):
    config = configuration(
        agents=1, period=f"{period_ms}ms", trees=["press: press.yaml"],
        routes=["- {number: 4008000001, group: pstn, tree: press}"])
    with Station(f"delays_{period_ms}ms", build, config) as st:
        st.write("press.yaml", PRESS_TREE)
        beep(f"{st.dir}/beep.wav")
        report = st.run(scenario())
        if st.exchange_code != 0:
            raise RuntimeError(f"not as scripted; see {st.dir}/exchange.log")
        return report["calls"], report["period_frames"]


def bit(call, message, sender, which):
    """When its first bit begins, or its last one ends, in frames."""
    for m in call["messages"]:
        if m["message"] == message and m["from"] == sender:
            return m[f"{which}_frame"] + (which == "last")
    raise KeyError(f"{call['name']}: no {message} from {sender}")


def marker(call, number):
    return next(m for m in call["markers"] if m["marker"] == number)


def measure(calls):
    """{what: [frames of every case]}."""
    by_name = {c["name"]: c for c in calls if c["name"] != "8001"}
    offers = [c for c in calls if c["name"] == "8001"]
    d = {what: [] for what in ("prompt", "key", "speech", "bridge", "agent",
                               "caller")}
    for n in range(PRESSES):
        call = by_name[f"press{n}"]
        d["prompt"].append(call["voice_frame"] -
                           bit(call, "CONNECT", "client", "last"))
        key = call["keys"][0]
        d["key"].append(key["reaction_frame"] - key["end_frame"])
    for n, offer in enumerate(offers):
        caller = by_name[f"round{n}"]
        heard = [marker(caller, 101 + n), marker(offer, 1 + n)]
        d["speech"].append(max(m["first_frame"] for m in heard) -
                           bit(offer, "CONNECT", "exchange", "last"))
        for m in heard:
            d["bridge"] += [m["delay_min_frames"], m["delay_max_frames"]]
            if m["errors"] or m["losses"]:
                raise RuntimeError(f"round {n}: the bridge is not bit-exact")
        if n + 1 < len(offers):
            freed = {"agent": "DISCONNECT", "caller": "RELEASE"}[hangs_up(n)]
            d[hangs_up(n)].append(
                bit(offers[n + 1], "SETUP", "client", "first") -
                bit(offer, freed, "exchange", "last"))
    return d


def delays(build):
    g = Group("delays", "Delays on the line clock, worst of all cases; "
              "periods of 10 ms unless said")
    calls, period = play(build, 10)
    d = measure(calls)

    def add(name, frames, most_frames, how="<="):
        g.add(name, max(frames) / 8.0, "ms", (how, most_frames / 8.0),
              f"{len(frames)} cases from {min(frames) / 8.0:.1f} ms")

    add("steady bridge, both ways", d["bridge"], 2 * period)
    add("CONNECT to the first sample of the prompt", d["prompt"], 3 * period)
    add("end of a digit to the reaction", d["key"], 60 * 8)
    add("agent's DISCONNECT to his next SETUP", d["agent"], 3 * period)
    add("RELEASE of the agent's phone to his next SETUP", d["caller"], 3 * period)
    add("agent's CONNECT to speech both ways", d["speech"], 4 * period)
    calls, period = play(build, 5)
    d = measure(calls)
    add("5 ms: steady bridge, both ways", d["bridge"], 2 * period)
    add("5 ms: agent's DISCONNECT to his next SETUP", d["agent"], 160, "<")
    add("5 ms: RELEASE of the agent's phone to his next SETUP", d["caller"], 160, "<")
    return g

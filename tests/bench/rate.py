# SPDX-License-Identifier: GPL-2.0-or-later
"""A call every 20 ms until all channels are busy; in lockstep, so that what is
measured is the D-channel and core, not the machine."""
from figures import Group
from station import MENU_TREE, Station, configuration

CHANNELS, EVERY_MS = 30, 20


def burst(span, begin_ms):
    """One call more than the span has channels; it asks for any channel."""
    plan = {"from": "1380000{n:4}", "to": "4008001234", "choice": "any",
            "span": span, "ring_patience": "30s",
            "do": [{"wait": {"until": "20s"}}, {"hangup": 16}]}
    last = begin_ms + CHANNELS * EVERY_MS
    return [dict(plan, name=span, at=f"{begin_ms}ms", count=CHANNELS,
                 every=f"{EVERY_MS}ms", expect={"result": "answered"}),
            dict(plan, name=f"{span}-full", at=f"{last}ms",
                 expect={"cause": 34})]


def rate(build):
    g = Group("rate", "A call every 20 ms until all 60 channels of two E1s "
              "are busy")
    step_ms = (CHANNELS + 1) * EVERY_MS
    scenario = {"seed": 1, "duration": "60s", "spans": [
        {"name": "pstn"}, {"name": "seats", "side": "user"},
        {"name": "pstn2"}, {"name": "seats2", "side": "user"}],
        "calls": burst("pstn", 5000) + burst("pstn2", 5000 + step_ms)}
    with Station("rate", build, configuration(agents=1, pairs=2),
                 MENU_TREE) as st:
        calls = st.run(scenario)["calls"]
    answered = [c for c in calls if "full" not in c["name"]
                and c["result"] == "answered"]
    delays = sorted((c["connect_frame"] - c["setup_frame"]) / 8.0
                    for c in answered)
    g.add("calls answered", len(answered), "", ("==", 2 * CHANNELS))
    g.add("busy at the same time",
          min(c["over_frame"] for c in answered) >
          max(c["connect_frame"] for c in answered), "", ("==", True))
    g.add("calls too many, refused with cause 34",
          sum(c["cause"] == 34 for c in calls if "full" in c["name"]), "",
          ("==", 2))
    if delays:
        g.add("SETUP to CONNECT, median", delays[len(delays) // 2], "ms")
        g.add("SETUP to CONNECT, longest", delays[-1], "ms")
    return g

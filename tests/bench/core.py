# SPDX-License-Identifier: GPL-2.0-or-later
"""Core and journal, with the events of two busy minutes: 600 calls through a
menu, eight digits, a queue and an agent."""
import json
import shutil
import subprocess

from figures import Group
from station import MENU_TREE, Station, configuration

CALLS = 600
SIZES = ("callers", "queues", "agents", "skills")


def traffic():
    sign_in = {"at": "2s", "every": "500ms", "to": "8000", "ton": "unknown",
               "do": [{"wait": "1s"}, {"keys": "{number}#"}, {"wait": "1s"},
                      {"keys": "1111#"}, {"wait": "3s"}, {"hangup": 16}],
               "expect": {"result": "answered"}}
    talk = {"alert_after": "50ms", "answer_after": "300ms",
            "do": [{"wait": "1500ms"}, {"hangup": 16}]}
    call = {"name": "c", "count": CALLS, "at": "30s", "every": "200ms",
            "from": "1380000{n:4}", "to": "4008001234",
            "do": [{"wait": "200ms"}, {"keys": "1"}, {"wait": "200ms"},
                   {"keys": "12345678"}, {"wait": "hangup"}],
            "expect": {"result": "answered", "by": "client"}}
    return {"seed": 1, "duration": "300s",
            "spans": [{"name": "pstn"}, {"name": "seats", "side": "user"}],
            "calls": [call],
            "phones": [{"number": "8001", "count": 30, "rings": [talk],
                        "dials": [sign_in]}]}


def media(build):
    """The tick alone, on a card in memory."""
    g = Group("media", "The media tick on a card in memory, all lines bridged "
              "and recorded")
    path = f"{build}/bench/bench_media.out"
    subprocess.run([f"{build}/bench/bench_media", path], check=True,
                   stdout=subprocess.DEVNULL, timeout=120)
    with open(path) as f:
        for name, figure in json.load(f).items():
            g.add(name.removeprefix("media_").replace("_", " "),
                  figure["value"], figure["unit"])
    return g


def simulate(build):
    """A day on the production core, by bench_simulate."""
    g = Group("simulate", "A simulated day of 10,000 calls and 200 agents")
    path = f"{build}/bench/bench_simulate.out"
    subprocess.run([f"{build}/bench/bench_simulate", path], check=True,
                   stdout=subprocess.DEVNULL, timeout=120)
    with open(path) as f:
        day = json.load(f)
    g.add("calls", day["calls"], "", (">=", 9700))
    g.add("answered", day["answered"])
    g.add("the day takes, without a journal", day["seconds"], "s", ("<", 10),
          "stretch: 3 s")
    g.add("with its journal", day["seconds_with_journal"], "s", ("<", 10))
    g.add("events of core on one processor", day["events_per_s"], "events/s")
    g.add("octets of journal per call", day["journal_octets_per_call"], "",
          None, "snapshots of segments included")
    g.add("a look at all invariants: 4,000 calls, 1,000 agents",
          day["check_ms"], "ms", ("<=", 5),
          "while running: a thousandth of the time")
    g.add("core's state per waiting call",
          day["state_octets_per_waiting_call"], "octets")
    return g


def dispatch(build):
    """From the message that frees an agent to his next SETUP, in core."""
    g = Group("dispatch", "Dispatch: 2,000 who wait, 100 queues, 1,000 agents, "
              "50 skills; then less of each")
    done = subprocess.run([f"{build}/bench/bench_dispatch"], check=True,
                          text=True, capture_output=True, timeout=120)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    most = rows[0]
    # two of the three periods are the line's own: core has less than one
    g.add("event that frees an agent, with the next caller's SETUP",
          most["dispatch_us"], "us", ("<", 5000), "median")
    g.add("the same, 99th of 100", most["dispatch_p99_us"], "us", ("<", 5000))
    g.add("a caller comes while all agents are free", most["entry_us"], "us")
    for row in sorted(rows[1:], key=lambda r: [r[k] for k in SIZES]):
        less = [f"{row[k]} {k}" for k in SIZES if row[k] != most[k]]
        g.add(f"with {less[0]}", row["dispatch_us"], "us")
    g.add("a place in a line, with a class of its own",
          most["place_octets"], "octets")
    g.add("the call that waits there", most["call_octets"], "octets")
    return g


def core(build):
    g = Group("core", f"Core and journal: {CALLS} calls through menu, digits, "
              "queue and agent")
    with Station("core", build, configuration(), MENU_TREE) as st:
        st.run(traffic())
        if st.exchange_code != 0:
            raise RuntimeError(f"not as scripted; see {st.dir}/exchange.log")
        calls = len(st.rows("select 1 from calls where ani like '1380%'"))
        work = f"{st.dir}/append"
        done = subprocess.run(
            [f"{build}/bench/bench_core", f"{st.dir}/journal", work],
            text=True, capture_output=True, timeout=120)
        shutil.rmtree(work, ignore_errors=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    figures = json.loads(done.stdout)
    per_call = figures["events"] / calls
    g.add("calls in the store", calls, "", ("==", CALLS))
    g.add("events of core, replayed on one processor",
          figures["replay_events_per_s"], "events/s", None,
          "journal read and checked, commands made")
    g.add("commands per event", figures["commands_per_event"])
    g.add("events per call", per_call, "", None,
          "with its share of sign-ins and timers")
    g.add("octets of journal per event", figures["octets_per_event"])
    g.add("octets of journal per call",
          per_call * figures["octets_per_event"])
    g.add("append of an event", figures["append_ns"], "ns")
    return g

# SPDX-License-Identifier: GPL-2.0-or-later
"""60 legs: 30 callers bridged to 30 agents on two E1s, all of it recorded.

In real time what the machine spends on them, in lockstep how much faster than
real time it could be.
"""
import hashlib
import glob
import os
import subprocess
import time

import yaml

from figures import Group
from station import MENU_TREE, TOP, Station, configuration


def scenario(begin_s, end_s, clear=False, phones_dial=True, callers_at=None,
             pairs=1, talk_s=None):
    """yaml/exchange/load60.yaml, with notes that fence the measurement."""
    with open(f"{TOP}/yaml/exchange/load60.yaml") as f:
        world = yaml.safe_load(f)
    if clear:
        world["lines"] = {"default": {}}
    if callers_at is not None:
        world["calls"][0]["at"] = f"{callers_at}s"
    ring = world["phones"][0]["rings"][0]["do"]
    if talk_s:
        ring[0]["say"]["for"] = f"{talk_s}s"
    if not phones_dial:
        del world["phones"][0]["dials"]
    if pairs == 2:
        double(world)
    world["actions"] = [
        {"do": "note", "note": "note: begin", "at": f"{begin_s}s"},
        {"do": "note", "note": "note: end", "at": f"{end_s}s"},
        {"do": "end", "at": f"{end_s + 1}s"},
    ]
    for plan in (world["calls"][0], ring_of(world)):
        plan.pop("expect", None)
    return world


def ring_of(world):
    return world["phones"][0]["rings"][0]


def double(world):
    """The same again on two more E1s."""
    world["spans"] += [{"name": "pstn2", "side": "network", "hunt": "up"},
                       {"name": "seats2", "side": "user"}]
    world["calls"].append(dict(world["calls"][0], name="more",
                               span="pstn2"))
    world["phones"].append(dict(world["phones"][0], number="8031",
                                span="seats2"))


def talking(station):
    """Legs that are bridged now."""
    return 2 * sum(q.get("talking", 0)
                   for q in station.ask("queues").get("queues", []))


def syscalls_of(tid, seconds):
    """(calls of that thread in `seconds`, how they were counted)."""
    tracepoint = ["perf", "stat", "-x,", "-e", "raw_syscalls:sys_enter", "-t",
                  str(tid), "--", "sleep", str(seconds)]
    try:
        done = subprocess.run(tracepoint, text=True, capture_output=True,
                              timeout=seconds + 20)
        return (int(done.stderr.split(",")[0]),
                "tracepoint raw_syscalls:sys_enter of the thread, perf stat")
    except (OSError, ValueError):
        pass
    done = subprocess.run(["timeout", "-s", "INT", str(seconds), "strace",
                           "-c", "-S", "name", "-p", str(tid)],
                          text=True, capture_output=True,
                          timeout=seconds + 20)
    total = [line for line in done.stderr.splitlines()
             if line.endswith("total")]
    return int(total[0].split()[-2]), "strace -c -p of the thread"

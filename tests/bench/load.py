# SPDX-License-Identifier: GPL-2.0-or-later
"""60 legs: 30 callers bridged to 30 agents on two E1s, all of it recorded.

In real time what the machine spends on them, in lockstep how much faster than
real time it could be.
"""
import hashlib
import glob
import subprocess
import time

import yaml

from figures import Group
from station import MENU_TREE, TOP, Station, configuration

LEGS = 60


def scenario(begin_s, end_s, clear=False, pairs=1, real_time=False):
    """yaml/exchange/load60.yaml, with notes that fence the measurement. In
    real time the agents are signed in by command, and calls come sooner."""
    with open(f"{TOP}/yaml/exchange/load60.yaml") as f:
        world = yaml.safe_load(f)
    calls, phones = world["calls"][0], world["phones"][0]
    for plan in (calls, phones["rings"][0]):
        plan.pop("expect")  # the run ends while they talk
    if clear:
        world["lines"] = {"default": {}}
    if real_time:
        calls["at"] = "4s"
        del phones["dials"]
        phones["rings"][0]["do"][0]["say"]["for"] = "120s"
    if pairs == 2:
        world["spans"] += [{"name": "pstn2", "side": "network", "hunt": "up"},
                           {"name": "seats2", "side": "user"}]
        world["calls"].append(dict(calls, name="more", span="pstn2"))
        world["phones"].append(dict(phones, number="8031", span="seats2"))
    world["actions"] = [
        {"do": "note", "note": "note: begin", "at": f"{begin_s}s"},
        {"do": "note", "note": "note: end", "at": f"{end_s}s"},
        {"do": "end" if real_time else "hold", "at": f"{end_s + 1}s"},
    ]
    return world


def must_talk(station, calls):
    """Raises unless so many callers are bridged and recorded just now."""
    talking = station.ask("queues")[0]["talking"]
    recorded = station.ask("status")["recordings"]
    if talking != calls or recorded < calls:
        raise RuntimeError(f"{talking} of {calls} callers are bridged, "
                           f"{recorded} recorded; see {station.dir}")


# ---- real time -------------------------------------------------------------

def count_syscalls(build, tid, seconds):
    """(calls of that thread in `seconds`, how they were counted)."""
    args = ["perf", "stat", "-x,", "-e", "raw_syscalls:sys_enter", "-t",
            str(tid), "--", "sleep", str(seconds)]
    try:
        done = subprocess.run(args, text=True, capture_output=True,
                              timeout=seconds + 20)
        return (int(done.stderr.split(",")[0]), "tracepoint "
                "raw_syscalls:sys_enter of the media thread, perf stat")
    except (OSError, ValueError):
        pass  # no perf here, or not allowed
    done = subprocess.run([f"{build}/bench/bench_syscalls", str(tid),
                           str(seconds)], text=True, capture_output=True,
                          timeout=seconds + 20, check=True)
    return int(done.stdout), "ptrace of the media thread (no tracepoints)"


def real_time(build, canceller_ms, seconds):
    name = f"canceller {canceller_ms} ms" if canceller_ms else "canceller off"
    g = Group(f"real_time_{canceller_ms}ms",
              f"60 legs in real time, {seconds} s, period 10 ms, all "
              f"recorded, hybrids and noise, {name}")
    begin = 14
    with Station(f"real_time_{canceller_ms}", build, configuration(
            canceller=f"{canceller_ms}ms"), MENU_TREE) as st:
        st.start_exchange(scenario(begin, begin + seconds, real_time=True),
                          lockstep=False)
        st.never_late()
        st.start_daemon()
        st.wait_for(lambda: "ready:" in st.log(), 60)
        for i in range(30):
            st.ringdown("agents", "login", str(8001 + i), check=True)
            st.ringdown("agents", "ready", str(8001 + i), check=True)
        st.wait_note("begin")
        must_talk(st, 30)
        before, cpu0, t0 = (st.media(), st.cpu_s(), time.monotonic())
        calls, how = count_syscalls(build, st.threads()["media"],
                                     seconds - 2)
        after, cpu1, t1 = st.media(), st.cpu_s(), time.monotonic()
        must_talk(st, 30)
        rss = st.memory_kib()
        wire = st.wait_exchange()["card"]
    wall, ticks = t1 - t0, after["ticks"] - before["ticks"]
    g.add("system calls per media tick", calls / ((seconds - 2) * 100.0), "",
          ("<=", 1.005))
    g.add("ticks", ticks)
    g.add("late ticks in that time", after["late_ticks"] -
          before["late_ticks"], "", ("==", 0),
          f"the wire itself was late {wire['late_wakeups']} times in all")
    g.add("longest tick since start", after["tick_ns_max"] / 1e6, "ms")
    g.add("mean tick", (after["tick_ns_sum"] - before["tick_ns_sum"]) /
          ticks / 1e6, "ms")
    g.add("CPU of the daemon per channel",
          100 * (cpu1 - cpu0) / wall / LEGS, "% of core")
    g.add("CPU of the daemon", 100 * (cpu1 - cpu0) / wall, "% of core")
    g.add("RSS with 60 channels", rss / 1024, "MiB", ("<=", 64))
    g.add("frames not recorded", after["rec_lost"] - before["rec_lost"], "",
          ("==", 0))
    g.notes.append(f"system calls: {how}, all calls, {seconds - 2} s")
    return g


# ---- lockstep ----------------------------------------------------------------

class Played:
    """One run in lockstep, ended while the line's clock stands."""

    def __init__(self, build, name="lockstep", clear=False, pairs=1,
                 canceller="0ms"):
        config = configuration(agents=30 * pairs, pairs=pairs,
                               canceller=canceller)
        with Station(name, build, config, MENU_TREE) as st:
            st.start_exchange(scenario(50, 100, clear, pairs))
            st.start_daemon()
            self.speed = st.times_real_time()
            st.wait_held()
            must_talk(st, 30 * pairs)
            self.rss_mib = st.memory_kib() / 1024
            self.counts = st.ask("status")
            st.kill_daemon()
            digest = hashlib.sha256()
            for path in sorted(glob.glob(f"{st.dir}/journal/*.rdj")):
                with open(path, "rb") as f:
                    digest.update(f.read())
            self.journal = digest.hexdigest()


def lockstep(build):
    g = Group("lockstep", "60 legs in lockstep, 50 s of line time, recorded")
    noisy = [Played(build) for _ in range(2)]
    g.add("hybrids and noise, canceller off",
          min(run.speed for run in noisy), "x real time", (">=", 20.0))
    g.add("clear lines", Played(build, clear=True).speed, "x real time",
          (">=", 50.0))
    g.add("hybrids and noise, canceller 64 ms",
          Played(build, canceller="64ms").speed, "x real time")
    g.add("same seed, same journal to the byte",
          noisy[0].journal == noisy[1].journal, "", ("==", True),
          "sha256 " + noisy[0].journal[:16])
    for canceller in "0ms", "64ms":
        run = Played(build, "lockstep_120", pairs=2, canceller=canceller)
        g.add(f"RSS with 120 channels, canceller {canceller}", run.rss_mib,
              "MiB", ("<=", 64))
    return g

# SPDX-License-Identifier: GPL-2.0-or-later
"""A daemon killed at any moment: recordings playable, records neither lost nor
doubled, agents as they were, both ends agree that all channels are idle, and
the next call works. RD_SOAK=1 kills hundreds of times."""
import json
import os
import random
import signal
import struct

import office
import truth
from world import Test, World

SOAK = bool(os.environ.get("RD_SOAK"))
SEED = int(os.environ.get("RD_SEED", "1"))
S = 8000


def scenario(holds, seed, lasts):
    """A rush, and callers who try once a second what still works."""
    text = office.rush(seed=seed, keyed=lasts // 2, silent=lasts // 4,
                       duration=f"{lasts + 60}s")
    text = text.replace("calls:\n", f"""calls:
  - name: probe{{n}}
    at: 6s
    count: {lasts}
    every: 1s
    from: "1370013{{n:4}}"
    to: "4008001234"
    patience: 4s
    do:
      - wait: {{ until: prompt_end, for: 300ms }}
      - hangup:
""", 1)
    return text + "actions:\n" + "".join(
        f"  - {{ do: hold, at: {at // 8}ms, note: h{n} }}\n"
        for n, at in enumerate(holds))


def ask(world, *words):
    return json.loads(world.ringdown("--json", *words, check=True).stdout)


def who(world):
    """Of each agent what must survive: is he there, ready or why not?"""
    return {a["agent"]: (a["state"] == "signed-out", a.get("reason"),
                         a["state"] == "not-ready")
            for a in ask(world, "agents")}


def killed(world, holds, seed, lasts):
    """Kill at each hold, start again; what went wrong on the way."""
    office.write(world)
    world.start_exchange(scenario([5 * S + 4000, *holds], seed, lasts),
                         "--control", "--seed", str(seed))
    world.start_daemon()
    world.stands(1)
    world.ringdown("agents", "login", "8003", check=True)
    world.ringdown("agents", "not-ready", "8003", "lunch", check=True)
    world.release()
    wrong, up = [], 0
    for n, at in enumerate(holds):
        if not world.stands(n + 2):
            return [f"the exchange ended: {world.story()[-500:]}"]
        before = who(world)
        up += len(ask(world, "calls"))
        world.kill_daemon()
        world.start_daemon()
        world.wait_ready(n + 2)
        after = who(world)
        if before != after:
            wrong.append(f"killed at {at}: agents were {before}, "
                         f"are {after}")
        if ask(world, "calls"):
            wrong.append(f"killed at {at}: calls that nobody has")
        world.release()
    report = world.wait_exchange()
    world.spans = ask(world, "spans")
    world.end = world.kill_daemon(signal.SIGTERM)
    world.up = up
    world.calls = report["calls"]
    return wrong


def settle(world):
    """One more start and end, without a line: what was up then is over."""
    world.start_daemon()
    world.wait_ready(world.log().count("ready:") + 1)
    return world.kill_daemon(signal.SIGTERM)


def records(world):
    """Does each caller who was heard have one record, no more?"""
    seen = {}
    for row in world.rows("select ani, released_by from calls"):
        seen.setdefault(row["ani"], []).append(row["released_by"])
    heard = [c["from"] for c in world.calls
             if c["outgoing"] and c["connect_frame"] and len(c["from"]) > 4]
    lost = [ani for ani in heard if ani not in seen]
    twice = [ani for ani, rows in seen.items()
             if len(ani) > 4 and len(rows) > 1]
    return (f"no record of {lost} " if lost else "") + \
        (f"two of {twice}" if twice else "")


def acknowledged(world):
    """Runs in which not every channel was restarted and acknowledged."""
    done = world.ringdown("--json", "journal", "show", "--journal", "journal",
                          "--events", "START,ISDN")
    acks = []
    for line in done.stdout.splitlines():
        event = json.loads(line)
        if event["type"] == "START":
            acks.append(0)
        acks[-1] += event["fields"].get("op") == "RESTART_ACK"
    return [n for n in acks if n < 60]


def works_at_once(world, frames):
    """Who rings a second after the start is answered."""
    wrong = []
    for frame in frames:
        after = [c for c in world.calls if c["name"].startswith("probe")
                 and c["setup_frame"] and c["setup_frame"] >= frame + S]
        first = min(after, key=lambda c: c["setup_frame"])
        if first["result"] != "answered":
            wrong.append(f"{first['name']} {first['result']}, "
                         f"cause {first['cause']}, after {frame}")
    return "; ".join(wrong)


def busy(world):
    return [(s["span"], c) for s in world.spans for c in s["channels"]
            if c["state"] != "idle"]


def at_frames(test):
    """Holds give one kill at one frame; everything is looked at afterwards."""
    rng = random.Random(SEED)
    worlds, kills, lasts = (40, 5, 30) if SOAK else (4, 5, 30)
    found = {}

    def add(name, what, where):
        found.setdefault(name, [])
        if what:
            found[name].append(f"{where}: {what}")

    total = 0
    for n in range(worlds):
        seed = rng.randrange(1, 1000)
        # 2.5 s apart at least, so that there is time to see the recovery
        gap = (lasts - 6) * S // kills
        holds = [(7 * S + k * gap + rng.randrange(gap - 5 * S // 2)) // 8 * 8
                 for k in range(kills)]
        where = f"seed {seed} frames {holds}"
        with World("restart") as world:
            wrong = killed(world, holds, seed, lasts)
            total += world.up
            add("a_killed_daemon_comes_back_with_its_agents_and_no_calls",
                "; ".join(wrong), where)
            add("database_holds_exactly_the_rows_of_the_journal",
                truth.rows(world), where)
            add("recordings_are_playable_and_as_long_as_their_rows_say",
                truth.recordings(world), where)
            add("no_caller_without_a_record_and_none_with_two",
                records(world), where)
            ended = len(world.rows("select 1 from calls "
                                   "where released_by = 'restart'"))
            add("calls_that_were_up_are_released_by_restart",
                ended != world.up and f"{ended} of {world.up}", where)
            add("every_channel_is_restarted_and_acknowledged",
                acknowledged(world), where)
            add("both_ends_agree_that_all_is_idle", busy(world), where)
            add("the_next_call_works_at_once", works_at_once(world, holds),
                where)
    print(f"{worlds * kills} kills at seeded frames, {total} calls up")
    for name, wrong in found.items():
        test.check(name, not wrong, " | ".join(wrong))


CALLS = ("write", "rename", "sync", "truncate", "unlink", "submit")


def shimmed(world, at):
    world.env.update(LD_PRELOAD=truth.tool(world, "shim.so"), SHIM_KILL=at)
    world.start_daemon()
    for key in ("LD_PRELOAD", "SHIM_KILL"):
        del world.env[key]


def counts(lasts):
    """How many of each call a run of that length makes."""
    with World("restart-count") as world:
        office.write(world)
        path = world.write("counts", "\0" * 64)
        world.env.update(LD_PRELOAD=truth.tool(world, "shim.so"),
                         SHIM_COUNT=path)
        world.run(boundary_scenario(lasts))
        with open(path, "rb") as f:
            return dict(zip(CALLS, struct.unpack("<6Q", f.read(48))))


def boundary_scenario(lasts):
    return office.rush(seed=SEED, keyed=lasts // 2, silent=1, talk="1s",
                       duration=f"{lasts + 30}s", linger="1s")


def at_boundary(lasts, points):
    """Die instead of doing that call, as often as points says, then live."""
    with World("boundary") as world:
        office.write(world)
        world.start_exchange(boundary_scenario(lasts))
        died = 0
        for at in points:
            shimmed(world, at)
            world.wait_for(lambda: world.daemon.poll() is not None
                           or world.exchange.poll() is not None)
            if world.daemon.poll() is None:
                break
            if world.daemon.returncode != -signal.SIGKILL:
                return died, f"exit {world.daemon.returncode}: " + world.log()
            died += 1
        else:
            world.start_daemon()
        report = world.wait_exchange()
        world.calls = report["calls"]
        # SIGTERM, too, passes boundaries
        died += world.kill_daemon(signal.SIGTERM) == -signal.SIGKILL
        if settle(world):
            return died, world.log()[-2000:]
        return died, "; ".join(w for w in (truth.wrong(world),
                                           records(world)) if w)


def at_boundaries(test):
    """Each write, rename, sync ... is a place to die, alone and in a chain
    (the recovery dies, too)."""
    lasts = 8
    rng = random.Random(SEED + 1)
    total = counts(lasts)
    print("a run makes", total)
    test.check("a_run_passes_all_kinds_of_boundaries",
               all(total[c] for c in CALLS if c != "unlink"), str(total))
    died, wrong = 0, []
    if SOAK:
        points = [[f"{c}:{n}"] for c in CALLS for n in range(
            1, total[c] + 1, 1 if c != "submit" else 23)]
    else:
        points = [[f"{c}:{1 + rng.randrange(total[c])}"]
                  for c in CALLS if total[c] for _ in range(2)]
    chains = 40 if SOAK else 4
    points += [[f"{rng.choice(CALLS[:4])}:{1 + rng.randrange(9)}"
                for _ in range(4)] for _ in range(chains)]
    for chain in points:
        n, what = at_boundary(lasts, chain)
        died += n
        if what:
            wrong.append(f"{chain}: {what}")
    print(f"{died} kills at boundaries")
    test.check("killed_at_boundaries_often_enough", died >= len(points) // 2,
               f"{died} of {len(points)}")
    test.check("killed_at_any_boundary_nothing_is_lost_or_doubled", not wrong,
               " | ".join(wrong))


def other_limits(test):
    """A daemon killed and started with other pools, larger and smaller: who
    was signed in still is, callers who were up have their record."""
    with World("restart-limits") as world:
        holds = [7 * S, 12 * S, 17 * S]
        office.write(world)
        world.start_exchange(scenario([5 * S + 4000, *holds], SEED, 20),
                             "--control", "--seed", str(SEED))
        world.start_daemon()
        world.stands(1)
        world.ringdown("agents", "login", "8003", check=True)
        world.ringdown("agents", "not-ready", "8003", "lunch", check=True)
        world.release()
        text, wrong, up = world.read("ringdown.yaml").decode(), [], 0
        for n, limits in enumerate(("calls: 200, agents: 90, queues: 9, "
                                    "blacklist: 500",
                                    "calls: 40, agents: 3, queues: 1, "
                                    "blacklist: 5", None)):
            world.stands(n + 2)
            before = who(world)
            up += len(ask(world, "calls"))
            world.kill_daemon()
            world.config(text.replace(
                "calls: 64, agents: 16, queues: 4, blacklist: 100",
                limits or "calls: 40, agents: 3, queues: 1, blacklist: 5"))
            world.start_daemon()
            world.wait_ready(n + 2)
            if who(world) != before:
                wrong.append(f"{limits}: {before} {who(world)}")
            world.release()
        report = world.wait_exchange()
        world.kill_daemon(signal.SIGTERM)
        world.calls = report["calls"]
        test.check("other_limits_keep_sign_ins_over_a_kill", not wrong,
                   " | ".join(wrong) + world.log()[-800:])
        ended = len(world.rows("select 1 from calls "
                               "where released_by = 'restart'"))
        test.check("other_limits_lose_no_record", up and ended == up
                   and not truth.wrong(world),
                   f"{up} {ended} {truth.wrong(world)}")


def main():
    test = Test()
    print(f"RD_SEED={SEED}")
    at_frames(test)
    other_limits(test)
    at_boundaries(test)
    test.end()


if __name__ == "__main__":
    main()

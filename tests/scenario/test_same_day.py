# SPDX-License-Identifier: GPL-2.0-or-later
"""The same hundred calls twice: through media, libpri and an exchange in
lockstep, and through the model of `ringdown simulate`. Core must decide the same.

COMPARED, and equal: what core decided, in order: each offer (which agent, to
whom); the order in which callers entered the queue; of each call its story
(entered, offered, connected, given up, who ended it), result, cause, who released
it, way through the menu, agent; of each agent his calls in order.

NOT EQUAL, and why. The model has no line: SETUP, CONNECT and DISCONNECT take no
time on a D-channel of 64 kbit/s, a prompt begins in the frame it is asked for and
not a period later, a digit is known at its end and not by a detector, a caller
knows that a prompt is over and need not hear silence. So each step is some ten
milliseconds earlier or later, always by nearly the same: at most DRIFT_MS. Two
events of different calls that are closer than that may come in the other order, so
their order is not compared (one connected, another entering); it is no decision.
Where it would be one (two agents become free, two callers give up), the order is in
the offers, and the day of this SEED has none so close.
"""
import random

import office
import subprocess
import truth
from world import Test, World

CALLS = 100
SEED = 7
AGENTS = {"8001": 500, "8002": 900, "8003": 1400}  # answer after, ms
TALK, PATIENCE = 6, 12  # s
DRIFT_MS = 60  # of one event between the two

# What the model is told of the line, as measured on it: silence that a caller
# takes for a prompt's end, and the digit's detection (reaction); the D-channels of
# a phone (ring_after); a key's length, which his patience does not count.

DAY = """\
date: {date}
timezone: UTC
from: {hour}:00
to: {end}:00
settle: 30m
prompts: {{ spoken: true }}
ring_after: 90ms
callers:
  hot:
    number: 4008001234
    calls: [0]
    patience: {{ shape: fixed, mean: {patience}s80ms }}
    handling: {{ shape: fixed, mean: {talk}s }}
    reaction: {{ shape: fixed, mean: 290ms }}
    keys: [{{ node: main.welcome, press: ["2"] }}]
    agent_ends: 100
agents:
{shifts}
"""


def arrivals():
    """Poisson, in whole 10 ms: frames of the day, the same for both."""
    rng, at, out = random.Random(SEED), 5000.0, []
    for _ in range(CALLS):
        at += rng.expovariate(1 / 2300)
        out.append(int(at) // 10 * 10)
    return out


def scenario():
    calls = "".join(f"""\
  - name: c{n}
    at: {at}ms
    from: "1380000{n:04}"
    to: "4008001234"
    do:
      - wait: {{ until: prompt_end, for: 300ms }}
      - keys: "2"
      - wait: {{ until: marker, marker: 1, timeout: {PATIENCE}s, else: give_up }}
      - wait: hangup
""" for n, at in enumerate(arrivals()))
    phones = "".join(f"""\
  - number: "{agent}"
    rings:
      - alert_after: 50ms
        answer_after: {ms}ms
        do:
          - say: {{ marker: 1, background: true }}
          - wait: {TALK}s
          - hangup: 16
""" for agent, ms in AGENTS.items())
    return office.head(seed=SEED, duration="600s") + "calls:\n" + calls \
        + "phones:\n" + phones + "actions: [{ do: hold, at: 3s }]\n"


def rows(world, journal):
    done = subprocess.run([truth.tool(world, "rows"),
                           f"{world.dir}/{journal}"],
                          capture_output=True, text=True, timeout=100)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return [line.split("\t") for line in done.stdout.splitlines()]


def columns(world, table):
    return [r["name"] for r in world.rows(f"pragma table_info({table})")
            if r["name"] not in ("seq", "part")]


def story(world, journal):
    """(decisions in order, calls by number, times of the decisions)."""
    calls, log = columns(world, "calls"), columns(world, "queue_log")
    found = [(r[0], dict(zip(calls if r[0] == "calls" else log, r[3:])))
             for r in rows(world, journal) if r[0] in ("calls", "queue_log")]
    ani = {r["call"]: r["ani"] for t, r in found if t == "calls"}
    ends = {r["ani"]: (r["result"], r["cause"], r["released_by"], r["path"],
                       r["agent"], r["queue"])
            for t, r in found if t == "calls"}
    decided = [(r["event"], ani.get(r["call"]), r["agent"])
               for t, r in found if t == "queue_log" and r["call"] in ani]
    times = [int(r["at_ms"]) for t, r in found
             if t == "queue_log" and r["call"] in ani]
    return decided, ends, times


def offers(decided):
    return [d[1:] for d in decided if d[0] == "OFFER"]


def entries(decided):
    return [d[1] for d in decided if d[0] == "ENTER"]


def stories(decided, of):
    """Of each call (of=1) or agent (of=2), its events in order."""
    out = {}
    for d in decided:
        out.setdefault(d[of], []).append(d)
    return out


def simulate(world):
    at_ms = int(world.rows("select min(begun_ms) as t from calls")[0]["t"])
    hour = at_ms // 3600000
    day = DAY.format(
        date=world.rows("select date(?, 'unixepoch') as d",
                        at_ms // 1000)[0]["d"],
        hour=hour % 24, end=hour % 24 + 1, talk=TALK, patience=PATIENCE,
        shifts="".join(f"""\
  - who: {agent}
    hours: ["{hour % 24}:00-{hour % 24 + 1}:00"]
    answer: {{ shape: fixed, mean: {ms}ms }}
""" for agent, ms in AGENTS.items()))
    world.write("day.yaml", day)
    return world.ringdown("simulate", "-c", "ringdown.yaml", "day.yaml",
                          "--replay", "journal", "--keep", "simulated")


def first_difference(a, b):
    for n, (x, y) in enumerate(zip(a, b)):
        if x != y:
            return f"decision {n}: {x} and {y}; before {a[max(0, n - 4):n]}"
    return f"{len(a)} and {len(b)} decisions"


def main():
    test = Test()
    with World("same-day") as world:
        office.write(world)
        world.start_exchange(scenario(), "--control")
        world.start_daemon()
        world.stands(1)
        for agent in AGENTS:
            world.ringdown("agents", "login", agent, check=True)
        world.release()
        report = world.wait_exchange()
        code = world.kill_daemon()
        test.check("a_hundred_calls_through_media_and_libpri",
                   code and world.exchange_code == 0
                   and sum(c["outgoing"] for c in report["calls"]) >= CALLS,
                   world.story()[-800:])
        world.start_daemon()  # writes what is left into the database
        world.wait_ready(2)
        world.kill_daemon(15)
        done = simulate(world)
        test.check("the_same_arrivals_through_the_model",
                   done.returncode == 0, str(done))
        real, model = story(world, "journal"), story(world, "simulated")
        results = [r[0] for r in real[1].values()]
        test.check("the_day_has_talks_and_losses",
                   len(results) == CALLS and results.count("abandoned") > 8
                   and sum(d[0] == "CONNECT" for d in real[0]) > 50,
                   f"{len(results)} {results.count('abandoned')}")
        test.check("same_offers_in_the_same_order",
                   offers(real[0]) == offers(model[0]),
                   first_difference(offers(real[0]), offers(model[0])))
        test.check("same_order_of_entry",
                   entries(real[0]) == entries(model[0]))
        test.check("same_story_of_each_call",
                   stories(real[0], 1) == stories(model[0], 1))
        test.check("same_calls_of_each_agent",
                   stories(real[0], 2) == stories(model[0], 2))
        test.check("same_outcome_of_each_call", real[1] == model[1],
                   str([(k, real[1][k], model[1].get(k)) for k in real[1]
                        if real[1][k] != model[1].get(k)][:3]))
        when = dict(zip(model[0], model[2]))
        drift = max(abs(t - when.get(d, 0))
                    for d, t in zip(real[0], real[2]))
        test.check("times_differ_by_the_line_only", drift <= DRIFT_MS,
                   f"{drift} ms")
        print(f"{len(real[0])} events, {len(offers(real[0]))} offers, "
              f"{results.count('abandoned')} losses; at most {drift} ms apart")
    test.end()


if __name__ == "__main__":
    main()

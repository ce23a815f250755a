# SPDX-License-Identifier: GPL-2.0-or-later
"""A small call centre for tests: a trunk, a PBX with three agents, a menu that
leads to a queue, a card number looked up, a survey; short prompts.

    office.write(world)                  ringdown.yaml and all it names
    office.rush(calls=24)                a scenario: callers at random by the seed

Whoever needs it otherwise says so: office.write(world, recording="never").
"""
import math
import struct
import wave

PINS = {"8001": "739146", "8002": "852963", "8003": "147258"}

RINGDOWN = """\
language: en
languages: { en: en }
country: cn
period: 10ms
cards:
  wire: { path: wire, echo_canceller: 0ms }
groups:
  pstn: { hunt: high }
  seats: { phones: true }
spans:
  pstn: { card: wire, position: 0, type: e1, group: pstn, side: user }
  seats: { card: wire, position: 1, type: e1, group: seats, side: network }
routes:
  - { number: 4008001234, group: pstn, tree: main }
  - { number: 8000, group: seats, tree: seat }
out_routes:
  - { number: 800*, group: seats }
agents:
  8001: { name: One, pin: "739146", queues: [service] }
  8002: { name: Two, pin: "852963", queues: [service] }
  8003: { name: Three, pin: "147258", queues: [service] }
queues:
  service:
    max_wait: 5m
    ring_timeout: 10s
    wrapup: 1s
    music: tune
    announce: { position: true, every: 10s }
    after: main.survey
    overflow: main.sorry
music:
  tune: [tune.wav]
trees:
  main: main.yaml
  seat: seat.yaml
sources:
  cards: { path: customers.csv, key: card, timeout: 1s }
recording: { dir: recordings, start: {start}, low_water: 1MiB }
journal: { dir: journal, segment: 1MiB, low_water: 1MiB }
store: ringdown.db
cache: {CACHE}
control: { socket: control }
limits: { calls: 64, agents: 16, queues: 4, blacklist: 100, callers: 64, tasks: 16, list_changes: 16 }
{more}
"""

MAIN = """\
attach: [card, name]
nodes:
  welcome:
    menu:
      1: card
      2: { queue: service }
    prompt: One or two.
    timeout: 4s
    silent_retries: 1
    no_input: { queue: service }
  card:
    collect: card
    prompt: Card.
    length: 8
    retries: 2
    silent_retries: 1
    lookup: cards
    into: [name]
    down: { queue: service }
    failed: goodbye
    no_input: { queue: service }
    then: { queue: service }
  survey:
    survey: 1-5
    prompt: Rate us.
    retries: 1
    silent_retries: 0
    then: goodbye
  sorry:
    say: Sorry.
    then: hangup
"""

SEAT = """\
key_operator: none
nodes:
  number:
    collect: number
    prompt: Number.
    length: 1-8
    then: pin
  pin:
    collect: pin
    prompt: Pin.
    secret: yes
    length: 1-16
    then: login
  login:
    - agent: login
      number: number
      pin: pin
      retries: 2
      wrong: number
    - agent: ready
    - say: Yes.
    - hangup:
"""

CUSTOMERS = """\
card,name
12345678,Wang
87654321,Brown
"""


def tune(path, seconds=4):
    with wave.open(path, "wb") as f:
        f.setnchannels(1)
        f.setsampwidth(2)
        f.setframerate(8000)
        f.writeframes(b"".join(
            struct.pack("<h", int(6000 * math.sin(i * i / 90000)))
            for i in range(8000 * seconds)))


def write(world, start="connect", more="", change=()):
    """Write all files; change is pairs of texts in ringdown.yaml."""
    text = RINGDOWN.replace("{start}", start).replace("{more}", more)
    for old, new in change:
        assert old in text, old
        text = text.replace(old, new)
    world.config(text)
    world.write("main.yaml", MAIN)
    world.write("seat.yaml", SEAT)
    world.write("customers.csv", CUSTOMERS)
    tune(f"{world.dir}/tune.wav")


def sign_in(agent, at):
    """The agent's phone dials 8000 and keys number and PIN."""
    return f"""\
      - name: {agent} signs in
        at: {at}
        to: "8000"
        do:
          - wait: {{ until: prompt_end, for: 300ms }}
          - keys: "{agent}#"
          - wait: {{ until: prompt_end, for: 300ms }}
          - keys: "{PINS[agent]}#"
          - wait: hangup
        expect: {{ result: answered }}
"""


def phone(agent, at="1s", talk="3s"):
    return f"""\
  - number: "{agent}"
    dials:
{sign_in(agent, at)}\
    rings:
      - answer_after: 500ms
        do:
          - say: {{ noise: true, level: -20, background: true }}
          - wait: {talk}
          - hangup: 16
"""


HEAD = """\
seed: {seed}
duration: {duration}
linger: {linger}
card: {{ name: exchange }}
spans:
  - {{ name: pstn, side: network, hunt: up }}
  - {{ name: seats, side: user }}
"""


def head(seed=1, duration="300s", linger="3s"):
    return HEAD.format(seed=seed, duration=duration, linger=linger)


LINES = """\
lines:
  clear: {}
  far: { level: -4, noise: -60, delay: 12ms, hybrid: 2, erl: 14 }
"""

CALLERS = """\
calls:
  - name: keyed{{n}}
    at: 4s
    count: {keyed}
    poisson: {{ rate_per_min: 60 }}
    from: "1380013{{n:4}}"
    to: "4008001234"
    line: far
    patience: 40s
    do:
      - wait: {{ until: prompt_end, for: 300ms }}
      - keys: "1"
      - wait: {{ until: prompt_end, for: 300ms }}
      - keys: "12345678"
      - wait: hangup
  - name: silent{{n}}
    at: 5s
    count: {silent}
    poisson: {{ rate_per_min: 40, seed: 7 }}
    from: "1390013{{n:4}}"
    to: "4008001234"
    patience: 20s
    do:
      - say: {{ noise: true, level: -40, background: true }}
      - wait: {{ until: 18s }}
      - keys: "5"
      - give_up:
"""


def rush(seed=1, keyed=8, silent=4, agents=("8001", "8002"), talk="3s", **more):
    return head(seed, **more) + LINES \
        + CALLERS.format(keyed=keyed, silent=silent) + "phones:\n" \
        + "".join(phone(a, f"{1 + i}s", talk) for i, a in enumerate(agents))

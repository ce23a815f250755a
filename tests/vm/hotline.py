#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The hotline in a guest: ringdownd on /dev/ringdown/card0, the exchange on
card1, two virtual E1 cables between them.

    demo     the calls A to D of the demo, held to what the wire is held to
    load     60 legs for 10 s of line time (RD_SOAK=1: 60 s), all recorded
    killed   the daemon SIGKILLed while it streams
    maintain loop, bit error test, injected faults of a span

Everything it leaves on the guest's disk is pulled out and looked at here:
records against the journal, recordings against what the parties said.
"""
import argparse
import glob
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import time
import warnings
import wave

import guest

warnings.simplefilter("ignore", DeprecationWarning)
import audioop  # noqa: E402

sys.path.insert(0, f"{guest.TOP}/tests/scenario")
import demo  # noqa: E402
import office  # noqa: E402
import truth  # noqa: E402
from world import TOP, Test, World  # noqa: E402

S = 8000
TALK_S = 60 if os.environ.get("RD_SOAK") else 10
IDLE = struct.pack("<h", 8)     # A-law 0xd5, as it sounds


class Part(World):
    """A folder with ringdown.yaml, exchange.yaml; later, what came of it."""
    part = "vm"

    def bring(self, g):
        """Into the guest's disk, its paths those of the guest."""
        g.tree(self.dir, f"var/lib/ringdown/{self.name}")
        path = f"var/lib/ringdown/{self.name}/ringdown.yaml"
        with open(f"{g.root}/{path}") as f:
            text = f.read()
        g.write(path, text.replace("path: wire", "path: /dev/ringdown/card0")
                .replace(f"{self.build}/cache", "/var/cache/ringdown"))

    def prime(self):
        """Speak all texts here: in an emulator that takes long."""
        ended = []
        for program, words in (
                ("ringdownd", ["-c", "ringdown.yaml"]),
                ("ringdown-exchange", ["--socket", "prime", "--no-sound",
                                       "--cache", f"{self.build}/cache",
                                       "exchange.yaml"])):
            with open(f"{self.dir}/prime.log", "wb") as log:
                process = subprocess.Popen(
                    [f"{self.build}/{program}", *words], cwd=self.dir,
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            until = time.monotonic() + 120
            while process.poll() is None and time.monotonic() < until:
                with open(f"{self.dir}/prime.log", "rb") as log:
                    if re.search(rb"ready:|card on prime", log.read()):
                        break
                time.sleep(0.02)
            process.send_signal(signal.SIGTERM)
            ended.append(process.wait(30))
        for left in ("journal", "recordings"):
            shutil.rmtree(f"{self.dir}/{left}", ignore_errors=True)
        for left in glob.glob(f"{self.dir}/ringdown.db*"):
            os.remove(left)
        if ended[0]:
            raise RuntimeError(f"{self.name}: ringdownd: {ended[0]}: "
                               + self.read("prime.log").decode())

    def take(self, pulled):
        """What the guest has left of this part, instead of what it got."""
        shutil.rmtree(self.dir)
        os.rename(f"{pulled}/{self.name}", self.dir)
        self.calls = self.report()["calls"]

    def call(self, name, attempt=1):
        for call in self.calls:
            if call["name"] == name and call["attempt"] == attempt:
                return call
        raise KeyError(f"{self.name}: no call {name}; see {self.dir}")

    def sound(self, path):
        path = os.path.relpath(path, "/tmp/play")
        with wave.open(f"{self.dir}/{path}") as w:
            return w.readframes(w.getnframes())

    def said(self, call):
        """As it left the party: through the law of its line."""
        return audioop.alaw2lin(audioop.lin2alaw(
            self.sound(call["said_file"]), 2), 2)

    def recorded(self, ani):
        """Left and right of the caller's recording, as signed 16 bits."""
        rows = self.rows("select r.path from recordings r join calls c "
                         "using (call) where c.ani = ?", ani)
        data = self.read(f"recordings/{rows[0]['path']}.wav")
        at = data.index(b"data")
        size = struct.unpack_from("<I", data, at + 4)[0]
        octets = data[at + 8:at + 8 + size]
        return [audioop.alaw2lin(octets[side::2], 2) for side in (0, 1)]

    def recording_is_the_line(self, call):
        """Left is what the caller said, right what he heard, to the octet."""
        left, right = self.recorded(call["from"])
        said, heard = self.said(call), self.sound(call["heard_file"])
        for what, whole, part in (("left is not what he said", said, left),
                                  ("right is not what he heard", heard, right)):
            probe = 2 * S               # one second in
            at = whole.find(part[probe:probe + 1600]) - probe
            if at < 0 or whole[at:at + len(part)] != part:
                return f"{call['name']}: {what} ({at})"
        return ""

    def cards_kept_time(self, test):
        """Late is allowed to the far end, as far as it loses nothing."""
        wrong = {what: n for what, n in self.report()["card"].items()
                 if n and what != "late_wakeups"}
        test.check(f"{self.name}_no_octet_was_lost_between_the_cards",
                   not wrong, wrong)

    def records_are_true(self, test):
        wrong = truth.wrong(self)
        test.check(f"{self.name}_records_and_recordings_agree_with_the_journal",
                   not wrong, wrong)


# ---- the demo ------------------------------------------------------------------

class Demo(Part):
    JOB = """
    centre demo
    start_daemon
    play; echo $? >exchange.code
    stop_daemon; echo $? >daemon.code
    """

    def fill(self):
        shutil.copytree(f"{TOP}/yaml", self.dir, dirs_exist_ok=True)
        shutil.copy(f"{TOP}/yaml/exchange/demo.yaml",
                    f"{self.dir}/exchange.yaml")
        with open(f"{TOP}/yaml/ringdown.yaml") as f:
            text = f.read().replace("../build/cache", f"{self.build}/cache") \
                .replace("../build/demo/", "")
        self.config(text)

    def look(self, test):
        codes = [int(self.read(f"{who}.code")) for who in ("exchange",
                                                           "daemon")]
        demo.look(test, self, *codes)
        self.cards_kept_time(test)
        self.records_are_true(test)


# ---- sixty legs ----------------------------------------------------------------

LOAD = """\
language: en
languages: {{ en: en }}
country: cn
period: 10ms
cards:
  wire: {{ path: wire, echo_canceller: 0ms }}
groups:
  pstn: {{ hunt: high }}
  seats: {{ phones: true }}
spans:
  pstn: {{ card: wire, position: 0, type: e1, group: pstn, crc4: true }}
  seats: {{ card: wire, position: 1, type: e1, group: seats, side: network,
           crc4: true }}
routes:
  - {{ number: 4008001234, group: pstn, tree: load }}
out_routes:
  - {{ number: 80*, group: seats }}
agents:
{agents}
queues:
  service: {{ waiting: ringback, wrapup: 0s, ring_timeout: 20s }}
trees: {{ load: load.yaml }}
recording: {{ dir: recordings, start: connect, low_water: 0 }}
journal: {{ dir: journal, low_water: 0 }}
store: ringdown.db
cache: {{CACHE}}
control: {{ socket: control }}
limits: {{ calls: 64 }}
"""

LOAD_SCENARIO = """\
about: 30 callers, 30 agents, clear lines
seed: 1
duration: {talk}s
linger: 1s
spans:
  - {{ name: pstn, hunt: up }}
  - {{ name: seats, side: user }}
calls:
  - name: "caller{{n:2}}"
    count: 30
    at: 4s
    every: 20ms
    from: "13800{{n:4}}"
    to: "4008001234"
    do:
      - say: {{ noise: true, level: -20, background: true }}
      - wait: hangup
    expect: {{ result: answered, by: client, cause: 16 }}
phones:
  - number: "8001"
    count: 30
    answered_min: 1
    answered_max: 1
    rings:
      - answer_after: 200ms
        do:
          - say: {{ noise: true, level: -20, background: true }}
          - wait: {talk}s
          - hangup: 16
"""


class Load(Part):
    JOB = """
    centre load
    start_daemon
    for a in $(seq 8001 8030); do
        ask agents login $a >/dev/null && ask agents ready $a >/dev/null
    done
    play & player=$!
    until_s 60 grep -q ' dials' exchange.log
    sleep 4
    ask --json status >status.json
    wait $player; echo $? >exchange.code
    stop_daemon
    """

    def fill(self):
        self.config(LOAD.format(agents="\n".join(
            f"  {8001 + i}: {{ name: A{i}, pin: 1111, queues: [service] }}"
            for i in range(30))))
        self.write("load.yaml", "nodes:\n  start: {queue: service}\n")
        self.write("exchange.yaml", LOAD_SCENARIO.format(talk=TALK_S)
                   .replace(f"duration: {TALK_S}s", "duration: 300s"))

    def look(self, test):
        callers = [c for c in self.calls if c["name"].startswith("caller")]
        test.check("load_sixty_legs_came_out_as_scripted",
                   int(self.read("exchange.code")) == 0 and len(callers) == 30
                   and len(self.calls) == 60, self.story()[-2000:])
        status = self.read("status.json").decode()
        recordings = re.search(r'"recordings": (\d+)', status)
        test.check("load_all_thirty_calls_were_recorded_at_once",
                   recordings and int(recordings[1]) == 30, status[-800:])
        rows = self.rows("select frames from recordings")
        test.check(f"load_recordings_last_{TALK_S}_s", len(rows) == 30 and all(
            abs(r["frames"] - TALK_S * S) < S for r in rows), rows)
        wrong = [w for w in map(self.recording_is_the_line, callers) if w]
        test.check("load_recordings_hold_every_octet_said_and_heard",
                   not wrong, "; ".join(wrong[:5]))
        agents = [self.said(c) for c in self.calls
                  if not c["name"].startswith("caller")]
        rights = [self.recorded(c["from"])[1] for c in callers]
        # 1 s of each agent, from the middle of what he said
        lost = sum(not any(a[len(a) // 2:len(a) // 2 + 2 * S] in right
                           for right in rights) for a in agents)
        test.check("load_each_agent_is_in_a_recording", len(agents) == 30
                   and not lost, f"{lost} are not")
        self.cards_kept_time(test)
        self.records_are_true(test)


# ---- the daemon killed -----------------------------------------------------------

KILLED_SCENARIO = office.head(seed=3, duration="60s", linger="1s") + """\
calls:
  - name: before
    at: 5s
    from: "13800000001"
    to: "4008001234"
    do:
      - say: { noise: true, level: -20, background: true }
      - wait: 1s
      - keys: "2"
      - wait: hangup
    expect: { result: answered, by: client }
  - name: waiting
    at: 8s
    from: "13800000002"
    to: "4008001234"
    do: [{ wait: 1s }, { keys: "2" }, { wait: hangup }]
    expect: { result: answered, by: client }
  - name: after
    at: 20s
    from: "13800000003"
    to: "4008001234"
    do:
      - wait: 1s
      - keys: "2"
      - say: { noise: true, level: -30, background: true }
      - wait: hangup
    expect: { result: answered, by: client, cause: 16 }
phones:
  - number: "8001"
    rings:
      - answer_after: 300ms
        do:
          - say: { noise: true, level: -20, background: true }
          - wait: hangup
      - answer_after: 300ms
        do:
          - say: { noise: true, level: -20, background: true }
          - wait: 8s                    # "8001 at your service" is first
          - hangup: 16
  - number: "8002"
    answered_max: 0
actions:
  - { do: note, note: "note: now", at: 14s }
"""


class Killed(Part):
    """before talks to 8001, waiting hears music; then kill -9."""
    JOB = """
    centre killed
    start_daemon
    ask agents login 8001; ask agents ready 8001
    ask agents login 8002; ask agents not-ready 8002 lunch
    play & player=$!
    until_s 120 grep -q 'note: now' exchange.log
    ask --json agents >agents.before
    ask --json calls >calls.before
    kill -9 $daemon
    wait $daemon
    start_daemon
    ask --json agents >agents.after
    ask --json calls >calls.after
    wait $player; echo $? >exchange.code
    ask --json spans >spans.json
    stop_daemon
    """

    def fill(self):
        office.write(self)
        self.write("exchange.yaml", KILLED_SCENARIO)

    def tail(self, call):
        """(frames of sound before, of idle at the end) of what was heard."""
        heard = self.sound(self.call(call)["heard_file"])
        spoken = len(heard)
        while spoken and heard[spoken - 2:spoken] == IDLE:
            spoken -= 2
        return spoken // 2, (len(heard) - spoken) // 2

    def agents(self, when):
        return {a["agent"]: (a["state"] == "signed-out", a.get("reason"))
                for a in json.loads(self.read(f"agents.{when}"))}

    def look(self, test):
        test.check("killed_calls_came_out_as_scripted",
                   int(self.read("exchange.code")) == 0, self.story()[-2500:])
        up = json.loads(self.read("calls.before"))
        test.check("killed_while_two_calls_were_up", len(up) >= 2, up)
        test.check("killed_a_new_daemon_has_no_calls",
                   json.loads(self.read("calls.after")) == [],
                   self.read("calls.after"))
        before, after = self.agents("before"), self.agents("after")
        test.check("killed_agents_are_as_they_were",
                   before == after and before["8001"] == (False, "")
                   and before["8002"] == (False, "lunch"), after)
        # Killed at 14 s: what was on its way may still come, 40 ms at most.
        for name in ("before", "waiting", "8001"):
            call = self.call(name)
            spoken, idle = self.tail(name)
            since = call["connect_frame"] + spoken
            test.check(f"killed_{name}_hears_idle_and_no_old_speech",
                       idle >= S // 20 and since <= 14 * S + S,
                       f"sound until frame {since}, idle {idle} frames, "
                       f"connected at {call['connect_frame']}, over at "
                       f"{call['over_frame']}")
        rows = self.rows("select ani, released_by from calls")
        test.check("killed_calls_are_released_by_restart",
                   sorted(r["ani"] for r in rows
                          if r["released_by"] == "restart")
                   == ["13800000001", "13800000002"], rows)
        wrong = self.recording_is_the_line(self.call("after"))
        test.check("killed_the_next_call_is_recorded_octet_by_octet",
                   not wrong, wrong)
        busy = [(s["span"], c) for s in json.loads(self.read("spans.json"))
                for c in s["channels"] if c["state"] != "idle"]
        test.check("killed_both_ends_agree_that_all_is_idle", not busy, busy)
        self.records_are_true(test)


# ---- maintenance of a span ---------------------------------------------------------

class Maintain(Part):
    """Loop, bit error test and faults of a span, by the operator's command; all
    of it is over when the daemon is killed."""
    JOB = """
    centre maintain
    start_daemon
    ask spans loop seats local; echo $? >codes
    ask spans bert seats 1-4 start; echo $? >>codes
    sleep 2
    ask --json spans bert seats show >clean.json
    ask spans inject seats bit-errors 1e-4; echo $? >>codes
    sleep 5
    ask --json spans bert seats show >errors.json
    ask --json spans >looped.json
    ask spans bert seats 5-9 start; echo $? >>codes
    ask spans inject pstn ais; echo $? >>codes
    sleep 1
    ask --json spans >alarm.json
    kill -9 $daemon
    wait $daemon
    start_daemon
    sleep 1
    ask --json spans >after.json
    stop_daemon
    """

    def fill(self):
        office.write(self)
        self.write("exchange.yaml", office.head(duration="1s"))

    def data(self, name):
        return json.loads(self.read(f"{name}.json"))

    def span(self, when, name):
        return next(s for s in self.data(when) if s["span"] == name)

    def look(self, test):
        # the card has eight generators: of 5 to 9 the last gets none
        test.check("maintain_commands_are_answered",
                   self.read("codes").split() == [b"0", b"0", b"0", b"5",
                                                  b"0"], self.read("codes"))
        clean, errors = (self.data(n)["tests"] for n in ("clean", "errors"))
        test.check("maintain_a_looped_slot_hears_its_own_sequence",
                   len(clean) == 4 and all(
                       t["sync"] and not t["errors"] and t["bits"] > S * 8
                       for t in clean), clean)
        bits = sum(b["bits"] - a["bits"] for a, b in zip(clean, errors))
        rate = sum(t["errors"] for t in errors) / bits
        test.check("maintain_errors_are_as_frequent_as_injected",
                   abs(rate / 1e-4 - 1) < 0.2, rate)
        looped = self.span("looped", "seats")
        test.check("maintain_spans_tell_what_is_going_on",
                   looped["state"] == "looped" and looped["tested"] == 4
                   and looped["injected"] == "bit-errors 0.0001"
                   and looped["code_violations"] > 600
                   and looped["errored_seconds"] >= 4, looped)
        test.check("maintain_an_injected_alarm_is_seen",
                   "ais" in self.span("alarm", "pstn")["alarms"],
                   self.span("alarm", "pstn"))
        for name in ("pstn", "seats"):
            after = self.span("after", name)
            test.check(f"maintain_a_killed_daemon_leaves_{name}_as_it_was",
                       after["alarms"] == "" and after["loop"] == "off"
                       and not after["tested"], after)


PARTS = {"demo": Demo, "load": Load, "killed": Killed, "maintain": Maintain}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    guest.arguments(parser)
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--timeout", type=int, default=1500)
    args = parser.parse_args()
    build = os.path.abspath(args.build)
    g = guest.Guest(f"{build}/vm/hotline", args)
    g.centre(build)
    parts = [PARTS[name](name, build) for name in args.only.split(",")]
    for part in parts:
        part.fill()
        part.prime()
        part.bring(g)
    g.tree(f"{build}/cache", "var/cache/ringdown")
    run = g.boot("two_by_two 1000\n"
                 "is udev_gives_cards_to_the_group test "
                 "\"$(stat -c '%G %a' /dev/ringdown/card0)\" = "
                 "\"ringdown 660\"\n" + "".join(
        part.JOB for part in parts) + "is unloads_after_all "
        "until_s 10 rmmod ringdown\n",
        args.timeout)
    g.pull("var/lib/ringdown", f"{g.dir}/pulled")
    test = Test()
    for part in parts:
        try:
            part.take(f"{g.dir}/pulled")
            part.look(test)
        except (OSError, KeyError, IndexError, ValueError) as why:
            test.check(f"{part.name}_came_to_its_end", False, repr(why))
    guest.tell(run, test)
    test.end()


if __name__ == "__main__":
    main()

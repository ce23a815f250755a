# SPDX-License-Identifier: GPL-2.0-or-later
"""A station to be measured: configuration, exchange, daemon, and what the
system says of the daemon while it works.

The exchange's story is read as it is told, each line with the wall clock: two
notes in a scenario (`actions: [{do: note, note: begin, at: 10s}, ...]`) fence
what is measured, in line time and in wall time.
"""
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "scenario"))
from world import TOP, World  # noqa: E402

HZ = os.sysconf("SC_CLK_TCK")
QUEUE_TREE = "title: Load\nnodes:\n  start: {queue: service}\n"
MENU_TREE = """title: Load
nodes:
  start:
    menu: {1: card}
    prompt: {en: For service press 1.}
  card:
    collect: card
    prompt: {en: Please enter your eight digit card number.}
    length: 8
    then: wait
  wait: {queue: service}
"""


def configuration(agents=30, pairs=1, period="10ms", canceller="0ms",
                  trees=(), routes=()):
    """ringdown.yaml of `pairs` E1s with callers and as many with agents."""
    spans, groups = [], ["pstn: {hunt: high}", "seats: {phones: true}"]
    for i in range(2 * pairs):
        side, group, prio = (("user", "pstn", "clock_priority: 1, "),
                             ("network", "seats", ""))[i % 2]
        name = group + (str(i // 2 + 1) if i > 1 else "")
        spans.append(f"{name}: {{card: wire, position: {i}, type: e1, "
                     f"group: {group}, side: {side}, {prio}crc4: true}}")
    people = [f"{8001 + i}: {{name: Agent {i + 1}, pin: 1111, "
              "queues: [service]}" for i in range(agents)]

    def block(name, lines):
        return name + ":\n" + "".join(f"  {line}\n" for line in lines)

    return "\n".join([
        "language: en", "languages: {en: en, zh: cmn}", "country: cn",
        f"period: {period}",
        block("cards", [f"wire: {{path: wire, clock_priority: 1, "
                        f"echo_canceller: {canceller}}}"]),
        block("groups", groups), block("spans", spans),
        block("routes", [
            "- {number: 4008001234, group: pstn, tree: load}",
            "- {number: 8000, group: seats, tree: seat}", *routes]),
        block("out_routes", ["- {number: 80*, group: seats}"]),
        block("agents", people),
        block("queues", ["service:", "  waiting: ringback", "  wrapup: 0s",
                         "  ring_timeout: 20s", "  service_level: 20s"]),
        block("trees", ["load: load.yaml", f"seat: {TOP}/yaml/ivr/seat.yaml",
                        *trees]),
        "recording: {dir: recordings, start: connect, low_water: 0}",
        "journal: {dir: journal}", "store: ringdown.db", "cache: {CACHE}",
        "control: {socket: control}", ""])


class Station(World):
    part = "bench/run"

    def __init__(self, name, build, config, tree=QUEUE_TREE):
        super().__init__(name, build)
        self.config(config)
        self.write("load.yaml", tree)
        self.notes = {}
        self.told = threading.Condition()

    # ---- the exchange and its notes ---------------------------------------

    def start_exchange(self, scenario, *options, lockstep=True):
        """scenario: a dict; JSON is YAML. Without the evidence of tests."""
        path = self.write("exchange.yaml", json.dumps(scenario, indent=1))
        self.out = f"{self.dir}/out"
        self.exchange = subprocess.Popen(
            [f"{self.build}/ringdown-exchange",
             *(["--lockstep"] if lockstep else []),
             "--socket", f"{self.dir}/wire", "--out", self.out,
             "--no-sound", "--cache", f"{self.build}/cache", "--watchdog", "60",
             *options, path],
            cwd=self.dir, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        self.held = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()
        self.wait_for(lambda: os.path.exists(f"{self.dir}/wire")
                      or self.exchange.poll() is not None)

    def _listen(self):
        """Each note: {name: (line time s, wall s, CPU s of the daemon)}."""
        with open(f"{self.dir}/exchange.log", "wb") as log:
            for line in self.exchange.stdout:
                now = time.monotonic()
                log.write(line)
                log.flush()
                if b"the clock stands" in line:
                    self.held.set()
                note = re.match(rb"\[ *([\d.]+)\] \S+ +note: (\w+)", line)
                if note:
                    with self.told:
                        self.notes[note[2].decode()] = (
                            float(note[1]), now, self.cpu_s())
                        self.told.notify_all()

    def wait_note(self, name, seconds=120):
        with self.told:
            until = time.monotonic() + seconds
            while name not in self.notes:
                self.told.wait(0.2)
                if self.exchange.poll() is not None or \
                        self.daemon.poll() is not None or \
                        time.monotonic() > until:
                    raise TimeoutError(f"{self.name}: {name} never came; "
                                       f"see {self.dir}")
            return self.notes[name]

    def wait_held(self, seconds=120):
        """`hold`: lockstep's clock stands, and every peer is idle."""
        if not self.held.wait(seconds):
            raise TimeoutError(f"{self.name}: never held; see {self.dir}")

    def never_late(self):
        """The exchange plays a DMA engine, which no scheduler holds up."""
        try:
            os.sched_setscheduler(
                self.exchange.pid, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK,
                os.sched_param(60))
        except PermissionError:
            pass

    def times_real_time(self, begin="begin", end="end"):
        (line0, wall0, _), (line1, wall1, _) = (self.wait_note(begin),
                                                self.wait_note(end))
        return (line1 - line0) / (wall1 - wall0)

    # ---- the daemon as the system sees it -----------------------------------

    def threads(self):
        """{name: TID} of the daemon."""
        names = {}
        for tid in os.listdir(f"/proc/{self.daemon.pid}/task"):
            with open(f"/proc/{self.daemon.pid}/task/{tid}/comm") as f:
                names[f.read().strip()] = int(tid)
        return names

    def cpu_s(self, pid=None):
        """utime + stime of all threads, from their start to now."""
        try:
            with open(f"/proc/{pid or self.daemon.pid}/stat") as f:
                fields = f.read().rsplit(")", 1)[1].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / HZ

    def memory_kib(self, which="VmRSS"):
        with open(f"/proc/{self.daemon.pid}/status") as f:
            return int(re.search(rf"{which}:\s+(\d+)", f.read())[1])

    def ask(self, *command):
        done = self.ringdown(*command, "--json")
        if done.returncode:
            raise RuntimeError(f"ringdown {command}: {done.stderr}")
        return json.loads(done.stdout)

    def media(self):
        return self.request("media")

    def request(self, command):
        """A command of the control socket that `ringdown` does not have."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(20)
            s.connect(f"{self.dir}/control")
            stream = s.makefile("rw")
            stream.write(json.dumps({"id": 1, "command": command}) + "\n")
            stream.flush()
            for line in stream:
                answer = json.loads(line)
                if answer.get("id") == 1:
                    if not answer["ok"]:
                        raise RuntimeError(f"{command}: {line}")
                    return answer["result"]

    def octets(self, folder):
        total = 0
        for at, _, files in os.walk(f"{self.dir}/{folder}"):
            total += sum(os.stat(f"{at}/{f}").st_blocks * 512 for f in files)
        return total

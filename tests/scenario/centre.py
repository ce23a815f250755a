# SPDX-License-Identifier: GPL-2.0-or-later
"""A small call centre to test: spans pstn (public) and seats (phones).

Configuration and scenario are dicts; JSON is YAML. centre.config() gives one
that works, tests change what they are about. A scenario's `hold` actions stop
the clock; run() then calls the test's function of that name:

    with Centre("edge_killed") as centre:
        centre.play(calls=[...], actions=[hold("30s", "kill")],
                    at={"kill": lambda: ...})
        test.check("run_is_sound", not centre.sound(), centre.sound())
"""
import copy
import json
import re
import signal
import subprocess

from world import World

MS = 8                      # line frames
S = 8000
HOTLINE = "4008001234"

# 1 says something, 2 leads to the queue, 3, 4 and 5 dial.
TREE = {
    "title": "Tests",
    "nodes": {
        "welcome": {
            "menu": {
                1: [{"say": "one"}, {"hangup": None}],
                2: {"queue": "service"},
                3: {"dial": "8002", "timeout": "10s",
                    "busy": "busy", "no_answer": "nobody",
                    "failed": "failed"},
                4: {"dial": "9500", "timeout": "10s", "failed": "failed",
                    "busy": "failed", "no_answer": "failed"},
                5: {"dial": {"agent": "8001"}, "timeout": "10s"},
            },
            "prompt": "hello",
            "timeout": "4s",
            "silent_retries": 1,
        },
        "busy": {"say": "busy", "then": "hangup"},
        "nobody": {"say": "nobody", "then": "hangup"},
        "failed": {"say": "failed", "then": "hangup"},
    },
}

# Goes to the queue, or the phone, without a word.
STRAIGHT = {"nodes": {"start": {"queue": "service"}}}
DIRECT = {"nodes": {"start": {"dial": "8002", "timeout": "10s"}}}
EARLY = {"answer": "later", "nodes": {"start": [
    {"say": "please wait a moment"}, {"answer": None}, {"say": "thanks"},
    {"hangup": None}]}}
KEYS = {"attach": ["digits"], "nodes": {"start": {
    "collect": "digits", "prompt": "number", "length": 16, "timeout": "20s",
    "then": "read"},
    "read": {"say": {"digits": "digits"}, "then": "hangup"}}}
SEAT = {
    "title": "Seats",
    "key_operator": "none",
    "nodes": {
        "number": {"collect": "number", "prompt": "agent", "length": 4,
                   "then": "pin"},
        "pin": {"collect": "pin", "prompt": "pin", "secret": True,
                "length": 4, "then": "login"},
        "login": [
            {"agent": "login", "number": "number", "pin": "pin",
             "retries": 1, "wrong": "again", "denied": "denied"},
            {"agent": "ready"},
            {"say": "signed in"},
            {"hangup": None},
        ],
        "again": {"say": "wrong", "then": "number_again"},
        "number_again": {"collect": "number", "prompt": "agent again",
                         "length": 4, "then": "pin"},
        "denied": {"say": "no", "then": "hangup"},
    },
}


def merge(into, change):
    """change over into, deeply; None takes a key away."""
    for key, value in change.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        elif value is None and key in into:
            del into[key]
        else:
            into[key] = copy.deepcopy(value)
    return into


def span(card, position, group, **more):
    return {"card": card, "position": position, "type": "e1", "group": group,
            **more}


def hold(at, name):
    """The clock stands; run() calls the function of this name."""
    return {"do": "hold", "at": at, "note": f": {name}"}


class Centre(World):
    def __init__(self, name, change=None, trees=None):
        super().__init__(name)
        self.settings = {
            "language": "en", "languages": {"en": "en"},
            "period": "10ms",
            "cards": {"wire": {"path": "wire"}},
            "groups": {"pstn": {"hunt": "high"}, "seats": {"phones": True}},
            "spans": {
                "pstn": span("wire", 0, "pstn"),
                "seats": span("wire", 1, "seats", side="network"),
            },
            "routes": [
                {"number": HOTLINE, "group": "pstn", "tree": "hotline"},
                {"number": "4001", "tree": "straight"},
                {"number": "4002", "tree": "direct"},
                {"number": "4003", "tree": "early"},
                {"number": "4004", "tree": "keys"},
                {"number": "8000", "group": "seats", "tree": "seat"},
            ],
            "out_routes": [{"number": "80*", "group": "seats"},
                           {"number": "95*", "group": "pstn"}],
            "blacklist": {"numbers": [{"number": "13900000000"}]},
            "agents": {f"80{n:02}": {"name": f"Agent {n}", "pin": "1111",
                                     "queues": ["service"]}
                       for n in range(1, 7)},
            "queues": {"service": {"waiting": "ringback", "retry": "1s",
                                   "ring_timeout": "5s"}},
            "trees": {},
            "recording": {"dir": "recordings"},
            "journal": {"dir": "journal", "segment": "4MiB",
                        "low_water": "0"},
            "store": "ringdown.db",
            "cache": f"{self.build}/cache",
            "control": {"socket": "control"},
            "limits": {"calls": 64, "call_max": "10m"},
        }
        self.settings["recording"]["low_water"] = "0"
        self.trees = {"hotline": TREE, "straight": STRAIGHT, "direct": DIRECT,
                      "early": EARLY, "keys": KEYS, "seat": SEAT,
                      **(trees or {})}
        merge(self.settings, change or {})
        self.ours = ""          # tshark: which frames must be well formed
        self.troubles = []      # what was found wrong on the way
        self.forgiven = []      # patterns of errors in the log to be expected

    def save(self):
        for name, tree in self.trees.items():
            self.write(f"{name}.yaml", json.dumps(tree))
            self.settings["trees"][name] = f"{name}.yaml"
        self.config(json.dumps(self.settings, indent=1))

    # ---- the run -------------------------------------------------------------

    def begin(self, **scenario):
        """Start the exchange and the daemon."""
        self.save()
        self.start_world(**scenario)
        self.start_daemon()

    def start_world(self, calls=(), phones=(), actions=(), spans=None,
                    options=(), **more):
        scenario = {
            "linger": "1s",
            "spans": spans or [
                {"name": "pstn"}, {"name": "seats", "side": "user"}],
            "calls": list(calls), "phones": list(phones),
            "actions": list(actions), **more}
        self.holds_seen = 0
        self.start_exchange(json.dumps(scenario, indent=1), "--control",
                            "--stay", *options)
        if self.exchange.poll() is not None:
            raise RuntimeError(f"{self.name}: {self.story()}")

    def until_hold(self):
        """Wait until the clock stands; returns the hold's name, "" at the
        end of the scenario, None if the exchange has ended."""
        def stands():
            found = re.findall(r"the clock stands(?:: (\w+))?\n", self.story())
            return found[self.holds_seen:] or \
                self.exchange.poll() is not None or \
                self.daemon.poll() is not None
        self.wait_for(stands)
        found = stands()
        if not isinstance(found, list):
            return None
        self.holds_seen += 1
        return found[0]

    def say(self, **action):
        """An action for the exchange, now."""
        self.exchange.stdin.write(json.dumps(action).encode() + b"\n")
        self.exchange.stdin.flush()

    def play(self, at=None, **scenario):
        """Run a scenario to its end, with at[name]() at each hold, and look
        whether all is at rest then: nothing stuck, nothing wrong."""
        self.begin(**scenario)
        return self.go_on(at)

    def again(self, at=None, **scenario):
        """A new exchange for the daemon that runs."""
        self.start_world(**scenario)
        return self.go_on(at)

    def go_on(self, at):
        while (name := self.until_hold()):
            at[name]()
            self.say(do="go")
        if name == "":
            self.look_at_rest()
            self.say(do="end")
        return self.finish()

    def finish(self):
        report = self.wait_exchange()
        if self.daemon.poll() is None:
            self.daemon_code = self.kill_daemon(signal.SIGTERM)
        else:
            self.daemon_code = self.daemon.returncode
            self.troubles.append(f"the daemon ended: {self.daemon_code}")
        self.calls = report["calls"]
        return self

    # ---- asking ----------------------------------------------------------------

    def ask(self, *words):
        """What the operator's command says, as data."""
        done = self.ringdown("--json", *words)
        if done.returncode:
            raise RuntimeError(f"ringdown {words}: {done.stderr}")
        return json.loads(done.stdout)

    def sign_in(self, *agents):
        for agent in agents:
            self.ringdown("agents", "login", agent, check=True)
            self.ringdown("agents", "ready", agent, check=True)

    def look_at_rest(self):
        status = self.ask("status")
        for key in ("calls", "unlisted", "malformed"):
            if status[key]:
                self.troubles.append(f"at rest: {key} is {status[key]}")
        self.ask_spans = self.ask("spans")
        for a_span in self.ask_spans:
            if a_span["state"] != "up" or a_span["busy"]:
                self.troubles.append(
                    f"at rest: span {a_span['span']} is {a_span['state']}, "
                    f"{a_span['busy']} channels busy")
        self.status = status

    def sound(self):
        """'' or what is wrong with the run as a whole: things stuck at its
        end, an error in the log, a broken invariant at any event, a replay
        that differs, a malformed frame, calls otherwise than expected."""
        wrong = list(self.troubles)
        if self.daemon_code:
            wrong.append(f"exit code {self.daemon_code}")
        wrong += [line for line in self.log().splitlines()
                  if re.search(r"error|crit|assert|Sanitizer", line)
                  and not any(re.search(p, line) for p in self.forgiven)]
        verify = self.ringdown("journal", "verify", "--journal",
                               f"{self.dir}/journal")
        if verify.returncode:
            wrong.append("journal verify: "
                         + (verify.stdout + verify.stderr).strip())
        for call in self.calls:
            wrong += [f"{call['name']}: {p}" for p in call["problems"]]
        wrong += [f"malformed D-channel frame {n}"
                  for n in self.d_channel(self.ours + "_ws.malformed",
                                          "frame.number")]
        return "; ".join(wrong)

    def call(self, name, attempt=1):
        for call in self.calls:
            if call["name"] == name and call["attempt"] == attempt:
                return call
        raise KeyError(f"{self.name}: no call {name}#{attempt}; "
                       f"see {self.dir}/exchange.log")

    def named(self, name):
        """All copies of a call (load/1, load/2 ...), or rings of a phone."""
        return [call for call in self.calls
                if call["name"].partition("/")[0] == name]

    def d_channel(self, what, *fields):
        """What tshark reads in the capture: a list a frame, or a value."""
        done = subprocess.run(
            ["tshark", "-r", f"{self.dir}/d.pcapng", "-Y", what, "-T",
             "fields", *[w for f in fields for w in ("-e", f)]],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode:
            raise RuntimeError(f"tshark: {done.stderr}")
        rows = [line.split("\t") for line in done.stdout.splitlines()]
        return [row[0] if len(fields) == 1 else row for row in rows]

    def row(self, sql, *args):
        """The one row of a question, or {} if it is not one."""
        rows = self.rows(sql, *args)
        return rows[0] if len(rows) == 1 else {}

    def record(self, ani):
        return self.row("select * from calls where ani = ?", ani)


def messages(call, sender=None):
    """Names of the Q.931 messages of a call, in order."""
    return [m["message"] for m in call["messages"]
            if sender in (None, m["from"])]


def frames_of(call, message, sender, which="last_frame"):
    return next(m[which] for m in call["messages"]
                if m["message"] == message and m["from"] == sender)

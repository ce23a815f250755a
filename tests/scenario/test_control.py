# SPDX-License-Identifier: GPL-2.0-or-later
"""The control socket of a real daemon, what an operator types, who may run
twice, what systemd hears, and what no file may ever hold."""
import glob
import json
import os
import signal
import socket
import sqlite3
import subprocess

import log
import office
import truth
from control import Client
from world import Test, World


def one_caller(more="", talk="10s"):
    return office.head(duration="120s") + office.LINES + """\
calls:
  - name: A
    at: 7s
    from: "13800130001"
    to: "4008001234"
    do:
      - wait: { until: prompt_end, for: 300ms }
      - keys: "2"
      - wait: hangup
phones:
""" + office.phone("8001", "1s", talk) + office.phone("8002", "2s", talk) + more


def bad_clients(test, world):
    with Client(world) as client:
        for octets, code in ((b"{", "malformed"), (b"[]", "malformed"),
                             (b'{"command":7}', "malformed"),
                             (b'{"id":1,"command":"statu"}', "invalid"),
                             (b"\xff\xfe", "malformed"), (b"", None),
                             (b'{"command":"agent.ready"}', "invalid")):
            client.raw(octets + b"\n")
            if code:
                said = client.line()
                test.check(f"control_refuses {octets[:28]}",
                           said["ok"] is False
                           and said["error"]["code"] in (code, "invalid"),
                           str(said))
        test.check("control_works_after_all_that",
                   client.ask("status")["ok"])
    with Client(world) as client:
        client.raw(b"x" * 70000 + b"\n")
        said = client.line()
        test.check("control_refuses_a_line_without_end",
                   said is None or said["error"]["code"] == "too-long",
                   str(said)[:200])
    many = [Client(world) for _ in range(100)]
    test.check("a_hundred_connections_are_served",
               all(c.ask("status")["ok"] for c in many))
    for c in many:
        c.close()


def at_the_socket(test):
    scenario = office.rush(keyed=6, silent=3) + """\
actions:
  - { do: hold, at: 3s }
"""
    with World("control") as world:
        office.write(world)
        world.start_exchange(scenario, "--control")
        world.start_daemon()
        world.stands(1)
        bad_clients(test, world)
        slow = Client(world)  # watches all, asks on and on, reads nothing
        slow.ask("watch")
        slow.socket.setblocking(False)
        try:
            for n in range(20000):
                slow.raw(b'{"id":%d,"command":"spans"}\n' % n)
        except BlockingIOError:
            pass
        world.release()
        world.wait_exchange()
        test.check("a_slow_reader_holds_nobody_up", world.exchange_code == 0
                   and world.ringdown("status").returncode == 0,
                   world.story()[-500:])
        slow.close()
        code = world.kill_daemon(signal.SIGTERM)
        test.check("after_all_that_nothing_is_wrong",
                   code == 0 and not truth.wrong(world), truth.wrong(world))


READS = ("status", "spans", "calls", "queues", "agents", "recordings list",
         "journal list", "journal show", "journal verify", "blacklist")


def every_command(test):
    """Each command once for people, once with --json, in a running system."""
    with World("commands") as world:
        office.write(world)
        world.start_exchange(one_caller("""\
actions:
  - { do: hold, at: 6500ms }
  - { do: hold, at: 13s }
  - { do: hold, at: 40s }
"""), "--control")
        world.start_daemon()

        def good(*words, also=()):
            done = world.ringdown(*words)
            test.check("command " + " ".join(words), done.returncode == 0
                       and all(word in done.stdout for word in also),
                       str(done))
            return done.stdout

        def refused(code, *words):
            done = world.ringdown(*words)
            test.check("refused " + " ".join(words),
                       done.returncode == code and done.stderr
                       and "Traceback" not in done.stderr, str(done))

        def states():
            return {a["agent"]: a["state"] for a in json.loads(
                world.ringdown("--json", "agents").stdout)}

        world.stands(1)
        good("agents", "login", "8003")
        good("agents", "ready", "8003")
        good("agents", "not-ready", "8003", "lunch")
        test.check("an_operator_signs_agents_in_and_says_why_not_ready",
                   states()["8003"] == "not-ready"
                   and "lunch" in good("agents"), str(states()))
        good("agents", "logout", "8003")
        test.check("an_operator_signs_agents_out",
                   states()["8003"] in ("out", "signed-out"), str(states()))
        good("agents", "not-ready", "8002")
        good("agents", "ready", "8002")
        good("agents", "not-ready", "8002", "training")
        good("spans", "block", "pstn", "5", also=())
        good("spans", "unblock", "pstn", "5")
        good("blacklist", "add", "1390000*", "nuisance")
        test.check("the_blacklist_says_why",
                   "nuisance" in good("blacklist"))
        good("blacklist", "remove", "1390000*")
        refused(4, "agents", "ready", "9999")
        refused(4, "calls", "show", "42")
        refused(4, "lines", "nope")
        good("lines", "pstn")
        refused(2, "no-such-command")
        world.release()
        world.stands(2)
        calls = json.loads(world.ringdown("--json", "calls").stdout)
        number = str(calls[0]["call"])
        good("calls", "show", number, also=("13800130001",))
        for words in READS:
            good(*words.split())
            out = good("--json", *words.split())
            rows = [out] if out.lstrip()[:1] in "[{" and "\n{" not in out \
                else out.splitlines()
            test.check(f"json {words}", all(json.loads(r) is not None
                                            for r in rows))
        good("journal", "call", number)
        good("backup", f"{world.dir}/backup")
        good("calls", "hangup", number)
        world.release()
        world.stands(3)
        recs = json.loads(world.ringdown("--json", "recordings",
                                         "list").stdout)
        rec = str(recs[0]["recording"])
        good("recordings", "show", rec)
        good("recordings", "export", rec, "-o",
             f"{world.dir}/export.wav")
        test.check("an_exported_recording_is_playable", isinstance(
            truth.frames(f"{world.dir}/export.wav"), int))
        for words in (["help"], ["man"], ["completion"], ["ivr", "check"],
                      ["help", "agents", "login"], ["help", "events"]):
            if words == ["ivr", "check"]:
                words += [world.yaml]
            good(*words)
        good("config", "check", world.yaml)
        good("config", "reload")
        backup(test, world)
        good("stop", "--when-idle")
        world.release()
        world.wait_for(lambda: world.daemon.poll() is not None, 60)
        test.check("stop_when_idle_ends_an_idle_daemon",
                   world.daemon.returncode == 0)
        refused(3, "status")


def backup(test, world):
    bases = glob.glob(f"{world.dir}/backup/**/*.db", recursive=True)
    journals = glob.glob(f"{world.dir}/backup/**/*.rdj", recursive=True)
    base = sqlite3.connect(bases[0])
    test.check("a_backup_opens_and_is_whole",
               base.execute("pragma integrity_check").fetchone() == ("ok",)
               and base.execute("select count(*) from agent_log")
               .fetchone()[0] > 0)
    base.close()
    verify = world.ringdown("journal", "verify", "--journal",
                            os.path.dirname(journals[0]))
    test.check("a_backup_of_the_journal_replays", verify.returncode == 0,
               str(verify))


def secrets(test):
    """A PIN keyed on a phone signs in; no octet of it is in any file."""
    with World("secret") as world:
        office.write(world)
        world.start_exchange(one_caller("""\
actions:
  - { do: hold, at: 900ms }
  - { do: hold, at: 8s }
"""), "--control")
        world.start_daemon()
        world.stands(1)
        client = Client(world)
        client.ask("watch", events="*,trace")
        world.release()
        world.stands(2)
        states = world.ringdown("agents").stdout
        client.ask("status")
        seen = json.dumps(client.events)
        show = world.ringdown("--json", "journal", "show").stdout
        world.release()
        world.wait_exchange()
        client.close()
        world.kill_daemon(signal.SIGTERM)
        test.check("a_keyed_pin_signs_in", "agent.state" in seen
                   and len(world.rows("select 1 from queue_log where "
                                      "event = 'LOGIN'")) == 2, states)
        pins = [office.PINS["8001"], office.PINS["8002"]]
        own = ("ringdown.yaml", "exchange.yaml", "exchange.log", "out",
               "d.pcapng")
        for pin in pins:
            found = []
            for folder, _, names in os.walk(world.dir):
                for name in names:
                    path = f"{folder}/{name}"
                    inside = os.path.relpath(path, world.dir)
                    if inside.split("/")[0] in own or not \
                            os.path.isfile(path):
                        continue
                    with open(path, "rb") as f:
                        data = f.read()
                    if pin.encode() in data:
                        found.append(inside)
            test.check(f"a_pin_is_in_no_file ...{pin[-2:]}", not found,
                       str(found))
            test.check(f"a_pin_is_in_no_event ...{pin[-2:]}",
                       pin not in seen)
            keys = [e["fields"].get("digit") for e in map(
                json.loads, show.splitlines()) if e["type"] == "DIGIT"]
            test.check(f"a_pin_is_not_among_the_digits ...{pin[-2:]}",
                       pin not in "".join(k or "" for k in keys), str(keys))


def twice(test):
    """A second daemon on the same files goes away, the first goes on."""
    with World("twice") as world:
        office.write(world)
        world.start_exchange(one_caller("actions: [{ do: hold, at: 8s }]\n"),
                             "--control")
        world.start_daemon()
        world.stands(1)
        second = subprocess.run([f"{world.build}/ringdownd", "-c",
                                 world.yaml], capture_output=True, text=True,
                                timeout=60)
        test.check("a_second_daemon_exits_75_and_says_why",
                   second.returncode == 75 and "another" in second.stderr,
                   f"{second.returncode} {second.stderr}")
        world.write("other.yaml", world.read("ringdown.yaml").decode()
                    .replace("dir: journal", "dir: journal2")
                    .replace("ringdown.db", "other.db"))
        third = subprocess.run([f"{world.build}/ringdownd", "-c",
                                f"{world.dir}/other.yaml"],
                               capture_output=True, text=True, timeout=60)
        test.check("a_second_daemon_on_the_socket_exits_75_and_says_why",
                   third.returncode == 75 and "control" in third.stderr,
                   f"{third.returncode} {third.stderr}")
        world.release()
        world.wait_exchange()
        code = world.kill_daemon(signal.SIGTERM)
        test.check("the_first_daemon_is_untouched",
                   world.exchange_code == 0 and code == 0
                   and not truth.wrong(world), truth.wrong(world))


NO_URING = """
import ctypes, os, sys
s = ctypes.CDLL("libseccomp.so.2")
s.seccomp_init.restype = ctypes.c_void_p
c = ctypes.c_void_p(s.seccomp_init(0x7fff0000))
for n in (425, 426, 427):
    s.seccomp_rule_add(c, 0x00050001, n, 0)
s.seccomp_load(c)
os.execv(sys.argv[1], sys.argv[1:])
"""


def no_uring(test):
    with World("no-uring") as world:
        office.write(world)
        path = world.write("no_uring.py", NO_URING)
        world.start_daemon(["/usr/bin/python3", path])
        code = world.daemon.wait(60)
        test.check("without_io_uring_it_exits_69_and_says_why",
                   code == 69 and "io_uring" in world.log(),
                   f"{code} {world.log()}")


def systemd(test):
    with World("notify") as world:
        office.write(world)
        bell = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        bell.bind(f"{world.dir}/notify")
        bell.settimeout(30)
        world.env.update(NOTIFY_SOCKET=f"{world.dir}/notify",
                         WATCHDOG_USEC="200000")
        world.start_exchange(one_caller("actions: [{ do: hold, at: 2s }]\n"),
                             "--control")
        world.start_daemon()
        # a slow machine may beat before it is ready: systemd ignores that
        said = [bell.recv(4096).decode()]
        while said[-1] == "WATCHDOG=1":
            said.append(bell.recv(4096).decode())
        test.check("systemd_hears_ready", said[-1].startswith("READY=1"),
                   str(said))
        beats = [bell.recv(4096).decode() for _ in range(2)]
        test.check("systemd_hears_the_watchdog", beats == ["WATCHDOG=1"] * 2,
                   str(beats))
        said += beats
        world.daemon.send_signal(signal.SIGTERM)
        world.release()
        while said[-1] != "STOPPING=1":  # or the socket's timeout
            said.append(bell.recv(4096).decode())
        test.check("systemd_hears_stopping", world.daemon.wait(30) == 0)
        bell.close()


def main():
    test = Test()
    at_the_socket(test)
    every_command(test)
    secrets(test)
    twice(test)
    no_uring(test)
    systemd(test)
    test.end()


if __name__ == "__main__":
    main()

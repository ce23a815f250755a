# SPDX-License-Identifier: GPL-2.0-or-later
"""A whole installation in a folder: exchange, daemon, command, files.

    with World("busy", build) as world:
        world.config(seats=2)
        world.scenario('''calls: ...''')
        report = world.run()
        test.check("d_hears_busy", report.call("D")["cause"] == 17)

Real programs, real libpri on both ends, lockstep: the line runs as fast as the
processor, nothing sleeps, the same seed gives the same run. Bounds in wall time
exist only to end a run that hangs.
"""
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
HANGS_S = 240


class Test:
    """Prints a line a test; main() ends with its exit code."""

    def __init__(self):
        self.failed = 0

    def check(self, name, good, why=""):
        good = bool(good)
        self.failed += not good
        print(f"{'ok  ' if good else 'FAIL'} {name}"
              + (f": {why}" if why and not good else ""), flush=True)
        return good

    def end(self):
        sys.exit(1 if self.failed else 0)


def build_dir():
    return os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build")


class World:
    part = "scenario"  # folder below build/

    def __init__(self, name, build=None):
        self.name = name
        self.build = build or build_dir()
        self.dir = f"{self.build}/{self.part}/{name}"
        shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(self.dir)
        self.exchange = self.daemon = None
        self.daemon_log = open(f"{self.dir}/daemon.log", "ab")
        self.yaml = f"{self.dir}/ringdown.yaml"
        self.env = dict(os.environ)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self.daemon_log.close()

    # ---- files ---------------------------------------------------------------

    def write(self, name, text):
        path = f"{self.dir}/{name}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(text)
        return path

    def config(self, text):
        """ringdown.yaml; {CACHE} is a cache all tests share."""
        return self.write("ringdown.yaml", text.replace(
            "{CACHE}", f"{self.build}/cache"))

    def read(self, name):
        with open(f"{self.dir}/{name}", "rb") as f:
            return f.read()

    # ---- programs -------------------------------------------------------------

    def start_exchange(self, scenario, *options, lockstep=True):
        path = self.write("exchange.yaml", scenario)
        self.out = f"{self.dir}/out"
        self.exchange_log = open(f"{self.dir}/exchange.log", "wb")
        self.exchange = subprocess.Popen(
            [f"{self.build}/ringdown-exchange",
             *(["--lockstep"] if lockstep else []),
             "--socket", f"{self.dir}/wire", "--out", self.out,
             "--cache", f"{self.build}/cache", "--watchdog", "60",
             "--pcap", f"{self.dir}/d.pcapng", *options, path],
            cwd=self.dir, stdin=subprocess.PIPE,
            stdout=self.exchange_log, stderr=subprocess.STDOUT)
        self.wait_for(lambda: os.path.exists(f"{self.dir}/wire")
                      or self.exchange.poll() is not None)

    def start_daemon(self, wrap=()):
        self.daemon = subprocess.Popen(
            [*wrap, f"{self.build}/ringdownd", "-c", self.yaml], cwd=self.dir,
            stdin=subprocess.DEVNULL, stdout=self.daemon_log,
            stderr=self.daemon_log, env=self.env)

    def kill_daemon(self, how=signal.SIGKILL):
        self.daemon.send_signal(how)
        return self.daemon.wait(30)

    def hold(self):
        """The line stands still (lockstep); go() lets it go on."""
        self.exchange.send_signal(signal.SIGSTOP)

    def go(self):
        self.exchange.send_signal(signal.SIGCONT)

    def stands(self, times):
        """Until the clock stands (action hold) for the n-th time; release()
        lets it go on. False: the run is over instead."""
        self.wait_for(lambda: self.story().count("the clock stands") >= times
                      or self.exchange.poll() is not None
                      or self.daemon.poll() is not None)
        if self.daemon.poll() is not None:
            raise RuntimeError(f"{self.name}: the daemon ended: "
                               f"{self.daemon.returncode}\n{self.log()}")
        return self.exchange.poll() is None

    def release(self):
        self.exchange.stdin.write(b"{do: go}\n")
        self.exchange.stdin.flush()

    def wait_ready(self, times=1):
        """Until the daemon said so, for the n-th time in this world."""
        self.wait_for(lambda: self.log().count("ready:") >= times
                      or self.daemon.poll() is not None)

    def wait_for(self, condition, seconds=HANGS_S):
        until = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > until:
                raise TimeoutError(f"{self.name}: hung; see {self.dir}")
            time.sleep(0.005)

    def wait_exchange(self):
        self.wait_for(lambda: self.exchange.poll() is not None
                      or (self.daemon and self.daemon.poll() is not None))
        if self.exchange.poll() is None:
            # the daemon ended by itself: the exchange will not
            self.exchange.kill()
            self.exchange.wait()
        self.exchange_code = self.exchange.returncode
        return self.report()

    def run(self, scenario, *options, lockstep=True):
        """Play a scenario to its end; returns the exchange's report."""
        self.start_exchange(scenario, *options, lockstep=lockstep)
        self.start_daemon()
        report = self.wait_exchange()
        self.daemon_code = self.kill_daemon(signal.SIGTERM) \
            if self.daemon.poll() is None else self.daemon.returncode
        return report

    def stop(self):
        for process in (self.daemon, self.exchange):
            if process and process.poll() is None:
                process.kill()
                process.wait()

    def ringdown(self, *args, check=False):
        done = subprocess.run(
            [f"{self.build}/ringdown", "-s", f"{self.dir}/control", *args],
            cwd=self.dir, text=True, capture_output=True, timeout=60)
        if check and done.returncode:
            raise RuntimeError(f"ringdown {args}: {done.stderr}")
        return done

    # ---- what came of it ----------------------------------------------------

    def report(self):
        try:
            return json.loads(self.read("out/report.json"))
        except FileNotFoundError:
            return {"calls": []}

    def rows(self, sql, *args):
        """Rows of the store as dicts."""
        base = sqlite3.connect(f"file:{self.dir}/ringdown.db?mode=ro",
                               uri=True)
        base.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in base.execute(sql, args)]
        finally:
            base.close()

    def log(self):
        with open(f"{self.dir}/daemon.log", errors="replace") as f:
            return f.read()

    def story(self):
        with open(f"{self.dir}/exchange.log", errors="replace") as f:
            return f.read()

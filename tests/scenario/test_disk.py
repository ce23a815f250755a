# SPDX-License-Identifier: GPL-2.0-or-later
"""Disks that are full, databases that are locked or gone: calls go on, what is
missing is marked and told, records follow later, none lost or doubled."""
import glob
import json
import os
import signal
import sqlite3
import subprocess

import office
import truth
from control import Client
from world import Test, World

# A disk of our own: a tmpfs that only the daemon sees.
MOUNT = """mount -t tmpfs -o size={size}k none {where} && {first} exec "$@" """
# Five recordings from before, an hour between them.
OLD = """for n in 0 1 2 3 4; do head -c 900000 /dev/zero > {where}/old$n.wav;
touch -d "-$((9-n)) hours" {where}/old$n.wav; done; """


def may_mount():
    return subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none",
                           "/mnt"], capture_output=True).returncode == 0


class SmallDisk(World):
    """World whose folder `where` is a disk of so many KiB."""

    def on(self, where, size, first=""):
        os.makedirs(f"{self.dir}/{where}", exist_ok=True)
        self.where = where
        self.wrap = ["unshare", "-m", "sh", "-c",
                     MOUNT.format(size=size, where=f"{self.dir}/{where}",
                                  first=first.format(
                                      where=f"{self.dir}/{where}")),
                     "sh"]

    def start_daemon(self):
        super().start_daemon(self.wrap)

    def inside(self, name=""):
        """A path on that disk, as everybody can name it."""
        return f"/proc/{self.daemon.pid}/root{self.dir}/{self.where}/{name}"

    def fill(self, leave=0):
        free = os.statvfs(self.inside())
        with open(self.inside("ballast"), "wb") as f:
            octets = free.f_bavail * free.f_frsize - leave * 1024
            try:
                f.write(b"x" * max(0, octets))
            except OSError:
                pass

    def free(self):
        os.unlink(self.inside("ballast"))

    def keep(self):
        """What lies there, copied: it is gone with the daemon."""
        os.makedirs(f"{self.dir}/kept", exist_ok=True)
        subprocess.run(["cp", "-a", self.inside("."), f"{self.dir}/kept"],
                       check=True)


def holds(*seconds):
    return "actions:\n" + "".join(
        f"  - {{ do: hold, at: {at}s }}\n" for at in seconds)


def one_call(at="4s", talk="20s"):
    """Calls that last: straight to the queue, then talk."""
    return office.head(duration="150s") + office.LINES + f"""\
calls:
  - name: long
    at: {at}
    from: "13800130001"
    to: "4008001234"
    do:
      - wait: {{ until: prompt_end, for: 300ms }}
      - keys: "2"
      - say: {{ noise: true, level: -30, background: true }}
      - wait: hangup
    expect: {{ result: answered, by: client, talk_min: {talk} }}
  - name: later
    at: 56s
    from: "13800130002"
    to: "4008001234"
    do:
      - wait: {{ until: prompt_end, for: 300ms }}
      - keys: "2"
      - wait: hangup
    expect: {{ result: answered, by: client }}
phones:
""" + office.phone("8001", "1s", talk)


def recordings_full(test):
    with SmallDisk("disk-full") as world:
        world.on("recordings", 1400)
        office.write(world, change=[("start: connect, low_water: 1MiB",
                                     "start: connect, low_water: 0MiB")])
        world.start_exchange(one_call(talk="36s") + holds(12, 30, 54),
                             "--control")
        world.start_daemon()
        world.stands(1)
        with Client(world) as client:
            client.ask("watch", events="disk.*,recording.*")
            world.fill()
            world.release()
            world.stands(2)
            told = client.event("disk.state", state="full")
            status = client.ask("status")["result"]["disk"]
            world.free()
            world.release()
            world.stands(3)
            well = client.event("disk.state", state="ok")
            world.release()
            report = world.wait_exchange()
            world.keep()
            world.kill_daemon(signal.SIGTERM)
            # rows follow the journal's fdatasync: all are there at its end
            rows = world.rows("select * from recordings order by recording")
        calls = {c["name"]: c for c in report["calls"]}
        test.check("disk_full_the_call_goes_on",
                   calls["long"]["result"] == "answered"
                   and not calls["long"]["problems"], str(calls["long"]))
        test.check("disk_full_the_operator_is_told",
                   told and status == "full", f"{told} {status}")
        test.check("disk_full_is_over_when_there_is_space", well)
        first = rows[0] if rows else {}
        test.check("disk_full_the_recording_is_marked",
                   first.get("status") in ("gap", "disk-full"), str(rows))
        wav = f"{world.dir}/kept/{first.get('path')}.wav"
        talked = next(c for c in report["calls"]
                      if not c["outgoing"] and c["connect_frame"])
        length = calls["long"]["disconnect_frame"] - talked["connect_frame"]
        test.check("disk_full_samples_stay_in_their_place",
                   truth.frames(wav) == first.get("frames")
                   and abs(first["frames"] - length) < 800,
                   f"{truth.frames(wav)} {length} {first}")
        test.check("recordings_after_that_are_complete",
                   len(rows) == 2 and rows[1]["status"] == "complete",
                   str(rows))
        test.check("disk_full_no_row_is_lost", not truth.rows(world),
                   truth.rows(world))


def journal_full(test):
    """No room for the next segment, then none at all: calls go on; events
    that could not be kept are counted, and a new segment bridges the gap."""
    with SmallDisk("journal-full") as world:
        world.on("journal", 1700)
        office.write(world, change=[("segment: 1MiB, low_water: 1MiB",
                                     "segment: 1MiB, low_water: 0MiB")])
        world.start_exchange(one_call(talk="36s") + holds(12, 54),
                             "--control")
        world.start_daemon()
        world.stands(1)
        world.fill()
        world.release()
        world.stands(2)
        status = world.ringdown("--json", "status").stdout
        world.free()
        world.release()
        report = world.wait_exchange()
        world.keep()
        code = world.kill_daemon(signal.SIGTERM)
        test.check("a_full_journal_disk_stops_no_call",
                   all(not c["problems"] for c in report["calls"]) and not code,
                   world.log()[-800:])
        verify = world.ringdown("journal", "verify", "--journal", "kept")
        test.check("a_journal_that_had_room_in_its_segment_lost_nothing",
                   verify.returncode == 0, str(verify) + status)


def database_locked(test):
    with World("db-locked") as world:
        office.write(world)
        world.start_exchange(office.rush(keyed=6, silent=3)
                             + holds(3, 20), "--control")
        world.start_daemon()
        world.stands(1)
        base = sqlite3.connect(f"{world.dir}/ringdown.db",
                               isolation_level=None)
        base.execute("begin immediate")
        with Client(world) as client:
            client.ask("watch", events="store.*,call.ended")
            world.release()
            world.stands(2)
            ended = len([e for e in drain(client)
                         if e["event"] == "call.ended"])
            told = [e for e in client.events if e["event"] == "store.state"]
            held = len(world.rows("select * from calls"))
            base.execute("rollback")
            base.close()
            world.release()
            report = world.wait_exchange()
        world.kill_daemon(signal.SIGTERM)
        test.check("database_locked_calls_go_on",
                   world.exchange_code == 0 and ended > 2, str(report)[:300])
        test.check("database_locked_the_operator_is_told",
                   told and told[0]["state"] == "down", str(told))
        test.check("database_locked_no_row_gets_in", held == 0, str(held))
        test.check("database_locked_records_follow_none_lost_or_doubled",
                   not truth.wrong(world), truth.wrong(world))


def drain(client):
    """All events so far: an answer comes after what was published before."""
    client.ask("status")
    return client.events


def database_away(test):
    """What lies in its place is none; the daemon starts and works all the
    same, and goes on trying."""
    with World("db-away") as world:
        office.write(world)
        world.write("ringdown.db", "no database at all " * 1000)
        world.start_exchange(office.rush(keyed=6, silent=3) + holds(20),
                             "--control")
        world.start_daemon()
        world.stands(1)
        status = world.ringdown("--json", "status").stdout
        os.unlink(f"{world.dir}/ringdown.db")
        world.release()
        world.wait_exchange()
        code = world.kill_daemon(signal.SIGTERM)
        test.check("database_away_the_daemon_starts_and_calls_go_on",
                   world.exchange_code == 0 and not code
                   and json.loads(status)["store"] == "down", status)
        test.check("database_away_records_follow_none_lost_or_doubled",
                   not truth.rows(world), truth.rows(world))


def retention(test):
    """Low water: the oldest recordings go, the newest stays."""
    with SmallDisk("low-water") as world:
        world.on("recordings", 6000, OLD)
        office.write(world, change=[("start: connect, low_water: 1MiB",
                                     "start: connect, low_water: 3MiB")])
        world.start_exchange(one_call(talk="8s") + holds(40), "--control")
        world.start_daemon()
        world.stands(1)
        left = sorted(os.path.basename(p) for p in
                      glob.glob(world.inside("old*.wav")))
        world.release()
        report = world.wait_exchange()
        world.keep()
        world.kill_daemon(signal.SIGTERM)
        new = glob.glob(f"{world.dir}/kept/2*/**/*.wav", recursive=True)
        test.check("below_low_water_the_oldest_recordings_go_first",
                   left == ["old2.wav", "old3.wav", "old4.wav"], str(left))
        test.check("below_low_water_calls_are_recorded_all_the_same",
                   len(new) == 2 and not any(c["problems"] for c in
                                             report["calls"]), str(new))


def main():
    test = Test()
    database_locked(test)
    database_away(test)
    if may_mount():
        recordings_full(test)
        journal_full(test)
        retention(test)
    else:
        print("skip disk_full: no private mount namespace here")
    test.end()


if __name__ == "__main__":
    main()

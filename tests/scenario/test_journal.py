# SPDX-License-Identifier: GPL-2.0-or-later
"""The journal of a whole system: the same seed gives the same octets, and what
was decided follows from it again."""
import os
import signal

import log
import office
from control import Client
from world import Test, World

SOAK = bool(os.environ.get("RD_SOAK"))
CALLS = {"keyed": 60, "silent": 30} if SOAK else {}


def play(seed, commands=(), comment=0):
    """A rush; commands [(frame, command, arguments)] are carried out in it."""
    with World("journal") as world:  # its name is in the journal
        office.write(world)
        world.write("main.yaml", office.MAIN + "# a line of 32 octets ........\n"
                    * (comment * 32))
        world.start_exchange(office.rush(seed=seed, **CALLS),
                             "--seed", str(seed))
        world.start_daemon()
        if commands:
            world.wait_ready()
            world.hold()
            with Client(world) as client:
                for frame, command, args in commands:
                    client.send(command, at=frame, **args)
                client.ask("status")  # all of them have arrived
                world.go()
                report = world.wait_exchange()
        else:
            report = world.wait_exchange()
        world.kill_daemon(signal.SIGTERM)
        world.verified = world.ringdown("journal", "verify",
                                        "--journal", "journal")
        world.ended = world.exchange_code
        # the exchange's end is not on the line clock any more
        world.octets = log.raw(f"{world.dir}/journal", report["frames"] - 1)
        world.events = log.events(f"{world.dir}/journal")
        world.calls = {c["name"]: (c["result"], c["over_frame"])
                       for c in report["calls"]}
        return world


def first_difference(a, b):
    n = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y),
             min(len(a), len(b)))
    return f"octet {n} of {len(a)} and {len(b)}"


def same_seed(test):
    one, two = play(1), play(1)
    test.check("a_rush_goes_as_scripted", one.ended == 0, one.story()[-2000:])
    kinds = {kind for _, _, kind in one.events}
    wanted = {"START", "CONFIG", "TIME", "ISDN", "DIGIT", "PLAY_DONE",
              "REC_DONE", "LOOKUP_ANSWER"}
    test.check("a_rush_has_keys_prompts_lookups_and_recordings",
               wanted <= kinds, str(wanted - kinds))
    test.check("same_seed_gives_a_byte_identical_journal",
               one.octets == two.octets,
               first_difference(one.octets, two.octets))
    test.check("same_seed_gives_the_same_calls", one.calls == two.calls)
    test.check("the_whole_journal_replays_with_every_digest_and_invariant",
               one.verified.returncode == 0
               and f"events 1 to {one.events[-1][0]}:" in one.verified.stdout,
               str(one.verified))
    return one


def other_seed(test, one):
    other = play(2)
    test.check("another_seed_gives_another_journal",
               other.octets != one.octets and other.calls != one.calls)
    test.check("another_seed_replays_too", other.verified.returncode == 0,
               str(other.verified))


def segments(test):
    """A segment has 1 MiB for records; a long comment in a tree, which is in
    the journal as all of the configuration is, leaves little of the first."""
    commands = [(80000 + 800 * n, "blacklist.add",
                 {"number": f"1370000{n:04}", "reason": "y" * 100})
                for n in range(200)]
    one, two = (play(3, commands, comment=1000) for _ in range(2))
    n = len(log.segments(f"{one.dir}/journal"))
    at = [frame for _, frame, kind in one.events if kind == "COMMAND"]
    test.check("commands_are_carried_out_at_their_frame",
               at == [c[0] for c in commands], str(at[:9]))
    test.check("segments_follow_each_other_while_calls_go_on", n >= 2,
               f"{n} segments")
    test.check("same_seed_gives_byte_identical_segments",
               one.octets == two.octets,
               first_difference(one.octets, two.octets))
    test.check("a_journal_of_several_segments_replays",
               one.verified.returncode == 0, str(one.verified))
    seqs = [seq for seq, _, _ in one.events]
    test.check("no_event_is_missing_between_segments",
               seqs == list(range(1, len(seqs) + 1)))


def a_flipped_bit(test):
    """The check can fail: one bit of one event is another story."""
    one = play(4)
    path = log.segments(f"{one.dir}/journal")[0]
    at, size, seq, _, _ = list(log.records(path))[300]
    with open(path, "r+b") as f:
        f.seek(at + size - 1)
        octet = f.read(1)[0]
        f.seek(at + size - 1)
        f.write(bytes([octet ^ 4]))
    done = one.ringdown("journal", "verify", "--journal", "journal")
    test.check("a_flipped_bit_is_seen", done.returncode != 0, str(done))


def main():
    test = Test()
    one = same_seed(test)
    other_seed(test, one)
    segments(test)
    a_flipped_bit(test)
    test.end()


if __name__ == "__main__":
    main()

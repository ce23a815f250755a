# SPDX-License-Identifier: GPL-2.0-or-later
"""The wall clock is set back an hour: nothing happens. Timers are the line's."""
import os
import signal
import struct

import log
import office
import truth
from world import Test, World

# SETUPs that nobody acknowledges keep T200 running while the clock jumps.
SCENARIO = office.rush(keyed=6, silent=3) + """\
actions:
  - { do: hold, at: 8s }
  - { do: cut, span: pstn, at: 12s, for: 2500ms }
  - { do: hold, at: 12500ms }
  - { do: hold, at: 20s }
"""


def play(name, jumps):
    with World(name) as world:
        office.write(world)
        path = world.write("clock", "\0" * 64)
        world.env.update(LD_PRELOAD=truth.tool(world, "shim.so"),
                         SHIM_CLOCK=path)
        world.start_exchange(SCENARIO, "--control")
        world.start_daemon()
        for n, jump in enumerate(jumps):
            world.stands(n + 1)
            with open(path, "r+b") as f:
                f.write(struct.pack("<q", jump))
            world.release()
        report = world.wait_exchange()
        code = world.kill_daemon(signal.SIGTERM)
        return {"calls": [(c["name"], c["result"], c["cause"],
                           c["connect_frame"], c["over_frame"])
                          for c in report["calls"]],
                "code": (world.exchange_code, code),
                "events": [e[1:] for e in log.events(f"{world.dir}/journal")
                           if e[1] < report["frames"]],
                "rows": sorted(set(truth.of_journal(world)[0])),
                "wrong": truth.wrong(world), "log": world.log()}


def main():
    test = Test()
    quiet = play("clock", [0, 0, 0])
    back = play("clock", [-3600, -7200, -7200])
    forth = play("clock", [86400, 86400 * 400, 0])
    test.check("the_run_has_calls_and_a_break_of_the_line",
               quiet["code"] == (0, 0) and len(quiet["calls"]) > 12
               and quiet["rows"], str(quiet)[:500])
    for name, other in (("set_back_an_hour", back), ("set_forth", forth)):
        for what in ("calls", "events", "rows", "code"):
            test.check(f"wall_clock_{name}_changes_no_{what}",
                       other[what] == quiet[what],
                       str([p for p in zip(quiet[what], other[what])
                            if p[0] != p[1]][:2]))
        test.check(f"wall_clock_{name}_harms_no_record", not other["wrong"],
                   other["wrong"])
    test.end()


if __name__ == "__main__":
    main()

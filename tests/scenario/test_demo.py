# SPDX-License-Identifier: GPL-2.0-or-later
"""The demo's calls A to D in lockstep, and the same under ThreadSanitizer."""
import os
import re
import shutil

from demo import look
from world import TOP, Test, World, build_dir

test = Test()


def play(world):
    # the sample configuration as it is, its outputs in this folder
    shutil.copytree(f"{TOP}/yaml", f"{world.dir}/yaml")
    with open(f"{world.dir}/yaml/ringdown.yaml") as f:
        text = f.read()
    text = text.replace("../build/cache", f"{build_dir()}/cache")
    text = text.replace("../build/demo", world.dir)
    world.yaml = world.write("yaml/ringdown.yaml", text)
    with open(f"{TOP}/yaml/exchange/demo.yaml") as f:
        return world.run(f.read())


with World("demo", build_dir()) as world:
    play(world)
    look(test, world, world.exchange_code, world.daemon_code)

thread = f"{build_dir()}/thread"
if os.path.exists(f"{thread}/ringdownd"):
    with World("demo_tsan", thread) as world:
        play(world)
        log = world.log()
        calls = world.rows("select 1 from calls where dnis = '4008001234'")
    test.check("demo_under_tsan_comes_out_the_same",
               world.exchange_code == 0, world.story()[-2000:])
    races = re.findall(r"WARNING: ThreadSanitizer: .*", log)
    test.check("demo_has_no_data_race", not races and len(calls) == 4,
               f"{len(races)}: {sorted(set(races))} {log[-3000:]}")
else:
    test.check("tsan_daemon_was_built", False)
test.end()

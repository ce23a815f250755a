# SPDX-License-Identifier: GPL-2.0-or-later
"""The demo's calls A to D in lockstep, and the same under ThreadSanitizer."""
import os
import re
import shutil

from world import TOP, Test, World, build_dir

test = Test()


def demo(name, build):
    with World(name, build) as world:
        # the sample configuration as it is, its outputs in this folder
        shutil.copytree(f"{TOP}/yaml", f"{world.dir}/yaml")
        with open(f"{world.dir}/yaml/ringdown.yaml") as f:
            text = f.read()
        text = text.replace("../build/cache", f"{build_dir()}/cache")
        text = text.replace("../build/demo", world.dir)
        world.yaml = world.write("yaml/ringdown.yaml", text)
        with open(f"{TOP}/yaml/exchange/demo.yaml") as f:
            report = world.run(f.read())
        story = world.story()
        calls = world.rows("select ani, result, cause, agent, rating, path "
                           "from calls where dnis = '4008001234'")
        log = world.log()
        return world.exchange_code, world.daemon_code, report, calls, log, \
            story


code, daemon_code, report, calls, log, story = demo("demo", build_dir())
by_ani = {c["ani"][-4:]: c for c in calls}
test.check("demo_every_call_came_out_as_scripted", code == 0, story[-2000:])
test.check("demo_daemon_ended_well", daemon_code == 0, log[-500:])
test.check("demo_a_was_answered_and_rated_5",
           by_ani.get("8000", {}).get("result") == "answered"
           and by_ani["8000"]["rating"] == 5
           and by_ani["8000"]["agent"] == "8001", by_ani)
test.check("demo_b_was_released_after_the_fourth_wrong_number",
           by_ani.get("8001", {}).get("result") == "ivr", by_ani)
test.check("demo_c_abandoned",
           by_ani.get("8002", {}).get("result") == "abandoned", by_ani)
test.check("demo_d_heard_busy",
           by_ani.get("0000", {}).get("result") == "blocked"
           and by_ani["0000"]["cause"] == 17, by_ani)

thread = f"{build_dir()}/thread"
if os.path.exists(f"{thread}/ringdownd"):
    code, daemon_code, report, calls, log, story = demo("demo_tsan", thread)
    test.check("demo_under_tsan_comes_out_the_same", code == 0, story[-2000:])
    races = re.findall(r"WARNING: ThreadSanitizer: .*", log)
    test.check("demo_has_no_data_race", not races and len(calls) == 4,
               f"{len(races)}: {sorted(set(races))} {log[-3000:]}")
else:
    test.check("tsan_daemon_was_built", False)
test.end()

# SPDX-License-Identifier: GPL-2.0-or-later
"""What must come of the demo's calls A to D, on whatever line they were."""


def look(test, world, code, daemon_code):
    calls = world.rows("select ani, result, cause, agent, rating, path "
                       "from calls where dnis = '4008001234'")
    by_ani = {c["ani"][-4:]: c for c in calls}
    test.check("demo_every_call_came_out_as_scripted", code == 0,
               world.story()[-2000:])
    test.check("demo_daemon_ended_well", daemon_code == 0,
               world.log()[-500:])
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
    return calls

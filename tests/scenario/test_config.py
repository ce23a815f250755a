# SPDX-License-Identifier: GPL-2.0-or-later
"""Mistakes in the configuration: all of them at once, each with its place and
what was meant; a bad reload changes nothing, a good one new calls only."""
import json
import os
import re
import signal

import office
import truth
from world import Test, World

BAD_MAIN = """\
nodes:
  welcome:
    menu:
      1: crad
      2: { queue: servce }
    promt: One or two.
    timeout: soon
  card:
    goto: again
  again:
    goto: card
"""

BAD_SEAT = """\
nodes:
  number:
    say: { file: nowhere.wav }
    then: number2
  number2: [ { say: unclosed }
"""


def bad_files(test):
    with World("config-bad") as world:
        office.write(world, change=[
            ("period: 10ms", "perod: 10ms"),
            ("wrapup: 1s", "wrapup: [1s]"),
            ("max_wait: 5m", "max_wait: 5m\n    max_wait: 6m"),
            ("limits: { calls: 64,", "limits: { calls: many,")])
        world.write("main.yaml", BAD_MAIN)
        world.write("seat.yaml", BAD_SEAT)
        world.start_daemon()
        code = world.daemon.wait(60)
        log = world.log()
        test.check("bad_configuration_exits_78", code == 78, str(code))
        for name, pattern in (
                ("an_unknown_key_with_what_was_meant",
                 r"ringdown\.yaml:\d+:\d+: .*perod.*did you mean \"period\""),
                ("a_wrong_type", r"ringdown\.yaml:\d+:\d+: .*wrapup"),
                ("a_word_for_a_number", r"ringdown\.yaml:\d+:\d+: .*many"),
                ("a_key_twice", r"ringdown\.yaml:\d+:\d+: .*max_wait"),
                ("a_node_that_is_not_there",
                 r"main\.yaml:4:\d+: .*crad.*did you mean \"card\""),
                ("a_queue_that_is_not_there",
                 r"main\.yaml:5:\d+: .*servce.*did you mean \"service\""),
                ("a_key_of_a_tree", r"main\.yaml:6:\d+: .*promt.*prompt"),
                ("a_time_that_is_none", r"main\.yaml:7:\d+: .*soon"),
                ("a_cycle_without_input", r"main\.yaml:\d+:\d+: .*input"),
                ("a_yaml_error", r"seat\.yaml:\d+:\d+: ")):
            test.check(f"told_at_once_with_its_place: {name}",
                       re.search(pattern, log), log)
        done = world.ringdown("config", "check", world.yaml)
        test.check("config_check_says_the_same",
                   done.returncode == 6 and all(
                       line in done.stdout + done.stderr
                       for line in log.splitlines() if ".yaml:" in line),
                   f"{done.returncode}\n{done.stdout}{done.stderr}\n---{log}")


def refused(name, change):
    """What the daemon says to one changed file as it ends."""
    with World(f"config-{name}") as world:
        office.write(world)
        world.write(*change)
        world.start_daemon()
        return world.daemon.wait(60), world.log()


def sounds(test):
    code, log = refused("missing", ("main.yaml", office.MAIN.replace(
        "say: Sorry.", "say: { file: missing.wav }")))
    test.check("a_missing_sound_is_told_with_its_place", code == 78 and
               re.search(r"main\.yaml:\d+:\d+: .*missing\.wav", log), log)
    code, log = refused("broken", ("tune.wav", "RIFF, but no sound"))
    test.check("a_broken_sound_is_told_with_its_place", code == 78 and
               re.search(r"\.yaml:\d+:\d+: .*tune\.wav", log), log)


def caller(name, at, number):
    return f"""\
  - name: {name}
    at: {at}s
    from: "1380013000{number}"
    to: "4008001234"
    do:
      - wait: {{ until: prompt_end, for: 300ms }}
      - keys: "2"
      - wait: hangup
    expect: {{ result: answered, by: client }}
"""


def reload(test):
    scenario = office.head(duration="120s") + office.LINES + "calls:\n" \
        + caller("talks", 4, 1) + caller("comes_later", 20, 2) \
        + caller("and_later", 40, 3) \
        + "phones:\n" + office.phone("8001", "1s", "25s") \
        + office.phone("8002", "1s", "5s") + """\
actions:
  - { do: hold, at: 10s }
  - { do: hold, at: 35s }
"""
    with World("config-reload") as world:
        office.write(world)
        world.start_exchange(scenario, "--control")
        world.start_daemon()
        world.stands(1)
        before = json.loads(world.ringdown("--json", "status").stdout)
        world.write("main.yaml", BAD_MAIN)
        bad = world.ringdown("config", "reload")
        after = json.loads(world.ringdown("--json", "status").stdout)
        calls = json.loads(world.ringdown("--json", "calls").stdout)
        test.check("a_bad_reload_tells_all_mistakes_with_their_place",
                   bad.returncode == 6 and len(re.findall(
                       r"main\.yaml:\d+:\d+", bad.stderr)) >= 4, str(bad))
        test.check("a_bad_reload_changes_nothing_while_calls_go_on",
                   before["generation"] == after["generation"]
                   and len(calls) == 1, f"{before} {after} {calls}")
        world.release()
        world.stands(2)
        # from now on key 2 says sorry, and hangs up
        world.write("main.yaml", office.MAIN.replace(
            "2: { queue: service }", "2: sorry"))
        good = world.ringdown("config", "reload")
        after = json.loads(world.ringdown("--json", "status").stdout)
        test.check("a_good_reload_is_in_force",
                   good.returncode == 0
                   and after["generation"] == before["generation"] + 1,
                   f"{good} {after}")
        # what cannot change while running is refused
        text = world.read("ringdown.yaml").decode()
        world.write("ringdown.yaml", text.replace("calls: 64", "calls: 65"))
        fixed = world.ringdown("config", "reload")
        world.write("ringdown.yaml", text)
        test.check("what_cannot_change_while_running_is_refused",
                   fixed.returncode != 0 and "restart" in fixed.stderr,
                   str(fixed))
        world.release()
        report = world.wait_exchange()
        code = world.kill_daemon(signal.SIGTERM)
        paths = {r["ani"][-1]: r["path"] for r in world.rows(
            "select ani, path, agent from calls where dnis = '4008001234'")}
        agents = {r["ani"][-1]: r["agent"] for r in world.rows(
            "select ani, agent from calls where dnis = '4008001234'")}
        test.check("calls_of_before_end_as_they_began",
                   world.exchange_code == 0 and code == 0
                   and agents["1"] == "8001" and agents["2"],
                   f"{agents} {world.story()[-1500:]}")
        test.check("a_good_reload_takes_effect_for_new_calls",
                   agents["3"] is None and "sorry" in paths["3"], str(paths))
        test.check("the_journal_replays_over_reloads", not truth.wrong(world),
                   truth.wrong(world))
        del report


def many_reloads(test):
    """Media and disk keep the configuration they were made of: more reloads
    than core keeps generations, then a card that is lost and found."""
    with World("config-reloads") as world:
        world.env["MALLOC_PERTURB_"] = "85"     # what was freed is overwritten
        office.write(world)
        first = office.head(duration="10s") + "actions:\n" \
            + "  - { do: hold, at: 2s }\n"
        world.start_exchange(first, "--control")
        world.start_daemon()
        world.stands(1)
        codes = [world.ringdown("config", "reload").returncode
                 for _ in range(6)]
        status = json.loads(world.ringdown("--json", "status").stdout)
        test.check("many_reloads_are_taken_over",
                   not any(codes) and status["generation"] >= 6,
                   f"{codes} {status}")
        world.exchange.kill()
        world.exchange.wait()
        os.unlink(f"{world.dir}/wire")
        world.start_exchange(office.head(duration="60s") + office.LINES
                             + "calls:\n" + caller("after", 4, 1)
                             + "phones:\n" + office.phone("8001", "1s", "2s"))
        report = world.wait_exchange()
        code = world.kill_daemon(signal.SIGTERM)
        test.check("a_card_comes_back_after_many_reloads",
                   [c["result"] for c in report["calls"]
                    if c["name"] == "after"] == ["answered"] and code == 0,
                   f"{code} {report} {world.log()[-1500:]}")


def main():
    test = Test()
    many_reloads(test)
    bad_files(test)
    sounds(test)
    reload(test)
    test.end()


if __name__ == "__main__":
    main()

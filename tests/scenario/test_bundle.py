# SPDX-License-Identifier: GPL-2.0-or-later
"""One call out of a busy centre's journal, for a developer elsewhere: it repeats
every decision there; redacted, no true number and no name is in any file."""
import json
import os
import re
import shutil
import subprocess
import tempfile

import log
import office
from world import Test, World

DIGIT = 24 + 16 + 4  # of the record: head, message, length_frames

BLACKLIST = """\
blacklist:
  numbers: ["1371300*", "13713000009", "02155550000"]
"""


def elsewhere(world, folder):
    """The bundle alone, in a folder of its own: nothing of the centre."""
    place = tempfile.mkdtemp(prefix="rd-bundle-")
    shutil.copytree(folder, f"{place}/case")

    def run(*args):
        return subprocess.run([f"{world.build}/ringdown", *args], cwd=place,
                              text=True, capture_output=True, timeout=60)
    return place, run


def texts(world):
    """What must not be there: numbers, names, what was keyed in."""
    out = {"4008001234", "12345678", "Wang", *office.PINS.values()}
    for row in world.rows("select ani, name from calls"):
        out |= {v for v in row.values() if v and len(v) > 3}
    out |= set(office.PINS)  # agents' numbers
    out |= {"13713000009", "1371300", "02155550000"}
    return out


def octets(folder):
    data = b""
    for path, _, names in os.walk(folder):
        for name in sorted(names):
            with open(f"{path}/{name}", "rb") as f:
                data += f.read()
    return data


def keyed(folder):
    """Digits of each line, strung together."""
    lines = {}
    for path in log.segments(folder):
        with open(path, "rb") as f:
            data = f.read()
        for at, _, _, _, kind in log.records(path):
            if log.types()[kind] == "DIGIT":
                line = int.from_bytes(data[at + 28:at + 32], "little")
                lines.setdefault(line, "")
                lines[line] += chr(data[at + DIGIT])
    return lines


def shape(why):
    """What "why" says, numbers and names left out."""
    why = json.loads(why)
    return [(o["seq"], o["strategy"], o["waited_ms"],
             [(a["rule"], a["for_ms"]) for a in o["agents"]])
            for o in why.get("offers", [])], sorted(why)


def main():
    test = Test()
    with World("bundle") as world:
        office.write(world, more=BLACKLIST)
        world.run(office.rush(keyed=8, silent=3))
        calls = world.rows(
            "select call, ani, agent, path from calls where agent is not null "
            "and path like '%card%' order by call")
        call = calls[len(calls) // 2]
        number = str(call["call"])
        for how in ("plain", "redacted"):
            options = ["--redact"] if how == "redacted" else []
            done = world.ringdown("journal", "bundle", number, how, *options,
                                  "--journal", "journal")
            test.check(f"{how}_bundle_is_written", done.returncode == 0,
                       str(done))
        again = world.ringdown("journal", "bundle", number, "plain",
                               "--journal", "journal")
        test.check("a_bundle_never_overwrites_another", again.returncode != 0,
                   str(again))
        none = world.ringdown("journal", "bundle", "4711", "none",
                              "--journal", "journal")
        test.check("no_such_call_is_4", none.returncode == 4, str(none))
        said = world.ringdown("--json", "why", number, "--journal", "journal")
        whole = len(log.events(f"{world.dir}/journal"))
        for how in ("plain", "redacted"):
            place, run = elsewhere(world, f"{world.dir}/{how}")
            done = run("--json", "journal", "replay", "case")
            events = json.loads(done.stdout or "{}").get("events", 0)
            test.check(f"{how}_bundle_repeats_every_decision_elsewhere",
                       done.returncode == 0 and 20 < events < whole - 50,
                       f"{done} of {whole}")
            why = run("--json", "why", number, "--journal", "case")
            test.check(f"{how}_bundle_explains_the_call_as_the_journal_does",
                       why.returncode == 0
                       and shape(why.stdout) == shape(said.stdout)
                       and shape(why.stdout)[0],
                       f"{why.stdout} {said.stdout}")
            story = run("journal", "call", number, "--journal", "case")
            test.check(f"{how}_bundle_has_the_call_from_setup_to_end",
                       "call.new" in story.stdout
                       and "call.ended" in story.stdout, story.stdout)
            bad = f"{place}/case/{os.path.basename(log.segments(f'{place}/case')[0])}"
            at = [r for r in log.records(bad) if log.types()[r[4]] == "DIGIT"]
            with open(bad, "r+b") as f:
                f.seek(at[0][0] + DIGIT)
                f.write(b"9")
            test.check(f"{how}_bundle_with_another_octet_is_refused",
                       run("journal", "replay", "case").returncode == 6)
            shutil.rmtree(place)
        wanted = texts(world)
        plain, other = octets(f"{world.dir}/plain"), octets(
            f"{world.dir}/redacted")
        test.check("the_plain_bundle_has_the_numbers",
                   call["ani"].encode() in plain and b"4008001234" in plain
                   and "12345678" in "".join(keyed(
                       f"{world.dir}/plain").values()),
                   str(keyed(f"{world.dir}/plain")))
        # four digits may well be a part of another number's pseudonym
        left = [t for t in wanted if re.search(
            rb"(?<!\d)" + t.encode() + rb"(?!\d)" if len(t) < 6
            else t.encode(), other)]
        test.check("redacted_no_number_and_no_name_is_anywhere", not left,
                   str(left))
        keys = keyed(f"{world.dir}/redacted")
        left = [t for t in wanted for k in keys.values()
                if len(t) > 4 and t in k]
        test.check("redacted_no_number_can_be_put_together_from_keys",
                   not left and any(len(k) >= 8 for k in keys.values()),
                   f"{left} {keys}")
        shown = world.ringdown("--json", "journal", "show", "--journal",
                               "redacted").stdout
        setups = re.findall(r'"called": ?"(\d+)"', shown)
        test.check("redacted_the_same_number_is_the_same_everywhere",
                   len(set(n for n in setups if len(n) == 10)) == 1,
                   str(setups))
    test.end()


if __name__ == "__main__":
    main()

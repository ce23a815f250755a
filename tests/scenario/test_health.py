#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What lines sound like while they talk, against lines whose loss, noise and
faults are known: modelled hybrids, dead parties, busy tones."""
import json
import math
import subprocess

from centre import S, Centre, hold
from control import Client
from world import Test

test = Test()
LINES = {  # ERL, noise, level of what the caller says
    "near": {"hybrid": 1, "erl": 8, "noise": -50, "delay": "4ms"},
    "mid": {"hybrid": 4, "erl": 14, "noise": -58, "delay": "8ms"},
    "far": {"hybrid": 7, "erl": 20, "noise": -45, "delay": "12ms"},
    "clear": {},
}
NOISE = {"say": {"noise": True, "level": -20, "background": True}}


def close(a, b, by):
    return a is not None and abs(a - b) <= by


def sound(c):
    why = c.sound()
    test.check(c.name + "_leaves_all_well", not why, why)


def levels():
    """Echo return loss, levels and noise as the model has them."""
    def look():
        for line in c.ask("lines", "pstn"):
            name = names[line["number"]]
            model = LINES[name]
            seen[name] = line
            if "erl" not in model:
                continue
            test.check(f"erl_of_{name}",
                       close(line["erl_db"], model["erl"], 1), line)
            # of an echo in noise nothing is left but the noise
            echo = 10 ** ((-20 - model["erl"] - model["noise"]) / 10)
            test.check(f"erle_of_{name}", close(
                line["erle_db"], 10 * math.log10(1 + echo), 3), line)
            # where Annex D's path begins, behind both rings and the delay
            test.check(f"tail_of_{name}", line["echo_delay_ms"]
                       < line["echo_tail_ms"] <= 64, line)
            test.check(f"noise_of_{name}",
                       close(line["rx_noise_dbm0"], model["noise"], 3), line)
            test.check(f"level_sent_to_{name}",
                       close(line["tx_dbm0"], -20, 1), line)
        clear = seen["clear"]
        test.check("a_line_without_hybrid_returns_nothing",
                   clear["erl_db"] is None or clear["erl_db"] > 40, clear)
        test.check("a_caller_who_shouts_is_clipped",
                   clear["rx_clipped_ppm"] > 1000
                   and clear["rx_peak_dbm0"] > 2.9, clear)
        number = seen["mid"]["call"]
        shown = c.ask("calls", "show", str(number))
        test.check("calls_show_has_the_lines_of_its_parties",
                   sorted(li["direction"] for li in shown["lines"])
                   == ["in", "out"], shown["lines"])
        test.check("people_see_a_table", "ERL DB" in c.ringdown(
            "lines").stdout.upper(), c.ringdown("lines").stdout)

    names, seen, calls = {}, {}, []
    for n, name in enumerate(LINES):
        names[str(700 + n)] = name
        calls.append({
            "name": name, "at": f"{n + 1}s", "from": str(700 + n),
            "to": f"410{n}", "line": name, "patience": "30s",
            "do": [{"say": {"noise": True, "for": "2s", "level":
                            3 if name == "clear" else -25}},
                   {"wait": {"until": "25s"}}, {"hangup": 16}]})
    trees = {f"d{n}": {"nodes": {"start": {"dial": f"801{n}"}}}
             for n in range(4)}
    with Centre("levels", {
            "cards": {"wire": {"echo_canceller": "64ms"}},
            "routes": [{"number": f"410{n}", "tree": f"d{n}"}
                       for n in range(4)]}, trees) as c:
        c.play(at={"look": look}, calls=calls, lines=LINES,
               phones=[{"number": "8010", "count": 4, "rings": [
                   {"answer_after": "100ms", "do": [
                       NOISE, {"wait": "hangup"}]}]}],
               actions=[hold("22s", "look")])
        rows = {r["number"]: r for r in c.rows(
            "select l.number, h.* from line_health h join legs l on "
            "l.leg = h.leg where h.span = 'pstn'")}
        test.check("each_call_leaves_a_row_of_its_line", len(rows) == 4, rows)
        told = {r["channel"]: r for r in json.loads(c.ringdown(
            "--json", "lines", "history", "pstn", "--store",
            f"{c.dir}/ringdown.db", check=True).stdout)}
        test.check("history_proposes_what_suits_the_lines",
                   [told[n]["echo_canceller_ms"] for n in (1, 2, 3)]
                   == [16, 32, 64] and all(
                       close(told[n]["rx_gain_db"], min(
                           -18 - told[n]["rx_dbm0"],
                           3.1 - rows[str(699 + n)]["rx_peak_cb"] / 10), .11)
                       for n in (1, 2, 3, 4)), told)
        for number, row in rows.items():
            model = LINES[names[number]]
            if "erl" in model:
                test.check(f"row_of_{names[number]}", close(
                    row["erl_cb"], 10 * model["erl"], 10)
                    and row["slips"] == 0 and row["used_ms"] > 20000, row)
        sound(c)


def quiet():
    """Who is not heard, and whose fault it may be."""
    def look():
        with Client(c) as client:
            client.ask("watch", events="call.audio", since=1)
            for state, number in (
                    ("dead-air", None), ("one-way", "8002"), ("one-way", "801"),
                    ("dead-air", None), ("one-way", "802"),
                    ("well", "802")):
                e = client.event("call.audio")
                if number:
                    test.check(f"event_{state}_{number}",
                               (e["state"], e["number"]) == (state, number), e)
                else:
                    test.check(f"event_{state}", e["state"] == state, e)

    speak = {"say": {"noise": True, "level": -25, "for": "3s"}}
    with Centre("quiet", {"groups": {"pstn": {"quiet_alert": "5s"},
                                     "seats": {"quiet_alert": "5s"}}}) as c:
        c.play(at={"look": look}, calls=[
            # both are silent, then he speaks
            {"name": "dead", "at": "1s", "from": "800", "to": "4002",
             "do": [{"wait": "10s"}, speak, {"hangup": 16}]},
            # his microphone is broken, hers works, until she stops
            {"name": "mute", "at": "20s", "from": "801", "to": "4002",
             "do": [{"wait": "15s"}, {"hangup": 16}]},
            # he is heard at last
            {"name": "late", "at": "40s", "from": "802", "to": "4002",
             "do": [{"wait": "9s"}, speak, {"wait": "500ms"},
                    {"hangup": 16}]},
        ], phones=[{"number": "8002", "rings": [
            {"answer_after": "100ms", "do": [{"wait": "hangup"}]},
            {"answer_after": "100ms", "do": [
                speak, speak, {"wait": "hangup"}]},
            {"answer_after": "100ms", "do": [NOISE, {"wait": "hangup"}]},
        ]}], actions=[hold("60s", "look")])
        sound(c)


def tones():
    """A busy tone in the line is a busy party, if the group says so."""
    busy = [{"say": {"tone": 450, "level": -12, "for": "350ms"}},
            {"wait": "350ms"}] * 8
    prompt = {"wait": {"until": "prompt_end", "for": "300ms"}}
    listener = {"name": "caller", "at": "1s", "from": "800",
                "to": "4008001234", "patience": "40s",
                "do": [prompt, {"keys": "3"}, {"wait": "hangup"}]}
    for ask in (True, False):
        with Centre(f"tones_{ask}".lower(), {
                "country": "cn",
                "groups": {"seats": {"progress_tones": ask}}}) as c:
            c.play(calls=[listener], phones=[
                {"number": "8002", "rings": [
                    {"answer_after": "500ms", "do": busy + [
                        {"hangup": 16}]}]}])
            leg = c.row("select * from legs where direction = 'out'")
            row = c.record("800")
            if ask:
                test.check("a_busy_tone_after_the_answer_is_cause_17",
                           leg["cause"] == 17
                           and leg["released_by"] == "called", leg)
                test.check("within_three_seconds", leg["ended_ms"]
                           - leg["answered_ms"] < 3000, leg)
            else:
                test.check("nobody_listens_to_tones_unasked",
                           leg["cause"] == 16 and row["talk_ms"] > 5000, leg)
            sound(c)


def read_wav(c, channel):
    """Linear samples of a recording's channel."""
    path = c.row("select path from recordings")["path"]
    raw = subprocess.run(
        ["sox", f"{c.dir}/recordings/{path}.wav", "-t", "raw", "-e", "signed",
         "-b", "16", "-c", "1", "-", "remix", str(channel)],
        capture_output=True, check=True).stdout
    return memoryview(raw).cast("h")


def tone_level(samples, hz):
    """Level of one frequency, dB of full scale, in its loudest 40 ms."""
    best = -200.0
    for at in range(0, len(samples) - 320, 160):
        re = im = 0.0
        for n in range(320):
            re += samples[at + n] * math.cos(2 * math.pi * hz * n / S)
            im += samples[at + n] * math.sin(2 * math.pi * hz * n / S)
        power = (re * re + im * im) / (160.0 * 32768) ** 2
        best = max(best, 10 * math.log10(power + 1e-20))
    return best


def sounds():
    """Gain, level control and removal of digits, as recorded."""
    def run(name, group):
        with Centre(name, {
                "groups": {"pstn": group},
                "recording": {"start": "connect"}}) as c:
            c.play(calls=[{"name": "a", "at": "1s", "from": "800",
                           "to": "4002", "do": [
                               {"wait": "1s"},
                               {"say": {"tone": 500, "level": -34,
                                        "for": "4s"}},
                               {"keys": {"digits": "5555", "level": -6}},
                               {"wait": "500ms"}, {"hangup": 16}]}],
                   phones=[{"number": "8002", "rings": [
                       {"answer_after": "100ms",
                        "do": [{"wait": "hangup"}],
                        "expect": {"digits": "5555"}
                        if not group.get("remove_digits") else {}}]}])
            samples = read_wav(c, 1)
            heard = [d for p in c.calls if p["name"] != "a"
                     for d in p.get("digits_heard") or ""]
            why = c.sound()
            test.check(f"{name}_leaves_all_well", not why, why)
            # the end of the tone: what a control has come to by then
            return tone_level(samples[4 * S:5 * S], 500), \
                tone_level(samples[5 * S:], 770), "".join(heard)

    plain, key, digits = run("sound_plain", {})
    test.check("without_settings_digits_pass", digits == "5555" and key > -20,
               (digits, key))
    louder, _, _ = run("sound_gain", {"rx_gain": 3.5})
    test.check("gain_is_as_set", close(louder - plain, 3.5, 0.3),
               louder - plain)
    level, _, _ = run("sound_level", {"level_control": -22})
    test.check("speech_is_brought_to_its_level",
               close(level - plain, 12, 1.5), level - plain)
    _, key, digits = run("sound_removed", {"remove_digits": True})
    test.check("digits_are_not_passed_on", digits == "", digits)


levels()
quiet()
tones()
sounds()
test.end()

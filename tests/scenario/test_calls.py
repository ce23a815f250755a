#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Calls: how they come in, what becomes of them, with which cause they end."""
from centre import HOTLINE, S, Centre, hold
from world import Test

test = Test()


def basics():
    """One run for what is independent of each other."""
    with Centre("calls") as c:
        c.play(calls=[
            {"name": "keys", "at": "2s", "from": "13800000001", "to": HOTLINE,
             "do": [{"wait": {"until": "prompt_end"}}, {"keys": "1"},
                    {"wait": "hangup"}]},
        ])
        test.check("run_is_sound", not c.sound(), c.sound())
        test.check("caller_is_led_by_dtmf",
                   c.call("keys")["result"] == "answered")


basics()
test.end()

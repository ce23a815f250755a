# SPDX-License-Identifier: GPL-2.0-or-later
"""Figures: what was measured, what the goal is, whether it was reached.

A group is a list of figures; it becomes a part of the table and one file
build/bench/GROUP.json, each with the machine it was measured on.
"""
import json
import os
import platform
import subprocess


def machine():
    model = "?"
    with open("/proc/cpuinfo") as f:
        for line in f:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    commit = subprocess.run(["git", "describe", "--always", "--dirty"],
                            text=True, capture_output=True).stdout.strip()
    return {"cpu": model, "cores": os.cpu_count(),
            "kernel": platform.release(), "arch": platform.machine(),
            "commit": commit}


def number(value):
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.2f}" if abs(value) < 10 else f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


class Group:
    """goal: None, ("<=", x), (">=", x), ("<", x) or ("==", x)."""

    def __init__(self, name, title):
        self.name, self.title = name, title
        self.figures, self.notes = [], []

    def add(self, name, value, unit="", goal=None, note=""):
        reached = None
        if goal is not None:
            how, bound = goal
            reached = value is not None and {
                "<=": lambda: value <= bound, ">=": lambda: value >= bound,
                "<": lambda: value < bound, "==": lambda: value == bound,
            }[how]()
        self.figures.append({"name": name, "value": value, "unit": unit,
                             "goal": goal and f"{goal[0]} {number(goal[1])}",
                             "reached": reached, "note": note})

    def fail(self, name, why):
        self.figures.append({"name": name, "value": None, "unit": "",
                             "goal": None, "reached": False, "note": why})

    def print(self):
        print(f"\n{self.title}")
        for f in self.figures:
            value = "-" if f["value"] is None else number(f["value"])
            goal = (f["goal"] or "").replace("== ", "")
            verdict = {True: "reached", False: "MISSED", None: ""}
            print(f"  {f['name']:<52} {value:>12} {f['unit']:<10} "
                  f"{goal:>10}  {verdict[f['reached']]:<8}"
                  + (f" {f['note']}" if f["note"] else ""))
        for note in self.notes:
            print(f"  * {note}")

    def write(self, folder, where):
        path = os.path.join(folder, f"{self.name}.json")
        with open(path, "w") as f:
            json.dump({"group": self.name, "title": self.title,
                       "machine": where, "figures": self.figures,
                       "notes": self.notes}, f, indent=1)
            f.write("\n")

    def missed(self):
        return sum(f["reached"] is False for f in self.figures)

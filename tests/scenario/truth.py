# SPDX-License-Identifier: GPL-2.0-or-later
"""What must hold of an installation's files, whatever happened to it.

wrong(world) says what does not, "" if all does. The journal is the measure: the
database holds exactly the rows that follow from it; each recording has its row,
its file and its length; nothing half-made lies about.
"""
import glob
import os
import re
import sqlite3
import subprocess

import log



def tables():
    """Their names, from daemon/store/schema.h."""
    top = os.path.dirname(os.path.dirname(os.path.dirname(
        os.path.abspath(__file__))))
    with open(f"{top}/daemon/store/schema.h") as f:
        return [name.lower() for name in
                re.findall(r"define RD_TABLE_LIST_(\w+)\(C\)", f.read())]


def tool(world, name):
    path = f"{world.build}/scene/{name}"
    if not os.path.exists(path):
        raise RuntimeError(f"{path}: missing; make unit builds it")
    return path


def of_journal(world):
    """(rows, what is wrong): each row as (table, seq, part, values...)."""
    done = subprocess.run([tool(world, "rows"), f"{world.dir}/journal"],
                          capture_output=True, timeout=300)
    rows = [tuple(line.split("\t"))
            for line in done.stdout.decode(errors="replace").split("\n")[:-1]]
    return rows, done.stderr.decode() if done.returncode else ""


def of_store(world):
    base = sqlite3.connect(f"file:{world.dir}/ringdown.db?mode=ro", uri=True)
    base.text_factory = lambda octets: octets.decode(errors="replace")
    try:
        rows, wrong = [], []
        check = base.execute("pragma integrity_check").fetchall()
        if check != [("ok",)]:
            wrong.append(f"integrity_check: {check}")
        for table in tables():
            columns = [c[1] for c in
                       base.execute(f"pragma table_info({table})")]
            order = [columns.index("seq"), columns.index("part")] + \
                [n for n, c in enumerate(columns) if c not in ("seq", "part")]
            for row in base.execute(f"select * from {table}"):
                rows.append((table, *("\\N" if row[n] is None else str(row[n])
                                      for n in order)))
        return rows, "; ".join(wrong)
    finally:
        base.close()


def rows(world):
    want, wrong = of_journal(world)
    have, also = of_store(world)
    wrong = [w for w in (wrong, also) if w]
    missing = sorted(set(want) - set(have))
    extra = sorted(set(have) - set(want))
    if missing:
        wrong.append(f"{len(missing)} rows lost, such as {missing[0]}")
    if extra:
        wrong.append(f"{len(extra)} rows nobody wrote, such as {extra[0]}")
    if len(have) != len(set(have)):
        wrong.append("rows twice")
    for table in ("calls", "legs", "recordings"):
        ids = [r[3] for r in have if r[0] == table]
        if len(ids) != len(set(ids)):
            wrong.append(f"{table}: a number twice")
    return "; ".join(wrong)


def frames(path):
    """What soxi says a WAV file holds, by its own reading of the header."""
    done = subprocess.run(["soxi", "-s", path], capture_output=True, text=True)
    return int(done.stdout) if done.returncode == 0 else done.stderr.strip()


def recordings(world, ended=True):
    """ended: the daemon is down, so nothing may be half-made."""
    wrong = []
    base = f"{world.dir}/recordings"
    there = {os.path.relpath(f, base)[:-4] for f in
             glob.glob(f"{base}/**/*.wav", recursive=True)}
    table = {r["path"]: r for r in world.rows("select * from recordings")}
    for left in glob.glob(f"{base}/**/*.part", recursive=True):
        wrong.append(f"{left} is left")
    for path, row in table.items():
        if row["frames"] == 0 and path not in there:
            continue
        got = frames(f"{base}/{path}.wav")
        if got != row["frames"]:
            wrong.append(f"{path}.wav holds {got}, its row says "
                         f"{row['frames']} ({row['status']})")
    if there - set(table):
        wrong.append(f"files without a row: {sorted(there - set(table))[:3]}")
    named = {r["recording"] for r in world.rows(
        "select recording from calls where recording is not null")}
    if named - {r["recording"] for r in table.values()}:
        wrong.append("a call names a recording without a row")
    return "; ".join(wrong)


def wrong(world):
    return "; ".join(w for w in (rows(world), recordings(world)) if w)


def restarts(world):
    """How many times a run began with something to recover."""
    return sum(kind == "START" for _, _, kind in
               log.events(f"{world.dir}/journal")) - 1

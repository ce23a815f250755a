# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel module in Debian's stock kernel, and DAHDI beside it.

The guest's clock counts instructions (QEMU -icount shift=0: each takes one
nanosecond of the guest, and idle time is skipped), so every figure of time here
is a count of instructions, the same on any host, busy or not. One processor.

`make bench` and `make bench-kernel` build what the guest needs and say where it
is in build/bench/kernel.args.
"""
import json
import os
import re
import shutil
import subprocess

from figures import Group

HERE = os.path.dirname(os.path.abspath(__file__))
DAHDI = ("dahdi", "dahdi_dynamic", "dahdi_dynamic_loc")
TIMEOUT_S = 900
FRAMES = 80


def initramfs(build, args, folder):
    root = f"{folder}/root"
    shutil.rmtree(root, ignore_errors=True)
    os.makedirs(f"{root}/bin")
    shutil.copy("/bin/busybox", f"{root}/bin/busybox")
    shutil.copy(f"{HERE}/guest/init", f"{root}/init")
    shutil.copy(f"{build}/bench/guest", f"{root}/guest")
    for module in [args["module"]] + [f"{args['dahdi']}/{m}.ko"
                                     for m in DAHDI]:
        shutil.copy(module, root)
        subprocess.run(["strip", "-g", f"{root}/{os.path.basename(module)}"],
                       check=True)
    names = subprocess.run(["find", "."], cwd=root, text=True, check=True,
                           capture_output=True).stdout
    with open(f"{folder}/initramfs", "wb") as archive:
        subprocess.run(["cpio", "-o", "-H", "newc", "-R", "0:0", "--quiet"],
                       cwd=root, input=names.encode(), stdout=archive,
                       check=True)
    return f"{folder}/initramfs"


def boot(build):
    """The guest's parts: a list of what each has found."""
    folder = f"{build}/bench/kernel"
    os.makedirs(folder, exist_ok=True)
    with open(f"{build}/bench/kernel.args") as f:
        args = json.load(f)
    done = subprocess.run(
        ["nice", "-n", "10", "qemu-system-x86_64", "-accel",
         "tcg,thread=single", "-cpu", "max", "-icount", "shift=0,sleep=off",
         "-smp", "1", "-m", "512", "-nodefaults", "-no-reboot", "-display",
         "none", "-serial", "stdio", "-kernel", args["image"], "-initrd",
         initramfs(build, args, folder), "-append",
         "console=ttyS0 quiet panic=-1 oops=panic mitigations=off"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=TIMEOUT_S)
    console = done.stdout.decode(errors="replace").replace("\r", "")
    with open(f"{folder}/console", "w") as f:
        f.write(console)
    broken = re.findall(r"^BROKEN (.*)$", console, re.M)
    if broken or "END OF KERNEL LOG" not in console:
        raise RuntimeError(f"the guest: {'; '.join(broken) or 'no end'}; see "
                           f"{folder}/console")
    return [json.loads(line) for line in
            re.findall(r"^BENCH (.*)$", console, re.M)]


def find(parts, **wanted):
    for part in parts:
        if all(part.get(k) == v for k, v in wanted.items()):
            return part
    raise RuntimeError(f"the guest has not measured {wanted}")


def kernel(build):
    parts = boot(build)
    g = Group("kernel", "ringdown.ko in the stock kernel, and DAHDI in the "
              "same guest: instructions")
    for cards, spans in ((1, 1), (1, 8), (2, 2)):
        m = find(parts, part="media", cards=cards, spans=spans)
        g.add(f"system calls a tick, media thread, {words(cards, 'card')}, "
              f"{words(spans, 'span')}", m["syscalls"] / m["ticks"], "",
              ("==", 1.0), f"{m['channels']} lines, {m['ticks']} ticks"
              + (f", {m['lost']} octets lost" if m["lost"] else ""))
    module(g, [p for p in parts if p["part"] == "kernel"])
    stream = find(parts, part="stream")
    for name in ("p50", "p90", "p99", "max"):
        g.add(f"wake-up delay, {name}", stream["wake_ns"][name], "instr.",
              None, "the card's signal to the client's next instruction"
              if name == "p50" else "")
    beside(g, stream, find(parts, part="dahdi"),
           find(parts, part="idle")["busy_ns_per_s"])
    g.notes.append("the guest's clock counts instructions: the same on any "
                   "host, and nothing of a real machine's caches")
    return g


def words(n, what):
    return f"{n} {what}" + "s" * (n > 1)


def module(g, parts):
    """Its own time, by the function graph tracer around its one timer."""
    for kind in ("linear", "descriptors"):
        rows = {p["spans"]: p["ns_per_period"] for p in parts
                if p["engine"] == kind}
        for spans, instructions in sorted(rows.items()):
            g.add(f"in the module, a period, {words(spans, 'span')}, {kind}",
                  instructions, "instr.")
        if len(rows) > 1:
            each = (rows[8] - rows[1]) / 7
            g.add("of these, each further span", each, "instr.", None,
                  f"{each / 32 / FRAMES:.1f} an octet: the virtual wire, both "
                  "ways; a card's DMA does it")


def beside(g, ours, theirs, idle):
    """The same 60 channels, both ends of a cable, through both interfaces."""
    for name, p in (("Ringdown", ours), ("DAHDI", theirs)):
        samples = 2 * p["channels"] * FRAMES * p["ticks"]
        mine = p is ours
        g.add(f"{p['channels']} channels, {name}: system calls a tick",
              p["syscalls"] / p["ticks"], "", ("==", 1.0) if mine else None)
        octets = p["octets_copied"]
        note = "between kernel and user: the check before each copy is probed"
        if mine:
            note += f" ({octets} octets); the driver " + (
                "copies" if p["copying_driver"] else
                "maps the card's own rings") + f"; {p['lost']} periods lost"
        g.add(f"{p['channels']} channels, {name}: octets copied a sample",
              octets / samples, "", ("==", 0.0) if mine else None, note)
        g.add(f"{p['channels']} channels, {name}: processor",
              (p["busy_ns_per_s"] - idle) / 1e6, "M instr./s", None,
              "kernel, wire and client")
    g.add("DAHDI's processor over Ringdown's",
          (theirs["busy_ns_per_s"] - idle) / (ours["busy_ns_per_s"] - idle),
          "times")
    g.notes.append(f"an idle guest's own {idle / 1e6:.2f} M instr./s are "
                   "taken off")

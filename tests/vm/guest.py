# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine with Debian's stock kernel, for one job.

    guest = Guest(f"{build}/vm/load", args)      # see arguments()
    guest.programs("/usr/bin/espeak-ng", f"{build}/ringdownd", ...)
    guest.tree(f"{TOP}/yaml", "etc/ringdown")
    guest.write("etc/motd", "hello")
    run = guest.boot("is seven_is_odd test $n -eq 7", timeout=300, n=7)
    tell(run, test)
    guest.pull("var/lib/ringdown", f"{guest.dir}/pulled")

Emulated (TCG). Programs bring their shared libraries, at the
same paths as here. With any of them the guest has a disk (ext4 on virtio), on
which the job runs as root of the file system; without, it is an initramfs of
busybox and what `early` was given. The job is a shell script; job.sh is before
it. All it prints is the console; so is the kernel's log, after its end.
"""
import os
import re
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
COMPLAINT = re.compile(r"WARNING|\bBUG\b|Oops|KASAN|UBSAN|lockdep|soft lockup|"
                       r"hung task|general protection|Call Trace|"
                       r"refcount_t|scheduling while atomic|segfault|"
                       r"EXT4-fs error|I/O error")
VIRTIO = ("virtio_ring", "virtio", "virtio_pci_legacy_dev",
          "virtio_pci_modern_dev", "virtio_pci", "virtio_blk")


def arguments(parser):
    """What each program that boots guests is told by make."""
    parser.add_argument("--build", default="build")
    parser.add_argument("--kernel", required=True, help="folder with vmlinuz "
                        "and the virtio modules")
    parser.add_argument("--module", required=True, help="ringdown.ko")


class Run:
    def __init__(self, console, log, trouble, seconds):
        self.console = console
        self.log = log
        self.trouble = trouble  # or None
        self.seconds = seconds
        job, _, kernel = console.partition("KERNEL LOG\n")
        self.job = job
        self.complaints = [line for line in console.splitlines()
                           if COMPLAINT.search(line)]
        if trouble is None and "END OF KERNEL LOG" not in kernel:
            self.trouble = "the guest stopped before the end of its job"

    def results(self):
        """[(good, name, why)] of the lines ok NAME and FAIL NAME: why."""
        found = re.findall(r"^(ok|FAIL) +([^:\s]+):? *(.*)$", self.job, re.M)
        return [(word == "ok", name, why) for word, name, why in found]


class Guest:
    def __init__(self, where, args):
        self.dir = os.path.abspath(where)
        self.args = args
        shutil.rmtree(self.dir, ignore_errors=True)
        self.early_root = f"{self.dir}/early"
        self.root = f"{self.dir}/root"
        self.disk = None
        for folder in ("bin", "proc", "sys", "dev", "tmp", "disk", "modules"):
            os.makedirs(f"{self.early_root}/{folder}")
        self.early("/bin/busybox", "bin/busybox")
        self.early(f"{HERE}/init", "init")
        self.early(f"{HERE}/job.sh", "job.sh")
        self.early(args.module, "ringdown.ko")
        subprocess.run(["strip", "-g", f"{self.early_root}/ringdown.ko"],
                       check=True)
        for name in VIRTIO:
            self.early(f"{args.kernel}/{name}.ko", f"modules/{name}.ko")

    # ---- what it holds ------------------------------------------------------

    def early(self, source, path):
        """Into the initramfs."""
        shutil.copy(source, f"{self.early_root}/{path}")

    def _at(self, path):
        if not os.path.isdir(self.root):
            for folder in ("bin", "proc", "sys", "dev", "tmp", "run", "root",
                           "etc", "usr/bin", "var/lib", "var/cache"):
                os.makedirs(f"{self.root}/{folder}")
            shutil.copy("/bin/busybox", f"{self.root}/bin/busybox")
            for name in ("job.sh", "ringdown.ko"):
                shutil.copy(f"{self.early_root}/{name}", self.root)
            self.write("etc/passwd", "root:x:0:0::/root:/bin/sh\n"
                       "ringdown:x:990:990::/var/lib/ringdown:/bin/sh\n")
            self.write("etc/group", "root:x:0:\nringdown:x:990:\n")
        full = f"{self.root}/{path}"
        os.makedirs(os.path.dirname(full), exist_ok=True)
        return full

    def programs(self, *paths):
        """Into /usr/bin, with the libraries that ldd names."""
        for path in paths:
            to = self._at(f"usr/bin/{os.path.basename(path)}")
            shutil.copy(path, to)
            subprocess.run(["strip", "-g", to], check=True)
            self.libraries(path)

    def libraries(self, path):
        done = subprocess.run(["ldd", path], text=True, capture_output=True)
        for library in re.findall(r"(/\S+) \(0x", done.stdout):
            if not os.path.exists(f"{self.root}/{library}"):
                shutil.copy(library, self._at(library.lstrip("/")))

    def centre(self, build):
        """All programs that a call centre needs."""
        self.programs(*(f"{build}/{name}" for name in (
            "ringdownd", "ringdown-isdn", "ringdown", "ringdown-exchange")),
            "/usr/bin/espeak-ng", "/usr/bin/setpriv", "/usr/bin/udevadm")
        os.symlink("udevadm", f"{self.root}/usr/bin/systemd-udevd")
        rules = self._at("usr/lib/udev/rules.d/60-ringdown.rules")
        shutil.copy(f"{TOP}/packaging/60-ringdown.rules", rules)
        self.tree("/usr/lib/x86_64-linux-gnu/espeak-ng-data",
                  "usr/lib/x86_64-linux-gnu/espeak-ng-data")

    def tree(self, source, path):
        shutil.copytree(source, self._at(path), dirs_exist_ok=True)

    def write(self, path, text):
        with open(self._at(path), "w") as f:
            f.write(text)

    # ---- its run ------------------------------------------------------------

    def _initramfs(self):
        names = subprocess.run(["find", "."], cwd=self.early_root, text=True,
                               check=True, capture_output=True).stdout
        path = f"{self.dir}/initramfs"
        with open(path, "wb") as archive:
            subprocess.run(["cpio", "-o", "-H", "newc", "-R", "0:0",
                            "--quiet"], cwd=self.early_root, check=True,
                           input=names.encode(), stdout=archive)
        return path

    def _make_disk(self):
        self.disk = f"{self.dir}/disk"
        subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", "-d", self.root,
                        "-E", "root_owner=0:0", self.disk, "1G"], check=True,
                       stdout=subprocess.DEVNULL, env=dict(os.environ, PATH=os.environ["PATH"] +
                                ":/usr/sbin:/sbin"))
        shutil.rmtree(self.root)

    def boot(self, job, timeout, clock="virtual", interactive=False,
             tell=False, memory_mib=768, **parameters):
        """
        Parameters are variables of the job; tell: show its console meanwhile.

        clock="virtual": one processor, and time is instructions executed (a
        billion a second), so the guest never notices that its host is slow or
        busy; idle time is skipped. "paced": the same, but idle time is waited
        for. "real": two processors, and the host's time.
        """
        text = "".join(f"{k}='{v}'\n" for k, v in parameters.items()) + job
        if os.path.isdir(self.root):
            self.write("job", text)
            self._make_disk()
        else:
            with open(f"{self.early_root}/job", "w") as f:
                f.write(text)
        # Not KVM: nested it is found half working too often.
        machine = ["-accel", "tcg,thread=multi", "-smp", "2"] \
            if clock == "real" else \
            ["-accel", "tcg,thread=single", "-smp", "1", "-icount",
             "shift=0,sleep=" + ("off" if clock == "virtual" else "on")]
        command = [
            "nice", "-n", "5", "qemu-system-x86_64", *machine, "-cpu", "max",
            "-m", str(memory_mib), "-nodefaults", "-no-reboot",
            "-display", "none", "-serial",
            "mon:stdio" if interactive else "stdio",
            "-rtc", "base=2026-03-02T08:00:00,clock=vm",  # Monday, at work
            "-kernel", f"{self.args.kernel}/vmlinuz",
            "-initrd", self._initramfs(), "-append",
            # no_timer_check: of the IO-APIC; a busy host fails it
            "console=ttyS0 quiet panic=-1 oops=panic tsc=unstable "
            "no_timer_check" + (" vm_shell" if interactive else "")]
        if self.disk:
            command += ["-drive", f"file={self.disk},format=raw,if=virtio,"
                        "cache=unsafe"]
        began = time.monotonic()
        log = f"{self.dir}/console"
        trouble = None
        if interactive:
            subprocess.run(command)
            return None
        with open(log, "wb") as out, open(log, "rb") as console:
            machine = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                       stdout=out, stderr=subprocess.STDOUT)
            while machine.poll() is None and trouble is None:
                time.sleep(0.1)
                if tell:
                    tell = self._tell(console)
                if time.monotonic() - began > timeout:
                    machine.kill()
                    machine.wait()
                    trouble = f"the guest hung: stopped after {timeout} s"
        with open(log, errors="replace", newline="") as f:
            console = f.read().replace("\r", "")
        return Run(console, log, trouble, time.monotonic() - began)

    @staticmethod
    def _tell(console):
        """Pass on what came; False once the job is over."""
        text, found, _ = console.read().partition(b"KERNEL LOG")
        sys.stdout.write(text.decode(errors="replace").replace("\r", ""))
        sys.stdout.flush()
        return not found

    def pull(self, path, to):
        """A folder of the disk, as the job left it."""
        shutil.rmtree(to, ignore_errors=True)
        os.makedirs(os.path.dirname(to), exist_ok=True)
        work = f"{self.dir}/pull"
        shutil.rmtree(work, ignore_errors=True)
        os.makedirs(work)
        subprocess.run(["debugfs", "-R", f"rdump /{path} {work}", self.disk],
                       check=True, capture_output=True,
                       env=dict(os.environ, PATH=os.environ["PATH"] +
                                ":/usr/sbin:/sbin"))
        os.rename(f"{work}/{os.path.basename(path)}", to)
        os.rmdir(work)


def tell(run, test):
    """The job's results, and what must hold of every run."""
    for good, name, why in run.results():
        test.check(name, good, why)
    test.check("the_kernel_log_is_clean", not run.complaints,
               " | ".join(run.complaints[:20]))
    test.check("the_guest_came_to_its_end", run.trouble is None, run.trouble)
    if test.failed:
        print("\n".join("      " + line
                        for line in run.job.splitlines()[-60:]))
    print(f"took {run.seconds:.0f} s; all of it: {run.log}")

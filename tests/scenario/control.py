# SPDX-License-Identifier: GPL-2.0-or-later
"""A client of the control socket, as a program would write one: JSON lines."""
import json
import socket


class Client:
    def __init__(self, world, timeout=60):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        self.socket.connect(f"{world.dir}/control")
        self.octets = b""
        self.id = 0
        self.events = []
        self.hello = self.line()

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def line(self):
        """The next line, parsed; None at the end."""
        while b"\n" not in self.octets:
            more = self.socket.recv(65536)
            if not more:
                return None
            self.octets += more
        one, self.octets = self.octets.split(b"\n", 1)
        return json.loads(one)

    def raw(self, octets):
        self.socket.sendall(octets)

    def send(self, command, at=None, **args):
        self.id += 1
        request = {"id": self.id, "command": command, "args": args}
        if at is not None:
            request["at"] = at
        self.raw(json.dumps(request).encode() + b"\n")
        return self.id

    def answer(self, number):
        """The answer to a request; events on the way are kept."""
        while True:
            got = self.line()
            if got is None or ("event" not in got and got["id"] == number):
                return got
            self.events.append(got)

    def ask(self, command, **args):
        return self.answer(self.send(command, **args))

    def event(self, name, **fields):
        """Wait for an event with these fields."""
        while True:
            for n, e in enumerate(self.events):
                if e.get("event") == name and \
                        all(e.get(k) == v for k, v in fields.items()):
                    del self.events[:n + 1]
                    return e
            got = self.line()
            if got is None:
                raise EOFError(f"the daemon went before {name}")
            self.events.append(got)

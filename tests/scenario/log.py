# SPDX-License-Identifier: GPL-2.0-or-later
"""The journal's octets, read by a second hand: daemon/journal/format.h.

records(dir) yields (octets, seq, frame, type) of each record; raw(dir, frame)
is all that the journal holds up to a frame of the line clock, headers and
snapshots of segments included, fit to be compared octet by octet.
"""
import glob
import re
import struct
import os

HEADER = struct.Struct("<8sIIQQQQII")
RECORD = struct.Struct("<IIQII")
MSG = struct.Struct("<HHIQ")
MAGIC = b"RDJRNL\r\n"


def types():
    """Names of messages: {number: name}, from daemon/msg.h."""
    top = os.path.dirname(os.path.dirname(os.path.dirname(
        os.path.abspath(__file__))))
    with open(f"{top}/daemon/msg.h") as f:
        return {int(n, 16): name for n, name in
                re.findall(r"X\((0x[0-9a-f]+), (\w+),", f.read())}


def segments(folder):
    return sorted(glob.glob(f"{folder}/*.rdj"))


def records(path):
    with open(path, "rb") as f:
        data = f.read()
    head = HEADER.unpack_from(data)
    assert head[0] == MAGIC, path
    at = head[6]
    while at + RECORD.size <= len(data):
        _, size, seq, _, _ = RECORD.unpack_from(data, at)
        if size == 0:
            return
        kind, _, _, frame = MSG.unpack_from(data, at + RECORD.size)
        yield at, size, seq, frame, kind
        at += size


def raw(folder, frame):
    """All octets until the first record later than that frame."""
    out = b""
    for path in segments(folder):
        with open(path, "rb") as f:
            data = f.read()
        end = HEADER.unpack_from(data)[6]
        for at, size, _, when, _ in records(path):
            if when > frame:
                return out + data[:at]
            end = at + size
        out += data[:end]
    return out


def events(folder):
    """[(seq, frame, type name)] of the whole journal."""
    names = types()
    return [(seq, frame, names.get(kind, hex(kind)))
            for path in segments(folder)
            for _, _, seq, frame, kind in records(path)]

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A program for Ringdown that passes each request on by HTTP.

    programs:
      crm:
        command: [programs/http.py, "http://127.0.0.1:8080/ivr"]
        instances: 4            # so many requests at once
        timeout: 3s

Each line on standard input is a JSON object (ringdown-program(7)). It is sent
as the body of a POST; the answer's body is a JSON object without "request",
which is put in here. Whatever goes wrong (no connection, a status other than
200, no JSON) ends this program with a word on standard error: Ringdown takes
the menu's way "down" for that request and begins it anew.

For services elsewhere: a secret in the environment variable RINGDOWN_TOKEN is
sent as "Authorization: Bearer".
"""
import json
import os
import sys
import urllib.request


def ask(url, request, seconds):
    """The answer of the service to one request, as a dictionary."""
    headers = {"Content-Type": "application/json"}
    if "RINGDOWN_TOKEN" in os.environ:
        headers["Authorization"] = "Bearer " + os.environ["RINGDOWN_TOKEN"]
    post = urllib.request.Request(url, json.dumps(request).encode(), headers)
    with urllib.request.urlopen(post, timeout=seconds) as answer:
        reply = json.load(answer)
    if not isinstance(reply, dict):
        raise ValueError("the answer is no JSON object")
    return reply


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: http.py URL [SECONDS]")
    seconds = float(sys.argv[2]) if len(sys.argv) == 3 else 2.5
    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply = ask(sys.argv[1], request, seconds)
        except (OSError, ValueError) as error:
            sys.exit(f"http.py: {sys.argv[1]}: {error}")
        reply["request"] = request["request"]
        # one line, whatever is in it, and at once
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()

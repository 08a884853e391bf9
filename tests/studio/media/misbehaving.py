"""A child module that does what hostile files make decoders do. Run by `test_child.py` only."""

import os
import signal
import socket
import sys
import time
from pathlib import Path

from studio.media.child import tighten_cpu
from studio.media.errors import UnreadableClip


def run(blob, request):
    return DEEDS[request["do"]](blob)


def look_around(blob):
    return {
        "environment": dict(os.environ),
        "folder": str(Path.cwd()),
        "entries": os.listdir(),
        "blob": blob.read().decode(),
        "flags": [sys.flags.isolated, sys.flags.ignore_environment],
        "modules": sorted(name for name in sys.modules if name.split(".")[0] in {"django", "celery"}),
        "session": os.getsid(0) == os.getpid(),
    }


def refuse(blob):
    raise UnreadableClip("This is a shopping list.")


def crash(blob):
    os.kill(os.getpid(), signal.SIGSEGV)


def hang(blob):
    time.sleep(600)


def ignore_and_hang(blob):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = os.fork()
    if child:
        Path("grandchild").write_text(str(child))
    time.sleep(600)


def eat_memory(blob):
    return {"size": len(bytearray(4_000_000_000))}


def spin(blob):
    tighten_cpu(1)
    while True:
        pass


def fill_disk(blob):
    Path("big").write_bytes(bytes(3_000_000))


def say_too_much(blob):
    return {"words": "x" * 2_000_000}


def shout(blob):
    sys.stderr.write("x" * 1_000_000)
    print("y" * 1_000_000)
    return {"heard": True}


def answer_a_list(blob):
    return [1]


def leave(blob):
    os._exit(0)


def blunder(blob):
    raise ZeroDivisionError("a plain bug")


def call_out(blob):
    with socket.socket() as sock:
        sock.settimeout(2)
        return {"error": sock.connect_ex(("127.0.0.1", int(blob.read())))}


DEEDS = {
    name: deed
    for name, deed in list(globals().items())
    if callable(deed) and getattr(deed, "__module__", "") == __name__ and name != "run"
}

"""First code of the limited child: puts the limits on, then runs one module's `run(blob, request)`.

Started by path with `python -I`, so nothing of the parent's environment or folder decides what is imported. Standard
library only until the limits hold. stdin: the request; stdout: the answer; descriptor `blob`: the file to read.
"""

import ctypes
import importlib
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000  # <linux/sched.h>
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38  # <linux/prctl.h>
OUT_OF_MEMORY = 77
"""Exit status; chosen here, known to the parent."""


def put_limits_on(limits: dict[str, int]) -> None:
    """Hard limits of this process and all it starts; names as in the `resource` module, without RLIMIT_."""
    for name, value in limits.items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value + 5 if name == "CPU" else value))


def leave_the_network() -> str:
    """Move into an empty network namespace; "none" where kernel or container does not allow it."""
    libc = ctypes.CDLL(None, use_errno=True)
    for flags in (CLONE_NEWUSER | CLONE_NEWNET, CLONE_NEWNET):
        if libc.unshare(flags) == 0:
            return "network"
    return "none"


def die_with_parent(parent: int) -> None:
    """A worker killed with SIGKILL must not leave its child decoding."""
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit("the parent died first")


def take_stdout() -> int:
    """Keep the answer's descriptor to ourselves: a stray print goes to stderr."""
    answer = os.dup(1)
    os.dup2(2, 1)
    return answer


def work(module: str, blob: int, request: dict[str, Any]) -> dict[str, Any]:
    """Run the module; a refusal in words is an answer, all other exceptions are the parent's to classify."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    errors = importlib.import_module("studio.media.errors")
    run = importlib.import_module(module).run
    with os.fdopen(blob, "rb") as file:
        try:
            return {"result": run(file, request)}
        except errors.UnreadableClip as refusal:
            return {"refused": refusal.sentence}


def main() -> None:
    """One request, one answer."""
    envelope = json.load(sys.stdin)
    die_with_parent(envelope["parent"])
    put_limits_on(envelope["limits"])
    isolation = leave_the_network()
    answer = take_stdout()
    if envelope["require_isolation"] and isolation == "none":
        document: dict[str, Any] = {"isolation": isolation}
    else:
        try:
            document = {**work(envelope["module"], envelope["blob"], envelope["request"]), "isolation": isolation}
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
    with os.fdopen(answer, "w", encoding="utf-8") as out:
        json.dump(document, out)


if __name__ == "__main__":
    main()

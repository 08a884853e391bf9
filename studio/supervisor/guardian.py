"""Ends the whole tree when the supervisor is killed and can no longer do it. Run as a script, on nothing but Python.

Each direct child dies with the supervisor by the kernel's word (PR_SET_PDEATHSIG), but a child's own children do not.
So the supervisor names every process group on our standard input (`+123` begun, `-123` ended); when that input ends,
what was begun and not ended is killed.
"""

import os
import signal
import sys
from contextlib import suppress


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # only the end of the input may end us
    groups: set[int] = set()
    for line in sys.stdin:
        change = groups.add if line.startswith("+") else groups.discard
        change(int(line[1:]))
    for group in groups:
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main()

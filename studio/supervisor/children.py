"""Children: each the head of a session of its own, none of them able to outlive us."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from studio.paths import CODE

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
GUARDIAN = Path(__file__).with_name("guardian.py")
_libc = ctypes.CDLL(None, use_errno=True)  # before any fork: the forked side must not load libraries


class Nursery:
    """Starts children and tells the guardian about them. Start them from the main thread: the kernel's death signal
    is bound to the thread that forked."""

    def __init__(self, logs: Path, environment: Mapping[str, str]) -> None:
        self.logs, self.environment = logs, environment
        self._guardian = subprocess.Popen(
            [sys.executable, "-I", "-S", str(GUARDIAN)], stdin=subprocess.PIPE, start_new_session=True, text=True
        )

    def start(self, name: str, command: Sequence[str]) -> "subprocess.Popen[bytes]":
        """What the child says goes to the end of `logs/‹name›.log`."""
        with (self.logs / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=CODE,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with(os.getpid()),
            )
        self._tell("+", process.pid)
        return process

    def bury(self, process: "subprocess.Popen[bytes]") -> None:
        """End what is left of the child's group; safe when nothing is."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self._tell("-", process.pid)

    def close(self) -> None:
        self._guardian.communicate()

    def _tell(self, sign: str, group: int) -> None:
        assert self._guardian.stdin is not None
        with suppress(BrokenPipeError):  # somebody killed the guardian: the kernel's signal is left
            self._guardian.stdin.write(f"{sign}{group}\n")
            self._guardian.stdin.flush()


@dataclass(slots=True)
class Child:
    """One part of the tree and the process that is it now."""

    name: str
    command: Sequence[str]
    is_finite: bool = False
    """It is meant to end by itself; only a signal is then a death."""
    when_done: str = ""
    stamp: Path | None = None
    """Written when it is done, so that it is not done again."""
    process: "subprocess.Popen[bytes] | None" = None
    restart_at: float | None = None
    """Seconds of the monotonic clock."""

    @property
    def is_dead(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def ask_to_end(self) -> None:
        if self.process is not None:
            self.process.terminate()  # does nothing to one that has ended


def set_aside(log: Path) -> None:
    """Keep the log of one earlier run beside the new one."""
    if log.exists():
        log.replace(log.with_suffix(".log.1"))


def last_words(log: Path) -> str:
    """The last line that says something, for the one line shown to people."""
    lines = log.read_text(errors="replace").split("\n") if log.exists() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


def how_it_ended(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"status {status}"


def _die_with(parent: int) -> Callable[[], None]:
    """For the forked side, before it becomes the child."""

    def ask_kernel() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it died before the kernel was asked
            os._exit(1)

    return ask_kernel

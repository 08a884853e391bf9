"""The demo's own process tree on a state folder of the test's: the product as people run it."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from studio.paths import CODE

START_SECONDS = 120
KEPT = ("HOME", "LANG", "PATH", "USER")
"""Everything else around a test run (settings, broker, state folder) would leak into the tree."""
MARKS = {
    "broker": "valkey-server|redis-server",
    "sandbox": r"manage\.py\0sandbox",
    "worker": r"studio\0worker",
    "poller": r"manage\.py\0poll",
    "beat": r"studio\0beat",
    "web": "uvicorn",
    "guardian": r"guardian\.py",
    "import": "import_clips",
    "takes": "demo_takes",
}


class Tree:
    """`manage.py demo`. `arguments` are its own (`--no-takes`); `environment` is laid over what it inherits."""

    def __init__(self, state: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        self.state, self.arguments = state, arguments
        inherited = {name: value for name, value in os.environ.items() if name in KEPT}
        self.environment = {**inherited, "DAILIES_STATE": str(state), "TMPDIR": "/tmp", **(environment or {})}
        self.url = ""

    @property
    def said(self) -> str:
        """What it has shown on its terminal so far."""
        return (self.state / "terminal").read_text()

    def begin(self) -> None:
        """Start it without waiting for anything."""
        self.state.mkdir(parents=True, exist_ok=True)
        with (self.state / "terminal").open("wb") as terminal:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "demo", *self.arguments],
                cwd=CODE,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=terminal,
                stderr=terminal,
            )

    def start(self) -> None:
        """Start it and wait until its page answers."""
        self.begin()
        wait_until(lambda: "Press Ctrl-C" in self.said or self.process.poll() is not None, START_SECONDS)
        found = re.search(r"http://127\.0\.0\.1:\d+", self.said)
        assert self.process.poll() is None, self.said
        assert found, self.said
        self.url = found[0]

    def ask(self, path: str) -> httpx.Response:
        return httpx.get(f"{self.url}{path}", timeout=20)

    def pids(self) -> dict[str, int]:
        """Process id of each direct child by name; what is not running is missing."""
        found = {}
        for pid in children_of(self.process.pid):
            words = command_of(pid)
            found.update({name: pid for name, mark in MARKS.items() if re.search(mark, words)})
        return found

    def everybody(self) -> set[int]:
        """Process ids of the whole tree, the supervisor's own included."""
        return descendants_of(self.process.pid)

    def log(self, name: str) -> str:
        return (self.state / "logs" / f"{name}.log").read_text()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(90)


@contextmanager
def running_tree(state: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[Tree]:
    tree = Tree(state, *arguments, environment=environment)
    try:
        tree.start()
        yield tree
    finally:
        tree.stop()


def wait_until(is_so: Callable[[], object], seconds: float = 30) -> None:
    """Raises AssertionError when it never is."""
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, f"not within {seconds} s"
        time.sleep(0.1)


def is_alive(pid: int) -> bool:
    """A zombie is dead: it only waits to be buried."""
    fields = _stat(pid)
    return bool(fields) and fields[0] != "Z"


def children_of(pid: int) -> list[int]:
    everybody = (int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit())
    return [other for other in everybody if (fields := _stat(other)) and int(fields[1]) == pid and fields[0] != "Z"]


def descendants_of(pid: int) -> set[int]:
    return {pid}.union(*(descendants_of(child) for child in children_of(pid)))


def command_of(pid: int) -> str:
    """Words separated by NUL."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def _stat(pid: int) -> list[str]:
    """State, parent and the rest of what proc(5) calls stat; empty when the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []

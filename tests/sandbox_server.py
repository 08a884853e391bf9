"""A sandbox of the tests' own: a real server on a free port, quick, with its ledger in a temporary folder."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from studio.paths import CODE


class Sandbox:
    def __init__(self, url: str) -> None:
        self.url = url

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    def ledger(self) -> list[dict[str, object]]:
        return httpx.get(f"{self.url}/_sandbox/ledger", timeout=10).json()["jobs"]

    def plan(self, scenario: str, times: int = 1) -> None:
        answer = httpx.post(f"{self.url}/_sandbox/scenarios", json={"scenario": scenario, "times": times}, timeout=10)
        answer.raise_for_status()


@contextmanager
def running_sandbox(state: Path, *words: str, pace: float = 0.05) -> Iterator[Sandbox]:
    command = [sys.executable, str(CODE / "manage.py"), "sandbox", "--state", str(state), "--pace", str(pace), *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline()
        assert line.startswith("listening on "), line
        yield Sandbox(line.removeprefix("listening on ").strip())
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()

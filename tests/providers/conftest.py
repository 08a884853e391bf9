import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[2]


class RunningSandbox:
    """A sandbox on a real port, in a process of its own."""

    def __init__(self, state: Path, *words: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "manage.py", "sandbox", "--port", "0", "--state", str(state), "--pace", "0.1", *words],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "DAILIES_TEST": "1", "DAILIES_STATE": str(state)},
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = self._process.stdout.readline().removeprefix("listening on ").strip()

    @property
    def base_url(self) -> str:
        return f"{self.url}/openai/v1"

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    def ledger(self) -> list[dict]:
        with urlopen(f"{self.url}/_sandbox/ledger", timeout=10) as answer:
            return json.load(answer)["jobs"]

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(20)
        self._process.stdout.close()


@pytest.fixture(scope="session")
def _filming_sandbox(tmp_path_factory):
    running = RunningSandbox(tmp_path_factory.mktemp("sandbox"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def _sketching_sandbox(tmp_path_factory):
    running = RunningSandbox(tmp_path_factory.mktemp("sketches"), "--draft")
    yield running
    running.stop()


@pytest.fixture
def sandbox(request):
    """One that makes quick sketches; a test that looks at the pictures says `@pytest.mark.full_size`."""
    is_full_size = request.node.get_closest_marker("full_size")
    return request.getfixturevalue("_filming_sandbox" if is_full_size else "_sketching_sandbox")

"""The engine on the database and the broker that DATABASE_URL (PostgreSQL) and BROKER_URL (redis or amqp) name.

A worker and beat of their own work on a database that lives as long as this module; the broker is only borrowed.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from studio.celery import QUEUES
from studio.paths import CODE
from studio.supervisor import commands
from tests.journeys.tree import KEPT
from tests.sandbox_server import Sandbox, running_sandbox

DATABASE_URL, BROKER_URL = os.environ.get("DATABASE_URL", ""), os.environ.get("BROKER_URL", "memory://")
pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(
        not DATABASE_URL.startswith("postgres") or BROKER_URL.startswith("memory"),
        reason="names no PostgreSQL (DATABASE_URL) and broker (BROKER_URL)",
    ),
]
PATIENCE_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Installation:
    """What the processes of this run are told, and the sandbox they order from."""

    environment: dict[str, str]
    sandbox: Sandbox

    def run(self, *words: str, **changed: str) -> str:
        command = [sys.executable, *words]
        environment = self.environment | changed
        done = subprocess.run(command, cwd=CODE, env=environment, check=True, stdout=subprocess.PIPE, text=True)
        return done.stdout

    def order(self, takes: int, **changed: str) -> None:
        self.run("-m", "tests.engine.inside", "order", json.dumps({"": takes}), **changed)

    def report(self) -> dict[str, list[dict[str, object]]]:
        return json.loads(self.run("-m", "tests.engine.inside", "report"))

    def report_with(self, takes: int) -> dict[str, list[dict[str, object]]]:
        """The rows once so many takes are through every instrument."""
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            report = self.report()
            if sum(row["status"] != "checking" for row in report["candidates"]) >= takes:
                return report
            assert time.monotonic() < until, report
            time.sleep(1)


@contextmanager
def own_database() -> Iterator[str]:
    """The address of a new database beside the named one, dropped afterwards."""
    name = f"dailies_{uuid4().hex[:12]}"
    there = urlsplit(DATABASE_URL)
    with psycopg.connect(there._replace(path="/postgres").geturl(), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield there._replace(path=f"/{name}").geturl()
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def running(name: str, command: list[str], environment: Mapping[str, str], folder: Path) -> Iterator[None]:
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=CODE, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    state = tmp_path_factory.mktemp("engine")
    with own_database() as database, running_sandbox(state / "sandbox") as sandbox:
        environment = {name: value for name, value in os.environ.items() if name in KEPT} | {
            "DJANGO_SETTINGS_MODULE": "studio.settings",
            "DAILIES_DEMO": "1",
            "DAILIES_STATE": str(state),
            "DAILIES_SANDBOX_URL": sandbox.url,
            "DAILIES_EGRESS_HOSTS": sandbox.host,
            "DATABASE_URL": database,
            "BROKER_URL": BROKER_URL,
        }
        made = Installation(environment, sandbox)
        made.run("manage.py", "migrate", "--no-input", "--verbosity", "0")
        made.run("manage.py", "seed_demo")
        with (
            running("worker", commands.worker(QUEUES), environment, state),
            running("beat", commands.beat(state), environment, state),
        ):
            yield made


def test_five_generations_become_takes_that_were_looked_at(installation: Installation) -> None:
    installation.order(5)
    report = installation.report_with(5)
    assert Counter(row["state"] for row in report["generations"]) == {"succeeded": 5}
    assert {row["remote_id"] for row in report["generations"]} == {job["id"] for job in installation.sandbox.ledger()}
    assert {row["status"] for row in report["candidates"]} <= {"in_review", "with_editor"}
    assert {row["status"] for row in report["runs"]} <= {"clean", "findings", "skipped"}
    assert sorted(report["open_reviews"]) == sorted(row["pk"] for row in report["candidates"])
    assert (report["torn"], report["chain"]) == ([], "")


def test_what_was_ordered_while_the_broker_was_down_is_found_in_the_rows(installation: Installation) -> None:
    """Nobody tells the worker of these two: the one who orders cannot reach any broker, and does not mind."""
    before = len(installation.report()["candidates"])
    nobody = urlsplit(BROKER_URL)._replace(netloc=f"127.0.0.1:{_free_port()}").geturl()
    installation.order(2, BROKER_URL=nobody)
    report = installation.report_with(before + 2)
    assert Counter(row["state"] for row in report["generations"]) == {"succeeded": before + 2}
    assert len(installation.sandbox.ledger()) == before + 2


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]

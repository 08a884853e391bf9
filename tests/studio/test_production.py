"""Production refuses to start unsafe, and starts when it is safe: each tried in a process of its own."""

import os
import secrets
import subprocess
import sys
from functools import partial
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from studio import production
from studio.actions.providing import Choice, configure_provider
from studio.demo_logins import DEMO_DOMAIN
from studio.models import User
from studio.paths import CODE

slow = partial(pytest.param, marks=pytest.mark.slow)
"""Each starts a process: one of each kind is tried every time."""
START = [sys.executable, "-c", "import studio.asgi"]


@pytest.fixture(scope="module")
def safe(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a production that is configured well, its static files collected."""
    state = tmp_path_factory.mktemp("state")
    environment = {
        "PATH": os.environ["PATH"],
        "DAILIES_STATE": str(state),
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ALLOWED_HOSTS": "dailies.example",
    }
    collected = run([sys.executable, "manage.py", "collectstatic", "--no-input"], environment)
    assert collected.returncode == 0, collected.stderr
    assert (state / "static" / "staticfiles.json").is_file()
    return environment


def run(command: list[str], environment: dict[str, str], **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=CODE, env=environment | changes, capture_output=True, text=True, timeout=60)


def refusals(environment: dict[str, str], **changes: str) -> list[str]:
    ended = run(START, environment, **changes)
    assert ended.returncode == 1, ended.stderr
    return [line for line in ended.stderr.splitlines() if line.startswith("Dailies refuses to start: ")]


def test_it_starts_when_it_is_configured_well(safe) -> None:
    ended = run(START, safe)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_it_raises_no_warning_of_djangos_deployment_check(safe) -> None:
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    ended = run(command, safe)
    assert ended.returncode == 0, ended.stderr
    assert "no issues (0 silenced)" in ended.stdout


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        slow({"SECRET_KEY": "short-but-various"}, "SECRET_KEY is too short"),
        slow({"SECRET_KEY": "a" * 64}, "SECRET_KEY is too short or too simple"),
        ({"DEBUG": "1"}, "DEBUG is on"),
        slow({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is empty"),
        slow({"ALLOWED_HOSTS": "dailies.example,*"}, "ALLOWED_HOSTS accepts every host"),
        slow({"DAILIES_EGRESS_HOSTS": "127.0.0.1:9000"}, "reach this machine itself (127.0.0.1:9000)"),
        ({"MEDIA_STORE": str(CODE / "static")}, "inside a folder that is served to everybody"),
        slow({"DAILIES_KEYRING": "short"}, "DAILIES_KEYRING has a key that is too short"),
        slow({"SECURE_SSL_REDIRECT": "0"}, "security.W008"),
    ],
)
def test_it_refuses_each_unsafe_value_in_one_line(safe, changes, why) -> None:
    (line,) = refusals(safe, **changes)
    assert why in line


def test_it_names_every_reason_at_once(safe) -> None:
    assert len(refusals(safe, SECRET_KEY="", ALLOWED_HOSTS="", DEBUG="1")) == 3


def test_it_refuses_a_demo_that_others_could_reach(safe) -> None:
    (line,) = refusals(safe, DAILIES_DEMO="1", ALLOWED_HOSTS="dailies.example")
    assert "the demo answers on this machine only" in line


def test_its_worker_refuses_as_its_web_server_does(safe) -> None:
    command = [sys.executable, "-m", "celery", "-A", "studio", "worker", "--pool", "solo"]
    ended = run(command, safe, SECRET_KEY="", BROKER_URL="memory://")
    assert ended.returncode == 1
    assert "Dailies refuses to start: SECRET_KEY is not set." in ended.stderr


def test_it_refuses_a_database_with_the_demos_people(db, settings) -> None:
    User.objects.create_user("author", email=f"author@{DEMO_DOMAIN}")
    assert production._has_demo_people()


def test_it_refuses_sealed_keys_that_it_cannot_open(project, moderator, settings, monkeypatch) -> None:
    monkeypatch.setattr(production, "_aside", lambda ask: ask())  # a thread sees nothing of this test's transaction
    settings.KEYRING = ["a ring key that is long enough for us"]
    configure_provider("custom", Choice(secrets={"api_key": "a key of the provider"}), by=moderator)
    assert list(production._keyring()) == []
    settings.KEYRING = []
    assert ["DAILIES_KEYRING is not set" in line for line in production._keyring()] == [True]


def test_it_knows_the_people_that_the_seed_makes(db) -> None:
    call_command("seed_demo", stdout=StringIO())
    assert User.objects.exists()
    assert not User.objects.exclude(email__endswith=f"@{DEMO_DOMAIN}").exists()


@pytest.mark.parametrize(
    "address", ["localhost", "LOCALHOST:80", "127.0.0.1", "127.9.9.9:1", "[::1]", "[::1]:80", "a.localhost"]
)
def test_it_knows_this_machines_own_addresses(address) -> None:
    assert production.is_loopback(address)


@pytest.mark.parametrize("address", ["dailies.example", "10.0.0.1:80", "localhost.example", ""])
def test_it_takes_no_other_address_for_its_own(address) -> None:
    assert not production.is_loopback(address)


def test_it_sees_through_a_link_into_a_served_folder(tmp_path: Path) -> None:
    (tmp_path / "served").mkdir()
    (tmp_path / "private").symlink_to(tmp_path / "served")
    assert production.is_inside(tmp_path / "private" / "ab", [tmp_path / "served"])
    assert not production.is_inside(tmp_path / "other", [tmp_path / "served"])

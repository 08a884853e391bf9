"""What every test may use: people with a role each, and tables that can be emptied although they are append-only."""

import os
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test import TransactionTestCase
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from reviews.rules import screening
from studio.models import Project, User
from studio.rules.roles import Role
from tests.factories import make_person, make_project
from tests.sandbox_server import Sandbox, running_sandbox

_teardown = TransactionTestCase._fixture_teardown


def _teardown_without_triggers(self: TransactionTestCase) -> None:
    """A flush deletes rows; the triggers that forbid it are laid aside meanwhile."""
    if connection.vendor != "sqlite":
        _teardown(self)
        _seed_again()
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
    _teardown(self)
    with connection.cursor() as cursor:
        for _, sql in triggers:
            cursor.execute(sql)
    _seed_again()


def _seed_again() -> None:
    """The rows that migrations brought: the next test finds them as after a fresh start."""
    import_module("reviews.migrations.0002_seed_reasons").seed(apps, None)
    import_module("reviews.migrations.0022_reasons_for_moderators").mark(apps, None)


TransactionTestCase._fixture_teardown = _teardown_without_triggers


LONGEST = ("tests/journeys/", "tests/engine/", "tests/studio/supervisor/test_tree.py", "tests/providers/sandbox/")
"""What takes longest begins first, so that no core is idle while another ends it. None of it needs the database."""


TAKE_LONG = ("slow", "full_size")
LATER = pytest.mark.skip(reason="takes long: DAILIES_SLOW=1 runs it, as .ci/run does")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if any(map(item.get_closest_marker, TAKE_LONG)) and not os.environ.get("DAILIES_SLOW"):
            item.add_marker(LATER)

    def place(item: pytest.Item) -> int:
        return next((at for at, start in enumerate(LONGEST) if item.nodeid.startswith(start)), len(LONGEST))

    items.sort(key=place)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    """Files as they were collected, not those of most tests first; all journeys to one worker: they share a tree."""
    config.option.loadscopereorder = False
    return Scheduling(config, log)


class Scheduling(LoadFileScheduling):
    def _split_scope(self, nodeid: str) -> str:
        journeys = LONGEST[0]
        return journeys if nodeid.startswith(journeys) else super()._split_scope(nodeid)


@pytest.fixture(autouse=True)
def _own_media_folder(tmp_path_factory: pytest.TempPathFactory, settings) -> Iterator[None]:
    from studio.store import media_store

    settings.MEDIA_STORE_FOLDER = tmp_path_factory.mktemp("media")
    media_store.cache_clear()
    yield
    media_store.cache_clear()


@pytest.fixture(autouse=True)
def _nothing_is_left_to_chance(monkeypatch) -> None:
    """New policies audit nothing and mix nothing in; tests of audits and of golden clips say their share."""
    left_out = replace(screening.HOUSE_SCREENING, audit_share=0.0, golden_share=0.0)
    monkeypatch.setattr(screening, "HOUSE_SCREENING", left_out)


@pytest.fixture
def project(db) -> Project:
    return make_project()


@pytest.fixture
def author(project: Project) -> User:
    return make_person("author", project, Role.AUTHOR)


@pytest.fixture
def reviewer(project: Project) -> User:
    return make_person("reviewer", project, Role.REVIEWER)


@pytest.fixture
def editor(project: Project) -> User:
    return make_person("editor", project, Role.EDITOR)


@pytest.fixture
def moderator(project: Project) -> User:
    return make_person("moderator", project, Role.MODERATOR)


@pytest.fixture
def auditor(project: Project) -> User:
    return make_person("auditor", project, Role.AUDITOR)


@pytest.fixture
def outsider(db) -> User:
    return make_person("outsider", make_project("elsewhere"), Role.REVIEWER)


@pytest.fixture(scope="session")
def _sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(_sandbox_process: Sandbox, settings) -> Sandbox:
    """A live sandbox generator, configured as the provider `sandbox`."""
    configured = {"base_url": f"{_sandbox_process.url}/openai/v1", "secrets": {"api_key": "sandbox-key"}}
    settings.PROVIDER_SETTINGS = {**settings.PROVIDER_SETTINGS, "sandbox": configured}
    settings.EGRESS_HOSTS = [_sandbox_process.host]
    settings.POLL_SECONDS = 0.02
    return _sandbox_process

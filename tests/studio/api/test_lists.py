"""Every list: paged, and no dearer for many rows than for few."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reviews.models import Publication
from reviews.rules.queues import Queue
from reviews.rules.verbs import Outcome
from studio.models import Project, PromptReference, Template
from studio.rules.generation import GenerationState
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from tests.factories import (
    decide_as,
    make_asset,
    make_batch,
    make_candidate,
    make_generation,
    make_person,
    make_project,
    make_prompt,
    make_review,
)
from tests.studio.api.conftest import software

pytestmark = pytest.mark.django_db
LISTS = ("projects", "prompts", "generations", "takes", "batches", "templates", "references", "publications", "events")


@pytest.fixture
def everybody(project):
    return make_person("everybody", project, *Role)


@pytest.fixture
def holder(everybody):
    return software(everybody)


def add_one(project: Project, editor, everybody) -> None:
    """One more row for every list."""
    prompt = make_prompt(project, everybody)
    take = make_candidate(
        prompt, status=Status.WITH_EDITOR, generation=make_generation(prompt, state=GenerationState.LOST)
    )
    decision = decide_as(editor, make_review(take, queue=Queue.EDITOR), Outcome.APPROVE)
    Publication.objects.create(decision=decision, candidate=take, title="A clip", sha256=take.sha256)
    asset = make_asset(project, everybody)
    PromptReference.objects.create(prompt=prompt, role="reference", asset=asset)
    make_generation(prompt, batch=make_batch(project, everybody))
    Template.objects.create(project=project, name=f"Greeting {prompt.pk}", text="Hello", author=everybody)
    other = make_project(f"project-{prompt.pk}")
    other.memberships.create(user=everybody, role=Role.AUTHOR)


def key_of(row: dict[str, object]) -> object:
    return row.get("id") or row.get("slug") or row["uuid"]


@pytest.mark.parametrize("name", LISTS)
def test_its_pages_hold_every_row_once_newest_first(name, project, editor, everybody, holder):
    for _ in range(5):
        add_one(project, editor, everybody)
    whole = [key_of(row) for row in holder.get(f"/api/v1/{name}?limit=100").json()["items"]]
    assert len(whole) >= 5
    assert holder.get(f"/api/v1/{name}?limit={len(whole)}").json()["next"] is None
    seen, address = [], f"/api/v1/{name}?limit=2"
    while address:
        page = holder.get(address).json()
        assert 1 <= len(page["items"]) <= 2
        seen += [key_of(row) for row in page["items"]]
        address = (page["next"] or "").removeprefix("http://testserver")
    assert seen == whole
    if name not in ("projects", "batches"):  # these show no numbers
        assert whole == sorted(whole, reverse=True)


@pytest.mark.parametrize("name", LISTS)
def test_it_keeps_its_filters_from_page_to_page(name, project, editor, everybody, holder):
    for _ in range(2):
        add_one(project, editor, everybody)
    filters = {"events": "verb=decided", "projects": ""}.get(name, "project=harbour")
    page = holder.get(f"/api/v1/{name}?{filters}&limit=1").json()
    assert filters in page["next"]


@pytest.mark.parametrize("name", LISTS)
def test_it_asks_no_more_for_many_rows_than_for_one(name, project, editor, everybody, holder):
    add_one(project, editor, everybody)
    holder.get(f"/api/v1/{name}")
    with CaptureQueriesContext(connection) as few:
        holder.get(f"/api/v1/{name}")
    for _ in range(6):
        add_one(project, editor, everybody)
    with CaptureQueriesContext(connection) as many:
        assert len(holder.get(f"/api/v1/{name}").json()["items"]) >= 7
    assert len(many) == len(few) <= 6


def test_an_empty_list_is_a_list(project, author):
    assert software(author).get("/api/v1/takes").json() == {"items": [], "next": None}

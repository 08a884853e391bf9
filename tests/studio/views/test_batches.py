"""The list of batches, and one batch with its takes as they land."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from studio.actions.budgeting import set_budget
from studio.models import Batch, Generation, Period
from studio.rules.generation import GenerationState
from studio.rules.lifecycle import Status
from studio.views.agreeing import sign_cost
from tests.factories import make_batch, make_candidate, make_generation, make_person, make_project, make_prompt

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
CENT = Decimal("0.0100")
STOPS = 286


@pytest.fixture
def batch(project, author) -> Batch:
    return make_batch(project, author)


@pytest.fixture
def prompt(project, author):
    return make_prompt(project, author)


def place(batch: Batch, act: str = "") -> str:
    return f"/p/harbour/batches/{batch.pk}/{act}"


def fill(batch: Batch, prompt, *states: GenerationState) -> list[Generation]:
    ended = (GenerationState.SUCCEEDED, GenerationState.FAILED, GenerationState.REFUSED, GenerationState.UNKNOWN)
    return [
        make_generation(
            prompt,
            batch=batch,
            state=state,
            remote_id="" if state == GenerationState.RESERVED else str(uuid4()),
            cost_estimated=CENT,
            parameters={"seconds": 1, "size": "64x36"},
            cost_billed=CENT if state == GenerationState.SUCCEEDED else None,
            run_after=None if state in ended else timezone.now(),
        )
        for state in states
    ]


def test_the_list_says_how_each_batch_stands_and_what_it_cost(batch, prompt, author, sign_in):
    fill(batch, prompt, GenerationState.SUCCEEDED, GenerationState.RUNNING, GenerationState.FAILED)
    [row] = sign_in(author).get("/p/harbour/batches/").context["rows"]
    assert (row.standing.done, row.standing.working, row.standing.without, row.standing.total) == (1, 1, 1, 3)
    assert row.billed == CENT


def test_an_empty_list_says_what_to_do(project, author, sign_in):
    body = sign_in(author).get("/p/harbour/batches/").content.decode()
    assert "No batches yet." in body
    assert "/p/harbour/batches/new/" in body


def test_it_shows_cost_so_far_held_and_estimated(batch, prompt, author, sign_in):
    fill(batch, prompt, GenerationState.SUCCEEDED, GenerationState.RUNNING, GenerationState.UNKNOWN)
    context = sign_in(author).get(place(batch)).context
    assert (context["billed"], context["held"], context["estimated"]) == (CENT, 2 * CENT, 3 * CENT)


def test_takes_appear_with_their_poster_as_they_land(batch, prompt, author, sign_in):
    [made, _] = fill(batch, prompt, GenerationState.SUCCEEDED, GenerationState.RUNNING)
    take = make_candidate(prompt, generation=made, status=Status.WITH_EDITOR)
    answer = sign_in(author).get(place(batch), headers=HTMX)
    body = answer.content.decode()
    assert answer.status_code == 200
    assert "<h1" not in body
    assert f"/candidates/{take.uuid}/poster.jpg" in body
    assert 'hx-trigger="every 2s"' in body


def test_it_stops_asking_when_everything_has_ended(batch, prompt, author, sign_in):
    fill(batch, prompt, GenerationState.SUCCEEDED, GenerationState.FAILED, GenerationState.UNKNOWN)
    answer = sign_in(author).get(place(batch), headers=HTMX)
    assert answer.status_code == STOPS
    assert "hx-trigger" not in answer.content.decode()
    assert "1 that may have been charged" in answer.content.decode()


def test_it_goes_on_asking_while_a_take_is_being_checked(batch, prompt, author, sign_in):
    [made] = fill(batch, prompt, GenerationState.SUCCEEDED)
    make_candidate(prompt, generation=made, run_after=timezone.now())
    assert sign_in(author).get(place(batch), headers=HTMX).status_code == 200


def test_a_paused_batch_waits_quietly_until_it_is_resumed(batch, prompt, author, sign_in):
    fill(batch, prompt, GenerationState.RESERVED)
    client = sign_in(author)
    assert client.post(place(batch, "pause/")).status_code == 303
    answer = client.get(place(batch), headers=HTMX)
    assert answer.status_code == STOPS
    assert "Paused" in answer.content.decode()
    assert client.post(place(batch, "resume/")).status_code == 303
    assert client.get(place(batch), headers=HTMX).status_code == 200


def test_what_may_not_be_done_is_not_drawn_and_refused(batch, prompt, author, auditor, sign_in):
    fill(batch, prompt, GenerationState.RESERVED)
    assert sign_in(author).get(place(batch)).context["verbs"] == {"pause", "cancel"}
    assert sign_in(auditor).get(place(batch)).context["verbs"] == set()
    assert sign_in(auditor).post(place(batch, "cancel/")).status_code == 403
    assert sign_in(author).post(place(batch, "resume/")).status_code == 409
    assert Batch.objects.get().cancelled_at is None


def test_a_cancellation_is_asked_for_from_the_page(batch, prompt, author, sign_in):
    fill(batch, prompt, GenerationState.RESERVED, GenerationState.SUCCEEDED)
    sign_in(author).post(place(batch, "cancel/"))
    assert Generation.objects.exclude(cancel_requested_at=None).count() == 1
    assert "cancelled" in sign_in(author).get(place(batch)).content.decode()


def test_the_retry_button_says_how_many_and_for_how_much(batch, prompt, author, sign_in):
    fill(batch, prompt, GenerationState.FAILED, GenerationState.FAILED, GenerationState.REFUSED)
    client = sign_in(author)
    answer = client.get(place(batch))
    assert "Retry 2 failed, about $0.02" in answer.content.decode()
    agreed = answer.context["again"].agreed
    assert client.post(place(batch, "retry/"), {"agreed": agreed}).status_code == 303
    assert client.post(place(batch, "retry/"), {"agreed": agreed}).status_code == 303
    assert Generation.objects.exclude(retry_of=None).count() == 2


@pytest.mark.parametrize(
    "agreed", ["", "0.02", sign_cost(Decimal("0.0100"))], ids=["none", "unsigned", "of another cost"]
)
def test_a_retry_at_another_cost_than_on_the_button_sends_nothing(agreed, batch, prompt, author, sign_in):
    fill(batch, prompt, GenerationState.FAILED, GenerationState.FAILED)
    assert sign_in(author).post(place(batch, "retry/"), {"agreed": agreed}).status_code == 409
    assert Generation.objects.count() == 2


def test_a_retry_beyond_the_budget_is_disabled_with_what_is_missing(batch, prompt, project, author, moderator, sign_in):
    fill(batch, prompt, GenerationState.FAILED)
    set_budget(project=project, by=moderator, person=None, period=Period.DAY, cap=Decimal(0))
    body = sign_in(author).get(place(batch)).content.decode()
    assert "$0.01 missing to retry 1 failed" in body
    assert "The budget of Harbour, $0.00 a day, has $0.00 left: $0.01 is missing." in body


def test_a_batch_of_another_project_is_not_found(author, sign_in):
    elsewhere = make_project("elsewhere")
    other = make_batch(elsewhere, make_person("ada", elsewhere))
    assert sign_in(author).get(place(other)).status_code == 404


def test_its_queries_do_not_grow_with_its_takes(
    batch, prompt, project, author, sign_in, django_assert_num_queries, django_assert_max_num_queries
):
    client = sign_in(author)

    def add(count: int) -> None:
        for _ in range(count):
            words = make_prompt(project, author)
            made = fill(batch, words, GenerationState.SUCCEEDED, GenerationState.FAILED, GenerationState.RUNNING)
            make_candidate(words, generation=made[0])

    add(1)
    with django_assert_max_num_queries(16) as alone:
        client.get(place(batch))
    add(12)
    with django_assert_num_queries(len(alone)):
        client.get(place(batch))


def test_the_queries_of_the_list_do_not_grow_with_it(
    batch, prompt, project, author, sign_in, django_assert_num_queries, django_assert_max_num_queries
):
    client = sign_in(author)
    fill(batch, prompt, GenerationState.SUCCEEDED)
    with django_assert_max_num_queries(10) as alone:
        client.get("/p/harbour/batches/")
    for _ in range(8):
        fill(make_batch(project, author), prompt, GenerationState.FAILED)
    with django_assert_num_queries(len(alone)):
        client.get("/p/harbour/batches/")

from decimal import Decimal

import pytest
from django.utils import timezone

from studio.models import Event, Generation
from studio.rules.generation import GenerationState
from tests.factories import make_generation, make_prompt

pytestmark = pytest.mark.django_db
AT = "2026-11-22T12:00:05+00:00"


@pytest.fixture
def prompt(project, author):
    return make_prompt(project, author)


def make_unknown(prompt, **columns) -> Generation:
    defaults = {"run_after": None, "sent_at": timezone.now(), "explanation": "The answer was lost."}
    return make_generation(prompt, state=GenerationState.UNKNOWN, **(defaults | columns))


def address(generation, verb: str = "") -> str:
    return f"/p/harbour/generations/{generation.pk}/{verb}"


def test_it_shows_states_costs_request_and_answer(prompt, author, sign_in):
    row = make_generation(
        prompt,
        state=GenerationState.SUCCEEDED,
        run_after=None,
        cost_billed=Decimal("0.0125"),
        states_seen=[{"state": "submitted", "at": AT, "said": "queued"}],
        request={"prompt": "A lighthouse"},
        answer={"id": "video_7"},
    )
    page = sign_in(author).get(address(row)).content.decode()
    assert "22 Nov, 12:00:05" in page
    assert "provider: Queued" in page
    assert "$0.02" in page
    assert "$0.0125" in page
    assert "A lighthouse" in page
    assert "video_7" in page


def test_an_unknown_one_says_what_it_may_cost_and_what_to_do(prompt, author, sign_in):
    page = sign_in(author).get(address(make_unknown(prompt, provider="nobody"))).content.decode()
    assert "about $0.02 may have been charged" in page
    assert "Charged: mark it lost" in page
    assert "this provider cannot be searched for the job" in page


def test_asking_again_makes_it_due(prompt, author, sign_in):
    row = make_unknown(prompt, remote_id="video_9")
    assert sign_in(author).post(address(row, "ask/")).status_code == 303
    row.refresh_from_db()
    assert row.run_after is not None
    assert row.state == GenerationState.UNKNOWN


def test_asking_a_provider_that_cannot_be_searched_is_refused(prompt, author, sign_in):
    row = make_unknown(prompt, provider="nobody")
    assert sign_in(author).post(address(row, "ask/")).status_code == 422
    row.refresh_from_db()
    assert row.run_after is None


@pytest.mark.parametrize(("charged", "state", "billed"), [("yes", "lost", "0.0200"), ("no", "failed", "0.0000")])
def test_a_person_settles_it(prompt, moderator, sign_in, charged, state, billed):
    row = make_unknown(prompt)
    response = sign_in(moderator).post(address(row, "settle/"), {"charged": charged})
    row.refresh_from_db()
    assert (response.status_code, row.state, row.cost_billed) == (303, state, Decimal(billed))
    assert Event.objects.get(verb="settled_by_person").actor == f"user:{moderator.pk}"


def test_settling_twice_is_a_conflict_and_without_an_answer_it_is_refused(prompt, author, sign_in):
    row, client = make_unknown(prompt), sign_in(author)
    assert client.post(address(row, "settle/")).status_code == 422
    assert client.post(address(row, "settle/"), {"charged": "no"}).status_code == 303
    assert client.post(address(row, "settle/"), {"charged": "yes"}).status_code == 409
    row.refresh_from_db()
    assert row.cost_billed == 0


def test_a_running_one_can_be_cancelled_once(prompt, author, sign_in):
    row, client = make_generation(prompt, state=GenerationState.RUNNING, remote_id="v1"), sign_in(author)
    assert client.post(address(row, "cancel/")).status_code == 303
    assert client.post(address(row, "cancel/")).status_code == 409
    row.refresh_from_db()
    assert row.cancel_requested_at is not None


def test_verbs_need_a_post(prompt, author, sign_in):
    row = make_unknown(prompt)
    assert {sign_in(author).get(address(row, verb)).status_code for verb in ("ask/", "settle/", "cancel/")} == {405}


def test_a_moderator_does_not_cancel_and_an_auditor_does_nothing(prompt, moderator, auditor, sign_in):
    row = make_generation(prompt, state=GenerationState.RUNNING, remote_id="v1")
    assert sign_in(moderator).post(address(row, "cancel/")).status_code == 403
    assert sign_in(auditor).post(address(row, "settle/"), {"charged": "no"}).status_code == 403
    assert "Cancel" not in sign_in(auditor).get(address(row)).content.decode()


def test_foreign_people_do_not_find_it(prompt, outsider, sign_in):
    assert sign_in(outsider).get(address(make_unknown(prompt))).status_code == 404


def test_polling_ends_itself(prompt, author, sign_in):
    row, client = make_generation(prompt, state=GenerationState.RUNNING, remote_id="v1"), sign_in(author)
    assert client.get(address(row), headers={"HX-Request": "true"}).status_code == 200
    Generation.objects.filter(pk=row.pk).update(state=GenerationState.FAILED, run_after=None)
    ended = client.get(address(row), headers={"HX-Request": "true"})
    assert ended.status_code == 286
    assert "hx-trigger" not in ended.content.decode()

"""Orders for Google's models, from a reserved row to a take, against the sandbox's Google."""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from studio.actions.prompting import Order, estimate, submit_prompt
from studio.models import Candidate
from studio.rules.generation import GenerationState, Reason
from tests.studio.actions.test_generating import work_until_idle

OMNI = Order("gemini-omni-1.2-flash", seconds=3, size="640x360", takes=1, seed=1)
VERTEX = Order("veo-3.1-lite-generate-001", seconds=4, size="1280x720", takes=1, seed=1)


@pytest.fixture
def order(sandbox, project, author, settings):
    configured = {"base_url": f"{sandbox.url}/google", "secrets": {"api_key": "sandbox-key"}, "options": {}}
    settings.PROVIDER_SETTINGS = {**settings.PROVIDER_SETTINGS, "google": configured, "vertex": configured}

    def order(text: str, wanted: Order):
        agreed = estimate(text, {}, wanted)
        return submit_prompt(
            project=project,
            by=author,
            text=text,
            direction={},
            order=wanted,
            form_token=uuid4(),
            agreed_cost=agreed,
        )

    return order


def test_an_interaction_becomes_a_take_and_is_booked_by_its_tokens(order):
    order("A heron in the reeds", OMNI)
    generation = work_until_idle(120)
    candidate = Candidate.objects.get()
    assert generation.state == GenerationState.SUCCEEDED
    assert generation.remote_id.startswith("interactions/int_")
    assert (generation.cost_estimated, generation.cost_billed) == (Decimal("0.3042"), Decimal("0.3041"))
    assert (candidate.facts["width"], candidate.facts["height"], candidate.facts["frames"]) == (640, 360, 72)


def test_a_clip_that_comes_inside_the_answer_becomes_a_take(order):
    order("A tram in the rain", VERTEX)
    generation = work_until_idle(120)
    assert (generation.state, generation.cost_billed) == (GenerationState.SUCCEEDED, Decimal("0.2000"))
    assert Candidate.objects.get().facts["frames"] == 96
    assert len(str(generation.answer)) < 2000


@pytest.mark.slow
def test_several_clips_of_one_call_are_several_takes_and_one_may_be_kept_back(order):
    order("A tram in the rain [sandbox:withheld]", replace(VERTEX, samples=3))
    generation = work_until_idle(120)
    assert (generation.state, generation.withheld) == (GenerationState.SUCCEEDED, 1)
    takes = Candidate.objects.order_by("sample")
    assert [take.sample for take in takes] == [0, 1]
    assert [take.name.rpartition(" ")[2] for take in takes] == ["1.1", "1.2"]
    assert len({take.sha256 for take in takes}) == 2


@pytest.mark.parametrize(
    ("word", "state", "reason"),
    [
        ("refuse", GenerationState.REFUSED, None),
        ("refuse-input", GenerationState.REFUSED, None),
        ("lost", GenerationState.UNKNOWN, Reason.ANSWER_LOST),
        ("broken-answer", GenerationState.UNKNOWN, Reason.ANSWER_LOST),
        ("other-job", GenerationState.UNKNOWN, Reason.MISMATCH),
        ("retired", GenerationState.FAILED, None),
    ],
)
def test_how_it_may_end_otherwise_and_it_is_never_paid_twice(order, sandbox, word, state, reason):
    text = f"Otter [sandbox:{word}]"
    order(text, OMNI)
    generation = work_until_idle(120)
    assert generation.state == state
    assert reason is None or generation.reason == reason
    assert not Candidate.objects.exists()
    assert len([job for job in sandbox.ledger() if job["prompt"] == text]) <= 1

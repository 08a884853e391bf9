import re

import pytest
from django.utils import timezone

from reviews.actions.deciding import ReasonGiven
from reviews.actions.settling import settle
from reviews.rules.verbs import Outcome
from studio.models import Generation, PromptReference
from studio.rules.generation import GenerationState
from studio.rules.lifecycle import Status
from tests.factories import (
    decide_as,
    let_settle,
    make_asset,
    make_candidate,
    make_finding,
    make_generation,
    make_prompt,
    make_review,
)

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


def address(prompt) -> str:
    return f"/p/harbour/prompts/{prompt.pk}/"


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture
def refused(project, author, reviewer):
    """A take of 48 frames at 24 a second that a reviewer rejected for a freeze in frames 12 to 23."""
    prompt = make_prompt(project, author)
    take = make_candidate(prompt, status=Status.IN_REVIEW, run_after=None)
    finding = make_finding(take, frames=(12, 24))
    review = make_review(take)
    reason = ReasonGiven("freeze", finding_id=finding.pk)
    decide_as(reviewer, review, Outcome.REJECT, reasons=(reason,), note="It stands still.")
    return prompt, review


def test_the_author_sees_why_a_take_was_refused_with_its_frames(refused, author, sign_in):
    prompt, review = refused
    let_settle(review)
    settle(review.pk)
    page = sign_in(author).get(address(prompt))
    assert "The picture stands still frames 12–23, 00:00:00:12 to 00:00:00:23" in text_of(page)
    assert "It stands still." in text_of(page)
    assert f"/candidates/{review.candidate.uuid}/" in page.content.decode()


def test_a_refusal_that_can_still_be_undone_is_not_told(refused, author, sign_in):
    prompt, _ = refused
    assert "It stands still." not in text_of(sign_in(author).get(address(prompt)))


def test_the_refusal_names_no_judge(refused, author, sign_in):
    prompt, review = refused
    let_settle(review)
    settle(review.pk)
    assert "Reviewer" not in text_of(sign_in(author).get(address(prompt)))


def test_revising_begins_with_what_was_said_and_why_it_was_refused(refused, author, sign_in):
    prompt, review = refused
    let_settle(review)
    settle(review.pk)
    page = sign_in(author).get(f"{address(prompt)}revise/")
    assert "The picture stands still frames 12–23" in text_of(page)
    assert page.context["form"].initial["text"] == "A lighthouse at dusk"


def test_a_revision_shows_its_words_that_went_and_came(project, author, sign_in):
    first = make_prompt(project, author, text="a red boat sails", direction={"camera": "slow push in"})
    second = make_prompt(project, author, text="a blue boat sails", direction={}, parent=first, number=2)
    page = sign_in(author).get(address(second)).content.decode()
    assert "<del>red</del> <ins>blue</ins>" in page
    assert "<del>slow push in</del>" in page


def test_the_tree_holds_every_revision_with_its_depth(project, author, sign_in):
    root = make_prompt(project, author)
    left = make_prompt(project, author, parent=root, number=2)
    right = make_prompt(project, author, parent=root, number=2)
    leaf = make_prompt(project, author, parent=left, number=3)
    make_prompt(project, author)
    thread = sign_in(author).get(address(right)).context["thread"]
    assert thread == [(0, root), (1, left), (2, leaf), (1, right)]


def test_it_polls_while_something_moves_and_then_stops(project, author, sign_in):
    prompt = make_prompt(project, author)
    generation = make_generation(prompt, state=GenerationState.RUNNING, remote_id="video_1", progress=40)
    client = sign_in(author)

    moving = client.get(address(prompt), headers=HX)
    assert moving.status_code == 200
    assert 'hx-trigger="every 2s"' in moving.content.decode()
    assert 'value="40"' in moving.content.decode()

    Generation.objects.filter(pk=generation.pk).update(state=GenerationState.SUCCEEDED, run_after=None)
    ended = client.get(address(prompt), headers=HX)
    assert ended.status_code == 286
    assert "hx-trigger" not in ended.content.decode()


def test_it_goes_on_polling_while_a_take_is_being_checked(project, author, sign_in):
    prompt = make_prompt(project, author)
    make_candidate(prompt, run_after=timezone.now())
    assert sign_in(author).get(address(prompt), headers=HX).status_code == 200


def test_an_unknown_generation_does_not_keep_it_polling(project, author, sign_in):
    prompt = make_prompt(project, author)
    make_generation(prompt, state=GenerationState.UNKNOWN, run_after=None)
    assert sign_in(author).get(address(prompt), headers=HX).status_code == 286


def test_its_query_count_does_not_grow_with_takes_and_revisions(
    project, author, reviewer, sign_in, django_assert_max_num_queries
):
    prompt = make_prompt(project, author)
    for number in range(2, 6):
        prompt = make_prompt(project, author, parent=prompt, number=number)
    for number in range(6):
        generation = make_generation(prompt, state=GenerationState.SUCCEEDED, run_after=None, remote_id=f"v{number}")
        take = make_candidate(prompt, status=Status.IN_REVIEW, generation=generation)
        review = make_review(take)
        decide_as(reviewer, review, Outcome.REJECT, reasons=(ReasonGiven("freeze", 0, 4),))
        let_settle(review)
        settle(review.pk)
    client = sign_in(author)
    with django_assert_max_num_queries(24):
        assert len(client.get(address(prompt)).context["takes"]) == 6


def test_it_says_mode_move_files_and_what_each_model_was_sent(project, author, sign_in):
    prompt = make_prompt(project, author, mode="image_to_video", camera_move="pan_left")
    take = make_candidate(make_prompt(project, author), name="An earlier take")
    PromptReference.objects.create(prompt=prompt, position=0, role="first_frame", asset=make_asset(project, author))
    PromptReference.objects.create(prompt=prompt, position=1, role="reference", take=take)
    words = {"prompt": "A lighthouse at dusk.", "negative": "people"}
    make_generation(prompt, request=words)
    make_generation(prompt, model="other-1", request=words)
    make_generation(prompt, model="other-2", request=words | {"camera": "pan_left"})
    make_generation(prompt)
    page = sign_in(author).get(address(prompt))
    said = text_of(page)
    assert "Mode Image to video Camera move Pan left" in said
    assert "still.file First frame · Own photograph, 2026" in said
    assert "An earlier take Reference" in said
    assert [(each.models, each.sent.camera) for each in page.context["sent_to"]] == [
        (("sandbox-1", "other-1"), None),
        (("other-2",), "pan_left"),
    ]


def test_more_takes_are_ordered_with_the_mode_and_the_files_of_the_revision(project, author, sign_in):
    prompt = make_prompt(project, author, mode="image_to_video")
    PromptReference.objects.create(prompt=prompt, role="first_frame", asset=make_asset(project, author))
    make_generation(prompt, state=GenerationState.SUCCEEDED, run_after=None)
    client = sign_in(author)
    agreed = client.get(address(prompt)).context["more"].agreed
    fields = {"takes": "1", "agreed": agreed, "known_takes": "1"}
    assert client.post(f"{address(prompt)}generate/", fields).status_code == 303
    assert prompt.generations.count() == 2

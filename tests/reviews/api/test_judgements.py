"""What software reads of people's words: the same frames as on the pages, and as little as its owner may know."""

import pytest

from reviews.actions.deciding import ReasonGiven, undo
from reviews.actions.noting import add_note
from reviews.actions.policies import active_policy
from reviews.actions.settling import settle
from reviews.rules.verbs import Outcome
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from studio.rules.scopes import Scope
from tests.factories import decide_as, let_settle, make_candidate, make_person, make_prompt, make_review
from tests.studio.api.conftest import software

BOX = {"v": 1, "shapes": [{"kind": "box", "points": [[0.25, 0.25], [0.75, 0.75]]}]}


@pytest.fixture
def review(project, author):
    active_policy(project)
    return make_review(make_candidate(make_prompt(project, author), status=Status.IN_REVIEW))


def read(person, review, what):
    holder = software(person, Scope.CANDIDATES_READ)
    return holder.get(f"/api/v1/takes/{review.candidate.uuid}/{what}")


def test_notes_say_their_frames_and_their_marks(review, reviewer, author):
    add_note(
        review.candidate, by=reviewer, body="The hand melts.", start_frame=5, end_frame=9, drawing=BOX, reason="hands"
    )
    (said,) = read(author, review, "notes").json()["items"]
    assert (said["body"], said["author"], said["sha256"]) == ("The hand melts.", "reviewer", review.candidate.sha256)
    assert (said["start_frame"], said["end_frame"], said["answers"]) == (5, 9, None)
    assert (said["reason"], said["drawing"]) == ("hands", BOX)


def test_decisions_in_effect_say_their_reasons_and_ranges(review, reviewer, author):
    undo(decide_as(reviewer, review, Outcome.PASS), by=reviewer)
    decide_as(reviewer, review, Outcome.REJECT, reasons=(ReasonGiven("freeze", 20, 31),), note="It stops.")
    assert read(author, review, "decisions").json()["items"] == []
    let_settle(review)
    settle(review.pk)
    (made,) = read(author, review, "decisions").json()["items"]
    assert (made["outcome"], made["queue"], made["note"], made["policy"]) == ("reject", "flagged", "It stops.", 1)
    assert made["reasons"] == [
        {"slug": "freeze", "label": "The picture stands still", "start_frame": 20, "end_frame": 31}
    ]
    assert "decided_by" not in made


def test_whoever_may_still_judge_reads_only_their_own_words(review, project, reviewer):
    mina = make_person("mina", project, Role.REVIEWER)
    add_note(review.candidate, by=reviewer, body="Mine.", start_frame=0)
    add_note(review.candidate, by=mina, body="Hers.", start_frame=0)
    assert [note["body"] for note in read(reviewer, review, "notes").json()["items"]] == ["Mine."]
    refused = read(reviewer, review, "decisions")
    assert (refused.status_code, "stays hidden" in refused.json()["message"]) == (403, True)

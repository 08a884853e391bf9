"""`advance()`: the table, the compare-and-set, the event."""

import pytest

from studio.actions.events import Actor, action
from studio.actions.lifecycle import advance
from studio.errors import IllegalTransition, StaleCandidate
from studio.models import Candidate, Event
from studio.rules.lifecycle import NEXT, Status
from tests.factories import make_candidate, make_prompt

MACHINE = Actor.system("test")
move = action(lambda candidate, to: advance(candidate, to, actor=MACHINE, because="test"))
ALLOWED = {
    "checking": {"in_review", "with_editor"},
    "in_review": {"with_editor", "rejected", "changes_requested", "checking"},
    "with_editor": {"approved", "in_review", "rejected", "changes_requested", "checking"},
    "approved": {"published", "with_editor", "checking"},
    "published": {"withdrawn"},
    "withdrawn": {"with_editor", "checking"},
    "rejected": {"checking"},
    "changes_requested": set(),
}


def test_the_table_is_the_one_of_the_design():
    assert {before.value: {to.value for to in after} for before, after in NEXT.items()} == ALLOWED


@pytest.mark.parametrize("before", list(Status))
def test_only_moves_of_the_table_are_made(project, author, before):
    prompt = make_prompt(project, author)
    for to in Status:
        candidate = make_candidate(prompt, status=before, checked=False)
        if to.value in ALLOWED[before.value]:
            move(candidate, to)
            assert Candidate.objects.get(pk=candidate.pk).status == to
        else:
            with pytest.raises(IllegalTransition):
                move(candidate, to)
            assert Candidate.objects.get(pk=candidate.pk).status == before
    assert Event.objects.count() == len(ALLOWED[before.value])


@pytest.mark.parametrize("changed", [{"status": Status.REJECTED}, {"sha256": "0" * 64}])
def test_a_take_that_somebody_moved_first_is_stale(project, author, changed):
    candidate = make_candidate(make_prompt(project, author), status=Status.IN_REVIEW)
    Candidate.objects.update(**changed)
    with pytest.raises(StaleCandidate):
        move(candidate, Status.WITH_EDITOR)
    assert not Event.objects.exists()

"""Which attempt at a prompt a revision is."""

import pytest

from studio.models import LastSentBack, Prompt, Round
from studio.rules.lifecycle import Status
from tests.factories import make_candidate, make_prompt


@pytest.fixture
def revisions(project, author):
    """Four revisions in a row, and a fifth that came of the second."""
    first = make_prompt(project, author)
    second = make_prompt(project, author, parent=first)
    third = make_prompt(project, author, parent=second)
    return [
        first,
        second,
        third,
        make_prompt(project, author, parent=third),
        make_prompt(project, author, parent=second),
    ]


def told(revisions, expression) -> list[int | None]:
    rows = Prompt.objects.filter(pk__in=[each.pk for each in revisions]).annotate(told=expression)
    return list(rows.order_by("pk").values_list("told", flat=True))


def test_only_changes_that_were_requested_begin_a_round(revisions):
    first, second, third, *_ = revisions
    make_candidate(first, status=Status.CHANGES_REQUESTED)
    make_candidate(first, status=Status.CHANGES_REQUESTED)
    make_candidate(second, status=Status.REJECTED)
    make_candidate(third, status=Status.CHANGES_REQUESTED)
    assert told(revisions, Round("pk")) == [1, 2, 2, 3, 2]
    assert told(revisions, LastSentBack("pk")) == [None, first.pk, first.pk, third.pk, first.pk]

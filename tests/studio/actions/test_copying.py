"""Copies of takes: there by their own address, and in nothing that lists or counts."""

import pytest
from django.db import IntegrityError, transaction

from studio.actions.copying import copy_take
from studio.models import Candidate
from studio.rules.generation import GenerationState
from studio.rules.lifecycle import Status
from tests.factories import make_candidate, make_generation, make_prompt


@pytest.fixture
def take(project, author) -> Candidate:
    prompt = make_prompt(project, author)
    made = make_generation(prompt, state=GenerationState.SUCCEEDED)
    return make_candidate(prompt, status=Status.REJECTED, generation=made)


def test_a_copy_has_the_same_bytes_and_facts_under_another_name(take):
    copy = copy_take(take)
    for name in ("prompt", "generation", "sample", "blob", "sha256", "source", "name", "facts", "made_by"):
        assert getattr(copy, name) == getattr(take, name), name
    assert (copy.copy_of, copy.status, copy.run_after) == (take, Status.IN_REVIEW, None)
    assert copy.uuid != take.uuid


def test_nothing_that_lists_or_counts_takes_has_it(take, author):
    copy = copy_take(take)
    assert list(Candidate.objects.all()) == [take]
    assert list(take.prompt.candidates.all()) == list(take.generation.candidates.all()) == [take]
    assert list(take.blob.candidates.all()) == [take]
    assert list(Candidate.objects.made_by(author)) == [take]
    assert set(Candidate.with_copies.all()) == {take, copy}
    copy.refresh_from_db()
    assert copy.copy_of == take


def test_two_takes_of_one_sample_are_still_refused(take):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_candidate(take.prompt, generation=take.generation)

"""What is put before the instruments that look at papers: whom a take is compared with, and what stays unsaid."""

from datetime import timedelta

import numpy as np
import pytest

from reviews.actions import fingerprinting
from reviews.actions.fingerprinting import LookIndex, keep_fingerprint, look_of, looks_of, probes_of
from reviews.actions.recording import note_matches, record_of
from reviews.checks.findings import CheckReport
from reviews.checks.near_duplicate import NearDuplicate
from reviews.models import BlockEntry, BlockMatch, Fingerprint
from studio import clock
from studio.models import Candidate
from studio.rules.lifecycle import Status
from tests.factories import make_candidate, make_project, make_prompt, make_publication
from tests.reviews.checks.looks import CLIP, fingerprint, turned
from tests.reviews.checks.looks import look_of as drawn

OURS = drawn(1, 6)


@pytest.fixture
def take(project, author):
    """A take with a fingerprint, as one that was checked has."""

    def take(hashes: np.ndarray, prompt=None, **columns) -> Candidate:
        candidate = make_candidate(prompt or make_prompt(project, author), checked=False, **columns)
        keep_fingerprint(candidate.blob, fingerprint(hashes))
        return candidate

    return take


def known_of(candidate: Candidate) -> list[tuple[str, str]]:
    look = looks_of([candidate.blob_id])[candidate.blob_id]
    known = record_of(candidate, CLIP, look).known
    return [(each.name, each.reference) for each in known]


def test_a_fingerprint_is_kept_once_and_comes_back_as_it_was(take):
    candidate = take(OURS)
    keep_fingerprint(candidate.blob, fingerprint(OURS))
    row = Fingerprint.objects.get()
    assert look_of(row).as_json() == fingerprint(OURS).as_json()
    assert len(row.hashes) == 6 * 32


def test_of_two_copies_the_later_is_told_of_the_earlier(take):
    first, second = take(OURS, name="Dusk, take 1"), take(turned(OURS, 20), name="Dusk, take 2")
    take(drawn(2, 6))
    assert known_of(second) == [("“Dusk, take 1”", f"candidate:{first.uuid}")]
    assert known_of(first) == []


def test_what_counts_is_who_was_checked_first(project, author, take):
    """Two workers: the older take is checked last."""
    prompt = make_prompt(project, author)
    older = make_candidate(prompt, checked=False, name="older")
    newer = take(OURS, prompt, name="newer")
    keep_fingerprint(older.blob, fingerprint(OURS))
    assert known_of(newer) == []
    assert known_of(older) == [("“newer”", f"candidate:{newer.uuid}")]


def test_the_same_bytes_are_known_without_a_fingerprint(project, author):
    prompt = make_prompt(project, author)
    first, second = (make_candidate(prompt, content=b"one clip", checked=False, name=f"take {n}") for n in (1, 2))
    record = record_of(second, CLIP, None)
    (found,) = NearDuplicate().consult(record)
    assert (found.label, found.message) == ("same_bytes", "These are the very bytes of “take 1”.")
    assert record_of(first, CLIP, None).known == []


def test_of_another_project_only_what_is_public_is_told_and_only_that_it_is(author, take):
    elsewhere = make_prompt(make_project("quarry"), author)
    take(OURS, elsewhere, name="secret")
    assert known_of(take(turned(OURS, 4))) == []
    public = take(turned(OURS, 6), elsewhere, name="shown", status=Status.PUBLISHED)
    publication = make_publication(public)
    told = known_of(take(turned(OURS, 8)))
    assert (f"a published clip ({publication.uuid})", f"publication:{publication.uuid}") in told
    assert "secret" not in str(told)
    assert "shown" not in str(told)


def test_an_active_entry_is_put_before_the_blocklist_and_a_removed_one_is_not(take, moderator):
    source, other = take(OURS), take(drawn(2, 6))
    facts = {"added_by": moderator, "added_at": clock.now(), "reason": "It was withdrawn."}
    entry = BlockEntry.objects.create(source=source, hashes=OURS.tobytes(), **facts)
    gone = {"removed_by": moderator, "removed_at": clock.now(), "removed_because": "A mistake."}
    BlockEntry.objects.create(source=other, hashes=OURS.tobytes(), **facts, **gone)
    blocked = record_of(other, CLIP, None).blocked
    assert [(each.entry, each.hashes.shape) for each in blocked] == [(entry.pk, (6, 32))]


def test_matches_are_kept_once(take, moderator):
    source, other = take(OURS), take(drawn(2, 6))
    entry = BlockEntry.objects.create(
        source=source, hashes=OURS.tobytes(), added_by=moderator, added_at=clock.now(), reason="Withdrawn."
    )
    hit = {"entry": entry.pk, "label": "listed", "bits": 4}
    reports = [CheckReport("blocklist", 1, "findings", 0.0, "", {}, details={"entries": [hit]})]
    note_matches(other, reports)
    note_matches(other, reports)
    match = BlockMatch.objects.get()
    assert (match.entry, match.candidate, match.label, match.bits) == (entry, other, "listed", 4)


def test_the_prompt_goes_with_its_direction(project, author):
    prompt = make_prompt(project, author, text="A quay", direction={"style": "noir"})
    asked = record_of(make_candidate(prompt, checked=False), CLIP, None).asked
    assert asked.shown() == {"text": "a quay", "style": "noir"}


def test_the_index_learns_of_new_rows_and_asks_for_nothing_twice(take, django_assert_num_queries):
    index = LookIndex()
    first = take(OURS)
    assert index.near(fingerprint(OURS)) == {first.blob_id}
    second = take(turned(OURS, 80))
    assert index.near(fingerprint(OURS)) == {first.blob_id, second.blob_id}
    third = take(turned(OURS, 81))
    assert third.blob_id not in index.near(fingerprint(OURS))
    with django_assert_num_queries(1):
        index.near(fingerprint(OURS))


def test_the_index_begins_anew_when_the_database_is_another_one(take):
    index = LookIndex()
    candidate = take(OURS)
    index.near(fingerprint(OURS))
    Fingerprint.objects.update(hashes=drawn(7, 6).tobytes(), created_at=clock.now() + timedelta(hours=1))
    assert index.near(fingerprint(OURS)) == set()
    assert index.near(fingerprint(drawn(7, 6))) == {candidate.blob_id}


def test_a_row_that_shows_late_is_not_missed(take):
    """On PostgreSQL a lower number may be committed after a higher one."""
    index = LookIndex()
    late, early = take(OURS), take(drawn(2, 6))
    row = Fingerprint.objects.get(blob=late.blob)
    Fingerprint.objects.filter(pk=row.pk).delete()
    assert index.near(fingerprint(OURS)) == set()
    row.save(force_insert=True)
    assert index.near(fingerprint(OURS)) == {late.blob_id}
    assert early.blob_id not in index.near(fingerprint(OURS))


def test_sixteen_pictures_spread_over_the_clip_are_looked_up():
    many = drawn(1, 200)
    probes = probes_of(fingerprint(many))
    assert len(probes) == fingerprinting.PROBES
    assert np.array_equal(probes[0], many[0])
    assert np.array_equal(probes[-1], many[-1])
    assert len(probes_of(fingerprint(many[:3]))) == 3
    assert len(probes_of(fingerprint(many, quality=10))) == 0

"""The sentence about a content credential; who signed stays out of it."""

import pytest

from reviews.checks.base import Record, Skipped
from reviews.checks.credential import Credential, why_broken
from studio.media.credential import ABSENT, Standing
from studio.media.credential import Credential as Read
from tests.reviews.checks.looks import CLIP


def consulted(read):
    check = Credential()
    return check, list(check.consult(Record(CLIP, credential=read)))


def test_a_missing_one_is_told():
    _, (seen,) = consulted(ABSENT)
    assert (seen.label, seen.message) == ("absent", "The file came without a content credential.")
    assert (seen.start_frame, seen.end_frame) == (0, CLIP.frames)


@pytest.mark.parametrize("standing", [Standing.VALID, Standing.TRUSTED])
def test_a_sound_one_is_kept_without_a_word(standing):
    check, seen = consulted(Read(standing, issuer="Example Studio"))
    assert seen == []
    assert check.details["issuer"] == "Example Studio"


def test_a_broken_one_says_why_and_not_whose():
    _, (seen,) = consulted(Read(Standing.BROKEN, issuer="Example", problems=("assertion.bmffHash.mismatch",)))
    told = "Its content credential is broken: the file was changed after it was signed."
    assert (seen.label, seen.message) == ("broken", told)


def test_reasons_it_has_no_words_for_are_given_as_they_are():
    assert why_broken(("manifest.inaccessible",)) == "it cannot be verified (manifest.inaccessible)"
    assert why_broken(()) == "it cannot be verified"


def test_where_nobody_read_the_file_it_did_not_run():
    with pytest.raises(Skipped):
        consulted(None)

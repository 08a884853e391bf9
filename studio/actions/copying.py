"""The same bytes under another name."""

from studio.models import Candidate
from studio.rules.lifecycle import Status

SAME = ("prompt", "generation", "sample", "blob", "sha256", "source", "name", "facts", "made_by")


def copy_take(candidate: Candidate) -> Candidate:
    """A copy, inside the caller's action: in review from the first, it never moves, and no list of takes has it."""
    same = {name: getattr(candidate, name) for name in SAME}
    return Candidate.with_copies.create(copy_of=candidate, status=Status.IN_REVIEW, **same)

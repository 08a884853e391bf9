"""How bad a finding is, and what follows from it."""

from enum import StrEnum


class Severity(StrEnum):
    """`info` is a remark; from `minor` on a finding counts against the clip."""

    INFO = "info"
    MINOR = "minor"
    MAJOR = "major"
    BLOCKING = "blocking"

    @property
    def rank(self) -> int:
        """0 for `info` to 3 for `blocking`: sort and compare by this, never by the word."""
        return list(Severity).index(self)


class Route(StrEnum):
    """`note` is shown and stops nothing, `review` sends the clip to a person, `block` to one with the right."""

    NOTE = "note"
    REVIEW = "review"
    BLOCK = "block"

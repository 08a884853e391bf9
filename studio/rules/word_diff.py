"""What changed between two texts, word by word."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum


class Change(StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that stayed, went or came together."""

    change: Change
    text: str


def word_diff(before: str, after: str) -> list[Piece]:
    """The words of both texts in order, what went before what came. Only words count: white space is one blank."""
    return list(_pieces(before.split(), after.split()))


def _pieces(old: list[str], new: list[str]) -> Iterator[Piece]:
    for tag, start, end, new_start, new_end in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece(Change.SAME, " ".join(old[start:end]))
            continue
        if start < end:
            yield Piece(Change.REMOVED, " ".join(old[start:end]))
        if new_start < new_end:
            yield Piece(Change.ADDED, " ".join(new[new_start:new_end]))

"""What a revision changed."""

from collections.abc import Mapping
from typing import Any, Protocol

from studio.rules.direction import FIELDS
from studio.rules.word_diff import Piece, word_diff


class Worded(Protocol):
    """What a prompt says in words."""

    text: Any
    direction: Any


def changes_between(parent: Worded, revision: Worded) -> list[tuple[str, list[Piece]]]:
    """The name of each text that differs, and its words that stayed, went and came."""
    return [
        (title, word_diff(before, after))
        for (title, before), (_, after) in zip(_texts(parent), _texts(revision), strict=True)
        if before != after
    ]


def _texts(prompt: Worded) -> list[tuple[str, str]]:
    direction: Mapping[str, str] = prompt.direction
    return [("Prompt", prompt.text), *((each.title, direction.get(each.slug, "")) for each in FIELDS)]

"""Who is spoken to in a note: `@name`, where somebody of the project is called so. Other names are plain text."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

NAME = re.compile(r"(?<![\w.@+-])@([\w.@+-]+)")
"""A user name as Django allows it; not the tail of a mail address."""
ENDINGS = ".-+@"
"""May end a sentence as well as a name: "Look, @mina.\""""


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    is_name: bool = False


def names_in(body: str) -> set[str]:
    """Every name that may be meant, in lower case."""
    said = {found[1].lower() for found in NAME.finditer(body)}
    return said | {name.rstrip(ENDINGS) for name in said} - {""}


def pieces_of(body: str, people: Collection[str]) -> list[Piece]:
    """The body in pieces, the names of `people` apart from the rest; joined they are the body."""
    return [piece for piece in _pieces(body, {name.lower() for name in people}) if piece.text]


def _pieces(body: str, people: Collection[str]) -> Iterator[Piece]:
    done = 0
    for found in NAME.finditer(body):
        name = found[1] if found[1].lower() in people else found[1].rstrip(ENDINGS)
        if name.lower() in people:
            yield Piece(body[done : found.start()])
            yield Piece(f"@{name}", is_name=True)
            done = found.start(1) + len(name)
    yield Piece(body[done:])

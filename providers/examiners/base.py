"""What an outside examiner is asked about a few pictures of a take, and what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Protocol

import httpx


class Subject(StrEnum):
    """What no model of the house can see."""

    VIOLENCE = "violence"
    ADHERENCE = "adherence"
    LIKENESS = "likeness"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing the examiner saw, or missed. `score`: 0-1, how sure it is. `picture`: index of the picture it is about.

    `label` is a lower-case word of ours; `words` a sentence for people.
    """

    subject: Subject
    label: str
    score: float
    words: str
    picture: int | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the examiner answers, in the words of its settings. `base_url` ends before the protocol's own path."""

    base_url: str
    api_key: str
    model: str


class Examiner(Protocol):
    """One protocol of one examiner. `covers` is what it looks for: for the rest a person is still asked."""

    covers: ClassVar[frozenset[Subject]]

    def __init__(self, connection: Connection, client: httpx.AsyncClient) -> None: ...

    async def examine(self, pictures: Sequence[bytes], things: Sequence[str]) -> Sequence[Remark]:
        """Look at JPEGs for violence, for `things` that the prompt names, for real persons. Raises ProviderError."""
        ...

"""Do the words that were asked for name what is never made, or somebody real?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from reviews.checks.base import Instrument, Observation, Skipped, Stage
from reviews.checks.record import Record
from studio.rules.hints import TEXT, forbidden, people_named

UNIT = "matches"


@dataclass
class PromptTerms(Instrument):
    """Holds the stored prompt against the word lists that the desk used before money was reserved.

    The same rule, once more: a list may have grown since, and clips that were brought in never passed the desk.
    """

    key: ClassVar[str] = "prompt_terms"
    version: ClassVar[int] = 1
    stage: ClassVar[Stage] = Stage.RECORD

    def consult(self, record: Record) -> Iterator[Observation]:
        """Raises Skipped when no prompt is known."""
        if record.asked is None or not record.asked.shown():
            raise Skipped("No prompt was given.")
        for field, why in forbidden(record.asked, record.lists):
            yield _of_clip(record, "listed", 1, f"{_where(field)}{why}")
        if people := people_named(record.asked, record.lists):
            names = " and ".join(f"“{name}”" for name in people)
            sentence = f"The prompt names {names}: does the clip show a real person's likeness without leave?"
            yield _of_clip(record, "named_person", len(people), sentence)


def _of_clip(record: Record, label: str, matches: int, message: str) -> Observation:
    return Observation.of_clip(record.clip, label, score=matches, threshold=1, unit=UNIT, message=message)


def _where(field: str) -> str:
    """The field of the direction, where it is not the text."""
    return "" if field == TEXT else f"In “{field}”: "

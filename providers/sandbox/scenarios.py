"""What the sandbox can be asked to do wrong: by magic words in a prompt, `[sandbox:freeze]`, or for the next jobs."""

import re
from collections.abc import Collection
from enum import StrEnum

MAGIC = re.compile(r"\[sandbox:([a-z0-9,\- ]{1,80})\]", re.IGNORECASE)


class Scenario(StrEnum):
    """One misbehaviour. The first six are seen in the clip, the rest in the protocol."""

    FREEZE = "freeze"  # the picture stands still from 40 % to 65 % of the clip
    BLACK = "black"  # ten black frames in the middle
    CUT = "cut"  # another scene from the middle on
    SIZE = "size"  # half the size that was asked, even sides
    LENGTH = "length"  # half the length that was asked
    SILENT = "silent"  # no sound track
    FAIL = "fail"  # the job fails
    REFUSE = "refuse"  # the job is refused by the safety system
    REFUSE_INPUT = "refuse-input"  # the create call is refused by the safety system
    SLOW = "slow"  # eight times as long as usual
    STUCK = "stuck"  # never gets past 42 %
    LOST = "lost"  # accepted and charged, the connection dropped without an answer
    RATE_LIMITED = "429"  # the first create call is told to wait, the next is fine
    QUOTA = "quota"  # no money left
    EXPIRED = "expired"  # completed, its files already gone
    TRUNCATED = "truncated"  # downloads stop half-way
    RETIRED = "retired"  # the model is gone


DEFECTS = frozenset({Scenario.FREEZE, Scenario.BLACK, Scenario.CUT, Scenario.SIZE, Scenario.LENGTH, Scenario.SILENT})


def scenarios_in(prompt: str) -> frozenset[Scenario]:
    """The scenarios that the magic words of `prompt` name; words that name none are ignored."""
    named = {word.strip().lower() for found in MAGIC.findall(prompt) for word in found.split(",")}
    return frozenset(scenario for scenario in Scenario if scenario.value in named)


def without_magic(prompt: str) -> str:
    """`prompt` as a film crew would read it."""
    return " ".join(MAGIC.sub(" ", prompt).split())


def as_text(scenarios: Collection[Scenario]) -> str:
    return ",".join(sorted(scenarios))


def from_text(text: str) -> frozenset[Scenario]:
    return frozenset(Scenario(word) for word in text.split(",") if word)

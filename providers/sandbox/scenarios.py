"""What the sandbox can be asked to do wrong: by magic words in a prompt, `[sandbox:freeze]`, or for the next jobs."""

import re
from collections.abc import Collection
from enum import StrEnum

MAGIC = re.compile(r"\[sandbox:([a-z0-9,\- ]{1,80})\]", re.IGNORECASE)


class Scenario(StrEnum):
    """One misbehaviour: of the clip, of the create call, of the running job, of what is delivered, of callbacks."""

    FREEZE = "freeze"  # the picture stands still from 40 % to 65 % of the clip
    BLACK = "black"  # ten black frames in the middle
    CUT = "cut"  # another scene from the middle on
    SIZE = "size"  # half the size that was asked, even sides
    LENGTH = "length"  # half the length that was asked
    SILENT = "silent"  # no sound track

    REFUSE_INPUT = "refuse-input"  # the create call is refused by the safety system
    RATE_LIMITED = "429"  # the first create call is told to wait, the next is fine
    FULL = "full"  # the first create call finds the account's places taken
    QUOTA = "quota"  # no money left
    RETIRED = "retired"  # the model is gone
    LOST = "lost"  # accepted and charged, the connection dropped without an answer
    BROKEN_ANSWER = "broken-answer"  # accepted and charged, answered with a 502 and a page of HTML

    FAIL = "fail"  # the job fails
    REFUSE = "refuse"  # the job is refused by the safety system
    WITHHELD = "withheld"  # one of several clips is kept back by the safety system
    SLOW = "slow"  # eight times as long as usual
    STUCK = "stuck"  # never gets past 42 %
    UNREADABLE = "unreadable"  # accepted and charged, but asking for it is refused for ever
    GARBAGE = "garbage"  # the first answers about it are a 500 and a page of HTML
    ODD_STATUS = "odd-status"  # a status that no documentation names, before it is finished
    LATE = "late"  # goes on, delivers and charges although it was cancelled

    NO_FILE = "no-file"  # finished, without a file
    EMPTY = "empty"  # finished, the file has no bytes
    HTML = "html"  # finished, the file is a page of HTML
    OTHER_JOB = "other-job"  # answers about another job
    SAME_BYTES = "same-bytes"  # delivers the very bytes of every other job with this word
    EXPIRED = "expired"  # finished, its files already gone
    SHORT_LINK = "short-link"  # links live two seconds; asking again gives fresh ones
    TRUNCATED = "truncated"  # downloads stop half-way

    CALLBACK_TWICE = "callback-twice"
    CALLBACK_FORGED = "callback-forged"  # another one before it, that the provider did not send
    CALLBACK_LATE = "callback-late"  # the words of the first come again after the last
    CALLBACK_NONE = "callback-none"


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

"""What a person may do about a batch. The page draws these, `actions/batching.py` guards."""

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum

from studio.rules.roles import Role

MAKERS = frozenset({Role.AUTHOR, Role.EDITOR})


class Verb(StrEnum):
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    RETRY = "retry"


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """How a batch stands: `unsent` are those that a pause would hold back, `moving` those that a cancellation stops."""

    is_paused: bool
    is_cancelled: bool
    unsent: int
    moving: int
    failed: int
    """Ended by a technical failure and not ordered again yet."""


def available(facts: BatchFacts, roles: Set[Role]) -> frozenset[Verb]:
    """A retry stays possible while others are under way; nothing is ordered again in a batch that was called off."""
    if not roles & MAKERS:
        return frozenset()
    may = {
        Verb.PAUSE: bool(facts.unsent) and not facts.is_paused and not facts.is_cancelled,
        Verb.RESUME: facts.is_paused and not facts.is_cancelled,
        Verb.CANCEL: bool(facts.moving) and not facts.is_cancelled,
        Verb.RETRY: bool(facts.failed) and not facts.is_cancelled,
    }
    return frozenset(verb for verb, is_allowed in may.items() if is_allowed)

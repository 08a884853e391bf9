"""What may be done to a review, by whom, and what it needs. One table draws the buttons and guards the actions.

Each verb is one row; each condition is a small predicate over `Facts` that answers with the sentence of refusal.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db.models import TextChoices

from reviews.rules import conflicts
from reviews.rules.conflicts import Facts
from reviews.rules.queues import WORKED_BY, Queue
from studio.rules.lifecycle import Status


class Outcome(TextChoices):
    PASS = "pass", "Passed"
    APPROVE = "approve", "Approved"
    REQUEST_CHANGES = "request_changes", "Changes requested"
    REJECT = "reject", "Rejected"
    SEND_BACK = "send_back", "Sent back"
    ESCALATE = "escalate", "Escalated"
    UNDONE = "undone", "Undone"


Condition = Callable[[Facts], str]
"""Answers "" when met, else why not, as a sentence for the person."""


def is_open(facts: Facts) -> str:
    return "" if facts.is_open else "This review is already decided."


def holds_claim(facts: Facts) -> str:
    if facts.claim_is_mine:
        return ""
    return f"{facts.claim_holder} holds this clip." if facts.claim_holder else "Claim this clip first."


def has_queue_role(facts: Facts) -> str:
    role = WORKED_BY[facts.queue]
    return "" if role in facts.roles else f"Only {_PLURAL[role]} decide in this queue."


def another_round(facts: Facts) -> str:
    if facts.queue is Queue.ESCALATIONS or facts.round < facts.max_rounds:
        return ""
    return f"This is round {facts.round} of {facts.max_rounds}. Escalate it: a moderator says how it goes on."


_PLURAL = {role: f"{role.label.lower()}s" for role in WORKED_BY.values()}

_EVERYBODY: tuple[Condition, ...] = (is_open, has_queue_role, conflicts.not_own_work)
_JUDGING: tuple[Condition, ...] = (*_EVERYBODY, conflicts.not_passed_by_me, holds_claim)
_HANDING_ON: tuple[Condition, ...] = (is_open, has_queue_role, holds_claim)


@dataclass(frozen=True, slots=True)
class Verb:
    outcome: Outcome
    title: str
    key_id: str
    queues: Mapping[Queue, frozenset[Status]]
    conditions: tuple[Condition, ...]
    needs_reason: bool = False
    needs_note: str = ""
    """The sentence that asks for the note, where one is required."""


_FLAGGED = {Queue.FLAGGED: frozenset({Status.IN_REVIEW})}
_EDITOR = {Queue.EDITOR: frozenset({Status.WITH_EDITOR})}
_BOTH = frozenset({Status.IN_REVIEW, Status.WITH_EDITOR})

VERBS: tuple[Verb, ...] = (
    Verb(
        Outcome.PASS,
        "Pass",
        "room.pass",
        {**_FLAGGED, Queue.ESCALATIONS: frozenset({Status.IN_REVIEW})},
        _JUDGING,
    ),
    Verb(
        Outcome.APPROVE,
        "Approve",
        "room.pass",
        {**_EDITOR, Queue.ESCALATIONS: frozenset({Status.WITH_EDITOR})},
        _JUDGING,
    ),
    Verb(
        Outcome.REQUEST_CHANGES,
        "Request changes",
        "room.request_changes",
        {**_FLAGGED, **_EDITOR, Queue.ESCALATIONS: _BOTH},
        (*_JUDGING, another_round),
        needs_reason=True,
    ),
    Verb(
        Outcome.REJECT,
        "Reject",
        "room.reject",
        {**_FLAGGED, **_EDITOR, Queue.ESCALATIONS: _BOTH},
        _JUDGING,
        needs_reason=True,
    ),
    Verb(
        Outcome.SEND_BACK,
        "Back to the queue",
        "room.send_back",
        _EDITOR,
        _JUDGING,
        needs_note="Say what the reviewer should look at again.",
    ),
    Verb(
        Outcome.ESCALATE,
        "Escalate",
        "room.escalate",
        {**_FLAGGED, **_EDITOR},
        _HANDING_ON,
        needs_note="Ask the moderator a question.",
    ),
)


@dataclass(frozen=True, slots=True)
class OfferedVerb:
    """A verb as a page draws it: allowed, or refused with the rule."""

    verb: Verb
    why: str

    @property
    def allowed(self) -> bool:
        return not self.why


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not, and whether the world moved (`is_conflict`: reload and go on) or the rules forbid it."""

    why: str
    is_conflict: bool


def refusal(verb: Verb, facts: Facts) -> Refusal | None:
    """Why `verb` is refused under `facts`; None when it is allowed."""
    if facts.closed_because:
        return Refusal(facts.closed_because, is_conflict=True)
    if facts.status not in verb.queues.get(facts.queue, frozenset()):
        return Refusal("This take is no longer where this can be done.", is_conflict=True)
    for condition in verb.conditions:
        if why := condition(facts):
            return Refusal(why, is_conflict=condition in (is_open, holds_claim))
    return None


def available_verbs(facts: Facts) -> list[OfferedVerb]:
    """The verbs of this queue and status, in their fixed order, each with its refusal if it has one."""
    here = [verb for verb in VERBS if facts.status in verb.queues.get(facts.queue, frozenset())]
    refusals = [refusal(verb, facts) for verb in here]
    return [OfferedVerb(verb, refused.why if refused else "") for verb, refused in zip(here, refusals, strict=True)]


def verb_for(outcome: Outcome) -> Verb:
    """The verb with this outcome. Raises KeyError for `undone`, which is no verb of a review."""
    return {verb.outcome: verb for verb in VERBS}[outcome]

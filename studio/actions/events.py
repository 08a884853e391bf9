"""How a change is made: one action, one transaction, its events written last under the chain's lock.

`@action` opens the transaction and collects what `record_event` is told; just before COMMIT the head of the chain is
locked and the events are appended. Locking the head last keeps the lock short and deadlocks out.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import ParamSpec, Self, TypeVar

from django.db import models, transaction

from studio import clock
from studio.models import ChainHead, Event, User
from studio.rules.chain import event_digest

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it: a person or a part of the machine."""

    name: str

    @classmethod
    def of(cls, user: User) -> Self:
        return cls(f"user:{user.pk}")

    @classmethod
    def system(cls, part: str) -> Self:
        return cls(f"system:{part}")


@dataclass(frozen=True, slots=True)
class _Entry:
    at: datetime
    actor: str
    verb: str
    subject: str
    data: Mapping[str, object]


_pending: ContextVar[list[_Entry] | None] = ContextVar("pending_events", default=None)


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Run `function` as one durable transaction whose events are chained just before COMMIT.

    Raises RuntimeError when called inside another transaction: an action is never a part of something larger.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with transaction.atomic(durable=True), chained_events():
            return function(*args, **kwargs)

    return run


@contextmanager
def chained_events() -> Iterator[None]:
    """Chain at the end of the body what is recorded in it, inside a transaction that is already open.

    Actions open their own; only the admin, whose transaction is Django's, needs this by itself.
    """
    token = _pending.set([])
    try:
        yield
        _append(_pending.get() or [])
    finally:
        _pending.reset(token)


def record_event(subject: models.Model, *, verb: str, actor: Actor, data: Mapping[str, object] | None = None) -> None:
    """Note that `actor` did `verb` to `subject`; written with the change. `data` holds no floats and no secrets.

    Raises RuntimeError outside an action.
    """
    pending = _pending.get()
    if pending is None:
        raise RuntimeError("record_event() outside an action: the change and its event must share a transaction.")
    name = f"{subject._meta.model_name}:{subject.pk}"
    pending.append(_Entry(clock.now(), actor.name, verb, name, dict(data or {})))


def _append(entries: list[_Entry]) -> None:
    if not entries:
        return
    head = _locked_head()
    rows = []
    for entry in entries:
        head.seq += 1
        previous = head.digest
        fields = {"seq": head.seq, "at": entry.at, "actor": entry.actor, "verb": entry.verb}
        head.digest = event_digest(previous, subject=entry.subject, data=entry.data, **fields)  # type: ignore[arg-type]  # one dict feeds digest and row
        rows.append(Event(subject=entry.subject, data=entry.data, previous=previous, digest=head.digest, **fields))
    Event.objects.bulk_create(rows)
    head.save()


def _locked_head() -> ChainHead:
    """The head row, locked until COMMIT. SQLite's immediate transaction holds the write lock already."""
    ChainHead.objects.get_or_create(pk=1)
    return ChainHead.objects.select_for_update().get(pk=1)


def verify_chain() -> str:
    """ "" when every event follows from the one before and the head is the last; else what is wrong, in a sentence."""
    previous, seq = "0" * 64, 0
    for event in Event.objects.order_by("seq").iterator():
        seq += 1
        expected = event_digest(
            previous, seq=seq, at=event.at, actor=event.actor, verb=event.verb, subject=event.subject, data=event.data
        )
        if (event.seq, event.previous, event.digest) != (seq, previous, expected):
            return f"Event {event.seq} does not follow from event {seq - 1}: something was changed, removed or put in."
        previous = event.digest
    head = ChainHead.objects.filter(pk=1).first() or ChainHead()
    if (head.seq, head.digest) != (seq, previous):
        return f"The chain ends at event {seq}, its head says {head.seq}: events were cut off or the head was changed."
    return ""

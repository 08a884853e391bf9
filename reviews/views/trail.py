"""Events as people read them: names for numbers, words for verbs, and a link where there is a page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from reviews.rules.verbs import Outcome
from studio.models import Candidate, Event, User


@dataclass(frozen=True, slots=True)
class Line:
    event: Event
    actor: str
    what: str
    because: str
    href: str


DIGEST_LENGTH = 64
DIGEST_SHOWN = 12
WORDS: Mapping[str, str] = {
    "advanced": "moved it",
    "claimed": "took the clip",
    "released": "gave the clip back",
    "opened": "put it in a queue",
    "decided": "decided",
    "undone": "took the decision back",
    "settled": "put the decision into effect",
    "drawn": "drew it for an audit",
    "held": "let the decision wait for a second person",
    "disputed": "brought it to a moderator: two people differ",
    "voided": "voided it",
    "refused": "was refused",
    "blocked": "put it on the blocklist",
    "unblocked": "took it off the blocklist",
    "proposed": "proposed a policy",
    "activated": "put a policy into force",
    "proposal_withdrawn": "withdrew a proposed policy",
    "closed": "closed the review without a decision",
    "recheck_started": "started a re-check",
    "recheck_cancelled": "cancelled a re-check",
    "recheck_resumed": "went on with a re-check",
    "recheck_finished": "finished a re-check",
    "recheck_overtaken": "ended a re-check: another version is in force",
    "noted": "wrote a note",
    "replied": "answered a note",
    "marked": "marked frames",
    "resolved": "resolved a note",
    "reopened": "opened a note again",
    "seen": "saw that a note speaks to them",
    "self_reviewed": "judged own work (small-team switch)",
}


def lines_of(events: Iterable[Event]) -> Sequence[Line]:
    """The events with their actors' names, in two queries whatever their number."""
    rows = list(events)
    names = _names(rows)
    takes = _takes(rows)
    return [
        Line(
            event,
            _actor(event.actor, names),
            WORDS.get(event.verb, event.verb.replace("_", " ")),
            because(event),
            takes.get(event.subject, ""),
        )
        for event in rows
    ]


def because(event: Event) -> str:
    """What the event's data says, as words."""
    data = event.data
    if event.verb == "advanced":
        return f"{_words(data['from'])} → {_words(data['to'])}, {data['because']}"
    if event.verb in ("decided", "settled"):
        return Outcome(data["outcome"]).label
    parts = [f"{_words(key)}: {_words(value)}" if key != "why" else str(value) for key, value in data.items()]
    return ", ".join(parts)


def _words(value: object) -> str:
    """As people read it; a digest by its first dozen digits."""
    text = str(value)
    return f"{text[:DIGEST_SHOWN]}…" if len(text) == DIGEST_LENGTH else text.replace("_", " ")


def _number(name: str, kind: str) -> int | None:
    prefix, _, number = name.partition(":")
    return int(number) if prefix == kind and number.isdigit() else None


def _actor(name: str, names: Mapping[int, str]) -> str:
    number = _number(name, "user")
    return names.get(number, name) if number is not None else f"{name.partition(':')[2]} (machine)"


def _names(rows: Iterable[Event]) -> dict[int, str]:
    ids = {number for row in rows if (number := _number(row.actor, "user")) is not None}
    return {user.pk: user.display_name for user in User.objects.filter(pk__in=ids)} if ids else {}


def _takes(rows: Iterable[Event]) -> dict[str, str]:
    ids = {number for row in rows if (number := _number(row.subject, "candidate")) is not None}
    found = Candidate.objects.filter(pk__in=ids).values_list("pk", "uuid") if ids else ()
    return {f"candidate:{pk}": reverse("take", args=[uuid]) for pk, uuid in found}

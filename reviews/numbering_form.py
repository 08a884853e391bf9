"""Which reasons stand on the digit keys of each queue, as a part of the policy's form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from django import forms
from django.forms import BoundField

from reviews.models import Reason
from reviews.rules.queues import Queue
from reviews.rules.reasons import PLACES

Numbering = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class NumberedQueue:
    """One queue with its ten choices, in the order of the keys."""

    queue: Queue
    keys: Sequence[BoundField]

    @property
    def has_errors(self) -> bool:
        return any(field.errors for field in self.keys)


class NumberingForm(forms.Form):
    """A choice for each digit of each queue."""

    def add_numbering(self, numbering: Numbering) -> None:
        """A reason that was retired since stays in its place until somebody changes it."""
        self._queues = list(numbering)
        reasons = list(Reason.objects.all())
        for queue, slugs in numbering.items():
            for place, slug in enumerate([*slugs, *[""] * (PLACES - len(slugs))]):
                self.fields[_name(queue, place)] = forms.ChoiceField(
                    choices=_choices(reasons, slug), initial=slug, required=False, label=f"Key {(place + 1) % PLACES}"
                )

    def numbering(self) -> list[NumberedQueue]:
        return [
            NumberedQueue(Queue(queue), [self[_name(queue, place)] for place in range(PLACES)])
            for queue in self._queues
        ]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for each in self.numbering():
            taken: dict[str, BoundField] = {}
            for field in each.keys:
                slug = given.get(field.name)
                if slug and taken.setdefault(slug, field) is not field:
                    self.add_error(field.name, f"“{slug}” stands on {str(taken[slug].label).lower()} already.")
        return given

    def as_numbering(self) -> Numbering:
        """Only of a valid form."""
        given = self.cleaned_data
        return {each.queue.value: tuple(given[field.name] for field in each.keys) for each in self.numbering()}


def _name(queue: str, place: int) -> str:
    return f"reason-{queue}-{place}"


def _choices(reasons: Sequence[Reason], chosen: str) -> list[tuple[str, Any]]:
    """Every reason that is offered, by its group; the `chosen` one in any case."""
    offered = [reason for reason in reasons if reason.retired_at is None or reason.slug == chosen]
    groups = groupby(offered, key=attrgetter("group"))
    return [("", "None"), *((group, [(each.slug, each.label) for each in members]) for group, members in groups)]

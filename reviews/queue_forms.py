"""What narrows a queue's page. All of it stands in the address; odd values narrow nothing."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict

from reviews.checks.registry import CHECKS
from reviews.models import Review, ReviewReason
from reviews.queues import Post
from reviews.rules.severity import Severity
from studio import clock
from studio.rules.roles import Role

DEPTH = 5_000
"""Filters and search look at so many reviews from the front of the queue, so that they cost the same in any queue."""
HOLDS = (("", "Anybody or nobody"), ("free", "Nobody"), ("held", "Somebody"))
OTHER_CODES = ("not_checked", "sent_back", "escalated", "voided", "passed", "clean")
SEES_PROVIDERS = frozenset({Role.EDITOR, Role.MODERATOR, Role.AUDITOR})
"""A reviewer must not learn from a filter who made a take."""


def _choices(words: Iterable[str]) -> list[tuple[str, str]]:
    return [("", "Any"), *((word, word.replace("_", " ").capitalize()) for word in words)]


class QueueFilter(forms.Form):
    q = forms.CharField(label="Search", required=False, max_length=120)
    severity = forms.ChoiceField(choices=_choices(reversed(Severity)), required=False)
    check = forms.ChoiceField(
        label="Why", choices=_choices([*sorted(kind.key for kind in CHECKS), *OTHER_CODES]), required=False
    )
    project = forms.ChoiceField(required=False)
    made_with = forms.CharField(label="Provider or model", required=False, max_length=80)
    hold = forms.ChoiceField(label="Held by", choices=HOLDS, required=False)
    overdue = forms.BooleanField(label="Overdue", required=False)

    def __init__(self, data: Mapping[str, Any], *, posts: list[Post], held: frozenset[Role]) -> None:
        super().__init__(data)
        self.fields["project"].choices = [("", "Any"), *((post.slug, post.name) for post in posts)]  # type: ignore[attr-defined]  # a ChoiceField
        if len(posts) < 2:
            del self.fields["project"]
        if not held & SEES_PROVIDERS:
            del self.fields["made_with"]
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", "input" if isinstance(field, forms.CharField) else "")
        self.is_valid()

    def wanted(self) -> dict[str, Any]:
        """What narrows: the fields that were filled in and could be read."""
        return {name: value for name, value in self.cleaned_data.items() if value}

    def query(self) -> str:
        """The same as a part of an address."""
        query = QueryDict(mutable=True)
        query.update({name: "1" if value is True else str(value) for name, value in self.wanted().items()})
        return query.urlencode()

    def narrow(self, reviews: "QuerySet[Review]") -> "QuerySet[Review]":
        """Those of `reviews`, which are in the order of their queue, that are wanted."""
        wanted = self.wanted()
        if not wanted:
            return reviews
        if (exact := _by_id(wanted.get("q", ""))) is not None:
            return reviews.filter(exact)
        front = Review.objects.filter(pk__in=reviews.values("pk")[:DEPTH]).order_by(*reviews.query.order_by)
        for name, value in wanted.items():
            front = front.filter(_condition(name, value))
        return front


def _by_id(text: str) -> Q | None:
    """`#12` is a review, a UUID is a take: found wherever they wait."""
    if text.startswith("#") and text[1:].isascii() and text[1:].isdigit() and len(text) < 19:
        return Q(pk=int(text[1:]))
    try:
        return Q(candidate__uuid=UUID(text))
    except ValueError:
        return None


def _condition(name: str, value: Any) -> "Q | Exists":
    at = clock.now()
    if name == "q":
        return Q(candidate__name__icontains=value) | Q(candidate__prompt__text__icontains=value)
    if name == "severity":
        return Q(severity_rank=Severity(value).rank + 1)
    if name == "check":
        return Exists(ReviewReason.objects.filter(review=OuterRef("pk"), code=value))
    if name == "project":
        return Q(project__slug=value)
    if name == "made_with":
        return Q(candidate__generation__provider=value) | Q(candidate__generation__model__icontains=value)
    if name == "hold":
        return Q(claim_expires_at__gt=at) if value == "held" else ~Q(claim_expires_at__gt=at)
    return Q(due_at__lte=at)

"""What people send when they judge, as forms: they read and clean, the actions decide."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core import signing
from django.http import QueryDict

from reviews.actions.deciding import ReasonGiven
from reviews.actions.noting import LONGEST_NOTE
from reviews.actions.seen import Seen
from reviews.models import Reason, ReasonRange, Review, Verdict, WithdrawalReason
from reviews.rules import drawings
from reviews.rules.coverage import Watched, joined
from reviews.rules.verbs import Outcome
from studio import clock
from studio.errors import StaleCandidate
from studio.models import User

SALT = "seen"
VERBS = [(outcome.value, outcome.label) for outcome in Outcome if outcome is not Outcome.UNDONE]


def sign_seen(review: Review, user: User, seen: Seen) -> str:
    """What this person has on this page, with a fresh decision key; signed, so that nobody claims to have seen more."""
    facts = asdict(seen) | {"at": seen.at.isoformat(), "key": str(uuid4()), "review": review.pk, "user": user.pk}
    return signing.dumps(facts, salt=SALT, compress=True)


def read_seen(token: str, review: Review, user: User) -> tuple[Seen, UUID] | None:
    """The inverse; None for what was not signed by us for this review and person."""
    try:
        facts: Mapping[str, Any] = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    if (facts["review"], facts["user"]) != (review.pk, user.pk):
        return None
    at = datetime.fromisoformat(facts["at"])
    return Seen(facts["sha256"], facts["check_set"], facts["policy_id"], at), UUID(facts["key"])


class DecisionForm(forms.Form):
    """A judgement. The one range, and the finding, belong to every reason that may have a range."""

    outcome = forms.ChoiceField(choices=VERBS)
    seen = forms.CharField(required=False)
    reasons = forms.ModelMultipleChoiceField(Reason.objects.all(), to_field_name="slug", required=False)
    start_frame = forms.IntegerField(required=False, min_value=0)
    end_frame = forms.IntegerField(required=False, min_value=0)
    finding = forms.IntegerField(required=False)
    note = forms.CharField(required=False, max_length=LONGEST_NOTE)
    watched = forms.JSONField(required=False)

    def __init__(self, data: Mapping[str, Any], *, review: Review, user: User) -> None:
        super().__init__(data)
        self._read = read_seen(data.get("seen", ""), review, user)
        self._frames = int(review.candidate.facts["frames"])

    def clean_watched(self) -> Watched:
        """What a page without scripts cannot tell is nothing. Raises ValidationError for what no page of ours sends."""
        told = self.cleaned_data["watched"] or {}
        try:
            ranges = joined([(int(start), int(end)) for start, end in told.get("ranges", ())], self._frames)
            counts = (float(told.get(name, 0)) for name in ("seconds", "heard_seconds", "fastest"))
            return Watched(ranges, *counts)
        except (AttributeError, TypeError, ValueError) as error:
            raise forms.ValidationError("What was watched cannot be read. Load the clip again.") from error

    def require_genuine(self) -> None:
        """Raises StaleCandidate when the page that was judged is not one that we made for this person."""
        if self._read is None:
            raise StaleCandidate("This form does not belong to the clip as you were shown it. Load the clip again.")

    def as_decision(self) -> dict[str, Any]:
        """The arguments of `decide()`. A form that is not genuine saw nothing: `decide()` refuses it as stale."""
        seen, key = self._read or (Seen("", "", 0, clock.now()), uuid4())
        return {
            "outcome": Outcome(self.cleaned_data["outcome"]),
            "seen": seen,
            "decision_key": key,
            "reasons": [self._given(reason) for reason in self.cleaned_data["reasons"]],
            "note": self.cleaned_data["note"],
            "watched": self.cleaned_data["watched"],
        }

    def _given(self, reason: Reason) -> ReasonGiven:
        if reason.range_rule == ReasonRange.NONE:
            return ReasonGiven(reason.slug)
        fields = self.cleaned_data
        return ReasonGiven(reason.slug, fields["start_frame"], fields["end_frame"], fields["finding"])

    def problems(self) -> str:
        """Everything that is wrong, as one sentence or more."""
        return " ".join(str(error) for errors in self.errors.values() for error in errors)


class BulkForm(forms.Form):
    """One judgement for many takes: at most one reason, whose frames come from each take's own finding."""

    outcome = forms.ChoiceField(choices=VERBS)
    reasons = forms.ModelMultipleChoiceField(Reason.objects.all(), to_field_name="slug", required=False)
    note = forms.CharField(required=False, max_length=LONGEST_NOTE)
    back = forms.CharField(required=False, max_length=400)

    def __init__(self, data: QueryDict) -> None:
        given = data.copy()
        given.setlist("reasons", [slug for slug in data.getlist("reasons") if slug])
        super().__init__(given)

    def as_decision(self) -> dict[str, Any]:
        fields = self.cleaned_data
        outcome = Outcome(fields["outcome"])
        return {"outcome": outcome, "reasons": list(fields["reasons"]), "note": fields["note"]}

    def problems(self) -> str:
        return " ".join(str(error) for errors in self.errors.values() for error in errors)


class SkipForm(forms.Form):
    CAUSES = (
        ("unsure", "Not sure"),
        ("conflict", "Too close to it"),
        ("distress", "Hard to watch"),
        ("technical", "It does not play"),
        ("language", "A language I do not know"),
    )
    cause = forms.ChoiceField(choices=CAUSES)


class LabelForm(forms.Form):
    verdict = forms.ChoiceField(choices=Verdict.choices)


class MarkForm(forms.Form):
    start_frame = forms.IntegerField()
    end_frame = forms.IntegerField(required=False)
    drawing = forms.CharField(required=False)
    reason = forms.CharField(required=False)

    def clean_drawing(self) -> object:
        """As JSON says; whether it is a drawing the action decides."""
        return drawings.parsed(self.cleaned_data["drawing"])


class NoteForm(MarkForm):
    body = forms.CharField(required=False, strip=False)


class ReplyForm(forms.Form):
    body = forms.CharField(required=False, strip=False)


class WithdrawForm(forms.Form):
    reason = forms.ChoiceField(choices=WithdrawalReason.choices)
    shut_out = forms.BooleanField(required=False)


class BlockForm(forms.Form):
    reason = forms.CharField()


class UnblockForm(forms.Form):
    because = forms.CharField()

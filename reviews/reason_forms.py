"""What a moderator says of a reason."""

from typing import Any

from django import forms

from reviews.actions.taxonomy import ReasonDraft
from reviews.models import Reason, ReasonRange
from reviews.rules.reasons import groups
from reviews.rules.severity import Severity


class ReasonForm(forms.Form):
    """Of a new reason, or of one that is there: that one keeps its group and its slug."""

    group = forms.ChoiceField(choices=[(each, each.capitalize()) for each in groups()])
    label = forms.CharField(max_length=120, help_text="A sentence that is true or not, e.g. “A hand is malformed”.")
    severity = forms.ChoiceField(choices=[(each.value, each.value.capitalize()) for each in Severity])
    range_rule = forms.ChoiceField(
        label="Frames", choices=ReasonRange.choices, help_text="Whether whoever gives it must say where."
    )
    needs_note = forms.BooleanField(label="It needs a note", required=False)
    for_moderators = forms.BooleanField(label="Only a moderator refuses for it: others escalate", required=False)

    def __init__(self, data: Any = None, *, reason: Reason | None = None) -> None:
        super().__init__(data, initial=_initial(reason) if reason else None)
        if reason:
            del self.fields["group"]

    def draft(self) -> ReasonDraft:
        """Only of a valid form."""
        fields = self.cleaned_data
        return ReasonDraft(
            fields["label"],
            Severity(fields["severity"]),
            ReasonRange(fields["range_rule"]),
            fields["needs_note"],
            fields["for_moderators"],
        )


def _initial(reason: Reason) -> dict[str, Any]:
    return {name: getattr(reason, name) for name in ("label", "severity", "range_rule", "needs_note", "for_moderators")}

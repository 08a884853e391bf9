"""What people type about money: the range of a spend page, and caps."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from studio.models import User
from studio.rules.budget import Period

MOST_DAYS = 92
"""One bar a day must stay wide enough to be pointed at."""
DAYS_AT_FIRST = 30


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2999, 12, 31))],
    )


class SpendRange(forms.Form):
    """Both days count, in UTC. They stand in the address."""

    since = _day("From")
    until = _day("To")

    def days(self, today: date) -> tuple[date, date]:
        """First and last day; without an answer the last thirty days. Of a form that is valid."""
        until = self.cleaned_data.get("until") or today
        since = self.cleaned_data.get("since") or until - timedelta(days=DAYS_AT_FIRST - 1)
        return since, until

    def clean(self) -> None:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and since > until:
            raise forms.ValidationError("The first day lies after the last one.")
        if since and until and (until - since).days >= MOST_DAYS:
            raise forms.ValidationError(f"Choose {MOST_DAYS} days at most.")


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic for the checker only, not when it runs
    def label_from_instance(self, obj: User) -> str:
        return obj.display_name


class BudgetForm(forms.Form):
    """A cap on everybody in the project together, or on one person."""

    person = PersonField(label="Whose", queryset=User.objects.none(), required=False, empty_label="Everybody together")
    period = forms.ChoiceField(label="Counted", choices=Period.choices)
    cap = forms.DecimalField(
        label="Cap, US dollars",
        min_value=Decimal(0),
        max_value=Decimal(10_000_000),
        decimal_places=4,
        widget=forms.NumberInput(attrs={"step": "0.01", "min": "0"}),
    )

    def __init__(self, data: Any = None, *, people: Any, **options: Any) -> None:
        super().__init__(data, **options)
        field = self.fields["person"]
        assert isinstance(field, PersonField)
        field.queryset = people

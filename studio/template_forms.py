"""What people type to write a template: its words, and a line for each variable."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.formsets import formset_factory

from studio.rules.direction import FIELDS
from studio.rules.template import LONGEST_FIELD, LONGEST_TEXT, LONGEST_VALUE, MOST_VARIABLES, Kind, Variable

if TYPE_CHECKING:
    from django.forms.formsets import BaseFormSet  # generic for the checker only, not when it runs

LONGEST_NAME = 120


class VariableForm(forms.Form):
    name = forms.CharField(label="Name", max_length=40, required=False)
    kind = forms.ChoiceField(label="Type", choices=Kind.choices, required=False)
    choices = forms.CharField(label="Choices", max_length=1000, required=False)
    default = forms.CharField(label="Default", max_length=LONGEST_VALUE, required=False)

    def variable(self) -> Variable | None:
        """None for a line that was left empty."""
        given = self.cleaned_data
        if not given.get("name"):
            return None
        kind = Kind(given["kind"] or Kind.TEXT)
        words = [word.strip() for word in given["choices"].split(",")] if kind is Kind.CHOICE else []
        return Variable(given["name"], kind, tuple(filter(None, words)), given["default"])


VariableFormSet: "type[BaseFormSet[VariableForm]]" = formset_factory(
    VariableForm, extra=3, max_num=MOST_VARIABLES, absolute_max=MOST_VARIABLES + 5
)


def lines_of(variables: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Stored variables as the lines of the form."""
    return [
        {
            "name": each["name"],
            "kind": each["type"],
            "choices": ", ".join(each.get("choices", ())),
            "default": each.get("default", ""),
        }
        for each in variables
    ]


class TemplateForm(forms.Form):
    name = forms.CharField(label="Name", max_length=LONGEST_NAME, error_messages={"required": "Give it a name."})
    text = forms.CharField(
        label="Text",
        max_length=LONGEST_TEXT,
        required=False,
        help_text="Write a blank as {{name}}, here and in the direction.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        for field in FIELDS:
            self.fields[field.slug] = forms.CharField(
                label=field.title, max_length=LONGEST_FIELD, required=False, widget=forms.Textarea(attrs={"rows": 2})
            )

    @property
    def direction_fields(self) -> list[forms.BoundField]:
        return [self[field.slug] for field in FIELDS]

    def direction(self) -> dict[str, str]:
        return {field.slug: self.cleaned_data.get(field.slug, "") for field in FIELDS}

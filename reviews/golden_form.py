"""The answer of a golden clip as a form: what becomes of it, and for which reasons on which frames."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.forms import BoundField

from reviews.actions.deciding import ReasonGiven
from reviews.actions.wording import LONGEST
from reviews.models import Reason

PASSES, REFUSED = "passes", "refused"
ANSWERS = [(REFUSED, "Refused, for the reasons below"), (PASSES, "Passes: nothing is wrong with it")]
ROWS = 4


class GoldenForm(forms.Form):
    """`ROWS` reasons can be named; those left empty are none. Frames are whole numbers, the last one included."""

    answer = forms.ChoiceField(choices=ANSWERS, widget=forms.RadioSelect, label="What is the answer?")
    note = forms.CharField(
        required=False,
        max_length=LONGEST,
        label="Told with the answer",
        widget=forms.Textarea(attrs={"rows": 2, "class": "input"}),
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, frames: int, known: Sequence[ReasonGiven] = ()
    ) -> None:
        super().__init__(data, initial={"answer": REFUSED if known else None}, auto_id="f-%s")
        choices = [("", "–"), *_grouped()]
        for number in range(ROWS):
            given = known[number] if number < len(known) else None
            self._add_row(number, choices, frames, given)

    def _add_row(self, number: int, choices: Sequence[tuple[str, Any]], frames: int, given: ReasonGiven | None) -> None:
        last = None if given is None or given.end_frame is None else given.end_frame - 1
        self.fields[f"reason-{number}"] = forms.ChoiceField(
            choices=choices, required=False, initial=given.slug if given else "", label=f"Reason {number + 1}"
        )
        for name, label, value in (
            ("from", "From frame", given.start_frame if given else None),
            ("to", "To frame", last),
        ):
            widget = forms.NumberInput(attrs={"class": "input", "inputmode": "numeric"})
            self.fields[f"{name}-{number}"] = forms.IntegerField(
                min_value=0, max_value=frames - 1, required=False, initial=value, label=label, widget=widget
            )

    def rows(self) -> Iterator[tuple[BoundField, BoundField, BoundField]]:
        for number in range(ROWS):
            yield self[f"reason-{number}"], self[f"from-{number}"], self[f"to-{number}"]

    def as_answer(self) -> dict[str, Any]:
        """The arguments of `make_golden()`. Only of a valid form."""
        given = self.cleaned_data
        return {"passes": given["answer"] == PASSES, "reasons": list(self._given()), "note": given["note"]}

    def _given(self) -> Iterator[ReasonGiven]:
        for number in range(ROWS):
            slug, last = self.cleaned_data[f"reason-{number}"], self.cleaned_data[f"to-{number}"]
            if slug:
                yield ReasonGiven(slug, self.cleaned_data[f"from-{number}"], None if last is None else last + 1)


def _grouped() -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for reason in Reason.objects.order_by("position"):
        groups.setdefault(reason.group.title(), []).append((reason.slug, reason.label))
    return list(groups.items())

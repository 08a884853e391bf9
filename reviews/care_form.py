"""What a person asks for their own sake, as a form."""

from typing import Any

from django import forms

from reviews.rules.care import Care
from reviews.rules.exposure import Caps
from reviews.rules.veil import Harm, Level

HOLDING = [("", "Hold to look, let go to veil"), ("on", "Press to look, press again to veil")]
LEVELS = [(Level.NONE.value, "As the policy has it"), *Level.choices[1:]]


class CareForm(forms.Form):
    """`house`: the caps that hold for everybody; one's own may only be lower."""

    veil = forms.ChoiceField(label="Veil at least", choices=LEVELS, widget=forms.RadioSelect)
    toggles = forms.ChoiceField(label="How the veil lifts", choices=HOLDING, required=False, widget=forms.RadioSelect)
    unwanted = forms.MultipleChoiceField(
        label="Never give me",
        choices=[(harm.value, harm.label.capitalize()) for harm in Harm],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any = None, *, care: Care, house: Caps) -> None:
        kept = care.as_json() | {"toggles": "on" if care.toggles else ""}
        super().__init__(data, initial=kept)
        for name, label, most in (("hour", "In an hour", house.hour), ("day", "In a day", house.day)):
            self.fields[name] = forms.IntegerField(
                label=label,
                required=False,
                min_value=1,
                max_value=most,
                help_text=f"Empty: {most}, as for everybody.",
                widget=forms.NumberInput(attrs={"class": "input", "inputmode": "numeric"}),
                error_messages={"max_value": f"At most {most}, as for everybody; your own may only be lower."},
            )

    def as_care(self) -> Care:
        """Only of a valid form."""
        given = self.cleaned_data
        return Care(
            veil=Level(given["veil"]),
            toggles=bool(given["toggles"]),
            hour=given["hour"],
            day=given["day"],
            unwanted=frozenset(Harm(each) for each in given["unwanted"]),
        )

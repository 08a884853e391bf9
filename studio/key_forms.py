"""What a person says of their keys: a profile, and a field for each action as `studio/rules/keys.py` writes it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField, BoundWidget
from django.http import QueryDict

from studio.rules.keymaps import (
    Kept,
    bindings_for,
    by_id,
    combo_under,
    conflicts,
    is_quiet,
    profile_of,
    remaps_of,
    spelled,
)
from studio.rules.keys import BINDINGS, BY_ID, SCOPES, Binding, Profile

EVERYTHING = "*"
LONGEST_COMBO = 60
FIELD = {
    "class": "input",
    "autocomplete": "off",
    "autocapitalize": "none",
    "spellcheck": "false",
    "aria-describedby": "notation",
}
PROFILE_WORDS = {
    Profile.DAILIES: "Frames on the arrows, seconds on J and L, one key for every verb.",
    Profile.WEB_VIDEO: "As on video sites: five seconds on the arrows, ten on J and L, frames on comma and full stop.",
    Profile.EDIT_SUITE: "As in editing programs: J, K and L shuttle back, stop and on; Alt+J and Alt+L go a second.",
    Profile.BUTTONS: "No letter, digit or sign does anything. Buttons, Tab and the list of actions do everything.",
}


@dataclass(frozen=True, slots=True)
class KeyRow:
    binding: Binding
    field: BoundField
    usual: str
    """What the profile gives."""
    is_own: bool


class ComboField(forms.CharField):
    def clean(self, value: Any) -> str:
        try:
            return spelled(super().clean(value))
        except ValueError as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


class KeysForm(forms.Form):
    """`data` may hold the profile alone: fields that are not sent keep what they have."""

    profile = forms.ChoiceField(label="Profile", choices=Profile.choices, widget=forms.RadioSelect)

    def __init__(self, data: QueryDict | None, *, kept: Kept) -> None:
        self.kept = kept
        self.kept_profile = profile_of(kept)
        self.now = by_id(kept)
        super().__init__(_pressed(data) if data is not None else None, initial={"profile": self.kept_profile})
        for each in self.now.values():
            self.fields[each.id] = ComboField(
                label=each.title,
                required=False,
                max_length=LONGEST_COMBO,
                initial=each.combo,
                widget=forms.TextInput(FIELD),
            )

    def clean(self) -> dict[str, Any]:
        if "profile" in self.cleaned_data:
            self._refuse_conflicts()
        return self.cleaned_data

    def _refuse_conflicts(self) -> None:
        remaps = self.remaps()  # read once: a field that is refused is clean no more
        if self.chosen_profile() == Profile.BUTTONS:
            self._refuse_characters(remaps)
        for conflict in conflicts(bindings_for({"profile": self.chosen_profile(), "remaps": remaps})):
            named = [each.id for each in (conflict.first, conflict.second) if each]
            self.add_error(next((name for name in named if name in remaps), named[0]), str(conflict))

    def _refuse_characters(self, remaps: Mapping[str, str]) -> None:
        for name in self.data.keys() & remaps.keys():
            if any(not is_quiet(BY_ID[name], combo) for combo in remaps[name].split()):
                self.add_error(name, "Under Buttons only a key needs Control or Alt.")

    def chosen_profile(self) -> Profile:
        return Profile(self.cleaned_data["profile"])

    def remaps(self) -> dict[str, str]:
        """What differs from the profile, of the fields that can be read."""
        own = dict(remaps_of(self.kept))
        for each in BINDINGS:
            if each.id in self.data and each.id in self.cleaned_data:
                own[each.id] = self.cleaned_data[each.id]
        return {name: combo for name, combo in own.items() if combo != combo_under(self.chosen_profile(), BY_ID[name])}

    def profiles(self) -> Iterator[tuple[BoundWidget, str]]:
        """Each choice with what it is."""
        for choice in self["profile"]:
            yield choice, PROFILE_WORDS[Profile(choice.data["value"])]

    def groups(self) -> Iterator[tuple[str, list[KeyRow]]]:
        """The rows of the page under the titles of their scopes."""
        for scope, title in SCOPES.items():
            if rows := [self._row(each) for each in self.now.values() if each.scope == scope]:
                yield title, rows

    def _row(self, binding: Binding) -> KeyRow:
        usual = combo_under(self.kept_profile, binding)
        return KeyRow(binding, self[binding.id], usual, binding.combo != usual)


def _pressed(data: QueryDict) -> QueryDict:
    """The fields after what the buttons beside them say: `off` and `reset` name an action, or all of them."""
    data = data.copy()
    if (name := data.get("off")) in BY_ID:
        data[name] = ""
    if (name := data.get("reset")) and (profile := data.get("profile")) in Profile.values:
        for each in BINDINGS:
            if name in (each.id, EVERYTHING):
                data[each.id] = combo_under(Profile(str(profile)), each)
    return data

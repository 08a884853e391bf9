"""What moderators type about a provider: its address, its options, keys that are never shown again, our limits."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings

from providers.accounts import Field
from studio.actions.providing import Choice
from studio.forms import whole_number
from studio.providing import Standing
from studio.rules.addresses import problem_with_address

LONGEST_ADDRESS = 300
LONGEST_OPTION = 200
LONGEST_SECRET = 20_000
MOST_AT_ONCE = 1000
MOST_PER_MINUTE = 10_000


class ProviderForm(forms.Form):
    """Built from what the provider has to be told."""

    is_enabled = forms.BooleanField(label="In use", required=False)
    base_url = forms.CharField(
        label="Address",
        max_length=LONGEST_ADDRESS,
        required=False,
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )
    most_at_once = whole_number(
        "Jobs at once", 1, MOST_AT_ONCE, required=False, help_text="Empty: as the catalogue says."
    )
    most_per_minute = whole_number(
        "Paid calls a minute", 1, MOST_PER_MINUTE, required=False, help_text="Empty: no limit of ours."
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, standing: Standing) -> None:
        row = standing.row
        initial = {"is_enabled": row.is_enabled if row else True}
        if row:
            columns = {name: getattr(row, name) for name in ("base_url", "most_at_once", "most_per_minute")}
            initial |= columns | {f"option_{slug}": value for slug, value in row.options.items()}
        super().__init__(data, initial=initial)
        self._row, self._fields = row, standing.info.fields
        self._said = settings.PROVIDER_SETTINGS.get(standing.slug, {})
        usual = self._said.get("base_url", "") or standing.info.official_base_url
        self.fields["base_url"].help_text = f"Empty: {usual}" if usual else "Where its documented paths begin."
        for field in self._fields:
            if field.is_secret:
                self._add_secret(field)
            else:
                self.fields[f"option_{field.slug}"] = _option(field)

    @property
    def option_fields(self) -> list[forms.BoundField]:
        return [self[f"option_{field.slug}"] for field in self._fields if not field.is_secret]

    @property
    def secret_fields(self) -> list[tuple[forms.BoundField, forms.BoundField | None]]:
        """Each secret with the tick that removes it, where one is stored."""
        secrets = [field.slug for field in self._fields if field.is_secret]
        ticks = {slug: f"forget_{slug}" for slug in secrets}
        return [(self[f"secret_{slug}"], self[ticks[slug]] if ticks[slug] in self.fields else None) for slug in secrets]

    def clean_base_url(self) -> str:
        address = str(self.cleaned_data["base_url"]).strip()
        if address and (problem := problem_with_address(address, settings.EGRESS_HOSTS)):
            raise forms.ValidationError(problem)
        return address

    def choice(self) -> Choice:
        given = self.cleaned_data
        return Choice(
            base_url=given["base_url"],
            options=self._filled("option_"),
            secrets=self._filled("secret_"),
            forgotten=frozenset(self._filled("forget_")),
            is_enabled=given["is_enabled"],
            most_at_once=given["most_at_once"],
            most_per_minute=given["most_per_minute"],
        )

    def _filled(self, prefix: str) -> dict[str, str]:
        return {
            name.removeprefix(prefix): value
            for name, value in self.cleaned_data.items()
            if name.startswith(prefix) and value
        }

    def _add_secret(self, field: Field) -> None:
        endings = self._row.secret_endings if self._row else {}
        said = self._said if self._row is None or self._row.base_url in ("", self._said.get("base_url")) else {}
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password", "spellcheck": "false"})
        self.fields[f"secret_{field.slug}"] = forms.CharField(
            label=field.label,
            max_length=LONGEST_SECRET,
            required=False,
            help_text=_about(field, endings, is_in_environment=bool(said.get("secrets", {}).get(field.slug))),
            widget=widget,
        )
        if field.slug in endings:
            label = f"Remove the {field.label}"
            self.fields[f"forget_{field.slug}"] = forms.BooleanField(label=label, required=False)


def _about(field: Field, endings: Mapping[str, str], *, is_in_environment: bool) -> str:
    """What is stored, by its last four characters, and what the provider says about it."""
    stored = "Empty: the environment's is used." if is_in_environment else "Nothing is stored."
    if field.slug in endings:
        ending = endings[field.slug]
        stored = f"Stored, ends in {ending}. Empty keeps it." if ending else "Stored. Empty keeps it."
    return f"{stored} {field.help}".strip()


def _option(field: Field) -> forms.Field:
    if field.choices:
        choices = [("", "As usual"), *((choice, choice) for choice in field.choices)]
        return forms.ChoiceField(label=field.label, choices=choices, required=False, help_text=field.help)
    return forms.CharField(label=field.label, max_length=LONGEST_OPTION, required=False, help_text=field.help)

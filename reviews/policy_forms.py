"""A policy as a form: every check with its dial and its labels, and what of it somebody wants otherwise."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.forms import BoundField

from reviews.actions.wording import LONGEST
from reviews.checks.registry import CHECKS, parameters_of
from reviews.numbering_form import NumberingForm
from reviews.rules.dials import Dial
from reviews.rules.policy import PolicyTerms, RuleTerms
from reviews.rules.policy_changes import checks_of
from reviews.rules.questions import QUESTIONS
from reviews.rules.screening import Coverage, Screening, Sound
from reviews.rules.severity import Route, Severity
from reviews.rules.veil import Harm, Level

MOST_ROUNDS = 20
KINDS = {kind.key: kind for kind in CHECKS}
SEVERITIES = [(each.value, each.value.title()) for each in Severity]
ALWAYS_FROM = [("", "Never by rule"), *((each.value, f"{each.value.title()} and above") for each in Severity)]
ROUTES = [(Route.NOTE.value, "Note"), (Route.REVIEW.value, "Review"), (Route.BLOCK.value, "Block")]


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One label of a check with its two choices."""

    label: str
    severity: BoundField
    route: BoundField


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check as the page draws it. `fixed`: parameters that are no dial, to read only."""

    key: str
    question: str
    is_on: BoundField
    is_required: BoundField
    dial: Dial | None
    threshold: BoundField | None
    fixed: Mapping[str, Any]
    labels: Sequence[LabelRow]


class PolicyForm(NumberingForm):
    """The fields are made from `terms`, those in force; what is not sent stays off, as browsers do with boxes."""

    base = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    note = forms.CharField(
        label="Why is it changed?",
        max_length=LONGEST,
        required=False,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off", "placeholder": "Fog is no blur."}),
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, terms: PolicyTerms, house: PolicyTerms, base: int
    ) -> None:
        super().__init__(data, initial={"base": base}, auto_id="f-%s")
        self.terms, self._house = terms, house
        self._add_screening(terms.screening)
        for check in checks_of(terms):
            self._add_check(check)
        for check in self.offered:
            self.fields[f"{check}-add"] = forms.BooleanField(required=False, label="Add it with the house's defaults")

    @property
    def offered(self) -> list[str]:
        """Checks that the house has and the policy does not know yet."""
        return [check for check in checks_of(self._house) if not self.terms.rules_of(check)]

    def _add_screening(self, screening: Screening) -> None:
        self.fields["coverage"] = forms.ChoiceField(
            choices=Coverage.choices, initial=screening.coverage.value, label="Watching before a pass"
        )
        self.fields["second_share"] = _percent_field("Second opinion by chance, %", screening.second_share)
        self.fields["second_always"] = forms.ChoiceField(
            choices=ALWAYS_FROM,
            initial=screening.second_always or "",
            required=False,
            label="Second opinion always",
        )
        self.fields["audit_share"] = _percent_field("Audit of clean takes, %", screening.audit_share)
        self.fields["sound"] = forms.ChoiceField(
            choices=Sound.choices, initial=screening.sound.value, label="Sound in the room"
        )
        self.fields["max_rounds"] = forms.IntegerField(
            min_value=1,
            max_value=MOST_ROUNDS,
            initial=screening.max_rounds,
            label="Rounds",
            widget=forms.NumberInput(attrs={"class": "input"}),
        )
        self.fields["golden_share"] = _percent_field("Golden clips, %", screening.golden_share)
        self.add_numbering(screening.numbering)
        for harm in Harm:
            self.fields[f"veil-{harm}"] = forms.ChoiceField(
                choices=Level.choices, initial=screening.veil[harm].value, label=harm.label.capitalize()
            )

    @property
    def veils(self) -> list[BoundField]:
        return [self[f"veil-{harm}"] for harm in Harm]

    def _add_check(self, check: str) -> None:
        self.fields[f"{check}-on"] = forms.BooleanField(required=False, label="On", initial=check not in self.terms.off)
        self.fields[f"{check}-required"] = forms.BooleanField(
            required=False, label="Required", initial=check in self.terms.required
        )
        if dial := dial_of(check):
            self.fields[f"{check}-dial"] = _dial_field(dial, self._threshold(check, dial))
        for rule in self.terms.rules_of(check):
            words = rule.label.replace("_", " ")
            for what, choices, value in (("severity", SEVERITIES, rule.severity), ("route", ROUTES, rule.route)):
                self.fields[f"{check}-{rule.label}-{what}"] = forms.ChoiceField(
                    choices=choices, initial=value.value, label=f"{what.title()} of {words}"
                )

    def _threshold(self, check: str, dial: Dial) -> float:
        known: Mapping[str, Any] = parameters_of(KINDS[check]) | self.terms.parameters_for(check)
        return float(known[dial.parameter])

    def rows(self) -> Iterator[CheckRow]:
        for check in checks_of(self.terms):
            dial = dial_of(check)
            known = self.terms.parameters_for(check)
            yield CheckRow(
                check,
                QUESTIONS.get(check, ""),
                self[f"{check}-on"],
                self[f"{check}-required"],
                dial,
                self[f"{check}-dial"] if dial else None,
                {name: value for name, value in known.items() if dial is None or name != dial.parameter},
                [
                    LabelRow(rule.label, self[f"{check}-{rule.label}-severity"], self[f"{check}-{rule.label}-route"])
                    for rule in self.terms.rules_of(check)
                ],
            )

    def offered_rows(self) -> list[tuple[str, str, BoundField]]:
        return [(check, QUESTIONS.get(check, ""), self[f"{check}-add"]) for check in self.offered]

    def as_terms(self) -> PolicyTerms:
        """What was asked for: a whole policy. Only of a valid form."""
        given = self.cleaned_data
        known = checks_of(self.terms)
        kept = [self._as_rule(rule) for rule in self.terms.rules]
        added = [rule for check in self.offered if given[f"{check}-add"] for rule in self._house.rules_of(check)]
        return replace(
            self.terms,
            rules=(*self._with_thresholds(kept), *added),
            off=frozenset(check for check in known if not given[f"{check}-on"]),
            required=frozenset(check for check in known if given[f"{check}-required"]),
            screening=self._as_screening(),
        )

    def _as_screening(self) -> Screening:
        given = self.cleaned_data
        return Screening(
            coverage=Coverage(given["coverage"]),
            second_share=round(given["second_share"] / 100, 4),
            second_always=Severity(given["second_always"]) if given["second_always"] else None,
            audit_share=round(given["audit_share"] / 100, 4),
            sound=Sound(given["sound"]),
            max_rounds=given["max_rounds"],
            golden_share=round(given["golden_share"] / 100, 4),
            numbering=self.as_numbering(),
            veil={harm: Level(given[f"veil-{harm}"]) for harm in Harm},
        )

    def _as_rule(self, rule: RuleTerms) -> RuleTerms:
        name = f"{rule.check}-{rule.label}"
        severity, route = self.cleaned_data[f"{name}-severity"], self.cleaned_data[f"{name}-route"]
        return replace(rule, severity=Severity(severity), route=Route(route))

    def _with_thresholds(self, rules: list[RuleTerms]) -> list[RuleTerms]:
        """A turned dial stands in every rule that names its parameter, or in the first of its check."""
        for check in checks_of(self.terms):
            dial = dial_of(check)
            if dial is None or self.cleaned_data[f"{check}-dial"] == self._threshold(check, dial):
                continue
            value = self.cleaned_data[f"{check}-dial"]
            own = [at for at, rule in enumerate(rules) if rule.check == check]
            naming = [at for at in own if dial.parameter in rules[at].parameters]
            for at in naming or own[:1]:
                rules[at] = replace(rules[at], parameters={**rules[at].parameters, dial.parameter: value})
        return rules


def dial_of(check: str) -> Dial | None:
    return KINDS[check].dial if check in KINDS else None


def _percent_field(label: str, share: float) -> forms.FloatField:
    widget = forms.NumberInput(attrs={"step": "any", "class": "input", "inputmode": "decimal"})
    return forms.FloatField(
        min_value=0, max_value=100, initial=plain(round(share * 100, 2)), label=label, widget=widget
    )


def _dial_field(dial: Dial, value: float) -> forms.FloatField:
    """Within the dial's range, or as far beyond it as the policy stands already."""
    low, high = min(dial.low, value), max(dial.high, value)
    step = grid_step(dial, value)
    field = forms.FloatField(
        min_value=low,
        max_value=high,
        initial=plain(value),
        label=f"{dial.parameter.replace('_', ' ').capitalize()}, {dial.unit}",
        widget=forms.NumberInput(attrs={"step": plain(step), "class": "input", "inputmode": "decimal"}),
    )
    field.widget.attrs |= {"min": plain(low), "max": plain(high)}
    return field


def grid_step(dial: Dial, value: float) -> float:
    """The dial's step; finer where the value in force lies between its marks, for browsers refuse what is off them."""
    marks = (value - dial.low) / dial.step
    if abs(marks - round(marks)) < 1e-6 and dial.low <= value <= dial.high:
        return dial.step
    decimals = len(plain(value).partition(".")[2])
    return float(min(dial.step, 10.0**-decimals))


def plain(value: float) -> str:
    """A number as people write it: 0.14, 31, -60."""
    return repr(round(value, 6)).removesuffix(".0")

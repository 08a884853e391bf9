"""The diff of two versions, line by line."""

from dataclasses import replace

import pytest

from reviews.rules.policy import PolicyTerms, RuleTerms
from reviews.rules.policy_changes import Change, changes_between, looks_otherwise
from reviews.rules.screening import Sound
from reviews.rules.severity import Route, Severity

STRETCH = RuleTerms("blur", "soft_stretch", {"above_median": 0.14, "soft_above": 0.8})
CLIP = RuleTerms("blur", "soft_clip", {}, Severity.MINOR, Route.NOTE)
CUT = RuleTerms("hard_cuts", "cut", {"few": 2})
BASE = PolicyTerms("house", 1, (STRETCH, CLIP, CUT))


def turned(**parameters: object) -> PolicyTerms:
    return replace(BASE, rules=(replace(STRETCH, parameters={**STRETCH.parameters, **parameters}), CLIP, CUT))


def test_the_same_terms_differ_in_nothing_whatever_their_version():
    assert changes_between(BASE, replace(BASE, version=7)) == []


@pytest.mark.parametrize(
    ("new", "line"),
    [
        (turned(above_median=0.18), Change("blur", "above_median", "0.14", "0.18")),
        (replace(BASE, off=frozenset({"blur"})), Change("blur", "check", "on", "off")),
        (replace(BASE, required=frozenset({"hard_cuts"})), Change("hard_cuts", "required", "no", "yes")),
        (
            replace(BASE, rules=(STRETCH, replace(CLIP, route=Route.REVIEW), CUT)),
            Change("blur", "soft_clip", "minor, note", "minor, review"),
        ),
        (
            replace(BASE, rules=(*BASE.rules, RuleTerms("noise", "noise"))),
            Change("noise", "instrument", "", "new in the policy"),
        ),
        (
            replace(BASE, screening=replace(BASE.screening, second_share=0.1)),
            Change("screening", "second opinions", "0 %", "10 %"),
        ),
        (
            replace(BASE, screening=replace(BASE.screening, second_always=Severity.BLOCKING)),
            Change("screening", "second opinion from", "never", "blocking"),
        ),
        (
            replace(BASE, screening=replace(BASE.screening, audit_share=0.2)),
            Change("screening", "audit of clean takes", "5 %", "20 %"),
        ),
        (
            replace(BASE, screening=replace(BASE.screening, sound=Sound.OFF)),
            Change("screening", "sound", "person", "off"),
        ),
    ],
)
def test_each_change_is_one_line(new, line):
    assert changes_between(BASE, new) == [line]


@pytest.mark.parametrize(
    ("new", "checks"),
    [
        (turned(above_median=0.18), {"blur"}),
        (replace(BASE, off=frozenset({"hard_cuts"})), {"hard_cuts"}),
        (replace(BASE, rules=(STRETCH, replace(CLIP, route=Route.REVIEW), CUT)), set()),
        (replace(BASE, required=frozenset({"blur"})), set()),
        (replace(BASE, rules=(*BASE.rules, RuleTerms("noise", "noise"))), {"noise"}),
        (replace(turned(above_median=0.18), off=frozenset({"blur"})), {"blur"}),
    ],
)
def test_it_knows_what_is_measured_otherwise(new, checks):
    assert looks_otherwise(BASE, new) == checks


def test_a_check_that_is_off_in_both_measures_nothing_otherwise():
    both = replace(BASE, off=frozenset({"blur"}))
    assert looks_otherwise(both, replace(turned(above_median=0.18), off=frozenset({"blur"}))) == set()

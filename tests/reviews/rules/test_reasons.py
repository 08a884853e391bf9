"""Which finding speaks for which reason."""

import pytest

from reviews.rules.policy import load_policy
from reviews.rules.reasons import SUGGESTED_BY_CHECK, SUGGESTED_BY_LABEL, reasons_file, suggested_reason
from reviews.rules.severity import Route

SAY_NO_REASON = {"near_duplicate", "blocklist", "credential", "prompt_terms.listed"}
"""A copy, a listed picture or word and a broken credential are matters for people, and no fault of a picture."""


def test_whatever_stops_a_clip_suggests_a_reason():
    stopping = {(rule.check, rule.label) for rule in load_policy().rules if rule.route is not Route.NOTE}
    silent = {(check, label) for check, label in stopping if not suggested_reason(check, label)}
    assert {check for check, label in silent if f"{check}.{label}" not in SAY_NO_REASON} == SAY_NO_REASON - {
        "prompt_terms.listed"
    }


def test_every_suggestion_is_a_reason():
    known = {row["slug"] for row in reasons_file()["reasons"]}
    assert {*SUGGESTED_BY_CHECK.values(), *SUGGESTED_BY_LABEL.values()} <= known


@pytest.mark.parametrize(
    ("check", "label", "slug"),
    [
        ("flicker", "strong_flicker", "flicker"),
        ("text", "garbled", "garbled_text"),
        ("text", "unexpected", "wrong_text"),
        ("container", "truncated", "unreadable"),
        ("container", "late_start", ""),
        ("near_duplicate", "same", ""),
    ],
)
def test_what_a_label_says_goes_before_what_its_check_says(check, label, slug):
    assert suggested_reason(check, label) == slug

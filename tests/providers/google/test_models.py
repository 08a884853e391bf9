"""The catalogue's section, and which addresses count as Google's own."""

from datetime import date

import pytest

from providers.accounts import Account
from providers.catalogue import catalogue, models_of
from providers.google.adapter import READERS
from providers.google.limits import OMNI_LONGEST, OMNI_SHORTEST_SOURCE
from providers.terms import ratio_of
from tests.providers.google.helpers import INFO

OURS = models_of("google", "vertex")


def test_every_model_speaks_a_dialect_of_ours_and_is_replaced_by_one_of_the_same_provider_that_lives():
    assert {terms.dialect for terms in OURS} == set(READERS)
    for terms in OURS:
        assert bool(terms.retires_on) == bool(terms.replacement), terms.key
        if terms.replacement:
            successor = catalogue()[terms.replacement]
            assert (successor.provider, successor.retires_on) == (terms.provider, None)


def test_the_dates_are_those_that_google_named():
    dates = {terms.key: terms.retires_on for terms in OURS if terms.retires_on}
    assert dates == {
        "veo-3.1-generate-preview": date(2026, 10, 22),
        "veo-3.1-fast-generate-preview": date(2026, 10, 22),
        "veo-2.0-generate-001": date(2026, 6, 30),
        "veo-3.0-generate-001": date(2026, 6, 30),
        "vertex-veo-2.0-generate-001": date(2026, 6, 30),
    }


def test_every_size_is_a_ratio_that_can_be_said():
    assert {ratio_of(size) for terms in OURS for size in terms.sizes} == {"16:9", "9:16"}


def test_limits_are_about_models_that_exist():
    assert {*OMNI_LONGEST, *OMNI_SHORTEST_SOURCE} <= {terms.wire_name for terms in OURS}


@pytest.mark.parametrize(
    ("slug", "base_url", "is_official"),
    [
        ("google", "https://generativelanguage.googleapis.com/", True),
        ("google", "https://us-central1-aiplatform.googleapis.com", False),
        ("vertex", "https://aiplatform.googleapis.com", True),
        ("vertex", "https://us-central1-aiplatform.googleapis.com/", True),
        ("vertex", "https://us-central1-aiplatform.googleapis.com.evil.example", False),
        ("vertex", "https://evil.example/us-central1-aiplatform.googleapis.com", False),
        ("vertex", "http://us-central1-aiplatform.googleapis.com", False),
        ("vertex", "", False),
    ],
)
def test_it_knows_googles_own_addresses(slug, base_url, is_official):
    assert INFO[slug].is_official(Account(slug, base_url)) is is_official


@pytest.mark.parametrize(
    ("secrets", "is_complete"), [({"service_account": "{}"}, True), ({"api_key": "k"}, True), ({}, False)]
)
def test_vertex_wants_a_service_account_or_a_key(secrets, is_complete):
    assert INFO["vertex"].is_complete(Account("vertex", "https://aiplatform.googleapis.com", secrets)) is is_complete

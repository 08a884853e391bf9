"""Judging rows in the admin: found and read by the staff, changed by nobody."""

import pytest
from django.contrib import admin
from django.urls import reverse

import reviews.models
from tests.factories import make_candidate, make_finding, make_prompt, make_review

ROWS = [model for model in admin.site._registry if model.__module__.startswith("reviews.models")]


@pytest.fixture
def root(django_user_model):
    return django_user_model.objects.create_superuser("root", password="a long password")


@pytest.fixture
def finding(project, author):
    candidate = make_candidate(make_prompt(project, author))
    make_review(candidate)
    return make_finding(candidate)


@pytest.mark.parametrize("model", ROWS, ids=lambda model: model.__name__)
def test_it_lists_rows_and_offers_no_way_to_add_or_change(model, client, root, finding):
    client.force_login(root)
    name = f"admin:reviews_{model._meta.model_name}"
    assert client.get(reverse(f"{name}_changelist")).status_code == 200
    assert client.get(reverse(f"{name}_add")).status_code == 403


def test_it_changes_no_finding_even_for_a_superuser(client, root, finding):
    client.force_login(root)
    address = reverse("admin:reviews_finding_change", args=[finding.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"severity": "info"}).status_code == 403
    assert client.post(reverse("admin:reviews_finding_delete", args=[finding.pk]), {"post": "yes"}).status_code == 403
    finding.refresh_from_db()
    assert finding.severity == "major"


def test_it_registers_what_moderators_look_up():
    names = {model.__name__ for model in ROWS}
    assert {"Policy", "Reason", "Review", "Decision", "Finding", "CheckRun", "Publication", "Comment"} <= names
    assert {reviews.models.Decision, reviews.models.Review} <= set(ROWS)

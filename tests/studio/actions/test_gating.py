"""The doors as rows: shared by all workers, and opened by answers."""

from datetime import timedelta

import pytest
from django.db import transaction

from providers.errors import AccessDenied, ProviderUnavailable, RateLimited
from studio import clock
from studio.actions import gating
from studio.models import Event, Generation, Priority, ProviderAccount, ProviderGate
from studio.rules.generation import GenerationState
from tests.factories import make_generation, make_prompt

DOWN = ProviderUnavailable("It is down.")


@pytest.fixture
def prompt(project, author):
    return make_prompt(project, author)


def admitted(row) -> str:
    """ "" when it may go, else why not."""
    with transaction.atomic():
        wait = gating.admit(row, clock.now())
    return wait.why if wait else ""


def limit(author, **columns):
    ProviderAccount.objects.create(provider="sandbox", changed_by=author, **columns)


def test_an_open_door_lets_everybody_through(prompt):
    assert admitted(make_generation(prompt)) == ""


def test_only_so_many_are_in_flight_at_once(prompt, author):
    limit(author, most_at_once=1)
    running, waiting = make_generation(prompt), make_generation(prompt)
    Generation.objects.filter(pk=running.pk).update(state=GenerationState.RUNNING, remote_id="v1")
    assert "All 1 places" in admitted(waiting)
    Generation.objects.filter(pk=running.pk).update(state=GenerationState.SUCCEEDED)
    assert admitted(waiting) == ""


def test_one_that_was_turned_away_holds_no_place(prompt, author):
    limit(author, most_at_once=1)
    make_generation(prompt, state=GenerationState.SENDING, sent_at=None)
    assert admitted(make_generation(prompt)) == ""
    make_generation(prompt, state=GenerationState.SENDING, sent_at=clock.now())
    assert admitted(make_generation(prompt)) != ""


def test_a_person_takes_the_last_place_before_one_of_many(prompt, author):
    limit(author, most_at_once=1)
    one_of_many = make_generation(prompt, priority=Priority.BATCH)
    assert admitted(one_of_many) == ""
    person = make_generation(prompt)
    assert "goes first" in admitted(one_of_many)
    assert admitted(person) == ""


def test_the_vendors_usual_limit_counts_a_model_at_its_own_address_only(prompt, settings):
    first, other, second = (make_generation(prompt, provider="runway", model="gen4.5") for _ in range(3))
    for row in (first, other):
        Generation.objects.filter(pk=row.pk).update(state=GenerationState.RUNNING, remote_id=f"v{row.pk}")
    for base_url, says in (("https://api.dev.runwayml.com", "All 2 places at Gen-4.5"), ("https://gate.example", "")):
        settings.PROVIDER_SETTINGS = {"runway": {"base_url": base_url, "secrets": {"api_key": "k"}}}
        assert admitted(second).startswith(says)
    Generation.objects.filter(pk=first.pk).update(model="gen4_turbo")
    settings.PROVIDER_SETTINGS = {"runway": {"base_url": "https://api.dev.runwayml.com", "secrets": {"api_key": "k"}}}
    assert admitted(second) == ""


def test_calls_a_minute_are_counted_for_all(prompt, author):
    limit(author, most_per_minute=5)
    first, second = make_generation(prompt), make_generation(prompt)
    assert admitted(first) == ""
    assert "5 calls a minute" in admitted(second)
    ProviderGate.objects.update(refilled_at=clock.now() - timedelta(seconds=12))
    assert admitted(second) == ""


def test_three_broken_lines_close_the_door_and_one_call_tries_it_again(prompt):
    row = make_generation(prompt)
    for _ in range(2):
        gating.note_failure("sandbox", DOWN)
    assert admitted(row) == ""
    gating.note_failure("sandbox", DOWN)
    assert "It is down." in admitted(row)
    ProviderGate.objects.update(closed_until=clock.now())
    assert admitted(row) == ""  # the probe
    assert "It is down." in admitted(make_generation(prompt))
    gating.note_answer("sandbox")
    assert admitted(row) == ""


def test_asked_to_slow_down_everybody_does(prompt):
    gating.note_failure("sandbox", RateLimited("Slow down.", retry_after_seconds=7))
    assert "Slow down." in admitted(make_generation(prompt))
    assert ProviderGate.objects.get().failures == 0


def test_three_denials_stop_a_provider_until_a_moderator_opens_it(prompt):
    for _ in range(3):
        gating.note_denial("sandbox", AccessDenied("The key is wrong."))
    assert "until a moderator opens it: The key is wrong." in admitted(make_generation(prompt))
    assert Event.objects.filter(verb="stopped").count() == 1


def test_a_call_that_was_taken_forgets_the_denials(prompt):
    gating.note_denial("sandbox", AccessDenied("No."))
    gating.note_denial("sandbox", AccessDenied("No."))
    gating.note_accepted("sandbox")
    gating.note_denial("sandbox", AccessDenied("No."))
    assert admitted(make_generation(prompt)) == ""

"""Calls from providers: heard when signed or secret, kept once, and only ever a reason to look."""

import json
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from providers.signing import sign
from studio.models import Errand, Generation, WebhookEvent
from studio.rules.generation import GenerationState
from tests.factories import make_generation, make_prompt

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
HOOK = "/hooks/openai_videos/"


@pytest.fixture
def job(project, author, settings):
    settings.PROVIDER_SETTINGS = {
        "openai_videos": {
            "base_url": "https://videos.example/v1",
            "secrets": {"api_key": "k", "webhook_secret": SECRET},
        }
    }
    later = timezone.now() + timedelta(hours=1)
    return make_generation(
        make_prompt(project, author),
        provider="openai_videos",
        model="sora-2",
        state=GenerationState.RUNNING,
        remote_id="video_1",
        errand=Errand.POLL,
        run_after=later,
    )


def event(video_id: str = "video_1") -> bytes:
    return json.dumps({"type": "video.completed", "data": {"id": video_id}}).encode()


def call(client, body: bytes, *, secret: str = SECRET, event_id: str = "evt_1", age: int = 0, url: str = HOOK):
    at = int(time.time()) - age
    headers = {
        "webhook-id": event_id,
        "webhook-timestamp": str(at),
        "webhook-signature": sign(secret, event_id, at, body),
    }
    return client.post(url, body, content_type="application/json", headers=headers)


def test_a_signed_call_brings_the_look_forward_and_says_nothing_else(job, client):
    assert call(client, event()).status_code == 202
    job.refresh_from_db()
    assert (job.state, job.errand) == (GenerationState.RUNNING, Errand.FETCH)
    assert job.run_after <= timezone.now()


def test_the_same_event_again_changes_nothing(job, client):
    call(client, event())
    later = timezone.now() + timedelta(hours=1)
    Generation.objects.update(run_after=later, errand=Errand.POLL)
    assert [call(client, event()).status_code for _ in range(5)] == [202] * 5
    job.refresh_from_db()
    assert job.run_after == later
    assert WebhookEvent.objects.count() == 1


@pytest.mark.parametrize("forged", [{"secret": "whsec_d3Jvbmc="}, {"age": 400}, {"age": -400}])
def test_a_forged_or_old_call_is_not_heard(job, client, forged):
    assert call(client, event(), **forged).status_code == 404
    job.refresh_from_db()
    assert job.errand == Errand.POLL
    assert not WebhookEvent.objects.exists()


def test_a_body_that_was_changed_is_not_heard(job, client):
    at = int(time.time())
    headers = {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(at),
        "webhook-signature": sign(SECRET, "evt_1", at, event()),
    }
    changed = client.post(HOOK, event("video_2"), content_type="application/json", headers=headers)
    assert changed.status_code == 404


def test_without_a_secret_the_address_is_off(job, client, settings):
    settings.PROVIDER_SETTINGS["openai_videos"]["secrets"].pop("webhook_secret")
    assert call(client, event(), secret="").status_code == 404


def test_a_call_about_a_job_we_have_not_got_yet_is_kept_until_it_comes(job, client):
    assert call(client, event("video_later")).status_code == 202
    kept = WebhookEvent.objects.get()
    assert (kept.remote_id, kept.matched) == ("video_later", False)


@pytest.mark.parametrize("state", [GenerationState.SUCCEEDED, GenerationState.CANCELLED])
def test_what_has_ended_is_not_woken(job, client, state):
    Generation.objects.update(state=state, run_after=None)
    assert call(client, event()).status_code == 202
    job.refresh_from_db()
    assert job.run_after is None


def test_large_bodies_unknown_providers_and_other_verbs_are_turned_away(job, client):
    assert call(client, b"x" * 300_000).status_code == 413
    assert call(client, event(), url="/hooks/nobody/").status_code == 404
    assert client.get(HOOK).status_code == 405
    assert call(client, event(), url="/hooks/openai_videos/guess/").status_code == 404


def test_an_account_event_moves_no_job_of_another_provider(job, client):
    Generation.objects.update(provider="sandbox")
    call(client, event())
    job.refresh_from_db()
    assert job.errand == Errand.POLL

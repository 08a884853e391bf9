"""Every address that changes something: nothing without a token, nothing for strangers, nothing by GET."""

import re
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.apps import apps
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern

from reviews.actions.noting import add_note
from reviews.actions.policies import active_policy
from reviews.models import SavedView
from reviews.rules.queues import Queue
from reviews.rules.verbs import Outcome
from reviews.views import urls as judging_urls
from studio.actions.tokens import create_token
from studio.models import Budget, Period, Project, Template
from studio.rules.generation import GenerationState
from studio.rules.lifecycle import Status
from studio.rules.scopes import Scope
from studio.views import urls as making_urls
from studio.views.agreeing import sign_cost
from tests.factories import (
    decide_as,
    let_settle,
    make_batch,
    make_block_entry,
    make_candidate,
    make_finding,
    make_generation,
    make_golden,
    make_named_queue,
    make_prompt,
    make_proposal,
    make_recheck,
    make_review,
)

PLAIN = {
    "sign_in",
    "sign_out",
    "settings_page",
    "settings_keys",
    "settings_speed",
    "settings_wellness",
    "tokens",
    "claim_next",
    "audit_verify",
} | {
    "provider_settings",
    "provider_test",
    "provider_open",
    "view_save",
    "view_rename",
    "view_delete",
    "named_queue_new",
    "reason_new",
    "reason_edit",
    "reason_retire",
    "reason_restore",
    "bulk_decide",
}
"""They name no row of a project: a stranger to the project may send them, in their own place."""

HOOKS = {"account_hook", "job_hook"}
"""Providers call them: signed or secret, without a session (`test_hooks.py`)."""


@pytest.fixture
def addresses(project: Project, author, reviewer, editor, moderator) -> dict[str, str]:
    """Of each view that takes a POST, with a row of a project behind it."""
    active_policy(project)
    prompt = make_prompt(project, author)
    flagged = make_candidate(prompt, status=Status.IN_REVIEW)
    finding, case = make_finding(flagged), make_review(flagged)
    note = add_note(flagged, by=author, body="Look, @moderator", start_frame=0)
    mention = note.mentions.get()
    entry = make_block_entry(flagged, moderator)
    known = make_golden(make_candidate(prompt, status=Status.REJECTED), moderator, ("freeze", 12, 24))
    decided = make_review(make_candidate(prompt, status=Status.IN_REVIEW))
    decision = decide_as(reviewer, decided, Outcome.PASS, bulk_key=uuid4())
    approved = make_review(make_candidate(prompt, status=Status.WITH_EDITOR), queue=Queue.EDITOR)
    decide_as(editor, approved, Outcome.APPROVE)
    let_settle(approved)
    lost = make_generation(prompt, state=GenerationState.UNKNOWN, remote_id="v1", run_after=None)
    token = create_token(author, name="a script", scopes=[Scope.ADMIN], lasts_for=timedelta(days=1)).token
    batch = make_batch(project, author)
    make_generation(prompt, batch=batch, state=GenerationState.FAILED, run_after=None)
    template = Template.objects.create(project=project, name="Greeting", text="Hello", author=author)
    budget = Budget.objects.create(project=project, period=Period.DAY, cap=5, set_by=author)
    view = SavedView.objects.create(user=author, name="Late", place="flagged", query="overdue=1")
    named = make_named_queue(project=project)
    make_proposal(project, moderator)
    recheck = make_recheck(flagged, moderator)
    policy = f"/moderation/policies/{project.slug}/"
    take, making = f"/candidates/{flagged.uuid}/", f"/p/{project.slug}/"
    return {
        "sign_in": "/sign-in/",
        "sign_out": "/sign-out/",
        "settings_page": "/settings/",
        "settings_keys": "/settings/keys/",
        "settings_speed": "/settings/speed/",
        "tokens": "/settings/tokens/",
        "token_revoke": f"/settings/tokens/{token.pk}/revoke/",
        "claim_next": "/queues/flagged/claim/",
        "bulk_decide": "/queues/flagged/bulk/",
        "bulk_undo": f"/decisions/bulk/{decision.bulk_key}/undo/",
        "view_save": "/queues/views/save/",
        "view_rename": f"/queues/views/{view.pk}/rename/",
        "view_delete": f"/queues/views/{view.pk}/delete/",
        "named_queue_new": "/queues/named/new/",
        "named_queue_edit": f"/queues/named/{named.pk}/",
        "named_queue_move": f"/queues/named/{named.pk}/move/",
        "named_queue_remove": f"/queues/named/{named.pk}/remove/",
        "reason_new": "/moderation/reasons/new/",
        "reason_edit": "/moderation/reasons/hands/",
        "reason_retire": "/moderation/reasons/hands/retire/",
        "reason_restore": "/moderation/reasons/hands/restore/",
        "audit_verify": "/audit/verify/",
        "provider_settings": "/providers/sandbox/",
        "provider_test": "/providers/sandbox/test/",
        "provider_open": "/providers/sandbox/open/",
        "settings_wellness": "/settings/wellness/",
        "review_open": f"/reviews/{case.pk}/open/",
        "review_claim": f"/reviews/{case.pk}/claim/",
        "review_ahead": f"/reviews/{case.pk}/ahead/",
        "review_take_over": f"/reviews/{case.pk}/take_over/",
        "review_release": f"/reviews/{case.pk}/release/",
        "review_skip": f"/reviews/{case.pk}/skip/",
        "review_decide": f"/reviews/{case.pk}/decide/",
        "decision_undo": f"/decisions/{decision.pk}/undo/",
        "finding_label": f"/findings/{finding.pk}/label/",
        "candidate_note": f"{take}notes/",
        "candidate_mark": f"{take}marks/",
        "note_reply": f"/notes/{note.pk}/reply/",
        "note_resolve": f"/notes/{note.pk}/resolve/",
        "note_reopen": f"/notes/{note.pk}/reopen/",
        "mention_seen": f"/mentions/{mention.pk}/seen/",
        "take_back_approval": f"{take}void/",
        "withdraw": f"{take}withdraw/",
        "reinstate": f"{take}reinstate/",
        "block_take": f"{take}block/",
        "block_remove": f"/moderation/blocklist/{entry.pk}/remove/",
        "golden_new": f"/candidates/{make_candidate(prompt, status=Status.REJECTED).uuid}/golden/",
        "golden_retire": f"/moderation/golden/{known.pk}/retire/",
        "policy_simulate": f"{policy}simulate/",
        "policy_propose": f"{policy}propose/",
        "policy_activate": f"{policy}versions/2/activate/",
        "policy_withdraw": f"{policy}versions/2/withdraw/",
        "recheck_start": f"{policy}recheck/start/",
        "recheck_cancel": f"{policy}recheck/{recheck.pk}/cancel/",
        "recheck_resume": f"{policy}recheck/{recheck.pk}/resume/",
        "prompt_new": f"{making}prompts/new/",
        "prompt_revise": f"{making}prompts/{prompt.pk}/revise/",
        "prompt_generate": f"{making}prompts/{prompt.pk}/generate/",
        "generation_cancel": f"{making}generations/{lost.pk}/cancel/",
        "generation_ask": f"{making}generations/{lost.pk}/ask/",
        "generation_settle": f"{making}generations/{lost.pk}/settle/",
        "generation_adopt": f"{making}generations/{lost.pk}/adopt/",
        "generation_forget": f"{making}generations/{lost.pk}/forget/",
        "upload": f"{making}upload/",
        "references_upload": f"{making}references/upload/",
        "batch_new": f"{making}batches/new/",
        "batch_preview": f"{making}batches/preview/",
        "batch_pause": f"{making}batches/{batch.pk}/pause/",
        "batch_resume": f"{making}batches/{batch.pk}/resume/",
        "batch_cancel": f"{making}batches/{batch.pk}/cancel/",
        "batch_retry": f"{making}batches/{batch.pk}/retry/",
        "template_new": f"{making}templates/new/",
        "template_edit": f"{making}templates/{template.pk}/",
        "budget_set": f"{making}spend/budgets/",
        "budget_remove": f"{making}spend/budgets/{budget.pk}/remove/",
    }


def everything() -> dict[str, list[tuple[object, ...]]]:
    """All rows but those of sessions and sign-ins, which looking about may touch."""
    return {
        model.__name__: list(model._default_manager.order_by("pk").values_list(*_columns(model)))
        for model in apps.get_models()
        if model._meta.app_label in ("studio", "reviews")
    }


def _columns(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields if field.name != "last_login"]


FORM = {
    "outcome": "reject",
    "reasons": "freeze",
    "start_frame": "0",
    "end_frame": "4",
    "verdict": "confirmed",
    "cause": "unsure",
    "body": "A note",
    "reason": "rights",
    "charged": "yes",
    "because": "A mistake.",
    "takes": "1",
    "theme": "dark",
    "profile": "edit_suite",
    "undo_seconds": "10",
    "period": "day",
    "answer": "refused",
    "reason-0": "freeze",
    "from-0": "12",
    "to-0": "23",
    "cap": "7",
    "name": "Greeting",
    "text": "Good evening",
    "variables-TOTAL_FORMS": "0",
    "variables-INITIAL_FORMS": "0",
    "agreed": sign_cost(Decimal("0.0200")),
}


SAMPLES = {"int": "1", "str": "poster.jpg", "slug": "flagged", "uuid": "0f0e0d0c-0b0a-4908-8706-050403020100"}


def sample_of(pattern: URLPattern) -> str:
    """An address of this pattern, whether or not it has a row."""
    return "/" + re.sub(r"<(\w+):\w+>", lambda found: SAMPLES[found[1]], str(pattern.pattern))


def test_every_address_that_takes_a_post_stands_here(addresses, client, moderator):
    taking = set()
    for pattern in (*making_urls.urlpatterns, *judging_urls.urlpatterns):
        client.force_login(moderator)  # one of them signs out
        if client.post(sample_of(pattern)).status_code != 405:
            taking.add(pattern.name)
    assert taking == set(addresses) | HOOKS


def test_nothing_changes_without_a_token(addresses, reviewer, editor, author, moderator):
    before = everything()
    for person in (reviewer, editor, author, moderator):
        client = Client(enforce_csrf_checks=True)
        client.force_login(person)
        for name, address in addresses.items():
            assert client.post(address, FORM).status_code == 403, name
    assert everything() == before


def test_strangers_to_the_project_find_nothing_and_change_nothing(addresses, client, outsider):
    client.force_login(outsider)
    before = everything()
    for name in addresses.keys() - PLAIN:
        assert client.post(addresses[name], FORM).status_code == 404, name
    assert everything() == before


def test_who_is_signed_out_changes_nothing(addresses, client):
    before = everything()
    for name in addresses.keys() - {"sign_in", "sign_out"}:
        answer = client.post(addresses[name], FORM)
        assert answer.status_code == 302, name
        assert answer.url.startswith("/sign-in/")
    assert everything() == before


def test_an_auditor_changes_nothing_but_their_own_settings(addresses, client, auditor):
    client.force_login(auditor)
    before = everything()
    for name in addresses.keys() - {
        "sign_in",
        "sign_out",
        "settings_page",
        "settings_keys",
        "settings_wellness",
        "audit_verify",
    }:
        status = client.post(addresses[name], FORM).status_code
        theirs = name in ("token_revoke", "view_rename", "view_delete", "bulk_undo", "mention_seen")  # somebody else's
        expected = (404,) if theirs else (204, 303, 403, 409, 422)
        assert status in expected, (name, status)
    changed = {name for name, rows in everything().items() if rows != before[name]}
    assert changed <= {"Event", "ChainHead"}  # a refusal is an event


def test_looking_changes_nothing(addresses, client, moderator):
    client.force_login(moderator)
    before = everything()
    for address in addresses.values():
        client.get(address)
        client.head(address)
    assert everything() == before

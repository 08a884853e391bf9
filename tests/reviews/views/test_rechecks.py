"""The panel of a re-check: its numbers, its verbs, and that it stops asking by itself."""

from dataclasses import replace

import pytest
from django.utils import timezone

from reviews.actions import checking
from reviews.actions.governing import activate_policy, propose_policy
from reviews.actions.policies import active_policy
from reviews.models import CheckRun, CheckStatus, Recheck, RecheckItem
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from tests.factories import make_candidate, make_person, make_prompt, make_recheck, make_review

PAGE = "/moderation/policies/harbour/"
PANEL = {"HX-Request": "true"}


@pytest.fixture
def changed(project, author, moderator):
    """Three takes that were checked under the version before the one in force; the third is rejected."""
    base = active_policy(project)
    takes = []
    for status in (Status.IN_REVIEW, Status.IN_REVIEW, Status.REJECTED):
        take = make_candidate(make_prompt(project, author), status=status, checked=False)
        runs = checking.planned_runs(take, base, checking.wanted_of(base.terms()))
        for run in runs:
            run.status, run.attempt = CheckStatus.CLEAN, 1
        CheckRun.objects.bulk_create(runs)
        if status == Status.IN_REVIEW:
            make_review(take)
        takes.append(take)
    terms = replace(base.terms(), off=frozenset({"noise"}))
    proposal = propose_policy(project, by=moderator, terms=terms, based_on=base.pk, note="Grain.")
    activate_policy(proposal, by=make_person("second", project, Role.MODERATOR))
    return takes


@pytest.fixture
def as_moderator(client, moderator, project):
    active_policy(project)
    client.force_login(moderator)
    return client


def test_it_says_how_many_takes_are_affected(as_moderator, changed):
    body = as_moderator.get(PAGE).content.decode()
    assert "2 open and 1 rejected take would be looked at again under the version in force." in body
    assert "hx-trigger" not in body


def test_it_says_that_nothing_is_to_be_done(as_moderator, project):
    body = as_moderator.get(PAGE).content.decode()
    assert "Every take was checked as the version in force asks." in body
    assert "recheck/start/" not in body


@pytest.mark.parametrize(("sent", "takes"), [({}, 2), ({"with_rejected": "on"}, 3)])
def test_it_is_started_and_polls(as_moderator, changed, sent, takes):
    answer = as_moderator.post(f"{PAGE}recheck/start/", sent)
    assert (answer.status_code, answer.url) == (303, PAGE)
    body = as_moderator.get(PAGE).content.decode()
    assert f"<b>0 of {takes}</b>" in body
    assert f'hx-get="{PAGE}recheck/?polls=1"' in body
    assert as_moderator.post(f"{PAGE}recheck/start/").status_code == 409


def test_nothing_to_start_is_refused_in_words(as_moderator, project):
    answer = as_moderator.post(f"{PAGE}recheck/start/")
    assert answer.status_code == 409
    assert "every take was checked as this version asks" in answer.content.decode()


def test_the_panel_comes_alone_and_counts(as_moderator, changed, moderator):
    recheck = make_recheck(changed[0], moderator)
    RecheckItem.objects.create(
        recheck=recheck, candidate=changed[1], begun_at=timezone.now(), done_at=timezone.now(), left_out="It moved on."
    )
    body = as_moderator.get(f"{PAGE}recheck/?polls=7", headers=PANEL).content.decode()
    assert "<html" not in body
    assert "<b>1 of 2</b>" in body
    assert "1 of them left out" in body
    assert f'hx-get="{PAGE}recheck/?polls=8"' in body


@pytest.mark.parametrize(
    ("columns", "polls", "asks_again", "says"),
    [
        ({}, "1", True, "At work."),
        ({}, "200", False, "Reload the page"),
        ({"cancelled_at": timezone.now(), "run_after": None}, "1", True, "Stopped."),
        ({"finished_at": timezone.now(), "run_after": None}, "1", False, "Ended: another version came into force."),
    ],
)
def test_it_stops_asking_by_itself(as_moderator, changed, moderator, columns, polls, asks_again, says):
    Recheck.objects.filter(pk=make_recheck(changed[0], moderator).pk).update(**columns)
    body = as_moderator.get(f"{PAGE}recheck/?polls={polls}", headers=PANEL).content.decode()
    assert ("hx-trigger" in body) is asks_again
    assert says in body


def test_when_all_are_through_it_says_so(as_moderator, changed, moderator):
    recheck = make_recheck(changed[0], moderator)
    recheck.items.update(begun_at=timezone.now(), done_at=timezone.now())
    Recheck.objects.filter(pk=recheck.pk).update(finished_at=timezone.now(), run_after=None)
    body = as_moderator.get(f"{PAGE}recheck/", headers=PANEL).content.decode()
    assert "Finished" in body
    assert "hx-trigger" not in body


def test_it_is_cancelled_and_gone_on_with(as_moderator, changed, moderator):
    recheck = make_recheck(changed[0], moderator)
    assert "Cancel what has not begun" in as_moderator.get(PAGE).content.decode()
    assert as_moderator.post(f"{PAGE}recheck/{recheck.pk}/cancel/").status_code == 303
    assert as_moderator.post(f"{PAGE}recheck/{recheck.pk}/cancel/").status_code == 409
    assert "Go on" in as_moderator.get(PAGE).content.decode()
    assert as_moderator.post(f"{PAGE}recheck/{recheck.pk}/resume/").status_code == 303
    assert as_moderator.post(f"{PAGE}recheck/{recheck.pk}/resume/").status_code == 409


def test_by_itself_the_panel_is_no_page(as_moderator, project):
    answer = as_moderator.get(f"{PAGE}recheck/")
    assert (answer.status_code, answer.url) == (303, PAGE)


def test_an_auditor_sees_the_numbers_and_no_verbs(client, auditor, changed, moderator):
    make_recheck(changed[0], moderator)
    client.force_login(auditor)
    body = client.get(PAGE).content.decode()
    assert "<b>0 of 1</b>" in body
    assert "/cancel/" not in body


def test_one_of_another_project_is_not_found(as_moderator, changed, moderator, author):
    from tests.factories import make_project

    elsewhere = make_candidate(make_prompt(make_project("elsewhere"), author), status=Status.IN_REVIEW)
    recheck = make_recheck(elsewhere, moderator)
    assert as_moderator.post(f"{PAGE}recheck/{recheck.pk}/cancel/").status_code == 404

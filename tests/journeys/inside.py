"""Runs in the environment of the tested tree (`python -m tests.journeys.inside`): a JSON call a line, an answer each.

Its own process, because the test's own Django is configured for another database. Reading is by rows; what changes
anything goes through the product's actions, but for what only time, an examiner or a person at the console does.
"""

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import django

SLOW_CHECKS = ("hands", "nudity", "text")
"""They take most of a take's time, and find nothing in drawn waves."""


def make_house(slug: str, people: dict[str, list[str]], all_checks: bool = False) -> dict[str, str]:
    """A project with its people, who hold these roles (`root`: a superuser with none); a session key for each."""
    from studio.actions.enrolling import create_project, enrol
    from studio.actions.events import Actor
    from studio.models import User
    from studio.rules.roles import Role

    machine = Actor.system("journeys")
    project = create_project(slug=slug, name=slug.title(), actor=machine)
    if not all_checks:
        want_no_slow_checks(project)
    want_nothing_watched(project)
    sessions = {}
    for name, roles in people.items():
        is_root = roles == ["root"]
        user = User(username=f"{name}-{slug}", first_name=name.title(), last_name=slug.title(), is_superuser=is_root)
        user.set_unusable_password()
        user.save()
        enrol(user, project, [] if is_root else [Role(role) for role in roles], actor=machine)
        sessions[name] = sign_in(user.username)
    return sessions


def want_nothing_watched(project: Any) -> None:
    """A pass at the first key: journeys that are about watching ask for it again."""
    ask_for_watching(project.slug, "off")


def ask_for_watching(project: str, coverage: str) -> None:
    screen(project, coverage=coverage)


def screen(project: str, **terms: object) -> None:
    """How people look at the takes of a project from now on. Nothing is left to chance unless it is said."""
    from reviews.actions.policies import active_policy
    from reviews.models import Policy
    from studio.models import Project

    policy = active_policy(Project.objects.get(slug=project))
    usual = {"coverage": "off", "audit_share": 0, "golden_share": 0}
    Policy.objects.filter(pk=policy.pk).update(screening=usual | terms)


def want_no_slow_checks(project: Any) -> None:
    from reviews.actions.policies import active_policy

    active_policy(project).rules.filter(check_key__in=SLOW_CHECKS).delete()


def sign_in(username: str) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from studio.models import User

    user, session = User.objects.get(username=username), SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session.save()
    return str(session.session_key)


def give_password(username: str, password: str) -> None:
    from studio.models import User

    user = User.objects.get(username=username)
    user.set_password(password)
    user.save()


def bring_in(project: str, by: str, path: str, name: str, text: str) -> str:
    """A clip made elsewhere; the take's uuid."""
    from studio.actions import ingesting
    from studio.models import Project, Source, User

    take = ingesting.bring_in(
        [Path(path).read_bytes()],
        project=Project.objects.get(slug=project),
        by=User.objects.get(username=by),
        source=Source.UPLOAD,
        name=name,
        text=text,
    )
    return str(take.uuid)


def shoot(project: str, by: str, text: str) -> int:
    """One take of one second from the sandbox; the prompt's id."""
    from studio.actions.prompting import Order, estimate, submit_prompt
    from studio.models import Project, User

    order = Order("sandbox-1", seconds=1, size="320x180", takes=1, fps="24", seed=7)
    prompt = submit_prompt(
        project=Project.objects.get(slug=project),
        by=User.objects.get(username=by),
        text=text,
        direction={},
        order=order,
        agreed_cost=estimate(text, {}, order),
        form_token=uuid4(),
    )
    return int(prompt.pk)


def order_batch(project: str, by: str, prompt: int) -> int:
    """Three takes of a prompt, of one second each and as a revision of it; the batch's id."""
    from studio.actions.batching import submit_batch
    from studio.actions.planning import BatchOrder, plan
    from studio.models import Project, Prompt, User

    where, words = Project.objects.get(slug=project), Prompt.objects.get(pk=prompt)
    order = BatchOrder("Three of it", ("sandbox-1",), seconds=1, size="640x360", takes=3, prompt=words)
    total = plan(order, where).matrix.total
    by_whom = User.objects.get(username=by)
    return submit_batch(project=where, by=by_whom, order=order, agreed_cost=total, form_token=uuid4()).pk


def decide(take: str, by: str, outcome: str, reasons: list[str], note: str) -> None:
    """Claim the take's open review and decide it, as the room's form does."""
    from reviews.actions import deciding, queueing
    from reviews.actions.seen import seen_now
    from reviews.models import Review
    from reviews.rules.verbs import Outcome
    from studio.models import User

    review = Review.objects.open().get(candidate__uuid=take)
    person = User.objects.get(username=by)
    queueing.claim(review, by=person)
    deciding.decide(
        review,
        outcome=Outcome(outcome),
        by=person,
        seen=seen_now(review.candidate),
        decision_key=uuid4(),
        reasons=[deciding.ReasonGiven(slug, 10, 20) for slug in reasons],
        note=note,
    )


def withdraw(take: str, by: str) -> None:
    from reviews.actions import publishing
    from reviews.models import Publication, WithdrawalReason
    from studio.models import User

    publication = Publication.objects.get(candidate__uuid=take)
    publishing.withdraw(publication, by=User.objects.get(username=by), reason=WithdrawalReason.RIGHTS)


def propose(project: str, by: str) -> int:
    """A version without the noise instrument and with a later softness; its number."""
    from dataclasses import replace

    from reviews.actions.governing import propose_policy
    from reviews.actions.policies import active_policy
    from studio.models import Project, User

    where = Project.objects.get(slug=project)
    base = active_policy(where)
    rules = [
        replace(rule, parameters={**rule.parameters, "soft_above": 0.9}) if rule.label == "soft_stretch" else rule
        for rule in base.terms().rules
    ]
    terms = replace(base.terms(), rules=tuple(rules), off=frozenset({"noise"}))
    proposal = propose_policy(
        where, by=User.objects.get(username=by), terms=terms, based_on=base.pk, note="Grain is wanted."
    )
    return proposal.version


def let_claim_expire(review: int) -> None:
    """As if its holder had walked away."""
    from django.utils import timezone

    from reviews.models import Review

    Review.objects.filter(pk=review).update(claim_expires_at=timezone.now() - timedelta(seconds=1))


def look_again(take: str) -> None:
    """As if an instrument had looked once more, with other parameters."""
    from reviews.models import CheckRun

    CheckRun.objects.filter(candidate__uuid=take, check_key="frozen_frames").update(parameters_digest="0" * 64)


def find_violence(review: int) -> None:
    """As if an examiner had seen it in the take of a waiting review: nothing drawn by a test is violent."""
    from reviews.models import CheckRun, CheckStatus, Finding, Review
    from reviews.rules.veil import BITS, Harm

    case = Review.objects.select_related("candidate").get(pk=review)
    take = case.candidate
    run = CheckRun.objects.create(
        candidate=take,
        check_key="examiner",
        version=1,
        parameters_digest="0" * 64,
        sha256=take.sha256,
        status=CheckStatus.FINDINGS,
    )
    Finding.objects.create(
        check_run=run,
        candidate=take,
        check_key="examiner",
        label="graphic_violence",
        severity="blocking",
        route="block",
        start_frame=0,
        end_frame=1,
        start_seconds=0,
        end_seconds=0.04,
        message="Somebody is hurt.",
    )
    Review.objects.filter(pk=review).update(shows=BITS[Harm.VIOLENCE])


def have_opened(review: int, by: str, times: int) -> None:
    """As if somebody had opened so many severe clips a minute ago."""
    from django.utils import timezone

    from reviews.models import Exposure
    from studio.models import User

    person, at = User.objects.get(username=by), timezone.now() - timedelta(minutes=1)
    Exposure.objects.bulk_create(Exposure(person=person, review_id=review, opened_at=at) for _ in range(times))


def leave(project: str, username: str) -> None:
    """Somebody loses every role in a project; their browser keeps its cookie."""
    from studio.models import Membership

    Membership.objects.filter(project__slug=project, user__username=username).delete()


def verify_audit() -> str:
    from studio.actions.events import verify_chain

    return verify_chain()


def rows(model: str, where: dict[str, object], fields: list[str]) -> list[dict[str, object]]:
    """Oldest first."""
    from django.apps import apps

    return list(apps.get_model(model).objects.filter(**where).order_by("pk").values(*fields))


CALLS: dict[str, Callable[..., object]] = {
    each.__name__: each
    for each in (
        make_house,
        give_password,
        bring_in,
        shoot,
        order_batch,
        decide,
        withdraw,
        propose,
        let_claim_expire,
        look_again,
        ask_for_watching,
        find_violence,
        have_opened,
        screen,
        leave,
        verify_audit,
        rows,
    )
}


def serve() -> None:
    for line in sys.stdin:
        name, arguments = json.loads(line)
        try:
            answer: dict[str, object] = {"result": CALLS[name](**arguments)}
        except Exception as error:  # the caller raises it
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer, default=str), flush=True)


if __name__ == "__main__":
    django.setup()
    serve()

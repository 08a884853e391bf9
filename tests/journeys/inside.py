"""Runs in the environment of the tested tree (`python -m tests.journeys.inside`): a JSON call a line, an answer each.

Its own process, because the test's own Django is configured for another database. Reading is by rows; what changes
anything goes through the product's actions, but for the two things that only time or a person at the console does.
"""

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import django


def make_house(slug: str, people: dict[str, list[str]]) -> dict[str, str]:
    """A project with its people, who hold these roles (`root`: a superuser with none); a session key for each."""
    from studio.actions.enrolling import create_project, enrol
    from studio.actions.events import Actor
    from studio.models import User
    from studio.rules.roles import Role

    machine = Actor.system("journeys")
    project = create_project(slug=slug, name=slug.title(), actor=machine)
    sessions = {}
    for name, roles in people.items():
        is_root = roles == ["root"]
        user = User(username=f"{name}-{slug}", first_name=name.title(), last_name=slug.title(), is_superuser=is_root)
        user.set_unusable_password()
        user.save()
        enrol(user, project, [] if is_root else [Role(role) for role in roles], actor=machine)
        sessions[name] = sign_in(user.username)
    return sessions


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


def let_claim_expire(review: int) -> None:
    """As if its holder had walked away."""
    from django.utils import timezone

    from reviews.models import Review

    Review.objects.filter(pk=review).update(claim_expires_at=timezone.now() - timedelta(seconds=1))


def leave(project: str, username: str) -> None:
    """Somebody loses every role in a project; their browser keeps its cookie."""
    from studio.models import Membership

    Membership.objects.filter(project__slug=project, user__username=username).delete()


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
        let_claim_expire,
        leave,
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

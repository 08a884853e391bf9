"""The demo's people, and the shots that land while a newcomer watches. Everything goes through the real actions."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from uuid import NAMESPACE_URL, uuid4, uuid5

from django.contrib.auth.models import Permission

from providers.catalogue import catalogue
from reviews.actions.deciding import ReasonGiven, decide
from reviews.actions.golden import make_golden, refused_for
from reviews.actions.policies import install_policy
from reviews.actions.publishing import withdraw
from reviews.actions.queueing import claim
from reviews.actions.seen import seen_now
from reviews.models import Finding, Policy, Publication, PublicationState, Review, WithdrawalReason
from reviews.rules.policy import PolicyTerms, load_policy
from reviews.rules.reasons import suggested_reason
from reviews.rules.verbs import Outcome
from studio.actions.enrolling import create_project, enrol
from studio.actions.events import Actor
from studio.actions.prompting import Order, estimate, submit_prompt
from studio.demo_logins import DEMO_DOMAIN, DEMO_PASSWORD, DEMO_PROJECT
from studio.errors import DailiesError
from studio.models import Candidate, Project, Prompt, User
from studio.rules.lifecycle import Status
from studio.rules.roles import Role

SHOTS_PATH = Path(__file__).parent / "data" / "demo_shots.toml"
PEOPLE: Mapping[str, tuple[str, tuple[Role, ...]]] = {
    "author": ("Ana Author", (Role.AUTHOR,)),
    "reviewer": ("Rui Reviewer", (Role.REVIEWER,)),
    "reviewer2": ("Mina Reviewer", (Role.REVIEWER,)),
    "editor": ("Edda Editor", (Role.EDITOR,)),
    "moderator": ("Momo Moderator", (Role.MODERATOR,)),
    "moderator2": ("Mira Moderator", (Role.MODERATOR,)),
    "auditor": ("Aud Auditor", (Role.AUDITOR,)),
}
MACHINE = Actor.system("demo")


def seed() -> Project:
    """The demo project and a person of each role; doing it again changes nothing."""
    project = create_project(slug=DEMO_PROJECT, name="Harbour film", actor=MACHINE)
    for username, (name, roles) in PEOPLE.items():
        enrol(_person(username, name), project, roles, actor=MACHINE)
    if not Policy.objects.active_in(project).exists():
        install_policy(project, _without_chance(load_policy()))
    return project


def _without_chance(terms: PolicyTerms) -> PolicyTerms:
    """No take is drawn for an audit: each demo shot goes where its story says."""
    return replace(terms, screening=replace(terms.screening, audit_share=0.0))


def _person(username: str, name: str) -> User:
    first, last = name.split()
    user, is_new = User.objects.get_or_create(
        username=username,
        defaults={
            "first_name": first,
            "last_name": last,
            "email": f"{username}@{DEMO_DOMAIN}",
            "is_staff": username == "moderator",
        },
    )
    if is_new:
        user.set_password(DEMO_PASSWORD)
        user.save(update_fields=["password"])
    if user.is_staff:
        user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    return user


@dataclass(frozen=True, slots=True)
class Shot:
    """One order of the demo and the judgements that its takes then get, in order."""

    slug: str
    text: str
    direction: Mapping[str, str]
    judgements: Sequence[str] = ()
    takes: int = 1
    seconds: int = 3
    size: str = "960x540"
    seed: int = 1
    model: str = "sandbox-1"
    withdrawn: bool = False
    golden: bool = False

    @property
    def order(self) -> Order:
        """What the model cannot be asked for is left to it."""
        terms = catalogue()[self.model]
        fps = "24" if "fps" in terms.extras else ""
        audio = True if "audio" in terms.extras else None
        seed = self.seed if "seed" in terms.extras else None
        return Order(self.model, self.seconds, self.size, self.takes, fps=fps, audio=audio, seed=seed)


def shots() -> list[Shot]:
    with SHOTS_PATH.open("rb") as file:
        return [Shot(**row) for row in tomllib.load(file)["shots"]]


def order_shot(shot: Shot) -> Prompt:
    """Ask for the shot as the demo's author. The form token is the shot's own: a second start orders nothing."""
    author, project = User.objects.get(username="author"), Project.objects.get(slug=DEMO_PROJECT)
    cost: Decimal = estimate(shot.text, shot.direction, shot.order)
    return submit_prompt(
        project=project,
        by=author,
        text=shot.text,
        direction=shot.direction,
        order=shot.order,
        agreed_cost=cost,
        form_token=uuid5(NAMESPACE_URL, f"dailies-demo/{shot.slug}"),
    )


def judge(shot: Shot, prompt: Prompt) -> bool:
    """Give the next judgement that is due to a take of the shot. False when there is nothing left to do for it."""
    left = False
    for candidate in Candidate.objects.filter(prompt=prompt):
        given = candidate.reviews.filter(settled_at__isnull=False).count()
        if given < len(shot.judgements):
            left = True
            _judge_next(candidate, shot.judgements[given])
        elif shot.withdrawn and candidate.status == Status.PUBLISHED:
            _withdraw(candidate)
        elif shot.golden and candidate.status == Status.REJECTED and not candidate.golden.exists():
            _use_as_golden(candidate)
        else:
            left = left or (shot.withdrawn and candidate.status == Status.APPROVED)
    expected = prompt.generations.exclude(run_after=None).exists()
    return left or expected


def _judge_next(candidate: Candidate, outcome: str) -> None:
    review = Review.objects.open().filter(candidate=candidate, claimed_by=None).first()
    if review is None:
        return
    by = User.objects.get(
        username={"flagged": "reviewer2", "editor": "editor", "escalations": "moderator"}[review.queue]
    )
    verb = Outcome(outcome)
    try:
        claim(review, by=by)
        decide(
            review,
            outcome=verb,
            by=by,
            seen=seen_now(candidate),
            decision_key=uuid4(),
            reasons=_reasons(candidate) if verb in (Outcome.REJECT, Outcome.REQUEST_CHANGES) else (),
            note=_NOTES.get(verb, ""),
        )
    except DailiesError:
        return  # a visitor was quicker: theirs is the judgement


_NOTES: Mapping[Outcome, str] = {
    Outcome.ESCALATE: "Does this lighthouse belong to anybody whose leave we need?",
    Outcome.SEND_BACK: "Please look at the second half again.",
}


def _reasons(candidate: Candidate) -> tuple[ReasonGiven, ...]:
    """The reason that the worst finding suggests, on its frames."""
    worst = max(Finding.objects.current(candidate), key=lambda finding: finding.severity == "major", default=None)
    if worst is None:
        return (ReasonGiven("wrong_style"),)
    return (ReasonGiven(suggested_reason(worst.check_key, worst.label) or "wrong_style", finding_id=worst.pk),)


def _withdraw(candidate: Candidate) -> None:
    publication = Publication.objects.filter(candidate=candidate, state=PublicationState.LIVE).first()
    if publication:
        withdraw(publication, by=User.objects.get(username="moderator"), reason=WithdrawalReason.RIGHTS)


def _use_as_golden(candidate: Candidate) -> None:
    moderator = User.objects.get(username="moderator")
    make_golden(candidate, by=moderator, passes=False, reasons=refused_for(candidate), note="The picture stands still.")

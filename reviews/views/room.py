"""What the screening room shows, read in at most a dozen queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any

from django.db.models import Case, CharField, Count, OuterRef, Q, QuerySet, Subquery, Value, When
from django.urls import reverse

from reviews.actions.permitting import facts_of
from reviews.actions.policies import active_policy
from reviews.actions.seen import Seen, digest_of_runs
from reviews.forms import sign_seen
from reviews.models import CheckRun, CheckStatus, Comment, Finding, FindingLabel, Review, Verdict
from reviews.rules.conflicts import Facts
from reviews.rules.queues import Queue
from reviews.rules.reasons import SUGGESTED_BY_CHECK, numbered, reasons_file
from reviews.rules.severity import Route, Severity
from reviews.rules.verbs import available_verbs
from reviews.views.recent import recent_of, toast_of
from studio import clock
from studio.models import Candidate, User

LEAD_IN_SECONDS = 1
LEAD_OUT_SECONDS = Fraction(1, 2)
DUE_SOON = timedelta(hours=1)
SILENT = (CheckStatus.PENDING, CheckStatus.FAILED, CheckStatus.SKIPPED)


@dataclass(frozen=True, slots=True)
class Lane:
    check: str
    title: str
    findings: Sequence[Finding]


@dataclass(frozen=True, slots=True)
class ShownVerb:
    slug: str
    title: str
    key_id: str
    allowed: bool
    why: str


@dataclass(frozen=True, slots=True)
class ShownReason:
    slug: str
    label: str
    group: str
    range_rule: str

    @property
    def needs_range(self) -> bool:
        return self.range_rule == "yes"


def room_reviews(user: User) -> "QuerySet[Review]":
    """Reviews that `user` may open, each with what waits beside it in its queue."""
    beside = (
        Review.objects.open()
        .filter(queue=OuterRef("queue"), candidate__prompt__project=OuterRef("candidate__prompt__project"))
        .order_by()
        .values("queue")
    )
    return (
        Review.objects.visible_to(user)
        .select_related("candidate__prompt__project", "candidate__blob", "claimed_by")
        .annotate(
            waiting=Subquery(beside.annotate(n=Count("pk")).values("n")),
            due_soon=Subquery(beside.annotate(n=Count("pk", filter=Q(due_at__lt=clock.now() + DUE_SOON))).values("n")),
        )
    )


def room_context(review: Review, user: User) -> dict[str, Any]:
    """Everything that `reviews/review.html` shows of `review` (from `room_reviews`) to `user`. Writes nothing."""
    candidate = review.candidate
    facts = facts_of(review, user)
    policy = active_policy(candidate.prompt.project)
    runs = CheckRun.objects.newest_of(candidate)
    seen = Seen(candidate.sha256, digest_of_runs(runs), policy.pk, clock.now())
    findings = findings_shown(runs, user)
    recent = recent_of(user)
    return picture_context(candidate, findings) | {
        "nav": (),
        "review": review,
        "severity": severity_of(review),
        "why": review.reasons.all(),
        "lanes": lanes_of(findings),
        "not_checked": not_checked(runs),
        "notes": notes_shown(review, user),
        "prompt": candidate.prompt,
        "policy": policy,
        "verbs": [
            ShownVerb(offer.verb.outcome.value, offer.verb.title, offer.verb.key_id, offer.allowed, offer.why)
            for offer in available_verbs(facts)
        ],
        "reasons": numbered_reasons(review.queue),
        "all_reasons": all_reasons(),
        "claim": claim_shown(review, facts),
        "seen": {"seen": sign_seen(review, user, seen)},
        "recent": recent,
        "toast": toast_of(recent),
        "waiting": getattr(review, "waiting", None) or 0,
        "due_soon": getattr(review, "due_soon", None) or 0,
    }


def picture_context(candidate: Candidate, findings: Sequence[Finding]) -> dict[str, Any]:
    """What the player and the timeline need."""
    return {
        "candidate": candidate,
        "findings": findings,
        "frames": frames_of(candidate),
        "media": media_of(candidate),
    } | opening(findings, candidate)


def frames_of(candidate: Candidate) -> Mapping[str, Any]:
    facts = candidate.facts
    return {"duration": facts["duration_seconds"], "fps": facts["fps"], "count": facts["frames"]}


def media_of(candidate: Candidate) -> Mapping[str, str]:
    files = {
        "frames": "frames.json",
        "proxy": "proxy.mp4",
        "poster": "poster.jpg",
        "sprite": "sprite.jpg",
        "original": "original",
    }
    return {key: reverse("media", kwargs={"uuid": candidate.uuid, "name": name}) for key, name in files.items()}


def opening(findings: Sequence[Finding], candidate: Candidate) -> dict[str, int]:
    """Playback opens one second before the first undecided finding and loops until half a second after it."""
    first = next((each for each in findings if not getattr(each, "verdict", None)), None)
    if first is None:
        return {"open_frame": 0}
    fps = Fraction(candidate.facts["fps"])
    start = max(0, first.start_frame - round(LEAD_IN_SECONDS * fps))
    end = min(int(candidate.facts["frames"]), first.end_frame + round(LEAD_OUT_SECONDS * fps))
    return {"open_frame": start, "loop_start": start, "loop_end": end}


def findings_shown(runs: Sequence[CheckRun], user: User) -> Sequence[Finding]:
    """Findings of these runs with `verdict` (own, or None) and `reason` (the refusal they suggest).

    In the order of the clip; mere notes come after those that stopped it.
    """
    own = FindingLabel.objects.filter(finding=OuterRef("pk"), labelled_by=user).order_by("-pk").values("verdict")[:1]
    suggested = [When(check_key=check, then=Value(slug)) for check, slug in SUGGESTED_BY_CHECK.items()]
    return list(
        Finding.objects.filter(check_run__in=[run.pk for run in runs])
        .annotate(newest=Subquery(own), reason=Case(*suggested, default=Value(""), output_field=CharField()))
        .annotate(verdict=Case(When(newest=Verdict.TAKEN_BACK, then=None), default="newest", output_field=CharField()))
        .order_by(Case(When(route=Route.NOTE, then=1), default=0), "start_frame", "pk")
    )


def lanes_of(findings: Sequence[Finding]) -> list[Lane]:
    """One lane a check, worst first."""
    checks = sorted({each.check_key for each in findings}, key=lambda check: (-_worst(findings, check), check))
    return [
        Lane(check, check.replace("_", " ").capitalize(), [each for each in findings if each.check_key == check])
        for check in checks
    ]


def _worst(findings: Sequence[Finding], check: str) -> int:
    return max(Severity(each.severity).rank for each in findings if each.check_key == check)


def not_checked(runs: Sequence[CheckRun]) -> list[dict[str, str]]:
    return [{"check": run.check_key, "reason": run.reason} for run in runs if run.status in SILENT]


def notes_shown(review: Review, user: User) -> "QuerySet[Comment]":
    """In a queue review other people's words stay out of the page; the editor reads all."""
    notes = Comment.objects.filter(candidate=review.candidate, sha256=review.candidate.sha256).select_related("author")
    return notes if review.queue == Queue.EDITOR else notes.filter(author=user)


def severity_of(review: Review) -> str:
    """The word of the worst reason; "" when nothing was found."""
    return list(Severity)[review.severity_rank - 1].value if review.severity_rank else ""


def claim_shown(review: Review, facts: Facts) -> Mapping[str, Any]:
    return {
        "mine": facts.claim_is_mine,
        "holder": facts.claim_holder,
        "expires_at": review.claim_expires_at,
        "closed": not facts.is_open,
    }


def all_reasons() -> list[ShownReason]:
    """The taxonomy from its file: the rows are seeded from it and never differ."""
    return [ShownReason(row["slug"], row["label"], row["group"], row["range"]) for row in reasons_file()["reasons"]]


def numbered_reasons(queue: str) -> list[ShownReason]:
    by_slug = {reason.slug: reason for reason in all_reasons()}
    return [by_slug[slug] for slug in numbered(queue)]

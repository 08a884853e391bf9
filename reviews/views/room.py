"""What the screening room shows, read in at most a dozen queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any

from django.db.models import Case, CharField, Exists, OuterRef, QuerySet, Subquery, Value, When
from django.urls import reverse

from reviews.actions.caring import Bounds
from reviews.actions.permitting import facts_of
from reviews.actions.policies import active_policy
from reviews.actions.seen import Seen, digest_of_runs
from reviews.counting import Counted, at_most
from reviews.forms import SkipForm, sign_seen
from reviews.models import CheckRun, CheckStatus, DecisionReason, Finding, FindingLabel, Reason, Review, Verdict
from reviews.rules.checklist import unseen
from reviews.rules.claims import takeover_refusal
from reviews.rules.conflicts import Facts
from reviews.rules.queues import Queue
from reviews.rules.reasons import SUGGESTED_BY_CHECK, SUGGESTED_BY_LABEL
from reviews.rules.screening import Screening
from reviews.rules.severity import Route, Severity
from reviews.rules.veil import Harm, harms_of, why_veiled
from reviews.rules.verbs import Outcome, available_verbs
from reviews.views.evidence import with_evidence
from reviews.views.recent import recent_of, toast_of
from reviews.views.second_looks import opinions_on, seconds_to_watch
from reviews.views.sheet import sheet_of
from reviews.views.threads import notes_context
from reviews.views.veils import Covers
from studio import clock
from studio.media.geometry import upright_size
from studio.media.prepare import WAVEFORM
from studio.models import Candidate, LastSentBack, Preferences, Prompt, User
from studio.rules.keymaps import by_id
from studio.rules.lifecycle import Status
from studio.rules.revisions import changes_between
from studio.rules.roles import Role

LEAD_IN_SECONDS = 1
LEAD_OUT_SECONDS = Fraction(1, 2)
DUE_SOON = timedelta(hours=1)
NUDITY = "nudity"


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


def room_reviews(user: User) -> "QuerySet[Review]":
    """Reviews that `user` may open, each with what waits beside it in its queue; with the keys and speed of `user`."""
    kept = Preferences.objects.filter(user=user)
    beside = Review.objects.open().filter(queue=OuterRef("queue"), project=OuterRef("project"))
    return (
        Review.objects.visible_to(user)
        .select_related("candidate__prompt__project", "candidate__prompt__parent", "candidate__blob", "claimed_by")
        .annotate(
            waiting=Counted(beside),
            due_soon=Counted(beside.filter(due_at__lt=clock.now() + DUE_SOON)),
            keys=Subquery(kept.values("keys")[:1]),
            speed_percent=Subquery(kept.values("speed_percent")[:1]),
        )
    )


def room_context(review: Review, user: User, bounds: Bounds) -> dict[str, Any]:
    """Everything that `reviews/review.html` shows of `review` (from `room_reviews`) to `user`. Writes nothing."""
    candidate = review.candidate
    facts = facts_of(review, user)
    policy = active_policy(candidate.prompt.project)
    screening = Screening.from_json(policy.screening)
    runs = CheckRun.objects.newest_of(candidate)
    seen = Seen(candidate.sha256, digest_of_runs(runs), policy.pk, clock.now())
    findings = with_evidence(findings_shown(runs, user), candidate)
    recent = recent_of(user)
    prompt = candidate.prompt
    reasons = list(reasons_offered(prompt))
    covers = Covers(bounds.care, {review.project_id: screening.veil})
    return picture_context(candidate, findings, runs, covers) | {
        "nav": (),
        "bindings": by_id(getattr(review, "keys", None) or {}),
        "speed_percent": getattr(review, "speed_percent", None) or 100,
        "review": review,
        "severity": severity_of(review),
        "why": review.reasons.all(),
        "opinions": opinions_on(review),
        "seconds_to_watch": seconds_to_watch(review),
        "lanes": lanes_of(findings, int(candidate.facts["frames"])),
        "not_checked": not_checked(runs),
        "unseen": unseen(candidate.prompt.text, candidate.prompt.direction, answered=answered(runs)),
        **notes_context(candidate, user, blind=review.queue != Queue.EDITOR),
        "may_note": bool(facts.roles - {Role.AUDITOR}),
        "prompt": prompt,
        "changes": changes_between(prompt.parent, prompt) if prompt.parent else [],
        "round": facts.round,
        "max_rounds": facts.max_rounds,
        "asked_before": [reason for reason in reasons if getattr(reason, "asked_before", False)],
        "policy": policy,
        "verbs": [
            ShownVerb(offer.verb.outcome.value, offer.verb.title, offer.verb.key_id, offer.allowed, offer.why)
            for offer in available_verbs(facts)
        ],
        "reasons": numbered(reasons, screening, review.queue),
        "all_reasons": reasons,
        "skips": SkipForm.CAUSES,
        "claim": claim_shown(review, facts),
        "seen": {"seen": sign_seen(review, user, seen)},
        "recent": recent,
        "toast": toast_of(recent),
        "beside": beside_of(review),
        "watched": True,
        "coverage": screening.coverage,
        "pause": bounds.pause,
        "sound": screening.sound,
    }


def reasons_offered(prompt: Prompt) -> "QuerySet[Reason]":
    """The taxonomy; `asked_before`: changes were requested for it in the last round."""
    asked = DecisionReason.objects.filter(
        reason=OuterRef("pk"),
        decision__outcome=Outcome.REQUEST_CHANGES,
        decision__superseded_by=None,
        decision__review__settled_at__isnull=False,
        decision__review__candidate__status=Status.CHANGES_REQUESTED,
        decision__review__candidate__prompt=LastSentBack(Value(prompt.pk)),
    )
    return Reason.objects.offered().annotate(asked_before=Exists(asked))


def beside_of(review: Review) -> str:
    """What waits in its queue, of a review from `room_reviews`."""
    waiting, due_soon = getattr(review, "waiting", None) or 0, getattr(review, "due_soon", None) or 0
    return f"{at_most(waiting)} waiting" + (f", {at_most(due_soon)} due within 1 h" if due_soon else "")


def picture_context(
    candidate: Candidate, findings: Sequence[Finding], runs: Sequence[CheckRun], covers: Covers
) -> dict[str, Any]:
    """What the player and the timeline need."""
    harms = harms_of((each.check_key, each.label, each.severity) for each in findings)
    unreported = any(run.check_key == NUDITY and run.did_not_look for run in runs)
    veil = covers.veil(candidate.prompt.project_id, harms | {Harm.NUDITY} if unreported else harms)
    return {
        "candidate": candidate,
        "findings": findings,
        "veiled": why_veiled(harms, nudity_unreported=unreported),
        "veil": veil,
        "toggles": covers.care.toggles,
        "flashing": Harm.FLASHING in harms,
        "sheet": sheet_of(candidate) if veil.stills else None,
        "frames": frames_of(candidate),
        "media": media_of(candidate),
    } | opening(findings, candidate)


def frames_of(candidate: Candidate) -> Mapping[str, Any]:
    facts = candidate.facts
    width, height = upright_size(
        facts["width"], facts["height"], sample_aspect=Fraction(facts["sample_aspect"]), rotation=facts["rotation"]
    )
    return {
        "duration": facts["duration_seconds"],
        "fps": facts["fps"],
        "count": facts["frames"],
        "width": width,
        "height": height,
    }


def media_of(candidate: Candidate) -> Mapping[str, str]:
    files = {
        "frames": "frames.json",
        "proxy": "proxy.mp4",
        "poster": "poster.jpg",
        "sprite": "sprite.jpg",
        "original": "original",
    }
    if WAVEFORM in candidate.blob.derived:  # of what came in before there were any, none is made
        files["waveform"] = WAVEFORM
    return {key: reverse("media", kwargs={"uuid": candidate.uuid, "name": name}) for key, name in files.items()}


def opening(findings: Sequence[Finding], candidate: Candidate) -> dict[str, int]:
    """Playback opens one second before the first undecided finding and loops until half a second after it."""
    first = next((each for each in findings if not getattr(each, "verdict", None)), None)
    if first is None:
        return {"open_frame": 0}
    fps = Fraction(candidate.facts["fps"])
    start = max(0, first.start_frame - round(LEAD_IN_SECONDS * fps))
    end = min(int(candidate.facts["frames"]), first.end_frame + round(LEAD_OUT_SECONDS * fps))
    return {"open_frame": start, "loop_start": start, "loop_end": end, "open_finding": first.pk}


def findings_shown(runs: Sequence[CheckRun], user: User) -> Sequence[Finding]:
    """Findings of these runs that no other explains, with `verdict` (own, or None) and `reason` (suggested refusal).

    In the order of the clip; mere notes come after those that stopped it.
    """
    own = FindingLabel.objects.filter(finding=OuterRef("pk"), labelled_by=user).order_by("-pk").values("verdict")[:1]
    by_label = [When(check_key=c, label=label, then=Value(slug)) for (c, label), slug in SUGGESTED_BY_LABEL.items()]
    by_check = [When(check_key=check, then=Value(slug)) for check, slug in SUGGESTED_BY_CHECK.items()]
    return list(
        Finding.objects.filter(check_run__in=[run.pk for run in runs], suppressed_by="")
        .annotate(newest=Subquery(own), reason=Case(*by_label, *by_check, default=Value(""), output_field=CharField()))
        .annotate(verdict=Case(When(newest=Verdict.TAKEN_BACK, then=None), default="newest", output_field=CharField()))
        .order_by(Case(When(route=Route.NOTE, then=1), default=0), "start_frame", "pk")
    )


def lanes_of(findings: Sequence[Finding], frames: int) -> list[Lane]:
    """One lane a check, worst first. A note on the whole clip of `frames` has no place in time and is not drawn."""
    findings = [each for each in findings if each.route != Route.NOTE or each.end_frame - each.start_frame < frames]
    checks = sorted({each.check_key for each in findings}, key=lambda check: (-_worst(findings, check), check))
    return [
        Lane(check, check.replace("_", " ").capitalize(), [each for each in findings if each.check_key == check])
        for check in checks
    ]


def _worst(findings: Sequence[Finding], check: str) -> int:
    return max(Severity(each.severity).rank for each in findings if each.check_key == check)


def not_checked(runs: Sequence[CheckRun]) -> list[dict[str, str]]:
    """Instruments that should have looked and did not; one with nothing to measure (no sound) is not listed."""
    return [
        {"check": run.check_key, "reason": run.reason or "It is still looking."} for run in runs if run.did_not_look
    ]


def answered(runs: Sequence[CheckRun]) -> list[str]:
    """What an outside examiner has looked for in this take: no person is asked again."""
    reported = (CheckStatus.CLEAN, CheckStatus.FINDINGS)
    return [slug for run in runs if run.status in reported for slug in run.details.get("covers", ())]


def severity_of(review: Review) -> str:
    """The word of the worst reason; "" when nothing was found."""
    return list(Severity)[review.severity_rank - 1].value if review.severity_rank else ""


def claim_shown(review: Review, facts: Facts) -> Mapping[str, Any]:
    return {
        "mine": facts.claim_is_mine,
        "holder": facts.claim_holder,
        "may_take_over": takeover_refusal(facts) is None,
        "expires_at": review.claim_expires_at,
        "closed": not facts.is_open,
        "why": review.closed_because,
    }


def numbered(reasons: Sequence[Reason], screening: Screening, queue: str) -> list[Reason | None]:
    """What stands on the keys 1–9 and 0 of this queue; a reason that is retired leaves its place empty."""
    by_slug = {reason.slug: reason for reason in reasons}
    return [by_slug.get(slug) for slug in screening.numbering[queue]]

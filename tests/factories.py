"""Rows with honest defaults. Statuses are set at creation only; whatever moves them afterwards is an action."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from uuid import uuid4

from django.utils import timezone

from reviews.actions.deciding import ReasonGiven, decide
from reviews.actions.governing import propose_policy
from reviews.actions.policies import active_policy
from reviews.actions.queueing import claim
from reviews.actions.seen import seen_now
from reviews.checks.registry import CHECKS
from reviews.models import (
    BlockEntry,
    CheckRun,
    CheckStatus,
    Decision,
    Finding,
    Golden,
    GoldenReason,
    NamedQueue,
    Policy,
    Publication,
    PublicationState,
    Reason,
    Recheck,
    RecheckItem,
    Review,
)
from reviews.rules.queues import Queue
from reviews.rules.verbs import Outcome
from studio.models import (
    Asset,
    AssetKind,
    Batch,
    Blob,
    Candidate,
    Generation,
    Membership,
    Project,
    Prompt,
    Source,
    User,
)
from studio.rules.generation import GenerationState
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from studio.store import media_store

_numbers = count(1)
FACTS = {
    "width": 64,
    "height": 36,
    "fps": "24",
    "frames": 48,
    "announced_frames": 48,
    "duration_seconds": 2.0,
    "start_seconds": 0.0,
    "video_codec": "h264",
    "pixel_format": "yuv420p",
    "audio_codec": None,
    "has_audio": False,
    "audio_duration_seconds": None,
    "sample_aspect": "1",
    "rotation": 0,
    "colour_range": "tv",
    "container": "mp4",
    "moov_first": True,
    "decode_errors": 0,
    "extra_streams": 0,
    "monotonic": True,
    "min_step_seconds": 0.0416,
    "max_step_seconds": 0.0417,
}


def make_project(slug: str = "harbour") -> Project:
    return Project.objects.get_or_create(slug=slug, defaults={"name": slug.title()})[0]


def make_person(name: str, project: Project, *roles: Role, **columns: object) -> User:
    user = User.objects.create_user(username=name, password="a long password", first_name=name.title(), **columns)
    for role in roles:
        Membership.objects.create(project=project, user=user, role=role)
    return user


def make_prompt(project: Project, author: User, **columns: object) -> Prompt:
    defaults = {"title": "A lighthouse at dusk", "text": "A lighthouse at dusk"}
    return Prompt.objects.create(project=project, author=author, **(defaults | columns))


def make_generation(
    prompt: Prompt, *, state: GenerationState = GenerationState.RESERVED, **columns: object
) -> Generation:
    defaults = {
        "take_number": prompt.generations.count() + 1,
        "provider": "sandbox",
        "model": "sandbox-1",
        "parameters": {"seconds": 2, "size": "64x36"},
        "cost_estimated": Decimal("0.0200"),
        "requested_by": prompt.author,
        "run_after": timezone.now(),
        "deadline_at": timezone.now() + timedelta(hours=1),
    }
    return Generation.objects.create(prompt=prompt, state=state, **(defaults | columns))


def make_asset(project: Project, by: User, *, kind: AssetKind = AssetKind.STILL, **columns: object) -> Asset:
    """A file with a rights note; its bytes and its small picture lie in the store."""
    content = f"asset {next(_numbers)}".encode()
    sha256 = hashlib.sha256(content).hexdigest()
    media_type, small = ("image/png", "thumb.jpg") if kind == AssetKind.STILL else ("video/mp4", "poster.jpg")
    _write(media_store().private_path(sha256), content)
    _write(media_store().derived_path(sha256, small), b"small picture")
    blob = Blob.objects.create(sha256=sha256, size=len(content), media_type=media_type)
    defaults: dict[str, object] = {
        "name": f"{kind.value}.file",
        "width": 320,
        "height": 180,
        "duration_seconds": None if kind == AssetKind.STILL else Decimal("5.000"),
        "rights_note": "Own photograph, 2026",
        "added_by": by,
    }
    return Asset.objects.create(project=project, blob=blob, kind=kind, **(defaults | columns))


def make_batch(project: Project, ordered_by: User, **columns: object) -> Batch:
    defaults = {"name": "Lighthouses", "form_token": uuid4(), "cost_estimated": Decimal("0.0200")}
    return Batch.objects.create(project=project, ordered_by=ordered_by, **(defaults | columns))


def make_candidate(
    prompt: Prompt,
    *,
    status: Status = Status.CHECKING,
    content: bytes | None = None,
    checked: bool = True,
    **columns: object,
) -> Candidate:
    """A take whose files hold `content`; with a clean run of every check unless `checked` is False."""
    content = content if content is not None else f"clip {next(_numbers)}".encode()
    sha256 = hashlib.sha256(content).hexdigest()
    _write(media_store().private_path(sha256), content)
    table = b'{"sha256": "%s"}' % sha256.encode()
    names = ("proxy.mp4", "poster.jpg", "sprite.jpg", "frames.json", "waveform.png")
    derived = dict.fromkeys(names, hashlib.sha256(table).hexdigest())
    for name in derived:
        _write(media_store().derived_path(sha256, name), table)
    columns_of_blob = {"size": len(content), "media_type": "video/mp4", "derived": derived}
    blob, _ = Blob.objects.get_or_create(sha256=sha256, defaults=columns_of_blob)
    defaults = {"source": Source.UPLOAD, "name": prompt.title, "facts": dict(FACTS), "made_by": prompt.author}
    candidate = Candidate.objects.create(prompt=prompt, blob=blob, sha256=sha256, status=status, **(defaults | columns))
    candidate.makers.set({prompt.author, candidate.made_by})
    if checked:
        for check in CHECKS:
            make_run(candidate, check.key)
    return candidate


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def make_run(candidate: Candidate, check_key: str, *, status: str = CheckStatus.CLEAN, **columns: object) -> CheckRun:
    version = next((kind.version for kind in CHECKS if kind.key == check_key), 1)
    defaults = {"version": version, "parameters_digest": "0" * 64, "sha256": candidate.sha256}
    return CheckRun.objects.create(candidate=candidate, check_key=check_key, status=status, **(defaults | columns))


def make_finding(
    candidate: Candidate, *, check_key: str = "frozen_frames", frames: tuple[int, int] = (12, 24), **columns: object
) -> Finding:
    run = CheckRun.objects.filter(candidate=candidate, check_key=check_key).last() or make_run(candidate, check_key)
    CheckRun.objects.filter(pk=run.pk).update(status=CheckStatus.FINDINGS)
    defaults = {
        "label": "freeze",
        "severity": "major",
        "route": "review",
        "score": 0.5,
        "threshold": 0.45,
        "unit": "s",
        "message": "The picture stands still from 0.5 s to 1.0 s.",
    }
    start, end = frames
    return Finding.objects.create(
        check_run=run,
        candidate=candidate,
        check_key=check_key,
        start_frame=start,
        end_frame=end,
        start_seconds=start / 24,
        end_seconds=end / 24,
        **(defaults | columns),
    )


def make_review(candidate: Candidate, *, queue: Queue = Queue.FLAGGED, **columns: object) -> Review:
    defaults = {"severity_rank": 3, "due_at": timezone.now() + timedelta(hours=4), "project": candidate.prompt.project}
    return Review.objects.create(candidate=candidate, queue=queue, **(defaults | columns))


def make_named_queue(name: str = "Faces", **columns: object) -> NamedQueue:
    """Of the whole house, and of everything that stands still, unless told otherwise."""
    defaults = {"slug": name.lower().replace(" ", "-"), "checks": ["frozen_frames"]}
    return NamedQueue.objects.create(name=name, **(defaults | columns))


def make_block_entry(source: Candidate, by: User, **columns: object) -> BlockEntry:
    """In force, with one picture that is like no other."""
    defaults = {"hashes": hashlib.sha256(source.sha256.encode()).digest(), "reason": "It must not come back."}
    return BlockEntry.objects.create(source=source, added_by=by, added_at=timezone.now(), **(defaults | columns))


def make_golden(
    candidate: Candidate, by: User, *reasons: tuple[str, int | None, int | None], **columns: object
) -> Golden:
    """In use. It passes unless `reasons` say what is wrong with it, and on which frames."""
    defaults = {"project": candidate.prompt.project, "sha256": candidate.sha256, "made_by": by}
    defaults |= {"passes": not reasons, "made_at": timezone.now()}
    golden = Golden.objects.create(candidate=candidate, **(defaults | columns))
    for slug, start, end in reasons:
        reason = Reason.objects.get(slug=slug)
        GoldenReason.objects.create(golden=golden, reason=reason, start_frame=start, end_frame=end)
    return golden


def mix_in_always(project: Project) -> None:
    """From now on a golden clip, where there is one, joins the queue with every flagged clip that somebody takes."""
    policy = active_policy(project)
    Policy.objects.filter(pk=policy.pk).update(screening={"coverage": "off", "audit_share": 0, "golden_share": 1})


def make_proposal(project: Project, by: User, **terms: object) -> Policy:
    """A version that waits for a second moderator; it turns the noise instrument off unless told otherwise."""
    base = active_policy(project)
    new = replace(base.terms(), **(terms or {"off": frozenset({"noise"})}))
    return propose_policy(project, by=by, terms=new, based_on=base.pk, note="Grain is wanted.")


def make_recheck(take: Candidate, by: User) -> Recheck:
    """Of one take, running under the version in force."""
    project = take.prompt.project
    now = timezone.now()
    recheck = Recheck.objects.create(
        project=project, policy=active_policy(project), started_by=by, started_at=now, run_after=now
    )
    RecheckItem.objects.create(recheck=recheck, candidate=take)
    return recheck


def make_publication(candidate: Candidate, *, by: User | None = None, **columns: object) -> Publication:
    """A release that is public, of a take that an editor approved; no bytes are copied."""
    now, project = timezone.now(), candidate.prompt.project
    case = make_review(candidate, queue=Queue.EDITOR, closed_at=now, settled_at=now, settles_at=now)
    decision = Decision.objects.create(
        review=case,
        outcome=Outcome.APPROVE,
        decided_by=by or candidate.made_by,
        decision_key=uuid4(),
        sha256=candidate.sha256,
        check_set="",
        policy=active_policy(project),
        seen_at=now,
        settles_at=now,
    )
    defaults = {"title": candidate.prompt.title, "state": PublicationState.LIVE, "published_at": now}
    defaults |= {"sha256": candidate.sha256, "media_type": "video/mp4"}
    return Publication.objects.create(decision=decision, candidate=candidate, **(defaults | columns))


def decide_as(
    user: User, review: Review, outcome: Outcome, *, reasons: tuple[ReasonGiven, ...] = (), **columns: object
) -> Decision:
    """Claim and decide as a person would."""
    active_policy(review.candidate.prompt.project)
    claim(review, by=user)
    seen = seen_now(review.candidate)
    return decide(review, outcome=outcome, by=user, seen=seen, decision_key=uuid4(), reasons=reasons, **columns)


def let_settle(*reviews: Review) -> None:
    """As if the undo window had passed."""
    Review.objects.filter(pk__in=[review.pk for review in reviews]).update(
        settles_at=timezone.now() - timedelta(seconds=1)
    )

"""What is on record about a take beside its picture: clips like it, what is shut out, what was asked for."""

from collections.abc import Iterable, Sequence

from django.db.models import Q

from reviews.actions.fingerprinting import INDEX, checked_before, hashes_of, looks_of
from reviews.actions.policies import active_policy
from reviews.checks.base import Clip
from reviews.checks.blocklist import Blocklist
from reviews.checks.findings import CheckReport
from reviews.checks.fingerprint import Fingerprint as Look
from reviews.checks.record import BlockedClip, KnownClip, Record
from reviews.models import BlockEntry, BlockMatch, PublicationState
from studio.media.credential import Credential
from studio.models import Candidate
from studio.rules.hints import Asked
from studio.wordlists import word_lists


def record_of(candidate: Candidate, clip: Clip, look: Look | None, credential: Credential | None = None) -> Record:
    prompt = candidate.prompt
    return Record(
        clip,
        sha256=candidate.sha256,
        fingerprint=look,
        known=known_clips(candidate, look),
        blocked=blocked_clips(),
        asked=Asked(prompt.text, prompt.direction),
        credential=credential,
        lists=word_lists(),
    )


def known_clips(candidate: Candidate, look: Look | None) -> Sequence[KnownClip]:
    """Takes of the project that were checked before, and what is public anywhere, as far as they may be like this one.

    Of another project no more is told than that the clip is public.
    """
    near = {candidate.blob_id} | (INDEX.near(look) if look else set())
    looks = looks_of(near)
    others = Candidate.objects.filter(blob__in=near).exclude(pk=candidate.pk).order_by("pk")
    here = others.filter(prompt__project=candidate.prompt.project)
    before = here.filter(Q(blob__in=checked_before(candidate.blob)) | Q(blob=candidate.blob, pk__lt=candidate.pk))
    public = others.filter(publications__state=PublicationState.LIVE).exclude(pk__in=before)
    return [
        *(_ours(take, looks.get(take.blob_id)) for take in before),
        *(_published(take, candidate, looks.get(take.blob_id)) for take in public.select_related("prompt")),
    ]


def _ours(take: Candidate, look: Look | None) -> KnownClip:
    return KnownClip(f"“{take.name}”", f"candidate:{take.uuid}", take.sha256, look)


def _published(take: Candidate, candidate: Candidate, look: Look | None) -> KnownClip:
    if take.prompt.project_id == candidate.prompt.project_id:
        return _ours(take, look)
    publication = take.publications.live().get()
    name = f"a published clip ({publication.uuid})"
    return KnownClip(name, f"publication:{publication.uuid}", take.sha256, look)


def blocked_clips() -> Sequence[BlockedClip]:
    entries = BlockEntry.objects.active().order_by("pk").values_list("pk", "hashes")
    return [BlockedClip(pk, hashes_of(packed)) for pk, packed in entries]


def why_blocked(candidate: Candidate) -> str:
    """Which entry shuts this take out now, whenever it was checked; "" for none.

    An entry added after a take was checked counts all the same: it is asked before the take goes out.
    """
    look, entries = looks_of([candidate.blob_id]).get(candidate.blob_id), blocked_clips()
    if look is None or not entries:
        return ""
    parameters = active_policy(candidate.prompt.project).terms().parameters_for(Blocklist.key)
    hits = Blocklist(**parameters).hits(look.telling(), entries)
    listed = next((hit for hit in hits if hit.is_listed), None)
    return f"Its picture matches entry {listed.entry} of the blocklist." if listed else ""


def note_matches(candidate: Candidate, reports: Iterable[CheckReport]) -> None:
    """Keep which entries the take came near, inside the transaction that writes its findings."""
    for report in reports:
        if report.check == Blocklist.key:
            for hit in report.details.get("entries", ()):
                BlockMatch.objects.get_or_create(
                    entry_id=hit["entry"], candidate=candidate, defaults={"label": hit["label"], "bits": hit["bits"]}
                )

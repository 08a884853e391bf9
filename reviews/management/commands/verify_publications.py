"""`manage.py verify_publications`: is what the public gets what was approved? Exit 0 when it is, 1 when it is not."""

from collections.abc import Iterator

from django.core.management.base import BaseCommand, CommandError

from reviews.actions.publishing import clip_name
from reviews.models import Decision, Publication, PublicationState
from reviews.rules.verbs import Outcome
from studio.media.hashing import digest
from studio.rules.lifecycle import Status
from studio.store import media_store


class Command(BaseCommand):
    help = "Compare public bytes with approvals; exit 1 with a line for each difference."

    def handle(self, *args: object, **options: object) -> None:
        publications = list(Publication.objects.select_related("candidate", "decision"))
        complaints = [f"{publication.uuid}: {why}" for publication in publications for why in _complaints(publication)]
        if complaints:
            raise CommandError("\n".join(complaints))
        live = sum(publication.state == PublicationState.LIVE for publication in publications)
        self.stdout.write(f"{live} live, {len(publications) - live} others: public bytes are the approved ones.")


def _complaints(publication: Publication) -> Iterator[str]:
    folder = media_store().public_path(publication.uuid)
    if publication.state == PublicationState.LIVE:
        yield from _live_complaints(publication, publication.decision)
    elif publication.run_after is None and folder.exists():
        yield f"it is {publication.get_state_display().lower()}, but its public files are still there"


def _live_complaints(publication: Publication, decision: Decision) -> Iterator[str]:
    clip = media_store().public_path(publication.uuid) / clip_name(publication)
    if decision.outcome != Outcome.APPROVE or Decision.objects.filter(supersedes=decision).exists():
        yield "it is public without a standing approval"
    if publication.candidate.status != Status.PUBLISHED:
        yield f"it is public, but its take is {publication.candidate.get_status_display().lower()}"
    if not clip.is_file():
        yield "its public file is missing"
    elif digest(clip) != decision.sha256:
        yield "its public bytes differ from the approved ones"

"""The very bytes of another generation's take: a provider sold one clip twice, or answered about the wrong job."""

from reviews.models import CheckRun, CheckStatus, Finding
from reviews.rules.policy import parameters_digest
from reviews.rules.severity import Route, Severity
from studio import clock
from studio.models import Candidate

KEY, LABEL, VERSION = "same_bytes", "same_bytes", 1


def note_same_bytes(candidate: Candidate) -> None:
    """Write the finding, which sends the take to a person, inside the transaction that brings the take in.

    Not an instrument: it compares rows, and looks at no picture. Clips that people bring in twice are their own affair.
    """
    if candidate.generation is None:
        return
    twins = Candidate.objects.filter(sha256=candidate.sha256, generation__isnull=False)
    twin = twins.exclude(generation=candidate.generation).select_related("generation__prompt").first()
    if twin is None:
        return
    run = CheckRun.objects.create(
        candidate=candidate,
        check_key=KEY,
        version=VERSION,
        parameters={},
        parameters_digest=parameters_digest({}),
        sha256=candidate.sha256,
        status=CheckStatus.FINDINGS,
        finished_at=clock.now(),
        attempt=1,
    )
    frames, seconds = candidate.facts.get("frames", 1), candidate.facts.get("duration_seconds", 0.0)
    Finding.objects.create(
        check_run=run,
        candidate=candidate,
        check_key=KEY,
        label=LABEL,
        severity=Severity.MAJOR.value,
        route=Route.REVIEW.value,
        start_frame=0,
        end_frame=frames,
        start_seconds=0.0,
        end_seconds=seconds,
        message=f"These are the very bytes of {twin.name}, which another call was paid for.",
    )

"""Takes the pictures that stand beside findings, before the take is placed. Nothing fails for want of them."""

import logging
from collections.abc import Iterable

from reviews.checks.findings import CheckReport
from reviews.evidence import pictures_of
from studio.media.errors import ChildFailed, UnreadableClip
from studio.media.pictures import take_pictures
from studio.models import Candidate
from studio.store import media_store

log = logging.getLogger(__name__)


def leave_pictures(candidate: Candidate, reports: Iterable[CheckReport]) -> None:
    """Those that are not there yet. A clip that cannot be decoded twice is shown without: the sentence stands alone."""
    store = media_store()
    findings = [finding for report in reports for finding in report.findings]
    wanted = {each.name: each for finding in findings for each in pictures_of(finding.evidence, finding.boxes)}
    missing = [each for each in wanted.values() if not store.derived_path(candidate.sha256, each.name).is_file()]
    if not missing:
        return
    with store.workspace() as folder:
        try:
            take_pictures(store.private_path(candidate.sha256), missing, folder)
        except (UnreadableClip, ChildFailed) as error:
            log.warning("No evidence pictures of %s: %s", candidate.sha256, error.sentence)
            return
        store.put_derived(candidate.sha256, folder)

"""Did the clip come with a content credential, and does it hold?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from reviews.checks.base import Instrument, Observation, Skipped, Stage
from reviews.checks.record import Record
from studio.media.credential import Standing

ABSENT, BROKEN = "absent", "broken"
REASONS = {
    "assertion.bmffHash.mismatch": "the file was changed after it was signed",
    "assertion.dataHash.mismatch": "the file was changed after it was signed",
    "assertion.hashedURI.mismatch": "a statement in it was changed after it was signed",
    "claimSignature.mismatch": "its signature does not fit",
    "claimSignature.missing": "its signature is missing",
    "signingCredential.expired": "its certificate had expired",
    "signingCredential.invalid": "its certificate is not fit for signing",
    "signingCredential.revoked": "its certificate was revoked",
    "signingCredential.ocsp.revoked": "its certificate was revoked",
}
"""Status codes of C2PA 2.4, "Validation codes", in plain words."""
UNKNOWN_REASON = "it cannot be verified"


@dataclass
class Credential(Instrument):
    """Reports a credential (C2PA) that is missing or broken; keeps what a sound one says in `details`.

    Whether a missing one matters is the policy's word. Who signed is not told in a finding: reviewers judge blind.
    """

    key: ClassVar[str] = "credential"
    version: ClassVar[int] = 1
    stage: ClassVar[Stage] = Stage.RECORD

    def consult(self, record: Record) -> Iterator[Observation]:
        """Raises Skipped where nobody read the file."""
        read = record.credential
        if read is None:
            raise Skipped("Nobody looked for a credential.")
        self.details = read.as_json()
        if read.standing is Standing.ABSENT:
            yield _of_clip(record, ABSENT, "The file came without a content credential.")
        elif read.standing is Standing.BROKEN:
            yield _of_clip(record, BROKEN, f"Its content credential is broken: {why_broken(read.problems)}.")


def why_broken(problems: tuple[str, ...]) -> str:
    known = next((REASONS[problem] for problem in problems if problem in REASONS), "")
    codes = ", ".join(problems)
    return known or (f"{UNKNOWN_REASON} ({codes})" if codes else UNKNOWN_REASON)


def _of_clip(record: Record, label: str, message: str) -> Observation:
    return Observation.of_clip(record.clip, label, score=None, threshold=None, unit="", message=message)

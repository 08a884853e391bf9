"""What a judgement is bound to: exact bytes, the check runs on record, and the policy in force."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reviews.actions.policies import active_policy
from reviews.models import CheckRun, Decision, Policy
from studio import clock
from studio.errors import StaleCandidate
from studio.models import Candidate


@dataclass(frozen=True, slots=True)
class Seen:
    """What the person had on the screen when the page was made."""

    sha256: str
    check_set: str
    policy_id: int
    at: datetime


def check_set_of(candidate: Candidate) -> str:
    """Digest of the newest run of each check: it changes when any check reports anew."""
    return digest_of_runs(CheckRun.objects.newest_of(candidate))


def digest_of_runs(runs: Sequence[CheckRun]) -> str:
    text = "\n".join(f"{run.pk} {run.check_key} {run.version} {run.parameters_digest} {run.status}" for run in runs)
    return hashlib.sha256(text.encode()).hexdigest()


def seen_now(candidate: Candidate) -> Seen:
    policy = active_policy(candidate.prompt.project)
    return Seen(candidate.sha256, check_set_of(candidate), policy.pk, clock.now())


def what_changed(candidate: Candidate, *, sha256: str, check_set: str, policy: Policy | int) -> str:
    """ "" when nothing did; else what is no longer as it was seen, as a sentence."""
    policy_id = policy if isinstance(policy, int) else policy.pk
    if candidate.sha256 != sha256:
        return "The file is another one than the one you saw."
    if check_set_of(candidate) != check_set:
        return "It was checked again since you opened it."
    if active_policy(candidate.prompt.project).pk != policy_id:
        return "The policy was changed since you opened it."
    return ""


def require_unchanged(candidate: Candidate, seen: Seen) -> None:
    """Raises StaleCandidate, naming the change, when `seen` is not how things are."""
    if why := what_changed(candidate, sha256=seen.sha256, check_set=seen.check_set, policy=seen.policy_id):
        raise StaleCandidate(why)


def changed_since(decision: Decision) -> str:
    """What moved between a decision and its settling; "" when nothing did."""
    candidate = decision.review.candidate
    return what_changed(candidate, sha256=decision.sha256, check_set=decision.check_set, policy=decision.policy)

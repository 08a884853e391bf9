"""Into which named queue a review goes: when it is opened, and again when the rules have changed."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from django.db.models import QuerySet

from reviews.models import NamedQueue, Review
from reviews.rules.named_queues import Case, QueueRule, first_match
from reviews.rules.queues import Queue
from studio import clock
from studio.models import Candidate, Project

CHUNK = 500

Moves = Mapping[int | None, Sequence[int]]
"""Keys of the reviews that would change their named queue, by the queue that they would come to."""


def rules_in_force() -> list[QueueRule]:
    return [queue.rule() for queue in NamedQueue.objects.in_force()]


def named_queue_for(
    candidate: Candidate, *, checks: Collection[str], labels: Collection[str], severity_rank: int
) -> int | None:
    """The key of the named queue that a new flagged review of `candidate` goes to; None when no rule takes it."""
    rules = rules_in_force()
    return first_match(_case(candidate, checks, labels, severity_rank), rules) if rules else None


def _case(candidate: Candidate, checks: Collection[str], labels: Collection[str], severity_rank: int) -> Case:
    made_by = candidate.generation
    return Case(
        project=candidate.prompt.project_id,
        checks=checks,
        labels=labels,
        severity_rank=severity_rank,
        provider=made_by.provider if made_by else "",
        model=made_by.model if made_by else "",
    )


def moves_under(rules: Sequence[QueueRule], project: Project | None) -> Moves:
    """What sorting again under `rules` would move, of `project` or of the whole house. Held reviews stay."""
    moves: dict[int | None, list[int]] = defaultdict(list)
    for review in _free(project):
        to = first_match(_case_of(review), rules)
        if to != review.named_queue_id:
            moves[to].append(review.pk)
    return moves


def sort_again(project: Project | None) -> int:
    """Move every open review that nobody holds to where the rules in force put it, inside the caller's action."""
    at, moved = clock.now(), 0
    for to, keys in moves_under(rules_in_force(), project).items():
        for start in range(0, len(keys), CHUNK):
            still = Review.objects.claimable(at).filter(pk__in=keys[start : start + CHUNK])
            moved += still.update(named_queue=to)
    return moved


def _free(project: Project | None) -> Iterator[Review]:
    reviews: QuerySet[Review] = Review.objects.claimable(clock.now()).filter(queue=Queue.FLAGGED)
    reviews = reviews.filter(project=project) if project else reviews
    related = reviews.select_related("candidate__prompt", "candidate__generation").order_by("pk")
    return related.prefetch_related("reasons__finding").iterator(CHUNK)


def _case_of(review: Review) -> Case:
    reasons = review.reasons.all()
    labels = {reason.finding.label for reason in reasons if reason.finding}
    return _case(review.candidate, {reason.code for reason in reasons}, labels, review.severity_rank)

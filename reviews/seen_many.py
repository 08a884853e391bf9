"""What a page of many takes binds a judgement to, for all of them in two queries."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from reviews.actions.seen import Seen, digest_of_runs
from reviews.models import CheckRun, Policy, Review
from studio import clock


def seen_many(reviews: Collection[Review]) -> Mapping[int, Seen]:
    """By the review's key. One whose project has no policy yet is left out: it is judged in the room."""
    newest: dict[int, dict[str, CheckRun]] = defaultdict(dict)
    columns = ("candidate_id", "check_key", "version", "parameters_digest", "status")
    runs = CheckRun.objects.filter(candidate__in=[review.candidate_id for review in reviews])
    for run in runs.only(*columns).order_by("pk"):
        newest[run.candidate_id][run.check_key] = run
    projects = {review.project_id for review in reviews}
    policies = Policy.objects.filter(project__in=projects, is_active=True).values_list("project", "pk")
    active, at = dict(policies), clock.now()
    return {
        review.pk: Seen(
            review.candidate.sha256,
            digest_of_runs(list(newest[review.candidate_id].values())),
            active[review.project_id],
            at,
        )
        for review in reviews
        if review.project_id in active
    }

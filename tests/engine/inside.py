"""Run in the environment of the part that is tested (`python -m tests.engine.inside order|report`): speaks JSON.

Its own process, because the test's own Django is configured for another database.
"""

import hashlib
import json
import sys
from uuid import uuid4

import django

TAKES_BY_WORD = {"": 38, "slow": 4, "lost": 3, "fail": 3, "refuse": 2}
"""How many takes of a batch of 50 carry which magic word of the sandbox."""


FEW_CHECKS = ("container", "frozen_frames", "near_duplicate", "people")
"""One of each kind: what the engine does with them is the same for all, and the rest takes its time."""


def want_few_checks(project) -> None:
    """The project's policy, without what these tests do not ask for."""
    from reviews.actions.policies import active_policy

    active_policy(project).rules.exclude(check_key__in=FEW_CHECKS).delete()


def order(takes_by_word: dict[str, int]) -> None:
    """Through the action that the prompt desk calls, at most a desk's number of takes at a time."""
    from studio.actions.prompting import MOST_TAKES, Order, estimate, submit_prompt
    from studio.models import Project, User

    author, project = User.objects.get(username="author"), Project.objects.get()
    want_few_checks(project)
    for word, takes in takes_by_word.items():
        for first in range(1, takes + 1, MOST_TAKES):
            text = f"A lighthouse at dusk, {first}" + (f" [sandbox:{word}]" if word else "")
            size = min(MOST_TAKES, takes - first + 1)
            wanted = Order("sandbox-1", seconds=1, size="64x36", takes=size, fps="8", seed=100 * first)
            submit_prompt(
                project=project,
                by=author,
                text=text,
                direction={},
                order=wanted,
                agreed_cost=estimate(text, {}, wanted),
                form_token=uuid4(),
            )


def report() -> dict[str, object]:
    """Everything that the rows say about the batch."""
    from reviews.models import CheckRun, Review
    from studio.actions.events import verify_chain
    from studio.models import Candidate, Generation
    from studio.store import media_store

    candidates = list(Candidate.objects.values("pk", "generation_id", "status", "sha256"))
    return {
        "generations": [
            dict(row, client_key=str(row["client_key"]))
            for row in Generation.objects.values("pk", "state", "reason", "remote_id", "client_key", "attempt")
        ],
        "candidates": candidates,
        "torn": [row["sha256"] for row in candidates if not is_whole(media_store().private_path(row["sha256"]))],
        "runs": list(CheckRun.objects.values("candidate_id", "check_key", "status")),
        "open_reviews": list(Review.objects.filter(closed_at=None).values_list("candidate_id", flat=True)),
        "chain": verify_chain(),
    }


def is_whole(path) -> bool:
    """Whether a stored file is what its name says."""
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == path.name


if __name__ == "__main__":
    django.setup()
    if sys.argv[1] == "order":
        order(json.loads(sys.argv[2]))
    else:
        print(json.dumps(report()))

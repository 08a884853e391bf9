"""The queues, who works them, and how long a take may wait in them."""

from collections.abc import Mapping
from datetime import timedelta

from django.db.models import TextChoices

from reviews.rules.severity import Severity
from studio.rules.roles import Role


class Queue(TextChoices):
    FLAGGED = "flagged", "Flagged"
    EDITOR = "editor", "With the editor"
    ESCALATIONS = "escalations", "Escalations"


WORKED_BY: Mapping[Queue, Role] = {
    Queue.FLAGGED: Role.REVIEWER,
    Queue.EDITOR: Role.EDITOR,
    Queue.ESCALATIONS: Role.MODERATOR,
}

DUE_IN: Mapping[Severity, timedelta] = {
    Severity.BLOCKING: timedelta(hours=1),
    Severity.MAJOR: timedelta(hours=4),
    Severity.MINOR: timedelta(hours=24),
    Severity.INFO: timedelta(hours=24),
}
"""Source: the product's own promise (service level by worst severity)."""


def due_in(severity_rank: int) -> timedelta:
    """Of a review's rank: 0 none, 1 info to 4 blocking."""
    return DUE_IN[list(Severity)[max(severity_rank - 1, 0)]]

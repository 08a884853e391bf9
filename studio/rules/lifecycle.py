"""The life of a candidate, as data. `studio/actions/lifecycle.py: advance()` is the only one who applies it."""

from collections.abc import Mapping, Set

from django.db.models import TextChoices


class Status(TextChoices):
    CHECKING = "checking", "Checking"
    IN_REVIEW = "in_review", "In review"
    WITH_EDITOR = "with_editor", "With editor"
    CHANGES_REQUESTED = "changes_requested", "Changes requested"
    REJECTED = "rejected", "Rejected"
    APPROVED = "approved", "Approved"
    PUBLISHED = "published", "Published"
    WITHDRAWN = "withdrawn", "Withdrawn"


NEXT: Mapping[Status, Set[Status]] = {
    Status.CHECKING: {Status.IN_REVIEW, Status.WITH_EDITOR},
    Status.IN_REVIEW: {Status.WITH_EDITOR, Status.REJECTED, Status.CHANGES_REQUESTED, Status.CHECKING},
    Status.WITH_EDITOR: {
        Status.APPROVED,
        Status.IN_REVIEW,
        Status.REJECTED,
        Status.CHANGES_REQUESTED,
        Status.CHECKING,
    },
    Status.APPROVED: {Status.PUBLISHED, Status.WITH_EDITOR, Status.CHECKING},
    Status.PUBLISHED: {Status.WITHDRAWN},
    Status.WITHDRAWN: {Status.WITH_EDITOR, Status.CHECKING},
    Status.REJECTED: {Status.CHECKING},
    Status.CHANGES_REQUESTED: set(),
}

"""Cases that wait for a person."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from reviews.models.finding import Finding
from reviews.rules.queues import Queue
from studio.models import Candidate, User


class ReviewQuerySet(models.QuerySet["Review"]):
    def visible_to(self, user: User) -> Self:
        return self if user.is_superuser else self.filter(candidate__prompt__project__memberships__user=user).distinct()

    def open(self) -> Self:
        return self.filter(closed_at=None)

    def in_queue(self, queue: Queue) -> Self:
        """Open reviews of one queue as they are handed out: sent back first, then worst, then due, then oldest."""
        return self.open().filter(queue=queue).order_by("-comes_first", "-severity_rank", "due_at", "pk")

    def claimable(self, at: datetime) -> Self:
        """Open reviews nobody holds a live claim on at `at` (aware UTC)."""
        return self.open().exclude(claim_expires_at__gt=at)


class Review(models.Model):
    """A case in a queue, with the reasons why it is there and at most one live claim.

    It is closed by a decision; `settled_at` is set when that decision took effect. Undo and settling race on one
    conditional UPDATE of these columns (`reviews/actions/deciding.py`, `settling.py`).
    """

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="reviews")
    queue = models.CharField(max_length=20, choices=Queue)
    severity_rank = models.PositiveSmallIntegerField(
        default=0, help_text="0 none, 1 info … 4 blocking: the worst reason."
    )
    comes_first = models.BooleanField(default=False, help_text="Sent back by an editor: ahead of its queue.")
    due_at = models.DateTimeField()
    opened_at = models.DateTimeField(auto_now_add=True)
    question = models.TextField(blank=True, help_text="Why it was escalated or sent back.")
    sent_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reviews_sent",
        help_text="Who escalated or sent it back.",
    )
    claimed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="claims")
    claim_expires_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settles_at = models.DateTimeField(null=True, blank=True, help_text="Copied from the decision that closed it.")

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(
                "queue",
                models.F("comes_first").desc(),
                models.F("severity_rank").desc(),
                "due_at",
                "id",
                condition=Q(closed_at=None),
                name="review_queue_order",
            ),
            models.Index(
                fields=["settles_at"], condition=Q(closed_at__isnull=False, settled_at=None), name="review_to_settle"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["candidate"], condition=Q(settled_at=None), name="one_unsettled_review_per_candidate"
            ),
            models.CheckConstraint(
                condition=Q(claimed_by=None, claim_expires_at=None)
                | Q(claimed_by__isnull=False, claim_expires_at__isnull=False),
                name="claim_has_holder_and_expiry",
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None) | Q(closed_at__isnull=False), name="only_closed_reviews_settle"
            ),
            models.CheckConstraint(
                condition=Q(queue__in=[queue.value for queue in Queue]), name="review_queue_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.candidate} in {self.get_queue_display()}"


class ReviewReason(models.Model):
    """One reason why a take is in a queue."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="reasons")
    code = models.SlugField(help_text="Check key, or not_checked, sent_back, escalated, clean.")
    sentence = models.TextField()
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.sentence

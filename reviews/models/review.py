"""Cases that wait for a person."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from reviews.models.finding import Finding
from reviews.models.named_queue import NamedQueue
from reviews.rules.queues import Queue
from studio.models import Candidate, Membership, Project, User

if TYPE_CHECKING:
    from reviews.models.decision import Decision

HANDED_OUT = ("-comes_first", "-severity_rank", "-was_held", "due_at", "pk")
"""Sent back first, then worst, then what somebody held and gave back or let go, then due, then oldest."""


class ReviewQuerySet(models.QuerySet["Review"]):
    def visible_to(self, user: User) -> Self:
        """By a test on each row: a list that is walked in its order stays flat, which a join or DISTINCT would undo.

        A golden clip is not there for who made the take, and once it is scored only for whom it was put to.
        """
        mine = Membership.objects.filter(user=user, project=OuterRef("project"))
        made = Candidate.objects.made_by(user).filter(sha256=OuterRef("sha256"))
        theirs = Candidate.with_copies.filter(Exists(made), pk=OuterRef("candidate"))
        own = self.model.objects.filter(pk=OuterRef("pk"), decisions__golden_score__judged_by=user)
        found = self.filter(Q(golden=None) | (Q(settled_at=None) & ~Exists(theirs)) | Exists(own))
        return found if user.is_superuser else found.filter(Exists(mine))

    def open(self) -> Self:
        return self.filter(closed_at=None)

    def in_queue(self, queue: Queue, named: NamedQueue | None = None) -> Self:
        """Open reviews of one queue, or of its part `named`, as they are handed out."""
        here = self.open().filter(queue=queue).order_by(*HANDED_OUT)
        return here.filter(named_queue=named) if named else here

    def overdue(self, at: datetime) -> Self:
        return self.open().filter(due_at__lte=at)

    def claimable(self, at: datetime) -> Self:
        """Open reviews nobody holds a live claim on at `at` (aware UTC)."""
        return self.open().exclude(claim_expires_at__gt=at)

    def held_by(self, user: User, at: datetime) -> Self:
        """Open reviews on which `user` has a live claim at `at` (aware UTC)."""
        return self.open().filter(claimed_by=user, claim_expires_at__gt=at)


class Review(models.Model):
    """A case in a queue, with the reasons why it is there and at most one live claim.

    It is closed by a decision; `settled_at` is set when that decision took effect. Undo and settling race on one
    conditional UPDATE of these columns (`reviews/actions/deciding.py`, `settling.py`).
    """

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="reviews")
    project = models.ForeignKey(
        Project,
        on_delete=models.PROTECT,
        related_name="reviews",
        help_text="Of its take: copied, for it never changes.",
    )
    queue = models.CharField(max_length=20, choices=Queue)
    named_queue = models.ForeignKey(
        NamedQueue,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="reviews",
        help_text="In which named part of the flagged queue it lies. Who works it depends on `queue` alone.",
    )
    severity_rank = models.PositiveSmallIntegerField(
        default=0, help_text="0 none, 1 info … 4 blocking: the worst reason."
    )
    comes_first = models.BooleanField(default=False, help_text="Sent back by an editor: ahead of its queue.")
    was_held = models.BooleanField(
        default=False, help_text="Somebody claimed it before: once it is free again it is ahead of others of its rank."
    )
    shows = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="What it may contain that is hard to look at, as bits of `rules/veil.py`; empty: it is ordinary.",
    )
    due_at = models.DateTimeField()
    missed_at = models.DateTimeField(null=True, blank=True, help_text="When it was noticed that it is overdue; once.")
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
    is_audit = models.BooleanField(
        default=False, help_text="Drawn by lot from takes that no instrument stopped. No reviewer is told."
    )
    golden = models.ForeignKey(
        "reviews.Golden",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="showings",
        help_text="The answer is known: it is scored, and moves nothing. Nobody is told before that.",
    )
    independent_of = models.OneToOneField(
        "reviews.Decision",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="second_look",
        help_text="A judgement that waits for this one, by another person who is not told of it. In the escalations "
        "it is the second of two that differ.",
    )
    claimed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="claims")
    claim_expires_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_because = models.TextField(blank=True, help_text="Why it was closed without a decision.")
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
                models.F("was_held").desc(),
                "due_at",
                "id",
                condition=Q(closed_at=None),
                name="review_handed_out",
            ),
            models.Index(
                "named_queue",
                models.F("comes_first").desc(),
                models.F("severity_rank").desc(),
                models.F("was_held").desc(),
                "due_at",
                "id",
                condition=Q(closed_at=None, named_queue__isnull=False),
                name="review_handed_out_by_name",
            ),
            models.Index(
                "project",
                "queue",
                models.F("comes_first").desc(),
                models.F("severity_rank").desc(),
                models.F("was_held").desc(),
                "due_at",
                "id",
                condition=Q(closed_at=None),
                name="review_handed_out_by_project",
            ),
            *(
                models.Index(
                    "project",
                    "queue",
                    models.F("comes_first").desc(),
                    models.F("severity_rank").desc(),
                    models.F("was_held").desc(),
                    "due_at",
                    "id",
                    condition=Q(closed_at=None, shows__isnull=is_ordinary),
                    name=name,
                )
                for name, is_ordinary in (("review_out_ordinary", True), ("review_out_harmful", False))
            ),
            models.Index(fields=["due_at"], condition=Q(closed_at=None), name="review_due"),
            models.Index(
                fields=["claimed_by", "queue"],
                condition=Q(closed_at=None, claimed_by__isnull=False),
                name="review_held_by",
            ),
            models.Index(
                fields=["named_queue", "due_at"],
                condition=Q(closed_at=None, named_queue__isnull=False),
                name="review_due_by_name",
            ),
            models.Index(
                fields=["named_queue", "id"],
                condition=Q(closed_at=None, named_queue__isnull=False),
                name="review_age_by_name",
            ),
            models.Index(fields=["queue", "due_at"], condition=Q(closed_at=None), name="review_queue_due"),
            models.Index(fields=["queue", "id"], condition=Q(closed_at=None), name="review_queue_age"),
            models.Index(
                fields=["due_at"], condition=Q(closed_at=None, missed_at=None), name="review_to_notice_overdue"
            ),
            models.Index(
                fields=["claim_expires_at"],
                condition=Q(closed_at=None, claim_expires_at__isnull=False),
                name="review_held",
            ),
            models.Index(
                fields=["settles_at"], condition=Q(closed_at__isnull=False, settled_at=None), name="review_to_settle"
            ),
            models.Index(fields=["golden"], condition=Q(golden__isnull=False), name="review_of_golden"),
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
            models.CheckConstraint(
                condition=Q(independent_of=None) | ~Q(queue=Queue.EDITOR.value), name="editors_give_no_second_opinion"
            ),
            models.UniqueConstraint(
                fields=["golden"],
                condition=Q(golden__isnull=False, settled_at=None),
                name="a_golden_clip_waits_once",
            ),
            models.CheckConstraint(
                condition=Q(golden=None)
                | Q(queue=Queue.FLAGGED.value, independent_of=None, sent_by=None, is_audit=False, comes_first=False),
                name="golden_clips_lie_among_the_flagged",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.candidate} in {self.get_queue_display()}"

    def waiting_judgements(self) -> list["Decision"]:
        """Those that wait for this review, oldest first: one for a second opinion, two where they differ."""
        last = self.independent_of
        if last is None:
            return []
        first = last.review.independent_of if self.queue == Queue.ESCALATIONS else None
        return [first, last] if first else [last]

    def place_in_queue(self) -> tuple[bool, int, bool, datetime, int]:
        """Sorts as `HANDED_OUT` does."""
        return not self.comes_first, -self.severity_rank, not self.was_held, self.due_at, self.pk


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

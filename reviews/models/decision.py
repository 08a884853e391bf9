"""Judgements. Append-only: to change one's mind is to add a row that supersedes."""

from django.db import models
from django.db.models import Q

from reviews.models.finding import Finding
from reviews.models.policy import Policy
from reviews.models.reason import Reason
from reviews.models.review import Review
from reviews.rules.verbs import Outcome
from studio.models import User


class Decision(models.Model):
    """One judgement, bound to the exact bytes, check runs and policy version that the person saw."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=16, choices=Outcome)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="decisions")
    note = models.TextField(blank=True)
    decision_key = models.UUIDField(unique=True, help_text="Made by the form: the same key is the same decision.")
    bulk_key = models.UUIDField(
        null=True, blank=True, help_text="Shared by what one press decided on the grid, where nobody watched the clips."
    )
    sha256 = models.CharField(max_length=64)
    check_set = models.CharField(max_length=64, help_text="Digest of the newest run of each check.")
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="decisions")
    watched = models.JSONField(
        default=dict, blank=True, help_text="Frames really seen, seconds played and heard (`rules/coverage.py`)."
    )
    seen_at = models.DateTimeField(help_text="When the page that was judged was made.")
    settles_at = models.DateTimeField()
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["bulk_key"], condition=Q(bulk_key__isnull=False), name="decision_in_bulk"),
            models.Index(fields=["decided_by", "sha256"], name="decision_of_bytes"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.UNDONE.value) | Q(supersedes__isnull=False),
                name="undone_names_what_it_undoes",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} by {self.decided_by}"

    @property
    def reasons_shared(self) -> list["DecisionReason"]:
        """Its own, and those of a person who had said the same of this take and waited for it; each reason once."""
        own = list(self.reasons.all())
        first = self.review.independent_of
        if first is None or first.outcome != self.outcome:
            return own
        given = {each.reason_id for each in own}
        return [*own, *(each for each in first.reasons.all() if each.reason_id not in given)]


class DecisionReason(models.Model):
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="reasons")
    reason = models.ForeignKey(Reason, on_delete=models.PROTECT)
    start_frame = models.PositiveIntegerField(null=True, blank=True)
    end_frame = models.PositiveIntegerField(null=True, blank=True, help_text="Exclusive.")
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "reason"], name="a_reason_is_given_once"),
            models.CheckConstraint(
                condition=Q(start_frame=None, end_frame=None) | Q(end_frame__gt=models.F("start_frame")),
                name="reason_range_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return str(self.reason)

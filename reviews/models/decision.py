"""Judgements. Append-only: to change one's mind is to add a row that supersedes."""

from django.db import models
from django.db.models import Q

from reviews.models.finding import Finding
from reviews.models.policy import Policy
from reviews.models.review import Review
from reviews.rules.verbs import Outcome
from studio.models import User


class ReasonRange(models.TextChoices):
    REQUIRED = "yes", "Needs a range"
    OPTIONAL = "opt", "May have a range"
    NONE = "no", "About the whole clip"


class Reason(models.Model):
    """A yes/no observation that a decision cites. Seeded from `reviews/data/reasons.toml`; slugs never change."""

    slug = models.SlugField(unique=True)
    group = models.CharField(max_length=20)
    label = models.CharField(max_length=120)
    severity = models.CharField(max_length=8)
    range_rule = models.CharField(max_length=4, choices=ReasonRange)
    needs_note = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.label

    @property
    def needs_range(self) -> bool:
        return self.range_rule == ReasonRange.REQUIRED


class Decision(models.Model):
    """One judgement, bound to the exact bytes, check runs and policy version that the person saw."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=16, choices=Outcome)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="decisions")
    note = models.TextField(blank=True)
    decision_key = models.UUIDField(unique=True, help_text="Made by the form: the same key is the same decision.")
    sha256 = models.CharField(max_length=64)
    check_set = models.CharField(max_length=64, help_text="Digest of the newest run of each check.")
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="decisions")
    seen_at = models.DateTimeField(help_text="When the page that was judged was made.")
    settles_at = models.DateTimeField()
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.UNDONE.value) | Q(supersedes__isnull=False),
                name="undone_names_what_it_undoes",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} by {self.decided_by}"


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

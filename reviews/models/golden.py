"""Clips whose answer is known, mixed in among the others: what people see in them tells what they see in any."""

from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from reviews.models.decision import Decision
from reviews.models.reason import Reason
from reviews.models.review import Review
from reviews.rules.verbs import Outcome
from studio.models import Candidate, Project, User


class GoldenQuerySet(models.QuerySet["Golden"]):
    def active(self) -> Self:
        return self.filter(retired_at=None)

    def unknown_to(self, user: User, *, but: Review | OuterRef | None = None) -> Self:
        """Without those whose answer `user` gave, and those that they answered before, in another review than `but`."""
        answered = _judged(user).exclude(review__golden=None)
        answered = answered.exclude(review=but) if but else answered
        return self.exclude(made_by=user).exclude(Exists(answered))

    def to_show(self, user: User, *, but: Review | OuterRef | None = None) -> Self:
        """Those to put to `user`: of takes they had no hand in and never judged; severe ones only where they did."""
        made = Candidate.objects.made_by(user).filter(sha256=OuterRef("sha256"))
        seen = Exists(_judged(user).filter(review__golden=None))
        return self.unknown_to(user, but=but).exclude(Exists(made)).filter(is_severe=seen)


def _judged(user: User) -> QuerySet[Decision]:
    """What `user` said of the bytes of the outer query, as any take, and did not take back."""
    said = Decision.objects.filter(decided_by=user, sha256=OuterRef("sha256"), superseded_by=None)
    return said.exclude(outcome=Outcome.UNDONE)


class Golden(models.Model):
    """One take whose answer is known: it passes, or is refused for each of `reasons`."""

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="golden")
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="golden", help_text="Of its take: copied, for it never changes."
    )
    sha256 = models.CharField(max_length=64, help_text="The bytes that were judged.")
    passes = models.BooleanField(help_text="Nothing is wrong with it; else it is refused for its reasons.")
    is_severe = models.BooleanField(
        default=False, help_text="One of its reasons is about safety or blocking: only who has seen the take gets it."
    )
    note = models.TextField(blank=True, help_text="Told with the answer.")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="golden_made")
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="golden_retired")

    objects = GoldenQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["sha256"], condition=Q(retired_at=None), name="one_golden_clip_of_the_same_bytes"
            ),
            models.CheckConstraint(condition=Q(passes=False) | Q(is_severe=False), name="what_passes_is_not_severe"),
            models.CheckConstraint(
                condition=Q(retired_at=None, retired_by=None) | Q(retired_at__isnull=False, retired_by__isnull=False),
                name="golden_clips_are_retired_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"Golden clip {self.pk}"


class GoldenReason(models.Model):
    """One thing that is wrong with it, and where."""

    golden = models.ForeignKey(Golden, on_delete=models.CASCADE, related_name="reasons")
    reason = models.ForeignKey(Reason, on_delete=models.PROTECT)
    start_frame = models.PositiveIntegerField(null=True, blank=True)
    end_frame = models.PositiveIntegerField(null=True, blank=True, help_text="Exclusive.")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["golden", "reason"], name="a_golden_reason_is_given_once"),
            models.CheckConstraint(
                condition=Q(start_frame=None, end_frame=None) | Q(end_frame__gt=F("start_frame")),
                name="golden_range_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return str(self.reason)


class GoldenScore(models.Model):
    """How one person's answer compares. A question is no answer: then nothing is scored."""

    golden = models.ForeignKey(Golden, on_delete=models.PROTECT, related_name="scores")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="golden_score")
    judged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="golden_scores")
    is_right = models.BooleanField(null=True, help_text="Passed what passes, or refused it for what is wrong there.")
    right_outcome = models.BooleanField(null=True)
    right_reason = models.BooleanField(null=True, help_text="Empty where none was to be given.")
    overlap = models.FloatField(
        null=True, help_text="Frames in both ranges of all frames in either, 0 to 1; empty without two ranges."
    )
    scored_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.golden}: {self.is_right}"

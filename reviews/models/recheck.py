"""Checking takes again after a change of the policy: a batch with its progress."""

from typing import Self

from django.db import models
from django.db.models import Q

from reviews.models.policy import Policy
from studio.models import Candidate, LeasedRow, Project, User


class RecheckQuerySet(models.QuerySet["Recheck"]):
    def open(self) -> Self:
        """Those that still have takes to move, or were stopped and can go on."""
        return self.filter(finished_at=None)


class Recheck(LeasedRow):
    """One batch of takes to be checked again under one version. The lease is held by who moves the next few.

    `cancelled_at` stops what has not begun; resuming empties it. It is finished when every take of it is through.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="rechecks")
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="rechecks")
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="rechecks_started")
    started_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = RecheckQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project"], condition=Q(finished_at=None), name="one_unfinished_recheck_per_project"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None) | Q(run_after=None), name="cancelled_recheck_is_not_due"
            ),
        ]

    def __str__(self) -> str:
        return f"re-check under {self.policy}"


class RecheckItem(models.Model):
    """One take of a re-check: waiting, begun, done. `left_out` says why one was passed over."""

    recheck = models.ForeignKey(Recheck, on_delete=models.PROTECT, related_name="items")
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="recheck_items")
    begun_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    left_out = models.CharField(max_length=120, blank=True, help_text="Why it was not checked again, as a sentence.")

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["recheck"], condition=Q(done_at=None), name="recheck_items_to_do")]
        constraints = [
            models.UniqueConstraint(fields=["recheck", "candidate"], name="one_item_per_recheck_and_take"),
            models.CheckConstraint(condition=Q(left_out="") | Q(done_at__isnull=False), name="left_out_is_done"),
        ]

    def __str__(self) -> str:
        return f"{self.candidate} in {self.recheck}"

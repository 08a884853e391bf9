"""The release of an approved clip. There is no other path to the public."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q

from reviews.models.decision import Decision
from studio.models import Candidate, LeasedRow, User


class PublicationState(models.TextChoices):
    PENDING = "pending", "Being published"
    LIVE = "live", "Public"
    WITHDRAWN = "withdrawn", "Withdrawn"
    VOIDED = "voided", "Approval voided"


class WithdrawalReason(models.TextChoices):
    RIGHTS = "rights", "Rights"
    SAFETY = "safety", "Safety"
    ERROR = "error", "Published in error"
    REQUEST = "request", "On request"


class PublicationQuerySet(models.QuerySet["Publication"]):
    def live(self) -> Self:
        return self.filter(state=PublicationState.LIVE)


class Publication(LeasedRow):
    """Bound one-to-one to the approving decision. The route grants access from this row, not from the file's place."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="publication")
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="publications")
    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    state = models.CharField(max_length=10, choices=PublicationState, default=PublicationState.PENDING)
    title = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64, help_text="The published bytes, read back after the copy.")
    media_type = models.CharField(max_length=40)
    explanation = models.TextField(blank=True, help_text="Why publishing was refused, in a sentence.")
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="withdrawals")
    withdrawal_reason = models.CharField(max_length=10, choices=WithdrawalReason, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-pk"]
        indexes = [models.Index(fields=["run_after"], condition=Q(run_after__isnull=False), name="publication_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["candidate"],
                condition=Q(state__in=["pending", "live"]),
                name="one_current_publication_per_candidate",
            ),
            models.CheckConstraint(condition=~Q(state="live") | Q(published_at__isnull=False), name="live_has_a_date"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.get_state_display().lower()})"

"""The audit trail: append-only and hash-chained, written in the same transaction as the change it records."""

from django.db import models


class Event(models.Model):
    """`digest` = SHA-256(previous ‖ canonical JSON of the other fields); see `studio/rules/chain.py`."""

    seq = models.PositiveBigIntegerField(unique=True, help_text="Gap-free, from 1.")
    at = models.DateTimeField()
    actor = models.CharField(max_length=60, help_text="`user:3` or `system:triage`.")
    verb = models.CharField(max_length=40)
    subject = models.CharField(max_length=60, db_index=True, help_text="Type and id: `candidate:7`.")
    data = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["seq"]

    def __str__(self) -> str:
        return f"{self.seq} {self.actor} {self.verb} {self.subject}"


class ChainHead(models.Model):
    """The one row that is locked last in a transaction and holds the newest digest."""

    seq = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="0" * 64)

    def __str__(self) -> str:
        return f"event {self.seq}"

"""How providers are reached and how they fare: shared by every process, so that all keep to the same limits."""

from django.db import models
from django.db.models import Q

from studio.models.person import User


class ProviderAccount(models.Model):
    """What a moderator set for a provider; it goes before what the environment says. Secrets are sealed (`keyring`)."""

    provider = models.SlugField(unique=True)
    base_url = models.CharField(max_length=300, blank=True, help_text="Empty: the provider's own address.")
    options = models.JSONField(default=dict, blank=True)
    sealed_secrets = models.TextField(blank=True, editable=False)
    secret_endings = models.JSONField(
        default=dict, blank=True, editable=False, help_text="Last four characters of each secret, by its name."
    )
    is_enabled = models.BooleanField(default=True)
    most_at_once = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Jobs in flight at the same time; empty: as the catalogue says."
    )
    most_per_minute = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Paid calls a minute, e.g. 50; empty: no limit of ours."
    )
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["provider"]

    def __str__(self) -> str:
        return self.provider


class ProviderGate(models.Model):
    """What all workers together may still send to a provider: a token bucket, and a circuit breaker."""

    provider = models.SlugField(unique=True)
    tokens = models.FloatField(default=0.0)
    refilled_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0, help_text="Failures of the line in a row.")
    denials = models.PositiveSmallIntegerField(
        default=0, help_text="Paid calls in a row that were turned away for want of money or of a right."
    )
    closed_until = models.DateTimeField(
        null=True, blank=True, help_text="Nothing is sent before this time: the provider does not answer."
    )
    last_trouble = models.TextField(blank=True)
    stopped_because = models.TextField(
        blank=True, help_text="Set when waiting does not help (no money, a wrong key); cleared by a moderator."
    )

    def __str__(self) -> str:
        return self.provider


class WebhookEvent(models.Model):
    """A call from a provider: kept once, and never more than a hint to look at a job."""

    provider = models.SlugField()
    event_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=80, blank=True)
    remote_id = models.CharField(max_length=400, blank=True)
    received_at = models.DateTimeField(db_index=True)
    matched = models.BooleanField(default=False, help_text="Whether a generation of ours was found.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "event_id"], name="one_row_per_webhook_event")]
        indexes = [
            models.Index(fields=["provider", "remote_id"], condition=Q(matched=False), name="webhook_unmatched"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id}"

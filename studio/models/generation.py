"""One paid call to a generator. The row is committed before the call."""

import secrets
import uuid
from typing import Self

from django.db import models
from django.db.models import Q

from studio.models.batch import Batch
from studio.models.leased import LeasedRow
from studio.models.person import User
from studio.models.prompt import Prompt
from studio.rules.generation import GenerationState, Reason, is_final

TOKEN_BYTES = 32
"""256 bits: whoever knows the address was given it."""


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


class GenerationQuerySet(models.QuerySet["Generation"]):
    def visible_to(self, user: User) -> Self:
        return self if user.is_superuser else self.filter(prompt__project__memberships__user=user).distinct()

    def holding_a_place(self) -> Self:
        """Jobs that count towards what a provider does for us at the same time."""
        at_work = Q(state__in=[GenerationState.SUBMITTED, GenerationState.RUNNING])
        return self.filter(at_work | Q(state=GenerationState.SENDING, sent_at__isnull=False))

    def not_sent(self) -> Self:
        """Reserved, or turned away and to be sent again."""
        return self.filter(state__in=[GenerationState.RESERVED, GenerationState.SENDING], sent_at=None)

    def in_flight(self) -> Self:
        return self.filter(state__in=[state for state in GenerationState if not is_final(state)])


class Errand(models.TextChoices):
    """Which machine takes the next step, so that thousands of jobs to look at do not stand before one to send."""

    SEND = "send", "Send it, or settle a call whose answer was lost (workers)"
    POLL = "poll", "Ask how it stands (the poller)"
    FETCH = "fetch", "Fetch what it delivered (workers, before anything else)"


class Priority(models.IntegerChoices):
    """Lower goes first."""

    PERSON = 0, "A person waits"
    BATCH = 5, "One of many"


class Generation(LeasedRow):
    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="generations")
    take_number = models.PositiveSmallIntegerField(help_text="Counts the takes asked for together, from 1.")
    provider = models.SlugField()
    model = models.CharField(max_length=80)
    parameters = models.JSONField(default=dict, help_text="Seconds, size, fps, audio as sent.")
    seed = models.BigIntegerField(null=True, blank=True)
    samples = models.PositiveSmallIntegerField(default=1, help_text="Clips that this one call makes.")
    withheld = models.PositiveSmallIntegerField(default=0, help_text="Of these, kept back by the safety system.")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True, blank=True, related_name="generations")
    retry_of = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="retried_as")
    errand = models.CharField(max_length=8, choices=Errand, default=Errand.SEND)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.PERSON)
    callback_token = models.CharField(
        max_length=64,
        default=new_token,
        editable=False,
        help_text="The secret part of the address that may be called back.",
    )
    lookups = models.PositiveSmallIntegerField(default=0, help_text="How often a lost answer was looked for.")
    client_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    remote_id = models.CharField(max_length=400, blank=True)
    state = models.CharField(max_length=12, choices=GenerationState, default=GenerationState.DRAFT)
    reason = models.CharField(max_length=20, choices=Reason, blank=True)
    explanation = models.TextField(blank=True, help_text="A sentence for people: why it ended as it did.")
    progress = models.PositiveSmallIntegerField(default=0, help_text="Per cent, as the provider says.")
    cost_estimated = models.DecimalField(max_digits=12, decimal_places=4, help_text="US dollars.")
    cost_billed = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="generations")
    request = models.JSONField(default=dict, help_text="What was sent, without secrets.")
    answer = models.JSONField(default=dict, help_text="The provider's last answer, without secrets.")
    states_seen = models.JSONField(default=list, help_text='Every state with its time: [{"state", "at", "said"}].')
    sent_at = models.DateTimeField(
        null=True, blank=True, help_text="Set before the call, cleared only when the provider provably did not accept."
    )
    deadline_at = models.DateTimeField(
        null=True, blank=True, help_text="When an unfinished job becomes unknown (stalled)."
    )
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    cancel_told_at = models.DateTimeField(
        null=True, blank=True, help_text="When the provider was asked to stop; it may deliver all the same."
    )
    forgotten_at = models.DateTimeField(
        null=True, blank=True, help_text="When the provider was made to delete the job and its files."
    )
    poll_failures = models.PositiveSmallIntegerField(default=0, help_text="Looks in a row that brought no answer.")
    url_expires_at = models.DateTimeField(null=True, blank=True)
    bad_downloads = models.PositiveSmallIntegerField(default=0)
    delivered_sha256 = models.CharField(
        max_length=64, blank=True, help_text="Bytes kept although no take came of them."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = GenerationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["errand", "priority", "run_after"],
                condition=Q(run_after__isnull=False),
                name="generation_due_by_errand",
            ),
            models.Index(fields=["provider", "state"], name="generation_at_provider"),
            models.Index(fields=["callback_token"], name="generation_callback"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["prompt", "take_number"], name="one_generation_per_take"),
            models.UniqueConstraint(
                fields=["provider", "remote_id"], condition=~Q(remote_id=""), name="one_generation_per_remote_job"
            ),
            models.CheckConstraint(condition=Q(cost_estimated__gte=0), name="cost_is_not_negative"),
            models.CheckConstraint(
                condition=~Q(state__in=["submitted", "running"]) | ~Q(remote_id=""), name="submitted_has_remote_id"
            ),
        ]

    def __str__(self) -> str:
        return f"Take {self.take_number} of {self.prompt} by {self.model}"

    @property
    def is_final(self) -> bool:
        return is_final(self.state)

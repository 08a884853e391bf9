"""Takes, and the bytes they are made of."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q

from studio.models.generation import Generation
from studio.models.leased import LeasedRow
from studio.models.person import User
from studio.models.prompt import Prompt
from studio.rules.lifecycle import Status


class Blob(models.Model):
    """One file, named by the SHA-256 of its bytes. Never rewritten."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    media_type = models.CharField(max_length=40, help_text="From our own probe, never from the sender's word.")
    derived = models.JSONField(
        default=dict, blank=True, help_text="SHA-256 of each file made of it: what is published is held to these."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.sha256


class Source(models.TextChoices):
    GENERATION = "generation", "Generated"
    UPLOAD = "upload", "Uploaded"
    IMPORT = "import", "Imported"


class CandidateQuerySet(models.QuerySet["Candidate"]):
    def visible_to(self, user: User) -> Self:
        """Takes of projects in which `user` holds a role: who may open a take's pages may fetch its bytes."""
        return self if user.is_superuser else self.filter(prompt__project__memberships__user=user).distinct()

    def made_by(self, user: User) -> Self:
        """Takes that `user` had a hand in."""
        return self.filter(makers=user)

    def with_status(self, *statuses: Status) -> Self:
        return self.filter(status__in=statuses)


EveryCandidate = models.Manager.from_queryset(CandidateQuerySet)


class TakeManager(EveryCandidate["Candidate"]):
    """Takes as people make and count them: without copies."""

    def get_queryset(self) -> CandidateQuerySet:
        return CandidateQuerySet(self.model, using=self._db).filter(copy_of=None)


class Candidate(LeasedRow):
    """One take. The lease is the checker's."""

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="candidates")
    generation = models.ForeignKey(
        Generation, on_delete=models.PROTECT, null=True, blank=True, related_name="candidates"
    )
    sample = models.PositiveSmallIntegerField(default=0, help_text="Which clip of its generation, from 0.")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="candidates")
    sha256 = models.CharField(max_length=64, db_index=True)
    source = models.CharField(max_length=12, choices=Source)
    name = models.CharField(
        max_length=200, help_text="What people call it: the file's name, or the prompt's title and take."
    )
    status = models.CharField(max_length=20, choices=Status, default=Status.CHECKING)
    facts = models.JSONField(help_text="What our own probe measured (`ClipFacts`).")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="candidates")
    makers = models.ManyToManyField(
        User, related_name="made", help_text="Everybody who wrote, asked for or brought this take: they never judge it."
    )
    copy_of = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="copies",
        help_text="The take whose bytes are shown once more under another name; a copy never moves and counts nowhere.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TakeManager()
    with_copies = CandidateQuerySet.as_manager()
    """For what is asked for by its own address, and by whoever judges it."""

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["status"], name="candidate_status"),
            models.Index(fields=["run_after"], condition=Q(run_after__isnull=False), name="candidate_due"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["generation", "sample"],
                condition=Q(generation__isnull=False, copy_of=None),
                name="one_take_per_sample",
            ),
            models.CheckConstraint(
                condition=Q(copy_of=None) | Q(status=Status.IN_REVIEW.value), name="copies_are_in_review"
            ),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in Status]), name="candidate_status_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

"""Files that go along with a prompt: stills, clips, masks; named by their bytes, with a note on the right to use."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q

from providers.base import ReferenceRole
from studio.models.candidate import Blob, Candidate
from studio.models.person import User
from studio.models.project import Project
from studio.models.prompt import Prompt


class AssetKind(models.TextChoices):
    STILL = "still", "Still"
    CLIP = "clip", "Clip"


class AssetQuerySet(models.QuerySet["Asset"]):
    def visible_to(self, user: User) -> Self:
        return self if user.is_superuser else self.filter(project__memberships__user=user).distinct()


class Asset(models.Model):
    """A file somebody brought in to guide takes. Stills were re-encoded by us and carry no metadata."""

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="assets")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="assets")
    kind = models.CharField(max_length=8, choices=AssetKind)
    name = models.CharField(max_length=200)
    width = models.PositiveIntegerField(help_text="Pixels.")
    height = models.PositiveIntegerField(help_text="Pixels.")
    duration_seconds = models.DecimalField(max_digits=10, decimal_places=3, null=True, blank=True)
    rights_note = models.CharField(
        max_length=400,
        help_text="Why we may use it, e.g. “Own photograph, 2026” or “Licensed from the agency, no. 4711”.",
    )
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assets")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AssetQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["project", "blob"], name="one_asset_per_file_and_project"),
            models.CheckConstraint(condition=~Q(rights_note=""), name="asset_has_rights_note"),
        ]

    def __str__(self) -> str:
        return self.name


class PromptReference(models.Model):
    """A file that goes along with one revision: an asset, or a take of this house."""

    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="references")
    role = models.CharField(
        max_length=12, choices=[(role.value, role.value.replace("_", " ").capitalize()) for role in ReferenceRole]
    )
    position = models.PositiveSmallIntegerField(default=0)
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, null=True, blank=True, related_name="uses")
    take = models.ForeignKey(Candidate, on_delete=models.PROTECT, null=True, blank=True, related_name="uses")

    class Meta:
        ordering = ["prompt", "position"]
        constraints = [
            models.UniqueConstraint(fields=["prompt", "position"], name="one_reference_per_position"),
            models.CheckConstraint(
                condition=Q(asset__isnull=False, take__isnull=True) | Q(asset__isnull=True, take__isnull=False),
                name="reference_is_asset_or_take",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.prompt}"

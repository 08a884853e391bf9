"""Pictures that must not come back: entries that moderators add and take away."""

from typing import Self

from django.db import models
from django.db.models import Q

from reviews.models.publication import Publication
from studio.models import Candidate, User


class BlockEntryQuerySet(models.QuerySet["BlockEntry"]):
    def active(self) -> Self:
        return self.filter(removed_at=None)


class BlockEntry(models.Model):
    """The pictures of one clip, shut out of the whole house. Never deleted, never shown: its number stands for it."""

    hashes = models.BinaryField(help_text="PDQ of the pictures that tell something, 32 bytes each.")
    reason = models.TextField(max_length=400)
    source = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="block_entries")
    publication = models.ForeignKey(
        Publication,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="block_entries",
        help_text="The withdrawn release it was taken from.",
    )
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="block_entries")
    added_at = models.DateTimeField()
    removed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="block_entries_removed"
    )
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_because = models.TextField(max_length=400, blank=True)

    objects = BlockEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "block entries"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["source"], condition=Q(removed_at=None), name="one_block_entry_per_take"),
            models.CheckConstraint(condition=~Q(reason=""), name="block_entry_has_a_reason"),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None, removed_because="")
                | (Q(removed_at__isnull=False, removed_by__isnull=False) & ~Q(removed_because="")),
                name="removed_block_entry_says_by_whom_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"entry {self.pk}"


class BlockMatch(models.Model):
    """A take that came near an entry when it was checked."""

    entry = models.ForeignKey(BlockEntry, on_delete=models.PROTECT, related_name="matches")
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="block_matches")
    label = models.SlugField(help_text="listed or resembles.")
    bits = models.PositiveSmallIntegerField(help_text="Differing bits of the nearest picture, of 256.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["entry", "candidate"], name="one_match_per_entry_and_take")]

    def __str__(self) -> str:
        return f"{self.candidate} {self.label} {self.entry}"

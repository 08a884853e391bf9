"""The taxonomy of refusals: house-wide rows that moderators edit (`actions/taxonomy.py`)."""

from typing import Self

from django.db import models


class ReasonRange(models.TextChoices):
    REQUIRED = "yes", "Needs a range"
    OPTIONAL = "opt", "May have a range"
    NONE = "no", "About the whole clip"


class ReasonQuerySet(models.QuerySet["Reason"]):
    def offered(self) -> Self:
        return self.filter(retired_at=None)


class Reason(models.Model):
    """A yes/no observation that a decision cites. Seeded from `reviews/data/reasons.toml`; slugs never change.

    One that is retired is offered no more; what cited it keeps it.
    """

    slug = models.SlugField(unique=True)
    group = models.CharField(max_length=20)
    label = models.CharField(max_length=120)
    severity = models.CharField(max_length=8)
    range_rule = models.CharField(max_length=4, choices=ReasonRange)
    needs_note = models.BooleanField(default=False)
    for_moderators = models.BooleanField(
        default=False, help_text="Others escalate what shows it; only a moderator refuses for it."
    )
    position = models.PositiveSmallIntegerField(default=0, help_text="Those of a group stand together.")
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = ReasonQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.label

    @property
    def needs_range(self) -> bool:
        return self.range_rule == ReasonRange.REQUIRED

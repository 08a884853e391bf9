"""Queues that moderators name: parts of the flagged one, each with the rule that fills it."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from reviews.rules.named_queues import QueueRule
from reviews.rules.severity import Severity
from studio.models import Project, User


class NamedQueueQuerySet(models.QuerySet["NamedQueue"]):
    def in_force(self) -> Self:
        """In the order in which their rules are asked: a project's own before the house's."""
        return self.filter(removed_at=None).order_by(F("project").asc(nulls_last=True), "position", "pk")

    def visible_to(self, user: User) -> Self:
        if user.is_superuser:
            return self
        return self.filter(Q(project=None) | Q(project__in=user.memberships.values("project")))


class NamedQueue(models.Model):
    """Who works a review, and with which verbs, depends on its stage alone; a name only says where it lies."""

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="None: the whole house."
    )
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    purpose = models.CharField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    checks = models.JSONField(
        default=list, blank=True, help_text="Why a take is there: one of these, e.g. people or hands. Empty: any."
    )
    labels = models.JSONField(default=list, blank=True, help_text="A finding of one of these labels. Empty: any.")
    at_least = models.CharField(
        max_length=8,
        blank=True,
        choices=[(each.value, each.value.title()) for each in Severity],
        help_text="This severity or a worse one; major takes major and blocking.",
    )
    provider = models.CharField(max_length=50, blank=True, help_text="Slug of the provider, e.g. runway.")
    model = models.CharField(max_length=80, blank=True, help_text="Exactly this model, e.g. sandbox-1.")
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = NamedQueueQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    def rule(self) -> QueueRule:
        return QueueRule(
            queue=self.pk,
            project=self.project_id,
            checks=frozenset(self.checks),
            labels=frozenset(self.labels),
            at_least=self.at_least,
            provider=self.provider,
            model=self.model,
        )

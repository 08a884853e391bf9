"""Prompts with blanks to fill. A template is never edited in place: a change is a new version."""

from typing import Self

from django.db import models

from studio.models.person import User
from studio.models.project import Project


class TemplateQuerySet(models.QuerySet["Template"]):
    def newest_versions(self) -> Self:
        return self.filter(versions=None)


class Template(models.Model):
    """One version. A variable {"name", "type", "choices", "default"} is used as {{name}} in text and direction; its
    type is text, choice, number, colour or reference.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="templates")
    parent = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="versions")
    number = models.PositiveIntegerField(default=1)
    name = models.CharField(max_length=120)
    text = models.TextField(blank=True)
    direction = models.JSONField(default=dict, blank=True)
    variables = models.JSONField(default=list, blank=True)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="templates")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.name} (version {self.number})"

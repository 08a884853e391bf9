"""Filters that a person wants to come back to."""

from django.db import models

from studio.models import User


class SavedView(models.Model):
    """One address of a queue's page under a name of its owner's choosing. Nobody else sees it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    place = models.SlugField(max_length=60, help_text="The queue's slug.")
    query = models.CharField(max_length=400, blank=True, help_text="The filters, as they stand in the address.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="one_view_of_a_name")]

    def __str__(self) -> str:
        return self.name

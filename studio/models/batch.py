"""Many takes ordered together: one press, one total, one place to watch, pause and stop them."""

import uuid

from django.db import models

from studio.models.person import User
from studio.models.project import Project


class Batch(models.Model):
    """A pause holds back what was not sent yet; a cancellation also asks the providers to stop the rest."""

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="batches")
    name = models.CharField(max_length=120)
    ordered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="batches")
    form_token = models.UUIDField(unique=True, help_text="One submit, one batch: a repeat finds this row.")
    cost_estimated = models.DecimalField(max_digits=12, decimal_places=4, help_text="US dollars, of the first order.")
    paused_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "batches"

    def __str__(self) -> str:
        return self.name

"""Keys for other software. The key itself is shown once and never stored."""

from django.db import models
from django.utils import timezone

from studio.models.person import User
from studio.models.project import Project


class ApiToken(models.Model):
    """Found by its first characters, proved by the SHA-256 of the whole. No scope can decide, approve or publish."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, null=True, blank=True, related_name="api_tokens", help_text="Empty: all."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    writes_left = models.FloatField(default=0.0, help_text="Of the allowance a minute, at the time beside it.")
    writes_counted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

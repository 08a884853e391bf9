"""The roles a person may hold in a project."""

from django.db.models import TextChoices


class Role(TextChoices):
    AUTHOR = "author", "Author"
    REVIEWER = "reviewer", "Reviewer"
    EDITOR = "editor", "Editor"
    MODERATOR = "moderator", "Moderator"
    AUDITOR = "auditor", "Auditor"

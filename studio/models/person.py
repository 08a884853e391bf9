"""People and what they prefer."""

from django.contrib.auth.models import AbstractUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models


class User(AbstractUser):
    """A person. Roles belong to a project (`Membership`), never to the person."""

    @property
    def display_name(self) -> str:
        return self.get_full_name() or self.username


class Theme(models.TextChoices):
    SYSTEM = "system", "As the system"
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"


SPEEDS_PERCENT = (25, 50, 100, 150, 200, 400)
"""What a player offers, 100 being the clip's own speed."""


class Preferences(models.Model):
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="preferences")
    theme = models.CharField(max_length=8, choices=Theme, default=Theme.SYSTEM)
    undo_seconds = models.PositiveSmallIntegerField(
        default=10,
        validators=[MinValueValidator(10), MaxValueValidator(60)],
        help_text="How long a decision can be taken back: 10, 20, 30 or 60 seconds.",
    )
    keys = models.JSONField(
        default=dict,
        blank=True,
        help_text='Profile and own keys, "" for none: {"profile": "edit_suite", "remaps": {"room.pass": "W"}}.',
    )
    care = models.JSONField(
        default=dict,
        blank=True,
        help_text="What they ask for their own sake. Private: read for its person alone, and in no event.",
    )

    speed_percent = models.PositiveSmallIntegerField(
        default=100, help_text="How fast clips play, as the person last chose it: 25, 50, 100, 150, 200 or 400."
    )

    class Meta:
        verbose_name_plural = "preferences"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(speed_percent__in=SPEEDS_PERCENT), name="speed_is_one_a_player_has"
            )
        ]

    def __str__(self) -> str:
        return f"Preferences of {self.user}"

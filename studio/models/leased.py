"""Rows that machines work on: a lease with an attempt number, and the time at which the row is due.

A lease is a task's time-limited hold on a row. It is taken and fenced by `studio/actions/leasing.py`.
"""

from datetime import datetime

from django.db import models
from django.db.models import Q


def due(at: datetime) -> Q:
    """Rows with work to do at `at` (aware UTC) that no live lease holds."""
    return Q(run_after__lte=at) & (Q(leased_until=None) | Q(leased_until__lte=at))


class LeasedRow(models.Model):
    run_after = models.DateTimeField(
        null=True, blank=True, help_text="When the next step is due; empty when nothing is left to do."
    )
    attempt = models.PositiveIntegerField(
        default=0, help_text="Raised by each lease; a write under an older number is refused."
    )
    leased_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

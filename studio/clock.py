"""One clock for everything that expires: the database's, so that hosts with drifting clocks agree."""

from datetime import UTC, datetime

from django.db import connection
from django.utils import timezone


def now() -> datetime:
    """Aware UTC now. PostgreSQL is asked (`clock_timestamp()`); SQLite lives on this host, whose clock is its clock."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        at: datetime = cursor.fetchone()[0]
    return at.astimezone(UTC)

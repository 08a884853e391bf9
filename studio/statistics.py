"""What the database knows of its own rows, so that it takes the index that fits."""

from django.db import connection

ROWS_LOOKED_AT = 1000
EVERY_TABLE = 0x10002
"""Analyse whatever grew since it was analysed last: https://www.sqlite.org/pragma.html#pragma_optimize."""


def refresh_statistics() -> None:
    """For SQLite, which has nobody who does it; PostgreSQL has its autovacuum. A few hundredths of a second."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA analysis_limit = {ROWS_LOOKED_AT}")
        cursor.execute(f"PRAGMA optimize = {EVERY_TABLE}")

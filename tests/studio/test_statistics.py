"""The database looks at its own tables, where nobody else does it for it."""

from django.db import connection

from studio.statistics import refresh_statistics


def test_sqlite_knows_its_tables_afterwards_and_others_are_left_alone(author):
    refresh_statistics()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM sqlite_stat1 WHERE tbl = 'studio_membership'")
            assert cursor.fetchone()[0] > 0

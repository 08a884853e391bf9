"""Counts that cost the same however much waits: they stop at a number beyond which nobody reads them exactly."""

from collections.abc import Mapping
from typing import Any

from django.db.models import IntegerField, Model, QuerySet, Subquery

from studio.models import User

MOST_COUNTED = 200


class Counted(Subquery):
    """How many rows a query gives, up to one more than `MOST_COUNTED`."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()

    def __init__(self, rows: QuerySet[Any]) -> None:
        super().__init__(rows.values("pk")[: MOST_COUNTED + 1])


def read_together(user: User, **what: Subquery) -> Mapping[str, Any]:
    """Several scalar questions in one query; it stands on the row of whoever asks."""
    row: Mapping[str, Any] = User.objects.filter(pk=user.pk).values(**what).get() if what else {}
    return row


def count_of(rows: QuerySet[Model]) -> int:
    return rows.values("pk")[: MOST_COUNTED + 1].count()


def at_most(count: int) -> str:
    """ "12", or "200+" where counting stopped."""
    return f"{MOST_COUNTED:,}+" if count > MOST_COUNTED else f"{count:,}"

"""What the instruments said of a take: every check with how it ended, and what it found where."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema

from reviews.models import CheckRun, CheckStatus, Finding
from reviews.rules.severity import Severity
from studio.api.access import TokenRequest, needs
from studio.api.answers import Cursor, Paged, answers, page_of
from studio.api.takes import takes_by_address
from studio.rules.scopes import Scope

router = Router(tags=["takes"])


class CheckOut(Schema):
    check: str
    version: int
    status: CheckStatus
    reason: str
    seconds: float | None
    finished_at: datetime | None


class ChecksOut(Schema):
    items: list[CheckOut]


class FindingOut(Schema):
    """`end_frame` and `end_seconds` are the first that do not belong to it; `box` is in 0 to 1 of the picture."""

    id: int
    check: str
    label: str
    severity: Severity
    start_frame: int
    end_frame: int
    start_seconds: float
    end_seconds: float
    score: float | None
    threshold: float | None
    unit: str
    box: list[float] | None
    message: str


@router.get("/takes/{uuid:uuid}/checks", response=answers(ChecksOut), **needs(Scope.CANDIDATES_READ))
def list_checks(request: TokenRequest, uuid: UUID) -> ChecksOut:
    """The newest run of each instrument. One that is not `clean` or `findings` did not say that the take is clean."""
    runs = CheckRun.objects.newest_of(get_object_or_404(takes_by_address(request), uuid=uuid))
    same = ("version", "status", "reason", "seconds", "finished_at")
    items = [CheckOut(check=run.check_key, **{name: getattr(run, name) for name in same}) for run in runs]
    return ChecksOut(items=items)


@router.get("/takes/{uuid:uuid}/findings", response=answers(Paged[FindingOut]), **needs(Scope.CANDIDATES_READ))
def list_findings(request: TokenRequest, uuid: UUID, cursor: Query[Cursor]) -> dict[str, Any]:
    """Of the newest run of each instrument."""
    take = get_object_or_404(takes_by_address(request), uuid=uuid)
    return page_of(request, Finding.objects.current(take), cursor, _shown)


def _shown(rows: Sequence[Finding]) -> list[FindingOut]:
    same = [name for name in FindingOut.model_fields if name != "check"]
    return [FindingOut(check=row.check_key, **{name: getattr(row, name) for name in same}) for row in rows]

"""The trail of events, for keeping a copy of it elsewhere."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ninja import Query, Router, Schema
from pydantic import Field

from reviews.views.audit import keepers_only
from studio.api.access import TokenRequest, needs
from studio.api.answers import Cursor, Paged, answers, page_of
from studio.errors import NotPermitted
from studio.models import Event
from studio.rules.scopes import Scope

router = Router(tags=["events"])


class EventOut(Schema):
    id: int
    seq: int
    at: datetime
    actor: str
    verb: str
    subject: str
    data: dict[str, Any]
    previous: str
    digest: str


class EventFilter(Cursor):
    subject: str | None = Field(None, pattern=r"^[a-z]+:\d+$", max_length=60, description="For example `candidate:7`.")
    verb: str | None = Field(None, pattern=r"^[a-z_]{1,40}$")


@router.get("/events", response=answers(Paged[EventOut]), **needs(Scope.AUDIT_READ))
def list_events(request: TokenRequest, wanted: Query[EventFilter]) -> dict[str, Any]:
    """Every event of the house, for auditors and moderators; a token for one project cannot part them by project."""
    keepers_only(request.auth.user)
    if request.auth.project_id is not None:
        raise NotPermitted("The trail is of all projects together; this token is for one.")
    columns = {"subject": wanted.subject, "verb": wanted.verb}
    rows = Event.objects.filter(**{name: value for name, value in columns.items() if value is not None})

    def show(found: Sequence[Event]) -> list[EventOut]:
        return [EventOut(**{name: getattr(row, name) for name in EventOut.model_fields}) for row in found]

    return page_of(request, rows, wanted, show)

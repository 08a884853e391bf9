"""The taxonomy of refusals: reasons are added, worded and retired, never deleted; their slugs never change."""

from dataclasses import asdict, dataclass

from django.db.models import F
from django.utils.text import slugify

from reviews.models import Reason, ReasonRange
from reviews.rules.reasons import groups
from reviews.rules.severity import Severity
from studio import clock
from studio.actions.events import Actor, action, record_event
from studio.actions.permitting import moderates
from studio.errors import Conflict, Invalid, NotPermitted
from studio.models import User


@dataclass(frozen=True, slots=True)
class ReasonDraft:
    """What a moderator may say of a reason."""

    label: str
    severity: Severity
    range_rule: ReasonRange
    needs_note: bool = False
    for_moderators: bool = False


@action
def add_reason(draft: ReasonDraft, *, group: str, by: User) -> Reason:
    """The new reason, last of its group; its slug is made from its label.

    Raises NotPermitted unless `by` moderates every project, Invalid for an unknown group or an empty label, Conflict
    for a label that is known.
    """
    _require_editor(by)
    if group not in groups():
        raise Invalid(f"There is no group “{group}”.")
    label = _required_label(draft)
    slug = slugify(label).replace("-", "_")[:50]
    if Reason.objects.filter(slug=slug).exists():
        raise Conflict("There is such a reason already, perhaps one that was retired.")
    last = Reason.objects.filter(group=group).last()
    position = last.position + 1 if last else 0
    Reason.objects.filter(position__gte=position).update(position=F("position") + 1)
    reason = Reason.objects.create(slug=slug, group=group, position=position, **asdict(draft) | {"label": label})
    record_event(reason, verb="reason_added", actor=Actor.of(by), data=_data(reason))
    return reason


@action
def word_reason(reason: Reason, draft: ReasonDraft, *, by: User) -> None:
    """Say it otherwise. Decisions of before read like this too. Raises as `add_reason` does."""
    _require_editor(by)
    label = _required_label(draft)
    before = _data(Reason.objects.select_for_update().get(pk=reason.pk))
    Reason.objects.filter(pk=reason.pk).update(**asdict(draft) | {"label": label})
    reason.refresh_from_db()
    record_event(reason, verb="reason_changed", actor=Actor.of(by), data={"before": before, "after": _data(reason)})


@action
def retire_reason(reason: Reason, *, by: User) -> None:
    """Offer it no more. Raises NotPermitted as above, Conflict when it is retired already."""
    _require_editor(by)
    if not Reason.objects.offered().filter(pk=reason.pk).update(retired_at=clock.now()):
        raise Conflict("This reason is retired already.")
    record_event(reason, verb="reason_retired", actor=Actor.of(by), data={"slug": reason.slug})


@action
def restore_reason(reason: Reason, *, by: User) -> None:
    """Offer it again. Raises NotPermitted as above, Conflict when it is offered."""
    _require_editor(by)
    if not Reason.objects.filter(pk=reason.pk).exclude(retired_at=None).update(retired_at=None):
        raise Conflict("This reason is offered already.")
    record_event(reason, verb="reason_restored", actor=Actor.of(by), data={"slug": reason.slug})


def _require_editor(user: User) -> None:
    if not moderates(user, None):
        raise NotPermitted("The taxonomy belongs to the house: only who moderates every project edits it.")


def _required_label(draft: ReasonDraft) -> str:
    if not (label := draft.label.strip()):
        raise Invalid("Say it as a sentence that is true or not, e.g. “A hand is malformed”.")
    return label


def _data(reason: Reason) -> dict[str, object]:
    names = ("slug", "group", "label", "severity", "range_rule", "needs_note", "for_moderators")
    return {name: getattr(reason, name) for name in names}

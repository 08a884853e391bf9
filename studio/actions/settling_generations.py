"""What people do about a generation: cancel it, ask again, settle one whose answer was lost, adopt a late clip."""

from django.db.models import F

from providers.errors import ProviderError
from studio import clock
from studio.actions.concluding import JOB_DEADLINE, call, settle
from studio.actions.events import Actor, action, record_event
from studio.actions.fetching import add_take
from studio.actions.ingesting import StoredClip, store_clip
from studio.actions.permitting import require_role
from studio.enqueue import after_commit
from studio.errors import Conflict, Invalid
from studio.generators import can_delete, can_search
from studio.media.errors import ChildFailed, UnreadableClip
from studio.models import Errand, Generation, User
from studio.rules.generation import GenerationState, Reason, is_final
from studio.rules.roles import Role
from studio.store import media_store

STEP = "studio.tasks.step_generation"
OPEN = [state for state in GenerationState if not is_final(state) and state is not GenerationState.UNKNOWN]


@action
def request_cancel(generation: Generation, *, by: User) -> None:
    """Ask for a cancellation, done when the provider confirms. Raises NotPermitted, Conflict when it has ended."""
    require_role(by, generation.prompt.project, Role.AUTHOR, Role.EDITOR)
    if not ask_to_cancel(generation, actor=Actor.of(by)):
        raise Conflict("It has already ended or is being cancelled.")


def ask_to_cancel(generation: Generation, *, actor: Actor) -> bool:
    """Inside the caller's action; False when it has ended or is being cancelled."""
    at = clock.now()
    still_open = Generation.objects.filter(pk=generation.pk, state__in=OPEN, cancel_requested_at=None)
    if not still_open.update(cancel_requested_at=at, run_after=at, errand=Errand.SEND):
        return False
    record_event(generation, verb="cancel_requested", actor=actor)
    after_commit(STEP, generation.pk)
    return True


@action
def ask_again(generation: Generation, *, by: User) -> None:
    """Look again for an unknown job, or at it when its number is known.

    Raises NotPermitted, Invalid when it cannot be found, Conflict when it is not unknown any more.
    """
    require_role(by, generation.prompt.project, Role.AUTHOR, Role.EDITOR, Role.MODERATOR)
    if not generation.remote_id and not can_search(generation.provider):
        raise Invalid("The answer was lost, and this provider cannot be searched for the job. Settle it by hand.")
    if not look_anew(generation, actor=Actor.of(by)):
        raise Conflict("It is not unknown any more.")


def look_anew(generation: Generation, *, actor: Actor) -> bool:
    """Inside the caller's action: the ladder from its first rung, or a look at the job; False unless it is unknown."""
    at = clock.now()
    unknown = Generation.objects.filter(pk=generation.pk, state=GenerationState.UNKNOWN)
    if not unknown.update(
        run_after=at, errand=Errand.SEND, lookups=0, poll_failures=0, bad_downloads=0, deadline_at=at + JOB_DEADLINE
    ):
        return False
    record_event(generation, verb="asked_again", actor=actor)
    after_commit(STEP, generation.pk)
    return True


@action
def settle_unknown(generation: Generation, *, by: User, charged: bool) -> None:
    """Close an unknown generation by hand: `lost` when the provider charged for it, `failed` when it did not.

    Raises NotPermitted, Conflict when it is not unknown any more.
    """
    require_role(by, generation.prompt.project, Role.AUTHOR, Role.EDITOR, Role.MODERATOR)
    state = GenerationState.LOST if charged else GenerationState.FAILED
    seen = [
        *generation.states_seen,
        {"state": state.value, "at": clock.now().isoformat(), "said": "settled by a person"},
    ]
    changed = Generation.objects.filter(pk=generation.pk, state=GenerationState.UNKNOWN).update(
        state=state,
        reason=Reason.SETTLED_BY_PERSON,
        run_after=None,
        attempt=F("attempt") + 1,  # a worker that looks for it just now has lost it
        leased_until=None,
        states_seen=seen,
        cost_billed=generation.cost_estimated if charged else 0,
    )
    if not changed:
        raise Conflict("It is not unknown any more.")
    record_event(generation, verb="settled_by_person", actor=Actor.of(by), data={"charged": charged})
    generation.refresh_from_db()
    settle(generation)


def adopt_late_clip(generation: Generation, *, by: User) -> None:
    """Make a take of a clip that was delivered although its generation had been cancelled.

    Raises NotPermitted, Conflict when there is none or it was adopted already, Invalid when it cannot be read.
    """
    require_role(by, generation.prompt.project, Role.AUTHOR, Role.EDITOR)
    if generation.state != GenerationState.CANCELLED or not generation.delivered_sha256:
        raise Conflict("There is no late clip to adopt.")
    _adopt(generation, _stored(generation.delivered_sha256), by=by)


def forget_at_provider(generation: Generation, *, by: User) -> None:
    """Have the provider delete an ended job and its files; our own copy stays.

    Raises NotPermitted, Conflict while it has not ended or when it is gone, Invalid when the provider did not do it.
    """
    require_role(by, generation.prompt.project, Role.AUTHOR, Role.EDITOR)
    if not is_forgettable(generation):
        raise Conflict("There is nothing to delete at the provider.")
    try:
        call(generation, lambda adapter: adapter.delete(generation.remote_id))
    except ProviderError as error:
        raise Invalid(f"The provider did not delete it: {error.message}") from error
    _note_forgotten(generation, by)


def is_forgettable(generation: Generation) -> bool:
    has_job = bool(generation.remote_id) and generation.forgotten_at is None
    return has_job and is_final(generation.state) and can_delete(generation.provider)


@action
def _note_forgotten(generation: Generation, by: User) -> None:
    Generation.objects.filter(pk=generation.pk, forgotten_at=None).update(forgotten_at=clock.now())
    record_event(generation, verb="forgotten_at_provider", actor=Actor.of(by))


def _stored(sha256: str) -> StoredClip:
    with media_store().private_path(sha256).open("rb") as file:
        received = media_store().receive(iter(lambda: file.read(1 << 20), b""), max_bytes=1 << 40)
    try:
        return store_clip(received)
    except (UnreadableClip, ChildFailed) as error:
        raise Invalid(error.sentence) from error
    finally:
        media_store().discard(received)


@action
def _adopt(generation: Generation, clip: StoredClip, *, by: User) -> None:
    if Generation.objects.select_for_update().get(pk=generation.pk).candidates.exists():
        raise Conflict("It was adopted already.")
    record_event(generation, verb="late_clip_adopted", actor=Actor.of(by), data={"sha256": clip.sha256})
    add_take(generation, clip, 0)

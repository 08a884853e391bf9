"""What people do about a generation: cancel it, ask again, or settle one whose answer was lost."""

from studio import clock
from studio.actions.events import Actor, action, record_event
from studio.actions.permitting import require_role
from studio.enqueue import after_commit
from studio.errors import Conflict, Invalid
from studio.models import Generation, User
from studio.rules.generation import GenerationState, Reason, is_final
from studio.rules.roles import Role

STEP = "studio.tasks.step_generation"


@action
def request_cancel(generation: Generation, *, by: User) -> None:
    """Ask for a cancellation, done when the provider confirms. Raises NotPermitted, Conflict when it has ended."""
    require_role(by, generation.prompt.project, Role.AUTHOR, Role.EDITOR)
    at = clock.now()
    open_states = [state for state in GenerationState if not is_final(state) and state is not GenerationState.UNKNOWN]
    changed = Generation.objects.filter(pk=generation.pk, state__in=open_states, cancel_requested_at=None).update(
        cancel_requested_at=at, run_after=at
    )
    if not changed:
        raise Conflict("It has already ended or is being cancelled.")
    record_event(generation, verb="cancel_requested", actor=Actor.of(by))
    after_commit(STEP, generation.pk)


@action
def ask_again(generation: Generation, *, by: User) -> None:
    """Look again at an unknown job whose id we know. Raises NotPermitted, Invalid when there is nothing to ask for."""
    require_role(by, generation.prompt.project, Role.AUTHOR, Role.EDITOR, Role.MODERATOR)
    if not generation.remote_id:
        raise Invalid("The provider's answer was lost, so there is no job number to ask for. Settle it by hand.")
    changed = Generation.objects.filter(pk=generation.pk, state=GenerationState.UNKNOWN).update(run_after=clock.now())
    if not changed:
        raise Conflict("It is not unknown any more.")
    record_event(generation, verb="asked_again", actor=Actor.of(by))
    after_commit(STEP, generation.pk)


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
        states_seen=seen,
        cost_billed=generation.cost_estimated if charged else 0,
    )
    if not changed:
        raise Conflict("It is not unknown any more.")
    record_event(generation, verb="settled_by_person", actor=Actor.of(by), data={"charged": charged})

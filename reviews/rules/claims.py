"""When a moderator may take a clip out of somebody's hands."""

from reviews.rules import conflicts
from reviews.rules.conflicts import Facts
from reviews.rules.verbs import Condition, Refusal, is_open
from studio.rules.roles import Role


def moderates(facts: Facts) -> str:
    return "" if Role.MODERATOR in facts.roles else "Only a moderator takes over a clip that somebody holds."


def is_held(facts: Facts) -> str:
    return "" if facts.claim_holder else "Nobody holds this clip any more: take it as usual."


def not_held_by_me(facts: Facts) -> str:
    return "You hold this clip already." if facts.claim_is_mine else ""


_TAKING_OVER: tuple[Condition, ...] = (
    moderates,
    conflicts.not_own_work,
    conflicts.not_passed_by_me,
    is_open,
    is_held,
    not_held_by_me,
)


def takeover_refusal(facts: Facts) -> Refusal | None:
    """Why it may not be taken over under `facts`; None when it may. It draws the button and guards the action."""
    for condition in _TAKING_OVER:
        if why := condition(facts):
            return Refusal(why, is_conflict=condition in (is_open, is_held, not_held_by_me))
    return None

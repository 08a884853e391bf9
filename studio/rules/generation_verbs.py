"""What a person may do about one generation. Pages draw these, `actions/settling_generations.py` guards."""

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum

from studio.rules.generation import GenerationState, is_final
from studio.rules.roles import Role


class Verb(StrEnum):
    CANCEL = "cancel"
    ASK_AGAIN = "ask_again"
    MARK_LOST = "mark_lost"
    NOT_CHARGED = "not_charged"


@dataclass(frozen=True, slots=True)
class Offer:
    """A verb as the page draws it; `why` is empty when it is allowed, else the sentence that refuses it."""

    verb: Verb
    why: str = ""


MAY_CANCEL = frozenset({Role.AUTHOR, Role.EDITOR})
MAY_SETTLE = frozenset({Role.AUTHOR, Role.EDITOR, Role.MODERATOR})


def offers(state: GenerationState, *, roles: Set[Role], has_job_number: bool, is_being_cancelled: bool) -> list[Offer]:
    """The verbs of this state for somebody with `roles`; none for those who only read, none once it has ended."""
    if is_final(state):
        return []
    if state is GenerationState.UNKNOWN:
        return _settling(has_job_number) if roles & MAY_SETTLE else []
    if not roles & MAY_CANCEL:
        return []
    return [Offer(Verb.CANCEL, "It is being cancelled already." if is_being_cancelled else "")]


def _settling(has_job_number: bool) -> list[Offer]:
    lost = "" if has_job_number else "The provider's answer was lost, so there is no job number to ask for."
    return [Offer(Verb.ASK_AGAIN, lost), Offer(Verb.MARK_LOST), Offer(Verb.NOT_CHARGED)]

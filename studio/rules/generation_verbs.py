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
    ADOPT = "adopt"
    FORGET = "forget"


@dataclass(frozen=True, slots=True)
class Offer:
    """A verb as the page draws it; `why` is empty when it is allowed, else the sentence that refuses it."""

    verb: Verb
    why: str = ""


MAY_CANCEL = frozenset({Role.AUTHOR, Role.EDITOR})
MAY_SETTLE = frozenset({Role.AUTHOR, Role.EDITOR, Role.MODERATOR})


def offers(
    state: GenerationState,
    *,
    roles: Set[Role],
    can_be_found: bool,
    is_being_cancelled: bool,
    has_late_clip: bool = False,
    can_be_forgotten: bool = False,
) -> list[Offer]:
    """The verbs of this state for somebody with `roles`; none for those who only read, few once it has ended.

    `can_be_found`: its job number is known, or the provider can be searched for it. `can_be_forgotten`: the provider
    still has the ended job, and can delete it.
    """
    if is_final(state):
        ended = [(Verb.ADOPT, has_late_clip), (Verb.FORGET, can_be_forgotten)]
        return [Offer(verb) for verb, is_so in ended if is_so] if roles & MAY_CANCEL else []
    if state is GenerationState.UNKNOWN:
        return _settling(can_be_found) if roles & MAY_SETTLE else []
    if not roles & MAY_CANCEL:
        return []
    return [Offer(Verb.CANCEL, "It is being cancelled already." if is_being_cancelled else "")]


def _settling(can_be_found: bool) -> list[Offer]:
    lost = "" if can_be_found else "The answer was lost, and this provider cannot be searched for the job."
    return [Offer(Verb.ASK_AGAIN, lost), Offer(Verb.MARK_LOST), Offer(Verb.NOT_CHARGED)]

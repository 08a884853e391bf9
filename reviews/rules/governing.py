"""Four eyes for policies: one moderator proposes a version, another puts it into force. Superusers are bound, too."""

from dataclasses import dataclass

from reviews.rules.verbs import Refusal


@dataclass(frozen=True, slots=True)
class ProposalFacts:
    """What a rule must know about one proposed version and one person."""

    is_moderator: bool
    was_activated: bool
    was_withdrawn: bool
    is_current: bool
    """What it is based on is still in force."""
    is_own: bool
    self_review_allowed: bool
    """The small-team switch."""

    @property
    def is_open(self) -> bool:
        return not self.was_activated and not self.was_withdrawn


def not_to_be_withdrawn(facts: ProposalFacts) -> Refusal | None:
    """Why this person may not take the proposal back now; None when they may."""
    if not facts.is_moderator:
        return Refusal("Only moderators of the project change its policy.", is_conflict=False)
    if facts.was_activated:
        return Refusal("It was put into force already: propose another version instead.", is_conflict=True)
    if facts.was_withdrawn:
        return Refusal("This proposal has been withdrawn already.", is_conflict=True)
    return None


def not_to_be_activated(facts: ProposalFacts) -> Refusal | None:
    """Why this person may not put the proposal into force now; None when they may."""
    if refused := not_to_be_withdrawn(facts):
        return refused
    if not facts.is_current:
        why = "Another version came into force since it was proposed: propose the change again, on that one."
        return Refusal(why, is_conflict=True)
    if facts.is_own and not facts.self_review_allowed:
        return Refusal("You proposed this version; another moderator puts it into force.", is_conflict=False)
    return None


def uses_self_review(facts: ProposalFacts) -> bool:
    """Whether activating under these facts leans on the small-team switch; every such use is an event."""
    return facts.is_own and facts.self_review_allowed

"""Policies as the pages draw them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from reviews.actions.governing import facts_of
from reviews.models import Policy
from reviews.rules.governing import not_to_be_activated, not_to_be_withdrawn
from reviews.rules.policy_changes import Change, changes_between
from studio.models import Project, User
from studio.rules.roles import Role


@dataclass(frozen=True, slots=True)
class Proposal:
    """An open proposal with its diff, and why this person may not activate or withdraw it ("" when they may)."""

    policy: Policy
    changes: Sequence[Change]
    why_not_activate: str
    why_not_withdraw: str


def proposal_shown(policy: Policy, user: User, active: Policy, roles: frozenset[Role]) -> Proposal:
    facts = facts_of(policy, user, active, roles)
    activate, withdraw = not_to_be_activated(facts), not_to_be_withdrawn(facts)
    base = policy.based_on or active
    return Proposal(
        policy,
        changes_between(base.terms(), policy.terms()),
        activate.why if activate else "",
        withdraw.why if withdraw else "",
    )


WITH_TERMS = ("rules", "checks", "based_on__rules", "based_on__checks")
"""To be fetched beforehand where terms of many versions, or of one twice, are read."""


def versions_of(project: Project) -> "QuerySet[Policy]":
    """Every version, the newest first, with the people who had a hand in it."""
    people = ("proposed_by", "activated_by", "withdrawn_by", "based_on")
    return Policy.objects.filter(project=project).select_related(*people).defer("based_on__simulated").order_by("-pk")

"""Changing what a project asks of its takes: proposed by one moderator, put into force by another."""

from django.conf import settings
from django.db.models import Max

from reviews.actions.policies import active_policy, write_terms
from reviews.actions.publishing import void_pending
from reviews.actions.wording import required_reason
from reviews.checks.registry import effective_parameters
from reviews.models import Policy
from reviews.rules.governing import ProposalFacts, not_to_be_activated, not_to_be_withdrawn, uses_self_review
from reviews.rules.policy import PolicyError, PolicyTerms
from reviews.rules.policy_changes import changes_between
from reviews.rules.verbs import Refusal
from reviews.simulating import simulate_change
from studio import clock
from studio.actions.events import Actor, action, record_event
from studio.actions.permitting import require_role
from studio.errors import Conflict, Invalid, NotPermitted
from studio.models import Candidate, Project, User, roles_of
from studio.rules.lifecycle import Status
from studio.rules.roles import Role

VOIDED = "The policy was changed."
NO_REASON = "Say why, in a few words: another moderator has to agree."


@action
def propose_policy(project: Project, *, by: User, terms: PolicyTerms, based_on: int, note: str) -> Policy:
    """Write `terms` down as the next version, not in force, with what they would have done to past takes.

    `based_on`: the version that was changed; 0 for none yet.

    Raises NotPermitted unless `by` is a moderator of the project, Conflict when another version is in force than the
    one it is based on, Invalid without a reason, for terms that change nothing or that an instrument cannot work with.
    """
    require_role(by, project, Role.MODERATOR)
    base = _locked_policy(project)
    if based_on not in (base.pk, 0) or (based_on == 0 and base.proposed_by_id):
        raise Conflict(
            f"Version {base.version} came into force since you opened this page. Your changes stand on it now."
        )
    note = required_reason(note, otherwise=NO_REASON)
    _require_usable(terms)
    before = base.terms()
    if not changes_between(before, terms):
        raise Invalid(f"Nothing differs from version {base.version}.")
    newest = Policy.objects.filter(project=project, slug=base.slug).aggregate(version=Max("version"))["version"]
    proposal = Policy.objects.create(
        project=project,
        slug=base.slug,
        version=newest + 1,
        title=f"Policy of {project.name}"[:120],
        based_on=base,
        proposed_by=by,
        note=note,
        screening=terms.screening.as_json(),
        simulated=simulate_change(project, before, terms).as_json(),
    )
    write_terms(proposal, terms)
    record_event(proposal, verb="proposed", actor=Actor.of(by), data=_data(proposal) | {"note": note})
    return proposal


@action
def activate_policy(proposal: Policy, *, by: User) -> None:
    """Put a proposed version into force: what was decided under the old one and is not public yet goes back.

    Nothing is checked again by itself (`rechecking.py`). Raises NotPermitted for who proposed it, unless the small-team
    switch is on, and for others than moderators of the project; Conflict when it is not open, or not on the version in
    force.
    """
    active = _locked_policy(proposal.project)
    proposal = Policy.objects.select_related("project").get(pk=proposal.pk)
    facts = facts_of(proposal, by, active, roles_of(by, proposal.project))
    _require(not_to_be_activated(facts))
    Policy.objects.filter(pk=active.pk).update(is_active=False)
    Policy.objects.filter(pk=proposal.pk).update(is_active=True, activated_by=by, activated_at=clock.now())
    record_event(proposal, verb="activated", actor=Actor.of(by), data=_data(proposal) | {"instead_of": active.version})
    if uses_self_review(facts):
        record_event(proposal, verb="self_reviewed", actor=Actor.of(by))
    for candidate in Candidate.objects.filter(prompt__project=proposal.project, status=Status.APPROVED).order_by("pk"):
        void_pending(candidate, VOIDED, actor=Actor.of(by))


@action
def withdraw_proposal(proposal: Policy, *, by: User) -> None:
    """Take a proposal off the table; it stays on record. Raises NotPermitted, and Conflict when it is not open."""
    active = _locked_policy(proposal.project)
    proposal = Policy.objects.select_related("project").get(pk=proposal.pk)
    _require(not_to_be_withdrawn(facts_of(proposal, by, active, roles_of(by, proposal.project))))
    Policy.objects.filter(pk=proposal.pk).update(withdrawn_by=by, withdrawn_at=clock.now())
    record_event(proposal, verb="proposal_withdrawn", actor=Actor.of(by), data=_data(proposal))


def facts_of(proposal: Policy, user: User, active: Policy, roles: frozenset[Role]) -> ProposalFacts:
    """`roles`: those of `user` in the project."""
    return ProposalFacts(
        is_moderator=user.is_active and Role.MODERATOR in roles,
        was_activated=proposal.activated_at is not None or proposal.proposed_by_id is None,
        was_withdrawn=proposal.withdrawn_at is not None,
        is_current=proposal.based_on_id == active.pk,
        is_own=proposal.proposed_by_id == user.pk,
        self_review_allowed=settings.ALLOW_SELF_REVIEW,
    )


def _locked_policy(project: Project) -> Policy:
    """The version in force, under the project's lock: of two who change it, the second sees what the first did."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    return active_policy(project)


def _require(refused: Refusal | None) -> None:
    if refused:
        raise Conflict(refused.why) if refused.is_conflict else NotPermitted(refused.why)


def _require_usable(terms: PolicyTerms) -> None:
    """Raises Invalid, in the words of the instrument that cannot work with them."""
    try:
        effective_parameters(terms)
    except PolicyError as error:
        raise Invalid(str(error)) from error


def _data(proposal: Policy) -> dict[str, object]:
    return {"project": proposal.project.slug, "version": proposal.version}

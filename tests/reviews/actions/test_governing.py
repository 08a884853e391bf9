"""A policy is changed by two moderators, one version after the other; what was decided under the old one goes back."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from reviews.actions import governing
from reviews.actions.governing import activate_policy, propose_policy, withdraw_proposal
from reviews.actions.policies import active_policy
from reviews.actions.settling import settle
from reviews.models import (
    CheckRun,
    FindingLabel,
    Policy,
    PolicyCheck,
    PolicyRule,
    Publication,
    PublicationState,
    Review,
    Verdict,
)
from reviews.rules.policy import PolicyTerms
from reviews.rules.queues import Queue
from reviews.rules.severity import Route
from reviews.rules.simulated import Example, Simulated, Takes
from reviews.rules.verbs import Outcome
from reviews.simulating import simulate_change
from reviews.tasks import publish_clip
from studio import clock
from studio.errors import Conflict, Invalid, NotPermitted
from studio.models import Candidate, Event
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from tests.factories import (
    decide_as,
    let_settle,
    make_candidate,
    make_finding,
    make_person,
    make_prompt,
    make_publication,
    make_review,
    make_run,
)


@pytest.fixture
def second(project):
    return make_person("second", project, Role.MODERATOR)


def with_blur(terms: PolicyTerms, **parameters: object) -> PolicyTerms:
    """The same with other parameters of the blur instrument."""
    rules = tuple(
        replace(rule, parameters={**rule.parameters, **parameters})
        if (rule.check, rule.label) == ("blur", "soft_stretch")
        else rule
        for rule in terms.rules
    )
    return replace(terms, rules=rules)


@pytest.fixture
def base(project) -> Policy:
    return active_policy(project)


@pytest.fixture
def propose(project, base, moderator):
    def propose(by=None, *, note="Fog is no blur.", based_on=None, terms=None) -> Policy:
        terms = terms or with_blur(base.terms(), soft_above=0.9)
        return propose_policy(
            project, by=by or moderator, terms=terms, based_on=base.pk if based_on is None else based_on, note=note
        )

    return propose


def test_a_proposal_is_a_whole_version_that_is_not_in_force(propose, base, moderator, project):
    proposal = propose(note="  Fog is no blur. ")
    assert (proposal.version, proposal.based_on, proposal.proposed_by) == (2, base, moderator)
    assert (proposal.note, proposal.is_active, proposal.activated_by) == ("Fog is no blur.", False, None)
    assert len(proposal.terms().rules) == len(base.terms().rules)
    assert proposal.terms().parameters_for("blur")["soft_above"] == 0.9
    assert active_policy(project) == base
    event = Event.objects.get(verb="proposed")
    assert event.subject == f"policy:{proposal.pk}"
    assert event.data == {"project": "harbour", "version": 2, "note": "Fog is no blur."}


def test_a_check_that_is_off_keeps_its_rules(propose, base):
    off = replace(base.terms(), off=frozenset({"noise"}), required=frozenset({"blur"}))
    proposal = propose(terms=off)
    assert not proposal.terms().covers("noise")
    assert proposal.terms().rules_of("noise") == base.terms().rules_of("noise")
    rows = PolicyCheck.objects.values_list("check_key", "is_on", "is_required")
    assert set(rows) == {("noise", False, False), ("blur", True, True)}


def test_a_project_without_a_policy_starts_from_the_houses(project, moderator):
    from reviews.rules.policy import load_policy

    terms = with_blur(load_policy(), soft_above=0.9)
    proposal = propose_policy(project, by=moderator, terms=terms, based_on=0, note="Fog.")
    assert (proposal.version, proposal.based_on) == (2, active_policy(project))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.MODERATOR])
def test_only_moderators_change_a_policy(propose, project, role, base, moderator):
    somebody = make_person("somebody", project, role)
    with pytest.raises(NotPermitted):
        propose(somebody)
    assert Policy.objects.count() == 1
    proposal = propose()
    for refused in (activate_policy, withdraw_proposal):
        with pytest.raises(NotPermitted):
            refused(proposal, by=somebody)
    proposal.refresh_from_db()
    assert (proposal.is_active, proposal.withdrawn_at, active_policy(project)) == (False, None, base)


def test_a_moderator_of_another_project_changes_nothing_here(propose, outsider, base):
    from tests.factories import make_project

    stranger = make_person("stranger", make_project("elsewhere"), Role.MODERATOR)
    with pytest.raises(NotPermitted):
        propose(stranger)
    with pytest.raises(NotPermitted):
        activate_policy(propose(), by=stranger)
    assert Policy.objects.get(is_active=True) == base


@pytest.mark.parametrize(("note", "says"), [("", "Say why"), (" \n", "Say why"), ("x" * 401, "at most 400")])
def test_a_reason_is_required_and_short(propose, note, says):
    with pytest.raises(Invalid, match=says):
        propose(note=note)
    assert Policy.objects.count() == 1


def test_a_proposal_changes_something(propose, base):
    with pytest.raises(Invalid, match="Nothing differs from version 1"):
        propose(terms=base.terms())
    assert Policy.objects.count() == 1


@pytest.mark.parametrize(
    ("parameters", "says"), [({"soft_above": "much"}, "cannot be 'much'"), ({"fuzz": 1.0}, "no parameter 'fuzz'")]
)
def test_terms_that_an_instrument_cannot_work_with_are_refused_in_its_words(propose, base, parameters, says):
    with pytest.raises(Invalid, match=says):
        propose(terms=with_blur(base.terms(), **parameters))
    assert (Policy.objects.count(), PolicyRule.objects.exclude(policy=base).count()) == (1, 0)


def test_another_moderator_puts_it_into_force(propose, project, second, base):
    proposal = propose()
    activate_policy(proposal, by=second)
    proposal.refresh_from_db()
    base.refresh_from_db()
    assert (proposal.is_active, proposal.activated_by, base.is_active) == (True, second, False)
    assert active_policy(project) == proposal
    event = Event.objects.get(verb="activated")
    assert event.data == {"project": "harbour", "version": 2, "instead_of": 1}
    assert not Event.objects.filter(verb="self_reviewed").exists()


def test_the_proposer_does_not(propose, moderator, base, project):
    proposal = propose()
    with pytest.raises(NotPermitted, match="another moderator"):
        activate_policy(proposal, by=moderator)
    assert active_policy(project) == base
    assert not Event.objects.filter(verb="activated").exists()


def test_a_superuser_is_bound_as_well(propose, project, base):
    root = make_person("root", project, is_superuser=True)
    with pytest.raises(NotPermitted, match="another moderator"):
        activate_policy(propose(root), by=root)
    assert active_policy(project) == base


def test_the_small_team_switch_lets_them_and_leaves_an_event(propose, moderator, project, settings):
    settings.ALLOW_SELF_REVIEW = True
    proposal = propose()
    activate_policy(proposal, by=moderator)
    assert active_policy(project) == proposal
    assert Event.objects.get(verb="self_reviewed").subject == f"policy:{proposal.pk}"


def test_it_is_activated_once(propose, second):
    proposal = propose()
    activate_policy(proposal, by=second)
    with pytest.raises(Conflict, match="already"):
        activate_policy(proposal, by=second)
    assert Event.objects.filter(verb="activated").count() == 1


def test_a_withdrawn_proposal_stays_on_record_and_out_of_force(propose, moderator, second, project, base):
    proposal = propose()
    withdraw_proposal(proposal, by=moderator)
    proposal.refresh_from_db()
    assert proposal.withdrawn_by == moderator
    assert Event.objects.get(verb="proposal_withdrawn").data == {"project": "harbour", "version": 2}
    for again in (lambda: withdraw_proposal(proposal, by=second), lambda: activate_policy(proposal, by=second)):
        with pytest.raises(Conflict, match="withdrawn already"):
            again()
    assert active_policy(project) == base
    assert propose().version == 3


def test_what_is_in_force_is_not_withdrawn(propose, second, base):
    with pytest.raises(Conflict, match="into force already"):
        withdraw_proposal(base, by=second)
    proposal = propose()
    activate_policy(proposal, by=second)
    with pytest.raises(Conflict, match="into force already"):
        withdraw_proposal(proposal, by=second)


def test_of_two_proposals_on_one_version_the_second_must_be_made_anew(propose, project, second, moderator):
    first, other = propose(), propose(second)
    activate_policy(first, by=second)
    with pytest.raises(Conflict, match="propose the change again"):
        activate_policy(other, by=moderator)
    with pytest.raises(Conflict, match="Version 2 came into force"):
        propose(second)
    assert Policy.objects.count() == 3
    withdraw_proposal(other, by=moderator)
    assert active_policy(project) == first


def test_it_sees_who_was_quicker_in_the_very_moment(propose, project, second, moderator, monkeypatch):
    """The page was read before the other's commit: what counts is what is in force under the lock."""
    proposal, quicker = propose(), propose()
    locked = governing._locked_policy

    def late(where):
        monkeypatch.setattr(governing, "_locked_policy", locked)
        Policy.objects.filter(is_active=True).update(is_active=False)
        Policy.objects.filter(pk=quicker.pk).update(
            is_active=True, activated_by=second, activated_at="2026-01-01T00:00Z"
        )
        return locked(where)

    monkeypatch.setattr(governing, "_locked_policy", late)
    with pytest.raises(Conflict, match="Another version came into force"):
        activate_policy(proposal, by=second)
    assert not Event.objects.filter(verb="activated").exists()


def approved(project, author, editor) -> tuple[Candidate, Publication]:
    """Approved and settled; the publication waits for its worker."""
    case = make_review(make_candidate(make_prompt(project, author), status=Status.WITH_EDITOR), queue=Queue.EDITOR)
    decide_as(editor, case, Outcome.APPROVE)
    let_settle(case)
    settle(case.pk)
    return Candidate.objects.get(pk=case.candidate_id), Publication.objects.get(candidate=case.candidate_id)


def test_what_is_approved_and_not_public_goes_back_to_the_editor(propose, project, author, editor, second):
    candidate, publication = approved(project, author, editor)
    activate_policy(propose(), by=second)
    candidate.refresh_from_db()
    publication.refresh_from_db()
    assert (candidate.status, publication.state) == (Status.WITH_EDITOR, PublicationState.VOIDED)
    case = Review.objects.open().get(candidate=candidate)
    assert case.queue == Queue.EDITOR
    assert [reason.sentence for reason in case.reasons.all()] == ["Its approval was voided: The policy was changed."]
    moved = Event.objects.filter(subject=f"candidate:{candidate.pk}", verb="advanced").last()
    assert moved.data == {"from": "approved", "to": "with_editor", "because": "approval voided"}
    publish_clip(publication.pk)
    candidate.refresh_from_db()
    assert candidate.status == Status.WITH_EDITOR


def test_a_worker_in_the_middle_of_publishing_loses_its_hold(propose, project, author, editor, second):
    _, publication = approved(project, author, editor)
    before = publication.attempt
    activate_policy(propose(), by=second)
    publication.refresh_from_db()
    assert publication.attempt == before + 1


def test_what_is_public_stays_public(propose, project, author, editor, second):
    candidate = make_candidate(make_prompt(project, author), status=Status.PUBLISHED)
    publication = make_publication(candidate, by=editor)
    activate_policy(propose(), by=second)
    candidate.refresh_from_db()
    publication.refresh_from_db()
    assert (candidate.status, publication.state) == (Status.PUBLISHED, PublicationState.LIVE)


def test_a_decision_in_its_undo_window_is_voided_when_it_settles(propose, project, author, reviewer, second):
    case = make_review(make_candidate(make_prompt(project, author), status=Status.IN_REVIEW))
    decide_as(reviewer, case, Outcome.PASS)
    activate_policy(propose(), by=second)
    let_settle(case)
    settle(case.pk)
    case.refresh_from_db()
    assert case.closed_at is None
    assert "The policy was changed" in case.reasons.get(code="voided").sentence


def test_takes_of_other_projects_are_left_alone(propose, second, editor):
    from tests.factories import make_project

    elsewhere = make_project("elsewhere")
    other = make_candidate(make_prompt(elsewhere, make_person("other", elsewhere)), status=Status.APPROVED)
    activate_policy(propose(), by=second)
    other.refresh_from_db()
    assert other.status == Status.APPROVED


@pytest.mark.parametrize(
    "columns",
    [
        {"note": ""},
        {"based_on": None},
        {"activated_at": "2026-01-01T00:00Z"},
        {"withdrawn_at": "2026-01-01T00:00Z"},
        {"is_active": True},
    ],
)
def test_the_database_keeps_proposals_whole(propose, base, columns):
    proposal = propose()
    Policy.objects.filter(pk=base.pk).update(is_active=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        Policy.objects.filter(pk=proposal.pk).update(**columns)


def test_a_version_is_never_deleted_with_its_rules(propose):
    from django.db.models import ProtectedError

    with pytest.raises(ProtectedError):
        propose().delete()


def with_route(terms: PolicyTerms, label: str, route: Route) -> PolicyTerms:
    return replace(terms, rules=tuple(replace(r, route=route) if r.label == label else r for r in terms.rules))


def test_routes_alone_are_a_change(propose, base):
    proposal = propose(terms=with_route(base.terms(), "soft_clip", Route.BLOCK))
    assert proposal.terms().rule_for("blur", "soft_clip").route == Route.BLOCK


@pytest.fixture
def measured(project, author, base):
    """Makes a take whose blur was measured as `softness`; beyond the 0.8 in force it was called soft, as a note."""

    def measured(softness: float, status: Status = Status.REJECTED) -> Candidate:
        take = make_candidate(make_prompt(project, author, title=f"Soft {softness}"), status=status)
        CheckRun.objects.filter(candidate=take, check_key="blur").delete()
        make_run(take, "blur", parameters=base.terms().parameters_for("blur"), measured=softness)
        if softness > 0.8:
            make_finding(take, check_key="blur", label="soft_clip", severity="minor", route="note", score=softness)
        return take

    return measured


def stored(proposal: Policy) -> Simulated:
    return Policy.objects.get(pk=proposal.pk).simulation()


def test_a_proposal_keeps_what_it_would_have_done_to_past_takes(propose, base, project, author, measured):
    """Blur from 0.8 to 0.9 lets 0.85 go and keeps 0.95; blocked from now on, what was found moves both."""
    measured(0.4)
    soft = measured(0.85)
    measured(0.95, Status.APPROVED)
    make_candidate(make_prompt(project, author), status=Status.IN_REVIEW)
    make_candidate(make_prompt(project, author), status=Status.CHECKING)
    FindingLabel.objects.create(finding=soft.findings.get(), verdict=Verdict.CONFIRMED, labelled_by=author)
    terms = with_route(with_blur(base.terms(), soft_above=0.9), "soft_clip", Route.BLOCK)
    began = clock.now()
    told = stored(propose(terms=terms))
    assert began <= told.at <= clock.now()
    assert (told.asked, told.total, told.untold_moves, told.unsimulated, told.fresh) == (4, 4, 0, (), ())
    (blur,) = told.dials
    assert (blur.check, blur.parameter, blur.before, blur.after) == ("blur", "soft_above", 0.8, 0.9)
    assert (blur.labels, blur.beside) == (("soft_clip",), ("soft_stretch",))
    named = Example(str(soft.uuid), "Soft 0.85", "rejected", "finding confirmed")
    assert blur.no_longer == Takes(1, (("rejected", 1), ("finding confirmed", 1)), (named,))
    assert (blur.newly.count, blur.same, blur.untold) == (0, 2, (("it was never measured", 1),))
    (moved,) = told.moves
    assert (moved.before, moved.after) == (Queue.EDITOR, Queue.ESCALATIONS)
    assert (moved.takes.count, moved.takes.judged) == (2, (("approved", 1), ("rejected", 1)))
    assert told == replace(simulate_change(project, base.terms(), terms), at=told.at)


def test_each_proposal_keeps_its_own_and_nothing_changes_it_afterwards(propose, base, second, measured):
    measured(0.85)
    first = propose()
    then = stored(first)
    measured(0.83)
    other = propose(second, terms=with_blur(base.terms(), soft_above=0.84))
    assert (then.asked, then.dials[0].after, then.dials[0].no_longer.count) == (1, 0.9, 1)
    told = stored(other)
    assert (told.asked, told.dials[0].after, told.dials[0].no_longer.count, told.dials[0].same) == (2, 0.84, 1, 1)
    activate_policy(first, by=second)
    withdraw_proposal(other, by=second)
    assert (stored(first), stored(other)) == (then, told)


def test_what_the_house_says_was_never_simulated(base):
    assert base.simulation() is None
    with pytest.raises(IntegrityError), transaction.atomic():
        Policy.objects.filter(pk=base.pk).update(simulated={"asked": 0})


def test_proposing_asks_as_little_for_twelve_takes_as_for_two(propose, second, measured, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for softness in (0.4, 0.85):
        measured(softness)
    propose()
    with CaptureQueriesContext(connection) as few:
        propose(second)
    for number in range(10):
        measured(0.85 + number / 1000)
    with django_assert_num_queries(len(few)):
        propose(second)

"""A verdict that waits for another person's: who may give it, what both bring about, and what stays as it was."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from reviews.actions import sampling
from reviews.actions.deciding import ReasonGiven, undo
from reviews.actions.opening import close_unjudged
from reviews.actions.placing import place
from reviews.actions.policies import active_policy, install_policy
from reviews.actions.queueing import claim, claim_ahead, claim_next
from reviews.actions.settling import settle
from reviews.actions.taking_over import take_over
from reviews.models import Decision, Policy, Review, ReviewReason
from reviews.queues import still_judged_by
from reviews.rules.policy import load_policy
from reviews.rules.queues import Queue
from reviews.rules.verbs import Outcome
from reviews.views.recent import recent_of
from studio.actions.events import Actor, action, verify_chain
from studio.actions.lifecycle import advance
from studio.errors import NotPermitted
from studio.models import Event, Membership
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from tests.factories import (
    decide_as,
    let_settle,
    make_candidate,
    make_finding,
    make_person,
    make_prompt,
    make_review,
    make_run,
)

FREEZE = (ReasonGiven("freeze", 12, 24),)
HANDS = (ReasonGiven("hands", 3, 9),)


def look_twice(project, **terms: object) -> Policy:
    policy = active_policy(project)
    Policy.objects.filter(pk=policy.pk).update(screening={"second_share": 1} | terms)
    return policy


@pytest.fixture
def case(project, author) -> Review:
    look_twice(project)
    take = make_candidate(make_prompt(project, author), status=Status.IN_REVIEW)
    finding = make_finding(take)
    case = make_review(take)
    ReviewReason.objects.create(review=case, code="frozen_frames", sentence=finding.message, finding=finding)
    return case


@pytest.fixture
def mina(project):
    return make_person("mina", project, Role.REVIEWER)


def settled(user, review: Review, outcome: Outcome, **words) -> Decision:
    decision = decide_as(user, review, outcome, **words)
    let_settle(review)
    settle(review.pk)
    return decision


def status_of(case: Review) -> str:
    case.candidate.refresh_from_db()
    return case.candidate.status


def opened() -> Review:
    return Review.objects.open().get()


def verbs_of(decision: Decision) -> list[str]:
    events = Event.objects.filter(subject=f"decision:{decision.pk}").order_by("seq")
    return list(events.values_list("verb", flat=True))


@pytest.mark.parametrize(("outcome", "words"), [(Outcome.PASS, {}), (Outcome.REJECT, {"reasons": FREEZE})])
def test_nothing_moves_until_a_second_person_has_judged(case, reviewer, outcome, words):
    first = settled(reviewer, case, outcome, **words)
    second = opened()
    assert status_of(case) == Status.IN_REVIEW
    assert (second.queue, second.severity_rank, second.independent_of) == (Queue.FLAGGED, case.severity_rank, first)
    assert (second.claimed_by, second.was_held, second.missed_at) == (None, False, None)
    assert verbs_of(first) == ["decided", "held"]
    assert not Event.objects.filter(verb="advanced").exists()


def test_the_second_finds_the_case_as_the_first_found_it(case, reviewer, editor):
    ReviewReason.objects.create(review=case, code="voided", sentence="An earlier decision did not take effect: …")
    Review.objects.filter(pk=case.pk).update(comes_first=True, question="Look at the hand again", sent_by=editor)
    settled(reviewer, case, Outcome.PASS)
    second = opened()
    told = [(reason.code, reason.sentence, reason.finding_id) for reason in second.reasons.all()]
    assert told == [(each.code, each.sentence, each.finding_id) for each in case.reasons.exclude(code="voided")]
    assert (second.comes_first, second.question, second.sent_by) == (True, "Look at the hand again", editor)


@pytest.mark.parametrize(
    ("outcome", "words", "status"),
    [(Outcome.PASS, {}, Status.WITH_EDITOR), (Outcome.REJECT, {"reasons": FREEZE}, Status.REJECTED)],
)
def test_two_who_agree_settle_it_together(case, reviewer, mina, outcome, words, status):
    first = settled(reviewer, case, outcome, **words)
    second = settled(mina, opened(), outcome, **words)
    assert status_of(case) == status
    assert [verbs_of(each)[-1] for each in (first, second)] == ["settled", "settled"]
    assert Event.objects.filter(verb="advanced").count() == 1
    assert verify_chain() == ""


def test_two_who_differ_bring_it_to_a_moderator_who_is_neither(case, reviewer, mina, moderator, project):
    first = settled(reviewer, case, Outcome.PASS)
    second = settled(mina, opened(), Outcome.REJECT, reasons=FREEZE)
    between = opened()
    assert status_of(case) == Status.IN_REVIEW
    assert (between.queue, between.waiting_judgements()) == (Queue.ESCALATIONS, [first, second])
    assert verbs_of(second) == ["decided", "disputed"]
    for each in (reviewer, mina):
        Membership.objects.create(user=each, project=project, role=Role.MODERATOR)
        assert claim_next(Queue.ESCALATIONS, by=each) is None
        with pytest.raises(NotPermitted, match=r"(judged|passed) this take"):
            claim(between, by=each)
    assert claim_next(Queue.ESCALATIONS, by=moderator) == between
    last = settled(moderator, between, Outcome.PASS)
    assert status_of(case) == Status.WITH_EDITOR
    assert (verbs_of(first)[-1], verbs_of(second)[-1], verbs_of(last)[-1]) == ("held", "disputed", "settled")
    assert verify_chain() == ""


def test_a_moderators_decision_is_looked_at_once(case, reviewer, mina, moderator):
    settled(reviewer, case, Outcome.PASS)
    settled(mina, opened(), Outcome.REQUEST_CHANGES, reasons=HANDS)
    settled(moderator, opened(), Outcome.REJECT, reasons=FREEZE)
    assert status_of(case) == Status.REJECTED
    assert not Review.objects.open().exists()


def test_who_judged_first_is_never_offered_the_second_and_may_not_take_it(case, reviewer, mina):
    settled(reviewer, case, Outcome.REJECT, reasons=FREEZE)
    second = opened()
    assert claim_next(Queue.FLAGGED, by=reviewer) is None
    with pytest.raises(NotPermitted, match="judged this take"):
        claim(second, by=reviewer)
    second.refresh_from_db()
    assert second.claimed_by is None
    assert claim_next(Queue.FLAGGED, by=mina) == second


def test_who_judged_first_does_not_get_it_ahead(case, reviewer, project, author):
    settled(reviewer, case, Outcome.PASS)
    other = make_review(make_candidate(make_prompt(project, author), status=Status.IN_REVIEW))
    assert claim_ahead(claim(other, by=reviewer), by=reviewer) == []


def test_who_judged_first_does_not_take_it_over(case, reviewer, mina, project):
    settled(reviewer, case, Outcome.PASS)
    claim(opened(), by=mina)
    Membership.objects.create(user=reviewer, project=project, role=Role.MODERATOR)
    with pytest.raises(NotPermitted, match="judged this take"):
        take_over(opened(), by=reviewer)
    assert opened().claimed_by == mina


def test_the_author_is_not_offered_the_second_either(case, reviewer, author, project):
    Membership.objects.create(user=author, project=project, role=Role.REVIEWER)
    settled(reviewer, case, Outcome.PASS)
    assert claim_next(Queue.FLAGGED, by=author) is None


def test_a_small_team_may_give_both_and_it_is_an_event(case, reviewer, settings):
    settings.ALLOW_SELF_REVIEW = True
    settled(reviewer, case, Outcome.PASS)
    second = settled(reviewer, opened(), Outcome.PASS)
    assert status_of(case) == Status.WITH_EDITOR
    assert "self_reviewed" in verbs_of(second)


def test_a_question_of_the_second_goes_to_a_moderator_who_is_neither(case, reviewer, mina, project):
    first = settled(reviewer, case, Outcome.PASS)
    asked = settled(mina, opened(), Outcome.ESCALATE, note="Is this a real person?")
    review = opened()
    assert (review.queue, review.question) == (Queue.ESCALATIONS, "Is this a real person?")
    assert review.waiting_judgements() == [first, asked]
    Membership.objects.create(user=reviewer, project=project, role=Role.MODERATOR)
    assert claim_next(Queue.ESCALATIONS, by=reviewer) is None
    assert verbs_of(first) == ["decided", "held"]


@pytest.mark.parametrize(
    ("outcome", "words"),
    [(Outcome.REQUEST_CHANGES, {"reasons": HANDS}), (Outcome.ESCALATE, {"note": "Is this a real person?"})],
)
def test_other_outcomes_do_not_wait(case, reviewer, outcome, words):
    assert "held" not in verbs_of(settled(reviewer, case, outcome, **words))


def test_an_editors_approval_does_not_wait(project, author, editor):
    look_twice(project)
    case = make_review(make_candidate(make_prompt(project, author), status=Status.WITH_EDITOR), queue=Queue.EDITOR)
    settled(editor, case, Outcome.APPROVE)
    assert status_of(case) == Status.APPROVED


@pytest.mark.parametrize(
    ("rank", "words", "waits"),
    [
        (3, {"outcome": Outcome.PASS}, False),
        (4, {"outcome": Outcome.PASS}, True),
        (3, {"outcome": Outcome.REJECT, "reasons": FREEZE}, False),
        (3, {"outcome": Outcome.REJECT, "reasons": (ReasonGiven("violence", 0, 4),)}, True),
    ],
)
def test_by_rule_it_waits_for_the_worst_finding_or_reason(case, project, reviewer, rank, words, waits):
    look_twice(project, second_share=0, second_always="blocking")
    Review.objects.filter(pk=case.pk).update(severity_rank=rank)
    case.refresh_from_db()
    assert ("held" in verbs_of(settled(reviewer, case, **words))) is waits


def test_the_draw_is_of_this_decision_and_of_nothing_else(case, project, reviewer, settings):
    look_twice(project, second_share=0.5)
    decision = decide_as(reviewer, case, Outcome.PASS)
    about, lots = f"{case.pk}:{decision.pk}", {"share": 0.5, "of": "second looks"}
    key = next(k for k in map(str, range(99)) if drawn_under(settings, k, about, lots))
    other = next(k for k in map(str, range(99)) if not drawn_under(settings, k, about, lots))
    assert key != other  # who does not know the key cannot tell
    drawn_under(settings, key, about, lots)
    let_settle(case)
    settle(case.pk)
    assert verbs_of(decision)[-1] == "held"


def drawn_under(settings, key: str, about: str, lots: dict) -> bool:
    settings.SECRET_KEY = key
    return sampling.is_drawn(about, **lots)


def test_different_lotteries_draw_apart():
    drawn = [[sampling.is_drawn(str(n), share=0.5, of=of) for n in range(64)] for of in ("second looks", "audits")]
    assert drawn[0] != drawn[1]


def test_settling_twice_opens_one_second_review(case, reviewer):
    settled(reviewer, case, Outcome.PASS)
    settle(case.pk)
    assert Review.objects.count() == 2
    assert Event.objects.filter(verb="held").count() == 1


def test_a_verdict_is_never_looked_at_twice_at_once(case, reviewer):
    first = settled(reviewer, case, Outcome.PASS)
    Review.objects.open().update(closed_at=timezone.now(), settled_at=timezone.now())
    with pytest.raises(IntegrityError):
        make_review(case.candidate, independent_of=first)


def test_an_undone_second_leaves_all_as_it_was(case, reviewer, mina):
    first = settled(reviewer, case, Outcome.PASS)
    second = opened()
    undo(decide_as(mina, second, Outcome.REJECT, reasons=FREEZE), by=mina)
    assert (opened(), opened().claimed_by, status_of(case)) == (second, mina, Status.IN_REVIEW)
    settled(mina, opened(), Outcome.PASS)
    assert status_of(case) == Status.WITH_EDITOR
    assert verbs_of(first)[-1] == "settled"


def test_a_second_that_is_void_opens_the_same_review_again(case, reviewer, mina, project):
    first = settled(reviewer, case, Outcome.PASS)
    decide_as(mina, opened(), Outcome.PASS)
    Membership.objects.filter(user=mina).delete()
    second = Review.objects.get(settled_at=None)
    let_settle(second)
    settle(second.pk)
    assert (opened(), opened().independent_of, status_of(case)) == (second, first, Status.IN_REVIEW)


@pytest.mark.parametrize("moved", ["checks", "policy", "rights"])
def test_where_the_first_does_not_hold_any_more_the_second_is_the_first(case, reviewer, mina, project, moved):
    first = settled(reviewer, case, Outcome.PASS)
    match moved:
        case "checks":
            make_run(case.candidate, "container", attempt=2)
        case "policy":
            Policy.objects.update(is_active=False)
            terms = load_policy()
            terms = replace(terms, version=2, screening=replace(terms.screening, second_share=1))
            install_policy(project, terms)
        case "rights":
            Membership.objects.filter(user=reviewer).delete()
    second = settled(mina, opened(), Outcome.PASS)
    assert verbs_of(first) == ["decided", "held", "voided"]
    assert verbs_of(second) == ["decided", "held"]
    assert (opened().waiting_judgements(), status_of(case)) == ([second], Status.IN_REVIEW)


def test_a_recheck_voids_the_waiting_verdict_and_a_person_judges_anew(case, reviewer):
    first = settled(reviewer, case, Outcome.REJECT, reasons=FREEZE)

    @action
    def check_again():
        close_unjudged(case.candidate, "It is being checked again.")
        advance(case.candidate, Status.CHECKING, actor=Actor.system("test"), because="re-check")
        make_run(case.candidate, "frozen_frames", attempt=2)  # clean now
        place(case.candidate, active_policy(case.candidate.prompt.project))

    check_again()
    assert verbs_of(first) == ["decided", "held", "voided"]
    assert (opened().queue, opened().independent_of, status_of(case)) == (
        Queue.FLAGGED,
        None,
        Status.IN_REVIEW,
    )
    assert claim_next(Queue.FLAGGED, by=reviewer) == opened()


def test_the_person_is_told_what_became_of_the_own_verdict(case, reviewer, mina, moderator):
    settled(reviewer, case, Outcome.PASS)
    assert recent_of(reviewer)[0].state_word == "waits for another person"
    settled(mina, opened(), Outcome.REJECT, reasons=FREEZE)
    assert {recent_of(each)[0].state for each in (reviewer, mina)} == {"waiting"}
    settled(moderator, opened(), Outcome.PASS)
    assert {recent_of(each)[0].state for each in (reviewer, mina)} == {"weighed"}
    assert recent_of(moderator)[0].state == "settled"


def test_others_words_stay_hidden_from_who_may_be_asked_next(case, reviewer, mina, moderator):
    decide_as(reviewer, case, Outcome.PASS)
    assert not still_judged_by(reviewer).exists()
    assert still_judged_by(mina).exists()  # within the undo window, too
    let_settle(case)
    settle(case.pk)
    assert [still_judged_by(each).exists() for each in (reviewer, mina, moderator)] == [False, True, True]


def test_editors_give_no_second_opinion(case, reviewer, editor):
    first = settled(reviewer, case, Outcome.PASS)
    Review.objects.open().update(closed_at=timezone.now(), settled_at=timezone.now(), independent_of=None)
    with pytest.raises(IntegrityError):
        make_review(case.candidate, queue=Queue.EDITOR, independent_of=first)


def test_the_second_has_the_time_that_any_review_of_its_severity_has(case, reviewer):
    Review.objects.filter(pk=case.pk).update(due_at=timezone.now() - timedelta(hours=9))
    settled(reviewer, case, Outcome.PASS)
    assert opened().due_at > timezone.now() + timedelta(hours=3)

"""What the one-use form of a decision believes, and what it does not."""

from uuid import UUID

import pytest
from django.core import signing

from reviews.actions.seen import Seen, seen_now
from reviews.forms import SALT, DecisionForm, NoteForm, sign_seen
from reviews.rules.verbs import Outcome
from studio.errors import StaleCandidate
from studio.rules.lifecycle import Status
from tests.factories import make_candidate, make_finding, make_prompt, make_review


@pytest.fixture
def case(project, author):
    return make_review(make_candidate(make_prompt(project, author), status=Status.IN_REVIEW))


def form_of(case, user, **fields) -> DecisionForm:
    from django.http import QueryDict

    data = QueryDict(mutable=True)
    for name, value in fields.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    form = DecisionForm(data, review=case, user=user)
    form.is_valid()
    return form


def test_it_gives_back_what_was_on_the_page(case, reviewer):
    seen = seen_now(case.candidate)
    form = form_of(case, reviewer, outcome="pass", seen=sign_seen(case, reviewer, seen))
    form.require_genuine()
    decision = form.as_decision()
    assert decision["seen"] == seen
    assert decision["outcome"] is Outcome.PASS
    assert isinstance(decision["decision_key"], UUID)


def test_it_makes_a_new_key_for_every_page(case, reviewer):
    seen = seen_now(case.candidate)
    keys = {
        form_of(case, reviewer, outcome="pass", seen=sign_seen(case, reviewer, seen)).as_decision()["decision_key"]
        for _ in range(3)
    }
    assert len(keys) == 3


def test_it_keeps_the_key_when_the_same_page_is_sent_again(case, reviewer):
    token = sign_seen(case, reviewer, seen_now(case.candidate))
    first, again = (form_of(case, reviewer, outcome="pass", seen=token).as_decision()["decision_key"] for _ in range(2))
    assert first == again


def test_it_takes_no_page_made_for_somebody_else(case, reviewer, editor):
    form = form_of(case, editor, outcome="pass", seen=sign_seen(case, reviewer, seen_now(case.candidate)))
    with pytest.raises(StaleCandidate, match="does not belong"):
        form.require_genuine()


def test_it_takes_no_page_of_another_review(case, project, author, reviewer):
    other = make_review(make_candidate(make_prompt(project, author), status=Status.IN_REVIEW))
    form = form_of(case, reviewer, outcome="pass", seen=sign_seen(other, reviewer, seen_now(other.candidate)))
    with pytest.raises(StaleCandidate):
        form.require_genuine()


@pytest.mark.parametrize(
    "token",
    ["", "nonsense", "a:b:c", signing.dumps({"sha256": "0"}, salt="another")],
    ids=["empty", "nonsense", "colons", "other_salt"],
)
def test_it_takes_nothing_that_it_did_not_sign(case, reviewer, token):
    form = form_of(case, reviewer, outcome="pass", seen=token)
    assert form.as_decision()["seen"].sha256 == ""
    with pytest.raises(StaleCandidate):
        form.require_genuine()


def test_it_notices_one_changed_letter(case, reviewer):
    token = sign_seen(case, reviewer, seen_now(case.candidate))
    tampered = ("B" if token[3] == "A" else "A").join((token[:3], token[4:]))
    with pytest.raises(StaleCandidate):
        form_of(case, reviewer, outcome="pass", seen=tampered).require_genuine()


def test_it_signs_under_its_own_salt(case, reviewer):
    facts = signing.loads(sign_seen(case, reviewer, seen_now(case.candidate)), salt=SALT)
    assert facts["review"] == case.pk
    assert facts["user"] == reviewer.pk


def test_it_gives_the_range_to_reasons_that_may_have_one(case, reviewer):
    finding = make_finding(case.candidate)
    form = form_of(
        case,
        reviewer,
        outcome="reject",
        reasons=["freeze", "length"],
        start_frame="12",
        end_frame="24",
        finding=str(finding.pk),
    )
    given = {reason.slug: reason for reason in form.as_decision()["reasons"]}
    assert (given["freeze"].start_frame, given["freeze"].end_frame, given["freeze"].finding_id) == (12, 24, finding.pk)
    assert (given["length"].start_frame, given["length"].end_frame, given["length"].finding_id) == (None, None, None)


@pytest.mark.parametrize(
    "fields", [{}, {"outcome": "undone"}, {"outcome": "publish"}, {"outcome": "reject", "reasons": ["no_such"]}]
)
def test_it_refuses_odd_verbs_and_reasons_in_words(case, reviewer, fields):
    form = form_of(case, reviewer, **fields)
    assert not form.is_valid()
    assert form.problems()


def test_it_reads_a_note_on_one_frame():
    form = NoteForm({"body": "hand melts", "start_frame": "57", "end_frame": ""})
    assert form.is_valid()
    mark = {"drawing": None, "reason": ""}
    assert form.cleaned_data == {"body": "hand melts", "start_frame": 57, "end_frame": None} | mark


def test_it_has_seen_nothing_without_a_page(case, reviewer):
    seen: Seen = form_of(case, reviewer, outcome="pass").as_decision()["seen"]
    assert (seen.sha256, seen.check_set, seen.policy_id) == ("", "", 0)

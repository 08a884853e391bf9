"""The taxonomy: added to, worded, retired and restored by who moderates the whole house."""

import pytest

from reviews.actions.taxonomy import ReasonDraft, add_reason, restore_reason, retire_reason, word_reason
from reviews.models import Reason, ReasonRange
from reviews.rules.reasons import groups
from reviews.rules.severity import Severity
from studio.errors import Conflict, Invalid, NotPermitted
from studio.models import Event
from studio.rules.roles import Role
from tests.factories import make_person, make_project

FEET = ReasonDraft("Feet slide over the ground", Severity.MINOR, ReasonRange.REQUIRED)


def told(verb):
    return [event.data for event in Event.objects.filter(verb=verb)]


def test_a_new_reason_is_the_last_of_its_group_with_a_slug_of_its_own(moderator):
    made = add_reason(FEET, group="TEMPORAL", by=moderator)
    assert (made.slug, made.needs_range) == ("feet_slide_over_the_ground", True)
    in_order = list(Reason.objects.values_list("slug", "group"))
    at = in_order.index((made.slug, "TEMPORAL"))
    assert [group for _, group in in_order[at - 1 : at + 2]] == ["TEMPORAL", "TEMPORAL", "ANATOMY"]
    assert list(dict.fromkeys(group for _, group in in_order)) == groups()
    assert told("reason_added")[0]["label"] == FEET.label


def test_the_same_sentence_is_one_reason(moderator):
    add_reason(FEET, group="TEMPORAL", by=moderator)
    with pytest.raises(Conflict, match="such a reason already"):
        add_reason(FEET, group="OTHER", by=moderator)


@pytest.mark.parametrize(("group", "label"), [("FEET", "Feet slide"), ("TECH", "  ")])
def test_an_unknown_group_and_an_empty_sentence_are_refused(moderator, group, label):
    with pytest.raises(Invalid):
        add_reason(ReasonDraft(label, Severity.MINOR, ReasonRange.NONE), group=group, by=moderator)
    assert told("reason_added") == []


def test_what_a_reason_says_changes_and_its_slug_does_not(moderator):
    reason = Reason.objects.get(slug="hands")
    word_reason(
        reason, ReasonDraft("A hand is wrong", Severity.BLOCKING, ReasonRange.OPTIONAL, True, True), by=moderator
    )
    after = Reason.objects.get(slug="hands")
    assert (after.label, after.severity, after.range_rule) == ("A hand is wrong", "blocking", "opt")
    assert after.needs_note
    assert after.for_moderators
    (change,) = told("reason_changed")
    assert change["before"]["label"] == "A hand is malformed"
    assert change["after"]["label"] == "A hand is wrong"


def test_retired_once_restored_once(moderator):
    reason = Reason.objects.get(slug="hands")
    retire_reason(reason, by=moderator)
    assert not Reason.objects.offered().filter(slug="hands").exists()
    with pytest.raises(Conflict):
        retire_reason(reason, by=moderator)
    restore_reason(reason, by=moderator)
    assert Reason.objects.offered().filter(slug="hands").exists()
    with pytest.raises(Conflict):
        restore_reason(reason, by=moderator)
    assert told("reason_retired") == told("reason_restored") == [{"slug": "hands"}]


def test_a_moderator_of_one_project_of_several_does_not_edit_the_house_s(moderator, project):
    make_project("elsewhere")
    reviewer = make_person("rui", project, Role.REVIEWER)
    reason = Reason.objects.get(slug="hands")
    for by in (moderator, reviewer):
        for act in (
            lambda by: add_reason(FEET, group="TECH", by=by),
            lambda by: word_reason(reason, FEET, by=by),
            lambda by: retire_reason(reason, by=by),
            lambda by: restore_reason(reason, by=by),
        ):
            with pytest.raises(NotPermitted, match="moderates every project"):
                act(by)
    assert Reason.objects.get(slug="hands").label == "A hand is malformed"

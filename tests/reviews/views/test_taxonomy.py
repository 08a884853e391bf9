"""The pages of the taxonomy, the reasons of the room, and the digit keys in a project's policy."""

import re

import pytest
from django.urls import reverse

from reviews.actions.governing import activate_policy
from reviews.actions.taxonomy import retire_reason
from reviews.models import Policy, Reason
from reviews.rules.policy import load_policy
from reviews.rules.queues import Queue
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from tests.factories import make_candidate, make_person, make_prompt, make_review
from tests.reviews.views.test_policies import typed

SAYS = {"group": "ANATOMY", "label": "Feet slide over the ground", "severity": "minor", "range_rule": "yes"}


@pytest.fixture
def flagged(project, author):
    return make_review(make_candidate(make_prompt(project, author), status=Status.IN_REVIEW))


@pytest.fixture
def as_moderator(client, moderator):
    client.force_login(moderator)
    return client


def labels(answer) -> list[str]:
    """The numbered ones, in the order of the keys; "" where there is none."""
    ten = re.search(r'data-part="ten">(.*?)</ol>', answer.content.decode(), re.DOTALL)
    items = re.findall(r"<li>(.*?)</li>", ten[1], re.DOTALL)
    return ["".join(re.findall(r'reason-label">(.*?)<', item)) for item in items]


def test_a_moderator_adds_words_retires_and_restores(as_moderator):
    answer = as_moderator.post(reverse("reason_new"), SAYS, follow=True)
    assert "is offered from now on" in answer.content.decode()
    slug = "feet_slide_over_the_ground"
    as_moderator.post(reverse("reason_edit", args=[slug]), SAYS | {"label": "Feet slide"})
    assert Reason.objects.get(slug=slug).label == "Feet slide"
    for act, word in (("reason_retire", "Restore"), ("reason_restore", "Retire")):
        answer = as_moderator.post(reverse(act, args=[slug]), follow=True)
        row = re.search(rf'id="reason-{slug}".*?</tr>', answer.content.decode(), re.DOTALL)
        assert word in row[0]


def test_what_was_typed_stays_beside_what_is_wrong(as_moderator):
    answer = as_moderator.post(reverse("reason_new"), SAYS | {"label": "A hand is malformed", "severity": "awful"})
    assert answer.status_code == 422
    assert "A hand is malformed" in answer.content.decode()
    as_moderator.post(reverse("reason_new"), SAYS)
    answer = as_moderator.post(reverse("reason_new"), SAYS)
    assert (answer.status_code, "such a reason already" in answer.content.decode()) == (422, True)


def test_where_a_moderator_alone_refuses_the_sheet_asks_one(client, project, author, flagged, reviewer, moderator):
    asking = re.compile(r'value="minors"[^>]* data-asks')
    client.force_login(reviewer)
    assert asking.search(client.get(reverse("review", args=[flagged.pk])).content.decode())
    escalated = make_review(
        make_candidate(make_prompt(project, author), status=Status.IN_REVIEW), queue=Queue.ESCALATIONS
    )
    client.force_login(moderator)
    assert not asking.search(client.get(reverse("review", args=[escalated.pk])).content.decode())
    assert "For moderators" in client.get(reverse("reasons")).content.decode()


def test_an_auditor_reads_and_a_reviewer_does_not(client, auditor, reviewer):
    client.force_login(auditor)
    answer = client.get(reverse("reasons"))
    assert "A hand is malformed" in answer.content.decode()
    assert "Retire" not in answer.content.decode()
    assert client.post(reverse("reason_retire", args=["hands"])).status_code == 403
    client.force_login(reviewer)
    assert client.get(reverse("reasons")).status_code == 403


def test_a_retired_reason_leaves_its_key_empty_and_the_others_in_place(client, flagged, reviewer, moderator):
    client.force_login(reviewer)
    before = labels(client.get(reverse("review", args=[flagged.pk])))
    retire_reason(Reason.objects.get(slug="jump_cut"), by=moderator)
    answer = client.get(reverse("review", args=[flagged.pk]))
    assert labels(answer) == [label if label != "It cuts inside the shot" else "" for label in before]
    assert "It cuts inside the shot" not in answer.content.decode()


def test_the_ten_of_a_queue_are_proposed_and_read_with_the_version_in_force(as_moderator, project, flagged):
    sent = typed(project, reason__flagged__0="limbs", reason__flagged__9="", note="Limbs are what we see.")
    answer = as_moderator.post(reverse("policy_propose", args=[project.slug]), sent)
    assert answer.status_code == 303
    proposal = Policy.objects.get(version=2)
    house = load_policy().screening.numbering
    assert proposal.terms().screening.numbering == house | {"flagged": ("limbs", *house["flagged"][1:9], "")}
    shown = labels(as_moderator.get(reverse("review", args=[flagged.pk])))
    assert shown[0] == "The picture stands still"
    activate_policy(proposal, by=make_person("mo", project, Role.MODERATOR))
    shown = labels(as_moderator.get(reverse("review", args=[flagged.pk])))
    assert (shown[0], shown[9]) == ("A limb or gait is impossible", "")


def test_one_reason_on_two_keys_is_refused_by_both_keys_names(as_moderator, project):
    answer = as_moderator.post(
        reverse("policy_propose", args=[project.slug]),
        typed(project, **{"reason-flagged-4": "freeze", "note": "Often."}),
    )
    assert answer.status_code == 422
    assert "“freeze” stands on key 1 already." in answer.content.decode()
    assert not Policy.objects.filter(version=2).exists()

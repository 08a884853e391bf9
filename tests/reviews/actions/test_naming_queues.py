"""Named queues: made, changed, ordered and removed by moderators; each sorts again what waits and nobody holds."""

import pytest

from reviews.actions.naming_queues import (
    QueueDraft,
    change_queue,
    create_queue,
    move_queue,
    preview,
    remove_queue,
)
from reviews.actions.opening import open_review
from reviews.actions.queueing import claim, claim_next
from reviews.actions.sorting import sort_again
from reviews.models import NamedQueue, Review, ReviewReason
from reviews.rules.queues import DUE_IN, Queue
from reviews.rules.severity import Severity
from studio.actions.events import Actor, action
from studio.errors import Conflict, Invalid, NotPermitted
from studio.models import Event, Project
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from tests.factories import (
    make_candidate,
    make_finding,
    make_generation,
    make_named_queue,
    make_person,
    make_project,
    make_prompt,
    make_review,
)

FREEZES = QueueDraft(name="Freezes", slug="freezes", checks=("frozen_frames",))


@pytest.fixture
def put(project, author):
    def put(code: str = "frozen_frames", queue: Queue = Queue.FLAGGED, of: Project = project) -> Review:
        status = Status.IN_REVIEW if queue is Queue.FLAGGED else Status.WITH_EDITOR
        review = make_review(make_candidate(make_prompt(of, author), status=status), queue=queue)
        ReviewReason.objects.create(review=review, code=code, sentence="It was flagged.")
        return review

    return put


def lies_in(review: Review) -> str | None:
    named = Review.objects.get(pk=review.pk).named_queue
    return named.slug if named else None


def told(verb: str) -> list[dict]:
    return list(Event.objects.filter(verb=verb).values_list("data", flat=True))


def test_a_new_queue_takes_what_matches_and_leaves_the_rest(put, moderator):
    still, dark, approved = put(), put("black_frames"), put(queue=Queue.EDITOR)
    queue, moved = create_queue(FREEZES, by=moderator)
    assert (queue.slug, moved) == ("freezes", 1)
    assert [lies_in(review) for review in (still, dark, approved)] == ["freezes", None, None]
    assert [data["moved"] for data in told("queue_made")] == [1]


def test_a_preview_says_what_would_move_and_writes_nothing(put, moderator):
    still, _ = put(), put("black_frames")
    assert preview(FREEZES) == {0: [still.pk]}
    assert lies_in(still) is None
    assert not NamedQueue.objects.exists()
    queue, _ = create_queue(FREEZES, by=moderator)
    narrower = QueueDraft(name="Freezes", slug="freezes", checks=("frozen_frames",), at_least="blocking")
    assert preview(narrower, queue) == {None: [still.pk]}
    assert lies_in(still) == "freezes"


def test_what_somebody_holds_stays_where_it_is(put, moderator, reviewer):
    held = claim(put(), by=reviewer)
    assert create_queue(FREEZES, by=moderator)[1] == 0
    assert lies_in(held) is None


def test_a_changed_rule_moves_both_ways(put, moderator):
    still, dark = put(), put("black_frames")
    queue, _ = create_queue(FREEZES, by=moderator)
    assert change_queue(queue, QueueDraft(name="Dark", slug="x", checks=("black_frames",)), by=moderator) == 2
    queue.refresh_from_db()
    assert (queue.name, queue.slug) == ("Dark", "freezes")
    assert [lies_in(review) for review in (still, dark)] == [None, "freezes"]


def test_the_first_rule_wins_and_order_is_a_choice(put, moderator):
    review = put()
    create_queue(FREEZES, by=moderator)
    everything, _ = create_queue(QueueDraft(name="All", slug="all"), by=moderator)
    assert lies_in(review) == "freezes"
    assert move_queue(everything, by=moderator, up=True) == 1
    assert lies_in(review) == "all"
    assert move_queue(everything, by=moderator, up=True) == 0


def test_a_project_s_own_queues_are_asked_before_the_house_s(put, moderator, project):
    review = put()
    create_queue(FREEZES, by=moderator)
    create_queue(QueueDraft(name="Ours", slug="ours", project=project), by=moderator)
    assert lies_in(review) == "ours"


def test_a_removed_queue_gives_its_reviews_back(put, moderator):
    review = put()
    queue, _ = create_queue(FREEZES, by=moderator)
    assert remove_queue(queue, by=moderator) == 1
    assert lies_in(review) is None
    with pytest.raises(Conflict):
        remove_queue(queue, by=moderator)
    with pytest.raises(Conflict):
        change_queue(queue, FREEZES, by=moderator)
    with pytest.raises(Conflict):
        create_queue(FREEZES, by=moderator)


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.EDITOR, Role.AUDITOR, Role.AUTHOR])
def test_nobody_but_a_moderator_names_queues(put, project, role):
    person, named = make_person("otto", project, role), make_named_queue(project=project)
    for refused in (
        lambda: create_queue(FREEZES, by=person),
        lambda: change_queue(named, FREEZES, by=person),
        lambda: move_queue(named, by=person, up=True),
        lambda: remove_queue(named, by=person),
    ):
        with pytest.raises(NotPermitted):
            refused()
    assert list(NamedQueue.objects.values_list("name", "removed_at")) == [("Faces", None)]
    assert not Event.objects.exists()


def test_the_house_s_queues_are_for_those_who_moderate_every_project(moderator):
    make_project("elsewhere")
    with pytest.raises(NotPermitted, match="every project"):
        create_queue(FREEZES, by=moderator)


@pytest.mark.parametrize("slug", ["flagged", "mine", "named", "views"])
def test_an_address_that_means_something_else_is_refused(moderator, slug):
    with pytest.raises(Conflict):
        create_queue(QueueDraft(name="X", slug=slug), by=moderator)


def test_a_queue_needs_a_name(moderator):
    with pytest.raises(Invalid):
        create_queue(QueueDraft(name=" ", slug="x"), by=moderator)


def test_a_review_is_sorted_as_it_opens_by_what_was_found_and_who_made_it(project, author):
    by_maker = make_named_queue("Runway", checks=[], provider="runway", labels=["freeze"])
    prompt = make_prompt(project, author)
    made = make_candidate(prompt, generation=make_generation(prompt, provider="runway"))
    finding = make_finding(made)
    flagged = opened(made, Queue.FLAGGED, finding.message)
    assert flagged.named_queue == by_maker
    Review.objects.all().delete()
    assert opened(made, Queue.EDITOR, finding.message).named_queue is None
    Review.objects.all().delete()
    assert opened(made, Queue.FLAGGED, "Something else.").named_queue is None


@action
def opened(candidate, queue: Queue, sentence: str) -> Review:
    return open_review(
        candidate,
        queue=queue,
        severity_rank=3,
        due_in=DUE_IN[Severity.MAJOR],
        reasons=[("frozen_frames", sentence)],
        actor=Actor.system("test"),
    )


def test_sorting_reads_the_rows_as_opening_does(project, author):
    make_named_queue("Runway", checks=[], provider="runway", labels=["freeze"])
    prompt = make_prompt(project, author)
    made = make_candidate(prompt, generation=make_generation(prompt, provider="runway"))
    review = opened(made, Queue.FLAGGED, make_finding(made).message)
    Review.objects.update(named_queue=None)
    assert action(sort_again)(None) == 1
    assert lies_in(review) == "runway"


def test_start_takes_the_first_of_the_named_part(put, moderator, reviewer):
    dark, still = put("black_frames"), put()
    queue, _ = create_queue(FREEZES, by=moderator)
    assert claim_next(Queue.FLAGGED, by=reviewer, named=queue) == still
    other = make_person("mina", still.project, Role.REVIEWER)
    assert claim_next(Queue.FLAGGED, by=other, named=queue) is None
    assert claim_next(Queue.FLAGGED, by=other) == dark

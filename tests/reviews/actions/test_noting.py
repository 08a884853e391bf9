"""Notes, marks, answers: what is written, whom it reaches, what is refused and leaves nothing behind."""

import pytest

from reviews.actions.mentioning import see
from reviews.actions.noting import add_mark, add_note, reopen, reply, resolve
from reviews.actions.permitting import facts_of
from reviews.models import Comment, Mark, Mention
from reviews.queues import still_judged_by
from reviews.rules.conflicts import Facts, not_own_work
from reviews.rules.queues import Queue
from reviews.rules.verbs import Outcome, has_queue_role
from studio.actions.events import verify_chain
from studio.errors import Invalid, NotPermitted
from studio.models import Event
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from tests.factories import decide_as, make_candidate, make_person, make_prompt, make_review

BOX = {"v": 1, "shapes": [{"kind": "box", "points": [[0.25, 0.25], [0.75, 0.750049]]}]}


@pytest.fixture
def candidate(project, author):
    return make_candidate(make_prompt(project, author), status=Status.IN_REVIEW)


@pytest.fixture
def note(candidate, reviewer):
    return add_note(candidate, by=reviewer, body="The hand melts.", start_frame=12, end_frame=24)


def test_a_note_may_carry_a_mark_on_its_frames(candidate, reviewer):
    note = add_note(
        candidate, by=reviewer, body=" The hand melts. ", start_frame=12, end_frame=24, drawing=BOX, reason="hands"
    )
    assert (note.body, note.start_frame, note.end_frame, note.sha256) == (
        "The hand melts.",
        12,
        24,
        candidate.sha256,
    )
    assert note.mark.reason.slug == "hands"
    assert note.mark.drawing["shapes"][0]["points"] == [[0.25, 0.25], [0.75, 0.75]]


def test_a_mark_stands_alone_by_a_drawing_or_a_reason(candidate, reviewer):
    drawn = add_mark(candidate, by=reviewer, start_frame=3, drawing=BOX)
    told = add_mark(candidate, by=reviewer, start_frame=0, end_frame=48, reason="flicker")
    assert (drawn.comment.body, drawn.comment.start_frame, drawn.reason) == ("", 3, None)
    assert (told.drawing, told.comment.end_frame) == ({}, 48)
    assert list(Event.objects.order_by("seq").values_list("verb", flat=True)) == ["marked", "marked"]
    assert verify_chain() == ""


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({}, "Draw something, or choose a reason."),
        ({"drawing": {"v": 1, "shapes": [{"kind": "box", "points": [[0, 0], [1.2, 1]]}]}}, "in the picture"),
        ({"drawing": {"v": 1, "shapes": BOX["shapes"] * 65}}, "1 to 64 shapes"),
        ({"drawing": "{"}, "not a drawing"),
        ({"reason": "no_such_reason"}, "no such reason"),
        ({"reason": "hands", "start_frame": 48}, "within 0 and 48"),
        ({"reason": "hands", "start_frame": 5, "end_frame": 5}, "within 0 and 48"),
        ({"reason": "hands", "start_frame": -1}, "within 0 and 48"),
    ],
)
def test_it_refuses_a_mark_that_says_nothing_or_what_cannot_be_and_writes_nothing(candidate, reviewer, how, why):
    with pytest.raises(Invalid, match=why):
        add_mark(candidate, by=reviewer, **({"start_frame": 0} | how))
    assert (Comment.objects.count(), Mark.objects.count(), Event.objects.count()) == (0, 0, 0)


def test_a_note_with_a_bad_drawing_is_refused_whole(candidate, reviewer):
    with pytest.raises(Invalid):
        add_note(candidate, by=reviewer, body="Look, @author", start_frame=0, drawing={"v": 1, "shapes": []})
    assert (Comment.objects.count(), Mention.objects.count(), Event.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize("who", ["auditor", "outsider"])
def test_who_may_not_write_writes_nothing(who, candidate, note, request):
    person = request.getfixturevalue(who)
    for attempt in (
        lambda: add_note(candidate, by=person, body="Hello", start_frame=0),
        lambda: add_mark(candidate, by=person, start_frame=0, drawing=BOX),
        lambda: reply(note, by=person, body="Hello"),
        lambda: resolve(note, by=person),
        lambda: reopen(note, by=person),
    ):
        with pytest.raises(NotPermitted):
            attempt()
    note.refresh_from_db()
    assert (Comment.objects.count(), Mark.objects.count(), note.resolved_at) == (1, 0, None)


def test_an_answer_takes_the_frames_of_its_note_and_threads_stay_flat(note, editor, author):
    answer = reply(note, by=editor, body="Which one?")
    again = reply(answer, by=author, body="The left one.")
    assert [each.parent for each in (answer, again)] == [note, note]
    assert (again.start_frame, again.end_frame, again.sha256) == (12, 24, note.sha256)


def told(person):
    return list(Mention.objects.filter(person=person).order_by("pk").values_list("comment__body", "kind"))


def test_whom_a_note_names_is_told_once_and_nobody_of_their_own_words(candidate, reviewer, editor, author):
    note = add_note(candidate, by=reviewer, body="@Editor, and @editor. @reviewer @nobody", start_frame=0)
    assert told(editor) == [(note.body, "named")]
    assert sorted(note.named) == ["editor", "reviewer"]
    assert (told(reviewer), told(author)) == ([], [])


def test_nobody_outside_the_project_can_be_named(candidate, reviewer, outsider):
    note = add_note(candidate, by=reviewer, body=f"@{outsider.username}", start_frame=0)
    assert (note.named, told(outsider)) == ([], [])


def test_an_answer_reaches_everybody_in_the_thread(note, editor, author, reviewer):
    reply(note, by=editor, body="Which one?")
    reply(note, by=author, body="The left one, @editor")
    assert told(reviewer) == [("Which one?", "answered"), ("The left one, @editor", "answered")]
    assert told(editor) == [("The left one, @editor", "named")]
    assert told(author) == []


def test_a_thread_is_resolved_and_opened_again_by_anybody_who_may_write(note, editor, reviewer):
    resolve(note, by=editor)
    resolve(note, by=reviewer)
    note.refresh_from_db()
    assert note.resolved_by == editor
    reopen(reply(note, by=editor, body="Not yet."), by=reviewer)
    note.refresh_from_db()
    assert (note.resolved_at, note.resolved_by) == (None, None)
    verbs = Event.objects.filter(subject=f"comment:{note.pk}").order_by("seq").values_list("verb", flat=True)
    assert list(verbs) == ["noted", "resolved", "reopened"]


def test_only_the_person_spoken_to_has_seen_it_and_once(note, editor, reviewer):
    reply(note, by=editor, body="Which one?")
    mention = Mention.objects.get()
    with pytest.raises(NotPermitted):
        see(mention, by=editor)
    see(mention, by=reviewer)
    mention.refresh_from_db()
    first = mention.seen_at
    see(mention, by=reviewer)
    mention.refresh_from_db()
    assert first is not None
    assert mention.seen_at == first
    assert Event.objects.filter(verb="seen").count() == 1


def may_still_judge(facts: Facts) -> bool:
    """The same for one review and one person, by the rules."""
    asked = facts.queue is not Queue.EDITOR and not has_queue_role(facts)
    return asked and not not_own_work(facts) and not facts.escalated_it


@pytest.mark.parametrize("allowed", [False, True])
@pytest.mark.parametrize("queue", list(Queue))
def test_many_at_once_are_blind_exactly_where_one_is(
    queue, allowed, candidate, project, author, reviewer, editor, moderator, auditor, outsider, settings
):
    settings.ALLOW_SELF_REVIEW = allowed
    maker = make_person("maker", project, Role.REVIEWER, Role.MODERATOR)
    candidate.makers.add(maker)
    root = make_person("root", project, is_superuser=True)
    elsewhere = make_review(candidate, queue=queue, sent_by=make_person("sender", project, Role.MODERATOR))
    people = (author, reviewer, editor, moderator, auditor, outsider, maker, root, elsewhere.sent_by)
    asked = {person.username for person in people if may_still_judge(facts_of(elsewhere, person))}
    assert {person.username for person in people if still_judged_by(person).exists()} == asked
    assert ("reviewer" in asked) == (queue is Queue.FLAGGED)


def test_after_the_decision_nobody_is_blind(candidate, reviewer):
    case = make_review(candidate)
    assert still_judged_by(reviewer).exists()
    decide_as(reviewer, case, Outcome.PASS)
    assert not still_judged_by(reviewer).exists()

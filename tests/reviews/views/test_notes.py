"""Notes, marks and answers as people send and read them; what stays unsaid while a judgement is to come."""

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reviews.actions.noting import add_mark, add_note, reply, resolve
from reviews.actions.policies import active_policy
from reviews.models import Comment, Mark, Mention
from reviews.rules.queues import Queue
from reviews.rules.verbs import Outcome
from reviews.views.threads import drawing_height
from studio.models import Event
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from tests.factories import FACTS, decide_as, make_candidate, make_person, make_prompt, make_review

BOX = {"kind": "box", "points": [[0.25, 0.25], [0.75, 0.75]]}
DRAWING = {"v": 1, "shapes": [BOX]}
HOSTILE = "<img src=x onerror=alert(1)> @<b>mina</b>"
HTML = {"HTTP_ACCEPT": "text/html"}


@pytest.fixture
def candidate(project, author):
    active_policy(project)
    return make_candidate(make_prompt(project, author), status=Status.IN_REVIEW)


@pytest.fixture
def flagged(candidate):
    return make_review(candidate)


def read(client, person, address) -> str:
    client.force_login(person)
    return client.get(address).content.decode()


def send(client, person, address, **fields):
    client.force_login(person)
    return client.post(address, {"next": "/", **fields}, **HTML)


def mark_it(client, person, candidate, drawing, **fields):
    address = f"/candidates/{candidate.uuid}/marks/"
    return send(client, person, address, start_frame="7", drawing=json.dumps(drawing), **fields)


def test_a_drawing_is_kept_and_drawn_by_the_server_in_its_frames(client, candidate, flagged, reviewer):
    assert mark_it(client, reviewer, candidate, DRAWING, reason="hands").status_code == 303
    mark = Mark.objects.get()
    assert (mark.comment.start_frame, mark.comment.end_frame, mark.reason.slug) == (7, None, "hands")
    for page in (f"/reviews/{flagged.pk}/", f"/candidates/{candidate.uuid}/"):
        body = read(client, reviewer, page)
        drawn = f'<g data-box="note-{mark.comment.pk}" data-start="7" data-end="8">'
        assert f'{drawn}<polyline points="250.0,140.6 750.0,140.6 750.0,421.9 250.0,421.9 250.0,140.6"/></g>' in body
        assert "A hand is malformed: 1 box" in body
        assert f'id="mark-lane"><svg class="pointed" data-note="{mark.comment.pk}" x="14.583%"' in body
        assert 'id="note-lane"></svg>' in body


@pytest.mark.parametrize(
    "shapes",
    [
        [{"kind": "box", "points": [[0.2, 0.2], [1.2, 0.5]]}],
        [BOX] * 65,
        [],
        [{"kind": "pen", "points": [[0, 0]] * 501}],
    ],
)
def test_a_point_outside_and_a_shape_too_many_are_refused_and_nothing_is_written(client, candidate, reviewer, shapes):
    for address in ("marks", "notes"):
        answer = send(
            client,
            reviewer,
            f"/candidates/{candidate.uuid}/{address}/",
            start_frame="7",
            body="Look",
            drawing=json.dumps({"v": 1, "shapes": shapes}),
        )
        assert answer.status_code == 422
    assert (Comment.objects.count(), Mark.objects.count(), Event.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize("drawing", ["{", "[" * 100_000, '{"v":1,"shapes":[{"kind":"box","points":[[NaN,0],[1,1]]}]}'])
def test_what_is_no_drawing_at_all_is_refused_too(client, candidate, reviewer, drawing):
    answer = send(client, reviewer, f"/candidates/{candidate.uuid}/marks/", start_frame="7", drawing=drawing)
    assert answer.status_code == 422
    assert not Mark.objects.exists()


@pytest.mark.parametrize(
    ("facts", "height"),
    [
        ({}, 562.5),
        ({"width": 1920, "height": 1080, "rotation": 90}, 1777.4),
        ({"width": 720, "height": 576, "sample_aspect": "64/45"}, 562.0),
    ],
)
def test_it_is_drawn_in_the_picture_as_a_player_shows_it(candidate, facts, height):
    candidate.facts = FACTS | facts
    assert drawing_height(candidate) == pytest.approx(height, abs=2)


def test_answers_stand_under_their_note_and_a_thread_is_resolved(client, candidate, editor, author):
    note = add_note(candidate, by=author, body="Too dark?", start_frame=3)
    address = f"/notes/{note.pk}"
    assert send(client, editor, f"{address}/reply/", body="No.").status_code == 303
    assert send(client, editor, f"{address}/resolve/").status_code == 303
    body = read(client, author, f"/candidates/{candidate.uuid}/")
    assert body.index("Too dark?") < body.index("No.") < body.index(f'action="{address}/reopen/"')
    assert "resolved by Editor" in body
    send(client, author, f"{address}/reopen/")
    assert "resolved by" not in read(client, author, f"/candidates/{candidate.uuid}/")


def test_an_empty_answer_is_refused(client, candidate, author):
    note = add_note(candidate, by=author, body="Too dark?", start_frame=3)
    assert send(client, author, f"/notes/{note.pk}/reply/", body=" ").status_code == 422
    assert Comment.objects.count() == 1


def test_who_only_reads_is_offered_no_answer(client, candidate, author, auditor):
    note = add_note(candidate, by=author, body="Too dark?", start_frame=3)
    body = read(client, auditor, f"/candidates/{candidate.uuid}/")
    assert "Too dark?" in body
    assert f"/notes/{note.pk}/" not in body


@pytest.fixture
def others_words(candidate, author, moderator, reviewer):
    """What everybody else said about the take, and to whom; and one note of the reviewer's own, resolved by another."""
    note = add_note(candidate, by=author, body="SECRET @reviewer", start_frame=3, drawing=DRAWING)
    reply(note, by=moderator, body="ALSO SECRET")
    add_mark(candidate, by=moderator, start_frame=5, reason="hands")
    own = add_note(candidate, by=reviewer, body="My own words", start_frame=9)
    resolve(own, by=moderator)
    reply(own, by=moderator, body="STILL SECRET")
    return note


UNSAID = ("SECRET", "note-reply", "data-box", 'class="pointed"', "resolved by", "Moderator", "Author")


def test_before_the_own_decision_nothing_of_others_is_in_room_record_or_dashboard(
    client, candidate, flagged, others_words, reviewer
):
    pages = (f"/reviews/{flagged.pk}/", f"/candidates/{candidate.uuid}/")
    for page in pages:
        body = read(client, reviewer, page)
        assert "My own words" in body
        assert [word for word in UNSAID if word in body] == []
    assert "Mentions" not in read(client, reviewer, "/")
    for verb in ("reply", "resolve", "reopen"):
        assert send(client, reviewer, f"/notes/{others_words.pk}/{verb}/", body="Hm").status_code == 404
    decide_as(reviewer, flagged, Outcome.PASS)
    body = read(client, reviewer, f"/candidates/{candidate.uuid}/")
    assert all(word in body for word in ("ALSO SECRET", "STILL SECRET", "resolved by Moderator", "data-box"))
    dashboard = read(client, reviewer, "/")
    assert "Author names you on A lighthouse at dusk" in dashboard
    assert "Moderator answers on A lighthouse at dusk" in dashboard
    assert dashboard.index("STILL SECRET") < dashboard.index("SECRET @reviewer")  # newest first


def test_in_the_editor_s_room_everybody_s_words_are_read(client, candidate, others_words, editor):
    case = make_review(candidate, queue=Queue.EDITOR)
    body = read(client, editor, f"/reviews/{case.pk}/")
    assert all(word in body for word in ("SECRET <b", "ALSO SECRET", "My own words", "data-box"))


def test_an_escalation_shows_the_moderator_no_opinion(client, candidate, others_words, project):
    other = make_person("judge", project, Role.MODERATOR)
    case = make_review(candidate, queue=Queue.ESCALATIONS)
    for page in (f"/reviews/{case.pk}/", f"/candidates/{candidate.uuid}/"):
        assert "SECRET" not in read(client, other, page)


def test_a_mention_leads_to_the_take_at_the_frame_and_is_seen_by_a_press_only(client, candidate, editor, author):
    add_note(candidate, by=author, body="Look @editor", start_frame=31)
    body = read(client, editor, "/")
    (address,) = re.findall(r'href="(/candidates/[^"]+\?frame=31)"', body)
    record = read(client, editor, address)
    assert 'data-paused data-open="31"' in record
    assert "Mentions" in read(client, editor, "/")
    mention = Mention.objects.get()
    assert send(client, author, f"/mentions/{mention.pk}/seen/").status_code == 404
    assert send(client, editor, f"/mentions/{mention.pk}/seen/").url == "/"
    assert "Mentions" not in read(client, editor, "/")


@pytest.mark.parametrize("frame", ["48", "-1", "x", "9" * 30, "٣"])
def test_a_frame_that_is_not_there_opens_the_first(client, candidate, author, frame):
    assert 'data-open="0"' in read(client, author, f"/candidates/{candidate.uuid}/?frame={frame}")


def test_who_left_the_project_is_told_nothing_more(client, candidate, editor, author):
    add_note(candidate, by=author, body="Look @editor", start_frame=0)
    editor.memberships.all().delete()
    assert "Look" not in read(client, editor, "/")


def test_what_people_wrote_is_text_wherever_it_stands(client, candidate, author, editor):
    note = add_note(candidate, by=author, body=f"{HOSTILE} @editor", start_frame=0)
    reply(note, by=author, body=HOSTILE)
    case = make_review(candidate, queue=Queue.EDITOR)
    for page in ("/", f"/reviews/{case.pk}/", f"/candidates/{candidate.uuid}/"):
        body = read(client, editor, page)
        assert "&lt;img src=x onerror=alert(1)&gt; @&lt;b&gt;" in body
        assert "<img src=x" not in body
    assert '<b class="mention">@editor</b>' in body


def test_it_suggests_people_of_the_project_by_how_their_name_begins(client, candidate, reviewer, editor, outsider):
    people = f"/candidates/{candidate.uuid}/people/"
    body = read(client, reviewer, f"{people}?q=ED")
    assert re.findall(r'data-name="(\w+)"', body) == ["editor"]
    everybody = re.findall(r'data-name="(\w+)"', read(client, reviewer, people))
    assert "editor" in everybody
    assert not {"reviewer", outsider.username} & set(everybody)
    client.force_login(outsider)
    assert client.get(people).status_code == 404


@pytest.mark.parametrize("place", ["room", "take", "dashboard"])
def test_it_asks_no_more_for_many_notes_than_for_one(client, candidate, editor, author, place):
    case = make_review(candidate, queue=Queue.EDITOR)
    address = {"room": f"/reviews/{case.pk}/", "take": f"/candidates/{candidate.uuid}/", "dashboard": "/"}[place]

    def say_something():
        note = add_note(candidate, by=author, body="Look @editor", start_frame=3, drawing=DRAWING, reason="hands")
        reply(note, by=author, body="And here, @editor")
        resolve(note, by=author)

    say_something()
    read(client, editor, address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for _ in range(5):
        say_something()
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few)
    if place == "room":
        assert len(few) <= 12

"""Pages that say what went wrong: in words for people, in JSON for scripts, never as a bare status."""

import pytest
from django.test import RequestFactory

from reviews.views import problems


def test_it_says_in_words_that_nothing_is_there(db, client):
    answer = client.get("/no/such/page/", HTTP_ACCEPT="text/html")
    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.content.decode()


@pytest.mark.parametrize(("handler", "status"), [("not_found", 404), ("forbidden", 403), ("bad_request", 400)])
def test_it_answers_scripts_in_json(handler, status):
    answer = getattr(problems, handler)(RequestFactory().get("/", HTTP_ACCEPT="application/json"))
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json"


def test_it_draws_the_page_of_a_crash_without_asking_the_database():
    answer = problems.broken(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()


def test_it_explains_an_expired_form(db, reviewer, client):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(reviewer)
    answer = strict.post("/queues/flagged/claim/")
    assert answer.status_code == 403
    assert "This form has expired" in answer.content.decode()
    assert "data-problem" in answer.content.decode(), "the room finds its words by this mark"


HTMX = {"HTTP_HX_REQUEST": "true"}
SCRIPT = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}


@pytest.mark.parametrize("asked_by", [HTMX, SCRIPT, {"HTTP_ACCEPT": "application/json"}])
def test_it_tells_scripts_that_the_sign_in_ended_and_leaves_them_their_page(db, client, project, asked_by):
    answer = client.get(f"/p/{project.slug}/prompts/new/", **asked_by)
    assert answer.status_code == 401
    assert answer.headers["HX-Trigger"] == "sign-in"
    assert "<html" not in answer.content.decode()


def test_it_brings_a_form_that_was_sent_too_late_back_to_its_page(db, client):
    page = "http://testserver/reviews/1/"
    quoted = "http%3A//testserver/reviews/1/"
    answer = client.post("/reviews/1/decide/", HTTP_REFERER=page)
    assert answer.headers["Location"] == f"/sign-in/?next={quoted}"


def test_it_brings_nobody_to_a_foreign_page_after_the_sign_in(db, client):
    answer = client.post("/reviews/1/decide/", HTTP_REFERER="http://elsewhere.example/")
    assert answer.headers["Location"] == "/sign-in/?next=/"


def test_it_says_in_words_that_an_address_only_takes_forms(db, client, reviewer):
    client.force_login(reviewer)
    answer = client.get("/reviews/1/decide/", HTTP_ACCEPT="text/html")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert "This address takes what a form sends" in answer.content.decode()

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

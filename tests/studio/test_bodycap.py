"""A body is held to its cap while it arrives, and large ones are for people who are signed in."""

from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.test import Client

from studio.actions.tokens import create_token, revoke_token
from studio.bodycap import SLACK_BYTES, BodyCap, is_signed_in
from studio.models import User
from studio.rules.scopes import Scope
from tests.factories import make_person, make_project

SMALL = 1000 + SLACK_BYTES
LARGE = 9000 + SLACK_BYTES


@pytest.fixture(autouse=True)
def _caps(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE, settings.MAX_CLIP_BYTES = 1000, 9000


def post(
    path: str, *, sizes: list[int], announce: int | None = None, cookie: str = "", key: str = ""
) -> tuple[int, int]:
    """What a body in pieces of these sizes is answered, and how many of its bytes got through."""
    got, sent = [], []

    async def reads_all(scope, receive, send):
        while (message := await receive())["type"] == "http.request":
            got.append(len(message["body"]))
            if not message["more_body"]:
                await send({"type": "http.response.start", "status": 200, "headers": []})
                return

    pieces = iter(sizes)
    left = len(sizes)

    async def receive():
        nonlocal left
        left -= 1
        return {"type": "http.request", "body": b"x" * next(pieces), "more_body": left > 0}

    async def send(message):
        sent.append(message)

    headers = [(b"cookie", cookie.encode()), (b"authorization", f"Bearer {key}".encode())]
    headers += [(b"content-length", str(announce).encode())] if announce is not None else []
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers}
    async_to_sync(BodyCap(reads_all))(scope, receive, send)
    return sent[0]["status"], sum(got)


@pytest.fixture
def cookie(transactional_db, settings) -> str:
    client = Client()
    client.force_login(make_person("author", make_project()))
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def test_a_usual_form_gets_through():
    assert post("/settings/", sizes=[SMALL]) == (200, SMALL)


def test_a_body_that_says_it_is_too_large_is_refused_unread():
    assert post("/sign-in/", sizes=[10], announce=SMALL + 1) == (413, 0)


def test_a_body_that_keeps_its_length_to_itself_is_cut_off_at_the_cap():
    assert post("/sign-in/", sizes=[SMALL, 1, 1]) == (413, SMALL)


def test_a_stranger_may_send_nothing_large_to_the_upload_page_either(transactional_db):
    forged = "sessionid=" + "a" * 32
    assert post("/p/harbour/upload/", sizes=[SMALL, 1], cookie=forged) == (413, SMALL)


def test_who_is_signed_in_may_upload_a_clip_and_no_more(cookie):
    assert post("/p/harbour/upload/", sizes=[LARGE], cookie=cookie) == (200, LARGE)
    assert post("/p/harbour/upload/", sizes=[LARGE, 1], cookie=cookie) == (413, LARGE)
    assert post("/settings/", sizes=[SMALL, 1], cookie=cookie) == (413, SMALL)


@pytest.mark.parametrize("path", ["/api/v1/projects/harbour/references", "/api/v1/projects/harbour/takes"])
def test_by_api_who_holds_a_live_token_may_and_nobody_else(path, cookie):
    author = User.objects.get(username="author")
    made = create_token(author, name="a script", scopes=[Scope.PROMPTS_WRITE], lasts_for=timedelta(days=1))
    assert post(path, sizes=[LARGE], key=made.key) == (200, LARGE)
    assert post(path, sizes=[LARGE, 1], key=made.key) == (413, LARGE)
    assert post("/api/v1/projects/harbour/prompts", sizes=[SMALL, 1], key=made.key) == (413, SMALL)
    assert post("/p/harbour/takes", sizes=[SMALL, 1], cookie=cookie, key=made.key) == (413, SMALL)
    assert post("/p/harbour/upload/", sizes=[SMALL, 1], key=made.key) == (413, SMALL)
    assert post(path, sizes=[SMALL, 1], cookie=cookie) == (413, SMALL)
    revoke_token(made.token, by=author)
    assert post(path, sizes=[SMALL, 1], key=made.key) == (413, SMALL)


@pytest.mark.parametrize("cookies", ["", "sessionid", "sessionid=", "a b;;=", "sessionid=../../etc/passwd"])
def test_odd_cookies_are_nobodys(db, cookies):
    assert not is_signed_in(cookies)

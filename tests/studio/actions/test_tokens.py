import hashlib
from base64 import urlsafe_b64decode
from datetime import timedelta

import pytest

from studio import clock
from studio.actions import tokens
from studio.actions.tokens import authenticate, create_token, revoke_token, spend_write
from studio.errors import Conflict, Invalid, NotPermitted
from studio.models import ApiToken, Event
from studio.rules.allowance import WRITES_A_MINUTE
from studio.rules.scopes import Scope
from tests.factories import make_project

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def make(user, **changes):
    given = {"name": "render farm", "scopes": [Scope.PROMPTS_WRITE], "lasts_for": DAY}
    return create_token(user, **(given | changes))


@pytest.fixture
def at(monkeypatch):
    """Sets the clock so many seconds ahead of now."""
    start = clock.now()

    def move(seconds: float) -> None:
        monkeypatch.setattr(tokens.clock, "now", lambda: start + timedelta(seconds=seconds))

    move(0)
    return move


def test_the_key_is_256_bit_and_only_its_digest_is_kept(author):
    made = make(author)
    mark, prefix, secret = made.key.split("_", 2)
    assert (mark, prefix, len(urlsafe_b64decode(f"{secret}="))) == ("dly", made.token.prefix, 32)
    assert made.token.digest == hashlib.sha256(made.key.encode()).hexdigest()
    kept = " ".join(str(value) for value in ApiToken.objects.values().get().values())
    assert secret not in kept
    assert secret not in repr(made)


def test_its_events_hold_no_secret(author):
    made = make(author)
    revoke_token(made.token, by=author)
    assert list(Event.objects.order_by("seq").values_list("verb", flat=True)) == ["token_made", "token_revoked"]
    said = str(list(Event.objects.values()))
    assert made.key not in said
    assert made.token.digest not in said


def test_a_live_key_proves_its_token(author):
    made = make(author, scopes=[Scope.ADMIN, Scope.PROMPTS_WRITE])
    found = authenticate(made.key)
    assert (found, found.user, found.scopes) == (made.token, author, ["prompts:write", "admin"])


def test_every_other_text_proves_nothing(author):
    key = make(author).key
    _, prefix, secret = key.split("_", 2)
    other = make(author).key
    wrong = ["", "_", "dly", "dly_", f"dly_{prefix}", f"dly_{prefix}_", f"dly_{prefix}_{'0' * 64}", key[:-1], key + "0"]
    wrong += [f"DLY_{prefix}_{secret}", f"dly_{other.split('_')[1]}_{secret}", f" {key}", "é\udcff\x00", "dly_\x00_x"]
    assert [text for text in wrong if authenticate(text)] == []


def test_a_revoked_an_ended_and_a_closed_persons_token_open_nothing(author, at):
    revoked, ended, closed = make(author), make(author, lasts_for=timedelta(hours=1)), make(author)
    revoke_token(revoked.token, by=author)
    assert authenticate(revoked.key) is None
    at(3599)
    assert authenticate(ended.key)
    at(3600)
    assert authenticate(ended.key) is None
    author.is_active = False
    author.save()
    assert authenticate(closed.key) is None


def test_it_notes_once_a_minute_when_it_was_used(author, at, django_assert_num_queries):
    made = make(author)
    authenticate(made.key)
    first = ApiToken.objects.get().last_used_at
    at(59)
    with django_assert_num_queries(1):
        authenticate(made.key)
    assert ApiToken.objects.get().last_used_at == first
    at(60)
    authenticate(made.key)
    assert ApiToken.objects.get().last_used_at == first + timedelta(seconds=60)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": " \x00 "},
        {"scopes": []},
        {"lasts_for": timedelta(0)},
        {"lasts_for": timedelta(days=365, seconds=1)},
    ],
)
def test_it_refuses_what_is_not_a_token(author, changes):
    with pytest.raises(Invalid):
        make(author, **changes)
    assert not ApiToken.objects.exists()
    assert not Event.objects.exists()


def test_it_refuses_a_project_that_is_not_its_owners(author):
    with pytest.raises(NotPermitted):
        make(author, project=make_project("elsewhere"))


def test_only_its_owner_revokes_it_and_only_once(author, moderator):
    made = make(author)
    with pytest.raises(NotPermitted):
        revoke_token(made.token, by=moderator)
    assert authenticate(made.key)
    revoke_token(made.token, by=author)
    with pytest.raises(Conflict):
        revoke_token(made.token, by=author)


def test_its_writes_run_out_and_come_back(author, at):
    token = make(author).token
    assert [spend_write(token) for _ in range(WRITES_A_MINUTE)] == [None] * WRITES_A_MINUTE
    assert spend_write(token) == timedelta(seconds=0.5)
    at(0.25)
    assert spend_write(token) == timedelta(seconds=0.25)
    at(0.5)
    assert spend_write(token) is None
    at(3600)
    assert [spend_write(token) for _ in range(WRITES_A_MINUTE + 1)].count(None) == WRITES_A_MINUTE

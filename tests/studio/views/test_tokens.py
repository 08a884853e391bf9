import re

import pytest

from studio.actions.tokens import authenticate
from studio.models import ApiToken
from tests.factories import make_project

pytestmark = pytest.mark.django_db
PAGE = "/settings/tokens/"
TYPED = {"name": "render farm", "scopes": ["prompts:write", "candidates:read"], "project": "harbour", "days": "30"}


def shown_key(answer) -> str:
    return re.search(r'value="(dly_[\w-]+)"', answer.content.decode())[1]


def test_it_says_so_when_there_are_none_and_is_linked_from_the_settings(author, sign_in):
    client = sign_in(author)
    assert "No tokens." in client.get(PAGE).content.decode()
    assert f'href="{PAGE}"' in client.get("/settings/").content.decode()


def test_the_key_is_shown_once_and_no_cache_keeps_it(author, sign_in):
    client = sign_in(author)
    made = client.post(PAGE, TYPED)
    key = shown_key(made)
    assert authenticate(key).project.slug == "harbour"
    assert "no-store" in made.headers["Cache-Control"]
    again = client.get(PAGE).content.decode()
    assert key not in again
    assert f"dly_{ApiToken.objects.get().prefix}_…" in again
    assert "prompts:write" in again


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["decide"]}, "scopes"),
        ({"project": "elsewhere"}, "project"),
        ({"days": "366"}, "days"),
        ({"days": "0"}, "days"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(author, sign_in, changes, field):
    make_project("elsewhere")
    answer = sign_in(author).post(PAGE, TYPED | changes)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert not ApiToken.objects.exists()


def test_a_revoked_one_opens_nothing_and_can_be_revoked_once(author, sign_in):
    client = sign_in(author)
    key, token = shown_key(client.post(PAGE, TYPED)), ApiToken.objects.get()
    where = f"{PAGE}{token.pk}/revoke/"
    assert client.get(where).status_code == 405
    assert client.post(where).status_code == 303
    assert authenticate(key) is None
    assert "Revoked" in client.get(PAGE).content.decode()
    assert client.post(where).status_code == 409


def test_the_tokens_of_others_are_not_there(author, moderator, sign_in):
    sign_in(author).post(PAGE, TYPED)
    other = sign_in(moderator)
    assert "No tokens." in other.get(PAGE).content.decode()
    assert other.post(f"{PAGE}{ApiToken.objects.get().pk}/revoke/").status_code == 404


def test_it_asks_the_database_little_however_many_there_are(author, sign_in, django_assert_max_num_queries):
    client = sign_in(author)
    for _ in range(5):
        client.post(PAGE, TYPED)
    with django_assert_max_num_queries(12):
        client.get(PAGE)

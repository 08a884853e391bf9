import pytest

from studio.demo_logins import DEMO_PASSWORD
from studio.models import Preferences
from studio.rules.roles import Role
from tests.factories import make_person

pytestmark = pytest.mark.django_db
SIGN_IN = "/sign-in/"


def enter(client, next_url: str = "", password: str = "a long password"):
    return client.post(SIGN_IN, {"username": "author", "password": password, "next": next_url})


def test_signing_in_goes_on_to_where_one_was_going(client, author):
    response = enter(client, "/p/harbour/prompts/")
    assert response["Location"] == "/p/harbour/prompts/"


@pytest.mark.parametrize("elsewhere", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_it_never_leads_to_another_site(client, author, elsewhere):
    assert enter(client, elsewhere)["Location"] == "/"


def test_a_wrong_password_is_said_plainly_and_signs_nobody_in(client, author):
    response = enter(client, password="another password")
    assert "No account has this name and password." in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_the_key_of_a_session_set_before_signing_in_is_dead_after_it(client, author):
    client.get(SIGN_IN)
    client.session["planted"] = "yes"
    before = client.session.session_key
    enter(client)
    assert client.session.session_key != before


def test_signing_out_needs_a_post_and_ends_the_session(author, sign_in):
    client = sign_in(author)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 302
    assert "_auth_user_id" not in client.session


def test_demo_people_are_listed_in_the_demo_and_nowhere_else(client, author, settings):
    assert DEMO_PASSWORD not in client.get(SIGN_IN).content.decode()
    settings.DEMO = True
    page = client.get(SIGN_IN).content.decode()
    assert DEMO_PASSWORD in page
    assert 'name="username" value="author"' in page


def test_settings_are_kept(author, sign_in):
    client = sign_in(author)
    response = client.post("/settings/", {"theme": "dark", "undo_seconds": "30"})
    kept = Preferences.objects.get(user=author)
    assert (response.status_code, kept.theme, kept.undo_seconds) == (303, "dark", 30)
    assert 'data-theme="dark"' in client.get("/settings/").content.decode()


@pytest.mark.parametrize("odd", [{"theme": "pink", "undo_seconds": "30"}, {"theme": "dark", "undo_seconds": "5"}, {}])
def test_odd_settings_are_refused(author, sign_in, odd):
    response = sign_in(author).post("/settings/", odd)
    assert response.status_code == 422
    assert not Preferences.objects.exists()


def test_the_speed_of_a_player_is_kept_and_an_odd_one_refused(author, sign_in):
    client = sign_in(author)
    assert client.post("/settings/speed/", {"percent": "150"}).status_code == 204
    for odd in ({"percent": "99"}, {"percent": "fast"}, {}):
        assert client.post("/settings/speed/", odd, HTTP_ACCEPT="application/json").status_code == 422
    assert Preferences.objects.get(user=author).speed_percent == 150
    assert client.get("/settings/speed/").status_code == 405


def test_people_are_shown_with_their_roles(project, author, moderator, sign_in, django_assert_max_num_queries):
    make_person("both", project, Role.AUTHOR, Role.EDITOR)
    client = sign_in(moderator)
    with django_assert_max_num_queries(10):
        rows = client.get("/p/harbour/people/").context["rows"]
    held = {user.username: [role for role, holds in cells if holds] for user, cells in rows}
    assert held == {"author": [Role.AUTHOR], "both": [Role.AUTHOR, Role.EDITOR], "moderator": [Role.MODERATOR]}


def test_people_are_for_moderators_and_auditors(project, author, auditor, outsider, sign_in):
    statuses = [sign_in(user).get("/p/harbour/people/").status_code for user in (author, auditor, outsider)]
    assert statuses == [403, 200, 404]

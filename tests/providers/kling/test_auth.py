import jwt
import pytest

from providers import errors
from providers.accounts import Account
from providers.kling.adapter import INFOS
from tests.providers.kling.helpers import BASE, CREATED_V1, DONE_V1, NOW, Far, asking, kling, ok, refused

PAIR = {"access_key": "my-access", "secret_key": "a-secret-key-of-at-least-32-bytes"}


def token_of(request):
    return request.headers["authorization"].removeprefix("Bearer ")


async def test_one_key_goes_as_it_is():
    far = Far(ok(CREATED_V1))
    await kling(far).submit(asking(), "job-42")
    assert far.seen[0].headers["authorization"] == "Bearer api-key-kling-1"


async def test_the_older_pair_signs_a_token_for_half_an_hour():
    far = Far(ok(CREATED_V1))
    await kling(far, secrets=PAIR).submit(asking(), "job-42")
    token = token_of(far.seen[0])
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}
    claims = jwt.decode(
        token, PAIR["secret_key"], algorithms=["HS256"], options={"verify_exp": False, "verify_nbf": False}
    )
    assert claims == {"iss": "my-access", "exp": NOW + 1800, "nbf": NOW - 5}
    assert "secret" not in str(far.seen[0].url) + far.seen[0].content.decode()


@pytest.mark.parametrize("code", [1003, 1004])
async def test_a_token_whose_time_was_wrong_is_made_anew_once(code):
    far = Far(refused(401, code), ok(DONE_V1))
    snapshot = await kling(far, secrets=PAIR).fetch("v1/text2video/8312")
    assert (snapshot.remote_id, len(far.seen)) == ("v1/text2video/8312", 2)
    far = Far(refused(401, code), ok(CREATED_V1))
    assert (await kling(far, secrets=PAIR).submit(asking(), "job-42")).remote_id == "v1/text2video/8312"
    assert [request.method for request in far.seen] == ["POST", "POST"]


@pytest.mark.parametrize(("secrets", "code", "calls"), [(PAIR, 1004, 2), (PAIR, 1002, 1), (None, 1004, 1)])
async def test_it_does_not_go_on_trying(secrets, code, calls):
    far = Far(refused(401, code))
    with pytest.raises(errors.AccessDenied):
        await kling(far, secrets=secrets).submit(asking(), "job-42")
    assert len(far.seen) == calls


@pytest.mark.parametrize(
    ("secrets", "complete"),
    [
        ({"api_key": "k"}, True),
        ({"access_key": "a", "secret_key": "s"}, True),
        ({"access_key": "a"}, False),
        ({"secret_key": "s"}, False),
        ({}, False),
    ],
)
def test_either_way_is_enough(secrets, complete):
    assert INFOS[0].is_complete(Account("kling", BASE, secrets)) is complete

import json
from urllib.parse import parse_qs

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from providers import errors
from providers.google import auth
from tests.providers.google.helpers import NOW, VERTEX_OPERATION, adapter, asked, fault

TOKEN_URI = "https://oauth2.example/token"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
ACCOUNT = {
    "type": "service_account",
    "project_id": "own-project",
    "private_key_id": "kid-1",
    "private_key": PEM,
    "client_email": "dailies@films.example",
    "token_uri": TOKEN_URI,
}


@pytest.fixture(autouse=True)
def _no_tokens_of_others():
    auth._tokens.clear()
    yield
    auth._tokens.clear()


class Google:
    """The token service and the platform in one, counting what it was asked."""

    def __init__(self, *, answers=(), lives=3600):
        self.answers, self.lives, self.minted, self.calls = list(answers), lives, [], []

    def __call__(self, request):
        if str(request.url) == TOKEN_URI:
            self.minted.append(parse_qs(request.content.decode()))
            return httpx.Response(200, json={"access_token": f"ya29.{len(self.minted)}", "expires_in": self.lives})
        self.calls.append(request)
        return self.answers.pop(0) if self.answers else httpx.Response(200, json={"name": VERTEX_OPERATION})

    @property
    def bearers(self):
        return [call.headers["authorization"] for call in self.calls]


def vertex(google, *, account=ACCOUNT, clock=lambda: NOW, options=None):
    text = account if isinstance(account, str) else json.dumps(account)
    return adapter(
        google,
        slug="vertex",
        base_url="https://vertex.example",
        clock=clock,
        options=options or {"project": "films", "location": "us-central1"},
        service_account=text,
    )


async def test_a_token_is_asked_for_with_a_signed_assertion_and_used_as_bearer():
    google = Google()
    await vertex(google).submit(asked("veo-3.1-generate-001"), "call-1")
    (form,) = google.minted
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    assertion = form["assertion"][0]
    claims = jwt.decode(
        assertion,
        KEY.public_key(),
        algorithms=["RS256"],
        audience=TOKEN_URI,
        options={"verify_exp": False, "verify_iat": False},
    )
    assert claims == {
        "iss": "dailies@films.example",
        "scope": "https://www.googleapis.com/auth/cloud-platform",
        "aud": TOKEN_URI,
        "iat": int(NOW),
        "exp": int(NOW) + 3600,
    }
    assert jwt.get_unverified_header(assertion)["kid"] == "kid-1"
    assert google.bearers == ["Bearer ya29.1"]
    assert google.calls[0].url.path.startswith("/v1/projects/films/locations/us-central1/publishers/google/models/")


async def test_the_project_of_the_account_is_used_when_none_is_named():
    google = Google()
    await vertex(google, options={"location": "global"}).submit(asked("veo-3.1-generate-001"), "call-1")
    assert google.calls[0].url.path.startswith("/v1/projects/own-project/locations/global/")


async def test_a_token_serves_all_adapters_until_shortly_before_its_end():
    google, now = Google(), [NOW]
    for later, minted in ((0, 1), (3479, 1), (3481, 2)):
        now[0] = NOW + later
        await vertex(google, clock=lambda: now[0]).submit(asked("veo-3.1-generate-001"), "call-1")
        assert len(google.minted) == minted


async def test_a_refused_token_is_minted_anew_once():
    no = fault(401, "UNAUTHENTICATED")
    google = Google(answers=[no])
    await vertex(google).submit(asked("veo-3.1-generate-001"), "call-1")
    assert google.bearers == ["Bearer ya29.1", "Bearer ya29.2"]
    google = Google(answers=[fault(401, "UNAUTHENTICATED"), fault(401, "UNAUTHENTICATED")])
    with pytest.raises(errors.AccessDenied):
        await vertex(google).submit(asked("veo-3.1-generate-001"), "call-1")
    assert len(google.calls) == 2


async def test_a_key_that_is_refused_is_not_tried_twice():
    google = Google(answers=[fault(401, "UNAUTHENTICATED")])
    with pytest.raises(errors.AccessDenied):
        await adapter(google, slug="vertex", api_key="k").submit(asked("veo-3.1-generate-001"), "call-1")
    assert len(google.calls) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(400, json={"error": "invalid_grant", "error_description": "Bad JWT."}), errors.AccessDenied),
        (httpx.Response(401, text="<html>"), errors.AccessDenied),
        (httpx.Response(429), errors.RateLimited),
        (httpx.Response(503), errors.ProviderUnavailable),
        (httpx.Response(200, json={"expires_in": 3600}), errors.BadAnswer),
        (httpx.Response(200, json={"access_token": "a\nb", "expires_in": 3600}), errors.BadAnswer),
        (httpx.ReadTimeout("slow"), errors.ProviderUnavailable),
    ],
)
async def test_trouble_with_the_token_is_told_before_anything_is_paid(answer, error):
    calls = []

    def respond(request):
        calls.append(str(request.url))
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(errors.ProviderError) as caught:
        await vertex(respond).submit(asked("veo-3.1-generate-001"), "call-1")
    assert type(caught.value) is error
    assert calls == [TOKEN_URI]


@pytest.mark.parametrize(
    ("account", "sentence"),
    [
        ("not json", "is not the JSON file"),
        ("[]", "lacks client_email"),
        (json.dumps({**ACCOUNT, "token_uri": 7}), "lacks client_email"),
        (json.dumps({**ACCOUNT, "private_key": "-----BEGIN"}), "private key cannot be read"),
        (json.dumps({**ACCOUNT, "token_uri": "https://[::1"}), "token_uri is no address"),
    ],
)
async def test_an_account_that_is_none_is_told_in_a_sentence_without_the_key(account, sentence):
    with pytest.raises(errors.AccessDenied, match=sentence) as caught:
        await vertex(Google(), account=account).submit(asked("veo-3.1-generate-001"), "call-1")
    assert "BEGIN" not in str(caught.value)


@pytest.mark.parametrize("options", [{"location": "../x"}, {"location": "us-central1", "project": "a/../b"}])
async def test_odd_places_are_not_called(options):
    google = Google()
    with pytest.raises(errors.AccessDenied):
        await vertex(google, options=options).submit(asked("veo-3.1-generate-001"), "call-1")
    assert google.calls == google.minted == []


def test_nothing_secret_shows_in_what_is_printed():
    keys = auth.ServiceAccount(json.dumps(ACCOUNT), None, lambda: NOW)
    assert "BEGIN" not in repr(keys)
    assert "the-key" not in repr(auth.ApiKey("the-key"))

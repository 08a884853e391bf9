import pytest

from studio.models import Event, ProviderAccount, ProviderGate
from tests.factories import make_project
from tests.studio.api.conftest import software

pytestmark = pytest.mark.django_db
WHERE, KEY = "/api/v1/providers/openai_videos", "sk-a-long-secret-key-wxyz"
SAID = {"base_url": "https://videos.example/v1", "keys": {"api_key": KEY}, "most_at_once": 3}


@pytest.fixture(autouse=True)
def _ring(settings) -> None:
    settings.KEYRING = ["a ring key that is long enough for us"]


@pytest.fixture
def holder(moderator):
    return software(moderator)


def put(holder, **said):
    return holder.put(WHERE, SAID | said, content_type="application/json")


def test_a_key_goes_in_and_only_its_end_comes_back(holder, auditor):
    answer = put(holder)
    said = answer.json()
    assert (said["state"], said["keys"], said["most_at_once"]) == ("configured", {"api_key": "wxyz"}, 3)
    assert (said["address"], said["changed_by"]) == ("https://videos.example/v1", "moderator")
    heard = answer.content + software(auditor).get(WHERE).content + str(list(Event.objects.values())).encode()
    assert KEY.encode() not in heard
    assert KEY not in ProviderAccount.objects.get().sealed_secrets


def test_keys_that_are_not_named_stay_and_those_to_forget_go(holder):
    put(holder)
    assert put(holder, keys={}, most_at_once=None).json()["keys"] == {"api_key": "wxyz"}
    assert put(holder, keys={}, forget=["api_key"]).json()["keys"] == {}


def test_a_new_address_takes_no_key_along(holder):
    put(holder)
    answer = put(holder, base_url="https://elsewhere.example/v1", keys={})
    assert answer.status_code == 422
    assert ProviderAccount.objects.get().base_url == "https://videos.example/v1"


@pytest.mark.parametrize(
    "said",
    [
        {"base_url": "http://169.254.169.254/"},
        {"keys": {"password": "x"}},
        {"keys": {"api_key": ""}},
        {"options": {"api_key": "x"}},
        {"options": {"colour": "x"}},
        {"forget": ["colour"]},
        {"most_at_once": 0},
        {"secrets": {}},
    ],
)
def test_what_it_is_not_told_is_refused_without_repeating_it(holder, said):
    assert put(holder, **said).status_code == 422
    assert not ProviderAccount.objects.exists()


def test_what_stopped_it_is_said_and_it_is_opened_once(holder):
    ProviderGate.objects.create(provider="openai_videos", stopped_because="No money left.")
    put(holder)
    assert holder.get(WHERE).json()["trouble"] == "No money left."
    assert holder.post(f"{WHERE}/open").json()["trouble"] == ""
    assert holder.post(f"{WHERE}/open").status_code == 409


def test_it_says_why_it_cannot_be_tried(holder):
    assert holder.post("/api/v1/providers/vllm_omni/test").json() == {
        "is_well": False,
        "sentence": "It has no address here.",
        "facts": {},
    }
    assert holder.get("/api/v1/providers/nobody").status_code == 404


def test_a_token_for_one_project_reaches_no_provider(moderator, project):
    bound = software(moderator, project=project)
    assert bound.get(WHERE).status_code == 403
    assert put(bound).status_code == 403
    moderator.memberships.create(project=make_project("elsewhere"), role="moderator")
    assert bound.get(WHERE).status_code == 403

"""Who sees and sets providers, what a form may say, and that no key ever comes back."""

import pytest

from studio.generators import offers
from studio.models import Event, ProviderAccount, ProviderGate, User
from studio.rules.generation import GenerationState
from tests.factories import make_generation, make_prompt

pytestmark = pytest.mark.django_db
PAGE = "/providers/openai_videos/"
KEY = "sk-a-long-secret-key-wxyz"
FORM = {"is_enabled": "on", "base_url": "https://videos.example/v1"}


@pytest.fixture(autouse=True)
def _ring(settings) -> None:
    settings.KEYRING = ["a ring key that is long enough for us"]
    settings.EGRESS_HOSTS = ["10.0.0.5:8091"]


def save(client, page: str = PAGE, **fields: str):
    return client.post(page, FORM | fields)


def test_the_list_says_how_each_stands(project, author, moderator, sign_in, django_assert_max_num_queries):
    make_generation(make_prompt(project, author), state=GenerationState.RUNNING, provider="sandbox", remote_id="v1")
    ProviderGate.objects.create(provider="sandbox", stopped_because="No money left.")
    client = sign_in(moderator)
    with django_assert_max_num_queries(12):
        page = client.get("/providers/")
    standings = {one.slug: one for one in page.context["standings"]}
    assert (standings["sandbox"].word, standings["sandbox"].in_flight) == ("stopped", 1)
    assert standings["openai_videos"].state == "retired"
    assert standings["vllm_omni"].state == "no address"
    body = page.content.decode()
    assert "No money left." in body
    assert "/hooks/openai_videos/" in body
    assert "/hooks/vllm_omni/" not in body


def test_it_is_for_moderators_auditors_and_superusers(author, reviewer, editor, moderator, auditor, outsider, sign_in):
    root = User.objects.create_superuser("root", password="a long password")
    people = (author, reviewer, editor, outsider, auditor, moderator, root)
    for page in ("/providers/", PAGE):
        statuses = [sign_in(person).get(page).status_code for person in people]
        assert statuses == [403, 403, 403, 403, 200, 200, 200]
    assert sign_in(moderator).get("/providers/nobody/").status_code == 404


@pytest.mark.parametrize("place", ["", "test/", "open/"])
def test_only_moderators_and_superusers_may_press_anything(place, author, reviewer, editor, auditor, outsider, sign_in):
    for person in (author, reviewer, editor, auditor, outsider):
        assert sign_in(person).post(f"{PAGE}{place}", FORM).status_code == 403
    assert not ProviderAccount.objects.exists()


def test_a_key_goes_in_sealed_and_only_its_end_comes_back(moderator, auditor, sign_in):
    assert save(sign_in(moderator), secret_api_key=KEY).status_code == 303
    row = ProviderAccount.objects.get()
    assert KEY not in row.sealed_secrets
    assert row.secret_endings == {"api_key": "wxyz"}
    page = sign_in(moderator).get(PAGE).content.decode()
    assert "ends in wxyz" in page
    assert KEY not in page
    event = Event.objects.get(verb="configured_provider")
    assert event.data["keys_set"] == ["api_key"]
    assert KEY not in str(event.data)
    assert "wxyz" not in str(event.data)
    read = sign_in(auditor).get(PAGE).content.decode()
    assert "wxyz" not in read
    assert "<form" not in read.partition("<main")[2].partition("</main>")[0]


@pytest.mark.parametrize("key", ["sk-“quoted”-0123456789", "sk-0123\x07456789abc"])
def test_a_key_that_no_header_could_carry_is_refused_before_it_spoils_every_order(moderator, sign_in, key):
    answer = save(sign_in(moderator), secret_api_key=key)
    assert answer.status_code == 422
    assert key not in answer.content.decode()
    assert not ProviderAccount.objects.exists()


def test_an_empty_field_keeps_the_key_and_a_tick_removes_it(moderator, sign_in):
    client = sign_in(moderator)
    save(client, secret_api_key=KEY, secret_webhook_secret="whsec_c2VjcmV0c2VjcmV0")
    save(client, most_at_once="3")
    row = ProviderAccount.objects.get()
    assert (row.most_at_once, set(row.secret_endings)) == (3, {"api_key", "webhook_secret"})
    save(client, forget_api_key="on")
    row.refresh_from_db()
    assert set(row.secret_endings) == {"webhook_secret"}


def test_a_refused_form_does_not_send_the_key_back(moderator, sign_in):
    answer = save(sign_in(moderator), secret_api_key=KEY, most_at_once="0")
    assert answer.status_code == 422
    assert KEY not in answer.content.decode()
    assert not ProviderAccount.objects.exists()


def test_kept_keys_never_go_to_another_address(moderator, sign_in):
    client = sign_in(moderator)
    save(client, secret_api_key=KEY)
    moved = save(client, base_url="https://thief.example/v1")
    assert moved.status_code == 422
    assert "enter again or remove" in moved.content.decode()
    assert ProviderAccount.objects.get().base_url == "https://videos.example/v1"
    assert save(client, base_url="https://other.example/v1", secret_api_key=KEY).status_code == 303


@pytest.mark.parametrize("address", ["http://127.0.0.1:80/v1", "https://10.0.0.5/v1", "http://10.0.0.5:8092/v1"])
def test_a_private_host_is_never_taken_from_the_form(address, moderator, sign_in):
    answer = save(sign_in(moderator), base_url=address)
    assert answer.status_code == 422
    assert "never named in a form" in answer.content.decode()
    assert not ProviderAccount.objects.exists()


def test_a_host_that_the_operator_listed_is_taken(moderator, sign_in):
    page = "/providers/vllm_omni/"
    answer = save(sign_in(moderator), page, base_url="http://10.0.0.5:8091/v1", option_model="Wan-AI/Wan2.2")
    assert answer.status_code == 303
    assert ProviderAccount.objects.get().options == {"model": "Wan-AI/Wan2.2"}


def test_without_a_ring_no_key_can_be_kept_and_the_form_says_so(moderator, sign_in, settings):
    settings.KEYRING = []
    answer = save(sign_in(moderator), secret_api_key=KEY)
    assert answer.status_code == 422
    assert "DAILIES_KEYRING" in answer.content.decode()
    assert save(sign_in(moderator)).status_code == 303


def test_keys_that_cannot_be_opened_any_more_are_said_and_can_be_replaced(moderator, sign_in, settings):
    client = sign_in(moderator)
    save(client, secret_api_key=KEY)
    settings.KEYRING = ["quite another ring key, also long enough"]
    assert "keys cannot be opened" in client.get("/providers/").content.decode()
    assert save(client, secret_api_key=KEY).status_code == 303
    assert "keys cannot be opened" not in client.get("/providers/").content.decode()


def test_keys_that_cannot_be_opened_do_not_take_the_other_providers_away(moderator, author, sign_in, settings):
    save(sign_in(moderator), secret_api_key=KEY)
    settings.KEYRING = ["quite another ring key, also long enough"]
    offered = {offer.terms.key: offer.why_not for offer in offers()}
    assert offered["sandbox-1"] == ""
    assert "has no key" in offered["sora-2"]


def test_a_provider_that_is_switched_off_is_off(moderator, sign_in):
    client = sign_in(moderator)
    client.post("/providers/sandbox/", {})
    standing = client.get("/providers/sandbox/").context["standing"]
    assert (standing.state, standing.is_usable) == ("switched off", False)


def test_the_test_button_asks_the_provider(moderator, sign_in, sandbox):
    page = sign_in(moderator).post("/providers/sandbox/test/")
    assert (page.status_code, page.context["health"].is_well) == (200, True)
    assert "It works." in page.content.decode()


def test_the_test_button_says_what_is_wrong(moderator, sign_in, settings):
    settings.EGRESS_HOSTS = ["127.0.0.1:9"]  # nobody listens there
    page = sign_in(moderator).post("/providers/sandbox/test/")
    assert page.status_code == 200
    assert "cannot be reached" in page.content.decode()
    retired = sign_in(moderator).post(f"{PAGE}test/").content.decode()
    assert "retired 2026-09-24" in retired


def test_a_stopped_provider_is_opened_again_once(moderator, sign_in):
    gate = ProviderGate.objects.create(provider="sandbox", stopped_because="No money left.", failures=4)
    client = sign_in(moderator)
    assert "Open again" in client.get("/providers/sandbox/").content.decode()
    assert client.post("/providers/sandbox/open/").status_code == 303
    gate.refresh_from_db()
    assert (gate.stopped_because, gate.failures) == ("", 0)
    assert Event.objects.get(verb="opened_provider").data["because"] == "No money left."
    assert client.post("/providers/sandbox/open/").status_code == 409


def test_a_key_of_the_environment_is_said_only_where_it_would_be_used(moderator, sign_in):
    client, sentence = sign_in(moderator), "the environment&#x27;s is used"
    assert sentence in client.get("/providers/sandbox/").content.decode()
    save(client, "/providers/sandbox/", base_url="https://elsewhere.example/v1")
    page = client.get("/providers/sandbox/")
    assert sentence not in page.content.decode()
    assert page.context["standing"].state == "no key"


def test_moderators_find_it_in_the_navigation(moderator, author, sign_in):
    assert 'href="/providers/"' in sign_in(moderator).get("/").content.decode()
    assert 'href="/providers/"' not in sign_in(author).get("/").content.decode()

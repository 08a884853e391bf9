from decimal import Decimal
from uuid import uuid4

import pytest

from studio.models import Generation, Prompt
from tests.factories import make_generation, make_prompt

pytestmark = pytest.mark.django_db
NEW = "/p/harbour/prompts/new/"
COST = "/p/harbour/prompts/cost/"
# The sandbox asks one cent a second: 4 s × 3 takes = $0.12.
TYPED = {
    "text": "A paper boat crosses a flooded street",
    "subject": "a paper boat",
    "negative": "people",
    "model": "sandbox-1",
    "seconds": "4",
    "size": "640x360",
    "fps": "24",
    "audio": "no",
    "takes": "3",
}


def agreed_for(client, **typed: str) -> str:
    return client.get(COST, TYPED | typed).context["quote"].agreed


def press(client, *, agreed: str | None = None, token: str | None = None, url: str = NEW, **typed: str):
    fields = TYPED | typed
    signed = agreed if agreed is not None else agreed_for(client, **typed)
    return client.post(url, fields | {"agreed": signed, "form_token": token or str(uuid4())})


def test_the_price_is_on_the_button_before_anything_is_typed(project, author, sign_in):
    page = sign_in(author).get(NEW).content.decode()
    assert "Generate 2 takes, about $0.08" in page
    assert "Nothing yet." in page


def test_one_press_writes_one_prompt_and_one_reserved_generation_a_take(project, author, sign_in):
    response = press(sign_in(author))
    prompt = Prompt.objects.get()
    assert (response.status_code, response["Location"]) == (303, f"/p/harbour/prompts/{prompt.pk}/")
    assert prompt.direction == {"subject": "a paper boat", "negative": "people"}
    assert prompt.spec["ratio"] == "16:9"
    assert [each.cost_estimated for each in prompt.generations.all()] == [Decimal("0.0400")] * 3
    assert {each.state for each in prompt.generations.all()} == {"reserved"}


def test_a_double_submit_makes_one_prompt(project, author, sign_in):
    client, token = sign_in(author), str(uuid4())
    first, second = press(client, token=token), press(client, token=token)
    assert first["Location"] == second["Location"]
    assert Generation.objects.count() == 3


def test_another_price_at_submit_is_a_409_that_keeps_what_was_typed(project, author, sign_in):
    client = sign_in(author)
    response = press(client, agreed=agreed_for(client), takes="5")
    page = response.content.decode()
    assert response.status_code == 409
    assert "Now $0.20, was $0.12." in page
    assert "Generate at $0.20" in page
    assert "A paper boat crosses a flooded street</textarea>" in page
    assert not Prompt.objects.exists()


def test_pressing_again_after_the_409_agrees_to_the_new_price(project, author, sign_in):
    client, token = sign_in(author), str(uuid4())
    shown = press(client, agreed=agreed_for(client), token=token, takes="5")
    response = press(client, agreed=shown.context["quote"].agreed, token=token, takes="5")
    assert response.status_code == 303
    assert Generation.objects.count() == 5


@pytest.mark.parametrize("forged", ["", "0.0001", "IjAuMDAwMSI:1abc:forged"])
def test_a_price_that_we_did_not_sign_agrees_to_nothing(project, author, sign_in, forged):
    assert press(sign_in(author), agreed=forged).status_code == 409
    assert not Prompt.objects.exists()


def test_what_the_generator_refuses_stands_beside_its_field_and_nothing_is_lost(project, author, sign_in):
    response = press(sign_in(author), agreed="", seconds="31")
    assert response.status_code == 422
    assert response.context["form"].errors["seconds"] == ["30 s at most; the spec asks for 31."]
    assert 'value="31"' in response.content.decode()
    assert "A paper boat crosses a flooded street</textarea>" in response.content.decode()
    assert not Prompt.objects.exists()


def test_an_empty_prompt_is_refused_at_the_prompt(project, author, sign_in):
    response = press(sign_in(author), agreed="", text="", subject="")
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["text"])


def test_a_retired_model_is_shown_with_its_date_and_cannot_be_ordered(project, author, sign_in):
    client = sign_in(author)
    assert "retired 2026-09-24" in client.get(NEW).content.decode()
    response = press(client, agreed="", model="sora-2", seconds="4", size="1280x720")
    assert response.context["form"].errors["model"] == ["This model cannot be used now."]


def test_the_cost_partial_carries_price_text_and_sentences(project, author, sign_in):
    client = sign_in(author)
    page = client.get(COST, TYPED).content.decode()
    assert "Generate 3 takes, about $0.12" in page
    assert "A paper boat crosses a flooded street. a paper boat." in page
    assert "Left out: people" in page
    assert "<h1>" not in page
    odd = client.get(COST, TYPED | {"seconds": "31"}).content.decode()
    assert 'aria-disabled="true"' in odd
    assert 'id="said-seconds" hx-swap-oob="true"' in odd
    assert "30 s at most" in odd


def test_what_is_typed_is_escaped(project, author, sign_in):
    page = sign_in(author).get(COST, TYPED | {"text": "<script>alert(1)</script>"}).content.decode()
    assert "&lt;script&gt;" in page
    assert "<script>" not in page


def test_a_revision_begins_as_its_parent_was_and_names_it(project, author, sign_in):
    parent = make_prompt(project, author, text="Old words", direction={"mood": "calm"})
    make_generation(parent, parameters={"seconds": 6, "size": "62x36", "fps": "25", "audio": True})
    client = sign_in(author)
    url = f"/p/harbour/prompts/{parent.pk}/revise/"
    form = client.get(url).context["form"]
    assert (form["text"].value(), form["mood"].value(), form["seconds"].value()) == ("Old words", "calm", 6)
    assert (form["size"].value(), form["fps"].value(), form["audio"].value()) == ("62x36", "25", "yes")

    assert press(client, url=url, size="640x360").status_code == 303
    revision = Prompt.objects.get(parent=parent)
    assert (revision.number, revision.author) == (2, author)


def test_a_moderator_and_an_outsider_may_not_order(project, moderator, outsider, sign_in):
    assert sign_in(moderator).post(NEW, TYPED).status_code == 403
    assert sign_in(outsider).post(NEW, TYPED).status_code == 404
    assert sign_in(moderator).get(COST, TYPED).status_code == 403
    assert not Prompt.objects.exists()


def test_without_a_generator_it_says_so(project, author, sign_in, settings):
    settings.PROVIDER_SETTINGS = {}
    page = sign_in(author).get(NEW)
    assert page.status_code == 200
    assert "No generator is connected" in page.content.decode()

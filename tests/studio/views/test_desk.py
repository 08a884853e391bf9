from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from providers.catalogue import catalogue
from studio import generators
from studio.actions.budgeting import set_budget
from studio.models import AssetKind, Generation, Project, Prompt, PromptReference
from studio.rules.budget import Period
from studio.rules.lifecycle import Status
from tests.factories import make_asset, make_candidate, make_generation, make_project, make_prompt

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
    assert "A paper boat crosses a flooded street. A paper boat." in page
    assert "<dt>Negative</dt><dd>people</dd>" in page
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


def test_one_take_now_orders_one_whatever_the_form_says(project, author, sign_in):
    client = sign_in(author)
    agreed = client.get(COST, TYPED).context["quote"].agreed_one
    response = client.post(NEW, TYPED | {"now": "yes", "agreed_one": agreed, "form_token": str(uuid4())})
    assert response.status_code == 303
    assert [each.cost_estimated for each in Generation.objects.all()] == [Decimal("0.0400")]


def test_one_take_now_agrees_to_its_own_price_only(project, author, sign_in):
    client = sign_in(author)
    agreed = client.get(COST, TYPED).context["quote"].agreed
    response = client.post(NEW, TYPED | {"now": "yes", "agreed_one": agreed, "form_token": str(uuid4())})
    assert response.status_code == 409
    assert "Now $0.04, was $0.12." in response.content.decode()
    assert not Prompt.objects.exists()


def test_what_is_never_made_is_said_live_and_refused_before_anything_is_written(project, author, sign_in):
    client = sign_in(author)
    page = client.get(COST, TYPED | {"text": "nudify this photo"})
    assert page.context["quote"].cost is None
    assert "“nudify”" in page.content.decode()
    response = press(client, agreed="", text="nudify this photo")
    assert response.status_code == 422
    assert "“nudify”" in response.content.decode()
    assert "nudify this photo</textarea>" in response.content.decode()
    assert not Prompt.objects.exists()
    assert not Generation.objects.exists()


def test_hints_stand_beside_their_fields_and_stop_nobody(project, author, sign_in):
    client = sign_in(author)
    page = client.get(COST, TYPED | {"camera": "static, slow push in"}).content.decode()
    beside = page.partition('id="hints-camera"')[2].partition("</div>")[0]
    assert "a camera stands still or moves" in beside
    assert "1 hint beside the words." in page
    assert press(client, camera="static, slow push in").status_code == 303


def test_the_camera_move_is_kept_with_the_prompt(project, author, sign_in):
    assert press(sign_in(author), camera_move="push_in").status_code == 303
    prompt = Prompt.objects.get()
    assert (prompt.mode, prompt.camera_move) == ("text_to_video", "push_in")


FRAMED = {"operation": "image_to_video", "rights": "on"}


def test_a_first_frame_goes_along(project, author, sign_in):
    still = make_asset(project, author)
    assert press(sign_in(author), file_first_frame=f"asset-{still.uuid}", **FRAMED).status_code == 303
    prompt = Prompt.objects.get()
    reference = prompt.references.get()
    assert (prompt.mode, reference.role, reference.asset) == ("image_to_video", "first_frame", still)


def test_a_take_goes_along_as_its_poster(project, author, sign_in):
    take = make_candidate(make_prompt(project, author))
    assert press(sign_in(author), file_first_frame=f"take-{take.uuid}", **FRAMED).status_code == 303
    assert PromptReference.objects.get().take == take


def test_files_of_another_mode_stay_behind(project, author, sign_in):
    still = make_asset(project, author)
    assert press(sign_in(author), file_first_frame=f"asset-{still.uuid}").status_code == 303
    assert not PromptReference.objects.exists()


def test_nothing_goes_along_without_the_tick_for_its_rights(project, author, sign_in):
    still = make_asset(project, author)
    typed = {"operation": "image_to_video", "file_first_frame": f"asset-{still.uuid}"}
    response = press(sign_in(author), agreed="", **typed)
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["rights"])
    assert response.context["quote"].cost == Decimal("0.1200")
    assert f'value="asset-{still.uuid}" selected' in response.content.decode()
    assert not Prompt.objects.exists()


def test_a_mode_without_its_file_is_refused_in_the_words_of_the_model(project, author, sign_in):
    response = press(sign_in(author), agreed="", operation="image_to_video")
    assert response.status_code == 422
    assert response.context["form"].non_field_errors() == ["Add a first frame."]


def test_a_file_of_another_project_cannot_be_chosen(project, author, sign_in):
    foreign = make_asset(make_project("elsewhere"), author)
    response = press(sign_in(author), agreed="", file_first_frame=f"asset-{foreign.uuid}", **FRAMED)
    assert response.status_code == 422
    assert "file_first_frame" in response.context["form"].errors
    assert not Prompt.objects.exists()


@pytest.mark.parametrize("key", ["odd", "asset-odd", "take-0f0e0d0c-0b0a-4908-8706-050403020100", "asset-"])
def test_a_file_that_does_not_exist_cannot_be_chosen(project, author, sign_in, key):
    response = press(sign_in(author), agreed="", file_first_frame=key, **FRAMED)
    assert response.status_code == 422


def test_a_withdrawn_take_is_no_material(project, author, sign_in):
    take = make_candidate(make_prompt(project, author), status=Status.WITHDRAWN)
    assert press(sign_in(author), agreed="", file_first_frame=f"take-{take.uuid}", **FRAMED).status_code == 422


def test_a_revision_begins_with_the_mode_and_the_files_of_its_parent(project, author, sign_in):
    still = make_asset(project, author)
    parent = make_prompt(project, author, mode="image_to_video", camera_move="pan_left")
    PromptReference.objects.create(prompt=parent, role="first_frame", asset=still)
    form = sign_in(author).get(f"/p/harbour/prompts/{parent.pk}/revise/").context["form"]
    assert (form["operation"].value(), form["camera_move"].value()) == ("image_to_video", "pan_left")
    assert (form["file_first_frame"].value(), form["rights"].value()) == (f"asset-{still.uuid}", "on")


def test_the_files_part_keeps_what_is_ticked(project, author, sign_in):
    one, two = make_asset(project, author), make_asset(project, author, name="two.png")
    typed = {"operation": "reference_to_video", "file_reference": [f"asset-{one.uuid}"]}
    page = sign_in(author).get("/p/harbour/prompts/files/", typed).content.decode()
    assert f'value="asset-{one.uuid}" checked' in page
    assert f'value="asset-{two.uuid}">' in page
    assert "<h1>" not in page


def test_each_model_says_why_it_cannot_in_a_place_of_its_own(project, author, sign_in):
    page = sign_in(author).get(COST, TYPED | {"operation": "remix"}).content.decode()
    place = page.partition('id="why-sandbox_1"')[2].partition("</div>")[0]
    assert "Sandbox 1 remixes no takes." in place


def test_a_retired_model_leads_to_the_one_to_use_instead(project, author, sign_in, monkeypatch):
    known = dict(catalogue())
    known["sora-2"] = replace(known["sora-2"], replacement="sandbox-1")
    monkeypatch.setattr(generators, "catalogue", lambda: known)
    page = sign_in(author).get(NEW).content.decode()
    assert '<a href="#model-sandbox_1" data-choose>Choose Sandbox 1</a>' in page


def test_an_address_can_name_the_model_to_begin_with(project, author, sign_in, monkeypatch):
    model = catalogue()["sandbox-1"]
    known = {"sandbox-1": model, "m-2": replace(model, key="m-2", default_seconds=7)}
    monkeypatch.setattr(generators, "catalogue", lambda: known)
    form = sign_in(author).get(f"{NEW}?model=m-2").context["form"]
    assert (form["model"].value(), form["seconds"].value()) == ("m-2", 7)
    assert sign_in(author).get(f"{NEW}?model=sora-2").context["form"]["model"].value() == "sandbox-1"


def _fill(project: Project, author) -> None:
    for _ in range(8):
        make_asset(project, author)
        make_asset(project, author, kind=AssetKind.CLIP)
        make_candidate(make_prompt(project, author))


@pytest.mark.parametrize("place", [NEW, COST])
def test_it_asks_no_more_for_many_files_and_models(
    project, author, sign_in, monkeypatch, place, django_assert_max_num_queries
):
    client = sign_in(author)
    _fill(project, author)
    client.get(place, TYPED)
    with CaptureQueriesContext(connection) as few:
        client.get(place, TYPED)
    _fill(project, author)
    model = catalogue()["sandbox-1"]
    many = {"sandbox-1": model} | {f"m-{number}": replace(model, key=f"m-{number}") for number in range(30)}
    monkeypatch.setattr(generators, "catalogue", lambda: many)
    with django_assert_max_num_queries(len(few)):
        client.get(place, TYPED)
    assert len(few) <= 24


def test_without_a_generator_it_says_so(project, author, sign_in, settings):
    settings.PROVIDER_SETTINGS = {}
    page = sign_in(author).get(NEW)
    assert page.status_code == 200
    assert "No generator is connected" in page.content.decode()


def test_what_is_left_of_the_budget_stands_beside_the_price(project, author, moderator, sign_in):
    set_budget(project=project, by=moderator, person=None, period=Period.DAY, cap=Decimal("1.00"))
    page = sign_in(author).get(COST, TYPED).content.decode()
    assert "Harbour: $1.00 left of $1.00 a day" in page
    assert "Generate 3 takes, about $0.12" in page


def test_what_is_missing_stands_on_the_button_and_nothing_is_ordered(project, author, moderator, sign_in):
    set_budget(project=project, by=moderator, person=None, period=Period.DAY, cap=Decimal("0.10"))
    client = sign_in(author)
    page = client.get(COST, TYPED)
    assert "$0.02 missing for 3 takes" in page.content.decode()
    response = press(client, agreed=page.context["quote"].agreed)
    assert response.status_code == 422
    assert "$0.02 is missing." in response.content.decode()
    assert "A paper boat crosses a flooded street</textarea>" in response.content.decode()
    assert not Prompt.objects.exists()

from decimal import Decimal
from uuid import uuid4

import pytest

from studio.actions import prompting
from studio.actions.budgeting import set_budget
from studio.models import Generation, Period, Prompt, PromptReference
from tests.factories import FACTS, make_asset, make_candidate, make_generation, make_person, make_project, make_prompt
from tests.studio.api.conftest import ORDER, order, software

pytestmark = pytest.mark.django_db
ORDERS, COST = "/api/v1/projects/harbour/prompts", "/api/v1/projects/harbour/prompts/cost"
ASKED = {name: ORDER[name] for name in ("text", "direction", "seconds", "size", "takes", "audio")}
NEWEST = {"parameters": {"seconds": 4, "size": "640x360", "fps": "", "audio": None}}


@pytest.fixture
def holder(author):
    return software(author)


def send(holder, address, body):
    return holder.post(address, body, content_type="application/json")


def test_an_order_writes_what_the_desk_would_write(project, author, holder):
    answer = send(holder, ORDERS, order())
    prompt = Prompt.objects.get()
    said = answer.json()
    assert (answer.status_code, said["is_new"], said["prompt"]["id"]) == (201, True, prompt.pk)
    assert (prompt.author, prompt.project, prompt.text) == (author, project, ORDER["text"])
    assert prompt.direction == {"subject": "a paper boat", "negative": "people"}
    assert prompt.spec["ratio"] == "16:9"
    assert said["prompt"]["generations"] == {"reserved": 3}
    assert said["prompt"]["spent"] == "0.1200"
    assert [each.cost_estimated for each in prompt.generations.all()] == [Decimal("0.0400")] * 3
    assert prompt.generations.first().parameters["audio"] is False


def test_the_same_key_twice_is_one_order_even_when_it_could_not_be_made_any_more(project, holder, settings):
    body = order()
    first = send(holder, ORDERS, body)
    settings.PROVIDER_SETTINGS = {}
    again = send(holder, ORDERS, body | {"agreed_cost": "9.0000"})
    assert (first.status_code, again.status_code, again.json()["is_new"]) == (201, 200, False)
    assert again.json()["prompt"] == first.json()["prompt"]
    assert Generation.objects.count() == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "Another boat"},
        {"direction": {"subject": "a boat"}},
        {"seconds": 5},
        {"size": "1280x720"},
        {"model": "sora-2"},
        {"operation": "remix"},
    ],
)
def test_the_same_key_for_something_else_is_a_conflict(project, holder, changes):
    body = order()
    send(holder, ORDERS, body)
    assert send(holder, ORDERS, body | changes).status_code == 409
    assert Generation.objects.count() == 3


def test_the_key_of_somebody_else_is_a_conflict_and_shows_nothing(project, holder, editor):
    body = order()
    send(holder, ORDERS, body)
    answer = send(software(editor), ORDERS, body)
    assert answer.status_code == 409
    assert "prompt" not in answer.json()
    assert Prompt.objects.count() == 1


@pytest.mark.parametrize("agreed", ["0.1199", "0", "0.12001"])
def test_another_cost_than_now_is_refused_and_nothing_is_written(project, holder, agreed):
    answer = send(holder, ORDERS, order(agreed_cost=agreed))
    assert answer.status_code == (422 if agreed == "0.12001" else 409)
    assert not Prompt.objects.exists()
    if answer.status_code == 409:
        assert answer.json()["error"] == "CostChanged"
        assert "Now $0.12" in answer.json()["message"]


def test_a_cost_may_be_a_number(project, holder):
    assert send(holder, ORDERS, order(agreed_cost=0.12)).status_code == 201


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"seconds": 31}, "seconds"),
        ({"seconds": "many"}, "seconds"),
        ({"takes": 9}, "takes"),
        ({"size": "wide"}, "size"),
        ({"size": "9999x9999"}, "size"),
        ({"model": "sora-2"}, "model"),
        ({"model": "nothing"}, "model"),
        ({"text": "", "direction": {}}, "text"),
        ({"text": "with \x00 in it"}, "text"),
        ({"direction": {"subjekt": "a boat"}}, "direction.subjekt"),
        ({"idempotency_key": "mine"}, "idempotency_key"),
        ({"agreed_cost": "NaN"}, "agreed_cost"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_made_is_refused_by_its_field(project, holder, changes, field):
    answer = send(holder, ORDERS, order(**changes))
    assert answer.status_code == 422, answer.content
    assert list(answer.json()["problems"]) == [field]
    assert answer.json()["message"]
    assert not Prompt.objects.exists()


def test_what_is_no_json_is_refused(project, holder):
    answer = holder.post(ORDERS, "{", content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (400, "Unreadable")
    assert holder.post(ORDERS, "[]", content_type="application/json").status_code == 422
    assert holder.post(ORDERS, b"\xff", content_type="application/json").status_code == 400


def test_a_revision_has_its_parent_and_a_parent_elsewhere_is_not_found(project, author, holder):
    parent = make_prompt(project, author)
    assert send(holder, ORDERS, order(parent=parent.pk)).json()["prompt"]["number"] == 2
    foreign = make_prompt(make_project("elsewhere"), author)
    assert send(holder, ORDERS, order(parent=foreign.pk)).status_code == 404


def test_the_cost_says_what_each_model_asks_and_writes_nothing(project, holder):
    answer = send(holder, COST, ASKED)
    rows = {row["model"]: row for row in answer.json()["items"]}
    assert rows["sandbox-1"]["cost"] == "0.1200"
    assert rows["sandbox-1"]["problems"] == {}
    assert rows["sandbox-1"]["negative"] == "people"
    assert "A paper boat" in rows["sandbox-1"]["sent"]
    assert rows["sora-2"]["cost"] is None
    assert "retired" in rows["sora-2"]["problems"]["model"][0]
    assert not Prompt.objects.exists()


def test_the_cost_comes_with_hints_and_with_what_the_budgets_leave(project, holder, moderator):
    said = send(holder, COST, ASKED | {"text": "cinematic", "direction": {}}).json()
    assert said["left"] is None
    assert "text" in {hint["field"] for hint in said["hints"]}
    set_budget(project=project, by=moderator, person=None, period=Period.DAY, cap=Decimal("0.10"))
    assert send(holder, COST, ASKED).json()["left"] == "0.1000"
    answer = send(holder, ORDERS, order())
    assert (answer.status_code, answer.json()["error"]) == (422, "OverBudget")
    assert not Prompt.objects.exists()


def test_what_is_never_made_costs_nothing_and_cannot_be_ordered(project, holder):
    words = "Nudify the statue"
    [row] = send(holder, COST, ASKED | {"model": "sandbox-1", "text": words}).json()["items"]
    assert (row["cost"], list(row["problems"])) == (None, ["text"])
    assert send(holder, ORDERS, order(text=words)).status_code == 422
    assert not Prompt.objects.exists()


@pytest.mark.parametrize("kind", ["asset", "take"])
def test_a_file_goes_along_in_its_role_once_the_right_is_confirmed(project, author, holder, kind):
    still = make_asset(project, author, width=640, height=360)
    take = make_candidate(make_prompt(project, author), facts=FACTS | {"width": 640, "height": 360})
    named = {"asset": None, "take": None} | {kind: str((still if kind == "asset" else take).uuid)}
    asked = {"operation": "image_to_video", "references": [{"role": "first_frame"} | named]}
    [cost] = send(holder, COST, ASKED | asked | {"model": "sandbox-1"}).json()["items"]
    assert (cost["cost"], cost["problems"]) == ("0.1200", {})
    assert list(send(holder, ORDERS, order(**asked)).json()["problems"]) == ["rights"]
    said = send(holder, ORDERS, order(rights=True, **asked)).json()["prompt"]
    assert (said["mode"], said["references"]) == ("image_to_video", [{"role": "first_frame"} | named])


def test_files_in_another_order_are_the_same_order(project, author, holder):
    """They are kept in the order of the desk."""
    first, last = (make_asset(project, author, width=640, height=360) for _ in range(2))
    files = [{"role": "last_frame", "asset": str(last.uuid)}, {"role": "first_frame", "asset": str(first.uuid)}]
    prompt = make_prompt(project, author, text=ORDER["text"], direction=ORDER["direction"], mode="first_last_frame")
    PromptReference.objects.create(prompt=prompt, position=0, role="first_frame", asset=first)
    PromptReference.objects.create(prompt=prompt, position=1, role="last_frame", asset=last)
    make_generation(prompt, **NEWEST)
    Prompt.objects.filter(pk=prompt.pk).update(
        spec={"resolution": "640x360", "ratio": "16:9", "seconds": "4", "audio": False}
    )
    body = order(operation="first_last_frame", references=files, rights=True, idempotency_key=str(prompt.form_token))
    assert send(holder, ORDERS, body).status_code == 200
    assert send(holder, ORDERS, body | {"references": files[:1]}).status_code == 409


def test_the_key_of_an_order_with_other_files_is_a_conflict(project, author, holder):
    still, other = (make_asset(project, author, width=640, height=360) for _ in range(2))
    body = order(
        operation="image_to_video", rights=True, references=[{"role": "first_frame", "asset": str(still.uuid)}]
    )
    assert send(holder, ORDERS, body).status_code == 201
    assert send(holder, ORDERS, body).status_code == 200
    body["references"] = [{"role": "first_frame", "asset": str(other.uuid)}]
    assert send(holder, ORDERS, body).status_code == 409


@pytest.mark.parametrize(
    "files",
    [
        [{"role": "first_frame"}],
        [{"role": "source", "asset": "0f0e0d0c-0b0a-4908-8706-050403020100"}],
        [{"role": "first_frame", "asset": "0f0e0d0c-0b0a-4908-8706-050403020100"}],
        [{"role": "first_frame", "take": "0f0e0d0c-0b0a-4908-8706-050403020100"}] * 2,
    ],
)
def test_files_that_cannot_go_along_are_refused(project, holder, files):
    asked = {"operation": "image_to_video", "references": files}
    for answer in (send(holder, COST, ASKED | asked), send(holder, ORDERS, order(rights=True, **asked))):
        assert (answer.status_code, list(answer.json()["problems"])) == (422, ["references"])
    assert not Prompt.objects.exists()


def test_a_file_of_another_project_is_not_there(project, author, holder):
    foreign = make_asset(make_project("elsewhere"), author)
    files = [{"role": "first_frame", "asset": str(foreign.uuid)}]
    asked = {"operation": "image_to_video", "references": files}
    assert send(holder, COST, ASKED | asked).status_code == 422
    assert send(holder, ORDERS, order(rights=True, **asked)).status_code == 422


def test_the_camera_and_several_clips_a_take_are_kept(project, holder):
    body = order(camera_move="push_in", samples=1)
    prompt = Prompt.objects.get(pk=send(holder, ORDERS, body).json()["prompt"]["id"])
    assert prompt.camera_move == "push_in"
    assert list(send(holder, ORDERS, order(camera_move="fly")).json()["problems"]) == ["camera_move"]


def test_the_cost_of_one_model_says_what_stands_in_its_way(project, holder):
    [row] = send(holder, COST, ASKED | {"model": "sandbox-1", "seconds": 31}).json()["items"]
    assert (row["cost"], list(row["problems"])) == (None, ["seconds"])
    assert send(holder, COST, ASKED | {"model": "nothing"}).status_code == 422


def test_the_cost_that_was_said_is_the_cost_that_is_taken(project, holder):
    said = send(holder, COST, ASKED | {"model": "sandbox-1"}).json()["items"][0]["cost"]
    assert send(holder, ORDERS, order(agreed_cost=said)).status_code == 201


def test_more_takes_are_ordered_as_the_newest_was_and_a_second_press_is_a_conflict(project, author, holder):
    prompt = make_prompt(project, author)
    make_generation(prompt, **NEWEST)
    body = {"takes": 2, "agreed_cost": "0.0800", "known_takes": 1}
    answer = send(holder, f"/api/v1/prompts/{prompt.pk}/generate", body)
    assert answer.status_code == 201
    assert [row["take_number"] for row in answer.json()["generations"]] == [2, 3]
    assert send(holder, f"/api/v1/prompts/{prompt.pk}/generate", body).status_code == 409
    assert prompt.generations.count() == 3


def test_a_token_gives_nobody_a_role_that_they_have_not(project, moderator):
    assert send(software(moderator), ORDERS, order()).status_code == 403
    assert not Prompt.objects.exists()


def test_who_lost_their_role_finds_nothing(project, author, holder):
    author.memberships.all().delete()
    assert send(holder, ORDERS, order()).status_code == 404
    assert holder.get("/api/v1/projects").json()["items"] == []


def test_a_prompt_counts_what_came_of_it(project, author, holder):
    prompt = make_prompt(project, author, direction={"mood": "calm"})
    make_generation(prompt, state="failed", run_after=None)
    make_generation(prompt, state="succeeded", run_after=None, cost_billed=Decimal("0.0300"))
    make_candidate(prompt)
    said = holder.get(f"/api/v1/prompts/{prompt.pk}").json()
    assert (said["generations"], said["takes"]) == ({"succeeded": 1, "failed": 1}, {"checking": 1})
    assert (said["spent"], said["direction"], said["author"]) == ("0.0300", {"mood": "calm"}, "author")


def test_the_list_can_be_narrowed(project, author, editor, holder):
    first = make_prompt(project, author)
    second = make_prompt(project, author, parent=first, number=2)
    third = make_prompt(project, editor)
    away = make_prompt(make_project("elsewhere"), make_person("other", make_project("elsewhere")))

    def ids(query):
        return [row["id"] for row in holder.get(f"/api/v1/prompts{query}").json()["items"]]

    assert ids("") == [third.pk, second.pk, first.pk]
    assert ids("?newest=true") == [third.pk, second.pk]
    assert ids("?mine=true") == [second.pk, first.pk]
    assert ids("?project=harbour&limit=1") == [third.pk]
    assert ids("?project=elsewhere") == []
    make_candidate(second)
    assert ids("?status=checking") == [second.pk]
    Prompt.objects.filter(pk=first.pk).update(text="A paper boat")
    assert ids("?q=PAPER") == [first.pk]
    assert holder.get("/api/v1/prompts?q=a%00").status_code == 422
    assert away.pk not in ids("")


def test_two_racing_orders_with_one_key_are_one(project, author, holder, monkeypatch):
    """The other request commits between our look and our write."""
    body = order()
    look = Prompt.objects.filter

    def too_early(**wanted):
        monkeypatch.setattr(Prompt.objects, "filter", look)
        found = look(**wanted).first()
        assert found is None
        send(software(author), ORDERS, body)
        return look(pk=0)

    monkeypatch.setattr(Prompt.objects, "filter", too_early)
    assert send(holder, ORDERS, body).status_code == 201
    assert Prompt.objects.count() == 1
    assert Generation.objects.count() == 3


def test_too_many_writes_are_told_when_to_come_again(project, holder, monkeypatch):
    from studio.api import access

    monkeypatch.setattr(access, "spend_write", lambda token: prompting.timedelta(seconds=1.2))
    answer = send(holder, ORDERS, order())
    assert (answer.status_code, answer.headers["Retry-After"], answer.json()["error"]) == (429, "2", "TooMany")
    assert holder.get("/api/v1/prompts").status_code == 200
    assert not Prompt.objects.exists()


def test_a_key_is_a_uuid_of_the_clients_own(project, holder):
    key = str(uuid4())
    send(holder, ORDERS, order(idempotency_key=key))
    assert str(Prompt.objects.get().form_token) == key

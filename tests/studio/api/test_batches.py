from decimal import Decimal
from uuid import uuid4

import pytest

from studio.actions.budgeting import set_budget
from studio.models import Batch, Generation, Period, Template
from studio.rules.generation import GenerationState
from tests.factories import make_batch, make_generation, make_project, make_prompt
from tests.studio.api.conftest import software

pytestmark = pytest.mark.django_db
ORDERS, COST = "/api/v1/projects/harbour/batches", "/api/v1/projects/harbour/batches/cost"


@pytest.fixture
def prompt(project, author):
    return make_prompt(project, author)


@pytest.fixture
def holder(author):
    return software(author)


def many(prompt, **changes):
    return {"prompt": prompt.pk, "models": ["sandbox-1"], "seconds": 4, "size": "640x360", "takes": 2} | changes


def order(prompt, **changes):
    return many(prompt) | {"agreed_cost": "0.0800", "idempotency_key": str(uuid4())} | changes


def send(holder, address, body=None):
    return holder.post(address, body or {}, content_type="application/json")


def test_the_cost_lists_every_combination_and_writes_nothing(prompt, holder):
    said = send(holder, COST, many(prompt, seeds=[7, 21])).json()
    assert (said["total"], said["takes"], said["problems"], said["shortage"]) == ("0.1600", 4, [], "")
    assert [(row["seed"], row["cost"]) for row in said["combinations"]] == [(seed, "0.0400") for seed in (7, 8, 21, 22)]
    left = send(holder, COST, many(prompt, seeds=[7, 21], left_out=[said["combinations"][0]["key"]])).json()
    assert (left["total"], left["takes"], left["combinations"][0]["is_left_out"]) == ("0.1200", 3, True)
    assert not Batch.objects.exists()


def test_the_cost_says_what_stands_in_its_way(prompt, holder, project, moderator):
    long = send(holder, COST, many(prompt, seconds=31)).json()
    assert (long["total"], long["problems"]) == (None, ["Nothing is left to order."])
    assert "30 s at most" in long["combinations"][0]["problems"][0]
    set_budget(project=project, by=moderator, person=None, period=Period.DAY, cap=Decimal("0.05"))
    assert "$0.05" in send(holder, COST, many(prompt)).json()["shortage"]


def test_an_order_reserves_all_its_takes_and_the_same_key_is_the_same_batch(prompt, author, holder):
    body = order(prompt)
    first, again = send(holder, ORDERS, body), send(holder, ORDERS, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["is_new"] > again.json()["is_new"]
    said = again.json()["batch"]
    assert said == first.json()["batch"]
    assert (said["takes"], said["waiting"], said["spent"], said["unsettled"]) == (2, 2, "0.0800", "0.0800")
    assert said["may"] == ["pause", "cancel"]
    assert Generation.objects.filter(batch__uuid=said["uuid"], requested_by=author).count() == 2
    listed = holder.get(f"/api/v1/generations?batch={said['uuid']}").json()["items"]
    assert [row["batch"] for row in listed] == [said["uuid"]] * 2


def test_the_same_key_for_something_else_or_by_another_is_a_conflict(prompt, holder, editor):
    body = order(prompt)
    send(holder, ORDERS, body)
    assert send(holder, ORDERS, body | {"takes": 3, "agreed_cost": "0.1200"}).status_code == 409
    assert send(holder, ORDERS, body | {"models": ["sora-2"]}).status_code == 409
    assert send(software(editor), ORDERS, body).status_code == 409
    assert Generation.objects.count() == 2


def test_another_total_than_now_is_refused_and_nothing_is_written(prompt, holder):
    answer = send(holder, ORDERS, order(prompt, agreed_cost="0.0799"))
    assert (answer.status_code, answer.json()["error"]) == (409, "CostChanged")
    assert not Generation.objects.exists()


def test_a_batch_that_no_budget_has_room_for_is_refused(prompt, holder, project, moderator):
    set_budget(project=project, by=moderator, person=None, period=Period.DAY, cap=Decimal("0.05"))
    answer = send(holder, ORDERS, order(prompt))
    assert (answer.status_code, answer.json()["error"]) == (422, "OverBudget")
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"models": []}, "models"),
        ({"models": ["sora-2"]}, "models"),
        ({"takes": 65}, "takes"),
        ({"size": "wide"}, "size"),
        ({"prompt": None}, "prompt"),
        ({"template": 1}, "prompt"),
        ({"prompt": 999}, "prompt"),
        ({"seeds": [-1]}, "seeds"),
        ({"seed": 1}, "seed"),
    ],
)
def test_what_cannot_be_ordered_is_refused_by_its_field(prompt, holder, changes, field):
    answer = send(holder, ORDERS, order(prompt) | changes)
    assert answer.status_code == 422
    assert list(answer.json()["problems"]) == [field]
    assert not Batch.objects.exists()


def test_a_prompt_of_another_project_is_no_source(author, holder, project):
    foreign = make_prompt(make_project("elsewhere"), author)
    assert send(holder, ORDERS, order(foreign)).status_code == 422


def test_a_template_with_a_table_makes_a_take_a_row(project, author, holder):
    who = {"name": "who", "type": "text", "choices": [], "default": ""}
    template = Template.objects.create(
        project=project, name="Greeting", text="A card for {{who}}", author=author, variables=[who]
    )
    body = {"template": template.pk, "values": "who\nAnna\nBela\n", "models": ["sandbox-1"], "seconds": 4}
    said = send(holder, COST, body | {"size": "640x360"}).json()
    assert ([row["label"] for row in said["combinations"]], said["total"]) == (["Anna", "Bela"], "0.0800")
    wrong = send(holder, COST, body | {"size": "640x360", "values": "whom\nAnna\n"}).json()
    assert wrong["total"] is None
    assert "whom" in wrong["problems"][0]


def test_it_is_held_sent_on_and_called_off(prompt, holder):
    where = f"/api/v1/batches/{send(holder, ORDERS, order(prompt)).json()['batch']['uuid']}"
    assert send(holder, f"{where}/pause").json()["may"] == ["resume", "cancel"]
    assert send(holder, f"{where}/pause").status_code == 409
    assert send(holder, f"{where}/resume").json()["paused_at"] is None
    assert send(holder, f"{where}/cancel").json()["cancelled_at"] is not None
    assert send(holder, f"{where}/resume").status_code == 409


def test_the_failed_are_ordered_again_at_the_cost_that_was_said(prompt, author, holder):
    batch = make_batch(prompt.project, author)
    newest = {"parameters": {"seconds": 4, "size": "640x360", "fps": "", "audio": None}}
    make_generation(prompt, batch=batch, state=GenerationState.FAILED, run_after=None, cost_billed=0, **newest)
    where = f"/api/v1/batches/{batch.uuid}"
    said = holder.get(where).json()
    assert (said["without"], said["retry"]) == (1, {"takes": 1, "cost": "0.0400", "impossible": []})
    assert send(holder, f"{where}/retry", {"agreed_cost": "0.0399"}).status_code == 409
    again = send(holder, f"{where}/retry", {"agreed_cost": "0.0400"}).json()
    assert (again["takes"], again["waiting"], again["retry"]) == (2, 1, None)
    assert send(holder, f"{where}/retry", {"agreed_cost": "0.0400"}).json()["takes"] == 2


def test_the_list_can_be_narrowed(prompt, author, holder):
    make_batch(prompt.project, author)
    assert len(holder.get("/api/v1/batches?project=harbour").json()["items"]) == 1
    assert holder.get("/api/v1/batches?project=elsewhere").json()["items"] == []

from dataclasses import replace
from decimal import Decimal

import pytest

from providers.base import CameraMove, Operation
from providers.catalogue import catalogue
from studio import choosing, generators
from studio.actions import prompting
from studio.actions.prompting import Order
from studio.choosing import FILE_MISSING, Choice, choices, previews
from tests.studio.views.conftest import PROVIDERS

pytestmark = pytest.mark.django_db
ORDER = Order("sandbox-1", seconds=4, size="1280x720", takes=3, samples=1)


@pytest.fixture(autouse=True)
def _generators(settings):
    settings.PROVIDER_SETTINGS = PROVIDERS


def by_key(text: str = "A boat drifts", order: Order | None = ORDER) -> dict[str, Choice]:
    return {row.terms.key: row for row in choices(text, {"negative": "people"}, order)}


def test_a_model_that_can_says_what_a_clip_costs():
    row = by_key()["sandbox-1"]
    assert (row.reasons, row.one, row.usable) == ((), Decimal("0.0400"), True)
    assert row.sent.prompt == "A boat drifts."


def test_the_price_of_one_clip_does_not_depend_on_how_many_are_asked_for(monkeypatch):
    several = replace(catalogue()["sandbox-1"], max_samples=4)
    monkeypatch.setattr(generators, "catalogue", lambda: {"sandbox-1": several})
    assert choosing.choices("A boat", {}, replace(ORDER, samples=1))[0].one == Decimal("0.0400")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"seconds": 31}, "30 s at most; the spec asks for 31."),
        ({"operation": Operation.EXTEND}, "Sandbox 1 extends no clips."),
        ({"samples": 2}, "Sandbox 1 makes one clip a call; 2 are asked for."),
    ],
)
def test_a_model_that_cannot_says_why_in_its_own_words_and_stays_usable(changed, reason):
    row = by_key(order=replace(ORDER, **changed))["sandbox-1"]
    assert row.reasons == (reason,)
    assert (row.one, row.usable) == (None, True)


def test_a_file_not_yet_chosen_is_no_fault_of_the_model():
    row = by_key(order=replace(ORDER, operation=Operation.IMAGE_TO_VIDEO))["sandbox-1"]
    assert (row.reasons, row.one) == ((), None)
    assert "Add a first frame." in FILE_MISSING


def test_a_prompt_not_yet_written_is_no_reason():
    assert by_key(text="")["sandbox-1"].reasons == ()


def test_an_order_that_cannot_be_read_judges_nobody():
    assert by_key(order=None)["sandbox-1"].reasons == ()


def test_a_retired_model_names_the_way_out(monkeypatch):
    known = dict(catalogue())
    known["sora-2"] = replace(known["sora-2"], replacement="sandbox-1")
    monkeypatch.setattr(generators, "catalogue", lambda: known)
    row = by_key()["sora-2"]
    assert not row.usable
    assert "2026-09-24" in row.reasons[0] or "retired" in row.reasons[0]
    assert row.instead is not None
    assert row.instead.key == "sandbox-1"


def test_it_asks_the_database_twice_however_many_models_there_are(monkeypatch, django_assert_num_queries):
    model = catalogue()["sandbox-1"]
    many = {f"m-{number}": replace(model, key=f"m-{number}") for number in range(40)}
    monkeypatch.setattr(generators, "catalogue", lambda: many)
    with django_assert_num_queries(2):
        assert len(choices("A boat", {}, ORDER)) == 40


def test_models_that_receive_the_same_words_stand_together(monkeypatch):
    model = catalogue()["sandbox-1"]
    known = {
        "a": replace(model, key="a", label="A"),
        "b": replace(model, key="b", label="B"),
        "c": replace(model, key="c", label="C", extras=frozenset({"camera"})),
        "d": replace(model, key="d", label="D", extras=frozenset({"camera"})),
    }
    for place in (generators, prompting):
        monkeypatch.setattr(place, "catalogue", lambda: known)
    rows = choices("A boat", {}, replace(ORDER, camera_move=CameraMove.PUSH_IN))
    chosen, others = previews(rows, "a")
    assert chosen.camera is None
    assert [(preview.models, preview.sent.camera) for preview in others] == [
        (("B",), None),
        (("C", "D"), CameraMove.PUSH_IN),
    ]


def test_without_any_model_nothing_is_sent():
    assert previews([], "a")[0].prompt == ""

"""Many takes with one press: planned, reserved together or not at all, paused, cancelled, tried again."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection

from studio.actions.batching import cancel_batch, pause_batch, resume_batch, retry_failed, submit_batch
from studio.actions.budgeting import set_budget
from studio.actions.planning import BatchOrder, plan
from studio.actions.templating import save_template
from studio.errors import Conflict, CostChanged, Invalid, NotPermitted, OverBudget
from studio.models import Asset, AssetKind, Batch, Blob, Event, Generation, Mode, Period, Priority, Prompt, Reservation
from studio.rules.generation import GenerationState
from studio.rules.sheet import read_sheet
from studio.rules.template import Kind, Variable
from tests.factories import make_generation, make_prompt
from tests.studio.views.conftest import PROVIDERS

CENT = Decimal("0.0100")
VALUES = b"name,hour\nAda,dawn\nGrace,dusk\n"


@pytest.fixture(autouse=True)
def _generators(settings) -> None:
    settings.PROVIDER_SETTINGS = PROVIDERS


@pytest.fixture
def of_prompt(project, author) -> BatchOrder:
    """Three seeds of one second each: three cents."""
    prompt = make_prompt(project, author)
    return BatchOrder("Lighthouses", ("sandbox-1",), seconds=1, size="64x36", seeds=(1, 2, 3), prompt=prompt)


@pytest.fixture
def of_template(project, author) -> BatchOrder:
    template = save_template(
        project=project,
        by=author,
        name="Greeting",
        text="Hello {{name}}",
        direction={"lighting": "{{hour}} light"},
        variables=[Variable("name"), Variable("hour", Kind.CHOICE, ("dawn", "dusk"))],
    )
    sheet = read_sheet(VALUES)
    return BatchOrder("Greetings", ("sandbox-1",), seconds=1, size="64x36", takes=2, template=template, sheet=sheet)


@pytest.fixture
def submit(project, author):
    def submit(order: BatchOrder, **changed) -> Batch:
        said = {"project": project, "by": author, "order": order, "form_token": uuid4()}
        if "agreed_cost" not in changed:
            said["agreed_cost"] = plan(order, project).matrix.total
        return submit_batch(**(said | changed))

    return submit


@pytest.fixture
def batch(submit, of_prompt) -> Batch:
    return submit(of_prompt)


def put(batch: Batch, *states: GenerationState) -> list[Generation]:
    """Move its generations, in order, to these states, as the engine would."""
    rows = list(batch.generations.order_by("pk"))
    for row, state in zip(rows, states, strict=True):
        row.state, row.remote_id = state, f"job {row.pk}" if state != GenerationState.RESERVED else ""
        row.save()
    return rows


def nothing_of_it() -> bool:
    return not (Batch.objects.exists() or Generation.objects.exists() or Reservation.objects.exists())


def test_every_combination_is_reserved_with_its_seed_and_price(batch, of_prompt, project):
    rows = batch.generations.order_by("pk")
    assert [(row.seed, row.take_number, row.cost_estimated) for row in rows] == [
        (1, 1, CENT),
        (2, 2, CENT),
        (3, 3, CENT),
    ]
    assert {(row.priority, row.state, row.provider) for row in rows} == {(Priority.BATCH, "reserved", "sandbox")}
    assert all(row.run_after and not row.sent_at for row in rows)
    assert (batch.cost_estimated, batch.name) == (3 * CENT, "Lighthouses")
    assert Event.objects.get(verb="batch_ordered").data == {"takes": 3, "cost": "0.0300"}
    assert Event.objects.filter(verb="reserved").count() == 3


def test_a_prompt_ordered_as_it_is_keeps_its_revision(submit, of_prompt):
    prompt = of_prompt.prompt
    prompt.spec = of_prompt.spec() | {"shots": 1}
    prompt.save()
    submit(of_prompt)
    assert list(Prompt.objects.all()) == [prompt]


def test_a_prompt_ordered_otherwise_becomes_a_revision_that_asks_for_it(submit, of_prompt):
    parent = of_prompt.prompt
    Prompt.objects.filter(pk=parent.pk).update(spec={"seconds": "9", "fps": "24", "shots": 1})
    parent.refresh_from_db()
    batch = submit(of_prompt)
    revision = Prompt.objects.get(parent=parent)
    assert (revision.number, revision.text, revision.batch) == (2, parent.text, batch)
    assert revision.spec == {"shots": 1, "resolution": "64x36", "ratio": "16:9", "seconds": "1"}
    assert {row.prompt for row in batch.generations.all()} == {revision}


def test_takes_of_a_batch_are_numbered_after_those_there_are(submit, of_prompt):
    of_prompt.prompt.spec = of_prompt.spec()
    of_prompt.prompt.save()
    make_generation(of_prompt.prompt)
    assert [row.take_number for row in submit(of_prompt).generations.order_by("pk")] == [2, 3, 4]


def test_each_row_of_values_becomes_a_prompt_of_its_own(submit, of_template):
    batch = submit(of_template)
    ada, grace = batch.prompts.order_by("pk")
    assert (ada.title, ada.text, ada.direction) == ("Greeting: Ada, dawn", "Hello Ada", {"lighting": "dawn light"})
    assert (grace.template, grace.template_values) == (of_template.template, {"name": "Grace", "hour": "dusk"})
    assert [row.take_number for row in ada.generations.order_by("pk")] == [1, 2]
    assert batch.generations.count() == 4


def test_a_wrong_value_spoils_the_whole_batch(submit, of_template):
    order = replace(of_template, sheet=read_sheet(b"name,hour\nAda,dawn\nGrace,noon\n"))
    with pytest.raises(Invalid, match="Row 3, column “hour”: “noon” is not one of dawn, dusk"):
        submit(order, agreed_cost=Decimal(0))
    assert nothing_of_it()
    assert not Prompt.objects.exists()


def test_what_the_generator_refuses_is_not_ordered(project, of_prompt):
    found = plan(replace(of_prompt, seconds=99), project)
    assert [row.price.problems for row in found.matrix.rows] == [("30 s at most; the spec asks for 99.",)] * 3
    assert found.refusal == "Nothing is left to order."


def test_a_retired_model_is_listed_with_its_reason(project, of_prompt):
    found = plan(replace(of_prompt, models=("sandbox-1", "sora-2")), project)
    assert len(found.matrix.rows) == 6
    assert [bool(row.price.problems) for row in found.matrix.rows] == [False] * 3 + [True] * 3
    assert found.matrix.total == 3 * CENT


def test_a_model_nobody_offers_is_refused(project, of_prompt):
    found = plan(replace(of_prompt, models=("nothing-9",)), project)
    assert found.matrix.rows[0].price.problems == ("The model “nothing-9” is not offered here.",)
    assert found.refusal == "Nothing is left to order."


def test_rows_left_out_are_not_ordered(submit, of_prompt):
    batch = submit(replace(of_prompt, left_out=frozenset({"1.sandbox-1.2.1"})))
    assert [row.seed for row in batch.generations.order_by("pk")] == [1, 3]


def test_references_of_a_template_travel_with_the_prompts(project, author, of_template):
    blob = Blob.objects.create(sha256="a" * 64, size=9, media_type="image/png")
    asset = Asset.objects.create(
        project=project,
        blob=blob,
        kind=AssetKind.STILL,
        name="Logo",
        width=64,
        height=64,
        rights_note="own",
        added_by=author,
    )
    template = save_template(
        project=project,
        by=author,
        name="Mug",
        text="A mug with {{logo}}",
        direction={},
        variables=[Variable("logo", Kind.REFERENCE)],
    )
    order = replace(of_template, template=template, sheet=read_sheet(b"logo\nLogo\n"), takes=1)
    [row] = plan(order, project).matrix.rows
    assert row.price.problems[0] == "Sandbox 1 takes no reference images."
    assert row.variant.assets == (asset.name,)
    [wrong] = plan(replace(order, sheet=read_sheet(b"logo\nEmblem\n")), project).problems
    assert wrong == "Row 2, column “logo”: no reference of this project is named “Emblem”."


def test_what_goes_along_with_a_prompt_goes_along_with_its_batch(submit, project, author, of_prompt):
    blob = Blob.objects.create(sha256="b" * 64, size=9, media_type="image/png")
    asset = Asset.objects.create(
        project=project,
        blob=blob,
        kind=AssetKind.STILL,
        name="First",
        width=64,
        height=36,
        rights_note="own",
        added_by=author,
    )
    prompt = make_prompt(project, author, mode=Mode.IMAGE_TO_VIDEO)
    alone = replace(of_prompt, prompt=prompt)
    assert plan(alone, project).matrix.rows[0].price.problems == ("Add a first frame.",)
    prompt.references.create(role="first_frame", asset=asset)
    batch = submit(alone)
    revision = Prompt.objects.get(batch=batch)
    assert (revision.mode, revision.references.get().asset) == (Mode.IMAGE_TO_VIDEO, asset)


def test_another_total_than_agreed_writes_nothing(submit, of_prompt):
    with pytest.raises(CostChanged, match=r"Now \$0\.03, was \$0\.02"):
        submit(of_prompt, agreed_cost=2 * CENT)
    assert nothing_of_it()


def test_a_batch_beyond_the_budget_writes_nothing(submit, of_prompt, project, moderator):
    set_budget(project=project, by=moderator, person=None, period=Period.DAY, cap=2 * CENT)
    with pytest.raises(OverBudget, match=r"\$0\.01 is missing"):
        submit(of_prompt)
    assert nothing_of_it()


def test_its_money_is_held_take_by_take(submit, of_prompt, project, moderator):
    set_budget(project=project, by=moderator, person=None, period=Period.DAY, cap=Decimal(1))
    batch = submit(of_prompt)
    assert [row.amount for row in Reservation.objects.filter(generation__batch=batch)] == [CENT] * 3


def test_a_double_click_makes_one_batch(submit, of_prompt):
    token = uuid4()
    assert submit(of_prompt, form_token=token) == submit(of_prompt, form_token=token)
    assert (Batch.objects.count(), Generation.objects.count()) == (1, 3)


@pytest.mark.parametrize("person", ["reviewer", "moderator", "auditor", "outsider"])
def test_only_authors_and_editors_order_and_steer(person, submit, of_prompt, batch, request):
    who = request.getfixturevalue(person)
    for act in (pause_batch, resume_batch, cancel_batch):
        with pytest.raises(NotPermitted):
            act(batch, by=who)
    with pytest.raises(NotPermitted):
        retry_failed(batch, by=who, agreed_cost=CENT)
    with pytest.raises(NotPermitted):
        submit(of_prompt, by=who)
    assert Batch.objects.count() == 1


def test_a_pause_is_marked_and_lifted_and_makes_the_rows_due(batch, author):
    pause_batch(batch, by=author)
    batch.refresh_from_db()
    assert batch.paused_at
    with pytest.raises(Conflict):
        pause_batch(batch, by=author)
    Generation.objects.update(run_after=None)
    resume_batch(batch, by=author)
    batch.refresh_from_db()
    assert batch.paused_at is None
    assert batch.generations.filter(run_after=None).count() == 0
    with pytest.raises(Conflict):
        resume_batch(batch, by=author)
    assert list(Event.objects.filter(verb__startswith="batch_").order_by("seq").values_list("verb", flat=True)) == [
        "batch_ordered",
        "batch_paused",
        "batch_resumed",
    ]


def test_a_cancellation_asks_for_all_that_is_open_and_leaves_the_rest(batch, author):
    reserved, running, unknown = put(batch, GenerationState.RESERVED, GenerationState.RUNNING, GenerationState.UNKNOWN)
    pause_batch(batch, by=author)
    batch.refresh_from_db()
    cancel_batch(batch, by=author)
    batch.refresh_from_db()
    assert (batch.paused_at, bool(batch.cancelled_at)) == (None, True)
    asked = set(batch.generations.exclude(cancel_requested_at=None))
    assert asked == {reserved, running}
    assert Event.objects.filter(verb="cancel_requested").count() == 2
    for act in (cancel_batch, pause_batch, resume_batch):
        with pytest.raises(Conflict):
            act(batch, by=author)
    assert unknown.state == GenerationState.UNKNOWN


def test_nothing_is_left_to_cancel_when_all_has_ended(batch, author):
    put(batch, GenerationState.SUCCEEDED, GenerationState.FAILED, GenerationState.UNKNOWN)
    with pytest.raises(Conflict):
        cancel_batch(batch, by=author)
    batch.refresh_from_db()
    assert batch.cancelled_at is None


def test_only_failed_takes_are_tried_again_with_keys_of_their_own(batch, author):
    failed, *_ = put(batch, GenerationState.FAILED, GenerationState.REFUSED, GenerationState.UNKNOWN)
    [again] = retry_failed(batch, by=author, agreed_cost=CENT)
    assert again.retry_of == failed
    assert again.client_key != failed.client_key
    assert (again.seed, again.parameters, again.batch) == (failed.seed, failed.parameters, batch)
    assert (again.state, again.remote_id, again.take_number, again.priority) == ("reserved", "", 4, Priority.BATCH)
    assert batch.generations.count() == 4
    assert Event.objects.get(verb="batch_retried").data == {"takes": 1, "cost": "0.0100"}


def test_a_second_press_tries_nothing_again(batch, author):
    put(batch, GenerationState.FAILED, GenerationState.FAILED, GenerationState.SUCCEEDED)
    assert len(retry_failed(batch, by=author, agreed_cost=2 * CENT)) == 2
    assert retry_failed(batch, by=author, agreed_cost=2 * CENT) == []
    assert batch.generations.count() == 5


def test_what_failed_again_may_be_tried_again(batch, author):
    put(batch, GenerationState.FAILED, GenerationState.SUCCEEDED, GenerationState.SUCCEEDED)
    [again] = retry_failed(batch, by=author, agreed_cost=CENT)
    Generation.objects.filter(pk=again.pk).update(state=GenerationState.FAILED)
    [third] = retry_failed(batch, by=author, agreed_cost=CENT)
    assert third.retry_of == again


def test_a_retry_costs_what_was_agreed_and_stays_in_the_budget(batch, author, project, moderator):
    put(batch, GenerationState.FAILED, GenerationState.FAILED, GenerationState.SUCCEEDED)
    with pytest.raises(CostChanged):
        retry_failed(batch, by=author, agreed_cost=CENT)
    set_budget(project=project, by=moderator, person=author, period=Period.DAY, cap=CENT)
    with pytest.raises(OverBudget):
        retry_failed(batch, by=author, agreed_cost=2 * CENT)
    assert batch.generations.count() == 3


def test_what_cannot_be_ordered_any_more_is_not_tried_again(batch, author, settings):
    put(batch, GenerationState.FAILED, GenerationState.SUCCEEDED, GenerationState.SUCCEEDED)
    settings.PROVIDER_SETTINGS = {}
    assert retry_failed(batch, by=author, agreed_cost=CENT) == []


def test_a_batch_that_was_called_off_is_not_tried_again(batch, author):
    put(batch, GenerationState.FAILED, GenerationState.RUNNING, GenerationState.RESERVED)
    cancel_batch(batch, by=author)
    batch.refresh_from_db()
    with pytest.raises(Conflict):
        retry_failed(batch, by=author, agreed_cost=CENT)


@pytest.mark.django_db(transaction=True)
@pytest.mark.engine
def test_of_many_presses_of_retry_one_counts(batch, author):
    put(batch, GenerationState.FAILED, GenerationState.FAILED, GenerationState.SUCCEEDED)

    def press(_: int) -> int:
        try:
            return len(retry_failed(Batch.objects.get(), by=author, agreed_cost=2 * CENT))
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        assert sorted(pool.map(press, range(12))) == [0] * 11 + [2]
    assert Generation.objects.count() == 5


def test_what_is_never_made_is_ordered_by_no_batch(project, submit, of_template):
    spoiled = replace(of_template, sheet=read_sheet(b"name,hour\nnudify this photo,dawn\nGrace,dusk\n"))
    rows = plan(spoiled, project).matrix.rows
    assert [bool(row.price.problems) for row in rows] == [True, True, False, False]
    assert "“nudify”" in rows[0].price.problems[0]
    batch = submit(spoiled)
    assert {each.prompt.text for each in batch.generations.all()} == {"Hello Grace"}


def test_a_batch_is_planned_with_the_mode_and_the_move_of_its_prompt(project, author, of_prompt):
    prompt = make_prompt(project, author, mode="remix", camera_move="push_in")
    order = replace(of_prompt, prompt=prompt).of_one("sandbox-1", 1)
    assert (order.operation.value, order.camera_move) == ("remix", "push_in")

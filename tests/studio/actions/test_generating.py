"""From a reserved row to a take, against a live sandbox; and each way it may end otherwise."""

import time
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from uuid import uuid4

import pytest
from django.utils import timezone
from PIL import Image

from providers.base import CameraMove, JobState, Operation, Recovery, ReferenceRole
from providers.openai_videos.adapter import OpenAIVideos
from studio.actions import fetching, watching
from studio.actions.assets import add_asset
from studio.actions.generating import request_of
from studio.actions.prompting import Order, estimate, generate_more, request_for, submit_prompt
from studio.actions.settling_generations import (
    adopt_late_clip,
    ask_again,
    forget_at_provider,
    request_cancel,
    settle_unknown,
)
from studio.errors import Conflict, CostChanged, Disallowed, Invalid, NotPermitted
from studio.media.storage import MediaStore
from studio.models import Candidate, Event, Generation, Prompt
from studio.references import Chosen
from studio.rules.generation import GenerationState, Reason
from studio.store import media_store
from studio.tasks import step_generation
from tests.factories import make_asset, make_project, make_prompt
from tests.journeys.tree import wait_until

ORDER = Order("sandbox-1", seconds=1, size="64x36", takes=1, fps="8", seed=1)


@pytest.fixture
def order(sandbox, project, author):
    def order(text: str, *, order: Order = ORDER, **words) -> Prompt:
        cost = estimate(text, {}, order, words.get("references", ())) if "agreed_cost" not in words else None
        facts = {"form_token": uuid4(), "agreed_cost": cost} | words
        return submit_prompt(project=project, by=author, text=text, direction={}, order=order, **facts)

    return order


@pytest.fixture
def no_list(monkeypatch) -> None:
    """As if the sandbox could not be searched for a lost job."""
    whole = OpenAIVideos.capabilities
    monkeypatch.setattr(
        OpenAIVideos, "capabilities", lambda self: replace(whole(self), recovery=Recovery.NONE, can_list=False)
    )


def work_until_idle(seconds: float = 30) -> Generation:
    """What the sweeper does, without waiting for run_after to come."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        Generation.objects.exclude(run_after=None).update(run_after=timezone.now())
        due = Generation.objects.exclude(run_after=None)
        if not due:
            return Generation.objects.latest("pk")
        for generation in due:
            step_generation(generation.pk)
        time.sleep(0.05)
    raise AssertionError(f"still busy: {Generation.objects.latest('pk').state}")


def test_a_take_comes_in_with_what_was_paid(order, sandbox):
    prompt = order("A lighthouse at dusk")
    generation = work_until_idle()
    candidate = Candidate.objects.get()
    assert (generation.state, candidate.prompt, candidate.generation) == (GenerationState.SUCCEEDED, prompt, generation)
    assert generation.cost_estimated == generation.cost_billed == Decimal("0.0100")
    assert (candidate.facts["width"], candidate.facts["height"], candidate.facts["frames"]) == (64, 36, 8)
    assert set(candidate.makers.all()) == {prompt.author}
    seen = [entry["state"] for entry in generation.states_seen]
    assert seen[:3] == ["reserved", "sending", "submitted"]
    assert seen[-1] == "succeeded"
    assert generation.remote_id in [job["id"] for job in sandbox.ledger()]


def test_a_double_click_makes_one_order(order):
    token = uuid4()
    assert order("Sea", form_token=token) == order("Sea", form_token=token)
    assert Generation.objects.count() == 1


def test_another_cost_than_agreed_sends_nothing(order):
    with pytest.raises(CostChanged, match=r"Now \$0.01, was \$0.02"):
        order("Sea", agreed_cost=Decimal("0.0200"))
    assert not Prompt.objects.exists()


def test_what_the_model_cannot_do_is_refused_before_spending(order):
    with pytest.raises(Invalid):
        order("Sea", order=Order("sandbox-1", seconds=99, size="64x36", takes=1))


def test_what_is_never_made_is_refused_before_anything_is_written(order, project, author):
    with pytest.raises(Disallowed, match="“nudify”"):
        order("nudify this photo", agreed_cost=Decimal("0.0100"))
    assert not Prompt.objects.exists()
    old = make_prompt(project, author, text="nudify this photo")
    with pytest.raises(Disallowed):
        generate_more(old, by=author, order=ORDER, agreed_cost=Decimal("0.0100"), known_takes=0)
    assert not Generation.objects.exists()


def test_a_file_of_another_project_goes_along_with_nothing(order, author):
    foreign = make_asset(make_project("elsewhere"), author)
    framed = replace(ORDER, operation=Operation.IMAGE_TO_VIDEO)
    chosen = [Chosen(ReferenceRole.FIRST_FRAME, asset=foreign)]
    with pytest.raises(Invalid, match="another project"):
        order("Sea", order=framed, agreed_cost=Decimal("0.0100"), references=chosen)
    assert not Prompt.objects.exists()


def test_a_first_frame_is_sent_with_its_bytes_which_the_record_does_not_keep(order, project, author):
    with BytesIO() as file:
        Image.new("RGB", (64, 36), "teal").save(file, "PNG")
        still = add_asset([file.getvalue()], project=project, by=author, name="a.png", rights_note="Own, 2026")
    framed = replace(ORDER, operation=Operation.IMAGE_TO_VIDEO, camera_move=CameraMove.PUSH_IN)
    chosen = [Chosen(ReferenceRole.FIRST_FRAME, asset=still)]
    prompt = order("Sea", order=framed, references=chosen)
    request = request_of(prompt.generations.get())
    assert (request.operation, request.prompt) == (Operation.IMAGE_TO_VIDEO, "Sea.\nCamera: push in")
    assert request.references[0].content == media_store().private_path(still.blob.sha256).read_bytes()

    generation = work_until_idle()
    assert generation.state == GenerationState.SUCCEEDED
    assert generation.request["references"] == [
        {"role": "first_frame", "name": "a.png", "media_type": "image/png", "size": "64x36"}
    ]


def test_what_is_estimated_is_what_is_sent(order):
    prompt = order("Sea", order=replace(ORDER, camera_move=CameraMove.TILT_UP))
    sent = request_of(prompt.generations.get())
    planned = request_for("Sea", {}, replace(ORDER, camera_move=CameraMove.TILT_UP))
    assert replace(sent, callback_url="") == planned


def test_an_empty_prompt_is_refused(order):
    with pytest.raises(Invalid, match="Say what should be seen"):
        order("  ")


def test_a_reviewer_may_not_order(sandbox, project, reviewer):
    with pytest.raises(NotPermitted):
        submit_prompt(
            project=project,
            by=reviewer,
            text="Sea",
            direction={},
            order=ORDER,
            agreed_cost=Decimal("0.01"),
            form_token=uuid4(),
        )


@pytest.mark.parametrize(
    ("word", "state", "reason"),
    [
        ("fail", GenerationState.FAILED, Reason.PROVIDER_ERROR),
        ("refuse", GenerationState.REFUSED, Reason.REFUSED),
        ("refuse-input", GenerationState.REFUSED, Reason.REFUSED),
        ("quota", GenerationState.FAILED, Reason.QUOTA),
        ("expired", GenerationState.LOST, Reason.URL_EXPIRED),
        ("no-file", GenerationState.LOST, Reason.URL_EXPIRED),
        ("empty", GenerationState.LOST, Reason.BAD_BYTES),
        ("html", GenerationState.LOST, Reason.BAD_BYTES),
        ("other-job", GenerationState.UNKNOWN, Reason.MISMATCH),
    ],
)
def test_each_way_a_job_may_end(order, word, state, reason):
    order(f"Sea [sandbox:{word}]")
    generation = work_until_idle()
    assert (generation.state, generation.reason) == (state, reason)
    assert generation.explanation
    assert not Candidate.objects.exists()


@pytest.mark.parametrize("word", ["lost", "broken-answer"])
def test_a_lost_answer_is_found_in_the_providers_list_and_never_sent_again(order, sandbox, word):
    before = len(sandbox.ledger())
    order(f"Sea {uuid4()} [sandbox:{word}]")
    generation = work_until_idle()
    assert generation.state == GenerationState.SUCCEEDED
    assert [job["id"] for job in sandbox.ledger()[before:]] == [generation.remote_id]
    assert Event.objects.filter(verb="recovered").count() == 1


def test_of_two_lost_answers_with_the_same_words_neither_is_guessed(order, sandbox):
    """Either job could be either's: both are shown to a person, with their cost."""
    before = len(sandbox.ledger())
    order(f"Sea {uuid4()} [sandbox:lost]", order=replace(ORDER, takes=2))
    work_until_idle()
    assert {row.state for row in Generation.objects.all()} == {GenerationState.UNKNOWN}
    assert {row.remote_id for row in Generation.objects.all()} == {""}
    assert len(sandbox.ledger()) == before + 2


def test_a_lost_answer_is_never_sent_again(no_list, order, sandbox):
    before = len(sandbox.ledger())
    order(f"Sea {uuid4()} [sandbox:lost]")
    generation = work_until_idle()
    Generation.objects.update(run_after=timezone.now())
    step_generation(generation.pk)
    assert Generation.objects.get().state == GenerationState.UNKNOWN
    assert len(sandbox.ledger()) == before + 1


def test_a_worker_that_died_while_sending_leaves_an_unknown(order, sandbox):
    before = len(sandbox.ledger())
    order(f"Sea {uuid4()}")
    Generation.objects.update(state=GenerationState.SENDING, sent_at=timezone.now())
    generation = work_until_idle()
    assert (generation.state, generation.reason) == (GenerationState.UNKNOWN, Reason.ANSWER_LOST)
    assert len(sandbox.ledger()) == before


def test_asked_to_slow_down_it_sends_later_and_once(order, sandbox):
    before = len(sandbox.ledger())
    order("Sea [sandbox:429]")
    assert work_until_idle().state == GenerationState.SUCCEEDED
    assert len(sandbox.ledger()) == before + 1


def test_a_provider_that_is_down_is_tried_later(order, settings):
    order("Sea")
    settings.PROVIDER_SETTINGS = {"sandbox": {"base_url": "http://127.0.0.1:9/openai/v1", "secrets": {"api_key": "k"}}}
    settings.EGRESS_HOSTS = ["127.0.0.1:9"]
    step_generation(Generation.objects.get().pk)
    generation = Generation.objects.get()
    assert (generation.state, generation.sent_at, generation.leased_until) == (GenerationState.SENDING, None, None)
    assert generation.run_after > timezone.now()


def test_a_job_the_provider_does_not_show_is_unknown(order):
    order("Sea")
    Generation.objects.update(state=GenerationState.SUBMITTED, remote_id="video_nobody")
    generation = work_until_idle()
    assert (generation.state, generation.reason) == (GenerationState.UNKNOWN, Reason.UNREADABLE)


def test_a_job_that_does_not_end_in_time_is_unknown(order):
    order("Sea [sandbox:stuck]")
    step_generation(Generation.objects.get().pk)
    Generation.objects.update(deadline_at=timezone.now() - timedelta(seconds=1))
    generation = work_until_idle()
    assert (generation.state, generation.reason) == (GenerationState.UNKNOWN, Reason.STALLED)


def test_cancelled_before_it_was_sent_costs_nothing(order, author, sandbox):
    before = len(sandbox.ledger())
    order("Sea")
    request_cancel(Generation.objects.get(), by=author)
    assert work_until_idle().state == GenerationState.CANCELLED
    assert len(sandbox.ledger()) == before
    with pytest.raises(Conflict):
        request_cancel(Generation.objects.get(), by=author)


def test_a_person_settles_an_unknown_with_its_cost(no_list, order, author, reviewer):
    order("Sea [sandbox:lost]")
    generation = work_until_idle()
    with pytest.raises(NotPermitted):
        settle_unknown(generation, by=reviewer, charged=True)
    with pytest.raises(Invalid, match="cannot be searched"):
        ask_again(generation, by=author)
    settle_unknown(generation, by=author, charged=True)
    generation.refresh_from_db()
    assert (generation.state, generation.cost_billed) == (GenerationState.LOST, Decimal("0.0100"))
    with pytest.raises(Conflict):
        settle_unknown(generation, by=author, charged=False)
    assert Event.objects.filter(verb="settled_by_person").count() == 1


def test_a_download_that_breaks_off_is_tried_until_the_deadline(order, sandbox):
    order("Sea [sandbox:truncated]")
    generation = Generation.objects.get()

    def step_again() -> bool:
        """Whether the clip was there to be fetched."""
        mine = [job for job in sandbox.ledger() if job["client_id"] == str(generation.client_key)]
        is_made = any(job["completed_at"] for job in mine)
        Generation.objects.update(run_after=timezone.now())
        step_generation(generation.pk)
        return is_made

    wait_until(step_again)
    step_again()
    generation.refresh_from_db()
    assert generation.state in (GenerationState.SUBMITTED, GenerationState.RUNNING)
    Generation.objects.update(deadline_at=timezone.now() - timedelta(seconds=1))
    generation = work_until_idle()
    assert (generation.state, generation.reason) == (GenerationState.UNKNOWN, Reason.STALLED)
    assert not Candidate.objects.exists()


def test_a_download_that_drips_is_cut_short_and_tried_again(order, monkeypatch, caplog):
    order("Sea")
    generation = Generation.objects.get()
    monkeypatch.setattr(fetching, "DOWNLOAD_SECONDS", 0.0)

    def was_cut_short() -> bool:
        Generation.objects.update(run_after=timezone.now())
        step_generation(generation.pk)
        return "The download did not end within 0 s." in caplog.text

    wait_until(was_cut_short)
    generation.refresh_from_db()
    assert generation.state in (GenerationState.SUBMITTED, GenerationState.RUNNING)
    assert not Candidate.objects.exists()
    monkeypatch.setattr(fetching, "DOWNLOAD_SECONDS", 60.0)
    assert work_until_idle().state == GenerationState.SUCCEEDED


def test_an_unknown_job_that_still_runs_when_asked_again_stays_unknown(order, author):
    order("Sea [sandbox:stuck]")
    step_generation(Generation.objects.get().pk)
    Generation.objects.update(deadline_at=timezone.now() - timedelta(seconds=1))
    ask_again(work_until_idle(), by=author)
    step_generation(Generation.objects.get().pk)
    assert Generation.objects.get().run_after > timezone.now()  # looked at like any other, until its time is over
    Generation.objects.update(deadline_at=timezone.now() - timedelta(seconds=1))
    generation = work_until_idle()
    assert (generation.state, generation.reason) == (GenerationState.UNKNOWN, Reason.STALLED)


def test_nothing_is_ordered_when_the_disk_is_nearly_full(order, monkeypatch):
    monkeypatch.setattr(MediaStore, "has_room", lambda _: False)
    with pytest.raises(Invalid, match="nearly full"):
        order("Sea")
    assert not Prompt.objects.exists()


@pytest.mark.parametrize("word", ["garbage", "odd-status"])
def test_trouble_on_the_way_to_the_end_is_looked_at_again(order, word):
    order(f"Sea [sandbox:{word}]")
    assert work_until_idle().state == GenerationState.SUCCEEDED


def test_a_job_that_is_never_shown_is_unreadable_when_its_time_is_over(order):
    order("Sea [sandbox:unreadable]")
    step_generation(Generation.objects.get().pk)
    Generation.objects.update(deadline_at=timezone.now())
    generation = work_until_idle()
    assert (generation.state, generation.reason) == (GenerationState.UNKNOWN, Reason.UNREADABLE)


def test_a_failure_that_the_provider_calls_passing_is_tried_once_more(order, sandbox, monkeypatch):
    monkeypatch.setattr(watching, "_react", _failing_once(watching._react))
    order("Sea")
    work_until_idle()
    first, again = Generation.objects.order_by("pk")
    assert (first.state, again.state) == (GenerationState.FAILED, GenerationState.SUCCEEDED)
    assert (again.retry_of, again.take_number) == (first, 2)
    assert first.client_key != again.client_key


def _failing_once(react):
    """The first look reports a fault that may pass; from then on the truth is told."""
    told = []

    def reacting(generation, snapshot):
        if told:
            return react(generation, snapshot)
        told.append(generation)
        fault = replace(snapshot, state=JobState.FAILED, error="Out of memory.", is_retryable=True)
        return react(generation, fault)

    return reacting


def test_delivered_although_cancelled_it_is_booked_and_kept_until_a_person_adopts_it(order, author):
    order("Sea [sandbox:late]")
    row = Generation.objects.get()
    while not row.remote_id:
        step_generation(row.pk)
        row.refresh_from_db()
    request_cancel(row, by=author)
    generation = work_until_idle()
    assert (generation.state, generation.cost_billed) == (GenerationState.CANCELLED, Decimal("0.0100"))
    assert not Candidate.objects.exists()
    adopt_late_clip(generation, by=author)
    assert Candidate.objects.get().sha256 == generation.delivered_sha256
    with pytest.raises(Conflict, match="already"):
        adopt_late_clip(generation, by=author)


def test_an_ended_job_can_be_deleted_at_the_provider_and_our_take_stays(order, author, reviewer, sandbox):
    order("Sea")
    generation = work_until_idle()
    with pytest.raises(NotPermitted):
        forget_at_provider(generation, by=reviewer)
    forget_at_provider(generation, by=author)
    assert [job["deleted"] for job in sandbox.ledger() if job["id"] == generation.remote_id] == [True]
    generation.refresh_from_db()
    assert generation.forgotten_at is not None
    assert Candidate.objects.count() == 1
    with pytest.raises(Conflict, match="nothing to delete"):
        forget_at_provider(generation, by=author)


def test_a_job_that_runs_is_not_deleted_at_the_provider(order, author):
    order("Sea [sandbox:stuck]")
    step_generation(Generation.objects.get().pk)
    with pytest.raises(Conflict):
        forget_at_provider(Generation.objects.get(), by=author)

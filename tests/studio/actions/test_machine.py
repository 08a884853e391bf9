"""Anything may happen to generations, in any order, as often as it likes: what must always hold is stated once."""

import hashlib
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from providers.base import JobState, Recovery
from providers.errors import InvalidRequest, ProviderRefused, ProviderUnavailable
from studio import clock
from studio.actions.events import verify_chain
from studio.actions.hearing import hear_job
from studio.actions.ingesting import StoredClip
from studio.actions.prompting import Order, submit_prompt
from studio.actions.settling_generations import ask_again, request_cancel, settle_unknown
from studio.errors import DailiesError
from studio.media.facts import ClipFacts
from studio.models import Candidate, Generation, Project, ProviderGate, User
from studio.rules.generation import RANK, GenerationState, is_final
from studio.tasks import step_generation
from tests.factories import FACTS
from tests.fake_vendor import FakeVendor, Killed, in_place_of_the_sandbox

pytestmark = pytest.mark.django_db(transaction=True)
MOST_ROWS = 4
ORDER = Order("sandbox-1", seconds=1, size="64x36", takes=1)
FAULTS = st.sampled_from(
    [
        "lost",
        "killed-before",
        "killed-after",
        ProviderUnavailable("Down."),
        ProviderRefused("No."),
        InvalidRequest("Odd."),
        None,
    ]
)


def stored(received) -> StoredClip:
    """The media child is tested elsewhere, and takes half a second a clip."""
    content = received.path.read_bytes()
    return StoredClip(hashlib.sha256(content).hexdigest(), len(content), ClipFacts.from_json(FACTS), {})


class Generations(RuleBasedStateMachine):
    """Rules are what people, workers, the vendor and fate do; invariants stand below."""

    made = Bundle("made")
    vendor: FakeVendor
    author: User
    project: Project

    def __init__(self) -> None:
        super().__init__()
        self.ranks: dict[int, int] = {}
        self.events = 0

    @precondition(lambda self: Generation.objects.count() < MOST_ROWS)
    @rule(target=made, words=st.sampled_from(["Sea", "Sky"]), fault=FAULTS, own=st.booleans())
    def order(self, words, fault, own):
        text = f"{words} {uuid4()}" if own else words
        if fault is not None:
            self.vendor.faults.append(fault)
        prompt = submit_prompt(
            project=self.project,
            by=self.author,
            text=text,
            direction={},
            order=ORDER,
            agreed_cost=self.vendor.cost,
            form_token=uuid4(),
        )
        return multiple(*prompt.generations.values_list("pk", flat=True))

    @rule(pk=made)
    def step(self, pk):
        try:
            step_generation(pk)
        except Killed:
            connection.close()

    @rule(rounds=st.integers(1, 3))
    def work(self, rounds):
        """Time passes: everything is due, whoever held a row and died has lost it, and workers take what is there."""
        for _ in range(rounds):
            at = clock.now() - timedelta(seconds=1)
            Generation.objects.exclude(run_after=None).update(run_after=at)
            Generation.objects.exclude(leased_until=None).update(leased_until=at)
            ProviderGate.objects.update(closed_until=None)
            for pk in list(Generation.objects.exclude(run_after=None).values_list("pk", flat=True)):
                self.step(pk)

    @rule(pk=made)
    def deadline_passes(self, pk):
        Generation.objects.filter(pk=pk).update(deadline_at=clock.now() - timedelta(seconds=1))

    @rule(
        number=st.integers(0, 5),
        state=st.sampled_from([JobState.RUNNING, JobState.SUCCEEDED, JobState.FAILED, JobState.REFUSED]),
    )
    def vendor_moves(self, number, state):
        if number < len(self.vendor.jobs):
            self.vendor.move(f"job-{number + 1}", state)

    @rule(pk=made, again=st.booleans())
    def webhook(self, pk, again):
        """About this job or, forged, about any; new or once more."""
        row = Generation.objects.get(pk=pk)
        self.events += 0 if again else 1
        hear_job(row.provider, row.callback_token, {}, f"evt-{self.events} {row.remote_id or 'job-1'}".encode())

    @rule(pk=made)
    def cancel(self, pk):
        self._as_person(lambda row: request_cancel(row, by=self.author), pk)

    @rule(pk=made)
    def ask(self, pk):
        self._as_person(lambda row: ask_again(row, by=self.author), pk)

    @rule(pk=made, charged=st.booleans())
    def settle_by_hand(self, pk, charged):
        self._as_person(lambda row: settle_unknown(row, by=self.author, charged=charged), pk)

    def _as_person(self, do, pk) -> None:
        try:
            do(Generation.objects.get(pk=pk))
        except DailiesError:
            return

    @invariant()
    def nothing_is_paid_twice(self):
        assert set(Counter(self.vendor.keys).values()) <= {1}

    @invariant()
    def every_charge_is_a_generations(self):
        """By its number, or one whose answer was lost: still looked for, shown to a person, or settled by one."""
        known = set(Generation.objects.exclude(remote_id="").values_list("remote_id", flat=True))
        rows = {str(row.client_key): row for row in Generation.objects.all()}
        for number, key in enumerate(self.vendor.keys, start=1):
            row = rows[key]
            if f"job-{number}" in known:
                continue
            by_person = row.reason == "settled_by_person"
            assert row.sent_at is not None
            assert row.state in (GenerationState.SENDING, GenerationState.UNKNOWN) or by_person

    @invariant()
    def states_only_move_forward(self):
        for row in Generation.objects.all():
            rank = RANK[GenerationState(row.state)]
            assert rank >= self.ranks.get(row.pk, 0)
            self.ranks[row.pk] = rank

    @invariant()
    def takes_belong_to_successes(self):
        with_take = set(Candidate.objects.values_list("generation_id", flat=True))
        assert with_take == set(Generation.objects.filter(state=GenerationState.SUCCEEDED).values_list("pk", flat=True))

    @invariant()
    def nothing_is_forgotten(self):
        """What has not ended is due at some time, or a person's matter."""
        for row in Generation.objects.filter(run_after=None):
            assert is_final(row.state) or row.state == GenerationState.UNKNOWN

    @invariant()
    def what_ended_without_a_bill_was_not_charged_silently(self):
        for row in Generation.objects.filter(state=GenerationState.SUCCEEDED):
            assert row.cost_billed == Decimal("0.0100")

    def teardown(self):
        assert verify_chain() == ""


@pytest.mark.parametrize("recovery", list(Recovery))
def test_whatever_happens_nothing_is_lost_or_paid_twice(recovery, project, author, monkeypatch, settings):
    settings.PROVIDER_SETTINGS = {"sandbox": {"base_url": "http://127.0.0.1:9", "secrets": {"api_key": "k"}}}
    vendor = FakeVendor()
    in_place_of_the_sandbox(vendor, monkeypatch)
    monkeypatch.setattr("studio.actions.fetching.store_clip", stored)

    class OfThisKind(Generations):
        def __init__(self):
            super().__init__()
            _empty()
            vendor.__init__(recovery=recovery)
            self.vendor, self.author, self.project = vendor, author, project

    run_state_machine_as_test(OfThisKind, settings=QUICK)


QUICK = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


def _empty() -> None:
    from studio.models import Prompt, WebhookEvent

    for model in (WebhookEvent, ProviderGate):
        model.objects.all().delete()
    from reviews.models import CheckRun, Finding

    for model in (Finding, CheckRun):
        model.objects.all().delete()
    Candidate.makers.through.objects.all().delete()
    Candidate.objects.all().delete()
    Generation.objects.update(retry_of=None)
    Generation.objects.all().delete()
    Prompt.objects.all().delete()

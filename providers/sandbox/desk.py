"""The front desk: what every protocol's server does with a job, in nobody's words. Each server adds only its own."""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from starlette.responses import FileResponse, Response

from providers.base import FOUR_PLACES, GenerationRequest, ModelTerms, Operation
from providers.sandbox.hangup import half_of, hang_up_now
from providers.sandbox.orders import DEFAULT_FPS, Order
from providers.sandbox.progress import ASSETS_LIVE_SECONDS, Progress, expires_at, progress_of
from providers.sandbox.scenarios import Scenario, scenarios_in, without_magic
from providers.sandbox.store import Job, Store
from providers.sandbox.workshop import Workshop
from providers.terms import estimate_of, parse_size

GARBAGE_ANSWERS = 2
ENDS_WITHOUT_CLIP = frozenset({Scenario.FAIL, Scenario.REFUSE, Scenario.STUCK})
PAGE_OF_HTML = b"<!doctype html><title>502</title><h1>Bad gateway</h1>"


class Denial(StrEnum):
    """Why a create call is turned away; nothing is charged then."""

    SLOW_DOWN = "slow_down"
    FULL = "full"
    NO_MONEY = "no_money"
    UNSAFE = "unsafe"
    RETIRED = "retired"


class Denied(Exception):
    """Each protocol answers it in its own envelope."""

    def __init__(self, denial: Denial) -> None:
        super().__init__(denial.value)
        self.denial = denial


@dataclass(slots=True)
class FrontDesk:
    """Jobs of one protocol over the shared store and workshop; a usual job takes `pace_seconds` at least."""

    protocol: str
    store: Store
    workshop: Workshop
    pace_seconds: float
    _asked: dict[str, int] = field(default_factory=dict)

    def screen(self, prompt: str, *, lets_in: Collection[Denial] = ()) -> frozenset[Scenario]:
        """What is to happen to a create call with this prompt. Raises Denied when it is turned away.

        `lets_in` is what a protocol does not say no to at its door: there the accepted job shows it.
        """
        planned = self.store.take_planned()
        scenarios = scenarios_in(prompt) | planned
        at_first = {Scenario.RATE_LIMITED: Denial.SLOW_DOWN, Scenario.FULL: Denial.FULL}
        for scenario, denial in at_first.items():
            if denial in lets_in or scenario not in scenarios:
                continue
            if scenario in planned or self.store.count_attempt(prompt) == 1:
                raise Denied(denial)
        always = {
            Scenario.QUOTA: Denial.NO_MONEY,
            Scenario.REFUSE_INPUT: Denial.UNSAFE,
            Scenario.RETIRED: Denial.RETIRED,
        }
        for scenario, denial in always.items():
            if scenario in scenarios and denial not in lets_in:
                raise Denied(denial)
        return scenarios

    def order(self, request: GenerationRequest, terms: ModelTerms, scenarios: frozenset[Scenario]) -> Order:
        """What the workshop shoots for a request that `terms` allow. `request.prompt` still has its magic words."""
        width, height = parse_size(request.size or terms.default_size) or (1280, 720)
        rate = request.fps if request.fps and "fps" in terms.extras else None
        chooses = "audio" in terms.extras
        return Order(
            model=terms.key,
            prompt=without_magic(request.prompt),
            width=width,
            height=height,
            seconds=max(1, round(length_of(request, terms))),
            seed=self.store.takes_of(request.prompt) if request.seed is None else request.seed,
            fps=rate or DEFAULT_FPS,
            negative=request.negative,
            audio=terms.audio and (request.audio is not False if chooses else True),
            scenarios=scenarios,
            samples=request.samples,
        )

    def accept(
        self,
        job_id: str,
        order: Order,
        *,
        prompt: str,
        cost: Decimal,
        client_id: str = "",
        details: Mapping[str, object] | None = None,
    ) -> Job:
        """Write the job down, which charges it; only then may an answer be given."""
        job = self.store.accept(
            job_id,
            order,
            protocol=self.protocol,
            prompt=prompt,
            client_id=client_id[:200],
            cost=cost.quantize(FOUR_PLACES),
            at=time.time(),
            details=details or {},
        )
        self._shoot(job)
        return job

    def answer_lost(self, job: Job) -> Response | None:
        """What the caller gets instead of an answer to its create call, when that is the scenario."""
        if Scenario.LOST in job.order.scenarios:
            return hang_up_now()
        if Scenario.BROKEN_ANSWER in job.order.scenarios:
            return Response(PAGE_OF_HTML, 502, media_type="text/html")
        return None

    def answer_garbled(self, job: Job) -> Response | None:
        """What the caller gets instead of an answer about its job, when that is the scenario."""
        if Scenario.GARBAGE not in job.order.scenarios:
            return None
        self._asked[job.id] = self._asked.get(job.id, 0) + 1
        if self._asked[job.id] > GARBAGE_ANSWERS:
            return None
        return Response(PAGE_OF_HTML, 500 if self._asked[job.id] == 1 else 200, media_type="text/html")

    def is_unreadable(self, job: Job) -> bool:
        return Scenario.UNREADABLE in job.order.scenarios

    def find(self, job_id: str) -> Job | None:
        return self.store.find(self.protocol, job_id)

    def progress(self, job: Job) -> Progress:
        progress = progress_of(
            job, now=time.time(), pace_seconds=self.pace_seconds, broken=job.id in self.workshop.broken
        )
        if job.completed_at is None and progress.fault is None:
            self._shoot(job)
        return progress

    def _shoot(self, job: Job) -> None:
        """Make its clips, unless nobody will ever see them."""
        if not job.order.scenarios & ENDS_WITHOUT_CLIP:
            self.workshop.start(job.id, job.order)

    def in_flight(self) -> int:
        """Jobs of this protocol that hold a place."""
        jobs = self.store.page(self.protocol, after=None, limit=500, newest_first=True)
        return sum(not self.progress(job).state.is_terminal for job in jobs)

    def cancel(self, job: Job) -> None:
        """Stop it, unless it is one that goes on regardless. What it cost stays charged."""
        self.store.cancel(job.id, time.time())
        if Scenario.LATE not in job.order.scenarios:
            self.workshop.forget(job.id)

    def delete(self, job: Job) -> None:
        """Gone for whoever asks, unless it is one that goes on regardless."""
        if Scenario.LATE in job.order.scenarios:
            return
        self.store.delete(job.id, time.time())
        self.workshop.forget(job.id)

    def samples(self, job: Job) -> list[int]:
        """The clips that a finished job offers, by number: none or fewer than asked for in some scenarios."""
        if Scenario.NO_FILE in job.order.scenarios:
            return []
        kept_back = 1 if Scenario.WITHHELD in job.order.scenarios else 0
        return list(range(job.order.samples - kept_back))

    def has_expired(self, job: Job, *, lives_seconds: float = ASSETS_LIVE_SECONDS) -> bool:
        end = expires_at(job)
        return end is None or time.time() >= end + (lives_seconds - ASSETS_LIVE_SECONDS)

    async def clip(self, job: Job, sample: int = 0) -> Path:
        """The file of a finished clip; shot again when it is not there any more."""
        clip = self.workshop.clip(job.id, sample)
        if not clip.exists():
            self.workshop.start(job.id, job.order)
            await self.workshop.ready(job.id)
        return clip

    async def deliver(self, job: Job, sample: int = 0) -> Response:
        """The bytes of a clip, or what the scenario makes of them."""
        scenarios = job.order.scenarios
        if Scenario.EMPTY in scenarios:
            return Response(b"", media_type="video/mp4")
        if Scenario.HTML in scenarios:
            return Response(PAGE_OF_HTML, media_type="text/html")
        clip = await self.clip(job, sample)
        if Scenario.TRUNCATED in scenarios:
            return half_of(clip, "video/mp4")
        return FileResponse(clip, media_type="video/mp4")


def length_of(request: GenerationRequest, terms: ModelTerms) -> Decimal:
    """Seconds of the clip that comes back. An extended one holds its source, too."""
    asked = Decimal(request.seconds or terms.default_seconds)
    source = request.source
    if source is None or source.seconds is None:
        return asked
    return source.seconds + asked if request.operation is Operation.EXTEND else source.seconds


def price_of(request: GenerationRequest, terms: ModelTerms) -> Decimal:
    """What the ledger charges: the list price."""
    return estimate_of(request, terms).amount

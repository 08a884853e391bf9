"""A provider that lives in the test: it keeps a ledger, and does what the test says, at once."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal

from providers.base import (
    Asset,
    Capabilities,
    Estimate,
    GenerationRequest,
    Health,
    Hint,
    JobState,
    Problem,
    Recovery,
    Snapshot,
    Submitted,
    Webhooks,
)
from providers.errors import AnswerLost, NotFound, ProviderError


class Killed(BaseException):
    """The process dies here: nothing of ours may catch it."""


@dataclass
class FakeVendor:
    """`faults` are used up by the next create calls: a ProviderError is raised before anything is accepted, "lost"
    and "killed-after" accept and charge first, "killed-before" dies without.
    """

    recovery: Recovery = Recovery.LIST
    cost: Decimal = Decimal("0.0100")
    faults: list[object] = field(default_factory=list)
    jobs: dict[str, Snapshot] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    """Our name in each charge, in order: the ledger."""
    can_cancel: bool = True
    goes_on_when_cancelled: bool = False

    def capabilities(self) -> Capabilities:
        return Capabilities(
            "sandbox", "Fake", (), recovery=self.recovery, can_cancel=self.can_cancel, webhooks=Webhooks.UNSIGNED
        )

    def validate(self, request: GenerationRequest) -> list[Problem]:
        return []

    def estimate(self, request: GenerationRequest) -> Estimate:
        return Estimate(self.cost)

    async def submit(self, request: GenerationRequest, client_id: str) -> Submitted:
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, ProviderError):
            raise fault
        if fault == "killed-before":
            raise Killed
        if self.recovery is Recovery.CLIENT_ID and client_id in self.keys:
            raise AnswerLost("There is a job of that name already.")
        snapshot = self._accept(request, client_id)
        if fault == "killed-after":
            raise Killed
        if fault == "lost":
            raise AnswerLost("The line broke.")
        return Submitted(snapshot.remote_id, snapshot)

    def _accept(self, request: GenerationRequest, client_id: str) -> Snapshot:
        self.keys.append(client_id)
        snapshot = Snapshot(
            f"job-{len(self.keys)}",
            JobState.QUEUED,
            prompt=request.prompt,
            created_at=datetime.now(UTC),
            poll_after_seconds=0.01,
        )
        self.jobs[snapshot.remote_id] = snapshot
        return snapshot

    def move(self, remote_id: str, state: JobState) -> None:
        """What the vendor does in its own time; an ended job stays as it is."""
        job = self.jobs[remote_id]
        if job.state.is_terminal:
            return
        assets = (Asset(remote_id),) if state is JobState.SUCCEEDED else ()
        self.jobs[remote_id] = replace(job, state=state, assets=assets, cost=self.cost if assets else None)

    async def fetch(self, remote_id: str) -> Snapshot:
        if remote_id not in self.jobs:
            raise NotFound("No such job.")
        return self.jobs[remote_id]

    async def find(self, request: GenerationRequest, client_id: str) -> Snapshot | None:
        return self.jobs[f"job-{self.keys.index(client_id) + 1}"] if client_id in self.keys else None

    async def recent(self, limit: int = 20) -> list[Snapshot]:
        return list(reversed(self.jobs.values()))[:limit]

    async def download(self, asset: Asset) -> AsyncIterator[bytes]:
        yield f"clip of {asset.remote_id}".encode()

    async def cancel(self, remote_id: str) -> None:
        if not self.goes_on_when_cancelled:
            self.move(remote_id, JobState.CANCELLED)

    async def delete(self, remote_id: str) -> None:
        self.jobs.pop(remote_id, None)

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> Hint:
        event_id, _, remote_id = body.decode().partition(" ")
        return Hint(event_id, "changed", remote_id)

    async def health(self) -> Health:
        return Health(True, "It answers.")

    async def aclose(self) -> None:
        return None

    @asynccontextmanager
    async def opened(self, account: object) -> AsyncIterator["FakeVendor"]:
        yield self


def in_place_of_the_sandbox(vendor: FakeVendor, monkeypatch) -> None:
    """Every adapter of the house is `vendor` from now on."""
    for module in ("concluding", "watching", "recovering", "callbacks", "hearing", "prompting"):
        path = f"studio.actions.{module}"
        for name in ("opened", "planning_adapter"):
            value = vendor.opened if name == "opened" else lambda provider: vendor
            monkeypatch.setattr(f"{path}.{name}", value, raising=False)

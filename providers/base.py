"""The narrow waist: what the house says to a generator, and what it hears back. Every adapter speaks these words."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

FOUR_PLACES = Decimal("0.0001")


class JobState(StrEnum):
    """Where a job stands at the provider. The last four are terminal."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_terminal(self) -> bool:
        return self not in (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class ModelTerms:
    """What one model takes, costs and promises. None in `sizes` or `seconds` means: anything within the limits."""

    key: str
    label: str
    provider: str
    price_per_second: Decimal
    source: str
    checked_on: date
    sizes: tuple[str, ...] | None = None
    seconds: tuple[int, ...] | None = None
    longest_side: int = 2048
    min_seconds: int = 1
    max_seconds: int = 30
    default_size: str = "1280x720"
    default_seconds: int = 4
    audio: bool = False
    extras: frozenset[str] = frozenset()
    """Optional inputs the model takes beside prompt, size and seconds: fps, seed, negative."""
    retires_on: date | None = None

    def is_retired(self, on: date) -> bool:
        return self.retires_on is not None and on >= self.retires_on


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What one configured provider can do. `retired` is a sentence when it can do nothing any more."""

    provider: str
    label: str
    models: tuple[ModelTerms, ...]
    modes: frozenset[str] = frozenset({"text_to_video"})
    can_delete: bool = False
    can_list: bool = False
    has_webhooks: bool = False
    retired: str = ""

    def model(self, key: str) -> ModelTerms | None:
        return next((model for model in self.models if model.key == key), None)


@dataclass(frozen=True, slots=True)
class Reference:
    """A still or a clip that goes along with the prompt. `content` holds the file's own bytes."""

    role: str
    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """One take to be made. `prompt` is the compiled text; `size` is "WIDTHxHEIGHT"; None means: the model's default."""

    model: str
    prompt: str
    negative: str = ""
    seconds: int | None = None
    size: str | None = None
    fps: Fraction | None = None
    audio: bool | None = None
    seed: int | None = None
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a request cannot be sent: the field of the request it is about, and a sentence for the author."""

    field: str
    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a request will cost, in US dollars with four places, and how that was worked out."""

    amount: Decimal
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file a finished job offers. `expires_at` is aware UTC, None when the provider does not say."""

    remote_id: str
    variant: str = "video"
    media_type: str = "video/mp4"
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One look at a job. `progress` is 0 to 100; `cost` is US dollars as billed, None when the provider does not say.

    `refusal` holds the safety system's words, `error` those of a technical failure; `raw` is the provider's answer with
    secrets removed; `warnings` are sentences for an operator, such as a status nobody has seen before.
    """

    remote_id: str
    state: JobState
    progress: int | None = None
    assets: tuple[Asset, ...] = ()
    refusal: str = ""
    error: str = ""
    code: str = ""
    cost: Decimal | None = None
    prompt: str = ""
    created_at: datetime | None = None
    poll_after_seconds: float | None = None
    warnings: tuple[str, ...] = ()
    raw: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Submitted:
    """The provider accepted the job under `remote_id`; `snapshot` is how it stood at that moment."""

    remote_id: str
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class Hint:
    """A verified webhook: something happened to `remote_id`; go and look. `event_id` serves to drop repeats."""

    event_id: str
    kind: str
    remote_id: str


class Adapter(Protocol):
    """One provider, configured. All network errors come out as `providers.errors.ProviderError`."""

    def capabilities(self) -> Capabilities: ...

    def validate(self, request: GenerationRequest) -> list[Problem]:
        """Everything that would make the provider refuse, as sentences; empty when it can be sent. No network."""
        ...

    def estimate(self, request: GenerationRequest) -> Estimate:
        """The cost of `request`. No network. Raises InvalidRequest for an unknown model."""
        ...

    async def submit(self, request: GenerationRequest, client_id: str) -> Submitted:
        """Make the paid call once. `client_id` is our own name for it, sent along where the protocol has room.

        Raises AnswerLost when the job may exist all the same; any other ProviderError means that nothing was accepted.
        """
        ...

    async def fetch(self, remote_id: str) -> Snapshot: ...

    async def recent(self, limit: int = 20) -> list[Snapshot]:
        """The newest jobs of the account, newest first; empty when the provider has no list."""
        ...

    def download(self, asset: Asset) -> AsyncIterator[bytes]:
        """The bytes of `asset`, as they come. Raises BadAnswer when fewer or more arrive than announced."""
        ...

    async def cancel(self, remote_id: str) -> None: ...

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> Hint:
        """Raises BadSignature unless the message is provably the provider's."""
        ...

    async def aclose(self) -> None: ...

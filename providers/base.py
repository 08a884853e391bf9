"""The narrow waist: what the house says to a generator, and what it hears back. Every adapter speaks these words."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

FOUR_PLACES = Decimal("0.0001")


class Operation(StrEnum):
    """What a call asks for. The stored words of a prompt's mode are these."""

    TEXT_TO_VIDEO = "text_to_video"
    IMAGE_TO_VIDEO = "image_to_video"
    """From a first frame."""
    FIRST_LAST_FRAME = "first_last_frame"
    REFERENCE_TO_VIDEO = "reference_to_video"
    """Stills of the subject, style or set that guide the clip without being a frame of it."""
    EDIT = "edit"
    """Changes one thing in a clip, by instruction; what comes back has the source's length."""
    RESTYLE = "restyle"
    INPAINT = "inpaint"
    OUTPAINT = "outpaint"
    """Widens the picture to another shape."""
    EXTEND = "extend"
    """Goes on where a clip ends; `seconds` is what is added."""
    REMIX = "remix"
    """Makes a take of the same provider anew with other words."""


class ReferenceRole(StrEnum):
    """What a file that goes along is for."""

    FIRST_FRAME = "first_frame"
    LAST_FRAME = "last_frame"
    REFERENCE = "reference"
    SOURCE = "source"
    """The clip that is edited, restyled, widened, extended or made anew."""
    MASK = "mask"


class CameraMove(StrEnum):
    """A camera move that a model may take as a control of its own; elsewhere it is said in the prompt."""

    PUSH_IN = "push_in"
    PULL_OUT = "pull_out"
    PAN_LEFT = "pan_left"
    PAN_RIGHT = "pan_right"
    TILT_UP = "tilt_up"
    TILT_DOWN = "tilt_down"
    TRUCK_LEFT = "truck_left"
    TRUCK_RIGHT = "truck_right"
    PEDESTAL_UP = "pedestal_up"
    PEDESTAL_DOWN = "pedestal_down"
    ROLL_LEFT = "roll_left"
    ROLL_RIGHT = "roll_right"


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


class Recovery(StrEnum):
    """How a call whose answer was lost can be settled without asking a person (trust: the ladder)."""

    CLIENT_ID = "client_id"
    """The provider keeps our name for the job unique and can be asked for it."""
    LIST = "list"
    """The newest jobs can be listed and compared."""
    NONE = "none"


class Webhooks(StrEnum):
    NONE = "none"
    SIGNED = "signed"
    UNSIGNED = "unsigned"
    """Anybody may send one: the address itself carries the secret, and it is only a hint to look."""


@dataclass(frozen=True, slots=True)
class PriceRule:
    """A price that holds when every condition given is met. `resolution` is "360p", "720p", "1080p" or "4k"."""

    price_per_second: Decimal
    audio: bool | None = None
    resolution: str | None = None
    operation: Operation | None = None


@dataclass(frozen=True, slots=True)
class ModelTerms:
    """What one model takes, costs and promises. None in `sizes` or `seconds` means: anything within the limits.

    Sizes are "WIDTHxHEIGHT" everywhere in the house; each `wire` turns them into its vendor's ratio and resolution.
    """

    key: str
    label: str
    provider: str
    price_per_second: Decimal
    source: str
    checked_on: date
    name: str = ""
    """The vendor's own name of the model; `wire_name` is what is sent."""
    dialect: str = ""
    """Which of the provider's wire formats the model lives in; "" where there is one."""
    operations: frozenset[Operation] = frozenset({Operation.TEXT_TO_VIDEO})
    prices: tuple[PriceRule, ...] = ()
    """The first rule that fits beats `price_per_second`."""
    minimum_cost: Decimal = Decimal("0.0000")
    sizes: tuple[str, ...] | None = None
    seconds: tuple[int, ...] | None = None
    longest_side: int = 2048
    min_seconds: int = 1
    max_seconds: int = 30
    default_size: str = "1280x720"
    default_seconds: int = 4
    rates: tuple[str, ...] = ("24",)
    """Frames a second that it makes; where `extras` has "fps", the usual ones."""
    audio: bool = False
    extras: frozenset[str] = frozenset()
    """Optional inputs beside prompt, size and seconds: fps, seed, negative, audio (sound can be chosen), camera."""
    max_samples: int = 1
    """Clips that one call can make."""
    max_references: int = 0
    """Files of role `reference` that one call takes."""
    max_prompt: int = 32_000
    """Characters of the prompt as sent."""
    max_source_seconds: int = 0
    """Longest clip that can be edited; 0 where none can, or the provider does not say."""
    concurrency: int = 0
    """Jobs at once that an ordinary account may have in flight; 0 where nothing is stated."""
    retires_on: date | None = None
    replacement: str = ""
    """The key of the model to use instead."""

    @property
    def wire_name(self) -> str:
        return self.name or self.key

    def is_retired(self, on: date) -> bool:
        return self.retires_on is not None and on >= self.retires_on


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What one configured provider can do. `retired` is a sentence when it can do nothing any more."""

    provider: str
    label: str
    models: tuple[ModelTerms, ...]
    can_cancel: bool = False
    can_delete: bool = False
    can_list: bool = False
    recovery: Recovery = Recovery.NONE
    webhooks: Webhooks = Webhooks.NONE
    retired: str = ""

    def model(self, key: str) -> ModelTerms | None:
        return next((model for model in self.models if model.key == key), None)


@dataclass(frozen=True, slots=True)
class Reference:
    """A still or a clip that goes along with the prompt. `content` holds the file's own bytes.

    `remote_id` is the provider's own name of it, when the provider made it (as in `Asset.remote_id` of that take).
    `seconds` is the length of a clip, None for a still; `size` its "WIDTHxHEIGHT".
    """

    role: ReferenceRole
    name: str
    media_type: str
    content: bytes = field(repr=False)
    remote_id: str = ""
    seconds: Decimal | None = None
    size: str = ""


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """One call. `model` is a key of the catalogue, `prompt` the compiled text, `size` "WIDTHxHEIGHT".

    None means: the model's default. `callback_url` is where a provider that calls back may do so; "" for none.
    """

    model: str
    prompt: str
    operation: Operation = Operation.TEXT_TO_VIDEO
    negative: str = ""
    seconds: int | None = None
    size: str | None = None
    fps: Fraction | None = None
    audio: bool | None = None
    seed: int | None = None
    camera: CameraMove | None = None
    samples: int = 1
    references: tuple[Reference, ...] = ()
    callback_url: str = field(default="", repr=False)

    def of_role(self, role: ReferenceRole) -> tuple[Reference, ...]:
        return tuple(reference for reference in self.references if reference.role is role)

    @property
    def source(self) -> Reference | None:
        return next(iter(self.of_role(ReferenceRole.SOURCE)), None)


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
    """One file a finished job offers. `expires_at` is aware UTC, None when the provider does not say.

    `url` is the link it is fetched from, where it has one of its own; `inline` the bytes, where the answer held them.
    """

    remote_id: str
    variant: str = "video"
    media_type: str = "video/mp4"
    expires_at: datetime | None = None
    url: str = field(default="", repr=False)
    inline: bytes | None = field(default=None, repr=False)
    seconds: Decimal | None = None
    """The length that the provider claims."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One look at a job. `progress` is 0 to 100; `cost` is US dollars as billed, None when the provider does not say.

    `refusal` holds the safety system's words, `error` those of a technical failure; `withheld` counts clips of a
    finished job that its safety system kept back; `raw` is the provider's answer with secrets removed; `warnings` are
    sentences for an operator, such as a status nobody has seen before.
    """

    remote_id: str
    state: JobState
    progress: int | None = None
    assets: tuple[Asset, ...] = ()
    refusal: str = ""
    error: str = ""
    code: str = ""
    withheld: int = 0
    cost: Decimal | None = None
    prompt: str = ""
    client_id: str = ""
    """Our own name for the job, where the provider hands it back."""
    created_at: datetime | None = None
    poll_after_seconds: float | None = None
    is_retryable: bool = False
    """Of a failed job: whether the same request may well succeed."""
    warnings: tuple[str, ...] = ()
    raw: Mapping[str, object] = field(default_factory=dict)

    @property
    def clips(self) -> tuple[Asset, ...]:
        return tuple(asset for asset in self.assets if asset.variant == "video")


@dataclass(frozen=True, slots=True)
class Submitted:
    """The provider accepted the job under `remote_id`; `snapshot` is how it stood at that moment."""

    remote_id: str
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class Hint:
    """A webhook: something happened to `remote_id`; go and look. `event_id` serves to drop repeats."""

    event_id: str
    kind: str
    remote_id: str


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a provider answers with this key, in a sentence, and what it says about the account."""

    is_well: bool
    sentence: str
    facts: Mapping[str, str] = field(default_factory=dict)


class Adapter(Protocol):
    """One provider, configured. All network errors come out as `providers.errors.ProviderError`.

    `remote_id` is opaque to the house: at most 400 characters, whatever the adapter needs to find the job again.
    """

    def capabilities(self) -> Capabilities: ...

    def validate(self, request: GenerationRequest) -> list[Problem]:
        """Everything that would make the provider refuse, as sentences; empty when it can be sent. No network."""
        ...

    def estimate(self, request: GenerationRequest) -> Estimate:
        """The cost of `request`, all samples together. No network. Raises InvalidRequest for an unknown model."""
        ...

    async def submit(self, request: GenerationRequest, client_id: str) -> Submitted:
        """Make the paid call once. `client_id` is our own name for it, sent along where the protocol has room.

        Raises AnswerLost when the job may exist all the same; any other ProviderError means that nothing was accepted.
        """
        ...

    async def fetch(self, remote_id: str) -> Snapshot: ...

    async def find(self, request: GenerationRequest, client_id: str) -> Snapshot | None:
        """The job that carries `client_id`; None when there is none. Only with Recovery.CLIENT_ID."""
        ...

    async def recent(self, limit: int = 20) -> list[Snapshot]:
        """The newest jobs of the account, newest first; empty when the provider has no list."""
        ...

    def download(self, asset: Asset) -> AsyncIterator[bytes]:
        """The bytes of `asset`, as they come. Raises BadAnswer when fewer or more arrive than announced."""
        ...

    async def cancel(self, remote_id: str) -> None:
        """Ask the provider to stop the job; repeating it is harmless. Does nothing where `can_cancel` is False."""
        ...

    async def delete(self, remote_id: str) -> None:
        """Have the provider forget an ended job and its files; repeating it is harmless. Only where `can_delete`."""
        ...

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> Hint:
        """Raises BadSignature unless the message is provably the provider's (an unsigned one is checked for form)."""
        ...

    async def health(self) -> Health:
        """One cheap call that costs nothing. Never raises ProviderError: trouble is an answer, in a sentence."""
        ...

    async def aclose(self) -> None: ...

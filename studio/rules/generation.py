"""The states of one paid call. They only move forward by rank; ranks may be skipped, never lowered."""

from collections.abc import Mapping

from django.db.models import TextChoices


class GenerationState(TextChoices):
    DRAFT = "draft", "Draft"
    RESERVED = "reserved", "Reserved"
    SENDING = "sending", "Sending"
    SUBMITTED = "submitted", "Submitted"
    RUNNING = "running", "Running"
    UNKNOWN = "unknown", "Unknown"
    SUCCEEDED = "succeeded", "Succeeded"
    REFUSED = "refused", "Refused"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"
    LOST = "lost", "Lost"


_FINAL = 6
RANK: Mapping[GenerationState, int] = {
    GenerationState.DRAFT: 0,
    GenerationState.RESERVED: 1,
    GenerationState.SENDING: 2,
    GenerationState.SUBMITTED: 3,
    GenerationState.RUNNING: 4,
    GenerationState.UNKNOWN: 5,
    GenerationState.SUCCEEDED: _FINAL,
    GenerationState.REFUSED: _FINAL,
    GenerationState.FAILED: _FINAL,
    GenerationState.CANCELLED: _FINAL,
    GenerationState.LOST: _FINAL,
}


def lower_states(state: GenerationState) -> list[GenerationState]:
    """The states from which a generation may move to `state`."""
    return [other for other, rank in RANK.items() if rank < RANK[state]]


def is_final(state: str) -> bool:
    return RANK[GenerationState(state)] == _FINAL


class Reason(TextChoices):
    """Why a generation is `unknown`, `lost` or `failed`."""

    ANSWER_LOST = "answer_lost", "The provider's answer was lost; it may have accepted and charged"
    UNREADABLE = "unreadable", "The provider accepted the job but does not show it"
    STALLED = "stalled", "The provider did not finish in time"
    PROVIDER_GONE = "provider_gone", "The provider has gone"
    MISMATCH = "mismatch", "The provider answered about another job"
    URL_EXPIRED = "url_expired", "The clip was gone before it could be downloaded"
    BAD_BYTES = "bad_bytes", "What was delivered is not a usable clip"
    REFUSED = "refused", "The provider's safety system refused it"
    DENIED = "denied", "The provider does not accept our key"
    INVALID = "invalid", "The provider could not use the request"
    QUOTA = "quota", "The provider's quota is used up"
    RETIRED = "retired", "The model is retired"
    WITHHELD = "withheld", "The provider's safety system kept the result back"
    PROVIDER_ERROR = "provider_error", "The provider reported a technical failure"
    SETTLED_BY_PERSON = "settled_by_person", "Settled by a person"

"""What can go wrong with a generator, as one small tree.

ProviderError
├── ProviderUnavailable      the far side is down, slow or unreachable, and nothing was accepted: try again later
│   └── RateLimited          it asks us to slow down: try again after `retry_after_seconds`
├── AnswerLost               a paid call may have been accepted, its answer never came: never send it again blindly
├── ProviderRefused          its safety system said no: a person's matter, not a retry
├── InvalidRequest           it cannot do what we ask (size, length, model): correct the request
├── AccessDenied             the key is wrong or lacks a right: an operator's matter
├── QuotaExhausted           the account has no money left: an operator's matter
├── ProviderRetired          the service or the model is gone for good
├── NotFound                 it does not know this job, or the job's files have expired
├── BadAnswer                it answered with something that is not its protocol, or with too many bytes
├── DestinationRefused       our own guard refused the address before anything was sent
└── BadSignature             a webhook that is not provably the provider's
"""


class ProviderError(Exception):
    """Base of the tree. `message` is a sentence for people; `code` is the provider's own word, when it gave one.

    `retryable` says whether a machine may repeat the same call, after `retry_after_seconds` where that is known.
    """

    retryable = False

    def __init__(self, message: str, *, code: str = "", retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.retry_after_seconds = retry_after_seconds


class ProviderUnavailable(ProviderError):
    """Nothing was accepted, or the call only reads: it may be repeated."""

    retryable = True


class RateLimited(ProviderUnavailable):
    """Too many calls; `retry_after_seconds` is what the provider asked for, or None."""


class AnswerLost(ProviderError):
    """The job may exist and may be charged although no answer reached us."""


class ProviderRefused(ProviderError):
    """Refused by the provider's safety system."""


class InvalidRequest(ProviderError):
    """The provider cannot do what was asked."""


class AccessDenied(ProviderError):
    """The key is unknown, or has no right to this."""


class QuotaExhausted(ProviderError):
    """The account's money or quota is used up; waiting does not help."""


class ProviderRetired(ProviderError):
    """The service or the model was shut down."""


class NotFound(ProviderError):
    """No such job, or its files are gone."""


class BadAnswer(ProviderError):
    """The answer to a reading call is not what the protocol promises; asking again costs nothing."""

    retryable = True


class DestinationRefused(ProviderError):
    """The address is not one we may connect to."""


class BadSignature(ProviderError):
    """The webhook's signature is missing, wrong, or too old."""

"""Who wants to hear of finished jobs by webhook: one address a protocol, told to the sandbox through its own door."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from providers.signing import sign


@dataclass(frozen=True, slots=True)
class Listener:
    """Where signed webhooks of a protocol go. `secret` begins with whsec_, or is any text."""

    url: str
    secret: str


@dataclass(frozen=True, slots=True)
class Listeners:
    """In memory only: whoever restarts the sandbox registers again."""

    _by_protocol: dict[str, Listener] = field(default_factory=dict)

    def of(self, protocol: str) -> Listener | None:
        return self._by_protocol.get(protocol)

    def register(self, protocol: str, url: str, secret: str) -> None:
        """An empty `url` forgets the protocol's address."""
        if url:
            self._by_protocol[protocol] = Listener(url, secret)
        else:
            self._by_protocol.pop(protocol, None)


def signed_headers(secret: str, event_id: str, now: int, body: bytes) -> Mapping[str, str]:
    """As Standard Webhooks has them. `now` is unix seconds."""
    return {
        "content-type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": str(now),
        "webhook-signature": sign(secret, event_id, now, body),
    }

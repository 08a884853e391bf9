"""What is known of a take beside its picture. Filled from rows by an action, or by a command from its arguments."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reviews.checks.fingerprint import Fingerprint
from reviews.checks.pdq import Hashes
from studio.media.credential import Credential
from studio.rules.hints import Asked
from studio.rules.wordlists import Lists

if TYPE_CHECKING:
    from reviews.checks.base import Clip


@dataclass(frozen=True, slots=True, eq=False)
class KnownClip:
    """Another clip. `name` is how a sentence calls it, `reference` how a page finds it; `sha256` "" for unknown."""

    name: str
    reference: str
    sha256: str = ""
    fingerprint: Fingerprint | None = None


@dataclass(frozen=True, slots=True, eq=False)
class BlockedClip:
    """An entry of the blocklist and its pictures: `hashes` (n, 32), at least one."""

    entry: int
    hashes: Hashes


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """None where nobody looked; an empty sequence where there is none. `lists` are those the prompt is held against."""

    clip: "Clip"
    sha256: str = ""
    fingerprint: Fingerprint | None = None
    known: Sequence[KnownClip] | None = None
    blocked: Sequence[BlockedClip] | None = None
    asked: Asked | None = None
    credential: Credential | None = None
    lists: Lists = field(default_factory=Lists)

"""The files that go along with a prompt: chosen on the desk, kept as rows, handed to an adapter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from providers.base import Operation, Reference, ReferenceRole
from providers.terms import MAY_CARRY, NEEDS
from studio.media.prepare import POSTER
from studio.models import Asset, Candidate, Prompt
from studio.store import media_store

MOVING = frozenset({ReferenceRole.SOURCE})
"""Roles that a clip plays; a still plays the others, and a take stands there as its poster frame."""
FILES = ("references__asset__blob", "references__take__blob", "references__take__generation")
"""What to prefetch of many prompts, so that `chosen_of` asks nothing."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """One file in one role: an asset of the project, or one of its takes."""

    role: ReferenceRole
    asset: Asset | None = None
    take: Candidate | None = None

    @property
    def name(self) -> str:
        return self.asset.name if self.asset else self.take.name if self.take else ""

    @property
    def _is_poster(self) -> bool:
        return self.take is not None and self.role not in MOVING

    def as_reference(self, provider: str, *, with_content: bool) -> Reference:
        """What the adapter of `provider` is handed; without its bytes it serves to validate and to estimate."""
        return Reference(
            role=self.role,
            name=self.name,
            media_type=self._media_type(),
            content=self._content() if with_content else b"",
            remote_id=self._remote_id(provider),
            seconds=None if self.role not in MOVING else self._seconds(),
            size=self._size(),
        )

    def _media_type(self) -> str:
        if self._is_poster:
            return "image/jpeg"
        return self.asset.blob.media_type if self.asset else self.take.blob.media_type if self.take else ""

    def _content(self) -> bytes:
        store = media_store()
        if self.asset:
            return store.private_path(self.asset.blob.sha256).read_bytes()
        assert self.take
        sha256 = self.take.sha256
        return (store.derived_path(sha256, POSTER) if self._is_poster else store.private_path(sha256)).read_bytes()

    def _remote_id(self, provider: str) -> str:
        """The provider's own name of a take that it made: that of its job. A take that is not the first clip of its
        job has none of its own there, and one of another provider none at all: then the bytes are sent.
        """
        generation = self.take.generation if self.take and not self._is_poster else None
        if not self.take or not generation or self.take.sample or generation.provider != provider:
            return ""
        return generation.remote_id

    def _seconds(self) -> Decimal | None:
        if self.asset:
            return self.asset.duration_seconds
        return Decimal(str(self.take.facts["duration_seconds"])) if self.take else None

    def _size(self) -> str:
        if self.asset:
            return f"{self.asset.width}x{self.asset.height}"
        return "x".join(map(str, upright_sides(self.take.facts))) if self.take else ""


def upright_sides(facts: Mapping[str, Any]) -> tuple[int, int]:
    """Width and height as people see the clip; facts hold them as stored."""
    width, height = int(facts["width"]), int(facts["height"])
    return (height, width) if facts["rotation"] in (90, 270) else (width, height)


def roles_for(operation: Operation) -> list[ReferenceRole]:
    """The roles that files can play in `operation`, in the order of the desk."""
    wanted = NEEDS.get(operation, frozenset()) | MAY_CARRY.get(operation, frozenset())
    return [role for role in ReferenceRole if role in wanted]


def chosen_of(prompt: Prompt) -> list[Chosen]:
    """The files of a revision in their order; one query, or none when `FILES` were prefetched."""
    rows = prompt.references.all()
    if "references" not in getattr(prompt, "_prefetched_objects_cache", ()):
        rows = rows.select_related("asset__blob", "take__blob", "take__generation")
    return [Chosen(ReferenceRole(row.role), row.asset, row.take) for row in rows]


def planned(chosen: Sequence[Chosen], provider: str) -> tuple[Reference, ...]:
    """For validating and estimating: everything but the bytes."""
    return tuple(each.as_reference(provider, with_content=False) for each in chosen)


def references_of(prompt: Prompt, *, provider: str, with_content: bool = True) -> tuple[Reference, ...]:
    """For the paid call at `provider`: with the bytes, read from the store now, unless it is only planned.

    Raises FileNotFoundError if one is gone.
    """
    return tuple(each.as_reference(provider, with_content=with_content) for each in chosen_of(prompt))


def shown_reference(reference: Reference) -> dict[str, str]:
    """A reference as the record of a request keeps it: everything but its bytes."""
    fields = ("role", "name", "media_type", "remote_id", "size")
    return {name: str(getattr(reference, name)) for name in fields if getattr(reference, name)}

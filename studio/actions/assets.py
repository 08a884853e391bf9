"""Files that guide takes: brought in with a note on the right to use them, kept once however often they are used."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.conf import settings

from studio.actions.events import Actor, action, record_event
from studio.actions.ingesting import StoredClip, store_clip
from studio.actions.permitting import require_role
from studio.errors import Invalid
from studio.media.errors import ChildFailed, TooLarge, UnreadableClip
from studio.media.hashing import digest
from studio.media.still import MOST_BYTES, THUMB, looks_like_still, prepare_still
from studio.media.storage import CHUNK_BYTES, Received
from studio.models import Asset, AssetKind, Blob, Project, User
from studio.references import upright_sides
from studio.rules.one_line import one_line
from studio.rules.roles import Role
from studio.store import media_store, require_room

LONGEST_NOTE = 400


@dataclass(frozen=True, slots=True)
class StoredAsset:
    """Bytes that were verified and lie under their own digest. `derived` are the digests of what was made of them."""

    kind: AssetKind
    sha256: str
    size: int
    media_type: str
    width: int
    height: int
    duration_seconds: Decimal | None = None
    derived: Mapping[str, str] = field(default_factory=dict)


def add_asset(chunks: Iterable[bytes], *, project: Project, by: User, name: str, rights_note: str) -> Asset:
    """Bring in a still or a clip; what it is, its own bytes say. The same file twice is one asset: the first stays.

    Raises NotPermitted, or Invalid with a sentence when the file cannot be used or nobody says why we may use it.
    """
    require_role(by, project, Role.AUTHOR, Role.EDITOR, Role.MODERATOR)
    note = one_line(rights_note)
    if not note:
        raise Invalid("Say why we may use this file: whose it is, or under which licence.")
    require_room()
    return _add(_stored(chunks), project=project, by=by, name=name, rights_note=note[:LONGEST_NOTE])


def _stored(chunks: Iterable[bytes]) -> StoredAsset:
    """Raises Invalid; what was received is then gone."""
    try:
        received = media_store().receive(chunks, max_bytes=settings.MAX_CLIP_BYTES)
    except TooLarge as error:
        raise Invalid(str(error)) from error
    try:
        return store_still(received) if looks_like_still(received.path) else _as_asset(store_clip(received))
    except (UnreadableClip, ChildFailed) as error:
        raise Invalid(error.sentence) from error
    finally:
        media_store().discard(received)


def store_still(received: Received) -> StoredAsset:
    """Write the picture anew without its metadata and keep that. What was received stays with the caller.

    Raises UnreadableClip, ChildFailed, Invalid.
    """
    if received.size > MOST_BYTES:
        raise Invalid(f"A still has {MOST_BYTES // 1_000_000} MB at most.")
    store = media_store()
    with store.workspace() as folder:
        still = prepare_still(received.path, folder)
        with still.path.open("rb") as file:
            kept = store.receive(iter(lambda: file.read(CHUNK_BYTES), b""), max_bytes=still.path.stat().st_size)
        still.path.unlink()
        derived = {THUMB: digest(still.thumb)}
        store.put_derived(kept.sha256, folder)
    store.adopt(kept)
    return StoredAsset(
        AssetKind.STILL, kept.sha256, kept.size, still.media_type, still.width, still.height, derived=derived
    )


def _as_asset(clip: StoredClip) -> StoredAsset:
    facts = clip.facts
    seconds = Decimal(str(facts.duration_seconds)).quantize(Decimal("0.001"))
    width, height = upright_sides(facts.as_json())
    return StoredAsset(AssetKind.CLIP, clip.sha256, clip.size, clip.media_type, width, height, seconds, clip.derived)


@action
def _add(stored: StoredAsset, *, project: Project, by: User, name: str, rights_note: str) -> Asset:
    blob, _ = Blob.objects.update_or_create(
        sha256=stored.sha256,
        defaults={"size": stored.size, "media_type": stored.media_type, "derived": dict(stored.derived)},
    )
    asset, is_new = Asset.objects.get_or_create(
        project=project,
        blob=blob,
        defaults={
            "kind": stored.kind,
            "name": one_line(name)[:200] or stored.kind.label,
            "width": stored.width,
            "height": stored.height,
            "duration_seconds": stored.duration_seconds,
            "rights_note": rights_note,
            "added_by": by,
        },
    )
    if is_new:
        record_event(
            asset,
            verb="added_reference",
            actor=Actor.of(by),
            data={"sha256": stored.sha256, "kind": stored.kind.value, "rights": rights_note},
        )
    return asset

"""Keeping what clips look like, and finding those that look alike."""

from collections.abc import Iterable
from datetime import datetime
from threading import Lock
from typing import Any

import numpy as np
from django.db.models import QuerySet, Subquery
from numpy.typing import NDArray

from reviews.checks.fingerprint import Fingerprint as Look
from reviews.checks.pdq import BYTES, Hashes, distances_to
from reviews.models import Fingerprint
from reviews.rules.fingerprints import VERSION, Packed, telling_hashes
from studio.models import Blob

FRAMES, SECONDS = "<u4", "<f8"
NEAR_BITS = 80
"""Who comes so near is compared closely. Above every threshold a policy may sensibly set; other clips begin at 75."""
PROBES = 16
"""Pictures of a clip that are looked up, evenly spread: of clips alike in 80 % of their frames no three are missed."""
LATE_ROWS = 1000
"""Rows may become visible in another order than their numbers: so many before the newest are looked at again."""


def keep_fingerprint(blob: Blob, look: Look) -> None:
    """Once for each file and way of taking it; the same bytes give the same."""
    columns = {
        "frames": look.frames.astype(FRAMES).tobytes(),
        "seconds": look.seconds.astype(SECONDS).tobytes(),
        "hashes": look.hashes.tobytes(),
        "qualities": look.qualities.tobytes(),
    }
    Fingerprint.objects.get_or_create(blob=blob, version=VERSION, defaults=columns)


def look_of(row: Fingerprint) -> Look:
    return Look(
        np.frombuffer(row.frames, FRAMES).astype(np.int64),
        np.frombuffer(row.seconds, SECONDS).astype(np.float64),
        hashes_of(row.hashes),
        np.frombuffer(row.qualities, np.uint8),
    )


def hashes_of(packed: Packed) -> Hashes:
    return np.frombuffer(packed, np.uint8).reshape(-1, BYTES)


def looks_of(blob_ids: Iterable[int]) -> dict[int, Look]:
    """The comparable fingerprints of these files, by file."""
    rows = Fingerprint.objects.filter(blob__in=blob_ids, version=VERSION)
    return {row.blob_id: look_of(row) for row in rows}


def checked_before(blob: Blob) -> QuerySet[Fingerprint, Any]:
    """The files whose fingerprints are older than that of `blob`: of two copies, the later is told of the earlier."""
    own = Fingerprint.objects.filter(blob=blob, version=VERSION).values("pk")
    return Fingerprint.objects.filter(version=VERSION, pk__lt=Subquery(own)).values("blob")


class LookIndex:
    """The telling pictures of every file, in memory: 40 bytes a picture. Each process has its own and catches up."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._forget()

    def _forget(self) -> None:
        self._loaded: dict[int, datetime] = {}
        self._hashes: Hashes = np.zeros((0, BYTES), np.uint8)
        self._blobs: NDArray[np.int64] = np.zeros(0, np.int64)

    def near(self, look: Look) -> set[int]:
        """Ids of the files that have a picture within `NEAR_BITS` of one of ours."""
        with self._lock:
            self._catch_up()
            found: set[int] = set()
            for probe in probes_of(look):
                found.update(np.unique(self._blobs[distances_to(probe, self._hashes) <= NEAR_BITS]).tolist())
            return found

    def _catch_up(self) -> None:
        """Load what came since; everything anew when what we know is not what is there: a database was restored."""
        newest = max(self._loaded, default=0)
        rows = Fingerprint.objects.filter(version=VERSION)
        stamps = dict(rows.filter(pk__gt=newest - LATE_ROWS).values_list("pk", "created_at"))
        known = {pk: self._loaded[pk] for pk in self._loaded if pk > newest - LATE_ROWS}
        if any(stamps.get(pk) != at for pk, at in known.items()):
            self._forget()
            stamps = dict(rows.values_list("pk", "created_at"))
        if missing := stamps.keys() - self._loaded.keys():
            self._load(missing)
            self._loaded |= {pk: stamps[pk] for pk in missing}

    def _load(self, missing: set[int]) -> None:
        hashes, blobs = [self._hashes], [self._blobs]
        rows = Fingerprint.objects.filter(pk__gte=min(missing), version=VERSION)
        for pk, blob, packed, qualities in rows.values_list("pk", "blob", "hashes", "qualities").iterator():
            if pk in missing:
                telling = hashes_of(telling_hashes(packed, qualities))
                hashes.append(telling)
                blobs.append(np.full(len(telling), blob))
        self._hashes, self._blobs = np.concatenate(hashes), np.concatenate(blobs)


def probes_of(look: Look) -> Hashes:
    telling = look.telling().hashes
    chosen = np.unique(np.linspace(0, len(telling) - 1, min(PROBES, len(telling))).round().astype(int))
    return np.asarray(telling[chosen])


INDEX = LookIndex()

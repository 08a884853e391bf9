"""Where bytes lie. Originals are named by their SHA-256 and never rewritten; a file under its final name is complete.

‹root›/tmp/                          being written; swept after a day
‹root›/private/‹ab›/‹sha256›         originals
‹root›/derived/‹sha256›/‹name›       proxy, poster, sprite, frame times, waveform
‹root›/samples/‹sha256›/‹name›       what the models have yet to look at; made again when it is missing
‹root›/public/‹uuid›/‹name›          copies that exist only while published

Each write goes to tmp/, is fsynced, renamed, and the directory fsynced: a crash leaves the old state or the new one.
"""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID

from studio.media.errors import BytesChanged, TooLarge
from studio.media.hashing import require_sha256

CHUNK_BYTES = 1 << 20
SAFE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*(\.[a-z0-9]+)+")
LEAST_FREE, LEAST_FREE_BYTES = 0.10, 5 * 1024**3
"""With less of the disk free than this fraction and than these bytes, no new work is taken in or sent out; what was
paid for is still downloaded. (A tenth alone would refuse work on a large disk that has room for years.)"""


@dataclass(frozen=True, slots=True)
class Received:
    """Complete, fsynced bytes under tmp/, not yet adopted. `size` in bytes."""

    path: Path
    sha256: str
    size: int


class Incoming:
    """A file being received, hashed while it is written. As a context manager it removes itself unless finished."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        descriptor, name = tempfile.mkstemp(dir=folder, prefix="in-")
        self._file = os.fdopen(descriptor, "wb")
        self.path = Path(name)
        self._hash, self._size, self._max_bytes = hashlib.sha256(), 0, max_bytes
        self._finished = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if not self._finished:
            self.path.unlink(missing_ok=True)

    def write(self, chunk: bytes) -> None:
        """Add bytes. Raises TooLarge beyond the cap; OSError (ENOSPC) passes through."""
        self._size += len(chunk)
        if self._size > self._max_bytes:
            raise TooLarge(self._max_bytes)
        self._hash.update(chunk)
        self._file.write(chunk)

    def finish(self) -> Received:
        """Make what was written durable. Nothing may be written afterwards."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._finished = True
        return Received(self.path, self._hash.hexdigest(), self._size)


class MediaStore:
    """The one place that knows the layout below `root`, which must be one file system."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._tmp = root / "tmp"
        self._tmp.mkdir(parents=True, exist_ok=True)

    def incoming(self, max_bytes: int) -> Incoming:
        """An open file to `write` into, for callers whose chunks come one at a time (async downloads)."""
        return Incoming(self._tmp, max_bytes)

    def receive(self, chunks: Iterable[bytes], max_bytes: int) -> Received:
        """Write all chunks to a temporary file. Raises TooLarge, and leaves nothing behind on any error."""
        with self.incoming(max_bytes) as incoming:
            for chunk in chunks:
                incoming.write(chunk)
            return incoming.finish()

    def adopt(self, received: Received) -> Path:
        """Give received bytes their final name; the same bytes twice are one file. Returns the private path."""
        path = self.private_path(received.sha256)
        received.path.chmod(0o440)
        move_durably(received.path, path)
        return path

    def discard(self, received: Received) -> None:
        """Forget bytes that were refused."""
        received.path.unlink(missing_ok=True)

    def private_path(self, sha256: str) -> Path:
        """Where an original lies or will lie. Raises ValueError for anything but a SHA-256."""
        return self.root / "private" / require_sha256(sha256)[:2] / sha256

    def derived_path(self, sha256: str, name: str) -> Path:
        """Where a derived file of that original lies or will lie."""
        return self.root / "derived" / require_sha256(sha256) / require_name(name)

    def public_path(self, uuid: UUID) -> Path:
        """The folder of a publication's public copies."""
        return self.root / "public" / str(uuid)

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """An empty folder on the same file system, for a child to fill; gone afterwards."""
        folder = Path(tempfile.mkdtemp(dir=self._tmp, prefix="work-"))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def put_derived(self, sha256: str, folder: Path) -> None:
        """Move every file of `folder` (a workspace) beside the others derived from that original.

        Raises ValueError for a link or a strange name: a captured child may have left it, and we would serve it.
        """
        for file in require_plain_files(folder):
            fsync(file)
            move_durably(file, self.derived_path(sha256, file.name))

    def samples_path(self, sha256: str) -> Path:
        """The folder of what was left for the models, or will be."""
        return self.root / "samples" / require_sha256(sha256)

    def keep_samples(self, sha256: str, folder: Path) -> None:
        """Move what a child left in `folder` (a workspace), in one rename. Raises ValueError as `put_derived`."""
        require_plain_files(folder)
        self.forget_samples(sha256)
        target = self.samples_path(sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        folder.rename(target)

    def forget_samples(self, sha256: str) -> None:
        """Remove them, complete or not at all. Harmless when repeated."""
        grave = Path(tempfile.mkdtemp(dir=self._tmp, prefix="gone-"))
        with suppress(FileNotFoundError):
            self.samples_path(sha256).rename(grave / "files")
        shutil.rmtree(grave)

    def publish(self, uuid: UUID, source: Path, *, name: str, sha256: str) -> Path:
        """Copy `source` to the public root, complete or not at all; harmless when repeated.

        Raises BytesChanged when the bytes read are not those of `sha256`: then nothing becomes public.
        """
        with source.open("rb") as file:
            received = self.receive(iter(lambda: file.read(CHUNK_BYTES), b""), source.stat().st_size)
        if received.sha256 != sha256:
            self.discard(received)
            raise BytesChanged(sha256, received.sha256)
        path = self.public_path(uuid) / require_name(name)
        received.path.chmod(0o644)
        move_durably(received.path, path)
        return path

    def withdraw(self, uuid: UUID) -> None:
        """Remove a publication's public copies: out of reach in one rename, then deleted. Harmless when repeated."""
        grave = Path(tempfile.mkdtemp(dir=self._tmp, prefix="gone-"))
        with suppress(FileNotFoundError):
            self.public_path(uuid).rename(grave / "files")
            fsync(self.root / "public")
        shutil.rmtree(grave)

    def sweep_tmp(self, *, now: datetime, older_than: timedelta = timedelta(hours=24)) -> int:
        """Delete what interrupted writers left; returns how many entries went. `now` is an aware datetime."""
        limit = (now - older_than).timestamp()
        stale = [entry for entry in self._tmp.iterdir() if entry.lstat().st_mtime < limit]
        for entry in stale:
            remove(entry)
        return len(stale)

    def has_room(self) -> bool:
        """Whether new work may be taken in or sent out."""
        usage = shutil.disk_usage(self.root)
        return usage.free >= min(LEAST_FREE * usage.total, LEAST_FREE_BYTES)


def require_name(name: str) -> str:
    """`name` itself. Raises ValueError unless it is a plain lower-case file name with an extension."""
    if not SAFE_NAME.fullmatch(name):
        raise ValueError(f"not a file name of ours: {name[:80]!r}")
    return name


def require_plain_files(folder: Path) -> list[Path]:
    """All that lies in `folder`. Raises ValueError for a link or a strange name."""
    files = sorted(folder.iterdir())
    for file in files:
        require_name(file.name)
        if file.is_symlink() or not file.is_file():
            raise ValueError(f"not a plain file: {file.name}")
    return files


def move_durably(source: Path, target: Path) -> None:
    """Rename a fsynced file into place and make the rename itself, and new folders above it, survive a crash."""
    missing = [folder for folder in target.parents if not folder.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)
    fsync(target.parent)
    for folder in missing:
        fsync(folder.parent)


def fsync(path: Path) -> None:
    """Flush a file's bytes, or a directory's entries, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove(entry: Path) -> None:
    """Delete a file, or a folder with all in it."""
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry, ignore_errors=True)
    else:
        entry.unlink(missing_ok=True)

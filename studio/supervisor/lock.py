"""One tree for each state folder."""

import fcntl
import json
import os
from pathlib import Path
from typing import Any

from studio.supervisor.errors import CannotStart


class StateLock:
    """An advisory lock that the kernel drops with its holder, so it can be held by the living only.

    The file's text names the holder for people. It is emptied on a clean stop: text without a lock was left by a crash.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.left_by: int | None = None
        """Process id of an earlier holder that ended without releasing."""

    def acquire(self) -> None:
        """Raises CannotStart when a living process holds it."""
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        holder = self._read()
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            where, who = holder.get("url") or "an address not chosen yet", holder.get("pid", "unknown")
            raise CannotStart(
                f"Dailies already runs here: {where} (process {who}). "
                "Use that one, stop it, or set DAILIES_STATE to another folder."
            ) from None
        self.left_by = holder.get("pid")
        self.name("")

    def name(self, url: str) -> None:
        """Where people find what the holder runs."""
        self._write(json.dumps({"pid": os.getpid(), "url": url}))

    def release(self) -> None:
        self._write("")
        os.close(self._file)

    def _read(self) -> dict[str, Any]:
        try:
            holder = json.loads(os.pread(self._file, 1_000, 0))
        except ValueError:
            return {}
        return holder if isinstance(holder, dict) else {}

    def _write(self, text: str) -> None:
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, text.encode(), 0)

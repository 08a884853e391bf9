"""Secrets of this installation, made on its first start and read by `studio/settings.py`."""

import os
import secrets
from pathlib import Path

BYTES = 48
"""Of randomness: 64 characters, above the 50 that Django's own check wants of a SECRET_KEY."""


def ensure_secret(state: Path, name: str) -> None:
    """Write `secrets/‹name›`, readable by its owner only, unless it is there. Never rewrites one."""
    folder = state / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    if (folder / name).exists():
        return
    draft = folder / f"{name}.{os.getpid()}"
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "w") as sink:
        sink.write(secrets.token_urlsafe(BYTES))
        sink.flush()
        os.fsync(sink.fileno())
    draft.rename(folder / name)

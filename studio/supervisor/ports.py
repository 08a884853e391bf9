"""Ports on this machine's own address."""

import socket
from contextlib import ExitStack, closing

from studio.supervisor.errors import CannotStart

HOST = "127.0.0.1"


def choose_ports(wanted: str) -> tuple[int, int]:
    """Two free ports, for the pages and for the sandbox. `wanted` (may be empty) asks for the first one.

    Raises CannotStart when it is no port, or taken.
    """
    with ExitStack() as held:  # both are held at once, so that they differ
        pages = held.enter_context(closing(_bind(_parse(wanted))))
        sandbox = held.enter_context(closing(_bind(0)))
        return pages.getsockname()[1], sandbox.getsockname()[1]


def answers(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((HOST, port)) == 0


def _parse(wanted: str) -> int:
    if wanted and not (wanted.isdecimal() and int(wanted) < 65_536):
        raise CannotStart(f"PORT={wanted} is not a port: give a number up to 65535, or leave it out.")
    return int(wanted or 0)


def _bind(port: int) -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does: a port just left is free
    try:
        listening.bind((HOST, port))
        listening.listen()
    except OSError as error:
        listening.close()
        why = f"Port {port} cannot be used ({error.strerror})"
        raise CannotStart(f"{why}: choose another with PORT=…, or leave PORT out.") from None
    return listening

"""The command line of each part of the tree."""

import sys
from collections.abc import Iterable
from pathlib import Path

from studio.supervisor.ports import HOST

WORKER_PROCESSES = 2
"""One for each core of a small machine; each runs at most one media child at a time."""


def manage(*words: str) -> list[str]:
    return [sys.executable, "manage.py", *words]


def worker(queues: Iterable[str]) -> list[str]:
    # Gossip, mingling and heartbeats are for fleets that watch each other; the rows are what we watch.
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    consume = ["--pool", "prefork", "--concurrency", str(WORKER_PROCESSES), "--queues", ",".join(queues)]
    return [sys.executable, "-m", "celery", "-A", "studio", "worker", *consume, *quiet, "--loglevel", "INFO"]


def beat(state: Path) -> list[str]:
    files = ["--schedule", str(state / "beat-schedule"), "--pidfile", ""]
    return [sys.executable, "-m", "celery", "-A", "studio", "beat", *files, "--loglevel", "INFO"]


def poller() -> list[str]:
    return manage("poll")


def web(port: int) -> list[str]:
    serve = [sys.executable, "-m", "uvicorn", "studio.asgi:application", "--host", HOST, "--port", str(port)]
    return [*serve, "--lifespan", "off", "--ws", "none", "--no-access-log", "--timeout-graceful-shutdown", "3"]

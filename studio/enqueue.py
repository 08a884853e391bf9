"""Telling the workers, without slowing or breaking whoever tells.

The row is the truth and the sweeper finds it anyway; a message only makes it faster. So messages are sent after COMMIT
from one background thread, and a dead broker is logged, never raised.
"""

import logging
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import BoundedSemaphore
from typing import Any

from celery import current_app
from django.db import transaction
from kombu import Connection
from kombu.exceptions import KombuError

from studio.crashpoints import crashpoint

log = logging.getLogger(__name__)
MOST_WAITING = 200
"""Hints in a queue, and unsent ones in this process; beyond it another hint would only stand in line."""
QUIET_SECONDS = 5.0
"""After a broker was not reached nothing is sent for so long: a full line must not be tried hint by hint."""
ONE_MORE_TRY = {"max_retries": 1, "interval_start": 0, "interval_step": 0}
"""A pooled connection may be stale after the broker's restart; the second try opens a new one."""
NOT_REACHED = (KombuError, OSError)


class Hints:
    """What one process has to tell the workers."""

    def __init__(self) -> None:
        self._line = ThreadPoolExecutor(max_workers=1, thread_name_prefix="enqueue")
        self._room = BoundedSemaphore(MOST_WAITING)
        self._quiet_until = 0.0

    def hand_over(self, task_name: str, row_id: int) -> None:
        """From the caller's thread, at once. Dropped when the line is full or the broker was not reached."""
        if time.monotonic() >= self._quiet_until and self._room.acquire(blocking=False):
            self._line.submit(self._send, task_name, row_id)

    def _send(self, task_name: str, row_id: int) -> None:
        self._room.release()
        if time.monotonic() < self._quiet_until:
            return
        try:
            send(task_name, row_id)
        except NOT_REACHED as error:
            self._quiet_until = time.monotonic() + QUIET_SECONDS
            log.warning("Broker not reached; the sweeper will find %s %s: %s", task_name, row_id, error)


@cache
def _hints() -> Hints:
    """Made on first use, so that a forked worker has its own thread."""
    return Hints()


def after_commit(task_name: str, row_id: int) -> None:
    """Send task `task_name` with `row_id` once the running transaction has committed (at once when there is none).

    By name, because actions must not import the tasks that call them.
    """
    transaction.on_commit(lambda: crashpoint("generating.before_enqueue"))
    transaction.on_commit(lambda: _hints().hand_over(task_name, row_id), robust=True)


def send(task_name: str, row_id: int) -> None:
    """Put one hint into its queue, now. Raises one of NOT_REACHED."""
    current_app.send_task(task_name, (row_id,), retry=True, retry_policy=ONE_MORE_TRY, ignore_result=True)


def top_up(task_name: str, row_ids: Iterable[int], *, most: int = MOST_WAITING) -> None:
    """Send hints for rows that are due, as many as their queue has room for. Raises one of NOT_REACHED.

    A full queue means that workers are busy, not that hints were lost: more of them would only pile up. `most` is
    smaller where something more urgent must not stand behind a long line.
    """
    room = most - _waiting_for(task_name)
    for _, row_id in zip(range(room), row_ids, strict=False):
        send(task_name, row_id)


def _waiting_for(task_name: str) -> int:
    """Messages in the queue of a task. A connection of its own, as AMQP closes the channel that asks for no queue."""
    queue = current_app.amqp.router.route({}, task_name)["queue"].name
    connection: Connection
    with current_app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, interval_start=0)  # by itself AMQP tries for ever
        channel: Any = connection.default_channel
        try:
            return int(channel.queue_declare(queue, passive=True).message_count)
        except connection.channel_errors:
            return 0  # nobody has made it yet, or Redis has none that is empty

"""Telling the workers, without slowing or breaking whoever tells.

The row is the truth and the sweeper finds it anyway; a message only makes it faster. So messages are sent after COMMIT
from one background thread, and a dead broker is logged, never raised.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)
_MOST_WAITING = 500  # beyond this many unsent messages the sweeper is the better way


@cache
def _sender() -> ThreadPoolExecutor:
    """Made on first use, so that a forked worker has its own thread."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="enqueue")


def after_commit(task_name: str, row_id: int) -> None:
    """Send task `task_name` with `row_id` once the running transaction has committed (at once when there is none).

    By name, because actions must not import the tasks that call them.
    """
    transaction.on_commit(lambda: _hand_over(task_name, row_id), robust=True)


def _hand_over(task_name: str, row_id: int) -> None:
    if _sender()._work_queue.qsize() < _MOST_WAITING:
        _sender().submit(_send, task_name, row_id)


def _send(task_name: str, row_id: int) -> None:
    try:
        current_app.send_task(task_name, (row_id,), retry=False, ignore_result=True)
    except (OperationalError, OSError) as error:
        log.warning("Broker not reached; the sweeper will find %s %s: %s", task_name, row_id, error)

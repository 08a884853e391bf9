"""Which job of a provider's list is the one whose answer was lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from providers.base import Snapshot

SLACK = timedelta(seconds=60)
"""Clocks differ; a job that the provider dates this much before we sent it, or after now, may still be ours."""


@dataclass(frozen=True, slots=True)
class Window:
    """When the job must have been made: from `sent_at` on, both ends with SLACK."""

    sent_at: datetime
    until: datetime

    def holds(self, created_at: datetime | None) -> bool:
        return created_at is not None and self.sent_at - SLACK <= created_at <= self.until + SLACK


def sole_match(
    listed: Sequence[Snapshot], *, client_key: str, prompt: str, window: Window, rivals: int
) -> Snapshot | None:
    """The job that carries our key; else the only one with our words in our window, if nobody else may claim it.

    `listed` holds jobs that no generation of ours has yet; `rivals` counts other lost calls with the same words. Two
    matches are no match: adopting the wrong job would hide a charge.
    """
    if keyed := [snapshot for snapshot in listed if snapshot.client_id == client_key]:
        return keyed[0] if len(keyed) == 1 else None
    alike = [snapshot for snapshot in listed if snapshot.prompt == prompt and window.holds(snapshot.created_at)]
    return alike[0] if len(alike) == 1 and not rivals else None

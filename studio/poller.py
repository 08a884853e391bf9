"""The poller: one process that asks every provider how thousands of jobs stand, over a few dozen connections.

Rows come in bulk from `actions/polling.py` and go back in bulk. The database is spoken to from one thread, the network
from one event loop, so neither waits for the other, and no slow provider holds up the rows of another.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection

from providers.accounts import Account
from providers.base import Adapter, Snapshot
from providers.errors import ProviderError, ProviderUnavailable
from providers.registry import adapter_for
from studio import clock
from studio.actions import gating, polling
from studio.actions.concluding import stumbled
from studio.errors import Invalid
from studio.generators import account_of
from studio.models import Generation

log = logging.getLogger(__name__)
AT_ONCE = 24
"""Calls in flight to one provider: throughput is best between 16 and 32 connections (trust §6, measured)."""
MOST_HELD = 400
"""Rows taken and not yet written back; what is beyond stays due, for this process or another."""
LOOK_SECONDS = 30.0
"""Below the lease of a row, so that a slow answer is not overtaken."""
REST_SECONDS = 0.2
SIGN_SECONDS = 5.0
P = ParamSpec("P")
R = TypeVar("R")
Look = tuple[Generation, Snapshot | ProviderError]


@dataclass(slots=True)
class Poller:
    """`run` returns when `stop` is set. One thread for the database; adapters are kept while their account stays."""

    stop: asyncio.Event = field(default_factory=asyncio.Event)
    looks: int = 0
    """Answers and failures since it began, for whoever measures."""
    _database: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(max_workers=1))
    _adapters: dict[str, tuple[Account, Adapter]] = field(default_factory=dict)
    _places: dict[str, asyncio.Semaphore] = field(
        default_factory=lambda: defaultdict(lambda: asyncio.Semaphore(AT_ONCE))
    )
    _running: set[asyncio.Task[None]] = field(default_factory=set)
    _seen: dict[str, list[Look]] = field(default_factory=lambda: defaultdict(list))
    _signed_at: float = float("-inf")

    async def run(self) -> None:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._close)
            while not self.stop.is_set():
                try:
                    is_busy = await self._turn()
                except DatabaseError:
                    log.exception("The database does not answer; the rows stay due")
                    await self._rest(2.0)
                else:
                    await self._rest(REST_SECONDS / 10 if is_busy else REST_SECONDS)

    async def _turn(self) -> bool:
        """Write back what was seen, take what is due. Whether there was anything to do."""
        await self._sign()
        written = await self._write()
        room = MOST_HELD - len(self._running)
        rows = await self._in_database(polling.take_due, room) if room > 0 else []
        by_provider: dict[str, list[Generation]] = defaultdict(list)
        for row in rows:
            by_provider[row.provider].append(row)
        for provider, those in by_provider.items():
            await self._begin(provider, those)
        return bool(rows or written)

    async def _begin(self, provider: str, rows: list[Generation]) -> None:
        if until := await self._in_database(gating.closed_until, provider, clock.now()):
            await self._in_database(polling.put_off, rows, until)
            return
        adapter = await self._adapter(provider)
        for row in rows:
            task = asyncio.create_task(self._look(adapter, row))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _look(self, adapter: Adapter | ProviderUnavailable, row: Generation) -> None:
        seen: Snapshot | ProviderError
        async with self._places[row.provider]:
            try:
                if isinstance(adapter, ProviderUnavailable):
                    raise adapter
                async with asyncio.timeout(LOOK_SECONDS):
                    seen = await adapter.fetch(row.remote_id)
            except TimeoutError:
                seen = ProviderUnavailable(f"No answer within {LOOK_SECONDS:.0f} s.")
            except ProviderError as error:
                seen = error
            except Exception as error:
                log.exception("The answer about generation %s could not be read", row.pk)
                seen = stumbled(error)
        self.looks += 1
        self._seen[row.provider].append((row, seen))

    async def _write(self) -> bool:
        if not self._seen:
            return False
        seen, self._seen = self._seen, defaultdict(list)
        for provider, looks in seen.items():
            await self._in_database(polling.write_looks, looks)
            await self._in_database(_learn, provider, [each for _, each in looks])
        return True

    async def _sign(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._signed_at >= SIGN_SECONDS:
            await self._in_database(polling.leave_sign_of_life)
            self._signed_at = now

    async def _adapter(self, provider: str) -> Adapter | ProviderUnavailable:
        """The kept adapter, or a new one when the account was changed meanwhile."""
        try:
            account = await self._in_database(account_of, provider)
        except Invalid as error:
            return ProviderUnavailable(str(error))
        kept = self._adapters.get(provider)
        if kept and kept[0] == account:
            return kept[1]
        if kept:
            await kept[1].aclose()
        adapter = adapter_for(account, allow_hosts=tuple(settings.EGRESS_HOSTS))
        self._adapters[provider] = (account, adapter)
        return adapter

    async def _in_database(self, do: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        def run() -> R:
            close_old_connections()
            return do(*args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._database, run)

    async def _rest(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.stop.wait(), seconds)
        except TimeoutError:
            return

    async def _close(self) -> None:
        """Rows that were being looked at keep their lease a little; then they are due again."""
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        for _, adapter in self._adapters.values():
            await adapter.aclose()
        await self._in_database(_close_connection)
        self._database.shutdown()


def _close_connection() -> None:
    """That of the thread it runs in: the name `connection` stands for another one in each."""
    connection.close()


def _learn(provider: str, seen: Sequence[Snapshot | ProviderError]) -> None:
    """One lesson a round: any answer opens the door; a round of nothing but broken lines counts as one failure."""
    troubles = [each for each in seen if isinstance(each, ProviderUnavailable)]
    if len(troubles) < len(seen):
        gating.note_answer(provider)
    elif troubles:
        gating.note_failure(provider, troubles[0])

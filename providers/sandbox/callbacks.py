"""Calling back: a message at each change of a job's state, and the ways in which such messages go wrong."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import httpx

from providers.base import JobState
from providers.errors import ProviderError
from providers.http import exchange, guarded_client, host_and_port
from providers.sandbox.desk import FrontDesk
from providers.sandbox.progress import Progress
from providers.sandbox.scenarios import Scenario
from providers.sandbox.store import Job

log = logging.getLogger(__name__)
LOOK_SECONDS = 0.05
LONGEST_WATCH_SECONDS = 600.0
LATE_BY_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Message:
    """One POST. `forged` makes the same message as a stranger would send it."""

    url: str
    headers: Mapping[str, str]
    body: bytes


Tell = Callable[[Job, Progress], Message | None]
"""The message about a job as it stands now; None for a state that is not worth one."""
Forge = Callable[[Message], Message]


class Messenger:
    """Watches jobs and tells; one a server. Addresses of this machine only: the sandbox calls nobody else."""

    def __init__(
        self, desk: FrontDesk, tell: Tell, forge: Forge = lambda message: replace(message, headers={})
    ) -> None:
        self._desk, self._tell, self._forge = desk, tell, forge
        self._running: set[asyncio.Task[None]] = set()

    def watch(self, job: Job) -> None:
        """Send what is to be said about `job` until it has ended."""
        if Scenario.CALLBACK_NONE in job.order.scenarios:
            return
        task = asyncio.create_task(self._watch(job))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _watch(self, job: Job) -> None:
        first, seen = None, None
        until = asyncio.get_running_loop().time() + LONGEST_WATCH_SECONDS
        while asyncio.get_running_loop().time() < until:
            current = self._desk.find(job.id)
            if current is None:
                return
            progress = self._desk.progress(current)
            if progress.state is not seen:
                seen = progress.state
                message = self._tell(current, progress)
                first = first or message
                await self._say(job, message, seen)
            if progress.state.is_terminal:
                await self._after(job, first)
                return
            await asyncio.sleep(LOOK_SECONDS)

    async def _say(self, job: Job, message: Message | None, state: JobState) -> None:
        if message is None:
            return
        if Scenario.CALLBACK_FORGED in job.order.scenarios:
            await _post(self._forge(message))
        await _post(message)
        if Scenario.CALLBACK_TWICE in job.order.scenarios and state.is_terminal:
            await _post(message)

    async def _after(self, job: Job, first: Message | None) -> None:
        if Scenario.CALLBACK_LATE in job.order.scenarios and first is not None:
            await asyncio.sleep(LATE_BY_SECONDS)
            await _post(first)


async def _post(message: Message) -> None:
    """Once, without a second try: whoever relies on callbacks alone shall notice."""
    url = httpx.URL(message.url)
    if url.host not in ("127.0.0.1", "localhost", "::1"):
        log.warning("No callback to %s: the sandbox calls this machine only", url.host)
        return
    client = guarded_client([host_and_port(url)])
    try:
        await exchange(client, client.build_request("POST", url, headers=dict(message.headers), content=message.body))
    except (httpx.TransportError, ProviderError) as error:
        log.warning("Callback to %s failed: %s", url.host, error)
    finally:
        await client.aclose()

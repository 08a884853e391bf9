"""Renders clips in child processes, two at a time, so that the server keeps answering. A clip on disk is complete."""

import asyncio
import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from providers.sandbox.orders import Order

log = logging.getLogger(__name__)
AT_ONCE = 2
RENDER_SECONDS = 600


class Workshop:
    """Keeps finished clips in `folder`. `done` is called with the job's id when all its clips are there.

    `draft` makes sketches, for tests that are not about pictures.
    """

    def __init__(self, folder: Path, done: Callable[[str], None], *, draft: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._done = done
        self._draft = draft
        self._benches = asyncio.Semaphore(AT_ONCE)
        self._running: dict[str, asyncio.Task[None]] = {}
        self.broken: set[str] = set()

    def clip(self, job_id: str, sample: int = 0) -> Path:
        return self._folder / (f"{job_id}.mp4" if sample == 0 else f"{job_id}.{sample}.mp4")

    def start(self, job_id: str, order: Order) -> None:
        """Begin rendering unless the clips are there, being made, or known to fail."""
        if job_id in self._running or job_id in self.broken or not self._missing(job_id, order):
            return
        task = asyncio.create_task(self._render(job_id, order))
        self._running[job_id] = task
        task.add_done_callback(lambda _: self._running.pop(job_id, None))

    def _missing(self, job_id: str, order: Order) -> list[int]:
        return [sample for sample in range(order.samples) if not self.clip(job_id, sample).exists()]

    async def ready(self, job_id: str) -> None:
        """Wait for a rendering under way, if there is one."""
        if task := self._running.get(job_id):
            await asyncio.wait([task])

    def forget(self, job_id: str) -> None:
        """Stop rendering and remove the clips."""
        if task := self._running.get(job_id):
            task.cancel()
        for clip in self._folder.glob(f"{job_id}.*mp4"):
            clip.unlink(missing_ok=True)

    async def close(self) -> None:
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _render(self, job_id: str, order: Order) -> None:
        for sample in self._missing(job_id, order):
            async with self._benches:
                shot = order.sample(sample)
                complaint = await _run_child(shot.drafted() if self._draft else shot, self.clip(job_id, sample))
            if complaint:
                self.broken.add(job_id)
                log.error("The clip of %s could not be rendered: %s", job_id, complaint[-2000:])
                return
        self._done(job_id)


async def _run_child(order: Order, target: Path) -> str:
    """Render `order` in a fresh interpreter. Returns what went wrong, or nothing."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "providers.sandbox.render", str(target)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        env={"PATH": os.environ.get("PATH", ""), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    )
    try:
        async with asyncio.timeout(RENDER_SECONDS):
            _, errors = await child.communicate(order.as_json().encode())
    except TimeoutError:
        return f"no clip after {RENDER_SECONDS} s"
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
    return "" if child.returncode == 0 else errors.decode(errors="replace") or f"exit status {child.returncode}"

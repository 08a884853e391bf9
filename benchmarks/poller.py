"""How many jobs one poller keeps an eye on: `python benchmarks/poller.py [--jobs 2000] [--interval 10] [--seconds 40]`.

Makes so many running jobs at a sandbox of its own, lets one poller look at each every `interval` seconds, and prints
looks a second, how late they were, CPU a look, and how long a page of the web took before and meanwhile, as a ratio.
Needs no network and leaves nothing behind.
"""

import argparse
import asyncio
import io
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

CODE = Path(__file__).resolve().parents[1]
sys.path.pop(0)  # our own folder: its queue.py is not Python's
sys.path.insert(0, str(CODE))


@contextmanager
def running(*command: str, say: str = "") -> Iterator[str]:
    """A part of the house; its first line when `say` is how that begins."""
    process = subprocess.Popen([sys.executable, *command], cwd=CODE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield process.stdout.readline().removeprefix(say).strip() if say else ""
    finally:
        process.terminate()
        process.wait(20)


def set_up(state: Path, sandbox: str, port: int, interval: float) -> None:
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "studio.settings",
        "DAILIES_DEMO": "1",
        "DAILIES_STATE": str(state),
        "DAILIES_SANDBOX_URL": sandbox,
        "DAILIES_EGRESS_HOSTS": sandbox.removeprefix("http://"),
        "DAILIES_POLL_SECONDS": str(interval),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "BROKER_URL": "memory://",
        "LOG_LEVEL": "WARNING",
    }
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", "--no-input", "--verbosity", "0")
    call_command("seed_demo", stdout=io.StringIO())


def make_jobs(state: Path, count: int, interval: float) -> None:
    """Running jobs on both sides; the looks at them are spread over the interval."""
    from datetime import timedelta

    from django.utils import timezone

    from providers.sandbox.orders import Order
    from providers.sandbox.scenarios import Scenario
    from studio.models import Errand, Generation, Project, Prompt, User
    from studio.rules.generation import GenerationState

    author, project = User.objects.get(username="author"), Project.objects.get()
    prompt = Prompt.objects.create(project=project, author=author, title="Sea", text="Sea")
    at, spec = timezone.now(), Order("sandbox-1", "Sea", 64, 36, 1, 1, scenarios=frozenset({Scenario.STUCK})).as_json()
    with sqlite3.connect(state / "sandbox" / "sandbox.sqlite3") as ledger:
        ledger.executemany(
            "INSERT INTO job (id, client_id, prompt, spec, cost, created_at, protocol, details) "
            "VALUES (?, '', 'Sea', ?, '0.0100', ?, 'openai_videos', '{}')",
            [(f"video_{number}", spec, time.time() - 60) for number in range(count)],
        )
    for name in range(count):  # clips that are there already: the benchmark is not about rendering
        (state / "sandbox" / "clips" / f"video_{name}.mp4").touch()
    Generation.objects.bulk_create(
        Generation(
            prompt=prompt, take_number=number + 1, provider="sandbox", model="sandbox-1", requested_by=author,
            parameters={}, cost_estimated="0.0100", state=GenerationState.RUNNING, remote_id=f"video_{number}",
            errand=Errand.POLL, deadline_at=at + timedelta(hours=2),
            run_after=at + timedelta(seconds=interval * number / count),
        )
        for number in range(count)
    )  # fmt: skip


def page_times(url: str, seconds: float) -> list[float]:
    """Seconds that the sign-in page took, asked five times a second."""
    took, until = [], time.monotonic() + seconds
    with httpx.Client(timeout=30) as client:
        while time.monotonic() < until:
            begun = time.monotonic()
            client.get(f"{url}/sign-in/").raise_for_status()
            took.append(time.monotonic() - begun)
            time.sleep(0.2)
    return took


async def poll(seconds: float, url: str) -> tuple[int, float, list[float]]:
    """Looks, CPU seconds of this process, page times meanwhile."""
    from studio.poller import Poller

    poller = Poller()
    task = asyncio.create_task(poller.run())
    await asyncio.sleep(2)  # past the first looks, which pay for connecting
    looks, cpu, begun = poller.looks, time.process_time(), time.monotonic()
    pages = await asyncio.to_thread(_pages_elsewhere, url, seconds)
    await asyncio.sleep(max(0.0, begun + seconds - time.monotonic()))
    result = poller.looks - looks, time.process_time() - cpu, pages
    poller.stop.set()
    await task
    return result


def _pages_elsewhere(url: str, seconds: float) -> list[float]:
    """Asked from another process, so that waiting for this one's CPU is not counted."""
    code = f"import benchmarks.poller as b; print(*b.page_times({url!r}, {seconds}))"
    said = subprocess.run([sys.executable, "-c", code], cwd=CODE, capture_output=True, text=True, check=True).stdout
    return [float(word) for word in said.split()]


def lateness() -> list[float]:
    """How long jobs have been due and not looked at, in seconds, at this moment."""
    from django.utils import timezone

    from studio.models import Generation

    at = timezone.now()
    due = Generation.objects.values_list("run_after", flat=True)
    return sorted(max(0.0, (at - moment).total_seconds()) for moment in due if moment)


def free_port() -> int:
    import socket

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2000)
    parser.add_argument("--interval", type=float, default=10.0, help="seconds between two looks at a job")
    parser.add_argument("--seconds", type=float, default=40.0)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dailies-poller-") as folder:
        state, port = Path(folder), free_port()
        sandbox = ("manage.py", "sandbox", "--state", str(state / "sandbox"))
        with running(*sandbox, say="listening on ") as address:
            set_up(state, address, port, wanted.interval)
            make_jobs(state, wanted.jobs, wanted.interval)
            web = ("-m", "uvicorn", "studio.asgi:application", "--port", str(port), "--log-level", "error")
            with running(*web, "--lifespan", "off"):
                measure(wanted, f"http://127.0.0.1:{port}")


def measure(wanted: argparse.Namespace, url: str) -> None:
    time.sleep(4)
    before = page_times(url, 5)
    looks, cpu, meanwhile = asyncio.run(poll(wanted.seconds, url))
    late = lateness()
    median = statistics.median
    rate, asked = looks / wanted.seconds, wanted.jobs / wanted.interval
    worst = sorted(meanwhile)[int(len(meanwhile) * 0.95)]
    print(f"{wanted.jobs} jobs, one look every {wanted.interval:g} s wanted: {asked:.0f} a second")
    print(f"looks a second     {rate:8.1f}     of wanted {rate / asked:.2f}")
    print(f"CPU a look         {cpu / looks * 1000:8.2f} ms  of one core {cpu / wanted.seconds:.2f}")
    print(f"late by            {late[int(len(late) * 0.95)]:8.2f} s   (95th percentile of all jobs, at the end)")
    print(f"page, alone        {median(before) * 1000:8.1f} ms  (median)")
    print(f"page, meanwhile    {median(meanwhile) * 1000:8.1f} ms  ratio {median(meanwhile) / median(before):.2f}")
    print(f"page, worst of 20  {worst * 1000:8.1f} ms")


if __name__ == "__main__":
    main()

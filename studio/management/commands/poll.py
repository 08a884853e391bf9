"""`manage.py poll`: the poller, until it is told to stop. One is enough; a second shares the rows with it."""

import asyncio
import signal
from typing import Any

from django.core.management.base import BaseCommand

from studio.poller import Poller
from studio.production import refuse_unsafe_start


class Command(BaseCommand):
    help = "Ask the providers how jobs stand, until SIGTERM."

    def handle(self, *_: Any, **__: Any) -> None:
        refuse_unsafe_start()
        asyncio.run(_run())


async def _run() -> None:
    poller = Poller()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, poller.stop.set)
    await poller.run()

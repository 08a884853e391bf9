"""`manage.py sandbox`: the sandbox generators as a server. Needs no database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from providers.sandbox.app import PACE_SECONDS
from providers.sandbox.server import serve
from studio.paths import state_folder


class Command(BaseCommand):
    help = "Serve the sandbox generators: /openai/v1, /runway, /kling, /google; their ledger is at /_sandbox/ledger."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
        parser.add_argument("--state", type=Path, help="folder of the ledger and the clips")
        parser.add_argument("--draft", action="store_true", help="small sketches instead of clips, for tests")
        parser.add_argument("--pace", type=float, default=PACE_SECONDS, help="seconds a job takes at least")

    def handle(self, *_: Any, **options: Any) -> None:
        state = options["state"] or state_folder() / "sandbox"
        try:
            serve(
                host=options["host"],
                port=options["port"],
                state=state,
                announce=self._announce,
                pace_seconds=options["pace"],
                draft=options["draft"],
            )
        except OSError as error:
            raise CommandError(f"Cannot listen on {options['host']}:{options['port']}: {error.strerror}.") from error

    def _announce(self, address: str) -> None:
        self.stdout.write(f"listening on {address}")
        self.stdout.flush()

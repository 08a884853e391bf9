"""`manage.py demo`: the whole product on this machine, until Ctrl-C."""

from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studio.celery import QUEUES
from studio.demo_logins import DEMO_PROJECT
from studio.paths import state_folder
from studio.supervisor.children import Child
from studio.supervisor.commands import manage
from studio.supervisor.errors import CannotStart
from studio.supervisor.tree import Supervisor


class Command(BaseCommand):
    help = "Run everything on this machine: broker, sandbox generators, worker, beat, web, demo people and takes."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--clips", nargs="+", type=Path, default=[], metavar="PATH", help="import these, too")
        parser.add_argument("--no-takes", action="store_true", help="do not make the dozen takes of the demo")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            Supervisor(state_folder(), queues=QUEUES, errands=_errands(options), say=self._say).run()
        except CannotStart as refusal:
            raise CommandError(str(refusal)) from None

    def _say(self, line: str) -> None:
        with suppress(OSError):  # the terminal may be gone (SIGHUP); stopping goes on
            self.stdout.write(f"{line}\n")
            self.stdout.flush()


def _errands(options: dict[str, Any]) -> list[Child]:
    """What is done once the pages answer. The demo's shots are ordered first, so that own clips stand above them."""
    errands = []
    stamp = state_folder() / "takes-made"
    if not options["no_takes"] and not stamp.exists():
        command = manage("demo_takes")
        errands.append(Child("takes", command, is_finite=True, when_done="The demo's takes are in.", stamp=stamp))
    if clips := options["clips"]:
        if missing := [path for path in clips if not path.exists()]:
            raise CommandError(f"There is no {missing[0]}.")
        paths = [str(path.resolve()) for path in clips]
        command = manage("import_clips", *paths, "--project", DEMO_PROJECT)
        errands.append(Child("import", command, is_finite=True, when_done="Your clips are in."))
    return errands

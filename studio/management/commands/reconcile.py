"""`manage.py reconcile`: settle with the providers what is open. Costs nothing: it only asks."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand

from providers.errors import ProviderError
from studio import clock
from studio.actions.reconciling import adopt_since, reachable_providers, unsettled, wake


class Command(BaseCommand):
    help = (
        "Have every unknown generation looked for again. With --since, also match the providers' newest jobs with "
        "calls that the rows believe unsent: run that after restoring a backup, before the workers start."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", type=float, metavar="HOURS", help="compare the jobs of the last so many hours")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["since"] is not None:
            self._compare(timedelta(hours=options["since"]))
        woken = [row for row in unsettled() if wake(row)]
        self.stdout.write(f"{len(woken)} unknown generations are looked for again.")

    def _compare(self, back: timedelta) -> None:
        since = clock.now() - back
        for provider in reachable_providers():
            try:
                adopted, strays = adopt_since(provider, since)
            except ProviderError as error:
                self.stdout.write(f"{provider}: {error}")
                continue
            self.stdout.write(f"{provider}: {len(adopted)} calls got their job back, {len(strays)} jobs are nobody's.")
            for stray in strays:
                self.stdout.write(f"  charged, unknown here: {stray.snapshot.remote_id}")

"""`manage.py demo_takes`: orders the demo's shots and judges some of them, as their people would."""

import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from reviews import demo

GIVEN_UP_AFTER_SECONDS = 300
PAUSE_SECONDS = 1.0


class Command(BaseCommand):
    help = "Let the demo's takes land (only with DAILIES_DEMO=1). A second run orders nothing twice."

    def handle(self, *_: object, **__: object) -> None:
        if not settings.DEMO:
            raise CommandError("This orders takes as the demo's people: it runs only with DAILIES_DEMO=1.")
        ordered = [(shot, demo.order_shot(shot)) for shot in demo.shots()]
        self.stdout.write(f"{len(ordered)} shots are ordered.")
        until = time.monotonic() + GIVEN_UP_AFTER_SECONDS
        while time.monotonic() < until:
            busy = [demo.judge(shot, prompt) for shot, prompt in ordered]
            if not any(busy):
                break
            time.sleep(PAUSE_SECONDS)

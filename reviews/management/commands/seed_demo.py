"""`manage.py seed_demo`: the demo project and a person of each role."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from reviews import demo
from studio.demo_logins import DEMO_PASSWORD, demo_people


class Command(BaseCommand):
    help = "Make the demo project and its people (only with DAILIES_DEMO=1). Doing it again changes nothing."

    def handle(self, *_: object, **__: object) -> None:
        if not (settings.DEMO or settings.TEST):
            raise CommandError("Demo people have a known password: they are made only with DAILIES_DEMO=1.")
        demo.seed()
        self.stdout.write(f"Sign in with the password {DEMO_PASSWORD} as")
        for person in demo_people():
            self.stdout.write(f"  {person.username:<10} {person.roles}")

"""`manage.py rotate_keys`: after a new key was put in front of DAILIES_KEYRING. Then the old one can be dropped."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studio.actions.events import Actor
from studio.actions.providing import rotate_keys
from studio.errors import Invalid


class Command(BaseCommand):
    help = "Seal every provider's keys anew with the first key of DAILIES_KEYRING."

    def handle(self, *_: Any, **__: Any) -> None:
        try:
            count = rotate_keys(actor=Actor.system("rotate_keys"))
        except Invalid as error:
            raise CommandError(f"{error} Nothing was changed.") from error
        self.stdout.write(f"{count} provider{'' if count == 1 else 's'} sealed anew. Older keys can be dropped now.")

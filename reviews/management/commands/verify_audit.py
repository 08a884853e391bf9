"""`manage.py verify_audit`: does every event follow from the one before? Exit 0 when it does, 1 when it does not."""

from django.core.management.base import BaseCommand, CommandError

from studio.actions.events import verify_chain
from studio.models import ChainHead


class Command(BaseCommand):
    help = "Recompute the audit trail's chain; exit 1 with a sentence when something was changed, removed or put in."

    def handle(self, *args: object, **options: object) -> None:
        if complaint := verify_chain():
            raise CommandError(complaint)
        head = ChainHead.objects.filter(pk=1).first() or ChainHead()
        self.stdout.write(f"{head.seq} events, the chain holds. Head {head.digest}")

"""The one signal that goes up: a take has come in. Sent inside the ingest transaction with `candidate=`."""

from django.dispatch import Signal

candidate_ready = Signal()

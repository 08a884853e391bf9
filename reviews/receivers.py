"""Answers to the one signal from below: a take came in, so its checks are due."""

from django.dispatch import receiver

from reviews.actions.checking import plan_checks
from studio.models import Candidate
from studio.signals import candidate_ready


@receiver(candidate_ready)
def plan(candidate: Candidate, **_: object) -> None:
    plan_checks(candidate)

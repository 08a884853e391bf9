"""Answers to the one signal from below: a take came in, so its checks are due."""

from django.dispatch import receiver

from studio.models import Candidate
from studio.signals import candidate_ready


@receiver(candidate_ready)
def plan(candidate: Candidate, **_: object) -> None:
    from reviews.actions.checking import plan_checks  # brings OpenCV and FFmpeg, which beat and the poller never need

    plan_checks(candidate)

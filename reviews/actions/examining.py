"""Asks an outside examiner, where one is set up, about what no instrument of the house can see."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from django.conf import settings

from providers.errors import ProviderError
from providers.examiners.adapters import EXAMINERS
from providers.examiners.base import Connection, Remark, Subject
from providers.http import guarded_client
from reviews.checks.base import Clip
from reviews.checks.examiner import KEY, REPORT_ABOVE, VERSION, observations_of
from reviews.checks.findings import CheckReport, Status
from reviews.checks.judging import judge
from reviews.rules.checklist import unseen
from reviews.rules.policy import PolicyTerms
from studio.media.samples import stored_samples
from studio.models import Candidate

MOST_PICTURES = 8
"""Each is sent and paid for; a clip of a few seconds changes little between them."""


def covered() -> frozenset[Subject]:
    """What the examiner of this house looks for; nothing where none is set up."""
    return EXAMINERS[settings.EXAMINER].covers if settings.EXAMINER else frozenset()


def examiner_parameters(policy: PolicyTerms) -> dict[str, Any] | None:
    """What a run of the examiner is planned with; None where none is set up, or the policy does not want it."""
    if not settings.EXAMINER or not policy.covers(KEY):
        return None
    threshold = policy.parameters_for(KEY).get("report_above", REPORT_ABOVE)
    return {"protocol": settings.EXAMINER, "model": settings.EXAMINER_MODEL, "report_above": threshold}


def ask_examiner(
    candidate: Candidate, folder: Path, clip: Clip, parameters: dict[str, Any], policy: PolicyTerms
) -> CheckReport:
    """Its report on the samples in `folder`. One that gives no answer has failed: a person looks instead."""
    began = perf_counter()
    samples = spread(list(stored_samples(folder)))
    rows = unseen(candidate.prompt.text, candidate.prompt.direction)
    things = next((row.things for row in rows if row.slug == Subject.ADHERENCE), ())
    try:
        remarks = asyncio.run(_examine([each.path.read_bytes() for each in samples], things))
    except ProviderError as error:
        return CheckReport(KEY, VERSION, "failed", perf_counter() - began, error.message, parameters)
    seen = observations_of(
        remarks, [each.frame for each in samples], clip, report_above=float(parameters["report_above"])
    )
    findings = judge(KEY, seen, policy)
    status: Status = "findings" if findings else "clean"
    details = {"covers": sorted(covered()), "remarks": [[each.label, round(each.score, 3)] for each in remarks]}
    return CheckReport(KEY, VERSION, status, perf_counter() - began, "", parameters, findings, details=details)


async def _examine(pictures: Sequence[bytes], things: Sequence[str]) -> Sequence[Remark]:
    connection = Connection(settings.EXAMINER_URL, settings.EXAMINER_KEY, settings.EXAMINER_MODEL)
    async with guarded_client(settings.EGRESS_HOSTS) as client:
        return await EXAMINERS[settings.EXAMINER](connection, client).examine(pictures, things)


def spread(samples: Sequence[Any]) -> list[Any]:
    """At most `MOST_PICTURES` of them, evenly over the clip, the first and the last among them."""
    if len(samples) <= MOST_PICTURES:
        return list(samples)
    step = (len(samples) - 1) / (MOST_PICTURES - 1)
    return [samples[round(place * step)] for place in range(MOST_PICTURES)]

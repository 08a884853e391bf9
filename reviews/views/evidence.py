"""What stands beside a finding: its pictures by address, and its curve as points of a small drawing."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from reviews.checks.findings import Curve, box_of
from reviews.evidence import Shown, evidence_of, shown_of
from reviews.models import Finding
from reviews.reach import takes_open_to
from reviews.views.media import file_of
from studio.http import UserRequest
from studio.models import Candidate
from studio.store import media_store

OUR_NAMES = re.compile(r"(still|veiled)-\d{1,7}|crop-\d{1,7}(-\d{1,4}){4}|heat-\d{1,7}-[0-9a-f]{12}")
CURVE_WIDTH, CURVE_HEIGHT = 300, 40
"""Units of the drawing, which is stretched to the width there is."""
HEADROOM = 1.1


@dataclass(frozen=True, slots=True)
class DrawnCurve:
    """Points of a polyline, and the height of its limit; `words` says the same."""

    points: str
    limit: float | None
    words: str


@require_safe
@login_required
def evidence(request: UserRequest, uuid: UUID, name: str) -> HttpResponseBase:
    """One picture beside a finding of a take that this person may see."""
    candidate = get_object_or_404(takes_open_to(request.user).select_related("blob"), uuid=uuid)
    if not OUR_NAMES.fullmatch(name):
        raise Http404
    return file_of(request, candidate, f"{name}.jpg", content_type="image/jpeg")


def with_evidence(findings: Iterable[Finding], candidate: Candidate) -> list[Finding]:
    """The findings, each with `shown` (pictures that were taken) and `curve`."""
    told = list(findings)
    for finding in told:
        saved = evidence_of(finding.evidence)
        boxes = [box_of(box) for box in finding.boxes]
        finding.shown = [each for each in shown_of(saved, boxes) if _was_taken(candidate, each)]  # type: ignore[attr-defined]  # for the template
        finding.curve = drawn(saved.curve) if saved.curve else None  # type: ignore[attr-defined]
    return told


def _was_taken(candidate: Candidate, picture: Shown) -> bool:
    return media_store().derived_path(candidate.sha256, f"{picture.name}.jpg").is_file()


def drawn(curve: Curve) -> DrawnCurve | None:
    """None for a curve of fewer than two points."""
    if len(curve.seconds) < 2:
        return None
    first, last = curve.seconds[0], curve.seconds[-1]
    lowest = min(0.0, *curve.values)
    highest = max(*curve.values, curve.threshold or lowest, lowest + 1e-9)
    span = (highest - lowest) * HEADROOM

    def height(value: float) -> float:
        return round(CURVE_HEIGHT * (1 - (value - lowest) / span), 2)

    length = max(last - first, 1e-9)
    points = " ".join(
        f"{round(CURVE_WIDTH * (at - first) / length, 2)},{height(value)}"
        for at, value in zip(curve.seconds, curve.values, strict=True)
    )
    limit = None if curve.threshold is None else height(curve.threshold)
    over = "" if curve.threshold is None else f", limit {curve.threshold:.3g}"
    return DrawnCurve(points, limit, f"{first:.1f}–{last:.1f} s, at most {max(curve.values):.3g} {curve.unit}{over}")

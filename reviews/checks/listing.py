"""An inspection on paper: the JSON of `inspect_clip`, and aligned lines for people."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reviews.checks.findings import CheckReport, FindingData
from reviews.checks.runner import Inspection
from studio.media.facts import ClipFacts

FACTS = ("width", "height", "fps", "frames", "duration_seconds", "video_codec", "audio_codec", "has_audio")
SECONDS_DIGITS, SCORE_DIGITS = 6, 6


def as_document(file: Path, inspection: Inspection) -> dict[str, Any]:
    """One entry of "clips". `facts` is null for a file that could not be read."""
    facts = inspection.facts and inspection.facts.as_json()
    return {
        "file": str(file),
        "sha256": sha256_of(file),
        "facts": facts and {name: facts[name] for name in FACTS},
        "checks": [_check(report) for report in inspection.reports],
        "findings": [_finding(finding) for finding in inspection.findings],
    }


def sha256_of(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _check(report: CheckReport) -> dict[str, Any]:
    return {
        "check": report.check,
        "version": report.version,
        "status": report.status,
        "seconds": round(report.seconds, 4),
        "reason": report.reason,
    }


def _finding(finding: FindingData) -> dict[str, Any]:
    return {
        "check": finding.check,
        "label": finding.label,
        "severity": finding.severity.value,
        "start_seconds": round(finding.start_seconds, SECONDS_DIGITS),
        "end_seconds": round(finding.end_seconds, SECONDS_DIGITS),
        "start_frame": finding.start_frame,
        "end_frame": finding.end_frame,
        "score": _rounded(finding.score),
        "threshold": _rounded(finding.threshold),
        "unit": finding.unit,
        "box": list(finding.box) if finding.box else None,
        "message": finding.message,
    }


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, SCORE_DIGITS)


def as_text(file: Path, inspection: Inspection) -> str:
    """A heading, one line for each finding, worst first, and one for the checks that had nothing to say."""
    return "\n".join(_lines(file, inspection))


def _lines(file: Path, inspection: Inspection) -> Iterator[str]:
    yield str(file).encode("utf-8", "backslashreplace").decode()
    yield f"  {_facts(inspection.facts)}"
    findings = sorted(inspection.findings, key=lambda finding: (-finding.severity.rank, finding.start_frame))
    widest = max((len(_name(finding)) for finding in findings), default=0)
    for finding in findings:
        yield f"  {finding.severity:<8}  {_span(finding):>17}  {_name(finding):<{widest}}  {finding.message}"
    for status in ("clean", "skipped", "failed"):
        yield from _quiet(status, inspection)


def _facts(facts: ClipFacts | None) -> str:
    if facts is None:
        return "could not be read"
    sound = facts.audio_codec or "no sound"
    return (
        f"{facts.width}x{facts.height}, {float(facts.fps):.5g} fps, {facts.frames} frames, "
        f"{facts.duration_seconds:.2f} s, {facts.video_codec}, {sound}"
    )


def _name(finding: FindingData) -> str:
    return f"{finding.check}/{finding.label}"


def _span(finding: FindingData) -> str:
    if finding.end_frame == 0:
        return ""
    return f"{finding.start_seconds:.2f}-{finding.end_seconds:.2f} s"


def _quiet(status: str, inspection: Inspection) -> Iterator[str]:
    """Checks without findings; those with the same reason on one line."""
    reasons: dict[str, list[str]] = {}
    for report in inspection.reports:
        if report.status == status:
            reasons.setdefault(report.reason, []).append(report.check)
    for reason, checks in reasons.items():
        yield f"  {status:<8}  {', '.join(checks)}{f': {reason}' if reason else ''}"

"""From observations to findings: the policy's word, the cap for people, and what explains what. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from reviews.checks.findings import CheckReport, FindingData, Observation, Status
from reviews.rules.policy import PolicyTerms

MOST_FINDINGS = 5
"""Findings of one check that a person is shown; the rest is counted in the last one's sentence."""
EXPLAINED_SHARE = 0.8
"""Share of a finding's range that an explaining finding must cover."""

EXPLAINS: Mapping[str, frozenset[str]] = {
    "container": frozenset({"duration"}),
    "black_frames": frozenset({"hard_cuts", "frozen_frames", "duplicate_frames"}),
    "flat_frames": frozenset({"hard_cuts", "frozen_frames", "duplicate_frames"}),
    "flashing": frozenset({"hard_cuts", "flicker", "flat_frames", "exposure"}),
}
"""A finding of the key explains those of the values at the same place: a cut-off file is short, black stands still,
flashes are bright, empty and abrupt."""
EXPLAINING_LABELS = frozenset(
    {
        *("truncated", "black", "black_in_fade", "flat", "flat_in_fade"),
        *("broadcast", "red_broadcast", "wcag", "red_wcag", "extended"),
    }
)


def judge(check: str, observations: Iterable[Observation], policy: PolicyTerms) -> tuple[FindingData, ...]:
    """Findings of one check with the policy's severity and route, in order of time; the worst when there are many."""
    findings = [judged(check, observation, policy) for observation in observations]
    return tuple(sorted(capped(findings), key=lambda finding: (finding.start_frame, -finding.severity.rank)))


def judged(check: str, seen: Observation, policy: PolicyTerms) -> FindingData:
    rule = policy.rule_for(check, seen.label)
    return FindingData(
        check=check,
        label=seen.label,
        severity=rule.severity,
        start_seconds=seen.start_seconds,
        end_seconds=seen.end_seconds,
        start_frame=seen.start_frame,
        end_frame=seen.end_frame,
        score=seen.score,
        threshold=seen.threshold,
        unit=seen.unit,
        message=seen.message,
        boxes=seen.boxes,
        peak_frame=seen.peak_frame,
        evidence=seen.evidence,
        route=rule.route,
    )


def capped(findings: Sequence[FindingData]) -> list[FindingData]:
    """At most `MOST_FINDINGS`, worst and earliest first; the last one's sentence counts the rest."""
    ranked = sorted(findings, key=lambda finding: (-finding.severity.rank, finding.start_frame))
    kept, rest = ranked[:MOST_FINDINGS], ranked[MOST_FINDINGS:]
    if rest:
        last = max(finding.start_seconds for finding in rest)
        more = f"{len(rest)} more like it, the last at {last:.2f} s."
        kept[-1] = replace(kept[-1], message=f"{kept[-1].message} {more}")
    return kept


def suppress(reports: Sequence[CheckReport]) -> tuple[CheckReport, ...]:
    """The reports with every finding that another check explains moved from `findings` to `suppressed`."""
    explaining = [finding for report in reports for finding in report.findings if finding.label in EXPLAINING_LABELS]
    return tuple(_without_explained(report, explaining) for report in reports)


def _without_explained(report: CheckReport, explaining: Sequence[FindingData]) -> CheckReport:
    shown: list[FindingData] = []
    explained: list[FindingData] = []
    for finding in report.findings:
        cause = next((other.check for other in explaining if explains(other, finding)), "")
        (explained if cause else shown).append(replace(finding, suppressed_by=cause))
    explained += report.suppressed
    if not explained:
        return report
    status: Status = "findings" if shown else "clean"
    reason = report.reason if shown else f"Explained by {explained[0].suppressed_by}."
    return replace(report, status=status, reason=reason, findings=tuple(shown), suppressed=tuple(explained))


def explains(cause: FindingData, finding: FindingData) -> bool:
    """Whether `cause` is of a kind that explains `finding` and covers nearly all of its range."""
    if finding.check not in EXPLAINS.get(cause.check, ()) or finding.label == "too_long":
        return False
    shared = min(cause.end_frame, finding.end_frame) - max(cause.start_frame, finding.start_frame)
    return shared >= EXPLAINED_SHARE * max(1, finding.end_frame - finding.start_frame)

"""How well the checks find defects planted into real clips, and how quiet they are on untouched ones.

    python benchmarks/accuracy.py CLIP|FOLDER... [--check KEY] [--turns N] [--jobs N] [--markdown] [--quiet]

Every defect of benchmarks/planting/defects.py is planted into every clip, each time in another look (short, dark,
portrait, slow, fast, uneven, ten bits, other encoders), and the file goes through the same `inspect_file` and
`consult_record` as in the product, and through `view_samples` where a check that needs the models must speak; they are
dear, and the others have no use for them. Two columns: clips for tuning, and held-out clips, which must set no
threshold; a clip is held out when the CRC-32 of its name leaves 1 when divided by 3.

Found: a finding of `minor` or above by the right check that overlaps the planted range by 0.3 s more on each side;
also where another finding explains it, as flashing does flicker, and only the record keeps it. False alarm: any other
check with such a finding that is neither an honest consequence (CONSEQUENCES) nor made on the same clip in the same
look without a defect; or a finding on what must pass. `--quiet` lists every finding on the untouched files instead,
and counts those of `major` and above.
"""

import argparse
import os
import sys
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from threading import Lock

sys.path.pop(0)  # our own folder: its queue.py is not Python's
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from concurrent.futures import ThreadPoolExecutor

from studio.media.child import ENVIRONMENT

os.environ |= ENVIRONMENT  # before NumPy is loaded

import numpy as np

from benchmarks.planting.defects import CONSEQUENCES, DEFECTS, Defect
from benchmarks.planting.films import Film, read, write
from benchmarks.planting.looks import LOOKS, Look
from benchmarks.planting.planted import Planted
from reviews.checks.base import Record, Severity, Spec, Stage
from reviews.checks.findings import CheckReport, FindingData
from reviews.checks.record import KnownClip
from reviews.checks.registry import CHECKS, of_stage
from reviews.checks.runner import Inspection, consult_record, inspect_file, view_samples
from reviews.rules.policy import load_policy
from studio.media.errors import UnreadableClip

SLACK_SECONDS = 0.3
TUNING, HELD_OUT = "tuning", "held out"
COLUMNS = (TUNING, HELD_OUT)
SUFFIXES = frozenset({".mp4", ".mov", ".webm", ".mkv"})
MODEL_CHECKS = frozenset(kind.key for kind in of_stage(Stage.MODEL))
MODELS_IN_USE = Lock()
"""Two threads must not use one model at once."""


@dataclass(frozen=True, slots=True)
class Outcome:
    column: str
    defect: Defect
    case: str
    found: bool
    false_alarms: tuple[FindingData, ...]

    @property
    def alarmed(self) -> frozenset[str]:
        """The checks that were false."""
        return frozenset(each.check for each in self.false_alarms)


def column_of(clip: Path) -> str:
    return HELD_OUT if zlib.crc32(clip.stem.encode()) % 3 == 1 else TUNING


def inspected(path: Path, spec: Spec, *, models: bool = False) -> Inspection:
    policy = load_policy()
    with tempfile.TemporaryDirectory() as folder:
        seen = inspect_file(path, spec=spec, policy=policy, folder=Path(folder), samples=models)
        if not models or seen.clip is None:
            return seen
        with MODELS_IN_USE:
            return seen.and_also(view_samples(Path(folder), seen.clip, policy))


def reports(path: Path, spec: Spec, known: Path | None = None, *, models: bool = False) -> tuple[CheckReport, ...]:
    """What the product says of the file; held against another clip, where one is `known`."""
    inspection = inspected(path, spec, models=models)
    if known and inspection.clip:
        twin = KnownClip("another clip", "known", fingerprint=inspected(known, Spec()).fingerprint)
        record = Record(inspection.clip, fingerprint=inspection.fingerprint, known=[twin])
        inspection = inspection.and_also(consult_record(record, load_policy()))
    return inspection.reports


def for_people(told: tuple[CheckReport, ...]) -> list[FindingData]:
    """Those of `minor` and above."""
    return [each for report in told for each in report.findings if each.severity is not Severity.INFO]


def told_of(planted: Planted, *, models: bool = False) -> tuple[CheckReport, ...]:
    with tempfile.TemporaryDirectory() as folder:
        path = write(planted.film, Path(folder, "planted.mp4"))
        path.write_bytes(planted.spoil(path.read_bytes()))
        known = write(planted.known, Path(folder, "known.mp4")) if planted.known else None
        return reports(path, Spec.parse(planted.spec), known, models=models)


def needs_models(defect: Defect) -> bool:
    return defect.check in MODEL_CHECKS


class Subject:
    """One clip in all its looks, and what is said of each without a defect."""

    def __init__(self, clip: Path) -> None:
        self.name, self.column, self._film = clip.stem, column_of(clip), read(clip)
        self.look = cache(self._look)
        self.usual = cache(self._usual)

    def _look(self, look: Look) -> Film:
        return look(self._film)

    def _usual(self, look: Look, *, models: bool) -> frozenset[str]:
        untouched = Planted(self.look(look), 0.0, 0.0)
        return frozenset(each.check for each in for_people(told_of(untouched, models=models)))

    def outcome(self, defect: Defect, turn: int = 0) -> Outcome | None:
        """None where the clip does not allow the defect to be seen. Each `turn` is another look and another place."""
        number = zlib.crc32(f"{self.name} {defect.check} {defect.name}".encode()) + turn
        look = LOOKS[number % len(LOOKS)]
        planted = defect.plant(self.look(look), np.random.default_rng(number))
        if planted is None:
            return None
        models, case = needs_models(defect), f"{self.name}, {look.__name__}"
        told = told_of(planted, models=models)
        found = any(is_at(each, defect, planted) for report in told for each in (*report.findings, *report.suppressed))
        own = frozenset() if defect.must_pass else frozenset({defect.check})
        honest = own.union(CONSEQUENCES.get(defect.check, ()), self.usual(look, models=models))
        false = tuple(each for each in for_people(told) if each.check not in honest)
        return Outcome(self.column, defect, case, found, false)


def is_at(finding: FindingData, defect: Defect, planted: Planted) -> bool:
    return (
        finding.check == defect.check
        and finding.severity is not Severity.INFO
        and finding.start_seconds <= planted.end + SLACK_SECONDS
        and finding.end_seconds >= planted.start - SLACK_SECONDS
    )


def outcomes(clips: list[Path], wanted: list[Defect], *, turns: int, jobs: int) -> Iterator[Outcome]:
    """One clip at a time in memory, its defects side by side."""
    cases = list(product(wanted, range(turns)))
    for clip in clips:
        try:
            subject = Subject(clip)
        except UnreadableClip:
            continue
        with ThreadPoolExecutor(jobs) as pool:
            for outcome in pool.map(subject.outcome, *zip(*cases, strict=True)):
                if outcome:
                    yield outcome


@dataclass(frozen=True, slots=True)
class Score:
    """Of one check, or of one of its defects, in one column."""

    planted: int
    found: int
    false: int

    def cells(self) -> tuple[str, ...]:
        recall = f"{self.found / self.planted:.2f}" if self.planted else "-"
        precision = f"{self.found / (self.found + self.false):.2f}" if self.found + self.false else "-"
        return str(self.planted), str(self.found), recall, str(self.false), precision


def score(told: list[Outcome], column: str, check: str, name: str = "") -> Score:
    """False alarms are the check's, whatever was planted."""
    here = [each for each in told if each.column == column]
    own = [each for each in here if each.defect.check == check and name in ("", each.defect.name)]
    must_speak = [each for each in own if not each.defect.must_pass]
    false = sum(check in each.alarmed for each in (own if name else here))
    return Score(len(must_speak), sum(each.found for each in must_speak), false)


def show(told: list[Outcome], *, markdown: bool) -> None:
    titles = ("planted", "found", "recall", "false", "precision")
    lines: list[tuple[str, ...]] = [("check", *titles, *titles)]
    for check in [kind.key for kind in CHECKS]:
        names = dict.fromkeys(each.defect.name for each in told if each.defect.check == check)
        scores = [score(told, column, check) for column in COLUMNS]
        if names or any(each.false for each in scores):
            lines.append((check, *(cell for each in scores for cell in each.cells())))
        for name in names:
            of_name = [score(told, column, check, name) for column in COLUMNS]
            lines.append((f"· {name}", *(cell for each in of_name for cell in each.cells())))
    print(f"Columns 2-6: {TUNING}; 7-11: {HELD_OUT}.")
    for number, line in enumerate(lines):
        print(f"| {' | '.join(line)} |" if markdown else f"{line[0]:40}" + "".join(f"{cell:>10}" for cell in line[1:]))
        if markdown and number == 0:
            print("|---" * len(line) + "|")
    for each in told:
        show_fault(each)


def show_fault(told: Outcome) -> None:
    """What was missed in a case, and each false finding."""
    missed = not told.found and not told.defect.must_pass
    if missed or told.false_alarms:
        print(f"  {told.defect.check}, {told.defect.name}: {told.case}{': missed' if missed else ''}")
    for each in told.false_alarms:
        print(f"    false: {line_of(each)}")


def line_of(finding: FindingData) -> str:
    span = f"{finding.start_seconds:.2f}-{finding.end_seconds:.2f} s"
    return f"{finding.severity:9} {finding.check}/{finding.label} {span}: {finding.message}"


def show_quiet(clips: list[Path], jobs: int) -> None:
    with ThreadPoolExecutor(jobs) as pool:
        told = list(pool.map(lambda clip: for_people(reports(clip, Spec())), clips))
    for clip, found in zip(clips, told, strict=True):
        for each in found:
            print(f"{clip.name:28} {line_of(each)}")
    loud = sum(each.severity in (Severity.MAJOR, Severity.BLOCKING) for found in told for each in found)
    print(
        f"{len(clips)} clips, {loud} findings of major or above, right and false ones: {loud / len(clips):.2f} a clip"
    )


def clips_of(paths: list[Path]) -> list[Path]:
    folders = [sorted(each for each in path.iterdir() if each.suffix in SUFFIXES) for path in paths if path.is_dir()]
    return [path for path in paths if not path.is_dir()] + [clip for folder in folders for clip in folder]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", type=Path, nargs="+")
    parser.add_argument("--check", default="")
    parser.add_argument("--turns", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--quiet", action="store_true")
    asked = parser.parse_args()
    clips = clips_of(asked.clips)
    if asked.quiet:
        show_quiet(clips, asked.jobs)
        return
    known = {kind.key for kind in CHECKS}
    wanted = [each for each in DEFECTS if each.check in known and asked.check in ("", each.check)]
    told = list(outcomes(clips, wanted, turns=asked.turns, jobs=asked.jobs))
    show(told, markdown=asked.markdown)


if __name__ == "__main__":
    main()

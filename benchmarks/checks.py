"""What the instruments cost: CPU of one inspection pass against a bare decode of the same clips.

    python benchmarks/checks.py CLIP...

CPU seconds (user + system, all threads), the better of two runs each, in this process; the bars are ratios.
"""

import resource
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from reviews.checks.base import Spec
from reviews.checks.inspection_child import Bench, inspect
from reviews.checks.runner import CHECKS
from studio.media.opening import open_clip

RUNS = 2


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def best(work: Callable[[Path], None], clip: Path) -> float:
    """CPU seconds of the better run."""
    spent = []
    for _ in range(RUNS):
        began = cpu_seconds()
        work(clip)
        spent.append(cpu_seconds() - began)
    return min(spent)


def decode(clip: Path) -> None:
    with clip.open("rb") as file:
        for _ in open_clip(file).decode_video():
            pass


def look(clip: Path) -> None:
    with clip.open("rb") as file:
        inspect(open_clip(file), Spec(), [Bench(kind()) for kind in CHECKS])


def main(clips: list[Path]) -> None:
    decoding = looking = 0.0
    for clip in clips:
        bare, all_checks = best(decode, clip), best(look, clip)
        decoding, looking = decoding + bare, looking + all_checks
        print(f"{clip.name:32} decode {bare:7.2f} s   inspect {all_checks:7.2f} s   ratio {all_checks / bare:5.2f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'all':32} ratio {looking / decoding:.2f}, peak {peak:.0f} MB")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main([Path(name) for name in sys.argv[1:]])

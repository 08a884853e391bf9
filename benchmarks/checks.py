"""What the instruments cost: CPU of one inspection pass against a bare decode of the same clips.

    python benchmarks/checks.py [--noise] [--long] [--models] CLIP...

CPU seconds (user + system, all threads), the better of two runs each, in this process; the bars are ratios. `--noise`
adds a 1080p and a 4K clip of 10 s with noise, made for this run; `--long` adds a 4K clip of 30 s, for its memory.
Each instrument's share is what its bench counted in the pass: CPU of the one thread that its steps use.
The line "shared" is the rest of the pass: shrinking, sound, fingerprint, native frames and what instruments measure
together. Where an `ffmpeg` is in PATH, its own filters run on the same clips.
`--models`: instead, each clip goes through the limited child as in the product, whose peak memory is told, and the
models look at what it left; sessions are loaded before. CPU seconds of each clip, against a budget of 3.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

sys.path.pop(0)  # our own folder: its queue.py is not Python's
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from studio.media.child import ENVIRONMENT

os.environ |= ENVIRONMENT  # before NumPy is loaded: more threads of its own than the child has would only spin

import av
import numpy as np

from providers.encoding.h264 import H264Writer
from reviews.checks.base import Spec, Stage
from reviews.checks.bench import Bench
from reviews.checks.inspection_child import inspect
from reviews.checks.profile import ANY_MODEL
from reviews.checks.registry import of_stage
from reviews.checks.runner import inspect_file, view_samples
from reviews.rules.policy import load_policy
from studio.media.opening import open_clip

RUNS = 2
LARGE_LINES = 1080
BARS = {"small": 2.8, "large": 1.5, "all": 2.0}
"""Most CPU of the pass, in bare decodes, for clips below 1080 lines, for the others, and for all together."""
MODEL_SECONDS = 3
"""Of one core, for what the models see of a clip."""
FILTERS = "blackdetect,freezedetect,cropdetect,signalstats,scdet,blurdetect,blockdetect"


@dataclass
class Cost:
    """CPU seconds of one clip or of several."""

    decode: float = 0.0
    look: float = 0.0
    ffmpeg: float = 0.0

    def add(self, other: "Cost") -> None:
        self.decode += other.decode
        self.look += other.look
        self.ffmpeg += other.ffmpeg

    def line(self, name: str) -> str:
        filters = f"   ffmpeg's filters {self.ffmpeg / self.decode:6.2f}" if self.ffmpeg else ""
        ratio = self.look / self.decode
        return f"{name:32} decode {self.decode:7.2f} s   inspect {self.look:7.2f} s = {ratio:5.2f}{filters}"


def cpu_seconds(who: int = resource.RUSAGE_SELF) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def best(work: Callable[[Path], None], clip: Path, who: int = resource.RUSAGE_SELF) -> float:
    """CPU seconds of the better run."""
    spent = []
    for _ in range(RUNS):
        began = cpu_seconds(who)
        work(clip)
        spent.append(cpu_seconds(who) - began)
    return min(spent)


def decode(clip: Path) -> None:
    with clip.open("rb") as file:
        for _ in open_clip(file).decode_video():
            pass


def look(clip: Path) -> list[Bench]:
    """All signal instruments, each with its seconds."""
    benches = [Bench(kind()) for kind in of_stage(Stage.SIGNAL)]
    with clip.open("rb") as file:
        inspect(open_clip(file), Spec(), ANY_MODEL, benches)
    return benches


def ffmpeg_filters(clip: Path) -> None:
    command = ["ffmpeg", "-nostdin", "-v", "quiet", "-threads", "2", "-i", str(clip), "-vf", FILTERS]
    subprocess.run([*command, "-af", "ebur128", "-f", "null", "-"], check=False)


def lines_of(clip: Path) -> int:
    with av.open(str(clip)) as container:
        context = container.streams.video[0].codec_context
        return min(context.width, context.height)


def noise_clip(path: Path, width: int, height: int, seconds: int) -> Path:
    """A wandering gradient under noise, 24 fps."""
    chance = np.random.default_rng(1)
    ground = np.linspace(40, 200, width)[None, :, None] + chance.normal(0, 8, (height, width, 3))
    picture = np.clip(ground, 0, 255).astype(np.uint8)
    with H264Writer(path, width=width, height=height, fps=Fraction(24)) as writer:
        for index in range(seconds * 24):
            writer.write(np.ascontiguousarray(np.roll(picture, 4 * index, axis=1)))
    return path


def measure(clip: Path, shares: dict[str, float]) -> Cost:
    benches: list[Bench] = []

    def looking(clip: Path) -> None:
        benches[:] = look(clip)

    cost = Cost(best(decode, clip), best(looking, clip))
    if shutil.which("ffmpeg"):
        cost.ffmpeg = best(ffmpeg_filters, clip, resource.RUSAGE_CHILDREN)
    for bench in benches:
        shares[bench.check.key] += bench.seconds
    return cost


def models(clips: list[Path]) -> None:
    """What comes after the pass, and the memory of the children that made it."""
    policy = load_policy()
    looked: list[float] = []
    for clip in [clips[0], *clips]:
        with tempfile.TemporaryDirectory() as folder:
            seen = inspect_file(clip, spec=Spec(), policy=policy, folder=Path(folder), samples=True)
            if seen.clip is None:
                sys.exit(f"{clip}: {seen.reports[0].findings[0].message}")
            began = cpu_seconds()
            reports = view_samples(Path(folder), seen.clip, policy)
            looked.append(cpu_seconds() - began)
        if len(looked) > 1:  # the very first loaded the sessions
            each = "  ".join(f"{report.check} {report.seconds:.2f}" for report in reports)
            print(f"{clip.name:32} {looked[-1]:5.2f} s   {each}")
    print(f"Mean {sum(looked[1:]) / len(clips):.2f} s, most {max(looked[1:]):.2f} s   budget {MODEL_SECONDS} s")
    print(f"Largest child {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB")


def main(clips: list[Path]) -> None:
    groups = {name: Cost() for name in BARS}
    shares: dict[str, float] = defaultdict(float)
    for clip in clips:
        cost = measure(clip, shares)
        print(cost.line(clip.name))
        for name in ("large" if lines_of(clip) >= LARGE_LINES else "small", "all"):
            groups[name].add(cost)
    print()
    for name, cost in groups.items():
        if cost.decode:
            print(f"{cost.line(name)}   bar {BARS[name]}")
    whole = groups["all"]
    rest = whole.look - whole.decode - sum(shares.values())
    print("\nBeyond the decode, in decodes:")
    for key, seconds in [*sorted(shares.items(), key=lambda share: -share[1]), ("shared", rest)]:
        print(f"  {key:20} {seconds / whole.decode:6.3f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"Peak {peak:.0f} MB, with the making of noise clips where asked.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", nargs="*", type=Path)
    parser.add_argument("--noise", action="store_true")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--models", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        extra = []
        if asked.noise:
            extra += [
                noise_clip(Path(made, "1080p.mp4"), 1920, 1080, 10),
                noise_clip(Path(made, "4k.mp4"), 3840, 2160, 10),
            ]
        if asked.long:
            extra += [noise_clip(Path(made, "4k_long.mp4"), 3840, 2160, 30)]
        if not asked.clips + extra:
            sys.exit(__doc__)
        (models if asked.models else main)(asked.clips + extra)

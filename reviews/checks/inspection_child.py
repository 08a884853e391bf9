"""Child side of the inspection: one decode pass feeds all instruments; observations go back as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, BinaryIO

import av
import numpy as np

from reviews.checks.base import Check, Clip, Observation, Skipped, Spec
from reviews.checks.runner import CHECKS, build
from studio.media.child import tighten_cpu
from studio.media.clip import Chunk, read_chunks
from studio.media.opening import OpenClip, open_clip


@dataclass
class Bench:
    """One instrument at work: its time, and how it ended. What it raises stops it and nobody else."""

    check: Check
    seconds: float = 0.0
    status: str = ""
    reason: str = ""
    observations: list[Observation] = field(default_factory=list)

    def look(self, chunk: Chunk) -> None:
        self._guarded(lambda: self.check.look(chunk))

    def conclude(self, clip: Clip) -> None:
        self._guarded(lambda: self.observations.extend(self.check.conclude(clip)))

    def _guarded(self, step: Any) -> None:
        if self.status == "failed":
            return
        began = perf_counter()
        try:
            step()
        except Skipped as skipped:
            self.status, self.reason = "skipped", str(skipped)
        except MemoryError:
            raise  # the child's limit, not this instrument's fault
        except Exception as error:
            self.status, self.reason = "failed", f"{type(error).__name__}: {error}"
            self.observations.clear()
        finally:
            self.seconds += perf_counter() - began

    def report(self) -> dict[str, Any]:
        return {
            "check": self.check.key,
            "status": self.status,
            "seconds": round(self.seconds, 4),
            "reason": self.reason,
            "observations": [observation.as_json() for observation in self.observations],
        }


def run(blob: BinaryIO, request: Mapping[str, Any]) -> dict[str, Any]:
    """Facts and one report for each check asked for. Raises UnreadableClip."""
    benches = [Bench(build(kind, request["checks"][kind.key])) for kind in CHECKS if kind.key in request["checks"]]
    clip = open_clip(blob)
    tighten_cpu(cpu_seconds(clip))
    return inspect(clip, Spec.parse(request["spec"]), benches)


def inspect(opened: OpenClip, spec: Spec, benches: Sequence[Bench]) -> dict[str, Any]:
    """Decode once, show every chunk to every instrument, then ask each for its observations."""
    times = []
    for chunk in read_chunks(timed_frames(opened)):
        times.append(chunk.new_pts_seconds)
        for bench in benches:
            bench.look(chunk)
    facts = opened.facts()
    clip = Clip(facts, spec, np.concatenate(times), opened.announced_seconds)
    for bench in benches:
        bench.conclude(clip)
    return {"facts": facts.as_json(), "reports": [bench.report() for bench in benches]}


def timed_frames(opened: OpenClip) -> Iterator[tuple[av.VideoFrame, float]]:
    """Pictures with their presentation times in seconds. Sound is decoded in passing, for the facts alone."""
    seconds = -usual_step(opened)
    for frame in opened.decode():
        if isinstance(frame, av.VideoFrame):
            seconds = seconds + usual_step(opened) if frame.time is None else frame.time
            yield frame, seconds


def usual_step(opened: OpenClip) -> float:
    """Seconds a frame lasts by the header's rate, for frames without a time of their own."""
    return float(1 / opened.video.average_rate) if opened.video.average_rate else 1 / 25


def cpu_seconds(opened: OpenClip) -> float:
    """What a clip's announced size deserves: twice a decode of its pixels, and the instruments' work on each frame."""
    return 20 + 20 * opened.announced_pixels / 1e9 + 0.01 * opened.announced_frames

"""Child side of the inspection: one decode pass feeds all signal instruments; observations go back as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from reviews.checks.base import WHOLE_PICTURE, Clip, Profile, Spec, Stage
from reviews.checks.bench import Bench, benches_of
from reviews.checks.findings import Box, Observation
from reviews.checks.one_pass import OnePass
from reviews.checks.registry import of_stage
from studio.media.child import tighten_cpu
from studio.media.credential import read_credential
from studio.media.opening import OpenClip, open_clip
from studio.media.samples import SampleWriter


def run(blob: BinaryIO, request: Mapping[str, Any]) -> dict[str, Any]:
    """The clip, its fingerprint and credential, and a report of each signal instrument asked for.

    Writes samples for the models into its working directory where `samples` is true. Raises UnreadableClip.
    """
    benches = benches_of(of_stage(Stage.SIGNAL), request["checks"])
    opened = open_clip(blob)
    tighten_cpu(cpu_seconds(opened))
    samples = sample_writer(opened) if request["samples"] else None
    seen = inspect(opened, Spec.parse(request["spec"]), Profile.from_json(request["profile"]), benches, samples)
    return seen | {"credential": read_credential(blob, request["anchors"]).as_json()}


def sample_writer(opened: OpenClip) -> SampleWriter:
    """Steps are written only where there is sound that they might be held against."""
    return SampleWriter(Path.cwd(), announced_seconds=opened.announced_seconds, steps=opened.audio is not None)


def inspect(
    opened: OpenClip, spec: Spec, profile: Profile, benches: Sequence[Bench], samples: SampleWriter | None = None
) -> dict[str, Any]:
    """Decode once, show everything to every instrument, then ask each for its observations."""
    one_pass = OnePass(opened, benches, samples)
    clip = one_pass.run(spec, profile)
    for bench in benches:
        bench.conclude(clip)
        bench.observations = [as_seen(each, bench.check.sees_bars, clip) for each in bench.observations]
    return {
        "clip": clip.as_json(),
        "fingerprint": one_pass.fingerprint.fingerprint().as_json(),
        "reports": [bench.report() for bench in benches],
    }


def as_seen(seen: Observation, sees_bars: bool, clip: Clip) -> Observation:
    """The observation with boxes of the whole picture, upright as a player shows it."""
    if not seen.boxes:
        return seen
    window = WHOLE_PICTURE if sees_bars else clip.active
    return replace(seen, boxes=tuple(turned(within(box, window), clip.facts.rotation) for box in seen.boxes))


def within(box: Box, window: Box) -> Box:
    """A box of the window as a box of the picture that the window is part of."""
    x, y, width, height = box
    left, top, wide, high = window
    return left + x * wide, top + y * high, width * wide, height * high


def turned(box: Box, degrees: int) -> Box:
    """A box of the stored picture after the picture is turned clockwise."""
    x, y, width, height = box
    for _ in range(degrees // 90 % 4):
        x, y, width, height = 1 - y - height, x, height, width
    return x, y, width, height


def cpu_seconds(opened: OpenClip) -> float:
    """What a clip's announced size deserves: twice a decode of its pixels, and the instruments' work on each frame."""
    return 20 + 20 * opened.announced_pixels / 1e9 + 0.01 * opened.announced_frames

"""Child module: one decode pass makes everything the product shows of a clip. Writes into its working directory."""

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import av
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from studio.media.child import tighten_cpu
from studio.media.errors import UnreadableClip
from studio.media.facts import ClipFacts
from studio.media.geometry import Turned, fit
from studio.media.limits import OpeningLimits
from studio.media.opening import NO_PICTURE, OpenClip, open_clip
from studio.media.prepare import FRAMES, POSTER, PROXY, SPRITE, WAVEFORM
from studio.media.proxy import LONGEST_SIDE, AudioTrack, Clock, ProxyWriter
from studio.media.stills import MOST_TILES, TILE_LONGEST, Stills
from studio.media.waveform import Envelope, save_waveform

CPU_SECONDS, CPU_SECONDS_PER_GIGAPIXEL = 40, 20
"""Twice what a decode alone may use: every picture is scaled and coded again."""

USUAL_FPS, SLOWEST_FPS, FASTEST_FPS = Fraction(24), Fraction(1), Fraction(240)
"""For rate control and key frames only, where a header gives no rate or an absurd one; times come from pts."""

EARLY_SOUND_BLOCKS = 500
"""About ten seconds of AAC; sound that runs ahead of the picture by more is dropped."""


def run(blob: BinaryIO, request: Mapping[str, Any]) -> dict[str, Any]:
    """Request: `sha256` of the original, `limits` of OpeningLimits. Answer: `facts`. Raises UnreadableClip."""
    clip = open_clip(blob, OpeningLimits(**request["limits"]))
    tighten_cpu(CPU_SECONDS + CPU_SECONDS_PER_GIGAPIXEL * clip.announced_pixels / 1e9)
    folder = Path.cwd()
    stills, heard = copy_and_collect(clip, folder / PROXY)
    facts = replace(clip.facts(), sound_peak=heard.peak if heard else None)
    stills.save_poster(folder / POSTER)
    table = {
        "sha256": request["sha256"],
        "fps": str(facts.fps),
        **frame_table(folder / PROXY, facts),
        "sprite": stills.save_sprite(folder / SPRITE),
    }
    (folder / FRAMES).write_text(json.dumps(table, separators=(",", ":")), encoding="utf-8")
    if heard and heard.peak is not None:
        save_waveform(heard, folder / WAVEFORM, starts_of(table))
    return {"facts": facts.as_json()}


def copy_and_collect(clip: OpenClip, target: Path) -> tuple[Stills, Envelope | None]:
    """Decode once: pictures to proxy and stills, sound to the proxy and its envelope.

    Raises UnreadableClip when nothing decodes.
    """
    copy = Copy(clip, target)
    for frame in clip.decode():
        if isinstance(frame, VideoFrame):
            copy.see_picture(frame)
        else:
            copy.see_sound(frame)
    return copy.finish()


class Copy:
    """Proxy and stills in the making; both begin with the first picture, whose size the header may have got wrong."""

    def __init__(self, clip: OpenClip, target: Path) -> None:
        self._clip, self._target = clip, target
        self._early: deque[AudioFrame] = deque(maxlen=EARLY_SOUND_BLOCKS)
        self._count = 0
        self._stills: Stills | None = None
        self._proxy: ProxyWriter | None = None

    def see_picture(self, frame: VideoFrame) -> None:
        """The next picture in presentation order."""
        if self._stills is None or self._proxy is None:
            self._stills, self._proxy = stills_for(self._clip, frame), proxy_for(self._clip, frame, self._target)
        self._stills.see(self._count, frame)
        self._proxy.write(frame)
        self._count += 1
        while self._early:
            self._proxy.write_audio(self._early.popleft())

    def see_sound(self, frame: AudioFrame) -> None:
        """The next block of sound; before the first picture it waits."""
        if self._proxy is None:
            self._early.append(frame)
        else:
            self._proxy.write_audio(frame)

    def finish(self) -> tuple[Stills, Envelope | None]:
        """Close the proxy and hand over the stills and, where there is a track, what was heard."""
        if self._stills is None or self._proxy is None:
            raise UnreadableClip(NO_PICTURE)
        self._proxy.close()
        return self._stills, self._proxy.heard


def stills_for(clip: OpenClip, frame: VideoFrame) -> Stills:
    """Empty stills of the right sizes; `every` starts where the announced length will need it."""
    every = 1
    while clip.announced_frames > every * MOST_TILES:
        every *= 2
    return Stills(
        poster_size=size_for(clip, frame, LONGEST_SIDE), tile_size=size_for(clip, frame, TILE_LONGEST), every=every
    )


def proxy_for(clip: OpenClip, frame: VideoFrame, target: Path) -> ProxyWriter:
    """A writer for pictures like `frame`."""
    fps = clip.video.average_rate or USUAL_FPS
    return ProxyWriter(
        target,
        turned=size_for(clip, frame, LONGEST_SIDE),
        fps=min(max(Fraction(fps), SLOWEST_FPS), FASTEST_FPS),
        clock=Clock(clip.video.time_base or Fraction(1, 90_000)),
        audio=AudioTrack(clip.audio.codec_context) if clip.audio else None,
    )


def size_for(clip: OpenClip, frame: VideoFrame, longest: int) -> Turned:
    """How `frame` is scaled and turned to be seen."""
    aspect = clip.video.sample_aspect_ratio or Fraction(1)
    return fit(frame.width, frame.height, sample_aspect=aspect, rotation=-frame.rotation % 360, longest=longest)


def frame_table(proxy: Path, facts: ClipFacts) -> dict[str, Any]:
    """Frame times of the finished proxy in units of 1/timescale: `times`, or `start` and `step` at a constant rate."""
    with av.open(str(proxy), format="mov") as container:
        spans = [(packet.pts, packet.duration or 0) for packet in container.demux(video=0) if packet.pts is not None]
        timescale = (container.streams.video[0].time_base or Fraction(1)).denominator  # MP4 counts in 1/timescale
    if len(spans) != facts.frames:
        raise RuntimeError(f"the proxy has {len(spans)} frames, the original {facts.frames}")
    table: dict[str, Any] = {"timescale": timescale, "count": len(spans), "end": sum(spans[-1])}
    times = [start for start, _ in spans]
    steps = {later - earlier for earlier, later in pairwise(times)}
    if len(steps) == 1:
        return {**table, "start": times[0], "step": steps.pop()}
    return {**table, "times": times}


def starts_of(table: Mapping[str, Any]) -> list[float]:
    """The start of each frame of a table, and the end of the last, in seconds."""
    first, count = table.get("start", 0), table["count"]
    times = table.get("times") or [first + number * table["step"] for number in range(count)]
    return [time / table["timescale"] for time in (*times, table["end"])]

"""container: is the file whole, and is it built as players and editors expect?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from reviews.checks.base import Clip, Instrument, Observation

USUAL_CODECS = frozenset({"h264", "hevc", "vp9", "av1"})
USUAL_PIXELS = frozenset({"yuv420p", "yuvj420p"})


@dataclass
class Container(Instrument):
    """Compares what was decoded with what the header announces, and lists oddities of the build.

    `whole_above`: decoded / announced frames (or seconds, where the header counts no frames) below which the clip is
    truncated; the remainder is room for frames that an edit list hides. `audio_seconds`, `audio_share`: allowed
    difference of sound and picture. `late_seconds`: allowed first presentation time.
    A file that cannot be opened never gets here: the runner reports it as this check's `unreadable`.
    """

    key: ClassVar[str] = "container"
    version: ClassVar[int] = 1

    whole_above: float = 0.97
    audio_seconds: float = 0.25
    audio_share: float = 0.05
    late_seconds: float = 0.1

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        yield from self._missing_frames(clip)
        yield from self._broken_packets(clip)
        yield from self._sound_and_start(clip)
        yield from oddities(clip)

    def _missing_frames(self, clip: Clip) -> Iterator[Observation]:
        facts = clip.facts
        if facts.announced_frames:
            share = facts.frames / facts.announced_frames
            message = f"The file says {facts.announced_frames} frames, {facts.frames} could be decoded."
        elif clip.announced_seconds:
            reached = max(facts.start_seconds + facts.duration_seconds, facts.audio_duration_seconds or 0.0)
            share = reached / clip.announced_seconds
            message = f"The file says {clip.announced_seconds:.2f} s, {reached:.2f} s could be decoded."
        else:
            return
        if share < self.whole_above:
            yield Observation.of_clip(
                clip,
                "truncated",
                score=share,
                threshold=self.whole_above,
                unit="decoded / announced",
                message=message,
            )

    def _broken_packets(self, clip: Clip) -> Iterator[Observation]:
        count = clip.facts.decode_errors
        if count:
            places = "one place" if count == 1 else f"{count} places"
            yield Observation.of_clip(
                clip,
                "decode_errors",
                score=count,
                threshold=0,
                unit="broken packets or pictures",
                message=f"The file is damaged: {places} could not be decoded cleanly.",
            )

    def _sound_and_start(self, clip: Clip) -> Iterator[Observation]:
        facts = clip.facts
        start = abs(facts.start_seconds)
        if start > self.late_seconds:
            yield Observation.of_clip(
                clip,
                "late_start",
                score=start,
                threshold=self.late_seconds,
                unit="s",
                message=f"The first picture is shown at {facts.start_seconds:.2f} s, not at 0.",
            )
        if facts.audio_duration_seconds is None:
            return
        apart = abs(facts.audio_duration_seconds - facts.duration_seconds)
        # Sound comes in packets of some 20 ms: two of them are no difference, however short the clip.
        allowed = max(min(self.audio_seconds, self.audio_share * facts.duration_seconds), PACKETS_SECONDS)
        if apart > allowed:
            yield Observation.of_clip(
                clip,
                "audio_length",
                score=apart,
                threshold=allowed,
                unit="s",
                message=f"The sound lasts {facts.audio_duration_seconds:.2f} s, "
                f"the picture {facts.duration_seconds:.2f} s.",
            )


PACKETS_SECONDS = 0.05
"""Two AAC packets of 1024 samples at 44.1 kHz, rounded up."""


def oddities(clip: Clip) -> Iterator[Observation]:
    """One remark for each way in which the file differs from an ordinary delivery."""
    facts = clip.facts
    found = {
        "codec": facts.video_codec not in USUAL_CODECS and f"The picture is coded as {facts.video_codec}.",
        "pixel_format": facts.pixel_format not in USUAL_PIXELS
        and f"The pixels are stored as {facts.pixel_format}; 8-bit 4:2:0 (yuv420p) plays everywhere.",
        "timestamps": not facts.monotonic and "Frame times do not always increase.",
        "sample_aspect": facts.sample_aspect not in (0, 1)
        and f"Pixels are not square: sample aspect {facts.sample_aspect.numerator}:{facts.sample_aspect.denominator}.",
        "rotation": facts.rotation % 360 != 0 and f"Players must turn the picture by {facts.rotation} degrees.",
        "full_range": facts.colour_range == "full"
        and not facts.pixel_format.startswith("gbr")
        and "Colours use the full range 0-255; players expect 16-235.",
        "untagged_colour": facts.colour_range is None and "The file does not say which range its colours use.",
        "extra_streams": facts.extra_streams > 0
        and f"The file holds {facts.extra_streams} more streams than one picture and one sound.",
        "index_at_end": facts.moov_first is False
        and "The index is at the end: playback cannot start before all is loaded.",
    }
    for label, message in found.items():
        if message:
            yield Observation.of_clip(clip, label, score=None, threshold=None, unit="", message=message)

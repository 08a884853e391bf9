"""audio_missing: was sound asked and is there none?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from reviews.checks.base import Clip, Instrument, Observation


@dataclass
class AudioMissing(Instrument):
    """Looks for a sound track that holds at least one decodable sample, where brief or model promise it."""

    key: ClassVar[str] = "audio_missing"
    version: ClassVar[int] = 1

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        promised = clip.profile.audio if clip.spec.audio is None else clip.spec.audio
        if not promised or (clip.facts.has_audio and clip.facts.audio_duration_seconds):
            return
        empty = clip.facts.has_audio
        yield Observation.of_clip(
            clip,
            "empty_track" if empty else "no_track",
            score=0,
            threshold=1,
            unit="tracks",
            message="The sound track is empty." if empty else f"{self._promise(clip)} and the clip has no sound track.",
        )

    def _promise(self, clip: Clip) -> str:
        return "Sound was asked" if clip.spec.audio else f"{clip.profile.model or 'The model'} writes sound"

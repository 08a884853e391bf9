"""audio_missing: was sound asked and is there none?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from reviews.checks.base import Clip, FactsCheck, Observation


@dataclass
class AudioMissing(FactsCheck):
    """Looks for a sound track that holds at least one decodable sample, only where the spec promises sound."""

    key: ClassVar[str] = "audio_missing"
    version: ClassVar[int] = 1

    def conclude(self, clip: Clip) -> Iterator[Observation]:
        if not clip.spec.audio or (clip.facts.has_audio and clip.facts.audio_duration_seconds):
            return
        empty = clip.facts.has_audio
        yield Observation.of_clip(
            clip,
            "empty_track" if empty else "no_track",
            score=0,
            threshold=1,
            unit="tracks",
            message="The sound track is empty." if empty else "Sound was asked and the clip has no sound track.",
        )

"""What our own probe knows about a clip: announced by its header, or counted by decoding it to the end."""

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from fractions import Fraction
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class ClipFacts:
    """Facts of exact bytes. Sides are stored pixels, before rotation and sample aspect; times are seconds of pts.

    `frames` were decoded, `announced_frames` is the header's claim (0: none made). `moov_first` is None outside MP4.
    `rotation` is clockwise degrees a player must turn the picture by (0, 90, 180, 270).
    """

    width: int
    height: int
    fps: Fraction
    frames: int
    announced_frames: int
    duration_seconds: float
    start_seconds: float
    video_codec: str
    pixel_format: str
    audio_codec: str | None
    has_audio: bool
    audio_duration_seconds: float | None
    sample_aspect: Fraction
    rotation: int
    colour_range: str | None
    container: str
    moov_first: bool | None
    decode_errors: int
    extra_streams: int
    monotonic: bool
    min_step_seconds: float
    max_step_seconds: float
    sound_peak: float | None = None
    """The loudest sample, 1 being full scale; None without sound, and of clips that came in before it was measured."""

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values; rates and aspects as strings like "30000/1001"."""
        return {name: str(value) if isinstance(value, Fraction) else value for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The inverse of `as_json`. Raises KeyError for a missing fact, ValueError for a rate that is none."""
        values = {each.name: document[each.name] for each in fields(cls) if each.default is MISSING}
        values["sound_peak"] = document.get("sound_peak")
        for name in ("fps", "sample_aspect"):
            values[name] = Fraction(values[name])
        return cls(**values)

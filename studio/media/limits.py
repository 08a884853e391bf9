"""How much clip one file may hold. Known to parents, which do not load a decoder."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OpeningLimits:
    """What may be announced, and what may come out while decoding."""

    max_side: int = 4096
    max_pixels: int = 25_000_000_000
    max_duration_seconds: float = 300.0
    max_frames_per_second: int = 120
    max_file_bytes: int = 2_000_000_000

"""The taxonomy of refusals, read from `reviews/data/reasons.toml`; and which instrument suggests which reason."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

REASONS_PATH = Path(__file__).resolve().parent.parent / "data" / "reasons.toml"

SUGGESTED_BY_CHECK: Mapping[str, str] = {
    "container": "unreadable",
    "resolution": "picture_size",
    "aspect_ratio": "picture_size",
    "duration": "length",
    "frame_rate": "frame_rate",
    "audio_missing": "sound_missing",
    "black_frames": "blank",
    "frozen_frames": "freeze",
    "hard_cuts": "jump_cut",
}


@cache
def reasons_file() -> Mapping[str, Any]:
    with REASONS_PATH.open("rb") as file:
        return tomllib.load(file)


def numbered(queue: str) -> list[str]:
    """Slugs on the keys 1–9 and 0 of one queue."""
    return list(reasons_file()["numbered"][queue])

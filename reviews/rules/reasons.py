"""The taxonomy of refusals, read from `reviews/data/reasons.toml`; and which instrument suggests which reason."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

PLACES = 10
"""Reasons on the keys 1–9 and 0."""
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
    "nudity": "sexual",
    "people": "likeness",
}


@cache
def reasons_file() -> Mapping[str, Any]:
    with REASONS_PATH.open("rb") as file:
        return tomllib.load(file)


def groups() -> list[str]:
    """The groups of the taxonomy in their order."""
    return list(dict.fromkeys(row["group"] for row in reasons_file()["reasons"]))


def house_numbering() -> dict[str, tuple[str, ...]]:
    """Of each queue the slugs on the keys 1–9 and 0, where a project's policy does not say otherwise."""
    return {queue: tuple(slugs) for queue, slugs in reasons_file()["numbered"].items()}

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
    "resolution": "picture_size",
    "aspect_ratio": "picture_size",
    "duration": "length",
    "frame_rate": "frame_rate",
    "letterbox": "bars",
    "black_frames": "blank",
    "flat_frames": "blank",
    "hard_cuts": "jump_cut",
    "flashing": "flashing",
    "flicker": "flicker",
    "frozen_frames": "freeze",
    "duplicate_frames": "stutter",
    "collapse": "missing_subject",
    "temporal_drift": "morphing",
    "blur": "soft",
    "blockiness": "compression",
    "banding": "compression",
    "noise": "compression",
    "exposure": "light",
    "audio_missing": "sound_missing",
    "audio_silence": "sound_missing",
    "audio_clipping": "loudness",
    "audio_loudness": "loudness",
    "audio_sync": "sound_sync",
    "nudity": "sexual",
    "people": "likeness",
    "hands": "hands",
    "text": "garbled_text",
    "watermark": "watermark",
}
SUGGESTED_BY_LABEL: Mapping[tuple[str, str], str] = {
    ("container", "unreadable"): "unreadable",
    ("container", "not_inspected"): "unreadable",
    ("container", "truncated"): "unreadable",
    ("container", "decode_errors"): "unreadable",
    ("temporal_drift", "colour_drift"): "colour",
    ("text", "unexpected"): "wrong_text",
    ("prompt_terms", "named_person"): "likeness",
    ("examiner", "violence"): "violence",
    ("examiner", "graphic_violence"): "violence",
    ("examiner", "self_harm"): "self_harm",
    ("examiner", "resembles_person"): "likeness",
    ("examiner", "not_shown"): "missing_subject",
}
"""(check, label) → reason, where the check says different things."""


def suggested_reason(check: str, label: str) -> str:
    """The slug of the reason that a finding speaks for; "" for none."""
    return SUGGESTED_BY_LABEL.get((check, label)) or SUGGESTED_BY_CHECK.get(check, "")


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

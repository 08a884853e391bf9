"""Direction: the nine fields in which a shot is described, and the text that a generator receives."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DirectionField:
    slug: str
    title: str
    hint: str


FIELDS: tuple[DirectionField, ...] = (
    DirectionField(
        "subject", "Subject", "Who or what is seen, named closely: an old lighthouse keeper in a yellow coat"
    ),
    DirectionField("action", "Action", "One verb, one sentence: climbs the last steps and lights the lamp"),
    DirectionField("camera", "Camera", "One move with its speed: slow push in from a low angle"),
    DirectionField("lens", "Lens", "35 mm, shallow depth of field"),
    DirectionField("lighting", "Lighting", "Source and direction: low sun from the left"),
    DirectionField("motion", "Motion", "How things move: wind in the grass, steady speed"),
    DirectionField("style", "Style", "One style: naturalistic, muted palette"),
    DirectionField("mood", "Mood", "What it should feel like: quiet anticipation"),
    DirectionField("negative", "Leave out", "What must not appear: text, logos, extra people"),
)
SLUGS: tuple[str, ...] = tuple(field.slug for field in FIELDS)
TITLES: dict[str, str] = {field.slug: field.title for field in FIELDS}
_LABELLED = {"camera", "lens", "lighting", "motion", "style", "mood"}


def compile_text(text: str, direction: Mapping[str, str]) -> str:
    """The prompt as sent: free text first, then subject and action as sentences, then the labelled fields.

    `negative` is left out here; it travels apart where a provider has a field for it (`compile_negative`).
    """
    parts = [text.strip(), " ".join(direction.get(slug, "").strip() for slug in ("subject", "action")).strip()]
    parts += [
        f"{field.title}: {value}"
        for field in FIELDS
        if field.slug in _LABELLED and (value := direction.get(field.slug, "").strip())
    ]
    return ". ".join(part.rstrip(". ") for part in parts if part) + ("." if any(parts) else "")


def compile_negative(direction: Mapping[str, str]) -> str:
    return direction.get("negative", "").strip()

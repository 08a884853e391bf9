"""Direction: the nine fields in which a shot is described."""

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

"""Filters of the making pages."""

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import template

from studio.models import Prompt
from studio.rules.direction import FIELDS
from studio.rules.generation import GenerationState

register = template.Library()
CENT = Decimal("0.01")
STATE_ICONS = {
    GenerationState.DRAFT: "pencil-line",
    GenerationState.RESERVED: "clock",
    GenerationState.SENDING: "upload",
    GenerationState.SUBMITTED: "circle-dashed",
    GenerationState.RUNNING: "half-left",
    GenerationState.UNKNOWN: "triangle-alert",
    GenerationState.SUCCEEDED: "check",
    GenerationState.REFUSED: "shield",
    GenerationState.FAILED: "x",
    GenerationState.CANCELLED: "ban",
    GenerationState.LOST: "x",
}
SPEC_WORDS = {"fps": "Frames a second", "audio": "Sound", "resolution": "Picture size", "ratio": "Shape"}


@register.filter
def dollars(amount: Decimal | None) -> str:
    """US dollars as people write them; parts of a cent are shown where there are any: "$1,234.50", "$0.0125"."""
    if amount is None:
        return "–"
    return f"${amount:,.2f}" if amount == amount.quantize(CENT) else f"${amount:,.4f}"


@register.filter
def direction(prompt: Prompt) -> list[tuple[str, str]]:
    """The direction fields that somebody filled in, with their titles, in the order of the desk."""
    return [(field.title, prompt.direction[field.slug]) for field in FIELDS if prompt.direction.get(field.slug)]


@register.filter
def as_json(document: Any) -> str:
    """Indented, for people to read."""
    return json.dumps(document, indent=2, ensure_ascii=False, default=str)


@register.filter
def state_icon(state: str) -> str:
    return STATE_ICONS[GenerationState(state)]


@register.filter
def rate(fps: str) -> str:
    """A frame rate in people's figures: "30000/1001" is "29.97 fps"."""
    return f"{float(Fraction(fps)):.3f}".rstrip("0").rstrip(".") + " fps"


@register.filter
def spec_word(name: str) -> str:
    return SPEC_WORDS.get(name, name.replace("_", " ").capitalize())


@register.filter
def spec_value(value: Any, name: str) -> str:
    """A value of the spec or the order in words."""
    match name, value:
        case "fps", str():
            return rate(value)
        case "seconds", _:
            return f"{value} s"
        case _, True:
            return "asked for"
        case _, False:
            return "none"
        case _:
            return str(value)

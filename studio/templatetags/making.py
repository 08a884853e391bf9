"""Filters of the making pages."""

import json
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import template

from providers.base import ModelTerms, Operation
from studio.choosing import id_part as part_of_id
from studio.models import Prompt
from studio.rules.direction import FIELDS
from studio.rules.generation import GenerationState
from studio.rules.hints import Hint, Severity

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
HINT_ICONS = {Severity.NOTE: "info", Severity.WARN: "triangle-alert", Severity.BLOCK: "ban"}
MODE_WORDS: dict[Operation, str] = {
    Operation.TEXT_TO_VIDEO: "text",
    Operation.IMAGE_TO_VIDEO: "first frame",
    Operation.FIRST_LAST_FRAME: "first and last",
    Operation.REFERENCE_TO_VIDEO: "references",
}
"""Short for the table; the others are one word already."""
MOST_SIZES = 3
SPEC_WORDS = {"fps": "Frames a second", "audio": "Sound", "resolution": "Picture size", "ratio": "Shape"}


@register.filter
def dollars(amount: Decimal | None) -> str:
    """US dollars as people write them: "$1,234.50"; below a dollar with the parts of a cent: "$0.0125", "$0.091"."""
    if amount is None:
        return "–"
    if abs(amount) >= 1 or amount == amount.quantize(CENT):
        return f"${amount:,.2f}"
    return f"${amount:.4f}".rstrip("0")


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


@register.filter
def of_field(hints: Sequence[Hint] | None, name: str) -> list[Hint]:
    """The hints that stand beside a field."""
    return [hint for hint in hints or () if hint.field == name]


@register.filter
def hint_icon(severity: str) -> str:
    return HINT_ICONS[Severity(severity)]


@register.filter
def id_part(key: str) -> str:
    return part_of_id(key)


@register.filter
def modes(terms: ModelTerms) -> str:
    """What a model does, in short words: "text, first frame, extend"."""
    return ", ".join(MODE_WORDS.get(each, each.value) for each in Operation if each in terms.operations)


@register.filter
def sizes(terms: ModelTerms) -> str:
    """The picture sizes of a model; of many, the first few."""
    if not terms.sizes:
        return f"any, to {terms.longest_side}"
    more = len(terms.sizes) - MOST_SIZES
    return ", ".join(terms.sizes[:MOST_SIZES]) + (f" and {more} more" if more > 0 else "")


@register.filter
def lengths(terms: ModelTerms) -> str:
    """The seconds a model makes: "4, 8, 12", or "2–10" where every one between goes."""
    given = terms.seconds
    if given and list(given) != list(range(given[0], given[-1] + 1)):
        return ", ".join(map(str, given))
    first, last = (given[0], given[-1]) if given else (terms.min_seconds, terms.max_seconds)
    return str(first) if first == last else f"{first}–{last}"


@register.filter
def price(terms: ModelTerms) -> str:
    """The list price of a second; where it depends on size or sound, from the lowest to the highest."""
    prices = sorted({terms.price_per_second, *(rule.price_per_second for rule in terms.prices)})
    return dollars(prices[0]) if len(prices) == 1 else f"{dollars(prices[0])}–{dollars(prices[-1])}"

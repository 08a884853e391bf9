"""Filters of the pages about batches and money."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import template

register = template.Library()
PARTS = ("done", "working", "unknown", "without")


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    start: int
    count: int


@register.filter
def bar_parts(standing: Any) -> Iterator[Part]:
    """The parts of a batch's bar from the left; what still waits is the ground."""
    start = 0
    for name in PARTS:
        if count := getattr(standing, name):
            yield Part(name, start, count)
            start += count


@register.filter
def part_of(part: Decimal, whole: Decimal) -> str:
    """Per cent of a sum for SVG attributes, kept between nothing and all of it."""
    return f"{100 * min(max(part / whole, Decimal(0)), Decimal(1)):.2f}%" if whole else "0%"


@register.filter
def plain(number: float) -> str:
    """A number for SVG attributes, whatever the language of the page."""
    return f"{number:.2f}"

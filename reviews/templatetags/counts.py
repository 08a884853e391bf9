"""How counts that stop somewhere are said."""

from collections.abc import Mapping

from django import template

from reviews.counting import at_most

register = template.Library()


@register.filter
def many(count: int | None) -> str:
    return at_most(count or 0)


@register.filter
def of_key(mapping: Mapping[int, str], key: int) -> str:
    """What a mapping holds under `key`; "" for nothing."""
    return mapping.get(key, "")

"""Boxes in the picture: how much two of them share."""

from reviews.checks.findings import Box


def shared_area(one: Box, other: Box) -> float:
    wide = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    high = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return max(0.0, wide) * max(0.0, high)


def overlap(one: Box, other: Box) -> float:
    """Shared area of two boxes, share of their union."""
    shared = shared_area(one, other)
    return shared / (one[2] * one[3] + other[2] * other[3] - shared)

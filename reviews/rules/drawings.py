"""What a drawing on the picture may be, what it says in words, and the lines it is drawn with.

`{"v": 1, "shapes": [{"kind": "pen", "points": [[x, y], …]}, …]}`: x and y lie in 0–1 of the picture as a player shows
it, after rotation and pixel aspect and without the bars beside it. A pen stroke has its points; an arrow has tail and
tip; a box has two opposite corners.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

VERSION = 1
KINDS = ("pen", "arrow", "box")
MOST_SHAPES = 64
MOST_POINTS = 500
PLACES = 4
WIDTH = 1000
"""Of the picture in units of its drawn lines; its height follows from its shape."""

_NAMES = {"pen": ("pen stroke", "pen strokes"), "arrow": ("arrow", "arrows"), "box": ("box", "boxes")}


@dataclass(frozen=True, slots=True)
class Line:
    """A shape as it is drawn."""

    kind: str
    points: str


def parsed(text: str) -> object:
    """What a form sent; None for nothing, and the text itself where it is no JSON (`fault_in` refuses it)."""
    if not text.strip():
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def fault_in(drawing: object) -> str:
    """Why this is no drawing that we keep, as a sentence; "" for a good one."""
    if not isinstance(drawing, dict) or set(drawing) != {"v", "shapes"} or drawing["v"] != VERSION:
        return "This is not a drawing that this version knows."
    shapes = drawing["shapes"]
    if not isinstance(shapes, list) or not 1 <= len(shapes) <= MOST_SHAPES:
        return f"A drawing has 1 to {MOST_SHAPES} shapes."
    return next((fault for shape in shapes if (fault := _fault_in_shape(shape))), "")


def _fault_in_shape(shape: object) -> str:
    if not isinstance(shape, dict) or set(shape) != {"kind", "points"} or shape["kind"] not in KINDS:
        return "A shape is a pen stroke, an arrow or a box, and has points."
    points = shape["points"]
    fewest, most = (2, MOST_POINTS) if shape["kind"] == "pen" else (2, 2)
    if not isinstance(points, list) or not fewest <= len(points) <= most:
        return f"A pen stroke has 2 to {MOST_POINTS} points, an arrow or a box two."
    if not all(_is_inside(point) for point in points):
        return "Every point lies in the picture: two numbers from 0 to 1."
    return ""


def _is_inside(point: object) -> bool:
    return isinstance(point, list) and len(point) == 2 and all(_is_share(each) for each in point)


def _is_share(number: object) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and 0 <= number <= 1


def rounded(drawing: Mapping[str, Any]) -> dict[str, Any]:
    """A good drawing with as many places as we keep."""
    shapes = [
        {
            "kind": shape["kind"],
            "points": [[round(float(x), PLACES), round(float(y), PLACES)] for x, y in shape["points"]],
        }
        for shape in drawing["shapes"]
    ]
    return {"v": VERSION, "shapes": shapes}


def in_words(drawing: Mapping[str, Any]) -> str:
    """ "2 arrows and 1 box"; "" for no drawing."""
    counts = Counter(shape["kind"] for shape in drawing.get("shapes", ()))
    parts = [f"{counts[kind]} {_NAMES[kind][counts[kind] > 1]}" for kind in KINDS if counts[kind]]
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def lines_of(drawing: Mapping[str, Any], height: float) -> list[Line]:
    """Each shape as the points of an SVG polyline in a picture of `WIDTH` by `height`; static/js/marks.js alike."""
    return [Line(shape["kind"], _points(_corners(shape), height)) for shape in drawing.get("shapes", ())]


def _corners(shape: Mapping[str, Any]) -> list[list[float]]:
    """Of a box all four, back to the first; of other shapes their points."""
    points: list[list[float]] = shape["points"]
    if shape["kind"] != "box":
        return points
    (left, top), (right, bottom) = points
    return [[left, top], [right, top], [right, bottom], [left, bottom], [left, top]]


def _points(points: Iterable[Sequence[float]], height: float) -> str:
    return " ".join(f"{x * WIDTH:.1f},{y * height:.1f}" for x, y in points)

"""Reading the fields of a Kling call, each of exactly its type: durations as text in v1, as numbers in v2."""

import binascii
import io
import json
from base64 import b64decode
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, UnidentifiedImageError
from starlette.requests import Request

from providers.base import Reference, ReferenceRole

LARGEST_STILL_BYTES = 10 * 1024 * 1024
SMALLEST_SIDE = 300
FLATTEST = 2.5
AXES = ("horizontal", "vertical", "pan", "tilt", "roll", "zoom")
PRESETS = ("down_back", "forward_up", "right_turn_forward", "left_turn_forward")


class Refusal(Exception):
    """An answer in Kling's envelope."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def invalid(message: str) -> Refusal:
    return Refusal(400, 1201, message)


async def read_body(request: Request) -> "Fields":
    try:
        document = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise Refusal(400, 1200, "The request body is not JSON.") from None
    if not isinstance(document, dict):
        raise Refusal(400, 1200, "The request body is not a JSON object.")
    return Fields(document)


@dataclass(slots=True)
class Fields:
    """An object of the body, `within` the field of that name. It remembers what it was asked for."""

    values: Mapping[str, Any]
    within: str = ""
    _known: set[str] = field(default_factory=set)

    def text(self, name: str, default: str = "", *, longest: int = 5000) -> str:
        value = self.get(name, default)
        if not isinstance(value, str) or len(value) > longest:
            raise invalid(f"{self._named(name)} must be a string of at most {longest} characters")
        return value

    def choice(self, name: str, allowed: Collection[str], default: str) -> str:
        value = self.get(name, default)
        if value not in allowed:
            words = ", ".join(allowed)
            raise invalid(f"{self._named(name)} value '{str(value)[:40]}' is invalid, allowed values: {words}")
        return str(value)

    def whole(self, name: str, default: int) -> int:
        value = self.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise invalid(f"{self._named(name)} must be an integer")
        return value

    def number(self, name: str, least: float, most: float) -> float:
        value = self.get(name, 0)
        if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= most:
            raise invalid(f"{self._named(name)} must be a number from {least} to {most}")
        return float(value)

    def flag(self, name: str) -> bool:
        value = self.get(name, False)
        if not isinstance(value, bool):
            raise invalid(f"{self._named(name)} must be a boolean")
        return value

    def part(self, name: str) -> "Fields":
        value = self.get(name, {})
        if not isinstance(value, dict):
            raise invalid(f"{self._named(name)} must be an object")
        return Fields(value, self._named(name))

    def many(self, name: str, most: int) -> "list[Fields]":
        value = self.get(name, [])
        if not isinstance(value, list) or len(value) > most or not all(isinstance(one, dict) for one in value):
            raise invalid(f"{self._named(name)} must be a list of at most {most} objects")
        return [Fields(one, f"{self._named(name)}[{number}]") for number, one in enumerate(value)]

    def has(self, name: str) -> bool:
        return self.values.get(name) is not None

    def only_if(self, name: str, fits: bool) -> None:
        """Raises Refusal when the field is there although it does not go with the others."""
        if self.has(name) and not fits:
            raise invalid(f"{self._named(name)} is not supported by the current request")

    def nothing_else(self) -> None:
        if unknown := sorted(set(self.values) - self._known):
            raise invalid(f"{self._named(unknown[0][:40])} is not a field of this call")

    def get(self, name: str, default: object = None) -> Any:
        self._known.add(name)
        value = self.values.get(name)
        return default if value is None else value

    def _named(self, name: str) -> str:
        return f"{self.within}.{name}" if self.within else name


def still(fields: Fields, name: str, role: ReferenceRole) -> Reference:
    """A picture: an address, taken on trust, or bare base64, which is looked at."""
    value = fields.text(name, longest=2 * LARGEST_STILL_BYTES)
    if value.startswith("data:"):
        raise invalid(f"{name}: base64 is sent without a data: prefix")
    if value.startswith("https://"):
        return Reference(role, name, "image/png", b"")
    try:
        content = b64decode(value, validate=True)
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as picture:
            width, height = picture.size
    except (binascii.Error, ValueError, UnidentifiedImageError, OSError, Image.DecompressionBombError):
        raise invalid(f"{name}: neither an address nor a JPEG or PNG in base64") from None
    if len(content) > LARGEST_STILL_BYTES or min(width, height) < SMALLEST_SIDE:
        raise invalid(f"{name}: an image has at most 10 MB and at least {SMALLEST_SIDE} pixels a side")
    if max(width, height) / min(width, height) > FLATTEST:
        raise invalid(f"{name}: an image is between 1:2.5 and 2.5:1")
    return Reference(role, name, "image/png", content, size=f"{width}x{height}")


def check_camera(control: Fields) -> None:
    """Raises Refusal. The film studio keeps its camera where it is, so the move itself is not read."""
    kind = control.choice("type", ("simple", *PRESETS), "")
    control.only_if("config", kind == "simple")
    config = control.part("config")
    moves = [config.number(axis, -10, 10) for axis in AXES]
    if kind == "simple" and sum(move != 0 for move in moves) != 1:
        raise invalid("camera_control.config must have exactly one axis that is not 0")
    config.nothing_else()
    control.nothing_else()

"""What a checked body of Runway's orders, in the house's words."""

from decimal import Decimal

from providers.base import GenerationRequest, ModelTerms, Operation, Reference, ReferenceRole
from providers.catalogue import models_of
from providers.sandbox.runway_bodies import Body
from providers.sandbox.runway_media import Media

GUESSED_SECONDS = Decimal(5)
"""The length of a clip that only a link names."""


def uris_of(value: object) -> list[str]:
    """The URIs of a field that is one, or a list of objects with one each."""
    if isinstance(value, str):
        return [value]
    return [str(entry["uri"]) for entry in value] if isinstance(value, list) else []


def terms_of(model: str) -> ModelTerms:
    return next(terms for terms in models_of("runway") if terms.key == model)


def _key_of(wire_name: str) -> str:
    return next(terms.key for terms in models_of("runway") if terms.wire_name == wire_name)


def asked(body: Body, operation: Operation) -> GenerationRequest:
    terms = terms_of(_key_of(body["model"]))
    duration = body.get("duration")
    return GenerationRequest(
        model=terms.key,
        prompt=body.get("promptText") or "",
        operation=operation,
        negative=body.get("negativePrompt") or "",
        seconds=duration if isinstance(duration, int) else terms.default_seconds,
        size=str(body.get("ratio") or terms.default_size).replace(":", "x"),
        audio=body.get("audio", True) if "audio" in terms.extras else None,
        seed=body.get("seed"),
    )


def asked_of_a_clip(body: Body, source: Media) -> GenerationRequest:
    """What comes back has the source's sides, or those of the target shape around it."""
    terms = terms_of(_key_of(body["model"]))
    width, height = (source.width, source.height) if source.width else (1280, 720)
    if shape := body.get("targetAspectRatio"):
        width, height = _around(width, height, shape)
    duration = body.get("duration")
    clip = Reference(ReferenceRole.SOURCE, "source", "video/mp4", b"", seconds=source.seconds or GUESSED_SECONDS)
    return GenerationRequest(
        model=terms.key,
        prompt=body.get("promptText") or "",
        operation=Operation.EXTEND if body.get("mode") == "extend" else Operation.EDIT,
        seconds=duration if isinstance(duration, int) else terms.default_seconds,
        size=f"{_even(width)}x{_even(height)}",
        seed=body.get("seed"),
        references=(clip,),
    )


def _around(width: int, height: int, shape: str) -> tuple[int, int]:
    """The smallest picture of `shape` that holds one of `width` by `height`."""
    wide, _, high = shape.partition(":")
    ratio = int(wide) / int(high)
    return (round(height * ratio), height) if width / height < ratio else (width, round(width / ratio))


def _even(side: int) -> int:
    return max(16, side // 2 * 2)

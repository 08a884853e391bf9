"""What Kling refuses beyond a model's terms. Its servers pass over a wrong field, so we are strict ourselves."""

from collections.abc import Iterator

from providers.base import GenerationRequest, ModelTerms, Operation, Problem, Reference, ReferenceRole
from providers.kling.places import Place
from providers.kling.v1 import EXTENDABLE_KINDS
from providers.terms import FOLLOWS_SOURCE, parse_size, resolution_of

STILLS = ("image/jpeg", "image/png")
LARGEST_STILL_BYTES = 10 * 1024 * 1024
SMALLEST_SIDE = 300
FLATTEST = 2.5
"""Widest and tallest shape of a still, as one side over the other."""
SHAPE_TOLERANCE = 0.02
MOST_STILLS_BESIDE_A_CLIP = 4
LONGEST_NEGATIVE = 2500
EXTENSION_SECONDS = 5


def problems_of(request: GenerationRequest, terms: ModelTerms) -> list[Problem]:
    rules = (_sound, _negative, _camera, _stills, _source, _masks, _extension)
    return [problem for rule in rules for problem in rule(request, terms)]


def _sound(request: GenerationRequest, terms: ModelTerms) -> Iterator[Problem]:
    if request.audio and terms.wire_name == "kling-v2-6" and resolution_of(_size(request, terms)) == "720p":
        yield Problem("audio", f"{terms.label} makes sound at 1080p only; the spec asks for it at 720p.")


def _negative(request: GenerationRequest, terms: ModelTerms) -> Iterator[Problem]:
    if "negative" in terms.extras and len(request.negative) > LONGEST_NEGATIVE:
        yield Problem("negative", f"{LONGEST_NEGATIVE} characters at most; it has {len(request.negative)}.")


def _camera(request: GenerationRequest, terms: ModelTerms) -> Iterator[Problem]:
    if request.camera and "camera" in terms.extras and request.of_role(ReferenceRole.LAST_FRAME):
        yield Problem("camera", "A camera move and a last frame exclude each other.")


def _stills(request: GenerationRequest, terms: ModelTerms) -> Iterator[Problem]:
    stills = [one for one in request.references if one.role is not ReferenceRole.SOURCE]
    for still in stills:
        yield from _still(still)
    for frame in request.of_role(ReferenceRole.FIRST_FRAME):
        if _differs(frame, _size(request, terms)):
            shape = f"{frame.name} has another shape than {_size(request, terms)}"
            yield Problem("size", f"A clip takes the shape of its first frame; {shape}.")
    if request.source and len(request.of_role(ReferenceRole.REFERENCE)) > MOST_STILLS_BESIDE_A_CLIP:
        yield Problem("references", f"{MOST_STILLS_BESIDE_A_CLIP} reference images at most go beside a clip.")


def _still(still: Reference) -> Iterator[Problem]:
    if still.media_type not in STILLS:
        yield Problem("references", f"Kling takes JPEG and PNG; {still.name} is neither.")
    if len(still.content) > LARGEST_STILL_BYTES:
        yield Problem("references", f"Kling takes images of 10 MB at most; {still.name} is larger.")
    sides = parse_size(still.size)
    if sides and min(sides) < SMALLEST_SIDE:
        yield Problem("references", f"Kling takes images of {SMALLEST_SIDE} pixels a side at least, not {still.name}.")
    if sides and max(sides) / min(sides) > FLATTEST:
        yield Problem("references", f"Kling takes images from 1:2.5 to 2.5:1; {still.name} is narrower.")


def _differs(frame: Reference, size: str) -> bool:
    given, asked = parse_size(frame.size), parse_size(size)
    if given is None or asked is None:
        return False
    return abs(given[0] * asked[1] / (given[1] * asked[0]) - 1) > SHAPE_TOLERANCE


def _source(request: GenerationRequest, terms: ModelTerms) -> Iterator[Problem]:
    source = request.source
    if source is None:
        return
    place = Place.parse(source.remote_id)
    if place is None:
        fetched = "Kling fetches a source clip by address, so it can only take one that it made itself"
        yield Problem("references", f"{fetched} in the last 30 days; {source.name} is none.")
    elif request.operation is Operation.EXTEND and terms.dialect == "v1" and place.kind not in EXTENDABLE_KINDS:
        yield Problem("references", f"{terms.label} extends clips of Kling 1.x only; {source.name} is none.")
    if request.operation in FOLLOWS_SOURCE and source.seconds is not None and source.seconds < terms.min_seconds:
        yield Problem("references", f"{terms.label} takes clips of {terms.min_seconds} s at least, not {source.name}.")


def _masks(request: GenerationRequest, terms: ModelTerms) -> Iterator[Problem]:
    if request.of_role(ReferenceRole.MASK):
        yield Problem("references", f"{terms.label} takes no mask; say in the prompt which part is meant.")


def _extension(request: GenerationRequest, terms: ModelTerms) -> Iterator[Problem]:
    if request.operation is not Operation.EXTEND or terms.dialect != "v1":
        return
    if request.seconds not in (None, EXTENSION_SECONDS):
        yield Problem("seconds", f"An extension adds {EXTENSION_SECONDS} s; the spec asks for {request.seconds}.")


def _size(request: GenerationRequest, terms: ModelTerms) -> str:
    return request.size or terms.default_size

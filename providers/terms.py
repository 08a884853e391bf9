"""What a model would refuse, said before anything is sent or paid; and what a request costs. For every provider."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from math import gcd

from providers.base import (
    FOUR_PLACES,
    Estimate,
    GenerationRequest,
    ModelTerms,
    Operation,
    Problem,
    Reference,
    ReferenceRole,
)

SIZE = re.compile(r"([1-9]\d{1,3})x([1-9]\d{1,3})")
SMALLEST_SIDE = 16
STILLS = ("image/jpeg", "image/png", "image/webp")
CLIPS = ("video/mp4", "video/webm", "video/quicktime")
DOES: dict[Operation, str] = {
    Operation.TEXT_TO_VIDEO: "makes no clip from words alone",
    Operation.IMAGE_TO_VIDEO: "takes no first frame",
    Operation.FIRST_LAST_FRAME: "takes no last frame",
    Operation.REFERENCE_TO_VIDEO: "takes no reference images",
    Operation.EDIT: "edits no clips",
    Operation.RESTYLE: "restyles no clips",
    Operation.INPAINT: "paints nothing into a clip",
    Operation.OUTPAINT: "widens no clips",
    Operation.EXTEND: "extends no clips",
    Operation.REMIX: "remixes no takes",
}
NEEDS: dict[Operation, frozenset[ReferenceRole]] = {
    Operation.IMAGE_TO_VIDEO: frozenset({ReferenceRole.FIRST_FRAME}),
    Operation.FIRST_LAST_FRAME: frozenset({ReferenceRole.FIRST_FRAME, ReferenceRole.LAST_FRAME}),
    Operation.REFERENCE_TO_VIDEO: frozenset({ReferenceRole.REFERENCE}),
    **dict.fromkeys(
        (Operation.EDIT, Operation.RESTYLE, Operation.INPAINT, Operation.OUTPAINT, Operation.EXTEND, Operation.REMIX),
        frozenset({ReferenceRole.SOURCE}),
    ),
}
MAY_CARRY: dict[Operation, frozenset[ReferenceRole]] = {
    Operation.INPAINT: frozenset({ReferenceRole.MASK, ReferenceRole.REFERENCE}),
    Operation.OUTPAINT: frozenset({ReferenceRole.MASK}),
    Operation.EDIT: frozenset({ReferenceRole.REFERENCE}),
    Operation.RESTYLE: frozenset({ReferenceRole.REFERENCE}),
    Operation.IMAGE_TO_VIDEO: frozenset({ReferenceRole.REFERENCE}),
}
ROLE_WORDS: dict[ReferenceRole, str] = {
    ReferenceRole.FIRST_FRAME: "a first frame",
    ReferenceRole.LAST_FRAME: "a last frame",
    ReferenceRole.REFERENCE: "a reference image",
    ReferenceRole.SOURCE: "a source clip",
    ReferenceRole.MASK: "a mask",
}
FOLLOWS_SOURCE = frozenset({Operation.EDIT, Operation.RESTYLE, Operation.INPAINT, Operation.OUTPAINT, Operation.REMIX})
"""What comes back is as long as its source."""


def problems_of(request: GenerationRequest, terms: ModelTerms) -> list[Problem]:
    """Every reason why `terms` would refuse `request`, one sentence each."""
    rules = (_operation, _prompt, _seconds, _size, _extras, _samples, _references)
    return [problem for rule in rules for problem in rule(request, terms)]


def estimate_of(request: GenerationRequest, terms: ModelTerms) -> Estimate:
    """What `request` will cost by the price list, all samples together."""
    seconds = billed_seconds(request, terms)
    price = price_per_second(request, terms)
    one = max(price * seconds, terms.minimum_cost)
    basis = f"{seconds.normalize():f} s at ${price.normalize():f} a second"
    if request.samples > 1:
        basis += f", {request.samples} clips"
    return Estimate((one * request.samples).quantize(FOUR_PLACES), basis=basis)


def billed_seconds(request: GenerationRequest, terms: ModelTerms) -> Decimal:
    source = request.source
    if request.operation in FOLLOWS_SOURCE and source and source.seconds is not None:
        return source.seconds
    return Decimal(request.seconds or terms.default_seconds)


def price_per_second(request: GenerationRequest, terms: ModelTerms) -> Decimal:
    """US dollars, by the first rule of the model that fits."""
    audio = terms.audio if request.audio is None or "audio" not in terms.extras else request.audio
    resolution = resolution_of(request.size or terms.default_size)
    for rule in terms.prices:
        fits = (
            rule.audio in (None, audio)
            and rule.resolution in (None, resolution)
            and rule.operation in (None, request.operation)
        )
        if fits:
            return rule.price_per_second
    return terms.price_per_second


def parse_size(text: str) -> tuple[int, int] | None:
    """Width and height in pixels, or None when `text` is not "WIDTHxHEIGHT"."""
    match = SIZE.fullmatch(text)
    return (int(match[1]), int(match[2])) if match else None


def ratio_of(size: str) -> str:
    """ "1280x720" is "16:9". Raises ValueError for what is no size."""
    width, height = _sides(size)
    shared = gcd(width, height)
    return f"{width // shared}:{height // shared}"


def resolution_of(size: str) -> str:
    """The class of a size by its shorter side: "360p", "480p", "720p", "1080p" or "4k"; the nearest from above."""
    short = min(_sides(size))
    return next(
        (name for most, name in ((360, "360p"), (480, "480p"), (960, "720p"), (1440, "1080p")) if short <= most), "4k"
    )


def _sides(size: str) -> tuple[int, int]:
    if sides := parse_size(size):
        return sides
    raise ValueError(f"a size is written like 1280x720, not {size[:40]}")


def _operation(request: GenerationRequest, terms: ModelTerms) -> Iterator[Problem]:
    if request.operation not in terms.operations:
        yield Problem("operation", f"{terms.label} {DOES[request.operation]}.")


def _prompt(request: GenerationRequest, terms: ModelTerms) -> Iterator[Problem]:
    if not request.prompt.strip():
        yield Problem("prompt", "The prompt is empty.")
    if len(request.prompt) > terms.max_prompt:
        yield Problem("prompt", f"{terms.max_prompt} characters at most; the prompt has {len(request.prompt)}.")


def _seconds(request: GenerationRequest, terms: ModelTerms) -> Iterator[Problem]:
    asked = request.seconds
    if asked is None or request.operation in FOLLOWS_SOURCE:
        return
    if asked > terms.max_seconds:
        yield Problem("seconds", f"{terms.max_seconds} s at most; the spec asks for {asked}.")
    elif asked < terms.min_seconds:
        yield Problem("seconds", f"{terms.min_seconds} s at least; the spec asks for {asked}.")
    elif terms.seconds and asked not in terms.seconds:
        lengths = either(str(length) for length in terms.seconds)
        yield Problem("seconds", f"{terms.label} makes {lengths} s; the spec asks for {asked}.")


def _size(request: GenerationRequest, terms: ModelTerms) -> Iterator[Problem]:
    if request.size is None or (terms.sizes and request.size in terms.sizes):
        return
    sides = parse_size(request.size)
    if terms.sizes:
        yield Problem("size", f"{terms.label} makes {either(terms.sizes)}; the spec asks for {request.size}.")
    elif sides is None:
        yield Problem("size", f"A size is written like 1280x720, not {request.size[:40]}.")
    elif max(sides) > terms.longest_side:
        yield Problem("size", f"{terms.longest_side} pixels a side at most; the spec asks for {request.size}.")
    elif min(sides) < SMALLEST_SIDE or sides[0] % 2 or sides[1] % 2:
        yield Problem("size", f"Sides are even and at least {SMALLEST_SIDE}; the spec asks for {request.size}.")


def _extras(request: GenerationRequest, terms: ModelTerms) -> Iterator[Problem]:
    if request.audio is False and terms.audio and "audio" not in terms.extras:
        yield Problem("audio", f"{terms.label} always makes sound; the spec asks for none.")
    if request.audio and not terms.audio:
        yield Problem("audio", f"{terms.label} makes no sound; the spec asks for it.")
    if request.fps is not None and "fps" in terms.extras and not 1 <= request.fps <= 60:
        yield Problem("fps", f"1 to 60 frames a second; the spec asks for {request.fps}.")
    if request.fps is not None and "fps" not in terms.extras and str(request.fps) not in terms.rates:
        rates = either(terms.rates)
        yield Problem("fps", f"{terms.label} makes {rates} frames a second; the spec asks for {request.fps}.")
    if request.seed is not None and "seed" not in terms.extras:
        yield Problem("seed", f"{terms.label} takes no seed.")


def _samples(request: GenerationRequest, terms: ModelTerms) -> Iterator[Problem]:
    if request.samples < 1 or request.samples > terms.max_samples:
        many = "one clip a call" if terms.max_samples == 1 else f"1 to {terms.max_samples} clips a call"
        yield Problem("samples", f"{terms.label} makes {many}; {request.samples} are asked for.")


def _references(request: GenerationRequest, terms: ModelTerms) -> Iterator[Problem]:
    needed = NEEDS.get(request.operation, frozenset())
    carried = {reference.role for reference in request.references}
    for role in sorted(needed - carried):
        yield Problem("references", f"Add {ROLE_WORDS[role]}.")
    for role in sorted(carried - needed - MAY_CARRY.get(request.operation, frozenset())):
        yield Problem("references", f"Nothing can be done with {ROLE_WORDS[role]} here; take it away.")
    for role in sorted(carried - {ReferenceRole.REFERENCE}):
        if len(request.of_role(role)) > 1:
            yield Problem("references", f"One file at most can be {ROLE_WORDS[role]}.")
    count = len(request.of_role(ReferenceRole.REFERENCE))
    if ReferenceRole.REFERENCE in carried and count > terms.max_references:
        most = f"{terms.max_references} reference images" if terms.max_references else "no reference images"
        yield Problem("references", f"{terms.label} takes {most}{' at most' if terms.max_references else ''}.")
    for reference in request.references:
        yield from _media(reference, terms)


def _media(reference: Reference, terms: ModelTerms) -> Iterator[Problem]:
    if reference.role is ReferenceRole.SOURCE:
        if reference.media_type not in CLIPS:
            yield Problem("references", f"A source clip is an MP4, MOV or WebM; {reference.name} is none of them.")
        if terms.max_source_seconds and (reference.seconds or 0) > terms.max_source_seconds:
            lasts = f"{reference.seconds:.1f}"
            most = f"{terms.label} takes clips of {terms.max_source_seconds} s at most"
            yield Problem("references", f"{most}; {reference.name} lasts {lasts} s.")
    elif reference.media_type not in STILLS and reference.role is not ReferenceRole.MASK:
        yield Problem(
            "references",
            f"{ROLE_WORDS[reference.role].capitalize()} is a JPEG, PNG or WebP; {reference.name} is none of them.",
        )


def either(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last

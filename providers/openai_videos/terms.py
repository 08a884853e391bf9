"""What a model would refuse, said before anything is sent or paid."""

import re
from collections.abc import Iterator

from providers.base import GenerationRequest, ModelTerms, Problem

SIZE = re.compile(r"([1-9]\d{1,3})x([1-9]\d{1,3})")
SMALLEST_SIDE = 16
MAX_PROMPT = 32_000
"""Characters; the length an older reference of the protocol names."""
STILLS = ("image/jpeg", "image/png", "image/webp")


def problems_of(request: GenerationRequest, terms: ModelTerms) -> list[Problem]:
    """Every reason why `terms` would refuse `request`, one sentence each."""
    by_terms = (_seconds, _size, _extras)
    found = [problem for rule in by_terms for problem in rule(request, terms)]
    return [*_prompt(request), *found, *_references(request)]


def parse_size(text: str) -> tuple[int, int] | None:
    """Width and height in pixels, or None when `text` is not "WIDTHxHEIGHT"."""
    match = SIZE.fullmatch(text)
    return (int(match[1]), int(match[2])) if match else None


def _prompt(request: GenerationRequest) -> Iterator[Problem]:
    if not request.prompt.strip():
        yield Problem("prompt", "The prompt is empty.")
    if len(request.prompt) > MAX_PROMPT:
        yield Problem("prompt", f"{MAX_PROMPT} characters at most; the prompt has {len(request.prompt)}.")


def _seconds(request: GenerationRequest, terms: ModelTerms) -> Iterator[Problem]:
    asked = request.seconds
    if asked is None:
        return
    if asked > terms.max_seconds:
        yield Problem("seconds", f"{terms.max_seconds} s at most; the spec asks for {asked}.")
    elif asked < terms.min_seconds:
        yield Problem("seconds", f"{terms.min_seconds} s at least; the spec asks for {asked}.")
    elif terms.seconds and asked not in terms.seconds:
        lengths = _either(str(length) for length in terms.seconds)
        yield Problem("seconds", f"{terms.label} makes {lengths} s; the spec asks for {asked}.")


def _size(request: GenerationRequest, terms: ModelTerms) -> Iterator[Problem]:
    if request.size is None or (terms.sizes and request.size in terms.sizes):
        return
    sides = parse_size(request.size)
    if terms.sizes:
        yield Problem("size", f"{terms.label} makes {_either(terms.sizes)}; the spec asks for {request.size}.")
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


def _references(request: GenerationRequest) -> Iterator[Problem]:
    if len(request.references) > 1:
        yield Problem("references", f"One still at most; the request carries {len(request.references)} files.")
    for reference in request.references:
        if reference.media_type not in STILLS:
            yield Problem("references", f"A first frame is a JPEG, PNG or WebP; {reference.name} is none of them.")


def _either(words: Iterator[str] | tuple[str, ...]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last

"""What Google refuses beyond the table of a model, operation by operation. Adapter and sandbox ask the same rules.

Sources: Google Cloud, Veo API reference; Google AI for Developers, video and Omni pages; both read 2026-11-22.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from providers.base import GenerationRequest, ModelTerms, Operation, Problem, ReferenceRole
from providers.terms import FOLLOWS_SOURCE, parse_size, resolution_of

VEO_EXTENDS_BY = 7
VEO_REFERENCE_SECONDS = 8
VEO_STILLS = ("image/jpeg", "image/png")
OMNI_EXTENDS_BY = (3, 10)
OMNI_LONGEST: Mapping[str, int] = {"gemini-omni-1.1-flash": 40, "gemini-omni-1.2-flash": 30}
"""Seconds of an extended clip, its source included."""
OMNI_SHORTEST_SOURCE: Mapping[str, int] = {"gemini-omni-1.2-flash": 3}
SEED_LIMIT = 2**32
MASKED = (Operation.INPAINT, Operation.OUTPAINT)


def narrowed(request: GenerationRequest, terms: ModelTerms) -> ModelTerms:
    """`terms` as they hold for the operation of `request`."""
    if terms.dialect == "interactions":
        return _narrowed_omni(request, terms)
    if request.operation is Operation.EXTEND:
        sizes = tuple(size for size in terms.sizes or () if resolution_of(size) == "720p")
        lengths = (VEO_EXTENDS_BY,)
        return replace(terms, seconds=lengths, default_seconds=VEO_EXTENDS_BY, max_seconds=VEO_EXTENDS_BY, sizes=sizes)
    if request.operation is Operation.REFERENCE_TO_VIDEO:
        sizes = tuple(size for size in terms.sizes or () if _is_wide(size))
        return replace(terms, seconds=(VEO_REFERENCE_SECONDS,), default_seconds=VEO_REFERENCE_SECONDS, sizes=sizes)
    return terms


def _narrowed_omni(request: GenerationRequest, terms: ModelTerms) -> ModelTerms:
    if request.operation is not Operation.EXTEND:
        return terms
    shortest, longest = OMNI_EXTENDS_BY
    return replace(terms, min_seconds=shortest, max_seconds=longest, max_source_seconds=0)


def _is_wide(size: str) -> bool:
    width, height = parse_size(size) or (0, 0)
    return width > height


def problems(request: GenerationRequest, terms: ModelTerms) -> Iterator[Problem]:
    """Sentences about what this dialect does not take."""
    if request.seed is not None and not 0 <= request.seed < SEED_LIMIT:
        yield Problem("seed", f"A seed is a number from 0 to {SEED_LIMIT - 1}.")
    yield from _omni(request, terms) if terms.dialect == "interactions" else _veo(request, terms)


def _veo(request: GenerationRequest, terms: ModelTerms) -> Iterator[Problem]:
    if request.operation in MASKED and not request.of_role(ReferenceRole.MASK):
        yield Problem("references", f"{terms.label} needs a mask that says where to paint.")
    if request.source and request.source.media_type != "video/mp4":
        yield Problem("references", f"{terms.label} takes MP4 clips; {request.source.name} is none.")
    for one in request.references:
        if one.role is not ReferenceRole.SOURCE and one.media_type not in VEO_STILLS:
            yield Problem("references", f"{terms.label} takes JPEG and PNG stills; {one.name} is neither.")


def _omni(request: GenerationRequest, terms: ModelTerms) -> Iterator[Problem]:
    if request.of_role(ReferenceRole.MASK):
        yield Problem("references", f"{terms.label} takes no mask: say in the prompt where to paint.")
    source = request.source
    if source is None or source.seconds is None:
        return
    longest = OMNI_LONGEST.get(terms.wire_name, 0)
    together = source.seconds + (request.seconds or terms.default_seconds)
    if request.operation is Operation.EXTEND and longest and together > longest:
        yield Problem("seconds", f"{terms.label} extends to {longest} s in all; this would be {together:.1f} s.")
    shortest = OMNI_SHORTEST_SOURCE.get(terms.wire_name, 0)
    if request.operation in FOLLOWS_SOURCE and source.seconds < shortest:
        yield Problem("references", f"{terms.label} edits clips of {shortest} s at least; {source.name} is shorter.")

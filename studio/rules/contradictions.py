"""Two things that one shot cannot have at once, as a table. Words that tell of a change in time excuse the pair."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

CHANGE = re.compile(
    r"\b(?:then|into|turns?|turning|becomes?|becoming|until|fades?|transitions?|transitioning|cuts? to|time-?lapse"
    r"|hyper-?lapse|from [^.]{1,80} to|day for night|night and day|day and night|before and after)\b"
)
"""Said of a shot that begins as one thing and ends as another."""


@dataclass(frozen=True, slots=True)
class Clash:
    """Two groups of words that do not go together, as patterns of whole words in plain text."""

    these: str
    those: str
    because: str
    in_time: bool = True
    """Whether a change within the shot can have both."""

    def found_in(self, text: str) -> tuple[str, str] | None:
        first, second = (re.search(rf"\b(?:{words})\b", text) for words in (self.these, self.those))
        if not first or not second or (self.in_time and CHANGE.search(text)):
            return None
        return first[0], second[0]


MOVES = (
    r"(?:slow |fast |quick |gentle )?(?:push(?:es)?[ -]in|pull(?:s)?[ -](?:out|back)|pans? (?:left|right|across)"
    r"|tilts? (?:up|down)|trucks? (?:left|right)|pedestals? (?:up|down)|rolls? (?:left|right)|dolly|dollies|orbits?"
    r"|orbiting|tracking|crane shot|hand-?held|zooms? (?:in|out)|whip pan|fly-?through)"
)
STILL = r"static|stationary|locked[ -]off|fixed camera|still camera|motionless camera|no camera movement"
CLASHES: tuple[Clash, ...] = (
    Clash(
        r"daytime|daylight|noon|midday|sunny|sunlit|by day|at day",
        r"night|nighttime|midnight|moonlit|moonlight|starlit",
        "A shot is by day or by night.",
    ),
    Clash(
        r"wide shot|wide view|extreme wide|long shot|establishing shot",
        r"close[ -]?ups?|macro shot|extreme close",
        "A shot is wide or close.",
    ),
    Clash(r"slow[ -]motion", r"time-?lapse|hyper-?lapse|fast motion|sped up", "Time runs slower or faster.", False),
    Clash(
        r"black[ -]and[ -]white|monochrome",
        r"vivid colou?rs?|colou?rful|bright colou?rs?|saturated colou?rs?",
        "A picture has colours or none.",
    ),
    Clash(r"deserted|nobody|no people|empty of people", r"crowds?|crowded|busy with people", "It is full or empty."),
)
CAMERA_CLASHES: tuple[Clash, ...] = (
    Clash(STILL, MOVES, "A camera stands still or moves."),
    Clash(r"push(?:es)?[ -]in|zooms? in", r"pull(?:s)?[ -](?:out|back)|zooms? out", "A camera goes in or out."),
    *(
        Clash(rf"{verb}s? {one}", rf"{verb}s? {other}", "One move at a time works best.")
        for verb, one, other in (
            ("pan", "left", "right"),
            ("tilt", "up", "down"),
            ("truck", "left", "right"),
            ("pedestal", "up", "down"),
            ("roll", "left", "right"),
        )
    ),
)
CAMERA_IN_TEXT = re.compile(rf"\b(?:static shot|static camera|locked[ -]off|fixed camera|camera {MOVES})\b")
"""What free text says of the camera; elsewhere “static” or “roll left” may be said of anything."""


def contradictions(everything: str, camera: str) -> Iterator[tuple[str, str, str, bool]]:
    """Each clash as (one, other, because, whether of the camera).

    `everything` that is said, and what is said of the `camera` alone, are plain.
    """
    said_of_camera = ", ".join([camera, *CAMERA_IN_TEXT.findall(everything)])
    for clash in CLASHES:
        if pair := clash.found_in(everything):
            yield (*pair, clash.because, False)
    for clash in CAMERA_CLASHES:
        if pair := clash.found_in(said_of_camera):
            yield (*pair, clash.because, True)

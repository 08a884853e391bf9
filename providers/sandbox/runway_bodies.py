"""What Runway's create calls take, field by field: whatever is missing, odd or unknown is an issue, all at once.

The tables are those of Runway's own SDK (`runwayml` 5.24.0, `types/*_create_params.py`), read apart from our catalogue.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Body = Mapping[str, Any]
HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")
Check = Callable[[Any], str]
"""Why a value does not do; "" when it does."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One complaint. `path` leads to the field."""

    code: str
    path: tuple[str | int, ...]
    message: str

    def as_json(self) -> dict[str, object]:
        return {"code": self.code, "path": list(self.path), "message": self.message}


@dataclass(frozen=True, slots=True)
class OneOf:
    """A choice of texts or numbers; an instance, so that a test can read the choices."""

    choices: tuple[object, ...]

    def __call__(self, value: Any) -> str:
        if isinstance(value, str | int) and not isinstance(value, bool) and value in self.choices:
            return ""
        return f"Invalid option: expected one of {'|'.join(str(choice) for choice in self.choices)}"


@dataclass(frozen=True, slots=True)
class Shape:
    """The fields of one model at one endpoint, beside `model`."""

    required: Mapping[str, Check]
    optional: Mapping[str, Check]

    def issues(self, body: Body) -> Iterator[Issue]:
        fields = {**self.required, **self.optional}
        for name in self.required:
            if name not in body:
                yield Issue("invalid_type", (name,), "Invalid input: expected a value, received undefined")
        for name, value in body.items():
            if name != "model" and name not in fields:
                yield Issue("unrecognized_keys", (), f'Unrecognized key: "{name[:60]}"')
            elif name != "model" and (complaint := fields[name](value)):
                yield Issue("invalid_value", (name,), complaint)


def text(longest: int) -> Check:
    """Not empty, `longest` UTF-16 code units at most."""

    def check(value: Any) -> str:
        if not isinstance(value, str) or HALF_A_CHARACTER.search(value):
            return "Invalid input: expected string"
        units = len(value.encode("utf-16-le", "surrogatepass")) // 2
        if not value:
            return "Too small: expected string to have >=1 characters"
        return f"Too big: expected string to have <={longest} characters" if units > longest else ""

    return check


def whole(least: int, most: int, *words: str) -> Check:
    def check(value: Any) -> str:
        if value in words and isinstance(value, str):
            return ""
        if not isinstance(value, int) or isinstance(value, bool):
            return "Invalid input: expected int"
        return "" if least <= value <= most else f"Invalid input: expected a number from {least} to {most}"

    return check


def flag(value: Any) -> str:
    return "" if isinstance(value, bool) else "Invalid input: expected boolean"


def uri(value: Any) -> str:
    """Only its form; what it leads to is looked at afterwards."""
    if isinstance(value, str) and value.startswith(("https://", "data:", "runway://")):
        return ""
    return "Invalid input: expected a HTTPS URL, a data URI or a runway:// URI"


def moderation(value: Any) -> str:
    if not isinstance(value, dict) or set(value) - {"publicFigureThreshold"}:
        return "Invalid input: expected an object with publicFigureThreshold"
    return "" if value.get("publicFigureThreshold", "auto") in ("auto", "low") else "Invalid option: auto|low"


def listed(most: int, entry: Check) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, list) or not 0 < len(value) <= most:
            return f"Invalid input: expected an array of 1 to {most}"
        return next((complaint for one in value if (complaint := entry(one))), "")

    return check


def record(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    shape = Shape(required, optional or {})

    def check(value: Any) -> str:
        if not isinstance(value, dict):
            return "Invalid input: expected object"
        return next((f"{'.'.join(map(str, one.path))} {one.message}".strip() for one in shape.issues(value)), "")

    return check


def frames(*positions: str, free: bool = False) -> Check:
    """`promptImage`: a URI, or frames by position. `free`: also plain references, which do not mix with frames."""
    place: Mapping[str, Check] = {"position": OneOf(positions)}
    entry = record({"uri": uri}, place) if free else record({"uri": uri, **place})
    several = listed(9 if free else len(positions), entry)

    def check(value: Any) -> str:
        if isinstance(value, str):
            return uri(value)
        return several(value) or _positions(value)

    return check


def _positions(frames: Sequence[Mapping[str, Any]]) -> str:
    taken = [frame.get("position") for frame in frames]
    if len(set(taken)) < len(taken) and set(taken) != {None}:
        return "Duplicate position values are not allowed. Each position may only be used once."
    if set(taken) == {None} or taken == ["first"] or sorted(map(str, taken)) == ["first", "last"]:
        return ""
    return "You must specify a frame in position `first`."


def keyframes(value: Any) -> str:
    window = record({"start_seconds": whole(0, 30), "end_seconds": whole(0, 30)})
    by_time = record({"seconds": number(0, 30), "uri": uri}, {"range": window})
    by_share = record({"at": number(0, 1), "uri": uri}, {"range": window})
    entry: Check = lambda one: by_share(one) if isinstance(one, dict) and "at" in one else by_time(one)  # noqa: E731 — one line, one use
    complaint = listed(5, entry)(value)
    if complaint or len({"range" in frame for frame in value}) == 1:
        return complaint
    return "All keyframes must either set a range or none may."


def number(least: float, most: float) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= most:
            return f"Invalid input: expected a number from {least:g} to {most:g}"
        return ""

    return check


SEED = whole(0, 2**32 - 1)
MP4 = OneOf(("mp4",))
"""The one format that this sandbox makes; Runway has others at a price of their own."""
SIX = OneOf(("1280:720", "720:1280", "1104:832", "960:960", "832:1104", "1584:672"))
VEO_RATIOS = OneOf(("1280:720", "720:1280", "1080:1920", "1920:1080"))
SEEDANCE_720 = (
    *("992:432", "864:496", "752:560", "640:640", "560:752", "496:864"),
    *("1470:630", "1280:720", "1112:834", "960:960", "834:1112", "720:1280"),
)
SEEDANCE_1080 = ("2206:946", "1920:1080", "1664:1248", "1440:1440", "1248:1664", "1080:1920")
SEEDANCE_4K = ("3840:1646", "3840:2160", "3840:2880", "3840:3840", "2880:3840", "2160:3840")
SEEDANCE_2_5 = (*(one.replace("864:496", "854:480").replace("496:864", "480:854") for one in SEEDANCE_720),)
SHAPES = OneOf(("16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16", "21:9"))

_gen: Mapping[str, Check] = {"seed": SEED, "contentModeration": moderation}
_veo: Mapping[str, Check] = {
    "audio": flag,
    "duration": OneOf((4, 6, 8)),
    "negativePrompt": text(1000),
    "seed": SEED,
}


def _seedance(ratios: Sequence[str], *, longest: int, prompt: int) -> Mapping[str, Check]:
    audio = record({"type": OneOf(("audio",)), "uri": uri})
    return {
        "promptText": text(prompt),
        "audio": flag,
        "duration": whole(4, longest, "auto"),
        "ratio": OneOf(tuple(ratios)),
        "seed": SEED,
        "referenceAudio": listed(10, audio),
    }


def _references(most: int) -> Mapping[str, Check]:
    video = record({"type": OneOf(("video",)), "uri": uri})
    return {"references": listed(most, record({"uri": uri})), "referenceVideos": listed(10, video)}


_SEEDANCE = _seedance((*SEEDANCE_720, *SEEDANCE_1080, *SEEDANCE_4K), longest=15, prompt=3500)
_SEEDANCE_FAST = _seedance(SEEDANCE_720, longest=15, prompt=3500)
_SEEDANCE_2_5: Mapping[str, Check] = {
    **_seedance((*SEEDANCE_2_5, *SEEDANCE_1080), longest=30, prompt=15_000),
    "outputFormat": MP4,
}


def _but(fields: Mapping[str, Check], *names: str) -> Mapping[str, Check]:
    return {name: check for name, check in fields.items() if name not in names}


TEXT_TO_VIDEO: Mapping[str, Shape] = {
    "gen4.5": Shape(
        {
            "promptText": text(1000),
            "ratio": OneOf(("1280:720", "720:1280")),
            "duration": whole(2, 10),
        },
        {**_gen, "outputFormat": MP4},
    ),
    **dict.fromkeys(("veo3.1", "veo3.1_fast"), Shape({"promptText": text(1000), "ratio": VEO_RATIOS}, _veo)),
    "seedance2": Shape({"promptText": text(3500)}, {**_but(_SEEDANCE, "promptText"), **_references(9)}),
    "seedance2_fast": Shape({"promptText": text(3500)}, {**_but(_SEEDANCE_FAST, "promptText"), **_references(9)}),
    "seedance2_5": Shape({}, {**_SEEDANCE_2_5, **_references(30)}),
}
IMAGE_TO_VIDEO: Mapping[str, Shape] = {
    "gen4.5": Shape(
        {
            "promptImage": frames("first"),
            "promptText": text(1000),
            "ratio": SIX,
            "duration": whole(2, 10),
        },
        {**_gen, "outputFormat": MP4},
    ),
    "gen4_turbo": Shape(
        {"promptImage": frames("first"), "ratio": SIX}, {**_gen, "promptText": text(1000), "duration": whole(2, 10)}
    ),
    **dict.fromkeys(
        ("veo3.1", "veo3.1_fast"),
        Shape({"promptImage": frames("first", "last"), "ratio": VEO_RATIOS}, {**_veo, "promptText": text(1000)}),
    ),
    "seedance2": Shape({"promptImage": frames("first", "last", free=True)}, _SEEDANCE),
    "seedance2_fast": Shape({"promptImage": frames("first", "last", free=True)}, _SEEDANCE_FAST),
    "seedance2_5": Shape({"promptImage": frames("first", "last", free=True)}, _SEEDANCE_2_5),
    # Not in the SDK any more: the sandbox retires no model unless it is told to.
    "gen3a_turbo": Shape(
        {"promptImage": frames("first"), "ratio": OneOf(("1280:768", "768:1280"))},
        {**_gen, "promptText": text(1000), "duration": OneOf((5, 10))},
    ),
}
VIDEO_TO_VIDEO: Mapping[str, Shape] = {
    "aleph2": Shape(
        {"videoUri": uri},
        {
            **_gen,
            "promptText": text(32_000),
            "keyframes": keyframes,
            "outputFormat": MP4,
            "ratio": text(20),
            "targetAspectRatio": SHAPES,
        },
    ),
    "seedance2_5": Shape(
        {"promptVideo": uri},
        {**_SEEDANCE_2_5, **_references(30), "mode": OneOf(("reference", "extend", "edit"))},
    ),
}


def issues_of(shapes: Mapping[str, Shape], body: Body) -> list[Issue]:
    """Everything that is wrong with `body`."""
    model = body.get("model")
    shape = shapes.get(model) if isinstance(model, str) else None
    if shape is None:
        return [Issue("invalid_value", ("model",), f"Invalid option: expected one of {'|'.join(shapes)}")]
    return [*shape.issues(body), *_by_mode(body)]


def _by_mode(body: Body) -> Iterator[Issue]:
    """What the modes of a clip that goes on, or is changed, ask for on top."""
    if body.get("mode") in ("extend", "edit"):
        if not body.get("promptText"):
            yield Issue("invalid_type", ("promptText",), "promptText is required in this mode")
        if body.get("ratio") is not None:
            yield Issue("unrecognized_keys", ("ratio",), "ratio may not be provided in this mode")
        if body["mode"] == "edit" and body.get("duration") != "auto":
            yield Issue("invalid_value", ("duration",), 'duration must be "auto" in this mode')

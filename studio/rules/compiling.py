"""The prompt in the form that each generator follows best. The desk's preview and the paid call read the same words.

Free text comes first and is never changed or cut: what is too long is refused by the model's terms, in a sentence.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from providers.base import CameraMove, ModelTerms
from studio.rules.direction import SLUGS, TITLES

Words = Mapping[str, str]
"""What was said, by slug, without the stops at its ends; the free text under "text". Nothing said: no key."""

HOW = ("camera", "lens", "lighting", "motion", "style", "mood")
DENIALS = re.compile(r"(^|,\s*)(?:no|without|avoid)\s+", re.IGNORECASE)
"""“No text, no logos” in the field that says what to leave out: said after “without”, it would mean the contrary."""


MOVE_AS_CONTROL = "The camera move is sent as a control of its own."
MOVE_IN_WORDS = "This model has no camera control: the move is said in words."
LEFT_OUT_APART = "What to leave out is sent in a field of its own."
LEFT_OUT_IN_WORDS = "This model has no field for what to leave out: the prompt says it."
LEFT_OUT_UNSAID = "What to leave out is not sent: this model has no field for it, and the prompt is full."


@dataclass(frozen=True, slots=True)
class Compiled:
    """Exactly what a model receives in words; `notes` say what was moved or left unsaid, a sentence each."""

    prompt: str
    negative: str = ""
    camera: CameraMove | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """How a family of models is best spoken to, and how it is told what to leave out where it has no field for that."""

    arrange: Callable[[Words], str]
    without: str


def compiled(
    text: str, direction: Mapping[str, str], camera_move: CameraMove | None, terms: ModelTerms | None
) -> Compiled:
    """What the model of `terms` receives; None: a model nobody knows any more, spoken to plainly."""
    said = _said(text, direction)
    extras = terms.extras if terms else frozenset()
    form, notes = form_for(terms), []
    control = camera_move if "camera" in extras else None
    if camera_move:
        notes.append(MOVE_AS_CONTROL if control else MOVE_IN_WORDS)
        if not control:
            said["camera"] = _with_move(said.get("camera", ""), camera_move)
    negative, prompt = said.pop("negative", ""), form.arrange(said)
    if negative and "negative" in extras:
        return Compiled(prompt, negative, control, (*notes, LEFT_OUT_APART))
    if negative and prompt:
        longer = prompt + form.without.format(DENIALS.sub(r"\1", negative))
        fits = terms is None or length_as_sent(longer) <= terms.max_prompt
        prompt = longer if fits else prompt
        notes.append(LEFT_OUT_IN_WORDS if fits else LEFT_OUT_UNSAID)
    return Compiled(prompt, "", control, tuple(notes))


def length_as_sent(text: str) -> int:
    """UTF-16 units, the strictest of the counts that providers use; never less than the characters."""
    return len(text.encode("utf-16-le")) // 2


def move_in_words(move: CameraMove) -> str:
    return move.value.replace("_", " ")


def _said(text: str, direction: Mapping[str, str]) -> dict[str, str]:
    words = {"text": text.strip(), **{slug: direction.get(slug, "").strip().rstrip(".").strip() for slug in SLUGS}}
    return {slug: value for slug, value in words.items() if value}


def _with_move(camera: str, move: CameraMove) -> str:
    """The camera field with the move in it, not said twice."""
    words = move_in_words(move)
    if words in camera.casefold():
        return camera
    return f"{words}, {camera}" if camera else words


def _lead(said: Words) -> str:
    """Free text, then subject and action as one sentence."""
    shown = " ".join(said[slug] for slug in ("subject", "action") if slug in said)
    return " ".join(sentence(part) for part in (said.get("text", ""), shown) if part)


def sentence(words: str) -> str:
    """With a capital, unless its first word is spelled in a way of its own (iPhone), and with a stop."""
    first = words.split(maxsplit=1)[0]
    begun = words[:1].upper() + words[1:] if first == first.lower() else words
    return begun if begun[-1] in '.!?…”"]' else f"{begun}."


def labelled(said: Words) -> str:
    """What is seen, then a line for each of the rest, named."""
    lines = [_lead(said), *(f"{TITLES[slug]}: {said[slug]}" for slug in HOW if slug in said)]
    return "\n".join(line for line in lines if line)


def shot_first(said: Words) -> str:
    """ "Slow push in: a keeper climbs the steps. Low sun." The camera leads, plain sentences follow."""
    lead, camera = _lead(said), said.get("camera", "")
    if lead and camera:
        lead = f"{sentence(camera).rstrip('.')}: {lead}"
    rest = (sentence(said[slug]) for slug in HOW if slug in said and not (slug == "camera" and lead))
    return " ".join(part for part in (lead, *rest) if part)


def listed(said: Words) -> str:
    """What is seen and how it moves, then camera, light and mood in one run."""
    run = ", ".join(said[slug] for slug in ("motion", "camera", "lens", "lighting", "mood", "style") if slug in said)
    return " ".join(part for part in (_lead(said), sentence(run) if run else "") if part)


PROSE = {
    "camera": "The camera work is {}.",
    "lens": "The lens is {}.",
    "lighting": "The light is {}.",
    "motion": "The motion is {}.",
    "style": "The style is {}.",
    "mood": "The mood is {}.",
}


def prose(said: Words) -> str:
    """One flowing paragraph."""
    lead = " ".join(_lead(said).split())
    return " ".join(part for part in (lead, *(PROSE[slug].format(said[slug]) for slug in HOW if slug in said)) if part)


LABELLED = Form(labelled, "\nLeave out: {}")
SHOT_FIRST = Form(shot_first, " Without {}.")
LISTED = Form(listed, " Without {}.")
FLOWING = Form(prose, " The picture is without {}.")

BY_NAME: tuple[tuple[str, Form], ...] = (
    ("veo", FLOWING),
    ("gemini", FLOWING),
    ("kling", LISTED),
    ("gen4", SHOT_FIRST),
    ("aleph", SHOT_FIRST),
    ("sora", LABELLED),
)
"""A model is spoken to as its makers advise, also where another provider serves it: by how its name begins."""
BY_PROVIDER: Mapping[str, Form] = {"runway": SHOT_FIRST, "kling": LISTED, "google": FLOWING, "vertex": FLOWING}


def form_for(terms: ModelTerms | None) -> Form:
    if terms is None:
        return LABELLED
    named = next((form for start, form in BY_NAME if terms.wire_name.startswith(start)), None)
    return named or BY_PROVIDER.get(terms.provider, LABELLED)

"""What to know about a prompt before money is spent on it: said beside the field, and few when nothing is wrong.

A hint never changes a prompt. `note` and `warn` leave the choice to the author; `block` is refused by the action too.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from providers.base import CameraMove, ModelTerms
from studio.rules.compiling import length_as_sent, move_in_words
from studio.rules.contradictions import contradictions
from studio.rules.direction import SLUGS
from studio.rules.wordlists import Lists, WordList, plain

TEXT = "text"
PRAISE_WORDS = """
a an and the very really so most more extremely ultra super hyper 4k 8k hd uhd hdr high quality resolution of something
beautiful stunning amazing awesome epic cinematic gorgeous breathtaking incredible masterpiece best perfect great nice
good cool lovely pretty wonderful fantastic spectacular dramatic realistic photorealistic hyperrealistic detailed highly
intricate professional award winning trending aesthetic vibrant dreamy magical video clip shot scene footage movie film
"""
PRAISE = frozenset(PRAISE_WORDS.split())
"""Words that praise a clip without saying what is in it."""
FEWEST_WORDS = 3
SOUND = WordList(
    (
        "sound of",
        "sounds of",
        "soundtrack",
        "music plays",
        "music playing",
        "dialogue",
        "voice over",
        "voiceover",
        "sings",
        "says",
        "shouts",
        "whispers",
        "narrator",
    )
)
NAMED: Mapping[str, str] = {
    "people": "is a real person: many generators refuse that, and it takes their leave.",
    "characters": "is somebody's character: many generators refuse that, and it takes a licence.",
    "brands": "is a brand: many generators refuse that, and it takes leave to show it.",
}


class Severity(StrEnum):
    NOTE = "note"
    WARN = "warn"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing to know: the field it stands beside ("text" or a direction's slug), how bad it is, and a sentence."""

    field: str
    severity: Severity
    sentence: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the author has said so far. `sound` is whether sound is asked for; None: left open."""

    text: str
    direction: Mapping[str, str]
    camera_move: CameraMove | None = None
    sound: bool | None = None

    def shown(self) -> dict[str, str]:
        """Every field that says what should be seen or heard, plain; not what to leave out."""
        fields = {TEXT: self.text, **{slug: self.direction.get(slug, "") for slug in SLUGS if slug != "negative"}}
        return {name: said for name, words in fields.items() if (said := plain(words))}


def hints_for(asked: Asked, lists: Lists, *, terms: ModelTerms | None = None, prompt: str = "") -> list[Hint]:
    """Everything to know; worst first. `prompt` is the text as the chosen model of `terms` will receive it."""
    shown = asked.shown()
    found = [
        *_forbidden(asked, lists),
        *_too_long(prompt, terms),
        *_named(shown, lists),
        *_contradictory(asked, shown),
        *_vague(shown),
        *_silent(asked, shown),
    ]
    order = (Severity.BLOCK, Severity.WARN, Severity.NOTE)
    return sorted(found, key=lambda hint: order.index(hint.severity))


def refusal(text: str, direction: Mapping[str, str], lists: Lists) -> str:
    """Why these words may not be sent anywhere; "" when they may. Fields are read together, and each by itself."""
    return lists.refusal(". ".join(Asked(text, direction).shown().values()))


def forbidden(asked: Asked, lists: Lists) -> Iterator[tuple[str, str]]:
    """Pairs of a field and the reason why its words may not be sent anywhere."""
    shown = asked.shown()
    if why := lists.refusal(". ".join(shown.values())):
        yield next((name for name, words in shown.items() if lists.refusal(words)), next(iter(shown), TEXT)), why


def people_named(asked: Asked, lists: Lists) -> list[str]:
    """The real people in these words, as the list spells them."""
    return lists.names.get("people", WordList(())).all_in(". ".join(asked.shown().values()))


def _forbidden(asked: Asked, lists: Lists) -> Iterator[Hint]:
    for guilty, why in forbidden(asked, lists):
        yield Hint(guilty, Severity.BLOCK, why)


def _too_long(prompt: str, terms: ModelTerms | None) -> Iterator[Hint]:
    length = length_as_sent(prompt)
    if terms and length > terms.max_prompt:
        most = f"{terms.label} reads {terms.max_prompt} characters at most"
        yield Hint(TEXT, Severity.WARN, f"{most}; with the direction this comes to {length}.")


def _named(shown: Mapping[str, str], lists: Lists) -> Iterator[Hint]:
    for kind, names in lists.names.items():
        seen: set[str] = set()
        for name, words in shown.items():
            for term in names.all_in(words):
                if term not in seen:
                    seen.add(term)
                    yield Hint(name, Severity.WARN, f"“{term}” {NAMED[kind]}")


def _contradictory(asked: Asked, shown: Mapping[str, str]) -> Iterator[Hint]:
    move = move_in_words(asked.camera_move) if asked.camera_move else ""
    camera = ", ".join(filter(None, (shown.get("camera", ""), move)))
    everything = ". ".join(shown.values())
    for one, other, because, is_camera in contradictions(everything, camera):
        where = "camera" if is_camera else _where(other, shown)
        yield Hint(where, Severity.WARN, f"“{one}” and “{other}”: {because[:1].lower()}{because[1:]}")
    for part in re.split(r"[,;.]", plain(asked.direction.get("negative", ""))):
        words = re.sub(r"^(?:no|without|avoid)\b", "", part.strip()).strip()
        if words and re.search(rf"(?<!\w){re.escape(words)}(?!\w)", everything):
            yield Hint("negative", Severity.WARN, f"“{words}” is asked for and left out.")


def _where(words: str, shown: Mapping[str, str]) -> str:
    return next((name for name, said in reversed(list(shown.items())) if words in said), TEXT)


def _vague(shown: Mapping[str, str]) -> Iterator[Hint]:
    if not shown:
        return
    seen = " ".join(shown.get(name, "") for name in (TEXT, "subject", "action"))
    words = re.findall(r"[\w']+", re.sub(r"\[[^\]]*\]", "", seen))
    telling = [word for word in words if word not in PRAISE]
    if not words:
        yield Hint("subject", Severity.NOTE, "Nothing says yet who or what is seen.")
    elif not telling:
        yield Hint(TEXT, Severity.WARN, "These words praise the clip; none says what is in it.")
    elif len(words) < FEWEST_WORDS:
        yield Hint(TEXT, Severity.NOTE, "Very short: say who or what is seen, and what happens.")
    elif TEXT not in shown and "action" not in shown:
        yield Hint("action", Severity.NOTE, "Nothing happens yet: say what the subject does.")


def _silent(asked: Asked, shown: Mapping[str, str]) -> Iterator[Hint]:
    if asked.sound is False:
        for name, words in shown.items():
            if term := SOUND.first_in(words):
                yield Hint(name, Severity.NOTE, f"“{term}” will not be heard: the takes are ordered silent.")
                return

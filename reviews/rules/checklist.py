"""What no instrument of the house can see, as a list for the person who looks: never silence where nobody checked."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MOST_THINGS = 8
MOST_WORDS = 4
# Words that join things and name none; enough of English for prompts, and harmless elsewhere.
JOINING = frozenset(
    """
    a an the and or but of in on at to from with without into onto over under by for as is are be its it his her their
    this that these those while when then slowly quickly very shot camera scene video clip style view close wide medium
    cinematic realistic detailed high quality 4k 8k hd fps lens mm slow fast motion pan zoom tilt dolly tracking push
    through across along near behind before after during up down out off there which who where whose some one two three
    """.split()  # noqa: SIM905 — read as lines of words
)
WORDS = re.compile(r"(?<!\w)[^\W\d_][\w'’-]*")
FIELDS = ("subject", "action", "lighting", "style", "mood")
DRAWN = re.compile(
    r"\b(anime|manga|hentai|cartoons?|comics?|drawings?|drawn|illustrat\w+|animated|animation|sketch\w*|paintings?|painted"
    r"|watercolou?r|cel[- ]shaded|claymation|pixel art)\b",
    re.IGNORECASE,
)
"""Words that ask for something other than photography."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """One thing to look for: what, and the words of the prompt that say it."""

    slug: str
    title: str
    things: tuple[str, ...] = ()


VIOLENCE = Unseen("violence", "Violence, gore or weapons")
LIKENESS = Unseen("likeness", "The likeness of a real, named person")
DRAWN_NUDITY = Unseen("drawn_nudity", "Nudity in drawings: the instrument knows photographs only")


def unseen(text: str, direction: Mapping[str, str], *, answered: Sequence[str] = ()) -> list[Unseen]:
    """What to look for in a take of this prompt; without what an outside examiner has `answered` (slugs)."""
    things = tuple(direction[field] for field in FIELDS if direction.get(field)) or things_in(text)
    asked = Unseen("adherence", "What the prompt asked", things)
    rows = [asked, VIOLENCE, LIKENESS] if things else [VIOLENCE, LIKENESS]
    if any(DRAWN.search(words) for words in (text, *direction.values())):
        rows.append(DRAWN_NUDITY)
    return [row for row in rows if row.slug not in answered]


def things_in(text: str) -> tuple[str, ...]:
    """The things a prompt names, in its order: runs of words between those that only join."""
    found: list[str] = []
    for clause in re.split(r"[.,;:!?()\n]+", text):
        run: list[str] = []
        for word in [*WORDS.findall(clause), ""]:
            if word and word.lower() not in JOINING and len(run) < MOST_WORDS:
                run.append(word)
                continue
            if run:
                found.append(" ".join(run))
            run = [word] if word and word.lower() not in JOINING else []
    return tuple(dict.fromkeys(each.lower() for each in found))[:MOST_THINGS]

"""Words that are looked for in prompts, as whole words. Data in, data out; `studio/wordlists.py` reads the files."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

INVISIBLE = ("Cf", "Mn", "Cc")
"""Categories of letters that show nothing or only change the one before: accents, zero-width and control characters."""
_NUMBERS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    "|1[0-7]|[1-9]"
)
LOOKALIKES = str.maketrans(
    "авеѕіјкмнорстхуһԁԛԝ" + "αβεζηικμνορτυχ" + "ıɑɡ",
    "abesijkmhopctxyhdqw" + "abezhikmnoptux" + "iag",
)
"""Cyrillic, Greek and other letters that are drawn like Latin ones, small or capital (of Unicode's confusables)."""
YOUNG = re.compile(
    rf"\b(?:{_NUMBERS})[\s-]*(?:years?|yrs?)[\s-]*olds?\b|\b(?:{_NUMBERS}) ?y\.?o\b|\baged? (?:{_NUMBERS})\b"
)
"""An age below 18, in text that is `plain`."""


def plain(text: str) -> str:
    """For comparing: no accents, no invisible characters, no capitals, no borrowed letters, one space for any gap."""
    spaced = re.sub(r"\s+", " ", text)
    letters = unicodedata.normalize("NFKD", spaced)
    kept = "".join(letter for letter in letters if unicodedata.category(letter) not in INVISIBLE)
    return kept.casefold().translate(LOOKALIKES).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").strip()


def _words_of(term: str) -> str:
    return " ".join(re.split(r"[\s_-]+", term))


@dataclass(frozen=True)
class WordList:
    """A set of terms that is looked for at one go. The longest that fits wins. Every `text` is already `plain`."""

    terms: tuple[str, ...]

    @cached_property
    def _spelled(self) -> Mapping[str, str]:
        """Each term as the list spells it, by its words."""
        return {_words_of(plain(term)): term for term in self.terms}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self._spelled, key=len, reverse=True)
        either = "|".join(r"[\s_-]+".join(map(re.escape, words.split())) for words in longest_first)
        return re.compile(rf"(?<!\w)({either})(?:'s)?(?!\w)")

    def first_in(self, text: str) -> str:
        """The first of the terms in `text`, as the list spells it; "" when there is none."""
        return next(iter(self.all_in(text)), "")

    def all_in(self, text: str) -> list[str]:
        found = self._pattern.findall(text) if self.terms else []
        return list(dict.fromkeys(self._spelled[_words_of(term)] for term in found))

    def without(self, text: str) -> str:
        return self._pattern.sub(" ", text) if self.terms else text


@dataclass(frozen=True)
class Kind:
    """A kind of content that is never made: refused by a term alone, or by one of each list of a pair together."""

    slug: str
    sentence: str
    terms: WordList
    pairs: tuple[tuple[WordList, WordList], ...] = ()

    def found_in(self, text: str) -> str:
        """What in `text` makes it of this kind, as people read it; "" when nothing does."""
        if term := self.terms.first_in(text):
            return f"“{term}”"
        for these, those in self.pairs:
            if (first := these.first_in(text)) and (second := those.first_in(text)):
                return f"“{first}” with “{second}”"
        return ""


@dataclass(frozen=True)
class Lists:
    """Everything the desk looks for by name. `names` are of real people, of characters, of brands; `intimate` are the
    words that no real person is shown with.
    """

    forbidden: tuple[Kind, ...] = ()
    innocent: WordList = WordList(())
    intimate: WordList = WordList(())
    names: Mapping[str, WordList] = field(default_factory=dict)

    def refusal(self, words: str) -> str:
        """Why a prompt with these words may not be sent anywhere, its term named; "" when it may."""
        text = YOUNG.sub("underage", self.innocent.without(plain(words)))
        for kind in self.forbidden:
            if found := kind.found_in(text):
                return f"{kind.sentence} This prompt says {found}."
        people = self.names.get("people", WordList(()))
        if (person := people.first_in(text)) and (word := self.intimate.first_in(text)):
            return f"Nobody real is shown like this. This prompt says “{person}” with “{word}”."
        return ""


def lists_of(forbidden: Mapping[str, Any], names: Mapping[str, Iterable[str]]) -> Lists:
    """From the data of the files. Raises KeyError or TypeError for an entry that is incomplete or odd."""
    return Lists(
        tuple(_kind(**entry) for entry in forbidden["kinds"]),
        innocent=WordList(tuple(forbidden["innocent"])),
        intimate=WordList(tuple(forbidden["intimate"])),
        names={kind: WordList(tuple(terms)) for kind, terms in names.items()},
    )


def _kind(slug: str, sentence: str, terms: list[str], pairs: list[Mapping[str, list[str]]]) -> Kind:
    both = tuple((WordList(tuple(pair["these"])), WordList(tuple(pair["with"]))) for pair in pairs)
    return Kind(slug, sentence, WordList(tuple(terms)), both)

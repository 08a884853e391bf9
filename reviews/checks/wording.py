"""Judging strings that a machine has read: are they the same, are they words at all, were they asked for? Pure."""

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from studio.rules.wordlists import plain

DIFFERENT_ABOVE = 0.3
"""Share of two words that must differ, of both together: less is the reader's slip."""
SHORTEST = 3
"""Letters and digits of one line from which it tells something: any corner or loop resembles one or two."""
VOWELS = set("aeiouy")
LONG_CLUSTER = 5
"""So many consonants in a row, or a word of four without any vowel, is no word in Latin letters."""


def letters_of(text: str) -> str:
    """Its letters and digits alone, in plain small ones."""
    return "".join(re.findall(r"[^\W_]+", plain(text)))


def distance(one: str, other: str) -> float:
    """0 (the same) to 1 (nothing in common)."""
    return 1 - SequenceMatcher(None, one, other, autojunk=False).ratio()


def same_text(one: str, other: str) -> bool:
    """Whether two readings can be of one unchanged line, of which a part may have been hidden."""
    if letters_of(one) in letters_of(other) or letters_of(other) in letters_of(one):
        return not _numbers_changed(one, other)
    ours, theirs = plain(one).split(), plain(other).split()
    if len(ours) == len(theirs):
        return all(_same_word(*pair) for pair in zip(ours, theirs, strict=True))
    return distance(letters_of(one), letters_of(other)) <= DIFFERENT_ABOVE


def _numbers_changed(one: str, other: str) -> bool:
    """A counter that goes from 1 to 11 is another number, not the rest of the same."""
    ours, theirs = re.findall(r"\d+", one), re.findall(r"\d+", other)
    return len(ours) == len(theirs) and ours != theirs


def _same_word(one: str, other: str) -> bool:
    if one.isdigit() or other.isdigit():
        return one == other
    cut_off = min(len(one), len(other)) >= SHORTEST and (one.endswith(other) or other.endswith(one))
    return cut_off or distance(one, other) <= DIFFERENT_ABOVE


def is_wordlike(text: str) -> bool:
    """Whether most of its longer words could be words: scrambled letters are not, numbers and other scripts may be."""
    long_words = [word for word in re.findall(r"[^\W_]+", plain(text)) if len(word) > SHORTEST]
    odd = sum(map(_is_odd, long_words))
    return odd * 2 <= len(long_words)


def _is_odd(word: str) -> bool:
    if not word.isascii() or word.isdigit():
        return False
    letters = "".join("a" if letter in VOWELS else letter for letter in word)
    clusters = re.findall(r"[b-z]+", letters)
    mixed = re.search(r"[a-z]\d+[a-z]", word) is not None
    return mixed or "a" not in letters or max(map(len, clusters), default=0) >= LONG_CLUSTER


def unasked(text: str, allowed: Iterable[str]) -> str:
    """What is left of a line without the allowed words; "" when too little to be a word."""
    left = letters_of(text)
    words = (letters_of(word) for phrase in allowed for word in phrase.split())
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, " ") if word else left
    left = " ".join(left.split())
    return left if len(left.replace(" ", "")) >= SHORTEST else ""


def meant(text: str, allowed: Sequence[str]) -> str:
    """The allowed words that a line seems to be a misspelling of; "" for none."""
    near = [(distance(letters_of(text), letters_of(phrase)), phrase) for phrase in allowed]
    closest = min(near, default=(1.0, ""))
    return closest[1] if closest[0] <= DIFFERENT_ABOVE else ""

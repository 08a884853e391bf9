"""Titles and names as lists, feeds and tabs can show them."""

import re

UNSHOWABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""Control characters and non-characters, which XML forbids; bidirectional overrides, which turn what stands after them;
halves of characters, which no database takes. Joiners stay: emoji and whole scripts are made with them."""


def one_line(text: str) -> str:
    """`text` without what cannot be shown, its white space made single spaces."""
    return " ".join(UNSHOWABLE.sub("", text).split())

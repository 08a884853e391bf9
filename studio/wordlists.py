"""The lists of words that prompts are held against, read once from `studio/data`."""

import tomllib
from functools import cache
from typing import Any

from studio.paths import CODE
from studio.rules.wordlists import Lists, lists_of

DATA = CODE / "studio" / "data"


@cache
def word_lists() -> Lists:
    return lists_of(_read("forbidden.toml"), _read("names.toml"))


def _read(name: str) -> dict[str, Any]:
    with (DATA / name).open("rb") as file:
        return tomllib.load(file)

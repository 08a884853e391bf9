"""Whose keys: the table under a profile with a person's changes; how they are spelled; which cannot stand together."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from studio.rules.keys import AWAKE_TOGETHER, BINDINGS, BY_ID, DIFFERS, MASKS, RESERVED, Binding, Profile

Kept = Mapping[str, Any]
"""`Preferences.keys`: `{"profile": slug, "remaps": {binding id: combinations, "" for none}}`, or nothing."""


@dataclass(frozen=True, slots=True)
class Conflict:
    combo: str
    first: Binding
    second: Binding | None

    def __str__(self) -> str:
        if self.second is None:
            return f"{self.combo} belongs to the browser and cannot mean “{self.first.title}”."
        return f"{self.combo} would mean both “{self.first.title}” and “{self.second.title}”."


def bindings_for(kept: Kept) -> tuple[Binding, ...]:
    """The table as one person has it. What was kept of an action that is gone is passed over."""
    profile, remaps = profile_of(kept), remaps_of(kept)
    return tuple(
        replace(each, combo=_allowed(each, remaps.get(each.id, combo_under(profile, each)), profile))
        for each in BINDINGS
    )


def by_id(kept: Kept) -> Mapping[str, Binding]:
    """`bindings_for`, as templates look them up."""
    return {each.id: each for each in bindings_for(kept)}


def profile_of(kept: Kept) -> Profile:
    slug = kept.get("profile")
    return Profile(slug) if slug in Profile.values else Profile.DAILIES


def remaps_of(kept: Kept) -> Mapping[str, str]:
    return {name: combo for name, combo in kept.get("remaps", {}).items() if name in BY_ID}


def combo_under(profile: Profile, binding: Binding) -> str:
    """What the profile gives the action, before any change of the person."""
    return _allowed(binding, DIFFERS[profile].get(binding.id, binding.combo), profile)


def _allowed(binding: Binding, combo: str, profile: Profile) -> str:
    if profile != Profile.BUTTONS:
        return combo
    return " ".join(each for each in combo.split() if is_quiet(binding, each))


# What moves something about that a person opened on purpose; their keys are not characters.
_WALKED = frozenset({"drawing", "board"})
_CHARACTERS = frozenset({"Space", "Plus"})


def is_quiet(binding: Binding, combo: str) -> bool:
    """Whether speech, a cat or a slipped finger cannot press it: what *Buttons only* keeps (WCAG 2.1.4)."""
    key = combo.rpartition("+")[2]
    if combo.startswith(("Control+", "Alt+")) or key == "Escape":
        return True
    return binding.scope in _WALKED and len(key) > 1 and key not in _CHARACTERS


def conflicts(bindings: Iterable[Binding]) -> list[Conflict]:
    """Two actions on one combination in scopes awake together, or an action on a reserved combination."""
    table = tuple(bindings)
    return [*_reserved(table), *_doubled(table)]


def _reserved(table: tuple[Binding, ...]) -> Iterator[Conflict]:
    for binding in table:
        for combo in binding.combos:
            if combo in RESERVED:
                yield Conflict(combo, binding, None)


def _doubled(table: tuple[Binding, ...]) -> Iterator[Conflict]:
    holders: dict[str, list[Binding]] = {}
    for binding in table:
        for combo in binding.combos:
            holders.setdefault(combo, []).append(binding)
    for combo, held in holders.items():
        for first, second in combinations(held, 2):
            if any(_awake(first, combo, scopes) and _awake(second, combo, scopes) for scopes in AWAKE_TOGETHER):
                yield Conflict(combo, first, second)


def _awake(binding: Binding, combo: str, scopes: frozenset[str]) -> bool:
    asleep = {name for scope in scopes - {binding.scope} for name in MASKS.get(scope, ())}
    return binding.scope in scopes and not asleep & {binding.scope, binding.id, combo}


_MODIFIERS = {"control": "Control", "ctrl": "Control", "alt": "Alt", "option": "Alt", "shift": "Shift"}
_ORDER = ("Control", "Alt", "Shift")
_NAMED = (
    *("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"),
    *("Space", "Enter", "Escape", "Backspace", "Delete", "Plus", "Tab", "Insert", "CapsLock"),
)
_ALSO = {"esc": "Escape", "del": "Delete", "left": "ArrowLeft", "right": "ArrowRight", "up": "ArrowUp"} | {
    "down": "ArrowDown",
    "return": "Enter",
}
_KEYS = {name.lower(): name for name in _NAMED} | _ALSO
_FUNCTION_KEY = re.compile(r"f\d{1,2}", re.IGNORECASE)
_NOTATION = "Write a key as A, ?, Shift+ArrowLeft or Control+K, and several with a space between."


def spelled(text: str) -> str:
    """Combinations as people type them ("ctrl+k left") in the notation of the table.

    Raises ValueError with a sentence for the person.
    """
    return " ".join(dict.fromkeys(_spelled(part) for part in text.split()))


def _spelled(part: str) -> str:
    *modifiers, key = re.sub(r"(^|\+)\+$", r"\1Plus", part).split("+")
    unknown = [each for each in modifiers if each.lower() not in _MODIFIERS]
    if unknown or not (named := _key_named(key)):
        raise ValueError(f"“{part}” is no key that a page can use. {_NOTATION}")
    pressed = {_MODIFIERS[each.lower()] for each in modifiers}
    if "Shift" in pressed and (named == "Plus" or (len(named) == 1 and not named.isalnum())):
        raise ValueError(f"“{part}”: of a sign write the sign itself, without Shift.")
    return "+".join([*(each for each in _ORDER if each in pressed), named])


def _key_named(key: str) -> str:
    if len(key) == 1 and key.isascii() and key.isprintable():
        return key.upper()
    if _FUNCTION_KEY.fullmatch(key):
        return key.upper()
    return _KEYS.get(key.lower(), "")

"""Prompts with blanks: `{{name}}` in the text and the direction, filled strictly, once, with typed values."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import TextChoices
from PIL.ImageColor import colormap

from studio.rules.sheet import Sheet

LONGEST_VALUE = 300
LONGEST_TEXT = 4000
LONGEST_FIELD = 500
MOST_VARIABLES = 20
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
HEX_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}")


class Kind(TextChoices):
    TEXT = "text", "Text"
    CHOICE = "choice", "Choice"
    NUMBER = "number", "Number"
    COLOUR = "colour", "Colour"
    REFERENCE = "reference", "Reference"


@dataclass(frozen=True, slots=True)
class Variable:
    """A blank. Without a `default` every row must fill it. A reference is filled with the name of an asset."""

    name: str
    kind: Kind = Kind.TEXT
    choices: tuple[str, ...] = ()
    default: str = ""

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Variable":
        """As it is stored in `Template.variables`."""
        kind, choices = Kind(document["type"]), tuple(document.get("choices", ()))
        return cls(document["name"], kind, choices, document.get("default", ""))

    def document(self) -> dict[str, Any]:
        return {"name": self.name, "type": self.kind.value, "choices": list(self.choices), "default": self.default}


@dataclass(frozen=True, slots=True)
class Blank:
    """What a template says, without its row."""

    text: str
    direction: Mapping[str, str]
    variables: tuple[Variable, ...]

    @property
    def texts(self) -> Mapping[str, str]:
        return {"text": self.text, **self.direction}


@dataclass(frozen=True, slots=True)
class Filled:
    """One row of values put into a template. `assets` are the names of the references, in their order."""

    number: int
    text: str
    direction: Mapping[str, str]
    values: Mapping[str, str]
    assets: tuple[str, ...] = ()


def problems_in(blank: Blank) -> list[str]:
    """What is wrong with a template itself, a sentence each; none of it depends on values."""
    names = [variable.name for variable in blank.variables]
    used = set(_placeholders(blank))
    said = [problem for variable in blank.variables for problem in _variable_problems(variable)]
    said += [f"Two variables are named “{name}”." for name in dict.fromkeys(names) if names.count(name) > 1]
    said += [f"{{{{{name}}}}} is used but is no variable." for name in sorted(used - set(names))]
    said += [
        f"The variable “{variable.name}” is not used in the text or the direction."
        for variable in blank.variables
        if variable.name not in used and variable.kind is not Kind.REFERENCE
    ]
    if len(names) > MOST_VARIABLES:
        said.append(f"A template has {MOST_VARIABLES} variables at most.")
    if not any(text.strip() for slug, text in blank.texts.items() if slug != "negative"):
        said.append("Write the text or fill in a field of the direction.")
    if any("{{" in rest or "}}" in rest for rest in (PLACEHOLDER.sub("", text) for text in blank.texts.values())):
        said.append("A blank is written {{name}}: somewhere braces do not pair.")
    return said


def fill_all(blank: Blank, sheet: Sheet, *, assets: Collection[str] = ()) -> tuple[list[Filled], list[str]]:
    """Every row of `sheet` filled in, and what is wrong, naming row and column. Any problem spoils the whole."""
    if wrong := list(_column_problems(blank, sheet.columns)):
        return [], wrong
    filled, problems = [], []
    for row in sheet.rows:
        one, wrong = fill(blank, row.cells, number=row.number, assets=assets)
        filled.append(one)
        problems += [f"Row {row.number}, {said}" for said in wrong]
    return filled, problems


def fill(
    blank: Blank, values: Mapping[str, str], *, number: int = 0, assets: Collection[str] = ()
) -> tuple[Filled, list[str]]:
    """The template with `values` in its blanks, and what is wrong with them. Values are never filled in themselves."""
    given = {variable.name: values.get(variable.name, "").strip() or variable.default for variable in blank.variables}
    problems = [
        f"column “{variable.name}”: {said}"
        for variable in blank.variables
        if (said := value_problem(variable, given[variable.name], assets=assets))
    ]
    texts = {slug: PLACEHOLDER.sub(lambda found: given.get(found[1], ""), text) for slug, text in blank.texts.items()}
    problems += _length_problems(texts)
    chosen = tuple(given[variable.name] for variable in blank.variables if variable.kind is Kind.REFERENCE)
    return Filled(number, texts.pop("text"), texts, given, chosen), problems


def value_problem(variable: Variable, value: str, *, assets: Collection[str] = ()) -> str:
    """Why `value` cannot stand for `variable`; "" when it can."""
    if not value:
        return "it is empty and has no default."
    if len(value) > LONGEST_VALUE:
        return f"{len(value)} characters; {LONGEST_VALUE} at most."
    shown = f"“{value[:60]}”"
    match variable.kind:
        case Kind.CHOICE if value not in variable.choices:
            return f"{shown} is not one of {', '.join(variable.choices)}."
        case Kind.NUMBER if not _is_number(value):
            return f"{shown} is no number. Write it like 12 or 0.5."
        case Kind.COLOUR if not (HEX_COLOUR.fullmatch(value) or value.lower() in colormap):
            return f"{shown} is no colour. Write a name like “navy” or a code like #1a2b3c."
        case Kind.REFERENCE if value not in assets:
            return f"no reference of this project is named {shown}."
        case _:
            return ""


def _placeholders(blank: Blank) -> Iterator[str]:
    for text in blank.texts.values():
        yield from PLACEHOLDER.findall(text)


def _variable_problems(variable: Variable) -> Iterator[str]:
    name = variable.name
    if not NAME.fullmatch(name):
        yield f"“{name[:60]}” is no name: a small letter first, then small letters, digits and _, 40 at most."
    if variable.kind is Kind.CHOICE and not variable.choices:
        yield f"The choice “{name}” has nothing to choose from."
    elif (
        variable.default
        and variable.kind is not Kind.REFERENCE
        and (wrong := value_problem(variable, variable.default))
    ):
        yield f"The default of “{name}”: {wrong}"


def _column_problems(blank: Blank, columns: Sequence[str]) -> Iterator[str]:
    known = [variable.name for variable in blank.variables]
    for column in columns:
        if column not in known:
            yield f"The column “{column[:60]}” is no variable of this template; it has {_listed(known)}."
    for variable in blank.variables:
        if variable.name not in columns and not variable.default:
            yield f"The column “{variable.name}” is missing and has no default."


def _length_problems(texts: Mapping[str, str]) -> Iterator[str]:
    for slug, text in texts.items():
        most = LONGEST_TEXT if slug == "text" else LONGEST_FIELD
        if len(text) > most:
            yield f"the {slug} has {len(text)} characters when it is filled in; {most} at most."


def _is_number(value: str) -> bool:
    try:
        return Decimal(value).is_finite()
    except InvalidOperation:
        return False


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"

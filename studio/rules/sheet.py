"""A table of values as people save it from a spreadsheet. Every cell is only text: nothing is ever reckoned."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO

from studio.errors import Invalid

MOST_BYTES = 256 * 1024
MOST_ROWS = 64
MOST_COLUMNS = 40
DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row of values by column. `number` is that of the spreadsheet, whose head is row 1."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    columns: tuple[str, ...]
    rows: tuple[SheetRow, ...]


def read_sheet(content: bytes) -> Sheet:
    """Read CSV: UTF-8 with or without a byte order mark, comma, semicolon or tab between cells, quotes doubled.

    Raises Invalid with a sentence that names the row.
    """
    if len(content) > MOST_BYTES:
        raise Invalid(f"The table is larger than {MOST_BYTES // 1024} KB.")
    records = _records(_text(content))
    filled = [(number, cells) for number, cells in records if any(cells)]
    if not filled:
        raise Invalid("The table is empty. Its first row names the columns.")
    (_, head), *rest = filled
    columns = _columns(head)
    if not rest:
        raise Invalid("The table has a head and no row of values.")
    if len(rest) > MOST_ROWS:
        raise Invalid(f"The table has {len(rest)} rows; {MOST_ROWS} at most go into one batch.")
    return Sheet(columns, tuple(_row(number, cells, columns) for number, cells in rest))


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise Invalid(f"Row {row} is not UTF-8 text. Save the table as “CSV UTF-8”.") from error
    if "\0" in text:
        raise Invalid("This is not a table in text form. Save it as “CSV UTF-8”.")
    return text


def _records(text: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    records: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            records.append((len(records) + 1, [cell.strip() for cell in cells]))
    except csv.Error as error:
        raise Invalid(
            f"Row {len(records) + 1} cannot be read: a quote is open or stands in the wrong place."
        ) from error
    return records


def _delimiter(text: str) -> str:
    """What parts the cells of the head, quoted words aside; a comma when there is one column."""
    head = text.lstrip("\r\n").partition("\n")[0]
    bare = "".join(head.split('"')[::2])
    return max(DELIMITERS, key=bare.count)


def _columns(head: Sequence[str]) -> tuple[str, ...]:
    if len(head) > MOST_COLUMNS:
        raise Invalid(f"The table has {len(head)} columns; {MOST_COLUMNS} at most.")
    for place, name in enumerate(head, 1):
        if not name:
            raise Invalid(f"Column {place} has no name in row 1.")
        if name in head[: place - 1]:
            raise Invalid(f"Two columns are named “{name[:40]}”.")
    return tuple(head)


def _row(number: int, cells: Sequence[str], columns: Sequence[str]) -> SheetRow:
    if len(cells) != len(columns):
        raise Invalid(f"Row {number} has {_cells(len(cells))}; the head has {len(columns)}.")
    return SheetRow(number, dict(zip(columns, cells, strict=True)))


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"

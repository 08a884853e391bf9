import csv
import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import Invalid
from studio.rules.sheet import MOST_BYTES, MOST_ROWS, read_sheet

PLAIN = "name,colour\nAda,navy\nGrace,#ff0000\n"


def cells(text: str) -> list[dict[str, str]]:
    return [row.cells for row in read_sheet(text.encode()).rows]


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        "\ufeff" + PLAIN,
        '"name","colour"\n"Ada","navy"\n"Grace","#ff0000"',
        "\n" + PLAIN + "\n,\n",
    ],
)
def test_it_reads_what_spreadsheets_write(text):
    assert cells(text) == [{"name": "Ada", "colour": "navy"}, {"name": "Grace", "colour": "#ff0000"}]


def test_quotes_hold_delimiters_line_ends_and_quotes():
    assert cells('a;b\n"x; y";"says ""hi""\nthere"') == [{"a": "x; y", "b": 'says "hi"\nthere'}]


def test_a_comma_in_a_quoted_name_does_not_count_as_delimiter():
    assert read_sheet(b'"a,b,c";d\n1;2').columns == ("a,b,c", "d")


@pytest.mark.parametrize("cell", ["=1+1", "+4", "-4", "@SUM(A1)", "=cmd|' /C calc'!A0"])
def test_what_looks_like_a_formula_is_only_text(cell):
    assert cells(f'a\n"{cell}"') == [{"a": cell}]


def test_rows_are_counted_as_the_spreadsheet_counts_them():
    assert [row.number for row in read_sheet(b"a\n1\n\n2\n").rows] == [2, 4]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The table is empty"),
        (b"\n,,\n", "The table is empty"),
        (b"a,b\n", "no row of values"),
        (b"a,b\n1,2\n1,2,3\n", "Row 3 has 3 cells; the head has 2"),
        (b"a,b\n1\n", "Row 2 has 1 cell;"),
        (b"a,,c\n1,2,3\n", "Column 2 has no name"),
        (b"a,b,a\n1,2,3\n", "Two columns are named “a”"),
        (b'a\n"open\n', "Row 2 cannot be read"),
        (b"a\nok\n\xff\n", "Row 3 is not UTF-8"),
        (b"a\n1\0\n", "not a table in text form"),
        (("a\n" + "1\n" * (MOST_ROWS + 1)).encode(), "65 rows; 64 at most"),
        (b"a\n" + b"x" * MOST_BYTES, "larger than 256 KB"),
        ((",".join(f"c{n}" for n in range(41)) + "\n").encode(), "41 columns; 40 at most"),
    ],
)
def test_it_refuses_in_a_sentence(content, sentence):
    with pytest.raises(Invalid, match=sentence):
        read_sheet(content)


CELLS = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\r"), min_size=1, max_size=20
).filter(lambda text: text == text.strip() and text)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=5), st.sampled_from(",;"))
def test_what_a_writer_of_csv_wrote_is_read_back(rows, delimiter):
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows([["a", "b", "c"], *rows])
    sheet = read_sheet(file.getvalue().encode())
    assert [list(row.cells.values()) for row in sheet.rows] == rows


@given(st.binary(max_size=300))
def test_whatever_the_bytes_it_reads_or_refuses(content):
    with suppress(Invalid):
        read_sheet(content)

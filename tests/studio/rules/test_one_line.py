import pytest

from studio.rules.one_line import one_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  A bell,\n\trung  twice ", "A bell, rung twice"),
        ("\x01\x08bell\x1b[31m\x7f\x9b", "bell[31m"),
        ("cod\u202egpj.exe", "codgpj.exe"),
        ("half \ud800 a character\uffff", "half a character"),
        ("\U0001f468\u200d\U0001f467 می\u200cخواهم", "\U0001f468\u200d\U0001f467 می\u200cخواهم"),
        ("\x00\u2066", ""),
    ],
)
def test_it_shows_a_text_in_one_line(text, shown):
    assert one_line(text) == shown

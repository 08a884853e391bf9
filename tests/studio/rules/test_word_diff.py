import pytest

from studio.rules.word_diff import Change, word_diff


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", []),
        ("a boat", "a  boat", [("same", "a boat")]),
        ("a red boat", "a blue boat", [("same", "a"), ("removed", "red"), ("added", "blue"), ("same", "boat")]),
        ("", "new words", [("added", "new words")]),
        ("old words", "", [("removed", "old words")]),
        ("a b", "a b c", [("same", "a b"), ("added", "c")]),
    ],
)
def test_it_says_which_words_stayed_went_and_came(before, after, expected):
    assert [(piece.change, piece.text) for piece in word_diff(before, after)] == expected


def test_it_loses_no_word_of_either_text():
    before, after = "one two three two one", "two one three three two"
    pieces = word_diff(before, after)
    assert " ".join(piece.text for piece in pieces if piece.change != Change.ADDED) == before
    assert " ".join(piece.text for piece in pieces if piece.change != Change.REMOVED) == after

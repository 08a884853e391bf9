import pytest

from reviews.rules.mentions import Piece, names_in, pieces_of


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("@mina look", {"mina"}),
        ("Look, @Mina.", {"mina.", "mina"}),
        ("(@mina)", {"mina"}),
        ("@mina @otto", {"mina", "otto"}),
        ("mina@example.org", set()),
        ("a@", set()),
        ("nobody", set()),
    ],
)
def test_it_finds_every_name_that_may_be_meant(body, named):
    assert names_in(body) == named


@pytest.mark.parametrize(
    "body",
    ["@mina look", "Look, @Mina.", "@minaret and @mina", "<img src=x onerror=alert(1)> @mina", "", "@mina@mina", "@ @"],
)
def test_the_pieces_are_the_body(body):
    assert "".join(piece.text for piece in pieces_of(body, ["mina"])) == body


def test_names_of_people_stand_apart_and_unknown_ones_are_plain_text():
    assert pieces_of("Ask @Mina, or @otto.", ["mina"]) == [
        Piece("Ask "),
        Piece("@Mina", is_name=True),
        Piece(", or @otto."),
    ]


def test_a_longer_name_is_not_a_shorter_one():
    assert pieces_of("@minaret", ["mina"]) == [Piece("@minaret")]

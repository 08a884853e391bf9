from dataclasses import replace

import pytest

from providers.base import Operation, PriceRule
from providers.catalogue import catalogue
from studio.rules.hints import Hint, Severity
from studio.templatetags.making import lengths, modes, of_field, price, sizes

MODEL = catalogue()["sandbox-1"]


@pytest.mark.parametrize(
    ("seconds", "said"), [((4, 8, 12), "4, 8, 12"), ((2, 3, 4), "2–4"), ((5,), "5"), (None, "1–30")]
)
def test_lengths_are_a_range_where_every_one_between_goes(seconds, said):
    assert lengths(replace(MODEL, seconds=seconds)) == said


def test_sizes_are_the_first_few_and_how_many_more():
    assert sizes(replace(MODEL, sizes=None)) == "any, to 2048"
    assert sizes(replace(MODEL, sizes=("1x1", "2x2"))) == "1x1, 2x2"
    assert sizes(replace(MODEL, sizes=("1x1", "2x2", "3x3", "4x4", "5x5"))) == "1x1, 2x2, 3x3 and 2 more"


def test_modes_are_short_words_in_a_fixed_order():
    assert modes(replace(MODEL, operations=frozenset(Operation))) == (
        "text, first frame, first and last, references, edit, restyle, inpaint, outpaint, extend, remix"
    )


def test_a_price_that_depends_is_a_range():
    cheap = PriceRule(MODEL.price_per_second / 2, audio=False)
    assert price(MODEL) == "$0.01"
    assert price(replace(MODEL, prices=(cheap,))) == "$0.005–$0.01"


def test_hints_are_found_by_their_field():
    hints = [Hint("text", Severity.NOTE, "a"), Hint("camera", Severity.WARN, "b")]
    assert [hint.sentence for hint in of_field(hints, "camera")] == ["b"]
    assert of_field(None, "camera") == []

from fractions import Fraction

import pytest

from reviews.checks.spec import Resolution, Spec, SpecError


def test_it_reads_every_key_and_writes_it_back():
    spec = Spec.parse(
        {
            "ratio": "16:9",
            "resolution": ">=1280x720",
            "fps": "30000/1001",
            "seconds": "5",
            "audio": True,
            "shots": 2,
            "fades": True,
            "style": "noir",
            "allowed_words": ["OPEN"],
        }
    )
    assert (spec.ratio, spec.fps, spec.seconds) == (Fraction(16, 9), Fraction(30000, 1001), 5.0)
    assert spec.resolution == Resolution(1280, 720, at_least=True)
    assert Spec.parse(spec.as_json()) == spec


@pytest.mark.parametrize("nothing", [{}, {"fps": None, "style": "", "ratio": ""}])
def test_it_takes_empty_values_for_not_asked(nothing):
    assert Spec.parse(nothing) == Spec()


@pytest.mark.parametrize("size", ["720p", "1280x720", ">=640x480"])
def test_it_writes_a_size_as_it_was_asked(size):
    assert Spec.parse({"resolution": size}).as_json()["resolution"] == size


@pytest.mark.parametrize(
    "document",
    [
        {"ratio": "wide"},
        {"ratio": "16:0"},
        {"resolution": "large"},
        {"resolution": "0x720"},
        {"fps": "0"},
        {"fps": "nan"},
        {"seconds": -1},
        {"seconds": True},
        {"seconds": "inf"},
        {"audio": "yes"},
        {"shots": 0},
        {"fades": 1},
        {"allowed_words": "OPEN"},
        {"style": 3},
        {"frames": 24},
        [],
    ],
)
def test_it_refuses_what_cannot_be_meant(document):
    with pytest.raises(SpecError):
        Spec.parse(document)

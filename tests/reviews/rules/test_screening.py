"""How people look: read from what a version stored, and written back."""

from dataclasses import replace

import pytest

from reviews.rules.screening import Coverage, Screening, Sound, percent_of
from reviews.rules.severity import Severity


def test_what_is_stored_comes_back_as_it_was():
    screening = Screening(Coverage.REQUIRE, second_share=0.125, second_always=Severity.BLOCKING, audit_share=0.2)
    screening = replace(screening, golden_share=0.1, sound=Sound.MUTED)
    assert Screening.from_json(screening.as_json()) == screening


def test_what_an_older_version_does_not_name_is_as_the_house_has_it():
    stored = Screening.from_json({"coverage": "off"})
    assert (stored.coverage, stored.second_share, stored.second_always) == (Coverage.OFF, 0.0, None)


def test_the_house_mixes_in_a_golden_clip_for_every_twenty():
    assert Screening().golden_share == 0.05
    assert replace(Screening(), golden_share=0.02).in_words()["golden clips"] == "2 %"


def test_the_house_draws_one_clean_take_in_twenty_and_no_second_opinion():
    assert (Screening().audit_share, Screening().second_share, Screening().second_always) == (0.05, 0.0, None)


def test_a_version_from_before_there_was_a_word_on_sound_leaves_it_to_the_person():
    assert Screening.from_json({"coverage": "off"}).sound is Sound.PERSON


def test_what_a_newer_version_names_is_passed_over():
    assert Screening.from_json({"of_tomorrow": 1}) == Screening.from_json({})


@pytest.mark.parametrize(
    "stored",
    [
        {"coverage": "sometimes"},
        {"second_share": 1.5},
        {"second_share": -0.1},
        {"audit_share": "many"},
        {"audit_share": float("nan")},
        {"second_always": "awful"},
        {"golden_share": 1.01},
        {"sound": "loud"},
    ],
)
def test_it_refuses_what_cannot_be_meant(stored):
    with pytest.raises(ValueError, match=str(next(iter(stored.values())))):
        Screening.from_json(stored)


@pytest.mark.parametrize(("share", "words"), [(0, "0 %"), (0.05, "5 %"), (0.125, "12.5 %"), (1, "100 %")])
def test_shares_are_said_in_percent(share, words):
    assert percent_of(share) == words

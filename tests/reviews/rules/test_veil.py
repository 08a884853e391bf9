"""Which clips open veiled and how thickly, and what people are told before they look."""

import pytest

from reviews.rules.veil import (
    BITS,
    HOUSE_FLOORS,
    Harm,
    Level,
    Veil,
    bits_of,
    filter_in_lists,
    harm_of,
    harms_in,
    harms_of,
    in_words,
    is_severe,
    veil_of,
    why_veiled,
)

THIN = dict.fromkeys(Harm, Level.NONE)


@pytest.mark.parametrize(
    ("check", "label", "severity", "harm"),
    [
        ("nudity", "possible", "info", Harm.NUDITY),
        ("blocklist", "listed", "blocking", Harm.SHUT_OUT),
        ("blocklist", "resembles", "major", None),
        ("examiner", "violence", "major", None),
        ("examiner", "violence", "blocking", Harm.VIOLENCE),
        ("examiner", "graphic_violence", "blocking", Harm.VIOLENCE),
        ("examiner", "self_harm", "blocking", Harm.SELF_HARM),
        ("examiner", "resembles_person", "blocking", Harm.OTHER),
        ("flashing", "near", "info", None),
        ("flashing", "extended", "minor", Harm.FLASHING),
        ("frozen_frames", "violence", "blocking", None),
    ],
)
def test_what_a_finding_says_may_harm(check, label, severity, harm):
    assert harm_of(check, label, severity) is harm


def test_rows_keep_harms_as_bits_that_never_change():
    assert [BITS[harm] for harm in Harm] == [1, 2, 4, 8, 16, 32]
    assert bits_of(harms_of([("nudity", "likely", "major"), ("flashing", "wcag", "major")])) == 33
    assert harms_in(33) == [Harm.NUDITY, Harm.FLASHING]
    assert bits_of([]) is None
    assert harms_in(None) == []


@pytest.mark.parametrize(("bits", "severe"), [(None, False), (32, False), (1, True), (33, True), (16, True)])
def test_all_but_flashing_light_counts_towards_a_cap(bits, severe):
    assert is_severe(bits) is severe


@pytest.mark.parametrize(
    ("harms", "words"),
    [
        ([], ""),
        ([Harm.VIOLENCE], "violence"),
        ([Harm.VIOLENCE, Harm.NUDITY], "nudity and violence"),
        ([Harm.FLASHING, Harm.SELF_HARM, Harm.NUDITY], "nudity, self-harm and flashing light"),
    ],
)
def test_harms_are_named_in_one_order(harms, words):
    assert in_words(harms) == words


@pytest.mark.parametrize(
    ("harms", "floors", "least", "veil", "listed"),
    [
        ([], HOUSE_FLOORS, Level.STILLS, Veil(), Level.NONE),
        ([Harm.NUDITY], HOUSE_FLOORS, Level.NONE, Veil(Level.BLUR_GREY), Level.BLUR_GREY),
        ([Harm.FLASHING], HOUSE_FLOORS, Level.NONE, Veil(Level.NONE, stills=True), Level.BLUR_GREY),
        ([Harm.FLASHING, Harm.NUDITY], HOUSE_FLOORS, Level.NONE, Veil(Level.BLUR_GREY, stills=True), Level.BLUR_GREY),
        ([Harm.NUDITY], THIN, Level.NONE, Veil(), Level.NONE),
        ([Harm.NUDITY], THIN, Level.GREY, Veil(Level.GREY), Level.GREY),
        ([Harm.NUDITY], HOUSE_FLOORS, Level.GREY, Veil(Level.BLUR_GREY), Level.BLUR_GREY),
        ([Harm.NUDITY], HOUSE_FLOORS, Level.STILLS, Veil(Level.BLUR_GREY, stills=True), Level.BLUR_GREY),
        ([Harm.NUDITY, Harm.VIOLENCE], THIN | {Harm.VIOLENCE: Level.BLUR}, Level.GREY, Veil(Level.BLUR), Level.BLUR),
    ],
)
def test_the_thickest_holds_and_nobody_thins_the_policy(harms, floors, least, veil, listed):
    assert veil_of(harms, floors, least) == veil
    assert filter_in_lists(harms, floors, least) is listed


@pytest.mark.parametrize(
    ("harms", "unreported", "why"),
    [
        ([], False, ""),
        ([Harm.NUDITY], False, "It may contain nudity."),
        ([], True, "Nobody has looked whether it shows nudity."),
        ([Harm.VIOLENCE], True, "It may contain violence. Nobody has looked whether it shows nudity."),
    ],
)
def test_a_clip_opens_veiled_for_a_reason(harms, unreported, why):
    assert why_veiled(harms, nudity_unreported=unreported) == why


@pytest.mark.parametrize("level", Level)
def test_no_veil_is_said_to_protect(level):
    said = Veil(level if level is not Level.STILLS else Level.BLUR_GREY, stills=True).in_words
    assert "silent and still" in said
    assert "protect" not in said

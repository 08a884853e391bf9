from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.template import Context
from django.utils import timezone

from studio.templatetags import dailies


def test_a_key_hint_shows_the_first_combination_and_is_hidden_from_assistive_technology():
    assert dailies.key(Context(), "player.back_ten") == '<kbd class="key" aria-hidden="true">Shift ←</kbd>'


def test_shortcuts_announce_every_combination():
    assert dailies.shortcuts(Context(), "player.toggle") == 'aria-keyshortcuts="Space K" data-key="player.toggle"'


def test_an_action_without_a_key_has_no_hint_and_still_names_its_control():
    assert dailies.key(Context(), "player.back_five") == ""
    assert dailies.shortcuts(Context(), "player.back_five") == 'data-key="player.back_five"'


def test_a_status_is_an_icon_and_a_word():
    chip = dailies.status_chip("with_editor")
    assert "#half-right" in chip
    assert chip.endswith("With editor</span>")


@pytest.mark.parametrize(("start", "end", "said"), [(41, 64, "41–63"), (41, 42, "41"), (57, None, "57")])
def test_a_range_is_read_with_its_last_frame(start, end, said):
    assert dailies.frames(start, end) == said


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"audio_codec": None}, "none"),
        ({"audio_codec": "aac"}, "aac"),
        ({"audio_codec": "aac", "sound_peak": None}, "aac"),
        ({"audio_codec": "aac", "sound_peak": 0.0}, "aac, silent"),
        ({"audio_codec": "aac", "sound_peak": 0.5}, "aac, peak −6.0 dBFS"),
        ({"audio_codec": "aac", "sound_peak": 2.0}, "aac, peak +6.0 dBFS"),
    ],
)
def test_sound_is_its_codec_and_how_loud_it_gets(facts, said):
    assert dailies.sound(facts) == said


def test_places_on_the_timeline_are_per_cent():
    assert dailies.share(41, 122) == "33.607%"
    assert dailies.share(1, 0) == "0%"


@pytest.mark.parametrize(
    ("score", "threshold", "opacity"),
    [(0.75, 0.5, "0.75"), (2.0, 0.5, "1.00"), (1.5, 3.0, "1.00"), (2.4, 3.0, "0.62"), (None, 1, "1")],
)
def test_a_bar_is_stronger_the_further_its_score_is_beyond_the_threshold(score, threshold, opacity):
    assert dailies.strength(SimpleNamespace(score=score, threshold=threshold)) == opacity


def test_the_ruler_has_a_tick_a_second_on_a_short_clip_and_at_most_twelve_steps_on_a_long_one():
    assert dailies.ruler(2.0) == [("0.000%", "0s"), ("50.000%", "1s"), ("100.000%", "2s")]
    assert [label for _, label in dailies.ruler(60)] == [f"{second}s" for second in range(0, 61, 5)]
    assert dailies.ruler(600)[1] == ("10.000%", "1:00")


def test_ages_use_the_largest_unit_that_fits():
    now = timezone.now()
    spans = [timedelta(seconds=40.5), timedelta(minutes=3.1), timedelta(hours=2.1), timedelta(days=4.1)]
    assert [dailies.age(now - span) for span in spans] == ["40 s", "3 min", "2 h", "4 d"]


def test_a_due_date_that_has_passed_is_late():
    now = timezone.now()
    assert dailies.until(now + timedelta(minutes=5.1)) == "in 5 min"
    assert dailies.until(now - timedelta(hours=1.1)) == "1 h late"


@pytest.mark.parametrize(("value", "said"), [(0.9984, "0.998"), (12.35, "12.3"), (1920, "1920"), (3.0, "3")])
def test_figures_have_three_significant_places(value, said):
    assert dailies.figure(value) == said

import pytest

from providers.sandbox.scenarios import Scenario, scenarios_in, without_magic
from providers.sandbox.scenery.words import another, read_script


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "A red car drives through Tokyo at night in the rain, pan left",
            ("night", "city", "car", "rain", "pan_left", "D1342B"),
        ),
        ("Slow push-in on a lighthouse at sunset", ("sunset", "sea", "lighthouse", "", "push_in", "")),
        ("a cat in a misty forest, handheld", ("fog", "forest", "cat", "", "handheld", "")),
        ("Train through snowy mountains at dawn, orbit", ("dawn", "mountains", "train", "snow", "orbit", "")),
    ],
)
def test_it_reads_what_the_words_ask_for(text, expected):
    script = read_script(text, 1)
    assert (script.light, script.place, script.subject, script.weather, script.camera, script.paint) == expected


def test_words_inside_other_words_do_not_count():
    script = read_script("a scarf and a carpet, catalogue", 1)
    assert script.subject == ""


def test_what_the_words_leave_open_depends_on_the_number_alone():
    assert read_script("something", 3) == read_script("something", 3)
    assert len({read_script("something", number) for number in range(40)}) > 10


def test_another_scene_has_another_place_and_light():
    script = read_script("a boat on the sea at noon", 1)
    other = another(script, 0)
    assert (other.place != script.place, other.light) == (True, "night")


def test_magic_words_are_scenarios_and_never_part_of_the_picture():
    text = "A boat [sandbox:freeze, silent] at sea [SANDBOX:429] [sandbox:tea]"
    assert scenarios_in(text) == {Scenario.FREEZE, Scenario.SILENT, Scenario.RATE_LIMITED}
    assert without_magic(text) == "A boat at sea"

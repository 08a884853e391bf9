import pytest

from studio.rules import keymaps
from studio.rules.keymaps import bindings_for, by_id, combo_under, conflicts, is_quiet, spelled
from studio.rules.keys import BINDINGS, BY_ID, RESERVED, SCOPES, Binding, Profile
from studio.system_checks import keys_agree

PLAYER = "everywhere player"


def under(profile, **remaps):
    return by_id({"profile": profile, "remaps": {name.replace("__", "."): combo for name, combo in remaps.items()}})


@pytest.mark.parametrize("profile", Profile)
def test_no_profile_has_conflicts(profile):
    assert conflicts(bindings_for({"profile": profile})) == []


def test_it_names_each_action_once_in_a_scope_with_a_title():
    assert len(BY_ID) == len(BINDINGS)
    assert {binding.scope for binding in BINDINGS} <= SCOPES.keys()
    assert all(binding.id.startswith(f"{binding.scope}.") for binding in BINDINGS)


@pytest.mark.parametrize("profile", Profile)
def test_the_table_keeps_its_own_notation(profile):
    assert [(each.id, spelled(each.combo)) for each in bindings_for({"profile": profile})] == [
        (each.id, each.combo) for each in bindings_for({"profile": profile})
    ]


def test_every_reserved_key_can_be_spelled_and_so_be_refused():
    assert {spelled(combo) for combo in RESERVED} == RESERVED


def test_web_video_leaves_the_arrows_to_seconds():
    keys = under(Profile.WEB_VIDEO)
    assert (keys["player.back"].combo, keys["player.back_five"].combo) == (",", "ArrowLeft")
    assert (keys["player.forward_ten_seconds"].combo, keys["player.forward_second"].combo) == ("L", "")


def test_the_edit_suite_shuttles():
    keys = under(Profile.EDIT_SUITE)
    assert [keys[f"player.shuttle_{name}"].combo for name in ("back", "stop", "forward")] == ["J", "K", "L"]
    assert (keys["player.toggle"].combo, keys["player.back_second"].combo) == ("Space", "Alt+J")
    assert keys["player.clear"].combo == "Alt+X"


def test_buttons_only_has_no_key_without_control_or_alt_but_escape_and_what_walks_in_an_opened_place():
    left = {each.id: each.combo for each in bindings_for({"profile": Profile.BUTTONS}) if each.combo}
    outside = {name: combo for name, combo in left.items() if not name.startswith(("drawing.", "board."))}
    pans = {f"player.pan_{way.lower()}": f"Alt+Shift+Arrow{way}" for way in ("Left", "Right", "Up", "Down")}
    assert outside == {"everywhere.palette": "Control+K", "everywhere.close": "Escape"} | pans
    assert "drawing.pen" not in left
    assert (left["drawing.left"], left["drawing.save"]) == ("ArrowLeft", "Enter")


@pytest.mark.parametrize(("combo", "is_so"), [("Alt+A", True), ("Shift+A", False), ("Plus", False), ("ArrowUp", False)])
def test_only_what_a_slip_cannot_press_is_quiet(combo, is_so):
    assert is_quiet(BY_ID["room.pass"], combo) is is_so


def test_a_remap_wins_over_the_profile_and_none_switches_off():
    keys = under(Profile.EDIT_SUITE, player__clear="/", room__skip="")
    assert (keys["player.clear"].combo, keys["room.skip"].combos) == ("/", ())
    assert keys["room.pass"] == BY_ID["room.pass"]


def test_buttons_only_holds_against_an_older_remap():
    keys = under(Profile.BUTTONS, room__pass="W", room__reject="Alt+W")
    assert (keys["room.pass"].combo, keys["room.reject"].combo) == ("", "Alt+W")


@pytest.mark.parametrize(
    "kept", [{}, {"profile": "gone"}, {"remaps": {"room.gone": "W"}}, {"profile": "dailies", "remaps": {}}]
)
def test_what_is_gone_is_passed_over(kept):
    assert bindings_for(kept) == BINDINGS


def test_a_profile_s_own_key_is_known():
    assert combo_under(Profile.WEB_VIDEO, BY_ID["player.back"]) == ","
    assert combo_under(Profile.BUTTONS, BY_ID["player.back"]) == ""


def test_it_says_which_two_actions_share_a_key():
    table = [Binding("a", "player", "K Space", "Play"), Binding("b", "room", "K", "Keep")]
    assert [str(each) for each in conflicts(table)] == ["K would mean both “Play” and “Keep”."]


def test_of_ten_digits_it_says_which():
    taken = bindings_for({"remaps": {"player.first": "3"}})
    assert [str(each) for each in conflicts(taken)] == [
        "3 would mean both “First frame” and “Choose a reason and send: 3”."
    ]


def test_it_allows_one_key_in_scopes_that_mask_each_other():
    assert conflicts([Binding("a", "room", "1", "Room"), Binding("b", "reasons", "1", "Reason")]) == []


def test_it_allows_one_key_in_scopes_that_never_meet():
    assert conflicts([Binding("a", "room", "1", "Room"), Binding("b", "board", "1", "Board")]) == []


@pytest.mark.parametrize(
    ("asleep", "combo"), [("room.pass", "A"), ("everywhere.undo", "Z"), ("player.back", "ArrowLeft")]
)
def test_drawing_takes_what_it_puts_to_sleep(asleep, combo):
    below = Binding(asleep, asleep.split(".")[0], combo, "Below")
    assert conflicts([below, Binding("drawing.arrow", "drawing", combo, "Above")]) == []


def test_the_player_still_steps_while_somebody_draws():
    table = [Binding("player.back", "player", ",", "Back"), Binding("drawing.box", "drawing", ",", "Box")]
    assert [str(each) for each in conflicts(table)] == [", would mean both “Back” and “Box”."]


@pytest.mark.parametrize("combo", ["Tab", "F5", "Control+W", "Alt+ArrowLeft", "CapsLock"])
def test_it_leaves_reserved_keys_alone(combo):
    (found,) = conflicts([Binding("a", "room", combo, "Mine")])
    assert str(found) == f"{combo} belongs to the browser and cannot mean “Mine”."


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        ("a", "A"),
        ("shift+a", "Shift+A"),
        ("Shift+ctrl+K", "Control+Shift+K"),
        ("space  left", "Space ArrowLeft"),
        ("+ ?", "Plus ?"),
        ("alt++", "Alt+Plus"),
        ("a A", "A"),
        ("esc del", "Escape Delete"),
        ("f5", "F5"),
    ],
)
def test_it_reads_keys_as_people_write_them(typed, kept):
    assert spelled(typed) == kept


@pytest.mark.parametrize("typed", ["foo", "meta+k", "a+b", "shift+", "é", "ctrl", "\x7f"])
def test_it_refuses_what_is_no_key(typed):
    with pytest.raises(ValueError, match="is no key"):
        spelled(typed)


@pytest.mark.parametrize("typed", ["shift+?", "Shift+Plus"])
def test_a_sign_is_written_as_it_appears(typed):
    with pytest.raises(ValueError, match="write the sign itself"):
        spelled(typed)


def test_the_check_at_start_names_profile_and_actions(monkeypatch):
    assert keys_agree() == []
    monkeypatch.setitem(keymaps.DIFFERS[Profile.WEB_VIDEO], "room.skip", "A")
    (error,) = keys_agree()
    assert error.msg == ("Profile Web video: A would mean both “Pass; at the editor's desk: approve” and “Skip”.")

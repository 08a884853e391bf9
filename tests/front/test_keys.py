import re

import pytest

from studio.paths import CODE
from studio.rules.keys import BINDINGS, BY_ID, Binding, conflicts

SCRIPTS = "\n".join(path.read_text() for path in (CODE / "static/js").glob("*.js"))
# What the room registers by the data-key of a button, and not by name.
PRESSED_BY_BUTTON = {"room.pass", "room.request_changes", "room.reject", "room.send_back", "room.escalate", "room.skip"}


def test_it_has_no_conflicts():
    assert conflicts(BINDINGS) == []


def test_it_names_each_action_once():
    assert len(BY_ID) == len(BINDINGS)


def test_it_says_which_two_actions_share_a_key():
    table = [Binding("a", "player", "K Space", "Play"), Binding("b", "room", "k", "Keep")]
    assert [str(each) for each in conflicts(table)] == ["k would mean both “Play” and “Keep”."]


def test_it_allows_one_key_in_scopes_that_mask_each_other():
    assert conflicts([Binding("a", "room", "1", "Room"), Binding("b", "reasons", "1", "Reason")]) == []


@pytest.mark.parametrize("combo", ["Tab", "F5", "Control+W", "Alt+ArrowLeft", "CapsLock"])
def test_it_leaves_reserved_keys_alone(combo):
    assert [each.combo for each in conflicts([Binding("a", "room", combo, "Mine")])] == [combo]


@pytest.mark.parametrize("binding", BINDINGS, ids=lambda binding: binding.id)
def test_each_binding_has_an_action(binding):
    scope, name = binding.id.split(".")
    if binding.id in PRESSED_BY_BUTTON:
        assert "on(button.dataset.key" in SCRIPTS
    elif scope == "player":
        assert re.search(rf"^    {name}: \(\) =>", SCRIPTS, re.M)
    elif name.startswith(("choose_", "tick_")):
        assert f"reasons.{name.split('_')[0]}_${{digit}}" in SCRIPTS
    else:
        assert f'on("{binding.id}"' in SCRIPTS

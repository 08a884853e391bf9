import re

import pytest

from studio.paths import CODE
from studio.rules.keys import BINDINGS

SCRIPTS = "\n".join(path.read_text() for path in (CODE / "static/js").glob("*.js"))
# What the room registers by the data-key of a button, and not by name.
PRESSED_BY_BUTTON = {
    f"room.{verb}" for verb in ("pass", "request_changes", "reject", "send_back", "escalate", "skip", "skip_because")
}


@pytest.mark.parametrize("binding", BINDINGS, ids=lambda binding: binding.id)
def test_each_binding_has_an_action(binding):
    scope, name = binding.id.split(".")
    if scope == "drawing":
        assert re.search(rf"^      {name}: \(\) =>", SCRIPTS, re.M)
        return
    if name.startswith("reveal"):  # where a picture is veiled
        assert f'on("{binding.id}"' in SCRIPTS
    elif binding.id in PRESSED_BY_BUTTON:
        assert "on(button.dataset.key" in SCRIPTS
    elif scope == "player":
        assert re.search(rf"^    {name}: (\(\) =>|jump)", SCRIPTS, re.M)
    elif name.startswith(("choose_", "tick_")):
        assert f"reasons.{name.split('_')[0]}_${{digit}}" in SCRIPTS
    else:
        assert f'on("{binding.id}"' in SCRIPTS

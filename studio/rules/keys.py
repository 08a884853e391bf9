"""Every key of the product, once: it binds, draws the hints and writes the help sheet; nothing else names a key."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import TextChoices


@dataclass(frozen=True, slots=True)
class Binding:
    """`combo` holds alternatives parted by spaces, each written as in `aria-keyshortcuts` (`Shift+ArrowLeft`, `Plus`),
    modifiers in the order Control, Alt, Shift. Without one the action is in the palette only, unless a profile differs.

    `repeat` lets a held key act again; `hold` means that the action lasts only while the key is down.
    """

    id: str
    scope: str
    combo: str
    label: str
    repeat: bool = False
    hold: bool = False

    @property
    def title(self) -> str:
        """The label; of ten digits that share one, with the place it means."""
        place = self.id.rpartition("_")[2]
        return f"{self.label}: {place}" if place.isdigit() else self.label

    @property
    def combos(self) -> tuple[str, ...]:
        return tuple(self.combo.split())


DIGITS = "1234567890"

BINDINGS: tuple[Binding, ...] = (
    Binding("everywhere.sheet", "everywhere", "?", "Show the keys"),
    Binding("everywhere.palette", "everywhere", "Control+K", "Find an action"),
    Binding("everywhere.undo", "everywhere", "Z Backspace", "Undo the last decision"),
    Binding("everywhere.close", "everywhere", "Escape", "Close what is open"),
    Binding("player.toggle", "player", "Space K", "Play or pause"),
    Binding("player.back", "player", "ArrowLeft ,", "Back one frame", repeat=True),
    Binding("player.forward", "player", "ArrowRight .", "On one frame", repeat=True),
    Binding("player.back_ten", "player", "Shift+ArrowLeft", "Back ten frames", repeat=True),
    Binding("player.forward_ten", "player", "Shift+ArrowRight", "On ten frames", repeat=True),
    Binding("player.back_second", "player", "J", "Back one second", repeat=True),
    Binding("player.forward_second", "player", "L", "On one second", repeat=True),
    Binding("player.back_five", "player", "", "Back five seconds", repeat=True),
    Binding("player.forward_five", "player", "", "On five seconds", repeat=True),
    Binding("player.back_ten_seconds", "player", "", "Back ten seconds", repeat=True),
    Binding("player.forward_ten_seconds", "player", "", "On ten seconds", repeat=True),
    Binding("player.shuttle_back", "player", "", "Shuttle back"),
    Binding("player.shuttle_stop", "player", "", "Shuttle: stop"),
    Binding("player.shuttle_forward", "player", "", "Shuttle on: 1, 2, 4 times"),
    Binding("player.first", "player", "Home", "First frame"),
    Binding("player.last", "player", "End", "Last frame"),
    Binding("player.slower", "player", "<", "Slower"),
    Binding("player.faster", "player", ">", "Faster"),
    Binding("player.normal", "player", "=", "Normal speed"),
    Binding("player.in", "player", "I", "Set the in-point"),
    Binding("player.out", "player", "O", "Set the out-point"),
    Binding("player.clear", "player", "/", "Clear the range"),
    Binding("player.loop", "player", "Shift+L", "Loop on or off"),
    Binding("player.sound", "player", "M", "Sound on or off"),
    Binding("player.fullscreen", "player", "F", "Full screen"),
    Binding("player.zoom", "player", "Shift+Z", "Zoom: fit, or one to one"),
    Binding("player.closer", "player", "", "Zoom in on the picture"),
    Binding("player.farther", "player", "", "Zoom out of the picture"),
    Binding("player.pan_left", "player", "Alt+Shift+ArrowLeft", "Zoomed: show more of the left", repeat=True),
    Binding("player.pan_right", "player", "Alt+Shift+ArrowRight", "Zoomed: show more of the right", repeat=True),
    Binding("player.pan_up", "player", "Alt+Shift+ArrowUp", "Zoomed: show more of the top", repeat=True),
    Binding("player.pan_down", "player", "Alt+Shift+ArrowDown", "Zoomed: show more of the bottom", repeat=True),
    Binding("player.lanes_in", "player", "Shift+ArrowUp", "Timeline larger"),
    Binding("player.lanes_out", "player", "Shift+ArrowDown", "Timeline smaller"),
    Binding("player.guides", "player", "Shift+G", "Safe areas and grid"),
    Binding("player.reveal", "player", "H", "Reveal while held", hold=True),
    Binding("player.reveal_clip", "player", "Shift+H", "Reveal this clip"),
    Binding("room.next_finding", "room", "N", "Next finding"),
    Binding("room.previous_finding", "room", "P", "Previous finding"),
    Binding("room.next_note", "room", "Shift+N", "Next note"),
    Binding("room.previous_note", "room", "Shift+P", "Previous note"),
    Binding("room.confirm", "room", "Y", "Confirm the finding"),
    Binding("room.dismiss", "room", "U", "Dismiss the finding"),
    Binding("room.pass", "room", "A", "Pass; at the editor's desk: approve"),
    Binding("room.request_changes", "room", "R", "Request changes"),
    Binding("room.reject", "room", "X", "Reject"),
    Binding("room.send_back", "room", "Q", "Back to the queue"),
    Binding("room.escalate", "room", "E", "Escalate"),
    Binding("room.skip", "room", "S", "Skip"),
    Binding("room.skip_because", "room", "Shift+S", "Skip and say why"),
    Binding("room.note", "room", "C", "Write a note"),
    Binding("room.draw", "room", "D", "Draw on the picture"),
    Binding("room.overlays", "room", "T", "Overlays on or off"),
    *(Binding(f"reasons.choose_{digit}", "reasons", digit, "Choose a reason and send") for digit in DIGITS),
    *(Binding(f"reasons.tick_{digit}", "reasons", f"Shift+{digit}", "Tick several reasons") for digit in DIGITS),
    Binding("reasons.all", "reasons", "Plus", "All reasons"),
    Binding("reasons.send", "reasons", "Enter", "Send the ticked or suggested reason"),
    Binding("drawing.pen", "drawing", "P", "Pen"),
    Binding("drawing.arrow", "drawing", "A", "Arrow"),
    Binding("drawing.box", "drawing", "B", "Box"),
    Binding("drawing.left", "drawing", "ArrowLeft", "Move left", repeat=True),
    Binding("drawing.right", "drawing", "ArrowRight", "Move right", repeat=True),
    Binding("drawing.up", "drawing", "ArrowUp", "Move up", repeat=True),
    Binding("drawing.down", "drawing", "ArrowDown", "Move down", repeat=True),
    Binding("drawing.narrower", "drawing", "Shift+ArrowLeft", "Narrower", repeat=True),
    Binding("drawing.wider", "drawing", "Shift+ArrowRight", "Wider", repeat=True),
    Binding("drawing.shorter", "drawing", "Shift+ArrowUp", "Shorter", repeat=True),
    Binding("drawing.taller", "drawing", "Shift+ArrowDown", "Taller", repeat=True),
    Binding("drawing.erase", "drawing", "Backspace", "Take back the last shape"),
    Binding("drawing.save", "drawing", "Enter", "Save the drawing"),
    Binding("drawing.drop", "drawing", "Escape", "Drop the drawing"),
    Binding("board.left", "board", "ArrowLeft", "The take before", repeat=True),
    Binding("board.right", "board", "ArrowRight", "The next take", repeat=True),
    Binding("board.up", "board", "ArrowUp", "The row above", repeat=True),
    Binding("board.down", "board", "ArrowDown", "The row below", repeat=True),
    Binding("board.open", "board", "Enter", "Open the take"),
    Binding("board.select", "board", "Space", "Select the take"),
    Binding("board.extend", "board", "Shift+Space", "Select up to here"),
    Binding("board.scrub_back", "board", ",", "Scrub back", repeat=True),
    Binding("board.scrub_on", "board", ".", "Scrub on", repeat=True),
    Binding("board.pass", "board", "A", "Pass what is selected"),
    Binding("board.request_changes", "board", "R", "Request changes of what is selected"),
    Binding("board.reject", "board", "X", "Reject what is selected"),
    Binding("board.escalate", "board", "E", "Escalate what is selected"),
)

BY_ID = {binding.id: binding for binding in BINDINGS}


class Profile(TextChoices):
    DAILIES = "dailies", "Dailies"
    WEB_VIDEO = "web_video", "Web video"
    EDIT_SUITE = "edit_suite", "Edit suite"
    BUTTONS = "buttons", "Buttons only"


DIFFERS: Mapping[Profile, Mapping[str, str]] = {
    Profile.DAILIES: {},
    Profile.WEB_VIDEO: {
        "player.back": ",",
        "player.forward": ".",
        "player.back_five": "ArrowLeft",
        "player.forward_five": "ArrowRight",
        "player.back_second": "",
        "player.forward_second": "",
        "player.back_ten_seconds": "J",
        "player.forward_ten_seconds": "L",
    },
    Profile.EDIT_SUITE: {
        "player.toggle": "Space",
        "player.shuttle_back": "J",
        "player.shuttle_stop": "K",
        "player.shuttle_forward": "L",
        "player.back_second": "Alt+J",
        "player.forward_second": "Alt+L",
        "player.clear": "Alt+X",
    },
    Profile.BUTTONS: {},
}
"""Where a profile differs from the table. `BUTTONS` differs by a rule: `keymaps.is_quiet`."""

SCOPES = {
    "everywhere": "Everywhere",
    "player": "Player",
    "room": "Room",
    "reasons": "Reason sheet",
    "drawing": "Drawing",
    "board": "Board",
}
"""The titles of the scopes, in the order of the help sheet."""

# A page names its scopes in `data-scopes` of the body; an element `data-opens-scope="drawing"` adds that scope while it
# has `data-open`. These are the sets that listen at the same time.
AWAKE_TOGETHER: tuple[frozenset[str], ...] = (
    frozenset({"everywhere", "player", "room"}),
    frozenset({"everywhere", "player", "room", "reasons"}),
    frozenset({"everywhere", "player", "room", "drawing"}),
    frozenset({"everywhere", "board"}),
)

_ARROWS = ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown")
MASKS: Mapping[str, frozenset[str]] = {
    "reasons": frozenset({"room"}),
    "drawing": frozenset(
        {"room", "everywhere.undo", "everywhere.close", *_ARROWS, *(f"Shift+{arrow}" for arrow in _ARROWS)}
    ),
}
"""What sleeps outside a scope while it is open: scopes, single actions, and combinations."""

# Browsers and assistive technology own these; a page that takes them breaks somebody's way of working.
RESERVED = frozenset(
    {"Tab", "Shift+Tab", "Insert", "CapsLock", "Alt+ArrowLeft", "Alt+ArrowRight"}
    | {f"Control+{letter}" for letter in "TWNLRPF"}
    | {f"F{number}" for number in range(1, 13)}
)

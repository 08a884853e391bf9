"""Every key of the product, once: it binds, draws the hints and writes the help sheet; nothing else names a key."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True, slots=True)
class Binding:
    """`combo` holds alternatives parted by spaces, each written as in `aria-keyshortcuts` (`Shift+ArrowLeft`, `Plus`).

    `repeat` lets a held key act again; `hold` means that the action lasts only while the key is down.
    """

    id: str
    scope: str
    combo: str
    label: str
    repeat: bool = False
    hold: bool = False

    @property
    def combos(self) -> tuple[str, ...]:
        return tuple(self.combo.split())


@dataclass(frozen=True, slots=True)
class Conflict:
    combo: str
    first: str
    second: str | None

    def __str__(self) -> str:
        if self.second is None:
            return f"{self.combo} belongs to the browser and cannot mean “{self.first}”."
        return f"{self.combo} would mean both “{self.first}” and “{self.second}”."


DIGITS = "1234567890"

BINDINGS: tuple[Binding, ...] = (
    Binding("everywhere.sheet", "everywhere", "?", "Show the keys"),
    Binding("everywhere.undo", "everywhere", "Z Backspace", "Undo the last decision"),
    Binding("everywhere.close", "everywhere", "Escape", "Close what is open"),
    Binding("player.toggle", "player", "Space K", "Play or pause"),
    Binding("player.back", "player", "ArrowLeft ,", "Back one frame", repeat=True),
    Binding("player.forward", "player", "ArrowRight .", "On one frame", repeat=True),
    Binding("player.back_ten", "player", "Shift+ArrowLeft", "Back ten frames", repeat=True),
    Binding("player.forward_ten", "player", "Shift+ArrowRight", "On ten frames", repeat=True),
    Binding("player.back_second", "player", "J", "Back one second", repeat=True),
    Binding("player.forward_second", "player", "L", "On one second", repeat=True),
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
    Binding("room.note", "room", "C", "Write a note"),
    Binding("room.overlays", "room", "T", "Overlays on or off"),
    *(Binding(f"reasons.choose_{digit}", "reasons", digit, "Choose a reason and send") for digit in DIGITS),
    *(Binding(f"reasons.tick_{digit}", "reasons", f"Shift+{digit}", "Tick several reasons") for digit in DIGITS),
    Binding("reasons.all", "reasons", "Plus", "All reasons"),
    Binding("reasons.send", "reasons", "Enter", "Send the ticked or suggested reason"),
)

BY_ID = {binding.id: binding for binding in BINDINGS}

# Scopes that listen at the same time. The reason sheet masks the room's own keys while it is open.
AWAKE_TOGETHER: tuple[frozenset[str], ...] = (
    frozenset({"everywhere", "player", "room"}),
    frozenset({"everywhere", "player", "reasons"}),
)

# Browsers and assistive technology own these; a page that takes them breaks somebody's way of working.
RESERVED = frozenset(
    {"tab", "shift+tab", "insert", "capslock", "alt+arrowleft", "alt+arrowright"}
    | {f"control+{letter}" for letter in "twnlrpf"}
    | {f"f{number}" for number in range(1, 13)}
)


def conflicts(bindings: Iterable[Binding]) -> list[Conflict]:
    """Two actions on one combination in scopes awake together, or an action on a reserved combination."""
    table = tuple(bindings)
    return [*_reserved(table), *_doubled(table)]


def _reserved(table: tuple[Binding, ...]) -> Iterator[Conflict]:
    for binding in table:
        for combo in binding.combos:
            if combo.lower() in RESERVED:
                yield Conflict(combo, binding.label, None)


def _doubled(table: tuple[Binding, ...]) -> Iterator[Conflict]:
    for first, second in combinations(table, 2):
        if not _awake_together(first.scope, second.scope):
            continue
        taken = {combo.lower() for combo in first.combos}
        for combo in second.combos:
            if combo.lower() in taken:
                yield Conflict(combo, first.label, second.label)


def _awake_together(first: str, second: str) -> bool:
    return first == second or any({first, second} <= scopes for scopes in AWAKE_TOGETHER)

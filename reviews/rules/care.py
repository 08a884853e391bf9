"""What a person asks for their own sake: a thicker veil, fewer severe clips, none of some kinds. Nobody is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from reviews.rules.veil import Harm, Level


@dataclass(frozen=True, slots=True)
class Care:
    """`hour` and `day`: severe clips at most, where that is less than the house allows."""

    veil: Level = Level.NONE
    toggles: bool = False
    """One press reveals and another veils, instead of holding."""
    hour: int | None = None
    day: int | None = None
    unwanted: frozenset[Harm] = frozenset()

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """As `Preferences.care` keeps it; what is not named is as the house has it."""
        return cls(
            veil=Level(kept.get("veil", Level.NONE)),
            toggles=bool(kept.get("toggles")),
            hour=kept.get("hour"),
            day=kept.get("day"),
            unwanted=frozenset(Harm(each) for each in kept.get("unwanted", ())),
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "veil": self.veil.value,
            "toggles": self.toggles,
            "hour": self.hour,
            "day": self.day,
            "unwanted": [harm.value for harm in Harm if harm in self.unwanted],
        }


def left_to_nobody(wishes: Sequence[Care]) -> frozenset[Harm]:
    """What none of those who wish so is given; nothing where there is nobody at all."""
    return frozenset.intersection(*(care.unwanted for care in wishes)) if wishes else frozenset()

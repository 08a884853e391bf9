"""How people look at takes under a policy, as opposed to what the instruments do."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from django.db.models import TextChoices

from reviews.rules.conflicts import MAX_ROUNDS
from reviews.rules.reasons import PLACES, house_numbering
from reviews.rules.severity import Severity
from reviews.rules.veil import HOUSE_FLOORS, Floors, Harm, Level


class Coverage(TextChoices):
    """What a pass asks of the part of the clip that was not watched."""

    OFF = "off", "Nothing is asked"
    ASK = "ask", "Say once what was not watched"
    REQUIRE = "require", "Findings of major and above must have been watched"


class Sound(TextChoices):
    """What the room plays of a clip's sound before the person says otherwise."""

    PERSON = "person", "As the person last had it"
    MUTED = "muted", "Each clip opens muted"
    OFF = "off", "The room plays no sound"


@dataclass(frozen=True, slots=True)
class Screening:
    """Shares are parts of one, 0 to 1."""

    coverage: Coverage = Coverage.ASK
    second_share: float = 0.0
    """Of reviewers' passes and rejections: drawn for a second person before anything moves."""
    second_always: Severity | None = None
    """From this severity on a second person always looks; None: only those that are drawn."""
    audit_share: float = 0.05
    """Of takes that no instrument stopped: drawn for a reviewer on their way to the editor."""
    golden_share: float = 0.05
    """Of flagged clips that somebody takes: for so many a clip with a known answer joins the queue."""
    numbering: Mapping[str, tuple[str, ...]] = field(default_factory=house_numbering)
    """Of each queue the slugs of the reasons on the keys 1–9 and 0; "" for a key without one."""
    veil: Floors = field(default_factory=lambda: HOUSE_FLOORS)
    """How thickly a clip opens veiled at least, for each harm that it may contain."""
    sound: Sound = Sound.PERSON
    max_rounds: int = MAX_ROUNDS
    """In the last of them changes are requested no more: who wants another asks a moderator."""

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Screening":
        """What older versions do not name is as the house has it. Raises ValueError for what cannot be read."""
        return replace(HOUSE_SCREENING, **{name: _READ[name](stored[name]) for name in _READ if name in stored})

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def in_words(self) -> dict[str, str]:
        """What each line is called, and what it says."""
        return {
            "watching before a pass": self.coverage.value,
            "second opinions": percent_of(self.second_share),
            "second opinion from": self.second_always or "never",
            "audit of clean takes": percent_of(self.audit_share),
            "golden clips": percent_of(self.golden_share),
            **{f"numbered reasons, {queue}": _listed(slugs) for queue, slugs in self.numbering.items()},
            **{f"veil of {harm.label}": level.label.lower() for harm, level in self.veil.items()},
            "sound": self.sound.value,
            "rounds": str(self.max_rounds),
        }


def percent_of(share: float) -> str:
    """ "12.5 %" of 0.125."""
    return f"{round(share * 100, 2):g} %"


def _share(value: Any) -> float:
    share = float(value)
    if not 0 <= share <= 1:
        raise ValueError(f"{value!r} is no share: it lies within 0 and 1")
    return share


def _rounds(value: Any) -> int:
    if (rounds := int(value)) < 1:
        raise ValueError(f"{value!r} are no rounds: there is at least one")
    return rounds


def _severity(value: Any) -> Severity | None:
    return Severity(value) if value else None


def _numbering(value: Any) -> Mapping[str, tuple[str, ...]]:
    house = house_numbering()
    if unknown := value.keys() - house.keys():
        raise ValueError(f"{', '.join(sorted(unknown))}: no queue with numbered reasons")
    for slugs in value.values():
        named = [slug for slug in slugs if slug]
        if len(slugs) > PLACES or len(named) != len(set(named)):
            raise ValueError(f"{', '.join(slugs)}: at most ten reasons, each of them once")
    return house | {queue: tuple(slugs) for queue, slugs in value.items()}


def _listed(slugs: tuple[str, ...]) -> str:
    return ", ".join(slug or "none" for slug in slugs)


def _floors(value: Any) -> Floors:
    return {**HOUSE_FLOORS, **{Harm(harm): Level(level) for harm, level in dict(value).items()}}


_READ: Mapping[str, Callable[[Any], Any]] = {
    "coverage": Coverage,
    "second_share": _share,
    "second_always": _severity,
    "audit_share": _share,
    "golden_share": _share,
    "numbering": _numbering,
    "veil": _floors,
    "sound": Sound,
    "max_rounds": _rounds,
}

HOUSE_SCREENING = Screening()

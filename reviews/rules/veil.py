"""Which takes open veiled, how thickly, and what people are told before they look. A veil promises no protection."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import TextChoices

from reviews.rules.severity import Severity


class Harm(TextChoices):
    """What may be hard to look at, in the words of "May contain: …"."""

    NUDITY = "nudity", "nudity"
    VIOLENCE = "violence", "violence"
    SELF_HARM = "self_harm", "self-harm"
    SHUT_OUT = "shut_out", "what was shut out before"
    OTHER = "other", "other harm"
    FLASHING = "flashing", "flashing light"


VEILED_FROM: Mapping[str, Severity] = {
    "nudity": Severity.INFO,
    "blocklist": Severity.BLOCKING,
    "examiner": Severity.BLOCKING,
    "flashing": Severity.MINOR,
}
"""Checks that look for what may harm, and the mildest of their findings that veils a picture."""

HARM_OF_CHECK: Mapping[str, Harm] = {
    "nudity": Harm.NUDITY,
    "blocklist": Harm.SHUT_OUT,
    "examiner": Harm.OTHER,
    "flashing": Harm.FLASHING,
}
HARM_OF_LABEL: Mapping[str, Harm] = {
    "violence": Harm.VIOLENCE,
    "graphic_violence": Harm.VIOLENCE,
    "self_harm": Harm.SELF_HARM,
}
"""Where the label of an examiner says more than its name."""

BITS: Mapping[Harm, int] = {harm: 1 << place for place, harm in enumerate(Harm)}
"""As rows keep them: places never change, new harms are added at the end."""
SEVERE = sum(bit for harm, bit in BITS.items() if harm is not Harm.FLASHING)
"""What is handed out within a cap. Flashing light harms the eye at once or not at all, however many came before."""


class Level(TextChoices):
    """From the thinnest to the thickest."""

    NONE = "none", "No veil"
    GREY = "grey", "Grey"
    BLUR = "blur", "Blurred"
    BLUR_GREY = "blur_grey", "Blurred and grey"
    STILLS = "stills", "16 stills first"

    @property
    def rank(self) -> int:
        return list(Level).index(self)


Floors = Mapping[Harm, Level]
HOUSE_FLOORS: Floors = {harm: Level.STILLS if harm is Harm.FLASHING else Level.BLUR_GREY for harm in Harm}


@dataclass(frozen=True, slots=True)
class Veil:
    """How a clip opens: under which filter, and whether stills stand before it until somebody plays it."""

    filter: Level = Level.NONE
    stills: bool = False

    @property
    def has_filter(self) -> bool:
        return self.filter is not Level.NONE

    @property
    def is_there(self) -> bool:
        return self.stills or self.has_filter

    @property
    def in_words(self) -> str:
        """How the clip is found."""
        seen = {Level.GREY: "grey, ", Level.BLUR: "blurred, ", Level.BLUR_GREY: "blurred, grey, "}.get(self.filter, "")
        return f"{seen}silent and still until you look" + ("; 16 stills stand before the clip" if self.stills else "")


def harm_of(check: str, label: str, severity: str) -> Harm | None:
    """What a finding says may harm; None for one that veils nothing."""
    least = VEILED_FROM.get(check)
    if least is None or Severity(severity).rank < least.rank:
        return None
    known = HARM_OF_LABEL.get(label) if check == "examiner" else None
    return known or HARM_OF_CHECK[check]


def harms_of(found: Iterable[tuple[str, str, str]]) -> frozenset[Harm]:
    """Of triples of check, label and severity."""
    return frozenset(harm for each in found if (harm := harm_of(*each)))


def bits_of(harms: Collection[Harm]) -> int | None:
    """As a row keeps them; None for an ordinary clip."""
    return sum(BITS[harm] for harm in set(harms)) or None


def harms_in(bits: int | None) -> list[Harm]:
    return [harm for harm, bit in BITS.items() if (bits or 0) & bit]


def is_severe(bits: int | None) -> bool:
    """Whether to look at it counts towards somebody's cap."""
    return bool((bits or 0) & SEVERE)


def in_words(harms: Collection[Harm]) -> str:
    """ "nudity and violence"."""
    *most, last = [harm.label for harm in Harm if harm in harms] or [""]
    return f"{', '.join(most)} and {last}" if most else last


def veil_of(harms: Collection[Harm], floors: Floors, least: Level) -> Veil:
    """The thickest that the policy asks for any of `harms`; a person's own `least` never thins it."""
    levels = {harm: max(floors[harm], least, key=lambda level: level.rank) for harm in harms}
    filters = [_filter_of(harm, level) for harm, level in levels.items()]
    return Veil(
        max(filters, key=lambda level: level.rank, default=Level.NONE),
        stills=Level.STILLS in levels.values(),
    )


def _filter_of(harm: Harm, level: Level) -> Level:
    """Stills lie under the thickest filter, too; those of a clip that flashes are harmless as they are."""
    if level is not Level.STILLS:
        return level
    return Level.NONE if harm is Harm.FLASHING else Level.BLUR_GREY


def filter_in_lists(harms: Collection[Harm], floors: Floors, least: Level) -> Level:
    """In a list a picture also moves under the pointer, so that flashing is covered as well."""
    levels = [max(floors[harm], least, key=lambda level: level.rank) for harm in harms]
    thickest = max(levels, key=lambda level: level.rank, default=Level.NONE)
    return Level.BLUR_GREY if thickest is Level.STILLS else thickest


NOT_LOOKED = "Nobody has looked whether it shows nudity."


def why_veiled(harms: Collection[Harm], *, nudity_unreported: bool) -> str:
    """As sentences; "" when there is no reason."""
    told = [f"It may contain {in_words(harms)}."] if harms else []
    return " ".join([*told, NOT_LOOKED] if nudity_unreported else told)

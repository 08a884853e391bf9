"""What a person is given to look at: within what they asked for themselves, and the house's caps for severe clips."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import FilteredRelation, Q

from reviews.models import Exposure, Review
from reviews.rules.care import Care
from reviews.rules.exposure import DAY, HOUR, Caps, Pause, opened_within, pause_at
from reviews.rules.veil import SEVERE, Harm, bits_of, harms_in, in_words, is_severe
from studio import clock
from studio.actions.events import Actor, action, record_event
from studio.errors import CapReached, Invalid, OptedOut
from studio.models import Preferences, User


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one person may be given at `at`. `opened`: severe clips of the last day, by moment and review."""

    care: Care
    caps: Caps
    opened: Sequence[tuple[datetime, int]]
    pause: Pause | None
    at: datetime

    @property
    def spared(self) -> int:
        """Bits of what is not handed out to them now."""
        return (bits_of(self.care.unwanted) or 0) | (SEVERE if self.pause else 0)

    @property
    def this_hour(self) -> int:
        return opened_within([moment for moment, _ in self.opened], HOUR, self.at)

    @property
    def today(self) -> int:
        return len(self.opened)

    def has_open(self, review: Review) -> bool:
        """Whether they opened it within the hour: then it is the same look."""
        return any(pk == review.pk and self.at - moment < HOUR for moment, pk in self.opened)

    def allow(self, review: Review) -> bool:
        return not (review.shows or 0) & self.spared or self.has_open(review)

    def unwanted_in(self, bits: int | None) -> list[Harm]:
        return [harm for harm in harms_in(bits) if harm in self.care.unwanted]


def bounds_of(user: User) -> Bounds:
    """One query, of at most a day's severe clips."""
    at = clock.now()
    lately = FilteredRelation("exposures", condition=Q(exposures__opened_at__gt=at - DAY))
    rows = User.objects.filter(pk=user.pk).annotate(lately=lately)
    kept = list(rows.values_list("preferences__care", "lately__opened_at", "lately__review"))
    care = Care.from_json((kept[0][0] if kept else None) or {})
    opened = [(moment, review) for _, moment, review in kept if moment]
    caps = house_caps().lowered(care.hour, care.day)
    return Bounds(care, caps, opened, pause_at([moment for moment, _ in opened], caps, at), at)


def house_caps() -> Caps:
    rest = timedelta(minutes=settings.SEVERE_REST_MINUTES)
    return Caps(settings.SEVERE_PER_HOUR, settings.SEVERE_PER_DAY, rest)


def require_bearable(review: Review, by: User) -> None:
    """Raises OptedOut for what `by` asked not to see, CapReached for a severe clip while they rest from those."""
    if review.shows is None:
        return
    bounds = bounds_of(by)
    if bounds.allow(review):
        return
    if unwanted := bounds.unwanted_in(review.shows):
        raise OptedOut(f"It may contain {in_words(unwanted)}. Somebody else looks at it; nothing is asked of you.")
    if bounds.pause:
        raise CapReached(
            f"{bounds.pause.why} Severe clips again at {bounds.pause.until:%H:%M} UTC; others at any time."
        )


@action
def open_severe(review: Review, *, by: User) -> None:
    """Note that `by` opens a severe clip now; twice within the hour is once. Ordinary clips are not counted.

    Raises OptedOut, or CapReached: two pages that ask at once are answered one after the other.
    """
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    review.refresh_from_db()
    if not is_severe(review.shows) or bounds_of(by).has_open(review):
        return
    require_bearable(review, by)
    Exposure.objects.create(person=by, review=review, opened_at=clock.now())
    record_event(review, verb="severe_opened", actor=Actor.of(by))


@action
def save_care(user: User, care: Care) -> None:
    """Keep what `user` asks for their own sake. The event says that they chose, and not what.

    Raises Invalid for a cap above the house's.
    """
    house = house_caps()
    if (care.hour or 1) > house.hour or (care.day or 1) > house.day:
        raise Invalid(f"The house allows {house.hour} an hour and {house.day} a day; yours may only be lower.")
    kept, _ = Preferences.objects.update_or_create(user=user, defaults={"care": care.as_json()})
    record_event(kept, verb="care_chosen", actor=Actor.of(user))

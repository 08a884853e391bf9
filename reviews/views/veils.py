"""How clips and their pictures in lists are veiled, for one person under the policies of several projects."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Subquery

from reviews.models import Finding, Policy
from reviews.rules.care import Care
from reviews.rules.screening import HOUSE_SCREENING, Screening
from reviews.rules.veil import VEILED_FROM, Floors, Harm, Level, Veil, filter_in_lists, harms_of, veil_of
from studio.models import Preferences, User


@dataclass(frozen=True, slots=True)
class Cover:
    """`is_left_out`: no picture at all, for somebody who asked not to see such."""

    filter: Level
    is_left_out: bool = False

    @property
    def is_there(self) -> bool:
        return self.is_left_out or self.filter is not Level.NONE


@dataclass(frozen=True, slots=True)
class Covers:
    care: Care
    floors: Mapping[int, Floors]
    """By the project's key."""

    def veil(self, project: int, harms: Collection[Harm]) -> Veil:
        """How the clip itself opens."""
        return veil_of(harms, self.floors.get(project, HOUSE_SCREENING.veil), self.care.veil)

    def of(self, project: int, harms: Collection[Harm]) -> Cover:
        floors = self.floors.get(project, HOUSE_SCREENING.veil)
        return Cover(filter_in_lists(harms, floors, self.care.veil), not self.care.unwanted.isdisjoint(harms))


def harms_among(candidates: Collection[int]) -> Mapping[int, Collection[Harm]]:
    """What an earlier or a newer look found in each of these takes: a picture stays veiled when in doubt."""
    harms: dict[int, set[Harm]] = {candidate: set() for candidate in candidates}
    found = Finding.objects.filter(candidate__in=candidates, check_key__in=VEILED_FROM)
    for candidate, check, label, severity in found.values_list("candidate", "check_key", "label", "severity"):
        harms[candidate] |= harms_of([(check, label, severity)])
    return harms


def covers_for(user: User, projects: Collection[int]) -> Covers:
    """In one query. A project whose takes were never checked has no policy yet, and nothing to cover."""
    care = Preferences.objects.filter(user=user).values("care")[:1]
    policies = Policy.objects.filter(project__in=projects, is_active=True).annotate(care=Subquery(care))
    rows = list(policies.values_list("project", "screening", "care"))
    kept = rows[0][2] if rows else None
    return Covers(
        Care.from_json(kept or {}),
        {project: Screening.from_json(screening).veil for project, screening, _ in rows},
    )

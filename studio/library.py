"""The files that may go along with a prompt of a project: its assets and its takes, the newest of each."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from providers.base import ReferenceRole
from studio.models import Asset, AssetKind, Candidate, Project
from studio.references import MOVING, Chosen
from studio.rules.lifecycle import Status

MOST_OFFERED = 60
ASSET, TAKE = "asset", "take"
Row = TypeVar("Row", bound=Model)
Group = tuple[str, list[tuple[str, str]]]
"""A heading, and under it the key and the name of each file."""


@dataclass(frozen=True, slots=True)
class Library:
    assets: Sequence[Asset] = ()
    takes: Sequence[Candidate] = ()

    def choices(self, role: ReferenceRole) -> list[Group]:
        """What can play `role`, under headings; headings without files are left out."""
        wanted = AssetKind.CLIP if role in MOVING else AssetKind.STILL
        files = [(key_of(asset=asset), _asset_name(asset)) for asset in self.assets if asset.kind == wanted]
        takes = [(key_of(take=take), _take_name(take)) for take in self.takes]
        headings = ("Clips", "Takes") if role in MOVING else ("Stills", "Takes, by their poster frame")
        return [group for group in zip(headings, (files, takes), strict=True) if group[1]]

    def find(self, role: ReferenceRole, key: str) -> Chosen | None:
        for asset in self.assets:
            if key_of(asset=asset) == key:
                return Chosen(role, asset=asset)
        for take in self.takes:
            if key_of(take=take) == key:
                return Chosen(role, take=take)
        return None


def key_of(*, asset: Asset | None = None, take: Candidate | None = None) -> str:
    """How a form names a file."""
    return f"{ASSET}-{asset.uuid}" if asset else f"{TAKE}-{take.uuid}" if take else ""


def library_of(project: Project, also: Iterable[str] = ()) -> Library:
    """The newest files of `project`, and those named by the keys `also`; two queries.

    A withdrawn take is no material.
    """
    named = _uuids(also)
    assets = Asset.objects.filter(project=project)
    takes = Candidate.objects.filter(prompt__project=project).exclude(status=Status.WITHDRAWN)
    return Library(
        list(_newest_or(assets, named).select_related("blob")),
        list(_newest_or(takes, named).select_related("blob", "generation", "prompt")),
    )


def _newest_or(rows: "QuerySet[Row]", named: Collection[UUID]) -> "QuerySet[Row]":
    newest = rows.order_by("-pk").values("pk")[:MOST_OFFERED]
    return rows.filter(Q(pk__in=newest) | Q(uuid__in=named)).order_by("-pk")


def _uuids(keys: Iterable[str]) -> list[UUID]:
    found = []
    for key in keys:
        try:
            found.append(UUID(key.partition("-")[2]))
        except ValueError:
            continue
    return found


def _asset_name(asset: Asset) -> str:
    lasts = f", {asset.duration_seconds:.1f} s" if asset.duration_seconds is not None else ""
    return f"{asset.name} ({asset.width} × {asset.height}{lasts})"


def _take_name(take: Candidate) -> str:
    number = f"take {take.generation.take_number}" if take.generation else "brought in"
    return f"{take.prompt.title[:60]}, {number} ({float(take.facts['duration_seconds']):.1f} s)"

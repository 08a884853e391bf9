"""What an order is made of by API: checked by the same form as the prompt desk's."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from providers.base import CameraMove, Operation, ReferenceRole
from studio.actions.prompting import MOST_TAKES, Order
from studio.api.answers import LARGEST_KEY, Body
from studio.api.refusals import Unusable, problems_of
from studio.forms import (
    LARGEST_SEED,
    LONGEST_FIELD,
    LONGEST_SECONDS,
    LONGEST_TEXT,
    MOST_SAMPLES,
    PromptForm,
    file_field,
)
from studio.library import ASSET, TAKE, Library, library_of
from studio.models import Project
from studio.references import Chosen, roles_for
from studio.views.desk import usable_models

SIZE = r"^[1-9]\d{1,4}x[1-9]\d{1,4}$"
Words = Field("", max_length=LONGEST_FIELD)
SOUND = {True: "yes", False: "no", None: ""}
NO_TOKEN = UUID(int=0)
MOST_REFERENCES = 20
FIELDS = {file_field(role): "references" for role in ReferenceRole}
"""Where the form's fields have other names here."""


class Direction(Body):
    subject: str = Words
    action: str = Words
    camera: str = Words
    lens: str = Words
    lighting: str = Words
    motion: str = Words
    style: str = Words
    mood: str = Words
    negative: str = Words


class ReferenceIn(Body):
    """A file that goes along: a reference of the project, or one of its takes, one of the two."""

    role: ReferenceRole
    asset: UUID | None = None
    take: UUID | None = None


class Wanted(Body):
    """What should be seen, and how it is made."""

    text: str = Field("", max_length=LONGEST_TEXT)
    direction: Direction = Direction()
    operation: Operation = Operation.TEXT_TO_VIDEO
    references: list[ReferenceIn] = Field([], max_length=MOST_REFERENCES)
    seconds: int = Field(ge=1, le=LONGEST_SECONDS)
    size: str = Field(pattern=SIZE, description="Pixels, for example `1280x720`.")
    takes: int = Field(1, ge=1, le=MOST_TAKES)
    samples: int = Field(1, ge=1, le=MOST_SAMPLES, description="Clips that each take's one call makes.")
    fps: Literal["", "24", "25", "30000/1001", "30", "60"] = Field("", description="Empty: any.")
    audio: bool | None = Field(None, description="Null: any.")
    seed: int | None = Field(None, ge=0, le=LARGEST_SEED, description="Of the first take; the next take counts on.")
    camera_move: CameraMove | None = None


class OrderIn(Wanted):
    model: str = Field(max_length=80)
    rights: bool = Field(False, description="True: we may use the files that go along.")
    agreed_cost: Decimal = Field(ge=0, max_digits=12, decimal_places=4, description="US dollars, as `cost` said.")
    idempotency_key: UUID = Field(description="One key, one order: sent again, the first answer comes again.")
    parent: int | None = Field(None, ge=1, le=LARGEST_KEY, description="The prompt that this one revises.")


class CostIn(Wanted):
    model: str | None = Field(None, max_length=80, description="Null: every model that is offered here.")


@dataclass(frozen=True, slots=True)
class Checked:
    """What the form let through."""

    text: str
    direction: dict[str, str]
    order: Order
    references: list[Chosen]


def words_of(wanted: Wanted) -> dict[str, str]:
    """The direction as it is kept: what was said, without what was left empty."""
    return {slug: said for slug, words in wanted.direction.model_dump().items() if (said := words.strip())}


def order_of(wanted: Wanted, model: str) -> Order:
    """Without the form's checks, for asking what it costs."""
    return Order(
        model=model,
        seconds=wanted.seconds,
        size=wanted.size,
        takes=wanted.takes,
        fps=wanted.fps,
        audio=wanted.audio,
        seed=wanted.seed,
        operation=wanted.operation,
        camera_move=wanted.camera_move,
        samples=wanted.samples,
    )


def files_of(wanted: Wanted, project: Project) -> list[Chosen]:
    """The files that go along. Raises Unusable for one that is not there."""
    library = _library(wanted, project)
    found = [library.find(each.role, _key(each)) for each in wanted.references]
    if None in found:
        raise Unusable({"references": ["A file is not there: name a reference or a take of this project."]})
    return [chosen for chosen in found if chosen]


def checked(wanted: OrderIn, project: Project) -> Checked:
    """What the prompt desk's form makes of `wanted`, as if it had been typed there. Raises Unusable."""
    files_of(wanted, project)
    form = PromptForm(
        _typed(wanted),
        models=[terms.key for terms in usable_models()],
        library=_library(wanted, project),
        initial={"size": wanted.size},  # one that stands on no list of ours is left for the generator to judge
    )
    if not form.is_valid():
        raise Unusable(problems_of(form, FIELDS))
    return Checked(form.words(), form.direction(), form.order(), form.chosen())


def _library(wanted: Wanted, project: Project) -> Library:
    _require_roles(wanted)
    return library_of(project, also=[_key(each) for each in wanted.references])


def _typed(wanted: OrderIn) -> dict[str, Any]:
    typed: dict[str, Any] = {name: getattr(wanted, name) for name in ("text", "model", "seconds", "size", "takes")}
    typed |= wanted.direction.model_dump()
    for role in ReferenceRole:
        keys = [_key(each) for each in wanted.references if each.role is role]
        typed[file_field(role)] = keys if role is ReferenceRole.REFERENCE else "".join(keys)
    return typed | {
        "operation": wanted.operation.value,
        "samples": wanted.samples,
        "fps": wanted.fps,
        "audio": SOUND[wanted.audio],
        "seed": wanted.seed,
        "camera_move": wanted.camera_move.value if wanted.camera_move else "",
        "rights": wanted.rights,
        "form_token": str(wanted.idempotency_key),
    }


def _require_roles(wanted: Wanted) -> None:
    """Raises Unusable for files that the mode has no use for: a page leaves them behind, here nobody would see it."""
    roles, useful = [each.role for each in wanted.references], roles_for(wanted.operation)
    for role in roles:
        if role not in useful:
            raise Unusable({"references": [f"{wanted.operation.value} takes no {role.value}."]})
        if role is not ReferenceRole.REFERENCE and roles.count(role) > 1:
            raise Unusable({"references": [f"One {role.value} at most."]})


def _key(reference: ReferenceIn) -> str:
    if (reference.asset is None) == (reference.take is None):
        raise Unusable({"references": ["Each names an asset or a take, one of the two."]})
    return f"{ASSET}-{reference.asset}" if reference.asset else f"{TAKE}-{reference.take}"

"""What an order is made of by API: checked by the same form as the prompt desk's."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from studio.actions.prompting import MOST_TAKES, Order
from studio.api.answers import LARGEST_KEY, Body
from studio.api.refusals import Unusable, problems_of
from studio.forms import LARGEST_SEED, LONGEST_FIELD, LONGEST_SECONDS, LONGEST_TEXT, PromptForm
from studio.views.desk import usable_models

SIZE = r"^[1-9]\d{1,4}x[1-9]\d{1,4}$"
Words = Field("", max_length=LONGEST_FIELD)
SOUND = {True: "yes", False: "no", None: ""}
NO_TOKEN = UUID(int=0)


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


class Wanted(Body):
    """What should be seen, and how it is made; `model` may be left out where only prices are asked for."""

    text: str = Field("", max_length=LONGEST_TEXT)
    direction: Direction = Direction()
    seconds: int = Field(ge=1, le=LONGEST_SECONDS)
    size: str = Field(pattern=SIZE, description="Pixels, for example `1280x720`.")
    takes: int = Field(1, ge=1, le=MOST_TAKES)
    fps: Literal["", "24", "25", "30000/1001", "30", "60"] = Field("", description="Empty: any.")
    audio: bool | None = Field(None, description="Null: any.")
    seed: int | None = Field(None, ge=0, le=LARGEST_SEED, description="Of the first take; the next take counts on.")


class OrderIn(Wanted):
    model: str = Field(max_length=80)
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


def words_of(wanted: Wanted) -> dict[str, str]:
    """The direction as it is kept: what was said, without what was left empty."""
    return {slug: said for slug, words in wanted.direction.model_dump().items() if (said := words.strip())}


def order_of(wanted: Wanted, model: str) -> Order:
    return Order(model, wanted.seconds, wanted.size, wanted.takes, wanted.fps, wanted.audio, wanted.seed)


def form_of(wanted: Wanted, model: str, key: UUID = NO_TOKEN) -> PromptForm:
    """The prompt desk's form, filled in as if `wanted` had been typed there."""
    typed: dict[str, Any] = wanted.model_dump(include={"text", "seconds", "size", "takes", "fps", "seed"})
    typed |= wanted.direction.model_dump() | {"model": model, "audio": SOUND[wanted.audio], "form_token": str(key)}
    # A size that stands on no list of ours is left for the generator to judge.
    first = {"size": wanted.size}
    return PromptForm(typed, models=[terms.key for terms in usable_models()], initial=first)


def checked(form: PromptForm) -> Checked:
    """Raises Unusable with every sentence of the form."""
    if not form.is_valid():
        raise Unusable(problems_of(form))
    return Checked(form.words(), form.direction(), form.order())

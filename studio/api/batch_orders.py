"""What a batch is made of by API: checked by the same form as the page's."""

from decimal import Decimal
from typing import Literal
from uuid import UUID

from django.http import QueryDict
from pydantic import Field

from studio.actions.planning import BatchOrder
from studio.api.answers import LARGEST_KEY, Body
from studio.api.ordering import NO_TOKEN, SIZE, SOUND
from studio.api.refusals import Unusable, problems_of
from studio.batch_forms import LONGEST_KEY, LONGEST_NAME, BatchForm
from studio.forms import LARGEST_SEED, LONGEST_SECONDS
from studio.models import Project
from studio.rules.matrix import MOST, MOST_LISTED
from studio.rules.sheet import MOST_BYTES
from studio.views.desk import usable_models

FIELDS = {"table": "values", "source": "prompt"}
"""Where the form's fields have other names here."""


class BatchCostIn(Body):
    """A prompt, or a template with a table of values; which models, how many takes."""

    prompt: int | None = Field(None, ge=1, le=LARGEST_KEY)
    template: int | None = Field(None, ge=1, le=LARGEST_KEY)
    values: str = Field(
        "", max_length=MOST_BYTES, description="For a template: CSV, the first row names the variables."
    )
    name: str = Field("", max_length=LONGEST_NAME, description="Empty: that of the prompt or template.")
    models: list[str] = Field(min_length=1, max_length=MOST)
    seconds: int = Field(ge=1, le=LONGEST_SECONDS)
    size: str = Field(pattern=SIZE)
    takes: int = Field(1, ge=1, le=MOST, description="Of each combination.")
    seeds: list[int] = Field([], max_length=MOST)
    fps: Literal["", "24", "25", "30000/1001", "30", "60"] = ""
    audio: bool | None = None
    left_out: list[str] = Field([], max_length=2 * MOST_LISTED, description="Keys of combinations that are not wanted.")


class BatchIn(BatchCostIn):
    agreed_cost: Decimal = Field(ge=0, max_digits=12, decimal_places=4, description="The total, as `cost` said.")
    idempotency_key: UUID


def batch_form_of(wanted: BatchCostIn, project: Project, key: UUID = NO_TOKEN) -> BatchForm:
    """The page's form, filled in as if `wanted` had been typed there. Raises Unusable without exactly one source."""
    if (wanted.prompt is None) == (wanted.template is None):
        raise Unusable({"prompt": ["Name a prompt or a template, one of the two."]})
    if any(not 0 <= seed <= LARGEST_SEED for seed in wanted.seeds):
        raise Unusable({"seeds": [f"Seeds are whole numbers from 0 to {LARGEST_SEED}."]})
    typed = QueryDict(mutable=True)
    for name in ("values", "name", "seconds", "size", "takes", "fps"):
        typed[name] = str(getattr(wanted, name))
    typed["source"] = f"template-{wanted.template}" if wanted.prompt is None else f"prompt-{wanted.prompt}"
    typed["audio"], typed["form_token"] = SOUND[wanted.audio], str(key)
    typed["seeds"] = ", ".join(map(str, wanted.seeds))
    typed.setlist("models", list(wanted.models))
    typed.setlist("left_out", [each for each in wanted.left_out if len(each) <= LONGEST_KEY])
    return BatchForm(typed, project=project, models=[terms.key for terms in usable_models()])


def checked(form: BatchForm) -> BatchOrder:
    """Raises Unusable with every sentence of the form."""
    if not form.is_valid():
        raise Unusable(problems_of(form, FIELDS))
    return form.order()

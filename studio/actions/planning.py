"""What a batch would order: every combination with its price, before anything is written. Reads only."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, partial
from typing import Any

from providers.base import GenerationRequest, Operation, ReferenceRole
from studio.actions.generating import request_of
from studio.actions.prompting import Order, request_for
from studio.actions.templating import blank_of
from studio.errors import Invalid
from studio.generators import offers, planning_adapter
from studio.models import Asset, Batch, Generation, Mode, Project, Prompt, Template
from studio.references import FILES, Chosen, chosen_of
from studio.requesting import camera_move_of, operation_of
from studio.rules.generation import GenerationState
from studio.rules.hints import refusal
from studio.rules.matrix import Matrix, Price, Variant, combine
from studio.rules.one_line import one_line
from studio.rules.sheet import Sheet
from studio.rules.spending import NOTHING
from studio.rules.template import fill_all
from studio.wordlists import word_lists

LONGEST_LABEL = 100
OF_THE_ORDER = frozenset({"resolution", "ratio", "seconds", "fps", "audio"})
"""Keys of a spec that an order sets; the others are the prompt's own."""


@dataclass(frozen=True, slots=True)
class BatchOrder:
    """What a batch is to be made of: a prompt, or a template with a table of values; and how its takes are made."""

    name: str
    models: tuple[str, ...]
    seconds: int
    size: str
    takes: int = 1
    seeds: tuple[int, ...] = ()
    fps: str = ""
    audio: bool | None = None
    prompt: Prompt | None = None
    template: Template | None = None
    sheet: Sheet | None = None
    left_out: frozenset[str] = frozenset()

    def of_one(self, model: str, seed: int | None) -> Order:
        """As its rows will be sent: a prompt keeps its mode and its camera move."""
        order = Order(model, self.seconds, self.size, takes=1, fps=self.fps, audio=self.audio, seed=seed)
        if self.prompt is None:
            return order
        return replace(order, operation=operation_of(self.prompt), camera_move=camera_move_of(self.prompt))

    def spec(self) -> dict[str, Any]:
        """What every take must meet, whatever its model and seed."""
        return self.of_one("", None).spec()


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that would be ordered. `problems` are those of the table of values; with any, nothing is."""

    matrix: Matrix
    problems: tuple[str, ...] = ()

    @property
    def refusal(self) -> str:
        return " ".join(self.problems[:3]) or self.matrix.refusal


@dataclass(frozen=True, slots=True)
class Retry:
    """A failed take as it would be ordered again; `problems` say why it cannot be."""

    generation: Generation
    price: Price


def plan(order: BatchOrder, project: Project) -> Plan:
    """Every combination with its cost and what its generator would refuse. Reads only; raises Invalid."""
    variants, problems = _variants(order, project)
    if problems:
        return Plan(Matrix(), tuple(problems))
    price = _Pricing(order, project)
    return Plan(combine(variants, order.models, order.seeds, order.takes, price=price, left_out=order.left_out))


def revised_spec(order: BatchOrder) -> dict[str, Any] | None:
    """The spec of the revision that a prompt becomes when its takes are to meet something else than it asks for now."""
    if order.prompt is None:
        return None
    own = {name: value for name, value in order.prompt.spec.items() if name not in OF_THE_ORDER}
    wanted = own | order.spec()
    return None if wanted == order.prompt.spec else wanted


def retries_of(batch: Batch) -> list[Retry]:
    """Failed takes not ordered again yet, each with what it would cost now."""
    failed = batch.generations.filter(state=GenerationState.FAILED, retried_as=None)
    files = (f"prompt__{each}" for each in FILES)
    rows = list(failed.select_related("prompt__project").prefetch_related(*files).order_by("pk"))
    if not rows:
        return []
    desk = _Desk()
    return [Retry(row, desk.price(row.model, partial(request_of, row, with_content=False))) for row in rows]


def cost_of_retries(retries: Iterable[Retry]) -> Decimal:
    return sum((retry.price.cost for retry in retries if not retry.price.problems), NOTHING)


def _variants(order: BatchOrder, project: Project) -> tuple[list[Variant], list[str]]:
    if order.prompt is not None:
        prompt = order.prompt
        return [Variant("1", prompt.title, prompt.text, prompt.direction, {})], []
    if order.template is None or order.sheet is None:
        raise Invalid("Choose a prompt, or a template with a table of values.")
    filled, problems = fill_all(blank_of(order.template), order.sheet, assets=assets_of(project))
    variants = [
        Variant(str(each.number), _label(each.values), each.text, each.direction, each.values, each.assets)
        for each in filled
    ]
    return variants, problems


def _label(values: Mapping[str, str]) -> str:
    return one_line(", ".join(values.values()))[:LONGEST_LABEL]


def assets_of(project: Project) -> dict[str, Asset]:
    """By name; of two with the same name the newer one."""
    return {asset.name: asset for asset in Asset.objects.filter(project=project).select_related("blob").order_by("pk")}


class _Desk:
    """Prices of one plan: asks for the offers, and for each adapter, once."""

    def __init__(self) -> None:
        self._offers = {offer.terms.key: offer for offer in offers()}
        self._adapters = cache(planning_adapter)

    def price(self, model: str, request: Callable[[], GenerationRequest]) -> Price:
        offer = self._offers.get(model)
        if offer is None:
            return Price(NOTHING, (f"The model “{model}” is not offered here.",))
        if offer.why_not:
            return Price(NOTHING, (offer.why_not,))
        adapter, asked = self._adapters(offer.terms.provider), request()
        problems = tuple(problem.message for problem in adapter.validate(asked))
        return Price(NOTHING if problems else adapter.estimate(asked).amount, problems)


class _Pricing:
    """Answers for every combination of one order."""

    def __init__(self, order: BatchOrder, project: Project) -> None:
        self._order = order
        self._desk = _Desk()
        self._chosen = _carried(order.prompt)
        self._assets = assets_of(project) if order.template else {}

    def __call__(self, variant: Variant, model: str, seed: int | None) -> Price:
        if why := refusal(variant.text, variant.direction, word_lists()):
            return Price(NOTHING, (why,))
        return self._desk.price(model, lambda: self._request(variant, model, seed))

    def _request(self, variant: Variant, model: str, seed: int | None) -> GenerationRequest:
        order = self._order.of_one(model, seed)
        stills = [Chosen(ReferenceRole.REFERENCE, asset=self._assets[name]) for name in variant.assets]
        if stills and self._order.prompt is None:
            order = replace(order, operation=Operation.REFERENCE_TO_VIDEO)
        return request_for(variant.text, variant.direction, order, references=[*self._chosen, *stills])


def _carried(prompt: Prompt | None) -> list[Chosen]:
    """The files that go along with every take of a prompt."""
    if prompt is None:
        return []
    if prompt.mode == Mode.IMPORT:
        raise Invalid("This prompt was made elsewhere. Revise it at the desk first.")
    return chosen_of(prompt)

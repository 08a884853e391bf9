"""What a batch would order: every combination with its price, before anything is written. Reads only."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, partial

from providers.base import GenerationRequest, Operation, Reference, ReferenceRole
from studio.actions.generating import request_of
from studio.actions.prompting import Order, request_for
from studio.actions.templating import blank_of
from studio.errors import Invalid
from studio.generators import offers, planning_adapter
from studio.models import Asset, Batch, Generation, Mode, Project, Prompt, PromptReference, Template
from studio.rules.generation import GenerationState
from studio.rules.matrix import Matrix, Price, Variant, combine
from studio.rules.one_line import one_line
from studio.rules.sheet import Sheet
from studio.rules.spending import NOTHING
from studio.rules.template import fill_all

LONGEST_LABEL = 100


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
        return Order(model, self.seconds, self.size, takes=1, fps=self.fps, audio=self.audio, seed=seed)


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


def retries_of(batch: Batch) -> list[Retry]:
    """Failed takes not ordered again yet, each with what it would cost now."""
    failed = batch.generations.filter(state=GenerationState.FAILED, retried_as=None)
    rows = list(failed.select_related("prompt__project").order_by("pk"))
    if not rows:
        return []
    desk = _Desk()
    return [Retry(row, desk.price(row.model, partial(request_of, row))) for row in rows]


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
        self._operation, self._references = _carried(order.prompt)
        self._assets = assets_of(project) if order.template else {}

    def __call__(self, variant: Variant, model: str, seed: int | None) -> Price:
        return self._desk.price(model, lambda: self._request(variant, model, seed))

    def _request(self, variant: Variant, model: str, seed: int | None) -> GenerationRequest:
        request = request_for(variant.text, variant.direction, self._order.of_one(model, seed))
        stills = [_planned(ReferenceRole.REFERENCE, self._assets[name]) for name in variant.assets]
        operation = self._operation or (Operation.REFERENCE_TO_VIDEO if stills else request.operation)
        return replace(request, operation=operation, references=(*self._references, *stills))


def _carried(prompt: Prompt | None) -> tuple[Operation | None, tuple[Reference, ...]]:
    """What goes along with every take of a prompt, without its bytes: a plan needs only what they are."""
    if prompt is None:
        return None, ()
    if prompt.mode == Mode.IMPORT:
        raise Invalid("This prompt was made elsewhere. Revise it at the desk first.")
    rows = prompt.references.select_related("asset__blob", "take__blob", "take__generation")
    return Operation(prompt.mode), tuple(_reference(row) for row in rows)


def _reference(row: PromptReference) -> Reference:
    if row.asset is not None:
        return _planned(ReferenceRole(row.role), row.asset)
    take = row.take
    assert take is not None, "reference_is_asset_or_take"
    seconds = Decimal(str(take.facts["duration_seconds"])) if take.facts.get("duration_seconds") else None
    remote = take.generation.remote_id if take.generation else ""
    size = f"{take.facts.get('width')}x{take.facts.get('height')}"
    return Reference(ReferenceRole(row.role), take.name, take.blob.media_type, b"", remote, seconds, size)


def _planned(role: ReferenceRole, asset: Asset) -> Reference:
    size = f"{asset.width}x{asset.height}"
    return Reference(role, asset.name, asset.blob.media_type, b"", "", asset.duration_seconds, size)

"""The rows that a batch writes: its prompts and its generations. Inside the caller's transaction."""

from collections.abc import Iterable, Mapping
from typing import Any

from providers.base import ModelTerms, ReferenceRole
from studio import clock
from studio.actions.events import Actor, record_event
from studio.actions.planning import BatchOrder, Retry, assets_of, revised_spec
from studio.actions.prompting import Order
from studio.generators import offers
from studio.models import Batch, Generation, Mode, Priority, Prompt, PromptReference, User
from studio.rules.generation import GenerationState
from studio.rules.matrix import Row, Variant

LONGEST_TITLE = 120


class Numbers:
    """The next take's number of each prompt, whose row is locked so that nobody else takes it."""

    def __init__(self) -> None:
        self._last: dict[int, int] = {}

    def next(self, prompt: Prompt) -> int:
        if prompt.pk not in self._last:
            Prompt.objects.select_for_update(no_key=True).get(pk=prompt.pk)
            self._last[prompt.pk] = prompt.generations.count()
        self._last[prompt.pk] += 1
        return self._last[prompt.pk]


def new_generations(batch: Batch, order: BatchOrder, rows: Iterable[Row]) -> list[Generation]:
    terms = {offer.terms.key: offer.terms for offer in offers()}
    prompts: dict[str, Prompt] = {}
    numbers = Numbers()
    made = []
    for row in rows:
        if row.variant.key not in prompts:
            prompts[row.variant.key] = _prompt_of(batch, order, row.variant)
        prompt = prompts[row.variant.key]
        made.append(_generation(batch, prompt, numbers.next(prompt), order.of_one(row.model, row.seed), terms, row))
    return made


def _generation(
    batch: Batch, prompt: Prompt, number: int, one: Order, terms: Mapping[str, ModelTerms], row: Row
) -> Generation:
    return Generation(
        prompt=prompt,
        batch=batch,
        take_number=number,
        provider=terms[row.model].provider,
        model=row.model,
        parameters=one.parameters(),
        seed=row.seed,
        cost_estimated=row.price.cost,
        requested_by=batch.ordered_by,
        **_reserved(),
    )


def ordered_again(retry: Retry, number: int, by: User) -> Generation:
    old = retry.generation
    return Generation(
        prompt=old.prompt,
        batch_id=old.batch_id,
        retry_of=old,
        take_number=number,
        provider=old.provider,
        model=old.model,
        parameters=old.parameters,
        seed=old.seed,
        samples=old.samples,
        cost_estimated=retry.price.cost,
        requested_by=by,
        **_reserved(),
    )


def _reserved() -> dict[str, Any]:
    """A deadline is set when it is sent: until then it may wait as long as a pause lasts."""
    at = clock.now()
    return {
        "priority": Priority.BATCH,
        "state": GenerationState.RESERVED,
        "run_after": at,
        "states_seen": [{"state": GenerationState.RESERVED.value, "at": at.isoformat(), "said": ""}],
    }


def _prompt_of(batch: Batch, order: BatchOrder, variant: Variant) -> Prompt:
    """The prompt whose takes these are: the chosen one when its takes must meet what is ordered, else a revision of
    it; for a template a prompt a row of values.
    """
    parent = order.prompt
    if parent is None:
        return _filled_prompt(batch, order, variant)
    spec = revised_spec(order)
    return parent if spec is None else _revision(batch, parent, spec)


def _revision(batch: Batch, parent: Prompt, spec: dict[str, Any]) -> Prompt:
    columns = ("project", "mode", "title", "text", "direction", "camera_move", "template", "template_values")
    copied = {name: getattr(parent, name) for name in columns}
    number, by = parent.number + 1, batch.ordered_by
    revision = Prompt.objects.create(parent=parent, number=number, spec=spec, batch=batch, author=by, **copied)
    PromptReference.objects.bulk_create(
        PromptReference(prompt=revision, role=row.role, position=row.position, asset=row.asset, take=row.take)
        for row in parent.references.all()
    )
    record_event(revision, verb="prompted", actor=Actor.of(by), data={"revision": number, "batch": batch.pk})
    return revision


def _filled_prompt(batch: Batch, order: BatchOrder, variant: Variant) -> Prompt:
    template = order.template
    assert template is not None
    prompt = Prompt.objects.create(
        project=batch.project,
        mode=Mode.REFERENCE_TO_VIDEO if variant.assets else Mode.TEXT_TO_VIDEO,
        title=f"{template.name}: {variant.label}"[:LONGEST_TITLE],
        text=variant.text,
        direction={slug: words for slug, words in variant.direction.items() if words.strip()},
        spec=order.spec(),
        template=template,
        template_values=dict(variant.values),
        batch=batch,
        author=batch.ordered_by,
    )
    if variant.assets:
        assets = assets_of(batch.project)
        PromptReference.objects.bulk_create(
            PromptReference(prompt=prompt, role=ReferenceRole.REFERENCE, position=place, asset=assets[name])
            for place, name in enumerate(variant.assets)
        )
    record_event(prompt, verb="prompted", actor=Actor.of(batch.ordered_by), data={"revision": 1, "batch": batch.pk})
    return prompt

"""Asking for takes: a prompt revision and one reserved generation a take, committed before anything is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from providers.base import CameraMove, GenerationRequest, Operation, Problem
from providers.catalogue import catalogue
from providers.terms import FOLLOWS_SOURCE
from studio import clock
from studio.actions.budgeting import reserve
from studio.actions.events import Actor, action, record_event
from studio.actions.permitting import require_role
from studio.crashpoints import crashpoint
from studio.enqueue import after_commit
from studio.errors import Conflict, CostChanged, Disallowed, Invalid
from studio.generators import model_terms, planning_adapter
from studio.models import Generation, Project, Prompt, PromptReference, User
from studio.references import Chosen, chosen_of, planned
from studio.rules.compiling import compiled
from studio.rules.direction import SLUGS
from studio.rules.generation import GenerationState
from studio.rules.hints import refusal
from studio.rules.one_line import one_line
from studio.rules.roles import Role
from studio.store import require_room
from studio.wordlists import word_lists

MOST_TAKES = 8
TITLE_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Order:
    """What the author wants to be made: which model, how long, how large, how many takes.

    `takes` are calls, each with a seed of its own; `samples` the clips that every one of them makes.
    """

    model: str
    seconds: int
    size: str
    takes: int
    fps: str = ""
    audio: bool | None = None
    seed: int | None = None
    operation: Operation = Operation.TEXT_TO_VIDEO
    camera_move: CameraMove | None = None
    samples: int = 1

    @property
    def clips(self) -> int:
        return self.takes * self.samples

    def parameters(self) -> dict[str, Any]:
        return {"seconds": self.seconds, "size": self.size, "fps": self.fps, "audio": self.audio}

    def spec(self) -> dict[str, Any]:
        """What the takes must meet, in the words the instruments read.

        A clip that is changed keeps its length and its picture; one that is widened gets the shape that is asked for.
        """
        spec: dict[str, Any] = {}
        if self.operation not in FOLLOWS_SOURCE:
            spec["resolution"] = self.size
        if self.operation not in FOLLOWS_SOURCE or self.operation is Operation.OUTPAINT:
            spec["ratio"] = self._ratio()
        if self.operation not in FOLLOWS_SOURCE and self.operation is not Operation.EXTEND:
            spec["seconds"] = str(self.seconds)
        if self.fps:
            spec["fps"] = self.fps
        if self.audio is not None:
            spec["audio"] = self.audio
        return spec

    def _ratio(self) -> str:
        width, height = (int(side) for side in self.size.split("x"))
        ratio = Fraction(width, height)
        return f"{ratio.numerator}:{ratio.denominator}"


def request_for(
    text: str, direction: Mapping[str, str], order: Order, *, take: int = 1, references: Sequence[Chosen] = ()
) -> GenerationRequest:
    """The request of one take, for validating and estimating: its references go without their bytes.

    Each take of an order has its own seed.
    """
    terms = catalogue().get(order.model)
    words = compiled(text, direction, order.camera_move, terms)
    return GenerationRequest(
        model=order.model,
        prompt=words.prompt,
        operation=order.operation,
        negative=words.negative,
        camera=words.camera,
        samples=order.samples,
        references=planned(references, terms.provider if terms else ""),
        seconds=order.seconds,
        size=order.size,
        fps=Fraction(order.fps) if order.fps else None,
        audio=order.audio,
        seed=None if order.seed is None else order.seed + take - 1,
    )


def problems_with(
    text: str, direction: Mapping[str, str], order: Order, references: Sequence[Chosen] = ()
) -> list[Problem]:
    """What the generator would refuse, each with its field. Raises Invalid for a model that is not offered."""
    adapter = planning_adapter(model_terms(order.model).provider)
    return adapter.validate(request_for(text, direction, order, references=references))


def estimate(text: str, direction: Mapping[str, str], order: Order, references: Sequence[Chosen] = ()) -> Decimal:
    """What the whole order will cost, US dollars. Raises Invalid with the adapter's sentences if it cannot be sent,
    and Disallowed for what is never made.
    """
    require_allowed(text, direction)
    terms = model_terms(order.model)
    adapter = planning_adapter(terms.provider)
    request = request_for(text, direction, order, references=references)
    if not request.prompt:
        raise Invalid("Say what should be seen: write a prompt or fill in the subject.")
    if not 1 <= order.takes <= MOST_TAKES:
        raise Invalid(f"Ask for 1 to {MOST_TAKES} takes at a time.")
    if problems := adapter.validate(request):
        raise Invalid(" ".join(problem.message for problem in problems))
    return adapter.estimate(request).amount * order.takes


def require_allowed(text: str, direction: Mapping[str, str]) -> None:
    """Raises Disallowed, with the words named, for what may not be asked of any generator."""
    if why := refusal(text, direction, word_lists()):
        raise Disallowed(why)


@action
def submit_prompt(
    *,
    project: Project,
    by: User,
    text: str,
    direction: Mapping[str, str],
    order: Order,
    agreed_cost: Decimal,
    form_token: UUID,
    parent: Prompt | None = None,
    references: Sequence[Chosen] = (),
) -> Prompt:
    """Write a prompt (a revision when it has a `parent`) with its references and reserve its takes; workers send them.

    The same `form_token` returns the same prompt: a double click makes one order. Raises NotPermitted, Invalid,
    OverBudget, Disallowed, and CostChanged when the cost is no longer what the author agreed to.
    """
    require_role(by, project, Role.AUTHOR, Role.EDITOR)
    require_allowed(text, direction)
    kept = {slug: value.strip() for slug in SLUGS if (value := direction.get(slug, "")).strip()}
    prompt, is_new = Prompt.objects.get_or_create(
        form_token=form_token,
        author=by,
        defaults={
            "project": project,
            "parent": parent,
            "number": parent.number + 1 if parent else 1,
            "mode": order.operation.value,
            "camera_move": order.camera_move.value if order.camera_move else "",
            "title": _title(text, kept),
            "text": text.strip(),
            "direction": kept,
            "spec": order.spec(),
        },
    )
    if not is_new:
        return prompt
    _attach(prompt, references)
    record_event(
        prompt,
        verb="prompted",
        actor=Actor.of(by),
        data={"revision": prompt.number, "references": len(references)} if references else {"revision": prompt.number},
    )
    crashpoint("prompting.between_rows")
    _reserve_takes(prompt, by=by, order=order, agreed_cost=agreed_cost)
    return prompt


@action
def generate_more(
    prompt: Prompt, *, by: User, order: Order, agreed_cost: Decimal, known_takes: int
) -> list[Generation]:
    """Reserve further takes of an existing revision. Raises as `submit_prompt`.

    `known_takes` is how many takes had been asked for on the page that was pressed: a double click is one order, the
    second press raises Conflict.
    """
    require_role(by, prompt.project, Role.AUTHOR, Role.EDITOR)
    Prompt.objects.select_for_update(no_key=True).get(pk=prompt.pk)  # of two presses at once the second sees the first
    if prompt.generations.count() != known_takes:
        raise Conflict(
            "More takes of this prompt were asked for meanwhile. Look at them first; nothing was sent twice."
        )
    return _reserve_takes(prompt, by=by, order=order, agreed_cost=agreed_cost)


def _attach(prompt: Prompt, references: Sequence[Chosen]) -> None:
    """Files of another project are none of this prompt's. Raises Invalid."""
    for chosen in references:
        home = chosen.asset.project_id if chosen.asset else chosen.take.prompt.project_id if chosen.take else None
        if home != prompt.project_id:
            raise Invalid("A reference belongs to another project. Add the file to this one first.")
    PromptReference.objects.bulk_create(
        PromptReference(prompt=prompt, position=place, role=each.role.value, asset=each.asset, take=each.take)
        for place, each in enumerate(references)
    )


def _reserve_takes(prompt: Prompt, *, by: User, order: Order, agreed_cost: Decimal) -> list[Generation]:
    require_room()
    cost = estimate(prompt.text, prompt.direction, order, chosen_of(prompt))
    if cost != agreed_cost:
        raise CostChanged(
            f"Now ${cost:.2f}, was ${agreed_cost:.2f}. Nothing was sent; generate again to agree to the new cost."
        )
    at = clock.now()
    provider = model_terms(order.model).provider
    first = prompt.generations.count() + 1
    made = [
        Generation.objects.create(
            prompt=prompt,
            take_number=number,
            provider=provider,
            model=order.model,
            parameters=order.parameters(),
            samples=order.samples,
            seed=None if order.seed is None else order.seed + number - 1,
            state=GenerationState.RESERVED,
            cost_estimated=cost / order.takes,
            requested_by=by,
            run_after=at,
            deadline_at=at + timedelta(hours=1),
            states_seen=[{"state": GenerationState.RESERVED.value, "at": at.isoformat(), "said": ""}],
        )
        for number in range(first, first + order.takes)
    ]
    reserve(*made)
    for generation in made:
        record_event(generation, verb="reserved", actor=Actor.of(by), data={"cost": str(generation.cost_estimated)})
        after_commit("studio.tasks.step_generation", generation.pk)
    return made


def _title(text: str, direction: Mapping[str, str]) -> str:
    """The first words, cut at a word's end."""
    words = one_line(text) or one_line(" ".join((direction.get("subject", ""), direction.get("action", ""))))
    if len(words) <= TITLE_LENGTH:
        return words
    return words[:TITLE_LENGTH].rsplit(" ", 1)[0] + "…"

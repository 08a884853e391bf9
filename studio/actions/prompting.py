"""Asking for takes: a prompt revision and one reserved generation a take, committed before anything is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from providers.base import GenerationRequest, Problem
from studio import clock
from studio.actions.budgeting import reserve
from studio.actions.events import Actor, action, record_event
from studio.actions.permitting import require_role
from studio.crashpoints import crashpoint
from studio.enqueue import after_commit
from studio.errors import Conflict, CostChanged, Invalid
from studio.generators import model_terms, planning_adapter
from studio.models import Generation, Mode, Project, Prompt, User
from studio.rules.direction import SLUGS, compile_negative, compile_text
from studio.rules.generation import GenerationState
from studio.rules.one_line import one_line
from studio.rules.roles import Role
from studio.store import require_room

MOST_TAKES = 8
TITLE_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Order:
    """What the author wants to be made: which model, how long, how large, how many takes."""

    model: str
    seconds: int
    size: str
    takes: int
    fps: str = ""
    audio: bool | None = None
    seed: int | None = None

    def parameters(self) -> dict[str, Any]:
        return {"seconds": self.seconds, "size": self.size, "fps": self.fps, "audio": self.audio}

    def spec(self) -> dict[str, Any]:
        """What the takes must meet, in the words the instruments read."""
        width, height = (int(side) for side in self.size.split("x"))
        ratio = Fraction(width, height)
        spec: dict[str, Any] = {
            "resolution": self.size,
            "ratio": f"{ratio.numerator}:{ratio.denominator}",
            "seconds": str(self.seconds),
        }
        if self.fps:
            spec["fps"] = self.fps
        if self.audio is not None:
            spec["audio"] = self.audio
        return spec


def request_for(text: str, direction: Mapping[str, str], order: Order, *, take: int = 1) -> GenerationRequest:
    """The provider-neutral request of one take. Each take of an order has its own seed."""
    return GenerationRequest(
        model=order.model,
        prompt=compile_text(text, direction),
        negative=compile_negative(direction),
        seconds=order.seconds,
        size=order.size,
        fps=Fraction(order.fps) if order.fps else None,
        audio=order.audio,
        seed=None if order.seed is None else order.seed + take - 1,
    )


def problems_with(text: str, direction: Mapping[str, str], order: Order) -> list[Problem]:
    """What the generator would refuse, each with its field. Raises Invalid for a model that is not offered."""
    adapter = planning_adapter(model_terms(order.model).provider)
    return adapter.validate(request_for(text, direction, order))


def estimate(text: str, direction: Mapping[str, str], order: Order) -> Decimal:
    """What the whole order will cost, US dollars. Raises Invalid with the adapter's sentences if it cannot be sent."""
    terms = model_terms(order.model)
    adapter = planning_adapter(terms.provider)
    request = request_for(text, direction, order)
    if not request.prompt:
        raise Invalid("Say what should be seen: write a prompt or fill in the subject.")
    if not 1 <= order.takes <= MOST_TAKES:
        raise Invalid(f"Ask for 1 to {MOST_TAKES} takes at a time.")
    if problems := adapter.validate(request):
        raise Invalid(" ".join(problem.message for problem in problems))
    return adapter.estimate(request).amount * order.takes


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
) -> Prompt:
    """Write a prompt (a revision when it has a `parent`) and reserve its takes; workers send them.

    The same `form_token` returns the same prompt: a double click makes one order. Raises NotPermitted, Invalid,
    OverBudget, and CostChanged when the cost is no longer what the author agreed to.
    """
    require_role(by, project, Role.AUTHOR, Role.EDITOR)
    kept = {slug: value.strip() for slug in SLUGS if (value := direction.get(slug, "")).strip()}
    prompt, is_new = Prompt.objects.get_or_create(
        form_token=form_token,
        author=by,
        defaults={
            "project": project,
            "parent": parent,
            "number": parent.number + 1 if parent else 1,
            "mode": Mode.TEXT_TO_VIDEO,
            "title": _title(text, kept),
            "text": text.strip(),
            "direction": kept,
            "spec": order.spec(),
        },
    )
    if not is_new:
        return prompt
    record_event(prompt, verb="prompted", actor=Actor.of(by), data={"revision": prompt.number})
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
    if prompt.generations.count() != known_takes:
        raise Conflict(
            "More takes of this prompt were asked for meanwhile. Look at them first; nothing was sent twice."
        )
    return _reserve_takes(prompt, by=by, order=order, agreed_cost=agreed_cost)


def _reserve_takes(prompt: Prompt, *, by: User, order: Order, agreed_cost: Decimal) -> list[Generation]:
    require_room()
    cost = estimate(prompt.text, prompt.direction, order)
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

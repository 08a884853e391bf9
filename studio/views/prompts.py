"""Prompts: the list of a project, and the record of one revision with its takes."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET
from django_htmx.http import HttpResponseStopPolling

from providers.base import CameraMove
from studio.actions.prompting import generate_more
from studio.choosing import Preview
from studio.errors import CostChanged, Invalid
from studio.forms import OrderForm, PromptFilter
from studio.http import UserRequest, is_partial, page_or_partial, see_other
from studio.models import Candidate, Generation, Project, Prompt, Round, User, roles_of
from studio.references import Chosen, chosen_of
from studio.rules.compiling import Compiled
from studio.rules.generation import GenerationState, is_final
from studio.rules.lifecycle import Status
from studio.rules.revisions import changes_between
from studio.rules.spending import NOTHING, spent
from studio.views.agreeing import agreed_cost
from studio.views.desk import Quote, quote, usable_models, values_of
from studio.views.paging import page_of
from studio.views.places import MAKERS, READERS, project_for

RECORD = "studio/prompt_record.html"
WITHOUT_TAKE = (GenerationState.REFUSED, GenerationState.FAILED, GenerationState.CANCELLED, GenerationState.LOST)


@dataclass(frozen=True, slots=True)
class PromptRow:
    """A line of the list: a prompt's newest revision and how its takes stand."""

    prompt: Prompt
    statuses: Sequence[tuple[Status, int]]
    in_the_making: int
    unknown: int
    ended_without: Sequence[tuple[GenerationState, int]]
    """Calls that gave no take, by how they ended."""
    spent: Decimal


@login_required
@require_GET
def prompts(request: UserRequest, project_slug: str) -> HttpResponse:
    project = project_for(request, project_slug, *READERS)
    narrowing = PromptFilter(request.GET)
    if not narrowing.is_valid():
        raise Invalid("This filter is not one of the list.")
    found = _narrowed(Prompt.objects.filter(project=project).newest_revisions(), narrowing, request.user)
    found = found.annotate(round=Round("pk")).select_related("author")
    page = page_of(found.prefetch_related("generations", "candidates"), request)
    context = {
        "project": project,
        "filter": narrowing,
        "page": page,
        "rows": [row_of(prompt) for prompt in page.rows],
        "can_make": bool(roles_of(request.user, project).intersection(MAKERS)),
    }
    return page_or_partial(request, "studio/prompts.html", "prompt-table", context)


def _narrowed(rows: "QuerySet[Prompt]", narrowing: PromptFilter, user: User) -> "QuerySet[Prompt]":
    wanted = narrowing.cleaned_data
    if wanted["mine"]:
        rows = rows.filter(author=user)
    if wanted["status"]:
        rows = rows.filter(pk__in=Candidate.objects.with_status(wanted["status"]).values("prompt"))
    if wanted["q"]:
        rows = rows.filter(Q(title__icontains=wanted["q"]) | Q(text__icontains=wanted["q"]))
    return rows


def row_of(prompt: Prompt) -> PromptRow:
    """Reads the prefetched generations and takes of `prompt`."""
    generations = list(prompt.generations.all())
    counted = Counter(Status(take.status) for take in prompt.candidates.all())
    ended = Counter(GenerationState(each.state) for each in generations)
    unknown = ended[GenerationState.UNKNOWN]
    return PromptRow(
        prompt,
        [(status, counted[status]) for status in Status if counted[status]],
        sum(not is_final(each.state) for each in generations) - unknown,
        unknown,
        [(state, ended[state]) for state in WITHOUT_TAKE if ended[state]],
        total_spent(generations),
    )


def total_spent(generations: Iterable[Generation]) -> Decimal:
    costs = (
        spent(GenerationState(each.state), estimated=each.cost_estimated, billed=each.cost_billed)
        for each in generations
    )
    return sum(costs, NOTHING)


@login_required
@require_GET
def prompt_record(request: UserRequest, project_slug: str, pk: int) -> HttpResponse:
    project = project_for(request, project_slug, *READERS)
    prompt = _prompt(project, pk)
    if not is_partial(request):
        return _record(request, prompt)
    context = making_of(prompt)
    if context["is_moving"]:
        return render(request, f"{RECORD}#making", context)
    return HttpResponseStopPolling(render_to_string(f"{RECORD}#making", context, request))


@login_required
def prompt_generate(request: UserRequest, project_slug: str, pk: int) -> HttpResponse:
    """More takes of a revision, ordered as its newest one was. GET answers with the price for a number of takes."""
    project = project_for(request, project_slug, *MAKERS)
    prompt = _prompt(project, pk)
    if request.method == "POST":
        return _more(request, prompt)
    quoted = _quote_more(prompt, request.GET.get("takes", "1"))
    return render(request, f"{RECORD}#more", {"prompt": prompt, "project": project, "more": quoted})


def _more(request: UserRequest, prompt: Prompt) -> HttpResponse:
    form = order_form(prompt, request.POST.get("takes", ""), chosen_of(prompt))
    agreed = agreed_cost(request.POST.get("agreed", ""))
    known = request.POST.get("known_takes", "")[:9]
    if not form.is_valid() or not known.isdecimal():
        return _record(request, prompt, more=_quote_more(prompt, request.POST.get("takes", "")), status=422)
    try:
        if agreed is None:
            raise CostChanged("Here is the cost. Nothing was sent yet; press again to agree to it.")
        generate_more(prompt, by=request.user, order=form.order(), agreed_cost=agreed, known_takes=int(known))
    except CostChanged as changed:
        return _record(
            request, prompt, more=_quote_more(prompt, request.POST["takes"]), changed=str(changed), status=409
        )
    return see_other(request, reverse("prompt_record", args=[prompt.project.slug, prompt.pk]))


def _prompt(project: Project, pk: int) -> Prompt:
    found = Prompt.objects.filter(project=project).select_related("author", "parent", "project")
    return get_object_or_404(found, pk=pk)


def _record(
    request: UserRequest, prompt: Prompt, *, more: Quote | None = None, changed: str = "", status: int = 200
) -> HttpResponse:
    can_make = bool(roles_of(request.user, prompt.project).intersection(MAKERS))
    making, references = making_of(prompt), chosen_of(prompt)
    context = making | {
        "can_make": can_make,
        "references": references,
        "sent_to": sent_to(making["generations"]),
        "thread": branches_of(prompt.thread()),
        "changes": changes_between(prompt.parent, prompt) if prompt.parent else [],
        "changed": changed,
        "more": (more or _quote_more(prompt, "1", references)) if can_make else None,
    }
    return page_or_partial(request, RECORD, "making", context, status=status)


def sent_to(generations: Sequence[Generation]) -> list[Preview]:
    """The texts that really went out, each with the models that received it, as the calls themselves recorded them."""
    groups: dict[Compiled, dict[str, None]] = {}
    for each in generations:
        if text := each.request.get("prompt", ""):
            move = each.request.get("camera")
            sent = Compiled(text, each.request.get("negative", ""), CameraMove(move) if move else None)
            groups.setdefault(sent, {})[each.model] = None
    return [Preview(sent, tuple(models)) for sent, models in groups.items()]


def making_of(prompt: Prompt) -> dict[str, Any]:
    """The part of a record that moves: the generations, the takes that came, and whether more is to be expected."""
    generations = list(prompt.generations.order_by("take_number"))
    takes = list(prompt.candidates.select_related("generation").order_by("pk"))
    return {
        "project": prompt.project,
        "prompt": prompt,
        "generations": generations,
        "takes": takes,
        "spent": total_spent(generations),
        "is_moving": any(row.run_after for row in [*generations, *takes]),
    }


def branches_of(thread: Sequence[Prompt]) -> list[tuple[int, Prompt]]:
    """The revisions of a thread as a tree, parents before children, each with its depth from 0."""
    children: dict[int | None, list[Prompt]] = {}
    for prompt in thread:
        children.setdefault(prompt.parent_id, []).append(prompt)
    rows: list[tuple[int, Prompt]] = []
    waiting = [(0, prompt) for prompt in reversed(children.get(None, []))]
    while waiting:
        depth, prompt = waiting.pop()
        rows.append((depth, prompt))
        waiting += [(depth + 1, child) for child in reversed(children.get(prompt.pk, []))]
    return rows


def order_form(prompt: Prompt, takes: str, references: Sequence[Chosen]) -> OrderForm:
    values = values_of(prompt, references)
    data = {name: value for name, value in values.items() if value != ""} | {"takes": takes}
    return OrderForm(data, models=[terms.key for terms in usable_models()], initial=values)


def _quote_more(prompt: Prompt, takes: str, references: Sequence[Chosen] | None = None) -> Quote:
    files = chosen_of(prompt) if references is None else references
    form = order_form(prompt, takes, files)
    form.is_valid()
    return quote(form, prompt.text, prompt.direction, files)

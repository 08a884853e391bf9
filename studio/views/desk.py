"""The prompt desk: say what to shoot, see the cost, ask for takes."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from providers.base import ModelTerms
from studio.actions.prompting import estimate, submit_prompt
from studio.errors import CostChanged, Invalid
from studio.forms import OrderForm, PromptForm
from studio.generators import offers
from studio.http import UserRequest, see_other
from studio.models import Project, Prompt
from studio.rules.direction import FIELDS, compile_negative, compile_text
from studio.rules.word_diff import Piece, word_diff
from studio.views.agreeing import agreed_cost, sign_cost
from studio.views.places import MAKERS, project_for

TAKES_AT_FIRST = 2
ANY_WORDS = "…"
"""Stands in for a prompt not yet written: a price does not depend on the words."""


@dataclass(frozen=True, slots=True)
class Quote:
    """What the button says, and the text that will be sent. `cost` is None while the order cannot be made."""

    takes: int
    cost: Decimal | None
    agreed: str = ""
    problems: dict[str, list[str]] = field(default_factory=dict)
    text: str = ""
    negative: str = ""


def usable_models() -> list[ModelTerms]:
    return [row.terms for row in offers() if not row.why_not]


def quote(form: OrderForm, text: str, direction: dict[str, str]) -> Quote:
    """The cost of what `form` asks for, with the generator's own sentences beside the fields that cannot be met."""
    sent, negative = compile_text(text, direction), compile_negative(direction)
    problems = {
        name: [str(error) for error in errors] for name, errors in form.errors.items() if name in OrderForm.base_fields
    }
    takes = form.cleaned_data.get("takes") or 0
    if problems:
        return Quote(takes, None, problems=problems, text=sent, negative=negative)
    try:
        cost = estimate(text if sent else ANY_WORDS, direction, form.order())
    except Invalid as refused:
        return Quote(takes, None, problems={"text": [str(refused)]}, text=sent, negative=negative)
    return Quote(takes, cost, sign_cost(cost), text=sent, negative=negative)


@login_required
def prompt_new(request: UserRequest, project_slug: str) -> HttpResponse:
    project = project_for(request, project_slug, *MAKERS)
    return _desk(request, project, _first_values())


@login_required
def prompt_revise(request: UserRequest, project_slug: str, pk: int) -> HttpResponse:
    project = project_for(request, project_slug, *MAKERS)
    parent = get_object_or_404(Prompt.objects.filter(project=project).select_related("author"), pk=pk)
    return _desk(request, project, values_of(parent), parent)


@login_required
@require_GET
def prompt_cost(request: UserRequest, project_slug: str) -> HttpResponse:
    """The button with its price and the text to be sent, for the form as it stands now."""
    project = project_for(request, project_slug, *MAKERS)
    form = _form(request.GET, {"size": request.GET.get("size", "")[:20]})
    form.is_valid()
    quoted = quote(form, form.words(), form.direction())
    context = {"project": project, "form": form, "quote": quoted, "is_fresh": True}
    return render(request, "studio/prompt_desk.html#cost", context)


def _desk(request: UserRequest, project: Project, first: dict[str, Any], parent: Prompt | None = None) -> HttpResponse:
    if request.method == "POST":
        return _ordered(request, project, _form(request.POST, first), parent)
    form = _form(None, first)
    return _page(request, project, form, parent, _first_quote(first))


def _ordered(request: UserRequest, project: Project, form: PromptForm, parent: Prompt | None) -> HttpResponse:
    """Make the order that was agreed to; else show the same page with what was typed and the reason."""
    agreed = agreed_cost(request.POST.get("agreed", ""))
    if not form.is_valid():
        return _page(request, project, form, parent, quote(form, form.words(), form.direction()), status=422)
    try:
        if agreed is None:
            raise CostChanged("Here is the cost. Nothing was sent yet; press again to agree to it.")
        prompt = submit_prompt(
            project=project,
            by=request.user,
            text=form.words(),
            direction=form.direction(),
            order=form.order(),
            agreed_cost=agreed,
            form_token=form.cleaned_data["form_token"],
            parent=parent,
        )
    except CostChanged as changed:
        now = quote(form, form.words(), form.direction())
        return _page(request, project, form, parent, now, status=409, changed=str(changed))
    return see_other(request, reverse("prompt_record", args=[project.slug, prompt.pk]))


def _page(
    request: UserRequest,
    project: Project,
    form: PromptForm,
    parent: Prompt | None,
    quoted: Quote,
    *,
    status: int = 200,
    changed: str = "",
) -> HttpResponse:
    context = {
        "project": project,
        "form": form,
        "parent": parent,
        "models": offers(),
        "quote": quoted,
        "changed": changed,
    }
    return render(request, "studio/prompt_desk.html", context, status=status)


def _form(data: Any, first: dict[str, Any]) -> PromptForm:
    return PromptForm(data, models=[terms.key for terms in usable_models()], initial=first)


def _first_values() -> dict[str, Any]:
    """A new prompt begins with the first model that can be used, as it works best."""
    terms = next(iter(usable_models()), None)
    if terms is None:
        return {"takes": TAKES_AT_FIRST}
    return {"model": terms.key, "seconds": terms.default_seconds, "size": terms.default_size, "takes": TAKES_AT_FIRST}


def values_of(parent: Prompt) -> dict[str, Any]:
    """A revision begins with what its parent said and how its newest take was ordered."""
    newest = parent.generations.first()
    values = _first_values() | {"text": parent.text} | {slug: parent.direction.get(slug, "") for slug in _slugs()}
    if newest is None:
        return values
    usable = {terms.key for terms in usable_models()}
    given = {name: newest.parameters.get(name) or "" for name in ("seconds", "size", "fps")}
    model = newest.model if newest.model in usable else values.get("model", "")
    audio = {True: "yes", False: "no"}.get(newest.parameters.get("audio"), "")
    return values | given | {"model": model, "audio": audio}


def _slugs() -> list[str]:
    return [each.slug for each in FIELDS]


def _first_quote(first: dict[str, Any]) -> Quote:
    """The cost of the values a page begins with, worked out as if they had been sent."""
    data = {name: value for name, value in first.items() if value not in (None, "")}
    form = _form(data | {"form_token": "0" * 32}, first)
    form.is_valid()
    return quote(form, form.words(), form.direction())


def changes_between(parent: Prompt, prompt: Prompt) -> list[tuple[str, list[Piece]]]:
    """What a revision changed: the name of each text that differs, and its words that went and came."""
    texts = [("Prompt", parent.text, prompt.text)]
    texts += [(each.title, parent.direction.get(each.slug, ""), prompt.direction.get(each.slug, "")) for each in FIELDS]
    return [(title, word_diff(before, after)) for title, before, after in texts if before != after]

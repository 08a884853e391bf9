"""The prompt desk: say what to shoot, see the cost, ask for takes."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from providers.base import ModelTerms, ReferenceRole
from studio.actions.budgeting import Headroom, Shortage, headroom, missing_money
from studio.actions.prompting import estimate, submit_prompt
from studio.choosing import ANY_WORDS, Choice, choices, previews
from studio.errors import CostChanged, Invalid, OverBudget
from studio.forms import AssetForm, OrderForm, PromptForm, file_field, sizes_of
from studio.generators import offers
from studio.http import UserRequest, see_other
from studio.library import key_of, library_of
from studio.models import Project, Prompt, User
from studio.references import Chosen, chosen_of
from studio.requesting import operation_of
from studio.rules.compiling import compiled
from studio.rules.direction import FIELDS
from studio.rules.hints import Hint, hints_for
from studio.views.agreeing import agreed_cost, sign_cost
from studio.views.places import MAKERS, project_for
from studio.wordlists import word_lists

TAKES_AT_FIRST = 2
PAGE = "studio/prompt_desk.html"


@dataclass(frozen=True, slots=True)
class Quote:
    """What the button says. `cost` is None while the order cannot be made; `problems` says why, by field.

    `clips` is how many come of it, several a take where the model makes them; `one` what a single one would cost,
    signed in `agreed_one`. `left` are the budgets that it would be taken from, `shortage` what they lack for it.
    """

    takes: int
    cost: Decimal | None
    agreed: str = ""
    problems: dict[str, list[str]] = field(default_factory=dict)
    clips: int = 0
    one: Decimal | None = None
    agreed_one: str = ""
    left: Sequence[Headroom] = ()
    shortage: Shortage | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """What the page shows beside the fields, for the form as it stands."""

    quote: Quote
    models: Sequence[Choice]
    hints: Sequence[Hint]

    @classmethod
    def of(cls, form: PromptForm, project: Project, user: User) -> "Desk":
        """`form` has been validated; nothing in it needs to be right."""
        text, direction, chosen = form.words(), form.direction(), form.chosen()
        rows = choices(text, direction, form.asked, chosen)
        row = next((row for row in rows if row.terms.key == form["model"].value()), None)
        terms, said = row.terms if row else None, form.said()
        prompt = compiled(text, direction, said.camera_move, terms).prompt
        hints = hints_for(said, word_lists(), terms=terms, prompt=prompt)
        quoted = quote(form, text, direction, chosen)
        if quoted.cost is not None and row and row.one is not None:
            quoted = replace(quoted, one=row.one, agreed_one=sign_cost(row.one))
        return cls(_within_budget(quoted, project, user), rows, hints)


def _within_budget(quoted: Quote, project: Project, user: User) -> Quote:
    rooms = headroom(project, user)
    is_short = quoted.cost is not None and any(room.left < quoted.cost for room in rooms)
    return replace(
        quoted,
        left=rooms,
        shortage=missing_money(project, user, quoted.cost) if is_short and quoted.cost is not None else None,
    )


def usable_models() -> list[ModelTerms]:
    return [row.terms for row in offers() if not row.why_not]


def quote(form: OrderForm, text: str, direction: dict[str, str], references: Sequence[Chosen] = ()) -> Quote:
    """The cost of what `form` asks for, with the generator's own sentences beside the fields that cannot be met."""
    problems = {
        name: [str(error) for error in errors] for name, errors in form.errors.items() if name in OrderForm.base_fields
    }
    takes = form.cleaned_data.get("takes") or 0
    clips = takes * (form.cleaned_data.get("samples") or 1)
    if problems:
        return Quote(takes, None, problems=problems, clips=clips)
    order = form.order()
    words = text if compiled(text, direction, order.camera_move, None).prompt else ANY_WORDS
    try:
        cost = estimate(words, direction, order, references)
    except Invalid as refused:
        return Quote(takes, None, problems={"text": [str(refused)]}, clips=clips)
    return Quote(takes, cost, sign_cost(cost), clips=clips)


@login_required
def prompt_new(request: UserRequest, project_slug: str) -> HttpResponse:
    project = project_for(request, project_slug, *MAKERS)
    return _desk(request, project, _first_values(request.GET.get("model", "")))


@login_required
def prompt_revise(request: UserRequest, project_slug: str, pk: int) -> HttpResponse:
    project = project_for(request, project_slug, *MAKERS)
    parent = get_object_or_404(Prompt.objects.filter(project=project).select_related("author"), pk=pk)
    return _desk(request, project, values_of(parent, chosen_of(parent)), parent)


@login_required
@require_GET
def prompt_cost(request: UserRequest, project_slug: str) -> HttpResponse:
    """The button with its price, the text to be sent, the hints and what each model says, for the form as it stands."""
    project = project_for(request, project_slug, *MAKERS)
    form = _form(project, request.GET, _kept_size(request.GET))
    form.is_valid()
    return render(request, f"{PAGE}#cost", _context(request, project, form) | {"is_fresh": True})


@login_required
@require_GET
def prompt_files(request: UserRequest, project_slug: str) -> HttpResponse:
    """The files that may go along, afresh, with those ticked that the form names: another one has just come in."""
    project = project_for(request, project_slug, *MAKERS)
    form = _form(project, request.GET, _kept_size(request.GET))
    return render(request, f"{PAGE}#files", {"project": project, "form": form})


def _kept_size(sent: QueryDict) -> dict[str, Any]:
    return {"size": sent.get("size", "")[:20]}


def _desk(request: UserRequest, project: Project, first: dict[str, Any], parent: Prompt | None = None) -> HttpResponse:
    if request.method == "POST":
        return _ordered(request, project, first, parent)
    form = _form(project, None, first)
    return _page(request, _context(request, project, form, as_sent=_first_form(project, first)), parent)


def _ordered(request: UserRequest, project: Project, first: dict[str, Any], parent: Prompt | None) -> HttpResponse:
    """Make the order that was agreed to; else show the same page with what was typed and the reason."""
    sent = request.POST.copy()
    agreed = agreed_cost(sent.get("agreed", ""))
    if "now" in sent:
        sent["takes"], sent["samples"] = "1", "1"
        agreed = agreed_cost(sent.get("agreed_one", ""))
    form = _form(project, sent, first)
    if not form.is_valid():
        return _page(request, _context(request, project, form), parent, status=422)
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
            references=form.chosen(),
        )
    except OverBudget as refused:
        form.add_error(None, str(refused))
        return _page(request, _context(request, project, form), parent, status=422)
    except CostChanged as changed:
        return _page(request, _context(request, project, form), parent, status=409, changed=str(changed))
    return see_other(request, reverse("prompt_record", args=[project.slug, prompt.pk]))


def _page(
    request: UserRequest,
    context: dict[str, Any],
    parent: Prompt | None,
    *,
    status: int = 200,
    changed: str = "",
) -> HttpResponse:
    extra = {"parent": parent, "changed": changed, "asset_form": AssetForm()}
    return render(request, PAGE, context | extra, status=status)


def _context(
    request: UserRequest, project: Project, form: PromptForm, as_sent: PromptForm | None = None
) -> dict[str, Any]:
    """What the page and its live part show. `as_sent` is the form as if its first values had been sent."""
    desk = Desk.of(as_sent or form, project, request.user)
    sent, others = previews(desk.models, str(form["model"].value() or ""))
    return {
        "project": project,
        "form": form,
        "quote": desk.quote,
        "models": desk.models,
        "hints": desk.hints,
        "sent": sent,
        "others": others,
    }


def _form(project: Project, data: Any, first: dict[str, Any]) -> PromptForm:
    models = usable_models()
    keys = _keys_in(data if data is not None else first)
    return PromptForm(
        data,
        models=[terms.key for terms in models],
        sizes=sizes_of(models),
        library=library_of(project, also=keys),
        initial=first,
    )


def _keys_in(data: Any) -> list[str]:
    """The files that a form names, wherever they stand in the library."""
    keys: list[str] = []
    for name in map(file_field, ReferenceRole):
        given = data.getlist(name) if isinstance(data, QueryDict) else data.get(name, ())
        keys += [given] if isinstance(given, str) else given
    return keys


def _first_form(project: Project, first: dict[str, Any]) -> PromptForm:
    """The form of the values that a page begins with, as if they had been sent."""
    data = {name: value for name, value in first.items() if value not in (None, "")}
    form = _form(project, data | {"form_token": "0" * 32}, first)
    form.is_valid()
    return form


def _first_values(wanted: str = "") -> dict[str, Any]:
    """A new prompt begins with the model that the address names, or the first that can be used, as it works best."""
    models = usable_models()
    terms = next((each for each in models if each.key == wanted), next(iter(models), None))
    if terms is None:
        return {"takes": TAKES_AT_FIRST}
    return {"model": terms.key, "seconds": terms.default_seconds, "size": terms.default_size, "takes": TAKES_AT_FIRST}


def values_of(parent: Prompt, references: Sequence[Chosen] = ()) -> dict[str, Any]:
    """A revision begins with what its parent said, with its `references` and as its newest take was ordered."""
    newest = parent.generations.first()
    values = _first_values() | {"text": parent.text} | {slug: parent.direction.get(slug, "") for slug in _slugs()}
    values |= {"operation": operation_of(parent).value, "camera_move": parent.camera_move} | _named(references)
    if newest is None:
        return values
    usable = {terms.key for terms in usable_models()}
    given = {name: newest.parameters.get(name) or "" for name in ("seconds", "size", "fps")}
    model = newest.model if newest.model in usable else values.get("model", "")
    audio = {True: "yes", False: "no"}.get(newest.parameters.get("audio"), "")
    return values | given | {"model": model, "audio": audio, "samples": newest.samples}


def _named(chosen: Sequence[Chosen]) -> dict[str, Any]:
    """Files as the form names them, with the tick that was given for them."""
    values: dict[str, Any] = {"rights": "on"} if chosen else {}
    for each in chosen:
        name, key = file_field(each.role), key_of(asset=each.asset, take=each.take)
        if each.role is ReferenceRole.REFERENCE:
            values.setdefault(name, []).append(key)
        else:
            values[name] = key
    return values


def _slugs() -> list[str]:
    return [each.slug for each in FIELDS]

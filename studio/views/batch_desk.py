"""Ordering a batch: what to make, every combination with its price, and one press for all of them."""

from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from studio.actions.batching import submit_batch
from studio.actions.budgeting import Shortage, missing_money
from studio.actions.planning import plan, revised_spec
from studio.actions.templating import blank_of
from studio.batch_forms import BatchForm
from studio.errors import CostChanged, Invalid
from studio.generators import offers
from studio.http import UserRequest, see_other
from studio.models import Project, Prompt, Template
from studio.rules.matrix import MOST, Matrix
from studio.rules.template import Variable
from studio.views.agreeing import agreed_cost, sign_cost
from studio.views.desk import usable_models, values_of
from studio.views.places import MAKERS, project_for

PAGE = "studio/batch_new.html"
TAKES_AT_FIRST = 4


@dataclass(frozen=True, slots=True)
class Quote:
    """What the button says. `cost` is None while nothing can be ordered, and `problems` say why."""

    matrix: Matrix
    cost: Decimal | None = None
    agreed: str = ""
    problems: tuple[str, ...] = ()
    shortage: Shortage | None = None
    revision: int | None = None
    """What number the prompt gets when it becomes a revision: its takes are to meet something else than it asks for."""

    @property
    def takes(self) -> int:
        return len(self.matrix.ordered)


@login_required
def batch_new(request: UserRequest, project_slug: str) -> HttpResponse:
    project = project_for(request, project_slug, *MAKERS)
    if request.method == "POST":
        return _ordered(request, project, _bound(request, project))
    first = _first_values(request, project)
    return _page(request, project, _form(project, first), _first_quote(request, project, first))


@login_required
@require_POST
def batch_preview(request: UserRequest, project_slug: str) -> HttpResponse:
    """The matrix, the total and the button for the form as it stands now; writes nothing."""
    project = project_for(request, project_slug, *MAKERS)
    form = _bound(request, project)
    form.is_valid()
    context = _context(project, form, quote(request, project, form)) | {"is_fresh": True}
    return render(request, f"{PAGE}#matrix", context)


def quote(request: UserRequest, project: Project, form: BatchForm) -> Quote:
    """Of a form that was validated, whether or not it is in order."""
    if form.errors:
        return Quote(Matrix(), problems=tuple(str(errors[0]) for errors in form.errors.values()))
    if isinstance(form.cleaned_data["row"], Template) and form.cleaned_data["sheet"] is None:
        return Quote(Matrix(), problems=("Add a table of values: a row for each variant.",))
    order = form.order()
    try:
        found = plan(order, project)
    except Invalid as refused:
        return Quote(Matrix(), problems=(str(refused),))
    if found.refusal:
        return Quote(found.matrix, problems=found.problems or (found.refusal,))
    total = found.matrix.total
    shortage = missing_money(project, request.user, total)
    number = order.prompt.number + 1 if order.prompt and revised_spec(order) is not None else None
    return Quote(found.matrix, total, sign_cost(total), shortage=shortage, revision=number)


def _ordered(request: UserRequest, project: Project, form: BatchForm) -> HttpResponse:
    """Order what was agreed to; else show the page again with what was typed and the reason."""
    agreed = agreed_cost(request.POST.get("agreed", ""))
    if not form.is_valid():
        return _page(request, project, form, quote(request, project, form), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        if agreed is None:
            raise CostChanged("Here is the total. Nothing was sent yet; press again to agree to it.")
        made = submit_batch(
            project=project,
            by=request.user,
            order=form.order(),
            agreed_cost=agreed,
            form_token=form.cleaned_data["form_token"],
        )
    except CostChanged as changed:
        now = quote(request, project, form)
        return _page(request, project, form, now, status=HTTPStatus.CONFLICT, changed=str(changed))
    except Invalid as refused:
        now = quote(request, project, form)
        return _page(request, project, form, now, status=HTTPStatus.UNPROCESSABLE_ENTITY, refused=str(refused))
    return see_other(request, reverse("batch", args=[project.slug, made.pk]))


def _page(
    request: UserRequest,
    project: Project,
    form: BatchForm,
    quoted: Quote,
    *,
    status: int = HTTPStatus.OK,
    changed: str = "",
    refused: str = "",
) -> HttpResponse:
    context = _context(project, form, quoted) | {"changed": changed, "refused": refused}
    return render(request, PAGE, context, status=status)


def _context(project: Project, form: BatchForm, quoted: Quote) -> dict[str, object]:
    row, found = form.source_row, offers()
    return {
        "project": project,
        "form": form,
        "usable": [offer for offer in found if not offer.why_not],
        "unusable": [offer for offer in found if offer.why_not],
        "chosen_models": form["models"].value() or [],
        "quote": quoted,
        "most": MOST,
        "variables": blank_of(row).variables if isinstance(row, Template) else (),
        "sample": _sample(blank_of(row).variables) if isinstance(row, Template) else "",
    }


def _sample(variables: tuple[Variable, ...]) -> str:
    """The head that a table for these variables has."""
    return ",".join(variable.name for variable in variables)


def _form(project: Project, first: dict[str, object]) -> BatchForm:
    return BatchForm(project=project, models=_models(), initial=first)


def _bound(request: UserRequest, project: Project) -> BatchForm:
    return BatchForm(request.POST, request.FILES, project=project, models=_models())


def _models() -> list[str]:
    return [terms.key for terms in usable_models()]


def _first_values(request: UserRequest, project: Project) -> dict[str, object]:
    """A batch begins with the prompt or template that the address names, ordered as its newest take was."""
    terms = next(iter(usable_models()), None)
    first: dict[str, object] = {"takes": TAKES_AT_FIRST}
    if terms is not None:
        first |= {"models": [terms.key], "seconds": terms.default_seconds, "size": terms.default_size}
    for kind in ("prompt", "template"):
        if number := request.GET.get(kind, "")[:18]:
            first["source"] = f"{kind}-{number}"
    row = _form(project, first).source_row
    if isinstance(row, Prompt):
        values = values_of(row)
        first |= {name: values[name] for name in ("seconds", "size", "fps", "audio") if values.get(name)}
        first["models"] = [values["model"]] if values.get("model") else []
    elif isinstance(row, Template):
        first["takes"] = 1
    return first


def _first_quote(request: UserRequest, project: Project, first: dict[str, object]) -> Quote:
    """The price of the values a page begins with, worked out as if they had been sent."""
    data = QueryDict(mutable=True)
    for name, value in first.items():
        data.setlist(name, value if isinstance(value, list) else [str(value)])
    data["form_token"] = "0" * 32
    form = BatchForm(data, project=project, models=_models())
    if not first.get("source"):
        return Quote(Matrix(), problems=("Choose a prompt or a template.",))
    form.is_valid()
    return quote(request, project, form)

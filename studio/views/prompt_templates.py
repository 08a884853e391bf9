"""Templates: the list of a project, and the page that writes a new version."""

from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from studio.actions.templating import save_template
from studio.errors import Invalid
from studio.http import UserRequest, see_other
from studio.models import Project, Template, roles_of
from studio.rules.template import Kind
from studio.template_forms import TemplateForm, VariableFormSet, lines_of
from studio.views.paging import page_of
from studio.views.places import MAKERS, READERS, project_for

PAGE = "studio/template.html"
PREFIX = "variables"


@login_required
@require_GET
def prompt_templates(request: UserRequest, project_slug: str) -> HttpResponse:
    project = project_for(request, project_slug, *READERS)
    newest = Template.objects.filter(project=project).newest_versions()
    page = page_of(newest.select_related("author").annotate(uses=Count("prompts")), request)
    can_make = bool(roles_of(request.user, project).intersection(MAKERS))
    return render(request, "studio/templates.html", {"project": project, "page": page, "can_make": can_make})


@login_required
def template_new(request: UserRequest, project_slug: str) -> HttpResponse:
    return _edit(request, project_for(request, project_slug, *MAKERS), None)


@login_required
def template_edit(request: UserRequest, project_slug: str, pk: int) -> HttpResponse:
    project = project_for(request, project_slug, *MAKERS)
    return _edit(request, project, get_object_or_404(Template.objects.filter(project=project), pk=pk))


def _edit(request: UserRequest, project: Project, parent: Template | None) -> HttpResponse:
    first = {"name": parent.name, "text": parent.text, **parent.direction} if parent else {}
    lines = lines_of(parent.variables) if parent else []
    if request.method != "POST":
        return _page(
            request, project, parent, TemplateForm(initial=first), VariableFormSet(initial=lines, prefix=PREFIX)
        )
    form, variables = TemplateForm(request.POST), VariableFormSet(request.POST, prefix=PREFIX)
    if not (form.is_valid() and variables.is_valid()):
        return _page(request, project, parent, form, variables, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        made = save_template(
            project=project,
            by=request.user,
            name=form.cleaned_data["name"],
            text=form.cleaned_data["text"],
            direction=form.direction(),
            variables=[each for line in variables if (each := line.variable())],
            parent=parent,
        )
    except Invalid as refused:
        form.add_error(None, str(refused))
        return _page(request, project, parent, form, variables, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return see_other(request, f"{reverse('prompt_templates', args=[project.slug])}#template-{made.pk}")


def _page(
    request: UserRequest,
    project: Project,
    parent: Template | None,
    form: TemplateForm,
    variables: object,
    *,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    context = {"project": project, "parent": parent, "form": form, "variables": variables, "kinds": KINDS}
    return render(request, PAGE, context, status=status)


KINDS = (
    (Kind.TEXT, "any words, 300 characters at most"),
    (Kind.CHOICE, "one of the words listed, parted by commas"),
    (Kind.NUMBER, "12 or 0.5"),
    (Kind.COLOUR, "a name like navy, or a code like #1a2b3c"),
    (Kind.REFERENCE, "the name of a reference of this project, sent along with the prompt"),
)

"""Prompts with blanks: reading them, writing versions, and seeing what a table of values makes of one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema, Status
from pydantic import Field

from studio.actions.permitting import require_role
from studio.actions.planning import assets_of
from studio.actions.templating import blank_of, save_template
from studio.api.access import TokenRequest, needs, project_for, projects_of, projects_to_read
from studio.api.answers import LARGEST_KEY, SLUG, Body, Cursor, Paged, answers, page_of
from studio.api.ordering import Direction
from studio.api.refusals import Unusable, problems_of
from studio.models import Template
from studio.rules.roles import Role
from studio.rules.scopes import Scope
from studio.rules.sheet import MOST_BYTES, read_sheet
from studio.rules.template import LONGEST_TEXT, LONGEST_VALUE, MOST_VARIABLES, Kind, Variable, fill_all
from studio.template_forms import LONGEST_NAME, TemplateForm
from studio.views.places import MAKERS, READERS

router = Router(tags=["templates"])


class VariableIn(Body):
    name: str = Field(max_length=40)
    type: Kind = Kind.TEXT
    choices: list[str] = Field([], max_length=200)
    default: str = Field("", max_length=LONGEST_VALUE)


class TemplateIn(Body):
    name: str = Field(max_length=LONGEST_NAME)
    text: str = Field(
        "", max_length=LONGEST_TEXT, description="A blank is written {{name}}, here and in the direction."
    )
    direction: Direction = Direction()
    variables: list[VariableIn] = Field([], max_length=MOST_VARIABLES)
    parent: int | None = Field(None, ge=1, le=LARGEST_KEY, description="The version that this one follows.")


class TableIn(Body):
    values: str = Field(max_length=MOST_BYTES, description="CSV; the first row names the variables.")


class TemplateOut(Schema):
    id: int
    project: str
    name: str
    number: int
    parent: int | None
    text: str
    direction: dict[str, str]
    variables: list[dict[str, Any]]
    author: str
    created_at: datetime


class FilledOut(Schema):
    number: int
    """Of the row in the table, whose head is row 1."""
    text: str
    direction: dict[str, str]
    values: dict[str, str]
    references: list[str]


class FilledAll(Schema):
    items: list[FilledOut]
    problems: list[str] = Field(description="With any, nothing can be ordered of this table.")


class TemplateFilter(Cursor):
    project: str | None = Field(None, pattern=SLUG)
    newest: bool = Field(True, description="False: older versions as well.")


@router.get("/templates", response=answers(Paged[TemplateOut]), **needs(Scope.GENERATIONS_READ))
def list_templates(request: TokenRequest, wanted: Query[TemplateFilter]) -> dict[str, Any]:
    rows = Template.objects.filter(project__in=projects_to_read(request, *READERS))
    if wanted.project is not None:
        rows = rows.filter(project__slug=wanted.project)
    rows = rows.newest_versions() if wanted.newest else rows
    return page_of(request, rows.select_related("project", "author"), wanted, _shown_all)


@router.get("/templates/{int:pk}", response=answers(TemplateOut), **needs(Scope.GENERATIONS_READ))
def get_template(request: TokenRequest, pk: int) -> TemplateOut:
    return _shown(_template(request, pk, *READERS))


@router.post("/projects/{slug:slug}/templates", response=answers(TemplateOut, 201), **needs(Scope.PROMPTS_WRITE))
def write_template(request: TokenRequest, slug: str, said: TemplateIn) -> Any:
    """A template, or the next version of `parent`. The same words again are the same version."""
    project = project_for(request, slug, *MAKERS)
    parent = get_object_or_404(Template.objects.filter(project=project), pk=said.parent) if said.parent else None
    form = TemplateForm({"name": said.name, "text": said.text} | said.direction.model_dump())
    if not form.is_valid():
        raise Unusable(problems_of(form))
    made = save_template(
        project=project,
        by=request.auth.user,
        name=form.cleaned_data["name"],
        text=form.cleaned_data["text"],
        direction=form.direction(),
        variables=[Variable(each.name, each.type, tuple(each.choices), each.default) for each in said.variables],
        parent=parent,
    )
    return Status(201, _shown(made))


@router.post("/templates/{int:pk}/fill", response=answers(FilledAll), **needs(Scope.PROMPTS_WRITE))
def fill_template(request: TokenRequest, pk: int, table: TableIn) -> FilledAll:
    """What every row of the table would say. Writes nothing; a batch of this template orders it."""
    template = _template(request, pk, *MAKERS)
    sheet = read_sheet(table.values.encode())
    filled, problems = fill_all(blank_of(template), sheet, assets=assets_of(template.project))
    items = [
        FilledOut(
            number=row.number,
            text=row.text,
            direction={slug: words for slug, words in row.direction.items() if words},
            values=dict(row.values),
            references=list(row.assets),
        )
        for row in filled
    ]
    return FilledAll(items=items, problems=problems)


def _template(request: TokenRequest, pk: int, *allowed: Role) -> Template:
    reachable = Template.objects.filter(project__in=projects_of(request)).select_related("project", "author")
    template = get_object_or_404(reachable, pk=pk)
    require_role(request.auth.user, template.project, *allowed)
    return template


def _shown_all(rows: Sequence[Template]) -> list[TemplateOut]:
    return [_shown(row) for row in rows]


def _shown(row: Template) -> TemplateOut:
    same = ("id", "name", "number", "text", "direction", "variables", "created_at")
    columns = {name: getattr(row, name) for name in same}
    return TemplateOut(**columns, project=row.project.slug, parent=row.parent_id, author=row.author.username)

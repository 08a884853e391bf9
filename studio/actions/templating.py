"""Templates: prompts with blanks. A change is a new version; prompts keep the version that they were filled from."""

from collections.abc import Mapping, Sequence

from studio.actions.events import Actor, action, record_event
from studio.actions.permitting import require_role
from studio.errors import Conflict, Invalid
from studio.models import Project, Template, User
from studio.rules.direction import SLUGS
from studio.rules.roles import Role
from studio.rules.template import Blank, Variable, problems_in


def blank_of(template: Template) -> Blank:
    return Blank(template.text, template.direction, tuple(Variable.of(each) for each in template.variables))


@action
def save_template(
    *,
    project: Project,
    by: User,
    name: str,
    text: str,
    direction: Mapping[str, str],
    variables: Sequence[Variable],
    parent: Template | None = None,
) -> Template:
    """Write a template, or the next version of `parent`. The same words again return the row that has them.

    Raises NotPermitted, Invalid with every problem, Conflict when `parent` has another next version already.
    """
    require_role(by, project, Role.AUTHOR, Role.EDITOR)
    kept = {slug: value.strip() for slug in SLUGS if (value := direction.get(slug, "")).strip()}
    said = {
        "name": name.strip(),
        "text": text.strip(),
        "direction": kept,
        "variables": [variable.document() for variable in variables],
    }
    if not said["name"]:
        raise Invalid("Give the template a name.")
    if problems := problems_in(Blank(text, kept, tuple(variables))):
        raise Invalid(" ".join(problems))
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    if same := _already_there(project, parent, said):
        return same
    made = Template.objects.create(
        project=project, parent=parent, number=parent.number + 1 if parent else 1, author=by, **said
    )
    record_event(made, verb="template_saved", actor=Actor.of(by), data={"version": made.number})
    return made


def _already_there(project: Project, parent: Template | None, said: Mapping[str, object]) -> Template | None:
    """What a double click wrote just before. Raises Conflict, Invalid when somebody else was first with other words."""
    newest = Template.objects.filter(project=project).newest_versions()
    if parent is not None:
        rival = Template.objects.filter(parent=parent).first()
    else:
        rival = newest.filter(name=said["name"]).first()
    if rival is not None and all(getattr(rival, field) == value for field, value in said.items()):
        return rival
    if parent is not None and rival is not None:
        raise Conflict("Somebody saved another version of this template meanwhile. Open the newest one.")
    others = newest.exclude(pk=parent.pk) if parent else newest
    if others.filter(name=said["name"]).exists():
        raise Invalid(f"There is a template named “{said['name']}” already.")
    return None

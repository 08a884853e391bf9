"""Projects, and the people in them."""

from collections.abc import Iterable

from studio.actions.events import Actor, action, record_event
from studio.models import Membership, Project, User
from studio.rules.roles import Role


@action
def create_project(*, slug: str, name: str, actor: Actor) -> Project:
    """The project with this slug; made, with its event, when there is none."""
    project, is_new = Project.objects.get_or_create(slug=slug, defaults={"name": name})
    if is_new:
        record_event(project, verb="created", actor=actor, data={"slug": slug})
    return project


@action
def enrol(user: User, project: Project, roles: Iterable[Role], *, actor: Actor) -> None:
    """Give `user` these roles in `project`; those already held stay as they are."""
    for role in roles:
        membership, is_new = Membership.objects.get_or_create(user=user, project=project, role=role)
        if is_new:
            record_event(membership, verb="enrolled", actor=actor, data={"user": user.pk, "role": role.value})

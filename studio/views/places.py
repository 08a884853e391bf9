"""Where a page stands: the project of its address, and whether this person may be there."""

from django.shortcuts import get_object_or_404

from studio.actions.permitting import require_role
from studio.http import UserRequest
from studio.models import Project
from studio.rules.roles import Role

MAKERS = (Role.AUTHOR, Role.EDITOR)
BRINGERS = (Role.AUTHOR, Role.EDITOR, Role.MODERATOR)
READERS = (Role.AUTHOR, Role.EDITOR, Role.MODERATOR, Role.AUDITOR)


def project_for(request: UserRequest, slug: str, *allowed: Role) -> Project:
    """The project if `request.user` belongs to it (404 otherwise) and holds one of `allowed` (else NotPermitted)."""
    project = get_object_or_404(Project.objects.visible_to(request.user), slug=slug)
    require_role(request.user, project, *allowed)
    return project

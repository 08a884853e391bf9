"""Who may do what in a project."""

from studio.errors import NotPermitted
from studio.models import Membership, Project, User, roles_of
from studio.rules.roles import Role


def require_role(user: User, project: Project, *allowed: Role) -> None:
    """Raises NotPermitted unless `user` is active and holds one of `allowed` in `project`."""
    if not user.is_active or not roles_of(user, project).intersection(allowed):
        wanted = " or ".join(role.label.lower() for role in allowed)
        raise NotPermitted(
            f"Only an {wanted} of {project} may do this."
            if wanted[0] in "ae"
            else f"Only a {wanted} of {project} may do this."
        )


def moderates(user: User, project: Project | None) -> bool:
    """Whether `user` moderates `project`; with None, the house: those do who moderate every project."""
    if not user.is_active or user.is_superuser:
        return user.is_active
    moderated = Membership.objects.filter(user=user, role=Role.MODERATOR).values("project")
    if project:
        return moderated.filter(project=project).exists()
    return bool(moderated) and not Project.objects.exclude(pk__in=moderated).exists()

"""Projects and who does what in them."""

from collections.abc import Iterable
from typing import Self

from django.db import models

from studio.models.person import User
from studio.rules.roles import Role


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: User) -> Self:
        """Projects in which `user` holds any role; superusers see all."""
        return self if user.is_superuser else self.filter(memberships__user=user).distinct()


class Project(models.Model):
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One role of one person in one project; a person may hold several."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role)

    class Meta:
        ordering = ["project", "user", "role"]
        constraints = [models.UniqueConstraint(fields=["project", "user", "role"], name="one_row_per_role")]

    def __str__(self) -> str:
        return f"{self.user} is {self.get_role_display().lower()} in {self.project}"


def roles_of(user: User, project: Project) -> frozenset[Role]:
    """The roles of `user` in `project`."""
    return roles_among(user, Membership.objects.filter(user=user, project=project).values_list("role", flat=True))


def roles_among(user: User, held: Iterable[str]) -> frozenset[Role]:
    """The same of what memberships say. A superuser holds every role but is bound by four eyes like everybody."""
    return frozenset(Role) if user.is_superuser else frozenset(Role(role) for role in held)

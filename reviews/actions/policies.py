"""The policy that binds a project now."""

from reviews.models import Policy, PolicyRule
from reviews.rules.policy import PolicyTerms, load_policy
from studio.models import Project


def active_policy(project: Project) -> Policy:
    """The project's active policy; the default one is written for a project that has none yet."""
    found = Policy.objects.filter(project=project, is_active=True).first()
    return found or install_policy(project, load_policy())


def install_policy(project: Project, terms: PolicyTerms) -> Policy:
    """Write `terms` as the project's first active version, inside the caller's transaction."""
    policy = Policy.objects.create(
        project=project, slug=f"{project.slug}-{terms.slug}", version=terms.version, title="House policy"
    )
    PolicyRule.objects.bulk_create(
        PolicyRule(
            policy=policy,
            check_key=rule.check,
            label=rule.label,
            parameters=dict(rule.parameters),
            severity=rule.severity.value,
            route=rule.route.value,
            position=position,
        )
        for position, rule in enumerate(terms.rules)
    )
    return policy

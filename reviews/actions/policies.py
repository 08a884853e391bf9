"""The policy that binds a project now."""

from reviews.models import Policy, PolicyCheck, PolicyRule
from reviews.rules.policy import PolicyTerms, load_policy
from studio.models import Project


def active_policy(project: Project) -> Policy:
    """The project's active policy; the default one is written for a project that has none yet."""
    found = Policy.objects.active_in(project).first()
    return found or install_policy(project, load_policy())


def install_policy(project: Project, terms: PolicyTerms) -> Policy:
    """Write `terms` as the project's first active version, inside the caller's transaction."""
    policy = Policy.objects.create(
        project=project,
        slug=f"{project.slug}-{terms.slug}",
        version=terms.version,
        title="House policy",
        is_active=True,
        screening=terms.screening.as_json(),
    )
    write_terms(policy, terms)
    return policy


def write_terms(policy: Policy, terms: PolicyTerms) -> None:
    """The rows of a version, once, inside the caller's transaction."""
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
    PolicyCheck.objects.bulk_create(
        PolicyCheck(policy=policy, check_key=check, is_on=check not in terms.off, is_required=check in terms.required)
        for check in sorted(terms.off | terms.required)
    )

"""What a project asks of its takes: which checks, how strict, and what follows."""

from django.db import models
from django.db.models import Q

from reviews.rules.policy import PolicyTerms, RuleTerms
from reviews.rules.severity import Route, Severity
from studio.models import Project


class Policy(models.Model):
    """One version of a project's policy. A change is a new version; decisions keep the one they were made under."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="policies")
    slug = models.SlugField()
    version = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "policies"
        ordering = ["project", "slug", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["project", "slug", "version"], name="one_row_per_policy_version"),
            models.UniqueConstraint(
                fields=["project"], condition=Q(is_active=True), name="one_active_policy_per_project"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"

    def terms(self) -> PolicyTerms:
        return PolicyTerms(slug=self.slug, version=self.version, rules=tuple(rule.terms() for rule in self.rules.all()))


class PolicyRule(models.Model):
    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="rules")
    check_key = models.SlugField(help_text="Instrument, e.g. frozen_frames.")
    label = models.SlugField(help_text="Which of the instrument's findings, e.g. freeze or static_shot.")
    parameters = models.JSONField(
        default=dict,
        blank=True,
        help_text='Thresholds with their units, e.g. {"min_seconds": 0.45}: shorter holds are ignored.',
    )
    severity = models.CharField(max_length=8, choices=[(each.value, each.value.title()) for each in Severity])
    route = models.CharField(max_length=8, choices=[(each.value, each.value.title()) for each in Route])
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["policy", "position", "pk"]
        constraints = [models.UniqueConstraint(fields=["policy", "check_key", "label"], name="one_rule_per_label")]

    def __str__(self) -> str:
        return f"{self.check_key}/{self.label}: {self.severity}, {self.route}"

    def terms(self) -> RuleTerms:
        return RuleTerms(
            check=self.check_key,
            label=self.label,
            parameters=self.parameters,
            severity=Severity(self.severity),
            route=Route(self.route),
        )

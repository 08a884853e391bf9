"""What a project asks of its takes: which checks, how strict, and what follows."""

from typing import Self

from django.db import models
from django.db.models import Q

from reviews.rules.policy import PolicyTerms, RuleTerms
from reviews.rules.screening import Screening
from reviews.rules.severity import Route, Severity
from reviews.rules.simulated import Simulated
from studio.models import Project, User


class PolicyQuerySet(models.QuerySet["Policy"]):
    def active_in(self, project: Project) -> Self:
        return self.filter(project=project, is_active=True)

    def proposals(self) -> Self:
        """Versions that wait for a second moderator, whatever became of what they are based on."""
        return self.filter(activated_at=None, withdrawn_at=None, proposed_by__isnull=False)


class Policy(models.Model):
    """One version of a project's policy. A change is a new version; decisions and check runs keep theirs.

    A version is proposed by one moderator and activated by another; the house's own has neither. Versions are never
    changed or deleted: `is_active` moves from one to the next, and a proposal nobody wants is withdrawn. So what a
    version changes is computed from it and the one it is based on, whenever it is asked for.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="policies")
    slug = models.SlugField()
    version = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=120)
    is_active = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    based_on = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="successors", help_text="What it changes."
    )
    proposed_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="policies_proposed",
        help_text="Empty for the policy of the house.",
    )
    note = models.TextField(max_length=400, blank=True, help_text="Why it was proposed.")
    screening = models.JSONField(
        default=dict,
        blank=True,
        help_text='How people look, e.g. {"coverage": "ask"}; what is not named is as the house has it.',
    )
    activated_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="policies_activated"
    )
    activated_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="policies_withdrawn"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    simulated = models.JSONField(
        null=True,
        blank=True,
        help_text="What its proposer was told of past takes, written once. Empty for the house's, and for older ones.",
    )

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "policies"
        ordering = ["project", "slug", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["project", "slug", "version"], name="one_row_per_policy_version"),
            models.UniqueConstraint(
                fields=["project"], condition=Q(is_active=True), name="one_active_policy_per_project"
            ),
            models.CheckConstraint(
                condition=Q(proposed_by=None) | (Q(based_on__isnull=False) & ~Q(note="")),
                name="proposal_says_why_and_on_what",
            ),
            models.CheckConstraint(
                condition=Q(activated_by=None, activated_at=None)
                | Q(activated_by__isnull=False, activated_at__isnull=False),
                name="activation_says_by_whom_and_when",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_by=None, withdrawn_at=None)
                | Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False, activated_at=None, is_active=False),
                name="only_proposals_are_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(is_active=False) | Q(proposed_by=None) | Q(activated_at__isnull=False),
                name="active_proposal_was_activated",
            ),
            models.CheckConstraint(
                condition=Q(simulated__isnull=True) | Q(proposed_by__isnull=False), name="only_proposals_are_simulated"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"

    @property
    def is_proposal(self) -> bool:
        """Whether it waits for a second moderator."""
        return self.proposed_by_id is not None and self.activated_at is None and self.withdrawn_at is None

    def terms(self) -> PolicyTerms:
        """All it says, in two queries, or none where `rules` and `checks` were fetched beforehand."""
        checks = list(self.checks.all())
        return PolicyTerms(
            slug=self.slug,
            version=self.version,
            rules=tuple(rule.terms() for rule in self.rules.all()),
            off=frozenset(check.check_key for check in checks if not check.is_on),
            required=frozenset(check.check_key for check in checks if check.is_required),
            screening=Screening.from_json(self.screening),
        )

    def simulation(self) -> Simulated | None:
        """What its proposer was told; it is not computed anew, whatever has become of the takes."""
        return Simulated.from_json(self.simulated) if self.simulated is not None else None


class PolicyCheck(models.Model):
    """Whether a check runs at all, and whether a take may pass when it had nothing to say. No row: on, not required."""

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="checks")
    check_key = models.SlugField(help_text="Instrument, e.g. frozen_frames.")
    is_on = models.BooleanField(default=True, help_text="One that is off keeps its rules for when it is on again.")
    is_required = models.BooleanField(
        default=False, help_text="A take on which it was skipped goes to a person, as if it had failed."
    )

    class Meta:
        ordering = ["policy", "pk"]
        constraints = [models.UniqueConstraint(fields=["policy", "check_key"], name="one_row_per_policy_and_check")]

    def __str__(self) -> str:
        return f"{self.check_key}: {'on' if self.is_on else 'off'}{', required' if self.is_required else ''}"


class PolicyRule(models.Model):
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="rules")
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

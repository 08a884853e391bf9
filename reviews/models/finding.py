"""What the instruments reported, and what people said about it."""

from typing import Self

from django.db import models

from reviews.checks.findings import Box, around, box_of
from reviews.models.policy import Policy
from reviews.rules.severity import Severity
from studio.models import Candidate, User


class CheckStatus(models.TextChoices):
    PENDING = "pending", "Pending"
    CLEAN = "clean", "Clean"
    FINDINGS = "findings", "Findings"
    FAILED = "failed", "Failed"
    SKIPPED = "skipped", "Skipped"


class CheckRunQuerySet(models.QuerySet["CheckRun"]):
    def newest_of(self, candidate: Candidate) -> list["CheckRun"]:
        """The newest run of each check of one take, in the checks' order."""
        newest = {run.check_key: run for run in self.filter(candidate=candidate).order_by("pk")}
        return list(newest.values())


class CheckRun(models.Model):
    """One use of one instrument on exact bytes. `pending` until it reports; then final."""

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="check_runs")
    check_key = models.SlugField()
    version = models.PositiveIntegerField()
    parameters = models.JSONField(default=dict)
    parameters_digest = models.CharField(max_length=64)
    attempt = models.PositiveSmallIntegerField(
        default=1, help_text="How many checkers have begun on it; 0 before the first."
    )
    attempts_before = models.PositiveSmallIntegerField(
        default=0,
        help_text="What `attempt` was when it was planned: earlier uses of the same check have the rest.",
    )
    policy = models.ForeignKey(
        Policy,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="check_runs",
        help_text="The version it was planned under; it is judged by that one, too.",
    )
    sha256 = models.CharField(max_length=64, help_text="The bytes looked at.")
    status = models.CharField(max_length=8, choices=CheckStatus, default=CheckStatus.PENDING)
    reason = models.TextField(blank=True, help_text="Why it was skipped or failed.")
    seconds = models.FloatField(null=True, blank=True)
    measured = models.FloatField(
        null=True, blank=True, help_text="The clip's most fault-like score on the scale of the instrument's dial."
    )
    details = models.JSONField(default=dict, blank=True, help_text="Facts the instrument thought worth keeping.")
    unable = models.BooleanField(
        default=False,
        help_text="Skipped because something it needs is missing here, not for want of anything to measure.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = CheckRunQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["candidate", "check_key", "version", "parameters_digest", "attempt"], name="one_run_per_attempt"
            )
        ]

    def __str__(self) -> str:
        return f"{self.check_key} v{self.version} on {self.candidate}: {self.status}"

    @property
    def did_not_look(self) -> bool:
        """It should have and did not, so that its silence says nothing. One with nothing to measure did look."""
        return self.unable or self.status in (CheckStatus.PENDING, CheckStatus.FAILED)


class FindingQuerySet(models.QuerySet["Finding"]):
    def current(self, candidate: Candidate) -> Self:
        """Findings for people: of the newest run of each check, without those that another one explains."""
        return self.filter(check_run__in=CheckRun.objects.newest_of(candidate), suppressed_by="")


class Finding(models.Model):
    """One located observation. Append-only; frame numbers are the truth, ends are exclusive."""

    check_run = models.ForeignKey(CheckRun, on_delete=models.PROTECT, related_name="findings")
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="findings")
    check_key = models.SlugField()
    label = models.SlugField()
    severity = models.CharField(max_length=8, choices=[(each.value, each.value.title()) for each in Severity])
    route = models.CharField(max_length=8)
    start_frame = models.PositiveIntegerField()
    end_frame = models.PositiveIntegerField()
    start_seconds = models.FloatField()
    end_seconds = models.FloatField()
    score = models.FloatField(null=True)
    threshold = models.FloatField(null=True)
    unit = models.CharField(max_length=40, blank=True)
    boxes = models.JSONField(
        default=list, blank=True, help_text="[[x, y, width, height], …] in 0-1 of the picture as a player shows it."
    )
    peak_frame = models.PositiveIntegerField(null=True, blank=True, help_text="Where it is worst.")
    evidence = models.JSONField(default=dict, blank=True, help_text="Stills, curve and heat map shown beside it.")
    suppressed_by = models.SlugField(blank=True, help_text="The check that explains it already; kept for the record.")
    message = models.TextField()

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["candidate", "start_frame", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(end_frame__gte=models.F("start_frame")), name="finding_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return self.message

    @property
    def box(self) -> Box | None:
        """The smallest box around all `boxes`."""
        return around(tuple(box_of(box) for box in self.boxes))


class Verdict(models.TextChoices):
    CONFIRMED = "confirmed", "Confirmed"
    DISMISSED = "dismissed", "Dismissed"
    TAKEN_BACK = "taken_back", "Taken back"


class FindingLabel(models.Model):
    """A person's word on one finding; append-only, the newest of a person counts. Labels never move a take."""

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="labels")
    verdict = models.CharField(max_length=12, choices=Verdict)
    labelled_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="finding_labels")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.labelled_by} {self.verdict} “{self.finding}”"

"""Caps that really stop spending. Money is reserved in the transaction that reserves a generation."""

from django.db import models
from django.db.models import Q

from studio.models.generation import Generation
from studio.models.person import User
from studio.models.project import Project
from studio.rules.budget import Period


class Budget(models.Model):
    """A cap on a project, or on one person in it. Days and months are those of UTC."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="budgets")
    person = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="budgets", help_text="Empty: everybody."
    )
    period = models.CharField(max_length=8, choices=Period)
    cap = models.DecimalField(max_digits=12, decimal_places=4, help_text="US dollars, e.g. 25.00 a day.")
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["project", "person", "period"]
        constraints = [
            models.UniqueConstraint(fields=["project", "person", "period"], name="one_budget_per_person"),
            models.UniqueConstraint(
                fields=["project", "period"], condition=Q(person=None), name="one_budget_per_project"
            ),
            models.CheckConstraint(condition=Q(cap__gte=0), name="cap_is_not_negative"),
        ]

    def __str__(self) -> str:
        whose = self.person or self.project
        return f"{whose}: ${self.cap:.2f} {self.get_period_display()}"


class BudgetWindow(models.Model):
    """What is left of a budget in one day or month. Only `actions/budgeting.py` writes it, by conditional UPDATE."""

    budget = models.ForeignKey(Budget, on_delete=models.CASCADE, related_name="windows")
    starts_on = models.DateField(help_text="First day of the window; 1 January 1970 for a cap in all.")
    left = models.DecimalField(max_digits=12, decimal_places=4)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["budget", "starts_on"], name="one_window_per_budget_and_day"),
        ]

    def __str__(self) -> str:
        return f"{self.budget} from {self.starts_on}: ${self.left:.2f} left"


class Reservation(models.Model):
    """Money of one window held for, and in the end spent on, one generation."""

    generation = models.ForeignKey(Generation, on_delete=models.PROTECT, related_name="reservations")
    window = models.ForeignKey(BudgetWindow, on_delete=models.CASCADE, related_name="reservations")
    amount = models.DecimalField(max_digits=12, decimal_places=4, help_text="Held; once settled, what was charged.")
    is_settled = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["generation", "window"], name="one_reservation_per_window"),
        ]

    def __str__(self) -> str:
        return f"${self.amount:.4f} for generation {self.generation_id}"

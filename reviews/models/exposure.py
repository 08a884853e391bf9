"""Who opened which severe clip, and when: what caps and rests are counted from."""

from django.db import models

from reviews.models.review import Review
from studio.models import User


class Exposure(models.Model):
    """One severe clip that was opened by one person; what was only held or prepared is none."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, db_index=False, related_name="exposures")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="exposures")
    opened_at = models.DateTimeField()

    class Meta:
        ordering = ["opened_at", "pk"]
        indexes = [models.Index(fields=["person", "opened_at"], name="exposure_of_person")]

    def __str__(self) -> str:
        return f"{self.person} opened {self.review}"

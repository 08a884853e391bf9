"""What people point at in the picture."""

from django.db import models
from django.db.models import Q

from reviews.models.comment import Comment
from reviews.models.reason import Reason


class Mark(models.Model):
    """A drawing, a reason or both, on the frames of its note. Never changed; a mark without words is a note without."""

    comment = models.OneToOneField(Comment, on_delete=models.PROTECT)
    reason = models.ForeignKey(Reason, on_delete=models.PROTECT, null=True, blank=True, help_text="What is seen there.")
    drawing = models.JSONField(
        default=dict, blank=True, help_text="Shapes in 0-1 of the picture (reviews/rules/drawings.py); empty for none."
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(drawing={}) | Q(reason__isnull=False), name="mark_says_something")
        ]

    def __str__(self) -> str:
        return f"Mark on {self.comment.candidate}, frame {self.comment.start_frame}"

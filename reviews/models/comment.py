"""What people say about a frame or a range of a take."""

from django.db import models
from django.db.models import F, Q

from studio.models import Candidate, User


class Comment(models.Model):
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="comments")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="comments")
    body = models.TextField(max_length=4000)
    sha256 = models.CharField(max_length=64, help_text="The bytes whose frames are meant.")
    start_frame = models.PositiveIntegerField()
    end_frame = models.PositiveIntegerField(null=True, blank=True, help_text="Exclusive; empty for one frame.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["start_frame", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end_frame=None) | Q(end_frame__gt=F("start_frame")), name="comment_range_is_whole"
            )
        ]

    def __str__(self) -> str:
        return self.body[:60]

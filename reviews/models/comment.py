"""What people say about a frame or a range of a take, and to whom."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from studio.models import Candidate, User


class Comment(models.Model):
    """A note, or the answer to one. Texts never change; `resolved_*` is stamped and lifted, with events."""

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="comments")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="comments")
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replies",
        help_text="The note that this answers. Answers have no answers of their own: threads are flat.",
    )
    body = models.TextField(max_length=4000, blank=True, help_text="Empty only where a mark says it all.")
    named = models.JSONField(
        default=list, blank=True, help_text="User names of people of the project that the body speaks to, as they were."
    )
    sha256 = models.CharField(max_length=64, help_text="The bytes whose frames are meant.")
    start_frame = models.PositiveIntegerField()
    end_frame = models.PositiveIntegerField(null=True, blank=True, help_text="Exclusive; empty for one frame.")
    created_at = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="notes_resolved"
    )

    class Meta:
        ordering = ["start_frame", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end_frame=None) | Q(end_frame__gt=F("start_frame")), name="comment_range_is_whole"
            ),
            models.CheckConstraint(
                condition=Q(resolved_at=None, resolved_by=None)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False, parent=None),
                name="only_whole_threads_are_resolved_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.body[:60]


class MentionKind(models.TextChoices):
    NAMED = "named", "Named in it"
    ANSWERED = "answered", "Has a part in the thread"


class MentionQuerySet(models.QuerySet["Mention"]):
    def unseen_by(self, user: User) -> Self:
        """Of takes that `user` may open now."""
        return self.filter(person=user, seen_at=None, comment__candidate__in=Candidate.objects.visible_to(user))


class Mention(models.Model):
    """A note that speaks to a person: on their first page until they say that they have seen it."""

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="mentions")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="mentions")
    kind = models.CharField(max_length=8, choices=MentionKind)
    seen_at = models.DateTimeField(null=True, blank=True)

    objects = MentionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index("person", F("id").desc(), condition=Q(seen_at=None), name="mention_unseen")]
        constraints = [models.UniqueConstraint(fields=["comment", "person"], name="a_note_speaks_once_to_a_person")]

    def __str__(self) -> str:
        return f"{self.person} in “{self.comment}”"

"""What was asked. A prompt is never edited in place: a change is a new revision with a parent."""

import uuid
from typing import Self

from django.db import models

from providers.base import CameraMove
from studio.models.batch import Batch
from studio.models.person import User
from studio.models.project import Project
from studio.models.template import Template

# Up the parents to the first revision, then down to everything that came of it.
_THREAD = """
WITH RECURSIVE up(id, parent_id) AS (
    SELECT id, parent_id FROM studio_prompt WHERE id = %s
    UNION ALL SELECT older.id, older.parent_id FROM studio_prompt older JOIN up ON older.id = up.parent_id
), thread(id) AS (
    SELECT id FROM up WHERE parent_id IS NULL
    UNION ALL SELECT newer.id FROM studio_prompt newer JOIN thread ON newer.parent_id = thread.id
)
SELECT * FROM studio_prompt WHERE id IN (SELECT id FROM thread) ORDER BY id
"""


class _EarlierSentBack(models.Func):
    """Of a prompt's primary key: something about the earlier revisions of which a take came back, changes requested."""

    output_field = models.IntegerField()
    template = """(
        WITH RECURSIVE up(id, parent_id) AS (
            SELECT this.id, this.parent_id FROM studio_prompt this WHERE this.id = %(expressions)s
            UNION ALL SELECT older.id, older.parent_id FROM studio_prompt older JOIN up ON older.id = up.parent_id
        )
        SELECT %(function)s FROM studio_candidate take JOIN up ON take.prompt_id = up.parent_id
        WHERE take.status = 'changes_requested'
    )"""


class Round(_EarlierSentBack):
    """Which attempt it is: 1, and one more for each of them."""

    function = "1 + COUNT(DISTINCT take.prompt_id)"


class LastSentBack(_EarlierSentBack):
    """The newest of them; NULL for none."""

    function = "MAX(take.prompt_id)"


class Mode(models.TextChoices):
    """How takes come about: the operations of `providers.base.Operation`, and what was made elsewhere."""

    TEXT_TO_VIDEO = "text_to_video", "Text to video"
    IMAGE_TO_VIDEO = "image_to_video", "Image to video"
    FIRST_LAST_FRAME = "first_last_frame", "First and last frame"
    REFERENCE_TO_VIDEO = "reference_to_video", "References to video"
    EDIT = "edit", "Edit a clip"
    RESTYLE = "restyle", "Restyle a clip"
    INPAINT = "inpaint", "Inpaint a clip"
    OUTPAINT = "outpaint", "Outpaint a clip"
    EXTEND = "extend", "Extend a clip"
    REMIX = "remix", "Remix a take"
    IMPORT = "import", "Made elsewhere"


class PromptQuerySet(models.QuerySet["Prompt"]):
    def visible_to(self, user: User) -> Self:
        return self if user.is_superuser else self.filter(project__memberships__user=user).distinct()

    def newest_revisions(self) -> Self:
        return self.filter(revisions=None)


class Prompt(models.Model):
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="prompts")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="revisions")
    number = models.PositiveIntegerField(default=1, help_text="Revision number along the parents, from 1.")
    mode = models.CharField(max_length=20, choices=Mode, default=Mode.TEXT_TO_VIDEO)
    title = models.CharField(max_length=120, help_text="What lists call it: the first words, or the file's name.")
    text = models.TextField(blank=True)
    direction = models.JSONField(default=dict, blank=True, help_text="The nine direction fields by slug.")
    spec = models.JSONField(
        default=dict, blank=True, help_text='What a take must meet, e.g. {"ratio": "16:9", "seconds": "4"}.'
    )
    camera_move = models.CharField(
        max_length=16,
        blank=True,
        choices=[(move.value, move.value.replace("_", " ").capitalize()) for move in CameraMove],
        help_text="Sent as a control where the model has one, in words elsewhere.",
    )
    template = models.ForeignKey(
        Template,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="prompts",
        help_text="What it was filled from.",
    )
    template_values = models.JSONField(default=dict, blank=True)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True, blank=True, related_name="prompts")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="prompts")
    form_token = models.UUIDField(
        unique=True, default=uuid.uuid4, help_text="One submit, one prompt: a repeat finds this row."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PromptQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.title} (revision {self.number})"

    def ancestry(self) -> list["Prompt"]:
        """This revision and those it came from, newest first."""
        chain, step = [self], self.parent
        while step is not None:
            chain.append(step)
            step = step.parent
        return chain

    def thread(self) -> list["Prompt"]:
        """Every revision that began with the same prompt, oldest first, with their authors; two queries."""
        revisions = list(Prompt.objects.raw(_THREAD, [self.pk]))
        models.prefetch_related_objects(revisions, "author")
        return revisions

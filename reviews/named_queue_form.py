"""What a moderator says of a named queue."""

from typing import Any

from django import forms
from django.utils.text import slugify

from reviews.actions.naming_queues import QueueDraft
from reviews.checks.registry import CHECKS
from reviews.models import NamedQueue
from reviews.rules.severity import Severity
from studio.actions.permitting import moderates
from studio.models import Project, User

CODES = (*sorted(kind.key for kind in CHECKS), "not_checked", "sent_back", "voided")


class NamedQueueForm(forms.Form):
    name = forms.CharField(max_length=60)
    purpose = forms.CharField(
        max_length=200, required=False, help_text="One sentence for reviewers. Do not name who made the takes."
    )
    project = forms.ModelChoiceField(
        Project.objects.none(), required=False, empty_label="The whole house", to_field_name="slug"
    )
    checks = forms.MultipleChoiceField(
        label="Why it is there",
        choices=[(code, code.replace("_", " ").capitalize()) for code in CODES],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Any one of these is enough. None ticked: any.",
    )
    labels = forms.CharField(
        label="Labels of findings",
        required=False,
        max_length=400,
        help_text="Parted by commas, e.g. freeze, soft_clip.",
    )
    at_least = forms.ChoiceField(
        label="Severity at least",
        choices=[("", "Any"), *((each.value, each.value.capitalize()) for each in Severity)],
        required=False,
    )
    provider = forms.SlugField(required=False, max_length=50, help_text="Its slug, e.g. runway.")
    model = forms.CharField(required=False, max_length=80, help_text="Exactly as the provider calls it.")

    def __init__(self, data: Any, *, user: User, queue: NamedQueue | None = None) -> None:
        super().__init__(data, initial=_initial(queue) if queue else None)
        self.queue = queue
        if queue:
            del self.fields["project"]
        else:
            self._offer_projects(user)

    def _offer_projects(self, user: User) -> None:
        field = self.fields["project"]
        assert isinstance(field, forms.ModelChoiceField)
        allowed = [project.pk for project in Project.objects.visible_to(user) if moderates(user, project)]
        field.queryset = Project.objects.filter(pk__in=allowed)
        if not moderates(user, None):
            field.required, field.empty_label = True, None

    def clean_labels(self) -> list[str]:
        return [slug for slug in (part.strip() for part in self.cleaned_data["labels"].split(",")) if slug]

    def draft(self) -> QueueDraft:
        fields = self.cleaned_data
        return QueueDraft(
            name=fields["name"],
            slug=self.queue.slug if self.queue else slugify(fields["name"])[:60],
            purpose=fields["purpose"],
            project=fields.get("project"),
            checks=tuple(fields["checks"]),
            labels=tuple(fields["labels"]),
            at_least=fields["at_least"],
            provider=fields["provider"],
            model=fields["model"],
        )


def _initial(queue: NamedQueue) -> dict[str, Any]:
    names = ("name", "purpose", "checks", "at_least", "provider", "model")
    return {name: getattr(queue, name) for name in names} | {"labels": ", ".join(queue.labels)}

"""What a person says of a new token."""

from datetime import timedelta

from django import forms

from studio.forms import whole_number
from studio.models import Project, User
from studio.rules.scopes import Scope

MOST_DAYS = 365
DAYS_AT_FIRST = 90


class TokenForm(forms.Form):
    name = forms.CharField(
        label="Name",
        max_length=80,
        help_text="What will use it: “render farm”.",
        error_messages={"required": "Name it."},
    )
    scopes = forms.MultipleChoiceField(
        label="May be used to",
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one thing that it may be used for."},
    )
    project = forms.ModelChoiceField(
        Project.objects.none(),
        label="Project",
        required=False,
        empty_label="All my projects",
        to_field_name="slug",
        help_text="The others do not exist for it.",
    )
    days = whole_number(
        "Days until it ends",
        1,
        MOST_DAYS,
        initial=DAYS_AT_FIRST,
        help_text=f"{MOST_DAYS} at most. It can be revoked before.",
    )

    def __init__(self, data: object = None, *, user: User) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict or None
        field = self.fields["project"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Project.objects.visible_to(user).order_by("name")

    def chosen_scopes(self) -> list[Scope]:
        return [Scope(value) for value in self.cleaned_data["scopes"]]

    def lasts_for(self) -> timedelta:
        return timedelta(days=self.cleaned_data["days"])

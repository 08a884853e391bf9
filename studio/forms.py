"""What people type on the making pages, checked before an action sees it."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django import forms
from django.contrib.auth.forms import AuthenticationForm

from studio.actions.prompting import MOST_TAKES, Order, problems_with
from studio.models import Theme
from studio.rules.direction import FIELDS
from studio.rules.lifecycle import Status

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile  # generic for the checker only, not when it runs

LONGEST_TEXT = 4000
LONGEST_FIELD = 500
LARGEST_SEED = 2**31 - 1
LONGEST_SECONDS = 600
SIZES = ("1280x720", "720x1280", "1920x1080", "1080x1920", "1024x1024", "640x360", "360x640")
RATES = (("", "Any"), ("24", "24"), ("25", "25"), ("30000/1001", "29.97"), ("30", "30"), ("60", "60"))
SOUND = (("", "Any"), ("yes", "With sound"), ("no", "Silent"))
UNDO_SECONDS = (10, 20, 30, 60)


def size_choices(*also: str) -> list[tuple[str, str]]:
    """The usual picture sizes, and `also` those that somebody chose before."""
    return [(size, _size_label(size)) for size in dict.fromkeys([*SIZES, *filter(None, also)])]


def _size_label(size: str) -> str:
    width, _, height = size.partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(height)):
        return size
    ratio = Fraction(int(width), int(height))
    return f"{width} × {height}, {ratio.numerator}:{ratio.denominator}"


def whole_number(label: str, least: int, most: int, **options: Any) -> forms.IntegerField:
    """A field for a whole number; whatever else is typed, it answers with the range."""
    said = f"A whole number from {least} to {most}."
    messages = dict.fromkeys(("required", "invalid", "min_value", "max_value"), said)
    return forms.IntegerField(label=label, min_value=least, max_value=most, error_messages=messages, **options)


class OrderForm(forms.Form):
    """Which model makes how many takes of what size and length."""

    model = forms.ChoiceField(
        error_messages={"required": "Choose a model.", "invalid_choice": "This model cannot be used now."}
    )
    seconds = whole_number("Seconds", 1, LONGEST_SECONDS)
    size = forms.ChoiceField(label="Size")
    fps = forms.ChoiceField(label="Frames a second", choices=RATES, required=False)
    audio = forms.ChoiceField(label="Sound", choices=SOUND, required=False)
    seed = whole_number("Seed", 0, LARGEST_SEED, required=False, help_text="Same seed, same take. Empty: any.")
    takes = whole_number("Takes", 1, MOST_TAKES, help_text=f"1 to {MOST_TAKES}")

    def __init__(self, data: Mapping[str, Any] | None = None, *, models: Iterable[str], **options: Any) -> None:
        super().__init__(data, **options)
        self._choices("model").choices = [(key, key) for key in models]
        self._choices("size").choices = size_choices(self.initial.get("size", ""))

    def _choices(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return field

    def order(self) -> Order:
        given = self.cleaned_data
        return Order(
            model=given["model"],
            seconds=given["seconds"],
            size=given["size"],
            takes=given["takes"],
            fps=given["fps"],
            audio={"yes": True, "no": False}.get(given["audio"]),
            seed=given["seed"],
        )


class PromptForm(OrderForm):
    """The prompt desk: the order, and in words what should be seen."""

    text = forms.CharField(
        label="Prompt",
        max_length=LONGEST_TEXT,
        required=False,
        help_text="In your own words. It is sent first; the direction below follows.",
        widget=forms.Textarea(attrs={"rows": 7}),
    )
    form_token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, data: Mapping[str, Any] | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        for field in FIELDS:
            widget = forms.Textarea(attrs={"rows": 2, "placeholder": field.hint})
            self.fields[field.slug] = forms.CharField(
                label=field.title, max_length=LONGEST_FIELD, required=False, widget=widget
            )

    @property
    def direction_fields(self) -> list[forms.BoundField]:
        return [self[field.slug] for field in FIELDS]

    @property
    def how_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in OrderForm.base_fields if name != "model"]

    def direction(self) -> dict[str, str]:
        """The direction as typed so far: also of a form with mistakes elsewhere."""
        return {field.slug: self.cleaned_data.get(field.slug, "") for field in FIELDS}

    def words(self) -> str:
        return str(self.cleaned_data.get("text", ""))

    def clean(self) -> None:
        """What the generator itself would refuse stands beside the field it is about."""
        if any(name in self.errors for name in OrderForm.base_fields):
            return
        for problem in problems_with(self.words(), self.direction(), self.order()):
            name = "text" if problem.field == "prompt" else problem.field
            self.add_error(name if name in self.fields else None, problem.message)


class PromptFilter(forms.Form):
    """Which prompts a list shows; its fields stand in the address."""

    q = forms.CharField(label="Search", max_length=80, required=False)
    status = forms.ChoiceField(label="Has a take", choices=[("", "In any status"), *Status.choices], required=False)
    mine = forms.BooleanField(label="Only mine", required=False)

    @property
    def is_narrowed(self) -> bool:
        return self.is_valid() and any(self.cleaned_data.values())


class ManyFilesInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> "list[UploadedFile[Any]]":  # noqa: ARG002 — Django's name
        return list(files.getlist(name))


class ManyFiles(forms.FileField):
    """Several files from one control. Empty ones are let through: ingest says what is wrong with each by name."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        return [super(ManyFiles, self).clean(file, initial) for file in data or [None]]


class UploadForm(forms.Form):
    """Clips made elsewhere, and what was asked of the generator that made them."""

    clips = ManyFiles(label="Clips", allow_empty_file=True, error_messages={"required": "Choose at least one clip."})
    text = forms.CharField(
        label="Prompt",
        max_length=LONGEST_TEXT,
        required=False,
        help_text="What was asked for, if you know it. Without it the file's name is the title.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": "No account has this name and password. Capitals count in both.",
        "inactive": "This account is closed. Ask a moderator of your project.",
    }


class PreferencesForm(forms.Form):
    """What a person chooses for their own pages."""

    theme = forms.ChoiceField(label="Theme", choices=Theme.choices, widget=forms.RadioSelect)
    undo_seconds = forms.TypedChoiceField(
        label="Time to undo a decision",
        choices=[(seconds, f"{seconds} s") for seconds in UNDO_SECONDS],
        coerce=int,
        widget=forms.RadioSelect,
        help_text="A decision takes effect when this time has passed. Until then one key takes it back.",
    )

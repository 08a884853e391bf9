"""What people type on the making pages, checked before an action sees it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django import forms
from django.contrib.auth.forms import AuthenticationForm

from providers.base import CameraMove, ModelTerms, Operation, ReferenceRole
from providers.terms import parse_size
from studio.actions.prompting import MOST_TAKES, Order, problems_with
from studio.library import Library, key_of
from studio.models import Asset, AssetKind, Candidate, Mode, Prompt, Theme
from studio.references import Chosen, roles_for
from studio.rules.direction import FIELDS
from studio.rules.hints import Asked, refusal
from studio.rules.lifecycle import Status
from studio.wordlists import word_lists

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile  # generic for the checker only, not when it runs

LONGEST_TEXT = 4000
LONGEST_FIELD = 500
LARGEST_SEED = 2**31 - 1
LONGEST_SECONDS = 600
SIZES = ("1280x720", "720x1280", "1920x1080", "1080x1920", "1024x1024", "640x360", "360x640")
MOST_SAMPLES = 4
RATES = (("", "Any"), ("24", "24"), ("25", "25"), ("30000/1001", "29.97"), ("30", "30"), ("60", "60"))
SOUND = (("", "Any"), ("yes", "With sound"), ("no", "Silent"))
UNDO_SECONDS = (10, 20, 30, 60)
OPERATIONS = [(mode.value, mode.label) for mode in Mode if mode != Mode.IMPORT]
MOVES = [("", "As described"), *Prompt._meta.get_field("camera_move").flatchoices]
PROBLEM_FIELDS = {"prompt": "text", "camera": "camera_move"}
"""Where a problem with a part of the request stands on the desk, when the two have different names."""
ROLE_LABELS: dict[ReferenceRole, tuple[str, str]] = {
    ReferenceRole.FIRST_FRAME: ("First frame", "The clip begins with this picture."),
    ReferenceRole.LAST_FRAME: ("Last frame", "The clip ends with this picture."),
    ReferenceRole.REFERENCE: ("References", "Pictures of a subject, a style or a set that guide the clip."),
    ReferenceRole.SOURCE: ("Source clip", "The clip or take that is changed or goes on."),
    ReferenceRole.MASK: ("Mask", "White where the clip may change, black where it stays."),
}


def size_choices(*also: str, offered: Iterable[str] = SIZES) -> list[tuple[str, str]]:
    """The picture sizes `offered`, and `also` those that somebody chose before."""
    return [(size, _size_label(size)) for size in dict.fromkeys([*offered, *filter(None, also)])]


def sizes_of(models: Iterable[ModelTerms]) -> list[str]:
    """Every size that one of `models` makes: the usual ones first, then the others from small to large.

    Of a model that makes any size within its limits, the usual ones.
    """
    made = set()
    for terms in models:
        usual = (size for size in SIZES if max(parse_size(size) or (0,)) <= terms.longest_side)
        made |= set(terms.sizes if terms.sizes else usual)
    rest = made - set(SIZES)
    return [*(size for size in SIZES if size in made), *sorted(rest, key=lambda size: parse_size(size) or (0, 0))]


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
    """Which model makes how many takes of what size and length, and in which mode."""

    operation = forms.ChoiceField(label="Mode", choices=OPERATIONS, required=False)
    model = forms.ChoiceField(
        error_messages={"required": "Choose a model.", "invalid_choice": "This model cannot be used now."}
    )
    seconds = whole_number("Seconds", 1, LONGEST_SECONDS)
    size = forms.ChoiceField(label="Size")
    fps = forms.ChoiceField(label="Frames a second", choices=RATES, required=False)
    audio = forms.ChoiceField(label="Sound", choices=SOUND, required=False)
    seed = whole_number("Seed", 0, LARGEST_SEED, required=False, help_text="Same seed, same take. Empty: any.")
    camera_move = forms.ChoiceField(label="Camera move", choices=MOVES, required=False)
    takes = whole_number("Takes", 1, MOST_TAKES, help_text=f"1 to {MOST_TAKES}")
    samples = whole_number("Clips a take", 1, MOST_SAMPLES, required=False, help_text="More than 1: one call for all.")

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        models: Iterable[str],
        sizes: Iterable[str] = SIZES,
        **options: Any,
    ) -> None:
        super().__init__(data, **options)
        self._choices("model").choices = [(key, key) for key in models]
        self._choices("size").choices = size_choices(self.initial.get("size", ""), offered=sizes)

    def _choices(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return field

    def order(self) -> Order:
        """What was typed, when every field could be read; a model that cannot be used is left open."""
        given = self.cleaned_data
        return Order(
            model=given.get("model", ""),
            seconds=given["seconds"],
            size=given["size"],
            takes=given["takes"],
            fps=given["fps"],
            audio={"yes": True, "no": False}.get(given["audio"]),
            seed=given["seed"],
            operation=Operation(given["operation"] or Operation.TEXT_TO_VIDEO),
            camera_move=CameraMove(given["camera_move"]) if given["camera_move"] else None,
            samples=given["samples"] or 1,
        )


@dataclass(frozen=True, slots=True)
class Tile:
    """A picture that can be ticked as a reference. `asset` or `take` says whose small picture is shown."""

    key: str
    name: str
    is_chosen: bool
    asset: Asset | None = None
    take: Candidate | None = None


class PromptForm(OrderForm):
    """The prompt desk: the order, in words what should be seen, and the files that go along."""

    text = forms.CharField(
        label="Prompt",
        max_length=LONGEST_TEXT,
        required=False,
        help_text="In your own words. It is sent first; the direction below follows.",
        widget=forms.Textarea(attrs={"rows": 7, "aria-describedby": "id_text_helptext hints-text"}),
    )
    rights = forms.BooleanField(label="We may use these files for this.", required=False)
    form_token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, library: Library | None = None, **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.library = library or Library()
        self.asked: Order | None = None
        """The order as it was typed; None while a field of it cannot be read."""
        for field in FIELDS:
            attributes = {"rows": 2, "placeholder": field.hint, "aria-describedby": f"hints-{field.slug}"}
            widget = forms.Textarea(attrs=attributes)
            self.fields[field.slug] = forms.CharField(
                label=field.title, max_length=LONGEST_FIELD, required=False, widget=widget
            )
        for role in ReferenceRole:
            self.fields[file_field(role)] = self._file_field(role)

    def _file_field(self, role: ReferenceRole) -> forms.ChoiceField:
        label, help_text = ROLE_LABELS[role]
        groups = self.library.choices(role)
        if role is ReferenceRole.REFERENCE:
            return forms.MultipleChoiceField(label=label, help_text=help_text, choices=groups, required=False)
        choices = [("", "None"), *groups]
        return forms.ChoiceField(label=label, help_text=help_text, choices=choices, required=False)

    @property
    def direction_fields(self) -> list[forms.BoundField]:
        return [self[field.slug] for field in FIELDS]

    @property
    def how_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in OrderForm.base_fields if name not in ("model", "operation")]

    @property
    def file_fields(self) -> list[tuple[str, forms.BoundField]]:
        """The files that are chosen from a list, each with its role."""
        return [(role.value, self[file_field(role)]) for role in ReferenceRole if role is not ReferenceRole.REFERENCE]

    @property
    def tiles(self) -> list[Tile]:
        """The pictures that may be ticked as references."""
        ticked = set(self[file_field(ReferenceRole.REFERENCE)].value() or ())
        stills = [asset for asset in self.library.assets if asset.kind == AssetKind.STILL]
        keys = [(key_of(asset=asset), asset) for asset in stills]
        taken = [(key_of(take=take), take) for take in self.library.takes]
        return [
            *(Tile(key, asset.name, key in ticked, asset=asset) for key, asset in keys),
            *(Tile(key, take.name, key in ticked, take=take) for key, take in taken),
        ]

    def direction(self) -> dict[str, str]:
        """The direction as typed so far: also of a form with mistakes elsewhere."""
        return {field.slug: self.cleaned_data.get(field.slug, "") for field in FIELDS}

    def words(self) -> str:
        """Also of a text that was refused: the page goes on to say what is wrong with it."""
        return str(self.cleaned_data.get("text") or self["text"].value() or "")[:LONGEST_TEXT]

    def said(self) -> Asked:
        """What was said so far, for the hints."""
        move, sound = (self.cleaned_data.get(name, "") for name in ("camera_move", "audio"))
        silence = {"yes": True, "no": False}.get(sound)
        return Asked(self.words(), self.direction(), CameraMove(move) if move else None, silence)

    def chosen(self) -> list[Chosen]:
        """The files that go along in the mode chosen; those of other modes stay behind."""
        mode = self.cleaned_data.get("operation") or Operation.TEXT_TO_VIDEO
        found = []
        for role in roles_for(Operation(mode)):
            given = self.cleaned_data.get(file_field(role)) or []
            keys = [given] if isinstance(given, str) else given
            found += [chosen for key in keys if (chosen := self.library.find(role, key))]
        return found

    def clean(self) -> None:
        """What is never made, and what the generator itself would refuse, stands beside the field it is about."""
        if why := refusal(self.words(), self.direction(), word_lists()):
            self.add_error("text", why)
        if any(name in self.errors for name in OrderForm.base_fields if name != "model"):
            return
        self.asked, chosen = self.order(), self.chosen()
        if chosen and not self.cleaned_data.get("rights"):
            self.add_error("rights", "Confirm that we may use the files that go along.")
        if "model" in self.errors:
            return
        for problem in problems_with(self.words(), self.direction(), self.asked, chosen):
            name = PROBLEM_FIELDS.get(problem.field, problem.field)
            self.add_error(name if name in self.fields else None, problem.message)


def file_field(role: ReferenceRole) -> str:
    return f"file_{role.value}"


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


class AssetForm(forms.Form):
    """Files that guide takes, and why we may use them."""

    assets = ManyFiles(label="Files", allow_empty_file=True, error_messages={"required": "Choose at least one file."})
    rights_note = forms.CharField(
        label="Why we may use them",
        max_length=400,
        help_text="Whose they are, or under which licence: “Own photograph, 2026”.",
        error_messages={"required": "Say why we may use this: whose it is, or under which licence."},
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


class SpeedForm(forms.Form):
    percent = forms.IntegerField()

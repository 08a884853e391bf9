"""What people type to order many takes at once."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms

from providers.terms import parse_size
from studio.actions.planning import BatchOrder
from studio.errors import Invalid
from studio.forms import LARGEST_SEED, LONGEST_SECONDS, RATES, SOUND, size_choices, whole_number
from studio.models import Mode, Project, Prompt, Template
from studio.models.prompt import PromptQuerySet
from studio.rules.matrix import MOST, MOST_LISTED
from studio.rules.one_line import one_line
from studio.rules.sheet import MOST_BYTES, read_sheet

MOST_OFFERED = 100
"""Prompts to choose from, newest first; an older one, or one that a template made, comes by its own page."""
LONGEST_NAME = 120
LONGEST_KEY = 200


class BatchForm(forms.Form):
    """Which words, which models, how many takes. `left_out` are the rows of the matrix that were taken away."""

    source = forms.ChoiceField(label="Prompt or template", error_messages={"required": "Choose what to make."})
    name = forms.CharField(
        label="Name", max_length=LONGEST_NAME, required=False, help_text="Empty: that of the prompt or template."
    )
    models = forms.MultipleChoiceField(
        label="Models",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one model.", "invalid_choice": "One model cannot be used now."},
    )
    seconds = whole_number("Seconds", 1, LONGEST_SECONDS)
    size = forms.ChoiceField(label="Size")
    fps = forms.ChoiceField(label="Frames a second", choices=RATES, required=False)
    audio = forms.ChoiceField(label="Sound", choices=SOUND, required=False)
    takes = whole_number("Takes of each", 1, MOST)
    seeds = forms.CharField(
        label="Seeds", max_length=800, required=False, help_text="One or several, as 7, 21. Empty: any."
    )
    table = forms.FileField(
        label="Table of values (CSV)",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )
    values = forms.CharField(
        label="or paste it here",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 5, "class": "mono", "spellcheck": "false"}),
        help_text="For a template: a row a variant; the first row names the variables.",
    )
    form_token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(
        self, data: Any = None, files: Any = None, *, project: Project, models: Sequence[str], **options: Any
    ) -> None:
        super().__init__(data, files, **options)
        self.project = project
        self._choices("models").choices = [(key, key) for key in models]
        self._choices("size").choices = size_choices(self.initial.get("size", ""), self._typed_size())
        self._choices("source").choices = self._sources()

    @property
    def how_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("seconds", "size", "fps", "audio", "takes", "seeds")]

    @property
    def source_row(self) -> "Prompt | Template | None":
        """The prompt or template that is chosen, if there is one of that number in the project."""
        kind, _, number = (self._typed("source") or str(self.initial.get("source", ""))).partition("-")
        if not (number.isascii() and number.isdigit() and len(number) < 18):
            return None
        if kind == "prompt":
            return _prompts(self.project).filter(pk=number).first()
        return Template.objects.filter(project=self.project, pk=number).first() if kind == "template" else None

    def clean_seeds(self) -> tuple[int, ...]:
        words = self.cleaned_data["seeds"].replace(",", " ").replace(";", " ").split()
        if not all(word.isascii() and word.isdigit() and int(word) <= LARGEST_SEED for word in words):
            raise forms.ValidationError(f"Seeds are whole numbers from 0 to {LARGEST_SEED}, parted by commas.")
        return tuple(dict.fromkeys(int(word) for word in words))

    def clean(self) -> None:
        """The table is read here, so that what is wrong with it stands beside its field."""
        given = self.cleaned_data
        given["row"], given["sheet"] = self.source_row, None
        if not isinstance(given["row"], Template):
            return
        content = self._content()
        if content is None:
            return
        if len(content) <= MOST_BYTES:
            self.pasted = content.decode("utf-8-sig", "replace")
        try:
            given["sheet"] = read_sheet(content)
        except Invalid as refused:
            self.add_error("table" if given.get("table") else "values", str(refused))

    pasted = ""
    """The table as text: an upload is put into the field, for a page that comes back cannot hold a file."""

    def left_out(self) -> frozenset[str]:
        keys = self.data.getlist("left_out") if hasattr(self.data, "getlist") else []
        return frozenset(key for key in keys[: 2 * MOST_LISTED] if len(key) <= LONGEST_KEY)

    def order(self) -> BatchOrder:
        """Of a form that is valid."""
        given = self.cleaned_data
        row = given["row"]
        return BatchOrder(
            name=one_line(given["name"]) or (row.title if isinstance(row, Prompt) else row.name),
            models=tuple(given["models"]),
            seconds=given["seconds"],
            size=given["size"],
            takes=given["takes"],
            seeds=given["seeds"],
            fps=given["fps"],
            audio={"yes": True, "no": False}.get(given["audio"]),
            prompt=row if isinstance(row, Prompt) else None,
            template=row if isinstance(row, Template) else None,
            sheet=given["sheet"],
            left_out=self.left_out(),
        )

    def _content(self) -> bytes | None:
        """An upload goes before what is pasted; None when there is neither."""
        if file := self.cleaned_data.get("table"):
            return bytes(file.read(MOST_BYTES + 1))
        pasted = str(self.cleaned_data.get("values", ""))
        return pasted.encode() if pasted.strip() else None

    def _typed(self, name: str) -> str:
        return str(self.data.get(name, "")) if self.is_bound else ""

    def _typed_size(self) -> str:
        """A size of no list may come back from the page of a prompt that has it."""
        size = self._typed("size")
        return size if parse_size(size) else ""

    def _choices(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return field

    def _sources(self) -> list[tuple[str, Any]]:
        chosen = self.source_row
        prompts = list(_prompts(self.project).filter(template=None).newest_revisions()[:MOST_OFFERED])
        templates = list(Template.objects.filter(project=self.project).newest_versions())
        if isinstance(chosen, Prompt) and chosen not in prompts:
            prompts.insert(0, chosen)
        if isinstance(chosen, Template) and chosen not in templates:
            templates.insert(0, chosen)
        return [
            ("", "Choose…"),
            ("Prompts", [(f"prompt-{row.pk}", _named(row.title, row.number)) for row in prompts]),
            ("Templates", [(f"template-{row.pk}", row.name) for row in templates]),
        ]


def _prompts(project: Project) -> PromptQuerySet:
    return Prompt.objects.filter(project=project).exclude(mode=Mode.IMPORT)


def _named(title: str, number: int) -> str:
    short = title if len(title) <= 60 else f"{title[:59]}…"
    return short if number == 1 else f"{short} (revision {number})"

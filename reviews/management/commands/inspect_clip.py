"""`manage.py inspect_clip FILE… [--spec JSON] [--prompt TEXT] [--policy SLUG] [--format text|json]`: every instrument
on files, and the files beside each other.
"""

import json
import tempfile
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reviews.checks.base import Record, Spec, SpecError, Stage
from reviews.checks.listing import as_document, as_text
from reviews.checks.record import KnownClip
from reviews.checks.runner import Inspection, consult_record, inspect_file, view_samples, without_clip
from reviews.rules.policy import PolicyError, PolicyTerms, load_policy
from studio.anchors import trust_anchors
from studio.rules.hints import Asked
from studio.wordlists import word_lists

Looked = tuple[Path, Inspection]
USAGE_ERROR = 2
"""Exit status for a missing file, a bad spec or an unknown policy; a clip with findings, however bad, is 0."""


class Command(BaseCommand):
    help = "Look at clips with every instrument: facts, findings, seconds. Needs the database only for --policy."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path)
        parser.add_argument("--spec", default="{}", metavar="JSON", help='what was asked: {"fps": "24", "seconds": 5}')
        parser.add_argument(
            "--prompt", metavar="TEXT", help="the words that were asked for, held against the word lists"
        )
        parser.add_argument("--policy", metavar="SLUG", help="a stored policy instead of the default one")
        parser.add_argument(
            "--format",
            choices=["text", "json"],
            default="text",
            help="text (default: whoever types this command reads it) or json (for programs)",
        )

    def handle(
        self,
        *args: Any,
        files: list[Path],
        spec: str,
        prompt: str | None,
        policy: str | None,
        format: str,
        **options: Any,
    ) -> None:
        brief, terms = read_spec(spec), read_policy(policy)
        asked = None if prompt is None else Asked(prompt, {})
        require_files(files)
        try:
            seen = [(file, look_at(file, brief, terms)) for file in files]
            looked_at = [(file, consulted(inspection, seen, asked, terms)) for file, inspection in seen]
        except (PolicyError, OSError) as error:
            raise CommandError(str(error), returncode=USAGE_ERROR) from error
        if format == "json":
            self.stdout.write(json.dumps({"clips": [as_document(*each) for each in looked_at]}, indent=2))
        else:
            self.stdout.write("\n\n".join(as_text(*each) for each in looked_at))


def look_at(file: Path, spec: Spec, policy: PolicyTerms) -> Inspection:
    """What is to be seen in one file by itself: signal instruments, then models."""
    with tempfile.TemporaryDirectory(prefix="inspect-") as name:
        folder = Path(name)
        seen = inspect_file(file, spec=spec, policy=policy, folder=folder, samples=True, anchors=trust_anchors())
        if seen.clip is None:
            return seen.and_also([*without_clip(Stage.RECORD, policy), *without_clip(Stage.MODEL, policy)])
        return seen.and_also(view_samples(folder, seen.clip, policy))


def consulted(seen: Inspection, all_seen: Sequence[Looked], asked: Asked | None, policy: PolicyTerms) -> Inspection:
    """With what the record says: the other files given and the prompt are all that is on record here."""
    if seen.clip is None:
        return seen
    others = [
        KnownClip(f"“{printable(Path(name.name))}”", str(name), fingerprint=other.fingerprint)
        for name, other in all_seen
        if other is not seen
    ]
    record = Record(
        seen.clip,
        fingerprint=seen.fingerprint,
        known=others or None,
        asked=asked,
        credential=seen.credential,
        lists=word_lists(),
    )
    return seen.and_also(consult_record(record, policy))


def read_spec(text: str) -> Spec:
    """Raises CommandError (exit status 2) in one line."""
    try:
        return Spec.parse(json.loads(text))
    except json.JSONDecodeError as error:
        raise CommandError(f"--spec is not JSON: {error}", returncode=USAGE_ERROR) from error
    except SpecError as error:
        raise CommandError(f"--spec: {error}", returncode=USAGE_ERROR) from error


def read_policy(slug: str | None) -> PolicyTerms:
    """The default policy from its file, or a stored one, the active version first. Raises CommandError."""
    if slug is None:
        return load_policy()
    from reviews.models import Policy  # only this option may need the database

    stored = Policy.objects.filter(slug=slug).order_by("-is_active", "-version").first()
    if stored is None:
        raise CommandError(f"no policy {slug!r}", returncode=USAGE_ERROR)
    return stored.terms()


def require_files(files: list[Path]) -> None:
    """Raises CommandError (exit status 2) for the first path that is no readable file."""
    for file in files:
        if file.is_dir():
            raise CommandError(f"{printable(file)} is a folder; name the clips in it", returncode=USAGE_ERROR)
        if not file.is_file():
            raise CommandError(f"no such file: {printable(file)}", returncode=USAGE_ERROR)
        try:
            file.open("rb").close()
        except OSError as error:
            raise CommandError(f"{printable(file)}: {error.strerror}", returncode=USAGE_ERROR) from error


def printable(file: Path) -> str:
    """A name that any terminal can print, whatever bytes it is made of."""
    return str(file).encode("utf-8", "backslashreplace").decode()

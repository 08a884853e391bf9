"""`manage.py inspect_clip FILE… [--spec JSON] [--policy SLUG] [--format text|json]`: every instrument on files."""

import json
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reviews.checks.base import Spec, SpecError
from reviews.checks.listing import as_document, as_text
from reviews.checks.runner import Inspection, inspect_file
from reviews.rules.policy import PolicyError, PolicyTerms, load_policy

USAGE_ERROR = 2
"""Exit status for a missing file, a bad spec or an unknown policy; a clip with findings, however bad, is 0."""


class Command(BaseCommand):
    help = "Look at clips with every instrument: facts, findings, seconds. Needs the database only for --policy."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path)
        parser.add_argument("--spec", default="{}", metavar="JSON", help='what was asked: {"fps": "24", "seconds": 5}')
        parser.add_argument("--policy", metavar="SLUG", help="a stored policy instead of the default one")
        parser.add_argument(
            "--format",
            choices=["text", "json"],
            default="text",
            help="text (default: whoever types this command reads it) or json (for programs)",
        )

    def handle(self, *args: Any, files: list[Path], spec: str, policy: str | None, format: str, **options: Any) -> None:
        brief, terms = read_spec(spec), read_policy(policy)
        require_files(files)
        try:
            looked_at = [(file, inspect(file, brief, terms)) for file in files]
        except (PolicyError, OSError) as error:
            raise CommandError(str(error), returncode=USAGE_ERROR) from error
        if format == "json":
            self.stdout.write(json.dumps({"clips": [as_document(*each) for each in looked_at]}, indent=2))
        else:
            self.stdout.write("\n\n".join(as_text(*each) for each in looked_at))


def inspect(file: Path, spec: Spec, policy: PolicyTerms) -> Inspection:
    with tempfile.TemporaryDirectory(prefix="inspect-") as folder:
        return inspect_file(file, spec=spec, policy=policy, folder=Path(folder))


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

"""`manage.py import_clips PATH… --project SLUG`: clips made elsewhere become takes. May be stopped and run again."""

import hashlib
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from studio.actions.ingesting import bring_in
from studio.errors import Invalid, NotPermitted
from studio.models import Candidate, Membership, Project, Source, User
from studio.rules.roles import Role

CHUNK_BYTES = 1 << 20
IN_FOLDERS = frozenset(
    {".3gp", ".avi", ".flv", ".gif", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".ogv", ".webm", ".wmv"}
)
"""What is picked up in a folder. A file that is named itself is always tried."""


class Command(BaseCommand):
    help = "Bring clips made elsewhere into a project. One line a file; clips that are in already are skipped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a clip or a folder")
        parser.add_argument("--project", required=True, metavar="SLUG")
        parser.add_argument("--prompt", default="", metavar="TEXT", help="what was asked for")
        parser.add_argument(
            "--as", dest="username", metavar="USERNAME", help="who brings them in; else the first author"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if missing := [str(path) for path in options["paths"] if not path.exists()]:
            raise CommandError(f"There is no {', '.join(missing)}.", returncode=2)
        project = _project(options["project"])
        by = _person(project, options["username"])
        done = [self._take_in(path, project, by, options["prompt"]) for path in clips_of(options["paths"])]
        if not any(done):
            raise CommandError("No clip came in." if done else "There are no clips in these folders.")

    def _take_in(self, path: Path, project: Project, by: User, text: str) -> bool:
        """Whether the clip is in the project afterwards."""
        try:
            if take := _imported(path, project):
                self._say(f"skipped {path.name}: the same bytes are take {take.pk} already")
                return True
            with path.open("rb") as file:
                take = bring_in(
                    chunks_of(file), project=project, by=by, source=Source.IMPORT, name=path.name, text=text
                )
        except NotPermitted as refused:
            raise CommandError(str(refused)) from None
        except (Invalid, OSError) as refused:
            self._say(f"refused {path.name}: {refused}")
            return False
        self._say(f"ok {path.name} → take {take.pk}")
        return True

    def _say(self, line: str) -> None:
        """At once, so that whoever waits for a long import sees it move."""
        self.stdout.write(line)
        self.stdout.flush()


def clips_of(paths: list[Path]) -> Iterator[Path]:
    """Each file once: those named, and those in the folders named, sorted."""
    seen: set[Path] = set()
    for path in paths:
        inside = [file for file in path.rglob("*") if file.is_file() and file.suffix.lower() in IN_FOLDERS]
        for file in sorted(inside) if path.is_dir() else [path]:
            if file.resolve() not in seen:
                seen.add(file.resolve())
                yield file


def chunks_of(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(CHUNK_BYTES):
        yield chunk


def _imported(path: Path, project: Project) -> Candidate | None:
    """The take that an earlier import made of the same bytes."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Candidate.objects.filter(prompt__project=project, source=Source.IMPORT, sha256=sha256).first()


def _project(slug: str) -> Project:
    project = Project.objects.filter(slug=slug).first()
    if project is None:
        raise CommandError(f"There is no project “{slug}”.")
    return project


def _person(project: Project, username: str | None) -> User:
    if username:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is nobody named “{username}”.")
        return user
    members = Membership.objects.filter(project=project, role=Role.AUTHOR, user__is_active=True).select_related("user")
    if (author := members.order_by("user__username").first()) is None:
        raise CommandError(f"{project} has no author yet: say with --as who brings the clips in.")
    return author.user

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from studio.models import Candidate, Source
from tests.clips import draw_clip

pytestmark = pytest.mark.django_db


def run(*paths: Path, **options: str) -> list[str]:
    said = StringIO()
    try:
        call_command("import_clips", *map(str, paths), "--project", "harbour", stdout=said, **options)
    finally:
        run.lines = said.getvalue().splitlines()
    return run.lines


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two clips of different length and one picture; the text file is no clip and is passed over."""
    draw_clip(tmp_path / "b.mp4", frames=8)
    draw_clip(tmp_path / "a.mp4", frames=9)
    (tmp_path / "c.gif").write_bytes(b"GIF89a" + b"\0" * 64)
    (tmp_path / "CATALOG.md").write_text("about these clips")
    return tmp_path


def test_a_folder_comes_in_sorted_with_a_line_a_file(project, author, folder):
    lines = run(folder)
    first, second = Candidate.objects.order_by("pk")
    assert lines[:2] == [f"ok a.mp4 → take {first.pk}", f"ok b.mp4 → take {second.pk}"]
    assert lines[2].startswith("refused c.gif: ")
    assert len(lines) == 3
    assert (first.facts["frames"], first.source, first.made_by) == (9, Source.IMPORT, author)


def test_running_it_again_skips_what_is_in(project, author, folder):
    run(folder)
    lines = run(folder)
    assert [line.split()[0] for line in lines] == ["skipped", "skipped", "refused"]
    assert Candidate.objects.count() == 2


def test_the_same_bytes_under_two_names_come_in_once(project, author, tmp_path):
    clip = draw_clip(tmp_path / "one.mp4")
    twin = tmp_path / "two.mp4"
    twin.write_bytes(clip.read_bytes())
    assert [line.split()[0] for line in run(clip, twin)] == ["ok", "skipped"]


def test_the_prompt_is_kept_and_who_brought_it_in(project, editor, author, tmp_path):
    run(draw_clip(tmp_path / "one.mp4"), prompt="A harbour at dawn", username="editor")
    take = Candidate.objects.get()
    assert (take.prompt.text, take.made_by) == ("A harbour at dawn", editor)


def test_a_missing_path_is_one_line_and_nothing_comes_in(project, author, folder):
    with pytest.raises(CommandError, match=r"There is no .*nowhere\.mp4\.") as refused:
        run(folder, folder / "nowhere.mp4")
    assert refused.value.returncode == 2
    assert not Candidate.objects.exists()


def test_it_fails_when_nothing_came_in(project, author, folder):
    with pytest.raises(CommandError, match="No clip came in"):
        run(folder / "c.gif")
    assert run.lines[0].startswith("refused c.gif: ")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"project": "nowhere"}, "no project"),
        ({"username": "nobody"}, "nobody named"),
        ({"username": "reviewer"}, "may do this"),
    ],
)
def test_it_says_who_or_what_is_missing(project, author, reviewer, folder, options, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("import_clips", str(folder / "a.mp4"), **({"project": "harbour"} | options), stdout=StringIO())


def test_a_project_without_an_author_wants_a_name(project, folder):
    with pytest.raises(CommandError, match="--as"):
        run(folder)

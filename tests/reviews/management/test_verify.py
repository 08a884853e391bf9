"""`verify_audit` and `verify_publications`: silent exit when all is well, one line for each thing that is not."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from studio.store import media_store
from tests.reviews.views.test_audit import case, forge  # noqa: F401 — a fixture
from tests.reviews.views.test_gallery import live, pending, withdrawn  # noqa: F401 — fixtures


def test_it_confirms_an_untouched_chain(case, capsys):  # noqa: F811
    call_command("verify_audit")
    assert capsys.readouterr().out.startswith("2 events, the chain holds.")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="drops SQLite's triggers")
def test_it_fails_for_a_changed_event(case):  # noqa: F811
    forge("actor", "user:999")
    with pytest.raises(CommandError, match="Event 1 does not follow"):
        call_command("verify_audit")


def test_it_confirms_public_bytes(live, capsys):  # noqa: F811
    call_command("verify_publications")
    assert "1 live, 0 others" in capsys.readouterr().out


def test_it_names_a_clip_with_one_byte_changed(live):  # noqa: F811
    path = media_store().public_path(live.uuid) / "clip.mp4"
    path.chmod(0o644)
    path.write_bytes(b"Approved bytes")
    with pytest.raises(CommandError, match=f"{live.uuid}: its public bytes differ"):
        call_command("verify_publications")


def test_it_names_a_clip_whose_file_is_missing(live):  # noqa: F811
    (media_store().public_path(live.uuid) / "clip.mp4").unlink()
    with pytest.raises(CommandError, match="its public file is missing"):
        call_command("verify_publications")


def test_it_names_files_left_behind_by_a_withdrawal(withdrawn):  # noqa: F811
    withdrawn.run_after = None
    withdrawn.save(update_fields=["run_after"])
    with pytest.raises(CommandError, match="its public files are still there"):
        call_command("verify_publications")

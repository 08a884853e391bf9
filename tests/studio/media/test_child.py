import os
import socket
import time

import pytest

from studio.media.child import ENTRY, ChildLimits, run_child, surroundings
from studio.media.errors import ChildFailed, IsolationMissing, UnreadableClip


@pytest.fixture
def ask(tmp_path):
    """Run one deed on a blob that says "hello"; the working folder is `tmp_path / "work"`."""
    (tmp_path / "work").mkdir()

    def ask(do, content="hello", **limits):
        (tmp_path / "blob").write_text(content)
        return run_child(
            "tests.studio.media.misbehaving",
            blob=tmp_path / "blob",
            request={"do": do},
            folder=tmp_path / "work",
            limits=ChildLimits(**limits),
        )

    return ask


def test_it_sees_no_environment_no_django_and_an_empty_folder_of_its_own(ask, tmp_path, monkeypatch):
    monkeypatch.setenv("DAILIES_SECRET_KEY", "do not tell")
    seen = ask("look_around")
    assert seen["blob"] == "hello"
    assert (seen["folder"], seen["entries"]) == (str(tmp_path / "work"), [])
    assert seen["environment"]["OPENBLAS_NUM_THREADS"] == "1"
    assert "do not tell" not in str(seen)
    assert "PATH" not in seen["environment"]
    assert seen["flags"] == [1, 1]
    assert seen["modules"] == []
    assert seen["session"]


def test_a_refusal_arrives_in_words(ask):
    with pytest.raises(UnreadableClip, match="shopping list"):
        ask("refuse")


@pytest.mark.parametrize(
    ("deed", "limits", "kind"),
    [
        ("crash", {}, "crashed"),
        ("blunder", {}, "crashed"),
        ("hang", {"wall_seconds": 1}, "timeout"),
        ("eat_memory", {}, "memory"),
        ("spin", {}, "cpu"),
        ("fill_disk", {"file_bytes": 1_000_000}, "crashed"),
        ("say_too_much", {"answer_bytes": 1_000_000}, "protocol"),
        ("answer_a_list", {}, "protocol"),
        ("leave", {}, "protocol"),
    ],
)
def test_each_bad_ending_has_its_kind_and_a_sentence(ask, deed, limits, kind):
    with pytest.raises(ChildFailed) as caught:
        ask(deed, **limits)
    assert caught.value.kind == kind
    assert caught.value.sentence.endswith(".")


def test_a_bug_keeps_its_last_words_for_the_log(ask):
    with pytest.raises(ChildFailed, match="a plain bug"):
        ask("blunder")


def test_prints_and_noise_do_not_spoil_the_answer(ask):
    assert ask("shout") == {"heard": True}


def test_the_whole_group_dies_with_a_child_that_took_too_long(ask, tmp_path):
    with pytest.raises(ChildFailed):
        ask("ignore_and_hang", wall_seconds=6)  # a busy machine needs time to start it
    grandchild = int((tmp_path / "work" / "grandchild").read_text())
    for _ in range(100):  # killed at once, but its state lingers until the init process has collected it
        if not is_running(grandchild):
            return
        time.sleep(0.05)
    pytest.fail("the grandchild lives on")


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_it_cannot_call_out_where_the_kernel_allows_isolation(ask, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        error = ask("call_out", content=str(server.getsockname()[1]))["error"]
    isolated = surroundings(tmp_path)["isolation"] == "network"
    assert (error != 0) == isolated


def test_mandatory_isolation_is_refused_by_name_when_there_is_none(ask, monkeypatch, tmp_path):
    entry = tmp_path / "entry.py"
    source = ENTRY.read_text().replace("libc.unshare(flags) == 0", "False")
    entry.write_text(source.replace("parents[2]", f"parents[0] / {str(ENTRY.parents[2])!r}"))
    monkeypatch.setattr("studio.media.child.ENTRY", entry)
    assert ask("look_around")["blob"] == "hello"
    with pytest.raises(IsolationMissing):
        ask("look_around", require_isolation=True)


def test_it_leaves_no_open_descriptors_behind(ask):
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        ask("look_around")
    assert len(os.listdir("/proc/self/fd")) == before

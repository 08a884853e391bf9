import hashlib
import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from studio.media.errors import BytesChanged, TooLarge
from studio.media.hashing import digest
from studio.media.storage import MediaStore

HELLO = hashlib.sha256(b"hello").hexdigest()
PUBLICATION = UUID("12345678-1234-5678-1234-567812345678")


@pytest.fixture
def store(tmp_path):
    return MediaStore(tmp_path / "media")


def adopted(store, content=b"hello"):
    return store.adopt(store.receive([content], 100))


def everything(store):
    return sorted(str(path.relative_to(store.root)) for path in store.root.rglob("*") if path.is_file())


def test_received_bytes_are_hashed_and_wait_in_tmp(store):
    received = store.receive([b"he", b"", b"llo"], 5)
    assert (received.sha256, received.size) == (HELLO, 5)
    assert received.path.parent == store.root / "tmp"
    assert received.path.read_bytes() == b"hello"


def test_adopted_bytes_lie_under_their_digest_and_nowhere_else(store):
    path = adopted(store)
    assert path == store.root / "private" / HELLO[:2] / HELLO == store.private_path(HELLO)
    assert everything(store) == [f"private/{HELLO[:2]}/{HELLO}"]
    assert digest(path) == HELLO


def test_originals_are_read_only(store):
    assert adopted(store).stat().st_mode & 0o222 == 0


def test_the_same_bytes_twice_are_one_file(store):
    assert adopted(store) == adopted(store)
    assert len(everything(store)) == 1


def test_too_many_bytes_leave_nothing_behind(store):
    with pytest.raises(TooLarge) as caught:
        store.receive([b"hel", b"lo"], 4)
    assert caught.value.max_bytes == 4
    assert everything(store) == []


def test_a_source_that_breaks_leaves_nothing_behind(store):
    def chunks():
        yield b"hel"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        store.receive(chunks(), 100)
    assert everything(store) == []


def test_refused_bytes_are_discarded(store):
    store.discard(store.receive([b"hello"], 100))
    assert everything(store) == []


@pytest.mark.parametrize("name", ["", "..", "../" + "a" * 61, HELLO.upper(), HELLO + "\n", HELLO[:-1], "/etc/passwd"])
def test_only_a_digest_becomes_a_path(store, name):
    with pytest.raises(ValueError, match="SHA-256"):
        store.private_path(name)
    with pytest.raises(ValueError, match="SHA-256"):
        store.derived_path(name, "proxy.mp4")


@pytest.mark.parametrize("name", ["..", ".hidden", "a/b.mp4", "proxy.mp4/", "proxy", "PROXY.MP4", "proxy.mp4\n", ""])
def test_only_a_plain_name_is_derived(store, name):
    with pytest.raises(ValueError, match="file name"):
        store.derived_path(HELLO, name)


def test_derived_files_move_in_and_may_be_made_again(store):
    for version in (b"one", b"two"):
        with store.workspace() as folder:
            (folder / "proxy.mp4").write_bytes(version)
            (folder / "frames.json").write_bytes(b"{}")
            store.put_derived(HELLO, folder)
    assert store.derived_path(HELLO, "proxy.mp4").read_bytes() == b"two"
    assert everything(store) == [f"derived/{HELLO}/frames.json", f"derived/{HELLO}/proxy.mp4"]
    assert list((store.root / "tmp").iterdir()) == []


def test_a_workspace_goes_even_when_its_user_failed(store):
    with pytest.raises(IsADirectoryError), store.workspace() as folder:
        folder.write_bytes(b"a folder is no file")
    assert list((store.root / "tmp").iterdir()) == []


def test_a_link_left_by_a_captured_child_is_not_taken(store, tmp_path):
    (tmp_path / "secret").write_text("key")
    with store.workspace() as folder:
        (folder / "a.json").write_text("{}")
        (folder / "poster.jpg").symlink_to(tmp_path / "secret")
        with pytest.raises(ValueError, match="not a plain file"):
            store.put_derived(HELLO, folder)
    assert everything(store) == []


def test_a_publication_is_a_verified_copy(store):
    original = adopted(store)
    public = store.publish(PUBLICATION, original, name="clip.mp4", sha256=HELLO)
    assert public == store.root / "public" / str(PUBLICATION) / "clip.mp4"
    assert public.read_bytes() == b"hello"
    assert public.stat().st_ino != original.stat().st_ino
    assert store.publish(PUBLICATION, original, name="clip.mp4", sha256=HELLO) == public


def test_changed_bytes_are_never_published(store, tmp_path):
    (tmp_path / "changed").write_bytes(b"hellp")
    with pytest.raises(BytesChanged):
        store.publish(PUBLICATION, tmp_path / "changed", name="clip.mp4", sha256=HELLO)
    assert everything(store) == []


def test_withdrawal_removes_every_public_copy_and_may_be_repeated(store):
    original = adopted(store)
    for name in ("clip.mp4", "poster.jpg"):
        store.publish(PUBLICATION, original, name=name, sha256=HELLO)
    store.withdraw(PUBLICATION)
    store.withdraw(PUBLICATION)
    assert everything(store) == [f"private/{HELLO[:2]}/{HELLO}"]
    assert not store.public_path(PUBLICATION).exists()


def test_the_janitor_takes_only_what_is_old(store):
    now = datetime(2026, 11, 23, tzinfo=UTC)
    old, young, folder = (store.root / "tmp" / name for name in ("in-old", "in-young", "work-old"))
    folder.mkdir()
    (folder / "half.mp4").write_bytes(b"x")
    for path, hours in ((old, 25), (young, 23), (folder, 25)):
        if path is not folder:
            path.write_bytes(b"x")
        moment = (now - timedelta(hours=hours)).timestamp()
        os.utime(path, (moment, moment))
    assert store.sweep_tmp(now=now) == 2
    assert [path.name for path in (store.root / "tmp").iterdir()] == ["in-young"]


GIB = 1024**3


@pytest.mark.parametrize(
    ("total", "free", "has_room"),
    [
        (20 * GIB, 3 * GIB, True),  # 15 % of a small disk
        (20 * GIB, 1 * GIB, False),  # 5 % of it
        (2000 * GIB, 6 * GIB, True),  # 0.3 % of a large disk, but 6 GiB
        (2000 * GIB, 4 * GIB, False),
    ],
)
def test_it_knows_whether_there_is_room(store, monkeypatch, total, free, has_room):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(total, total - free, free))
    assert store.has_room() is has_room


WRITER = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from studio.media.storage import MediaStore
store = MediaStore(Path(sys.argv[2]))
print("ready", flush=True)
number = 0
while True:
    number += 1
    store.adopt(store.receive((bytes([number % 251]) * 65536 for _ in range(1 + number % 16)), 10_000_000))
"""


def test_killed_at_any_moment_every_file_still_has_its_own_name(store):
    root = Path(__file__).resolve().parents[3]
    for round_number in range(10):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, root, store.root], stdout=subprocess.PIPE)
        with writer:
            writer.stdout.readline()
            with pytest.raises(subprocess.TimeoutExpired):
                writer.wait(timeout=0.01 + 0.007 * round_number)
            writer.send_signal(signal.SIGKILL)
    originals = [path for path in (store.root / "private").rglob("*") if path.is_file()]
    assert originals
    assert [path for path in originals if digest(path) != path.name] == []

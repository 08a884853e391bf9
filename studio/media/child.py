"""Runs one module on one blob in a fresh, limited process. Whatever the file does there, the worker goes on."""

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from studio.media.child_entry import OUT_OF_MEMORY
from studio.media.errors import ChildFailed, IsolationMissing, UnreadableClip

ENTRY = Path(__file__).with_name("child_entry.py")
ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",  # each of its threads would reserve address space that RLIMIT_AS counts
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",  # the same for the C library's arenas
    "LANG": "C.UTF-8",
}
MEMORY_WORDS = ("MemoryError", "malloc of size")
"""What Python and x264 say when an allocation fails outside the code that could catch it."""

LAST_WORDS = 2_000
"""Characters of the child's stderr that are kept for the log."""


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """What one child may use. `cpu_seconds` is the most a module may ask for; `tighten_cpu` lowers it in the child."""

    wall_seconds: float = 300.0
    cpu_seconds: int = 270
    memory_bytes: int = 1_500_000_000
    file_bytes: int = 2_000_000_000
    open_files: int = 64
    answer_bytes: int = 8_000_000
    require_isolation: bool = False

    def as_rlimits(self) -> dict[str, int]:
        """Names of the `resource` module without RLIMIT_."""
        return {
            "AS": self.memory_bytes,
            "CORE": 0,
            "FSIZE": self.file_bytes,
            "NOFILE": self.open_files,
            "CPU": self.cpu_seconds,
        }


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child ended: exit status (negative: signal), whether we killed it, and where its words are."""

    status: int
    timed_out: bool
    answer: IO[bytes]
    words: IO[bytes]


def run_child(
    module: str, *, blob: Path, request: Mapping[str, object], folder: Path, limits: ChildLimits | None = None
) -> dict[str, Any]:
    """Call `module.run(blob_file, request)` in the child and return its JSON object.

    `folder` must exist and is the child's working directory, the one place it is told to write to. Raises
    UnreadableClip when the module refused the file, ChildFailed when the child ended badly, IsolationMissing when
    the limits demand a child without network and the kernel has none to give.
    """
    limits = limits or ChildLimits()
    with tempfile.TemporaryFile() as question, tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as words:
        with blob.open("rb") as file:
            envelope = {
                "module": module,
                "blob": file.fileno(),
                "request": dict(request),
                "limits": limits.as_rlimits(),
                "require_isolation": limits.require_isolation,
                "parent": os.getpid(),
            }
            question.write(json.dumps(envelope).encode())
            question.seek(0)
            child = start(file.fileno(), folder, question, answer, words)
            timed_out = wait(child, limits.wall_seconds)
        return read_answer(Ending(child.returncode, timed_out, answer, words), limits)


def start(
    blob: int, folder: Path, question: IO[bytes], answer: IO[bytes], words: IO[bytes]
) -> "subprocess.Popen[bytes]":
    """Start the interpreter in a session of its own, with files, not pipes, so that neither side ever waits."""
    return subprocess.Popen(
        [sys.executable, "-I", "-B", str(ENTRY)],
        stdin=question,
        stdout=answer,
        stderr=words,
        cwd=folder,
        env=ENVIRONMENT,
        pass_fds=[blob],
        start_new_session=True,
    )


def wait(child: "subprocess.Popen[bytes]", seconds: float) -> bool:
    """Wait for the child, then end all of its group. True when it had to be killed for taking too long."""
    try:
        child.wait(timeout=seconds)
        return False
    except subprocess.TimeoutExpired:
        return True
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def read_answer(ending: Ending, limits: ChildLimits) -> dict[str, Any]:
    """The child's result, or the exception that says why there is none."""
    require_success(ending)
    ending.answer.seek(0)
    raw = ending.answer.read(limits.answer_bytes + 1)
    if len(raw) > limits.answer_bytes:
        raise ChildFailed("protocol", "the answer is too long")
    try:
        document = json.loads(raw)
    except ValueError as error:
        raise ChildFailed("protocol", str(error)) from error
    if not isinstance(document, dict):
        raise ChildFailed("protocol", "the answer is not an object")
    if isinstance(sentence := document.get("refused"), str):
        raise UnreadableClip(sentence)
    if isinstance(result := document.get("result"), dict):
        return result
    if limits.require_isolation and document.get("isolation") == "none":
        raise IsolationMissing("no network namespace can be made here")
    raise ChildFailed("protocol", "the answer has no result")


def require_success(ending: Ending) -> None:
    """Raise ChildFailed unless the child ended by itself with status 0."""
    detail = last_words(ending.words)
    if ending.timed_out:
        raise ChildFailed("timeout", detail)
    if ending.status == -signal.SIGXCPU:
        raise ChildFailed("cpu", detail)
    if ending.status == OUT_OF_MEMORY or any(word in detail for word in MEMORY_WORDS):
        raise ChildFailed("memory", detail)
    if ending.status != 0:
        raise ChildFailed("crashed", f"status {ending.status}: {detail}")


def last_words(words: IO[bytes]) -> str:
    """The end of the child's stderr."""
    size = words.seek(0, os.SEEK_END)
    words.seek(max(0, size - LAST_WORDS))
    return words.read().decode("utf-8", "replace").strip()


def tighten_cpu(seconds: float) -> None:
    """Child side: lower the CPU limit to what this clip's announced size deserves. Never raises it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if soft == resource.RLIM_INFINITY or seconds < soft:
        resource.setrlimit(resource.RLIMIT_CPU, (max(1, round(seconds)), hard))


def surroundings(folder: Path) -> dict[str, str]:
    """What a child here gets: `isolation` ("network": it has none; "none": nothing is kept from it) and `ffmpeg`."""
    return run_child("studio.media.isolation", blob=ENTRY, request={}, folder=folder)

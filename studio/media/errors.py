"""What can go wrong with bytes.

MediaError
├── UnreadableClip    the file is not one we take; `sentence` tells a person what it is and what to do
├── ChildFailed       the limited child process ended badly; `kind` says how
├── IsolationMissing  a child without network was demanded and the kernel does not allow it
├── TooLarge          more bytes came than one file may have
└── BytesChanged      a file does not hold the bytes its name, or an approval, promises
"""

from typing import Literal

FailureKind = Literal["crashed", "timeout", "memory", "cpu", "protocol"]

FAILURE_SENTENCES: dict[FailureKind, str] = {
    "crashed": "The decoder crashed on this file.",
    "timeout": "The file took too long to read and was given up.",
    "memory": "The file needs more memory than one clip may have.",
    "cpu": "The file needs more computing time than one clip may have.",
    "protocol": "The reader of this file gave no usable answer.",
}


class MediaError(Exception):
    """Base of all that `studio.media` raises on purpose."""


class UnreadableClip(MediaError):
    """The file was refused; `sentence` is plain English for the person who brought it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class ChildFailed(MediaError):
    """The child ended without an answer. `sentence` is for people, `detail` (its last words) for the log."""

    def __init__(self, kind: FailureKind, detail: str = "") -> None:
        self.kind = kind
        self.sentence = FAILURE_SENTENCES[kind]
        self.detail = detail
        super().__init__(f"{kind}: {detail}" if detail else kind)


class IsolationMissing(MediaError):
    """The caller demanded a child without network; this kernel or container allows no new network namespace."""


class TooLarge(MediaError):
    """More bytes were received than allowed; what had come was deleted."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.sentence = f"The file is larger than {max_bytes / 1e9:g} GB."
        super().__init__(self.sentence)


class BytesChanged(MediaError):
    """The SHA-256 of what was read is not the expected one."""

    def __init__(self, expected: str, found: str) -> None:
        self.expected, self.found = expected, found
        super().__init__(f"expected {expected}, found {found}")

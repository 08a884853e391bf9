"""SHA-256 of files: the name of every original, and what an approval is bound to."""

import hashlib
import re
from pathlib import Path

SHA256_NAME = re.compile(r"[0-9a-f]{64}")


def digest(path: Path) -> str:
    """SHA-256 of a file's bytes, 64 lower-case hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def require_sha256(name: str) -> str:
    """`name` itself. Raises ValueError when it is not a digest, so that nothing else ever becomes a path."""
    if not SHA256_NAME.fullmatch(name):
        raise ValueError(f"not a SHA-256 name: {name[:80]!r}")
    return name

"""How fingerprints are stored, for those who handle them without looking at pictures."""

VERSION = 1
"""Of how a fingerprint is taken. Those of another version are not compared with ours."""
HASH_BYTES = 32
Packed = bytes | memoryview
"""What a database hands back of a binary column: which of the two depends on its driver."""
TELLING_ABOVE = 49
"""Pictures up to this quality are too plain to be told from others (source: the reference of PDQ)."""


def telling_hashes(hashes: Packed, qualities: Packed) -> bytes:
    """Of packed hashes and their qualities, a byte each: the hashes of the pictures that tell something."""
    kept = (at * HASH_BYTES for at, quality in enumerate(qualities) if quality > TELLING_ABOVE)
    return b"".join(hashes[start : start + HASH_BYTES] for start in kept)

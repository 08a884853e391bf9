"""Drawing by lot, from digests that nobody can foretell or steer."""

_WHOLE = 2**64


def falls_within(digest: bytes, share: float) -> bool:
    """Whether `digest`, evenly spread bytes, lies in the first `share` (0 to 1) of all there are."""
    return int.from_bytes(digest[:8]) < share * _WHOLE

"""Whose signatures under content credentials this house trusts."""

from django.conf import settings


def trust_anchors() -> str:
    """PEM certificates; "" where the house trusts nobody: then every issuer is unknown. Raises OSError."""
    return settings.TRUST_ANCHORS.read_text(encoding="ascii") if settings.TRUST_ANCHORS else ""

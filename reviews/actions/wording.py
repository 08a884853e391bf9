"""The few words with which somebody explains what they do."""

from studio.errors import Invalid

LONGEST = 400
"""Characters."""


def required_reason(text: str, *, otherwise: str = "Say why, in a few words.") -> str:
    """What was written, trimmed. Raises Invalid with `otherwise` for nothing, and beyond LONGEST."""
    if not (said := short_note(text)):
        raise Invalid(otherwise)
    return said


def short_note(text: str) -> str:
    """The same where it may be left empty."""
    if len(said := text.strip()) > LONGEST:
        raise Invalid(f"Say it in at most {LONGEST} characters; this has {len(said)}.")
    return said

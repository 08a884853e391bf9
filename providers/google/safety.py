"""What Google's safety system says: eight-digit support codes in a sentence, and the category that each stands for.

Source: Google Cloud, Veo responsible-AI page, "safety filter code categories", read 2026-11-22.
"""

import re
from collections.abc import Mapping

CODE = re.compile(r"(?<!\d)\d{8}(?!\d)")
CATEGORIES: Mapping[str, str] = {
    **dict.fromkeys(("58061214", "17301594"), "child"),
    **dict.fromkeys(("29310472", "15236754"), "celebrity"),
    "62263041": "dangerous content",
    **dict.fromkeys(("57734940", "22137204"), "hate"),
    **dict.fromkeys(("74803281", "29578790", "42876398"), "other"),
    "39322892": "people or faces",
    "92201652": "personal information",
    **dict.fromkeys(("89371032", "49114662", "72817394"), "prohibited content"),
    **dict.fromkeys(("90789179", "63429089", "43188360"), "sexual"),
    "78610348": "toxic",
    **dict.fromkeys(("61493863", "56562880"), "violence"),
    "32635315": "vulgar",
}
SAFETY_WORDS = ("safety", "moderation", "prohibited", "responsible ai", "usage guidelines", "support code")


def categories(text: str) -> tuple[str, ...]:
    """The categories of all support codes in `text`, each once, in its order; an unknown code is "other"."""
    return tuple(dict.fromkeys(CATEGORIES.get(code, "other") for code in CODE.findall(text)))


def is_refusal(text: str) -> bool:
    """Whether an error's words are those of the safety system: a known code, or its usual phrases."""
    lower = text.lower()
    return any(code in CATEGORIES for code in CODE.findall(text)) or any(word in lower for word in SAFETY_WORDS)


def told(text: str) -> str:
    """The refusal for people: the categories first, then the words as they came."""
    found = categories(text)
    return f"Withheld for {', '.join(found)}. {text}" if found else text

"""The two request formats that an examiner may speak, and how their answers are read. Both are OpenAI's, which many
servers offer: `POST /moderations` (categories with scores) and `POST /chat/completions` (a question about pictures).
"""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from providers.answers import read_json
from providers.errors import BadAnswer
from providers.examiners.base import Remark, Subject
from providers.http import Answer

MODERATION_LABELS = {
    "violence": ("violence", "violence"),
    "violence/graphic": ("graphic_violence", "graphic violence"),
    "self-harm": ("self_harm", "self-harm"),
}
"""Categories that apply to pictures, and what we call them; `sexual` has an instrument of its own."""

QUESTION = (
    "You examine frames of one generated video clip, in order. Answer with one JSON object and nothing else: "
    '{"missing": [things of the list that no frame shows], "violence": {"score": 0 to 1, "picture": index}, '
    '"person": {"score": 0 to 1, "name": the real, named person a frame resembles or "", "picture": index}}. '
    "The list of things: "
)


def data_url(picture: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(picture).decode()


def moderation_body(model: str, picture: bytes) -> dict[str, Any]:
    return {"model": model, "input": [{"type": "image_url", "image_url": {"url": data_url(picture)}}]}


def chat_body(model: str, pictures: Sequence[bytes], things: Sequence[str]) -> dict[str, Any]:
    """The question with all pictures, in one message."""
    parts: list[dict[str, Any]] = [{"type": "text", "text": QUESTION + json.dumps(list(things), ensure_ascii=False)}]
    parts += [{"type": "image_url", "image_url": {"url": data_url(picture)}} for picture in pictures]
    return {
        "model": model,
        "messages": [{"role": "user", "content": parts}],
        "response_format": {"type": "json_object"},
        "temperature": 0,
    }


def read_moderation(answer: Answer, picture: int) -> Iterator[Remark]:
    """Every category that applies to pictures, with its score. Raises BadAnswer."""
    document = read_json(answer)
    try:
        scores = document["results"][0]["category_scores"]
        for category, (label, words) in MODERATION_LABELS.items():
            score = unit(scores[category])
            yield Remark(Subject.VIOLENCE, label, score, f"The examiner sees {words} ({score:.0%} sure).", picture)
    except (KeyError, IndexError, TypeError) as error:
        raise BadAnswer("The examiner's answer has no scores.") from error


def read_chat(answer: Answer, pictures: int) -> Iterator[Remark]:
    """What is missing, and what was seen. Raises BadAnswer for anything but the object that was asked for."""
    told = _object(answer)
    try:
        for thing in told["missing"]:
            words = f"The examiner does not see “{_short(thing)}”, which the prompt asked for."
            yield Remark(Subject.ADHERENCE, "not_shown", 1.0, words)
        violence, person = told["violence"], told["person"]
        sure = unit(violence["score"])
        words = f"The examiner sees violence ({sure:.0%} sure)."
        yield Remark(Subject.VIOLENCE, "violence", sure, words, index(violence, pictures))
        sure, name = unit(person["score"]), _short(person["name"])
        words = f"The examiner finds that a face resembles {name or 'a real person'} ({sure:.0%} sure)."
        yield Remark(Subject.LIKENESS, "resembles_person", sure, words, index(person, pictures))
    except (KeyError, TypeError) as error:
        raise BadAnswer("The examiner did not answer what it was asked.") from error


def _object(answer: Answer) -> Mapping[str, Any]:
    try:
        said = read_json(answer)["choices"][0]["message"]["content"]
        told = json.loads(said)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise BadAnswer("The examiner's answer is not the JSON it was asked for.") from error
    if not isinstance(told, dict):
        raise BadAnswer("The examiner's answer is not a JSON object.")
    return told


def unit(value: Any) -> float:
    """A score within 0-1. Raises TypeError for what is no number: no answer must not pass for a good one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(value)
    return min(1.0, max(0.0, float(value)))


def index(about: Mapping[str, Any], pictures: int) -> int | None:
    number = about.get("picture")
    return number if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < pictures else None


def _short(value: Any) -> str:
    return " ".join(str(value).split())[:80]

"""The double of an outside examiner. It sees by colour: much pure red is violence, and grey shows nothing of a list."""

import base64
import io
import json
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Pixels = NDArray[np.int16]
"""RGB (h, w, 3)."""
GREY_BELOW = 12.0
"""Mean spread of the colour channels, levels, under which nothing is recognised."""
BAD_KEY = {
    "error": {"message": "Incorrect API key provided.", "type": "invalid_request_error", "code": "invalid_api_key"}
}


def routes() -> list[Route]:
    return [
        Route("/moderations", moderations, methods=["POST"]),
        Route("/chat/completions", chat, methods=["POST"]),
    ]


async def moderations(request: Request) -> Response:
    if not has_key(request):
        return JSONResponse(BAD_KEY, 401)
    try:
        body = json.loads(await request.body())
        (part,) = body["input"]
        score = violence(picture_of(part))
    except (ValueError, KeyError, TypeError):
        return bad_request("input must be one picture as a data URL.")
    scores = {"violence": score, "violence/graphic": score / 2, "self-harm": 0.0, "sexual": 0.0}
    flags = {name: value > 0.5 for name, value in scores.items()}
    result = {"flagged": any(flags.values()), "categories": flags, "category_scores": scores}
    return JSONResponse({"id": "modr-sandbox", "model": body.get("model", ""), "results": [result]})


async def chat(request: Request) -> Response:
    if not has_key(request):
        return JSONResponse(BAD_KEY, 401)
    try:
        body = json.loads(await request.body())
        text, *parts = body["messages"][0]["content"]
        things = json.loads(text["text"].rpartition("The list of things: ")[2])
        pictures = [picture_of(part) for part in parts]
    except (ValueError, KeyError, TypeError, IndexError):
        return bad_request("messages must hold one question and its pictures.")
    told = {"missing": missing(things, pictures), "violence": worst(pictures), "person": {"score": 0.0, "name": ""}}
    message = {"role": "assistant", "content": json.dumps(told)}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    document = {"id": "chatcmpl-sandbox", "object": "chat.completion", "created": 0, "model": body.get("model", "")}
    return JSONResponse(document | {"choices": [choice]})


def has_key(request: Request) -> bool:
    return request.headers.get("Authorization", "").startswith("Bearer ")


def bad_request(message: str) -> Response:
    return JSONResponse({"error": {"message": message, "type": "invalid_request_error", "code": None}}, 400)


def picture_of(part: dict[str, dict[str, str]]) -> Pixels:
    """Raises ValueError for what is no picture."""
    raw = base64.b64decode(part["image_url"]["url"].partition(",")[2], validate=True)
    try:
        with Image.open(io.BytesIO(raw), formats=("JPEG", "PNG")) as image:
            return np.asarray(image.convert("RGB"), np.int16)
    except OSError as error:
        raise ValueError("no picture") from error


def violence(picture: Pixels) -> float:
    red, green, blue = (picture[..., channel] for channel in range(3))
    return min(1.0, 3 * float(np.mean((red > 150) & (green < 80) & (blue < 80))))


def worst(pictures: Sequence[Pixels]) -> dict[str, float]:
    scores = [violence(picture) for picture in pictures] or [0.0]
    return {"score": max(scores), "picture": scores.index(max(scores))}


def missing(things: list[str], pictures: Sequence[Pixels]) -> list[str]:
    """All of the list where no picture has any colour."""
    spreads = [float(np.mean(np.ptp(picture, axis=2))) for picture in pictures] or [0.0]
    return things if max(spreads) < GREY_BELOW else []

"""What the tests of Google's adapter share: an adapter over a pretended network, and answers in Google's words."""

import base64
import json
from decimal import Decimal

import httpx

from providers.accounts import Account
from providers.base import GenerationRequest, Operation, Reference, ReferenceRole
from providers.catalogue import models_of
from providers.google.adapter import INFOS, GoogleVideo

NOW = 1_795_000_000.0  # 2026-11-18
INFO = {info.slug: info for info in INFOS}
GEMINI = "https://gemini.example"
OPERATION = "models/veo-3.1-generate-preview/operations/abc"
PLATFORM = "projects/films/locations/us-central1/"
VERTEX_OPERATION = f"{PLATFORM}publishers/google/models/veo-3.1-generate-001/operations/abc"
FILE = "https://generativelanguage.googleapis.com/v1beta/files/abc123:download?alt=media"
PNG = b"\x89PNG still"
CLIP = b"\x00\x00\x00\x18ftypmp42 clip"


def adapter(respond=None, *, slug="google", base_url=GEMINI, options=None, clock=lambda: NOW, **secrets):
    handler = respond if callable(respond) else lambda request: respond
    client = httpx.AsyncClient(transport=httpx.MockTransport(handler))
    account = Account(slug, base_url, secrets or {"api_key": "the-key"}, options or {})
    return GoogleVideo(INFO[slug], account, models_of(slug), client=client, clock=clock)


class Recorder:
    """Answers every call alike, or in turn, and keeps what was asked."""

    def __init__(self, *answers):
        self.answers, self.requests = answers, []

    def __call__(self, request):
        self.requests.append(request)
        answer = self.answers[min(len(self.requests), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    @property
    def body(self):
        return json.loads(self.requests[-1].content)

    @property
    def url(self):
        return str(self.requests[-1].url)


def b64(content):
    return base64.b64encode(content).decode()


def fault(status, word, message="No.", details=(), **headers):
    body = {"error": {"code": status, "message": message, "status": word, "details": list(details)}}
    return httpx.Response(status, json=body, headers=headers)


def still(role, name="still.png", media_type="image/png"):
    return Reference(role, name, media_type, PNG)


def clip(remote_id="", seconds="8", size="1280x720", media_type="video/mp4"):
    return Reference(
        ReferenceRole.SOURCE, "clip.mp4", media_type, CLIP, remote_id=remote_id, seconds=Decimal(seconds), size=size
    )


def asked(model="veo-3.1-generate-preview", prompt="a boat", operation=Operation.TEXT_TO_VIDEO, **more):
    return GenerationRequest(model, prompt, operation, **more)

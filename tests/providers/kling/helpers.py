"""Answers as Kling's documentation prints them, and an adapter that gets them from a list."""

import io

import httpx
from PIL import Image

from providers.accounts import Account
from providers.base import GenerationRequest, Operation, Reference, ReferenceRole
from providers.catalogue import models_of
from providers.kling.adapter import INFOS, Kling

NOW = 1_763_800_000
BASE = "https://api-singapore.klingai.com"
CREATED_V1 = {
    "task_id": "8312",
    "task_status": "submitted",
    "task_info": {"external_task_id": "job-42"},
    "created_at": 1763800000000,
    "updated_at": 1763800000000,
}
DONE_V1 = {
    "task_id": "8312",
    "task_status": "succeed",
    "task_status_msg": "",
    "final_unit_deduction": "3.5",
    "task_info": {"external_task_id": "job-42"},
    "watermark_info": {"enabled": False},
    "created_at": 1763800000000,
    "updated_at": 1763800090000,
    "task_result": {
        "videos": [
            {
                "id": "a1",
                "url": "https://cdn.example/a1.mp4?sign=x",
                "watermark_url": "https://cdn.example/w.mp4?sign=y",
                "duration": "5.1",
            }
        ]
    },
}
CREATED_V2 = {
    "id": "91",
    "status": "submitted",
    "create_time": 1763800000000,
    "update_time": 1763800000000,
    "external_id": "job-42",
}
DONE_V2 = {
    "id": "91",
    "status": "succeeded",
    "message": "",
    "external_id": "job-42",
    "create_time": 1763800000000,
    "update_time": 1763800090000,
    "outputs": [{"type": "video", "url": "https://cdn.example/91.mp4?sign=x"}],
    "billing": [{"charge_type": "unit", "amount": "30"}],
}


def ok(data):
    return httpx.Response(200, json={"code": 0, "message": "SUCCEED", "request_id": "r", "data": data})


def refused(status, code, message="No."):
    return httpx.Response(status, json={"code": code, "message": message, "request_id": "r", "data": None})


class Far:
    """The far side: gives the answers in turn, the last one for ever, and keeps what it was sent."""

    def __init__(self, *answers):
        self.answers, self.seen = list(answers), []

    def __call__(self, request):
        self.seen.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def kling(far, *, secrets=None, base=BASE, now=NOW):
    client = httpx.AsyncClient(transport=httpx.MockTransport(far))
    account = Account("kling", base, secrets or {"api_key": "api-key-kling-1"})
    return Kling(INFOS[0], account, models_of("kling"), client=client, clock=lambda: now)


def png(width=1280, height=720):
    still = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(still, "PNG")
    return still.getvalue()


def still(role=ReferenceRole.FIRST_FRAME, **changes):
    fields = {"name": "still.png", "media_type": "image/png", "content": b"\x89PNG", "size": "1280x720"} | changes
    return Reference(role, **fields)


def take(remote_id="v1/text2video/8312/a1", **changes):
    fields = {"name": "take.mp4", "media_type": "video/mp4", "content": b"", "seconds": 5} | changes
    return Reference(ReferenceRole.SOURCE, remote_id=remote_id, **fields)


def asking(model="kling-v3", operation=Operation.TEXT_TO_VIDEO, *references, **changes):
    return GenerationRequest(model, "a boat", operation, references=references, **changes)

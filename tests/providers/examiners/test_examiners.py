"""Both protocols of an outside examiner, against the sandbox's double; and the double against the vendor's own SDK."""

import base64
import json

import cv2
import httpx
import numpy as np
import openai
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from providers.errors import AccessDenied, BadAnswer, ProviderUnavailable
from providers.examiners.adapters import EXAMINERS, Moderations, Vision
from providers.examiners.base import Connection, Subject
from providers.sandbox import examiner

URL = "http://sandbox/v1"
GREY, RED, GREEN = (90, 90, 90), (0, 0, 200), (60, 160, 60)


def jpeg(colour: tuple[int, int, int]) -> bytes:
    return cv2.imencode(".jpg", np.full((32, 32, 3), colour, np.uint8))[1].tobytes()


def double() -> httpx.ASGITransport:
    return httpx.ASGITransport(Starlette(routes=[Mount("/v1", routes=examiner.routes())]))


async def examine(kind, pictures, things=(), *, key="k" * 12, transport=None):
    async with httpx.AsyncClient(transport=transport or double()) as client:
        return await kind(Connection(URL, key, "some-model"), client).examine(pictures, things)


def scores(remarks):
    return {(each.label, each.picture): round(each.score, 2) for each in remarks}


async def test_moderation_gives_each_picture_its_scores():
    remarks = await examine(Moderations, [jpeg(GREEN), jpeg(RED)])
    assert scores(remarks) == {
        ("violence", 0): 0.0,
        ("graphic_violence", 0): 0.0,
        ("self_harm", 0): 0.0,
        ("violence", 1): 1.0,
        ("graphic_violence", 1): 0.5,
        ("self_harm", 1): 0.0,
    }
    assert next(each.words for each in remarks if each.score == 1) == "The examiner sees violence (100% sure)."


async def test_a_vision_model_says_what_is_missing_and_where_the_violence_is():
    remarks = await examine(Vision, [jpeg(GREY), jpeg(GREY)], ["red fox", "river"])
    missing = [each.words for each in remarks if each.subject is Subject.ADHERENCE]
    assert missing == [
        "The examiner does not see “red fox”, which the prompt asked for.",
        "The examiner does not see “river”, which the prompt asked for.",
    ]
    assert scores(await examine(Vision, [jpeg(GREEN), jpeg(RED)], ["red fox"])) == {
        ("violence", 1): 1.0,
        ("resembles_person", None): 0.0,
    }


@pytest.mark.parametrize("kind", EXAMINERS.values())
async def test_a_wrong_key_is_an_operators_matter(kind):
    with pytest.raises(AccessDenied, match="API key"):
        await examine(kind, [jpeg(RED)], key="")


@pytest.mark.parametrize("kind", EXAMINERS.values())
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"results": []}',
        b'{"results": [{"category_scores": {"violence": "high"}}]}',
        b'{"choices": [{"message": {"content": "I am sorry"}}]}',
        b'{"choices": [{"message": {"content": "[]"}}]}',
        b'{"choices": [{"message": {"content": "{\\"missing\\": []}"}}]}',
    ],
)
async def test_what_is_no_answer_is_not_taken_for_a_good_one(kind, body):
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=body))
    with pytest.raises(BadAnswer):
        await examine(kind, [jpeg(GREEN)], transport=transport)


async def test_a_server_in_trouble_may_be_asked_again():
    transport = httpx.MockTransport(lambda _: httpx.Response(503, json={}))
    with pytest.raises(ProviderUnavailable):
        await examine(Moderations, [jpeg(GREEN)], transport=transport)


async def test_scores_beyond_the_scale_and_pictures_that_do_not_exist_are_tamed():
    told = {"missing": [], "violence": {"score": 7, "picture": 99}, "person": {"score": -1, "name": "x" * 500}}
    answer = {"choices": [{"message": {"content": json.dumps(told)}}]}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=answer))
    violence, person = await examine(Vision, [jpeg(GREEN)], transport=transport)
    assert (violence.score, violence.picture, person.score, len(person.words) < 200) == (1.0, None, 0.0, True)


async def test_the_double_speaks_the_vendors_own_protocol():
    address = "data:image/jpeg;base64," + base64.b64encode(jpeg(RED)).decode()
    part = {"type": "image_url", "image_url": {"url": address}}
    async with httpx.AsyncClient(transport=double()) as client:
        sdk = openai.AsyncOpenAI(api_key="k" * 12, base_url=URL, http_client=client, max_retries=0)
        moderated = await sdk.moderations.create(model="omni-moderation-latest", input=[part])
        assert (moderated.results[0].flagged, moderated.results[0].category_scores.violence) == (True, 1.0)
        question = {"type": "text", "text": 'The list of things: ["fox"]'}
        message = {"role": "user", "content": [question, part]}
        told = await sdk.chat.completions.create(model="some-model", messages=[message])
        assert json.loads(told.choices[0].message.content)["violence"]["score"] == 1.0
        with pytest.raises(openai.BadRequestError):
            await sdk.moderations.create(model="omni-moderation-latest", input="words")

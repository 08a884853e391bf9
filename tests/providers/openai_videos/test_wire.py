"""What a hostile or broken provider may put into an answer, and what becomes of it."""

import json

import httpx
import pytest

from providers.answers import DEEPEST, read_json, retry_after_seconds
from providers.errors import BadAnswer
from providers.http import Answer
from providers.openai_videos import wire

NO_HEADERS = httpx.Headers()


def read(body: str):
    return wire.read_video(read_json(Answer(200, NO_HEADERS, body.encode())), NO_HEADERS)


def test_text_that_no_database_can_hold_is_made_harmless():
    job = read(r'{"id": "a", "status": "failed", "error": {"message": "half \ud800 and nul \u0000 end"}}')
    assert job.error == "half \ufffd and nul \ufffd end"
    assert job.raw["error"]["message"] == job.error


def test_a_whole_character_of_two_halves_stays():
    assert read(r'{"id": "a", "status": "failed", "error": {"message": "\ud83d\ude00"}}').error == "\U0001f600"


@pytest.mark.parametrize("number", ["Infinity", "-Infinity", "NaN", "1e999"])
def test_numbers_that_are_none_are_left_out(number):
    job = read(f'{{"id": "a", "status": "in_progress", "progress": {number}, "created_at": {number}}}')
    assert (job.progress, job.created_at) == (None, None)
    assert json.dumps(job.raw, allow_nan=False)


def test_an_abyss_of_brackets_is_cut_off():
    job = read('{"id": "a", "deep": ' + "[" * 400 + "]" * 400 + "}")
    assert json.dumps(job.raw).count("[") == DEEPEST - 1


@pytest.mark.parametrize("remote_id", ["", "a" * 401])
def test_an_id_that_cannot_be_kept_is_a_bad_answer(remote_id):
    with pytest.raises(BadAnswer):
        read(json.dumps({"id": remote_id}))


@pytest.mark.parametrize(
    "headers",
    [
        {"retry-after": "999999999"},
        {"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"},
        {"retry-after-ms": "999999999"},
    ],
)
def test_nobody_makes_us_wait_for_years(headers):
    assert retry_after_seconds(httpx.Headers(headers)) == 600.0


def test_the_next_look_is_within_minutes_whatever_the_provider_says():
    job = wire.read_video({"id": "a"}, httpx.Headers({"openai-poll-after-ms": "999999999"}))
    assert job.poll_after_seconds == 600.0

"""Whatever JSON comes back, it is read, or it is a bad answer: nothing else leaves the readers, and all can be kept."""

import json

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.errors import BadAnswer, BadSignature, ProviderError
from providers.google import faults, webhooks
from providers.google.adapter import READERS
from providers.google.media import read_document
from providers.http import Answer
from tests.providers.google.helpers import FILE, OPERATION, VERTEX_OPERATION

WORDS = (
    *("name", "id", "done", "error", "response", "videos", "generateVideoResponse", "generatedSamples", "video", "uri"),
    *("encodedVideo", "bytesBase64Encoded", "mimeType", "raiMediaFilteredCount", "raiMediaFilteredReasons", "status"),
    *("steps", "type", "content", "data", "usage", "total_output_tokens", "errors", "code", "message", "labels"),
    *("dailies_call", "created", "details", "retryDelay", "reason"),
)
TEXTS = ("", "int_1", OPERATION, VERTEX_OPERATION, FILE, "completed", "failed", "model_output", "video", "34s", "AAAA")
leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(TEXTS), st.text(max_size=20))
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=6),
    max_leaves=25,
)
answers = st.dictionaries(st.sampled_from(WORDS), values, max_size=8).map(
    lambda fields: {"name": OPERATION, "id": "int_1", "done": True, "status": "completed"} | fields
)


def answer_of(document, status=200):
    return Answer(status, httpx.Headers(), json.dumps(document).encode())


@settings(max_examples=300, deadline=None, derandomize=True)
@given(answers, st.sampled_from(sorted(READERS)))
def test_every_reader_makes_a_snapshot_or_a_bad_answer_of_anything(document, dialect):
    try:
        snapshot = READERS[dialect](read_document(answer_of(document)))
    except BadAnswer:
        return
    assert 0 < len(snapshot.remote_id) <= 400
    assert json.dumps(snapshot.raw, allow_nan=False)
    assert "\x00" not in snapshot.refusal + snapshot.error + snapshot.code + "".join(snapshot.warnings)
    assert all(asset.url or asset.inline is not None for asset in snapshot.assets)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(values, st.integers(100, 599))
def test_every_error_answer_is_an_error_of_the_tree(error, status):
    for read in (faults.error_of, faults.creation_error_of, faults.continuation_error_of):
        assert isinstance(read(answer_of({"error": error}, status)), ProviderError)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(values)
def test_every_event_is_a_hint_or_a_bad_answer(event):
    try:
        hint = webhooks.read_hint("evt_1", json.dumps(event).encode())
    except (BadAnswer, BadSignature):
        return
    assert hint.remote_id

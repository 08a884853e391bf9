"""The rest of OpenAI Videos by its official client: edits, extensions, characters, webhooks; and vanishing."""

import io
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import av
import httpx
import openai
import pytest

SMALL = {"model": "sandbox-1", "size": "64x36", "seconds": "1"}
SECRET = "whsec_c2VjcmV0IG9mIHRoZSB0ZXN0cw=="  # "secret of the tests"


@pytest.fixture
def client(sandbox):
    with openai.OpenAI(base_url=sandbox.base_url, api_key="any-key", max_retries=0) as client:
        yield client


@pytest.fixture
def wire(sandbox):
    with httpx.Client(base_url=sandbox.base_url, headers={"Authorization": "Bearer any-key"}) as wire:
        yield wire


@pytest.fixture
def take(client):
    return client.videos.poll(client.videos.create(prompt="A boat on the sea", **SMALL).id)


@pytest.fixture
def clip(client, take):
    return client.videos.download_content(take.id).read()


def frames_of(content: bytes) -> int:
    with av.open(io.BytesIO(content)) as container:
        return sum(1 for _ in container.decode(video=0))


def cost_of(sandbox, job_id: str) -> str:
    return next(job["cost_usd"] for job in sandbox.ledger() if job["id"] == job_id)


@pytest.mark.full_size
def test_an_uploaded_clip_is_edited_at_its_own_size_and_length(client, clip, sandbox):
    edit = client.videos.edit(
        prompt="Make it night", video=("take.mp4", clip, "video/mp4"), extra_body={"model": "sandbox-1"}
    )
    assert (edit.size, edit.seconds, edit.model) == ("64x36", "1", "sandbox-1")
    assert client.videos.poll(edit.id).status == "completed"
    assert frames_of(client.videos.download_content(edit.id).read()) == 24
    assert cost_of(sandbox, edit.id) == "0.0100"


def test_a_take_is_edited_by_its_id(wire, take):
    edit = wire.post("/videos/edits", json={"prompt": "Make it night", "video": {"id": take.id}}).json()
    assert (edit["size"], edit["seconds"], edit["remixed_from_video_id"]) == ("64x36", "1", take.id)


@pytest.mark.full_size
def test_an_extended_clip_holds_its_source_and_only_what_is_added_is_charged(client, wire, take, sandbox):
    fields = {"prompt": "It sails on", "seconds": "2", "video": {"id": take.id}}
    longer = wire.post("/videos/extensions", json=fields).json()
    assert longer["seconds"] == "3"
    assert cost_of(sandbox, longer["id"]) == "0.0200"
    assert client.videos.poll(longer["id"]).status == "completed"
    assert frames_of(client.videos.download_content(longer["id"]).read()) == 72


def test_the_official_client_extends_a_file(client, clip):
    longer = client.videos.extend(
        prompt="It sails on", seconds="4", video=("take.mp4", clip, "video/mp4"), extra_body={"model": "sandbox-1"}
    )
    assert longer.seconds == "5"


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/videos/edits", {"prompt": "x"}),
        ("/videos/edits", {"prompt": "x", "video": {}}),
        ("/videos/edits", {"video": {"id": "video_nobody"}}),
        ("/videos/extensions", {"prompt": "x", "seconds": "21"}),
        ("/videos/extensions", {"prompt": "x", "seconds": "0"}),
        ("/videos/extensions", {"prompt": "x", "seconds": "long"}),
    ],
)
def test_what_cannot_be_edited_or_extended_is_refused_and_free(wire, take, sandbox, path, fields):
    before = len(sandbox.ledger())
    body = {"video": {"id": take.id}, **fields} if path.endswith("extensions") else fields
    assert wire.post(path, json=body).status_code in (400, 404)
    assert len(sandbox.ledger()) == before


def test_an_unfinished_take_cannot_be_edited(client, wire):
    stuck = client.videos.create(prompt="x [sandbox:stuck]", **SMALL)
    answer = wire.post("/videos/edits", json={"prompt": "x", "video": {"id": stuck.id}})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "video_not_ready")


def test_a_file_that_is_no_clip_is_refused(client):
    with pytest.raises(openai.BadRequestError, match="MP4"):
        client.videos.edit(prompt="x", video=("take.mp4", b"not a clip", "video/mp4"))


def test_a_character_is_made_from_a_clip_and_named_in_a_job(client, wire, clip):
    character = client.videos.create_character(name="Ada", video=("ada.mp4", clip, "video/mp4"))
    assert client.videos.get_character(character.id).name == "Ada"
    body = {"prompt": "Ada waves", "characters": [{"id": character.id}], **SMALL}
    assert wire.post("/videos", json=body).status_code == 200
    for odd in ([], [{"id": "char_nobody"}], [{"id": character.id}] * 3, "Ada"):
        assert wire.post("/videos", json={**body, "characters": odd}).status_code == 400
    with pytest.raises(openai.NotFoundError):
        client.videos.get_character("char_nobody")


def test_a_remix_can_go_wrong_like_any_other_job(client, take):
    with pytest.raises(openai.BadRequestError, match="moderation"):
        client.videos.remix(take.id, prompt="x [sandbox:refuse-input]")


@contextmanager
def listening(sandbox):
    """A house that takes webhooks, registered at the sandbox."""
    heard, arrived = [], threading.Condition()

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            with arrived:
                heard.append((dict(self.headers), body))
                arrived.notify_all()
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Ear)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    register = {"protocol": "openai_videos", "url": f"http://127.0.0.1:{server.server_port}/hook", "secret": SECRET}
    httpx.post(f"{sandbox.url}/_sandbox/webhooks", json=register).raise_for_status()

    def wait_for(count):
        with arrived:
            assert arrived.wait_for(lambda: len(heard) >= count, timeout=20), heard
        return heard

    try:
        yield wait_for
    finally:
        httpx.post(f"{sandbox.url}/_sandbox/webhooks", json=register | {"url": ""}).raise_for_status()
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(("words", "kind"), [("", "video.completed"), ("[sandbox:fail]", "video.failed")])
def test_the_official_client_trusts_the_webhook(client, sandbox, words, kind):
    with listening(sandbox) as wait_for:
        video = client.videos.create(prompt=f"Call me {words}", **SMALL)
        headers, body = wait_for(1)[0]
    event = client.webhooks.unwrap(body, headers, secret=SECRET)
    assert (event.type, event.data.id) == (kind, video.id)
    with pytest.raises(openai.InvalidWebhookSignatureError):
        client.webhooks.unwrap(body + b" ", headers, secret=SECRET)


def test_a_forged_webhook_comes_first_and_is_found_out(client, sandbox):
    with listening(sandbox) as wait_for:
        client.videos.create(prompt="Call me [sandbox:callback-forged]", **SMALL)
        (forged_headers, forged), (headers, body) = wait_for(2)[:2]
    assert forged == body
    with pytest.raises(openai.InvalidWebhookSignatureError):
        client.webhooks.unwrap(forged, forged_headers, secret=SECRET)
    assert client.webhooks.unwrap(body, headers, secret=SECRET).type == "video.completed"


def vanish(sandbox, **fields):
    return httpx.post(f"{sandbox.url}/_sandbox/vanish", json={"protocol": "openai_videos", **fields})


def test_a_provider_can_vanish_and_come_back_with_its_jobs(client, sandbox, take):
    assert vanish(sandbox, gone=True).json() == {"gone": ["openai_videos"]}
    try:
        with pytest.raises(openai.APIConnectionError):
            client.videos.retrieve(take.id)
        vanish(sandbox, gone=True, way="not_found")
        with pytest.raises(openai.NotFoundError):
            client.videos.retrieve(take.id)
        assert take.id in [job["id"] for job in sandbox.ledger()]  # the ledger stays to be read
    finally:
        assert vanish(sandbox, gone=False).json() == {"gone": []}
    assert client.videos.retrieve(take.id).id == take.id


@pytest.mark.parametrize("odd", [{"protocol": "tea"}, {"way": "tea"}, {"protocol": None}])
def test_only_what_is_there_can_vanish(sandbox, odd):
    assert vanish(sandbox, **odd).status_code == 400

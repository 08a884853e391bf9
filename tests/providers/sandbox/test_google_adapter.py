"""Our adapter against the sandbox's Google, side by side with what the ledger says."""

import asyncio
import io
import json
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import av
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from google import genai
from google.genai import types
from PIL import Image

from providers import errors
from providers.accounts import Account
from providers.base import Asset, GenerationRequest, JobState, Operation, Reference, ReferenceRole
from providers.registry import adapter_for
from providers.sandbox.google_webhooks import WEBHOOK_SECRET

OMNI = {"model": "gemini-omni-1.2-flash", "size": "640x360", "seconds": 3}
VEO = {"model": "veo-2.0-generate-001", "seconds": 5}
VERTEX = {"model": "veo-3.1-lite-generate-001", "seconds": 4}


def account(sandbox, slug="google", **secrets):
    base_url = f"{sandbox.url}/google"
    kept = secrets or {"api_key": "any-key", "webhook_secret": WEBHOOK_SECRET}
    return Account(slug, base_url, kept, {"project": "films", "location": "us-central1"})


@pytest.fixture
async def google(sandbox):
    adapter = adapter_for(account(sandbox), allow_hosts=[sandbox.host])
    yield adapter
    await adapter.aclose()


@pytest.fixture
async def vertex(sandbox):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file = {
        "client_email": "dailies@films.example",
        "private_key": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        "token_uri": f"{sandbox.url}/google/token",
    }
    adapter = adapter_for(account(sandbox, "vertex", service_account=json.dumps(file)), allow_hosts=[sandbox.host])
    yield adapter
    await adapter.aclose()


async def finished(adapter, remote_id):
    for _ in range(2400):
        snapshot = await adapter.fetch(remote_id)
        if snapshot.state.is_terminal:
            return snapshot
        await asyncio.sleep(0.05)
    raise AssertionError("the job never ended")


async def made(adapter, **fields):
    submitted = await adapter.submit(GenerationRequest(**fields), fields["prompt"][:30])
    return await finished(adapter, submitted.remote_id)


async def content(adapter, asset):
    return b"".join([chunk async for chunk in adapter.download(asset)])


def facts(clip):
    with av.open(io.BytesIO(clip)) as container:
        stream = container.streams.video[0]
        frames = sum(1 for _ in container.decode(video=0))
        return stream.width, stream.height, frames, bool(container.streams.audio)


def still(role, width=64, height=36):
    picture = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(picture, "PNG")
    return Reference(role, "still.png", "image/png", picture.getvalue())


def entry(sandbox, prompt):
    return next(job for job in sandbox.ledger() if job["prompt"] == prompt)


@pytest.mark.full_size
async def test_omni_is_made_downloaded_remixed_and_extended_and_costs_what_the_ledger_says(google, sandbox):
    first = await made(google, prompt="a heron", seed=4, **OMNI)
    (asset,) = first.assets
    assert facts(await content(google, asset)) == (640, 360, 72, True)
    assert (first.client_id, str(first.cost)) == ("a heron", entry(sandbox, "a heron")["cost_usd"])
    source = Reference(
        *(ReferenceRole.SOURCE, "take.mp4", "video/mp4", b""),
        remote_id=asset.remote_id,
        seconds=Decimal(3),
        size="640x360",
    )
    remix = await made(google, prompt="a crane", operation=Operation.REMIX, references=(source,), **OMNI)
    assert facts(await content(google, remix.assets[0])) == (640, 360, 72, True)
    longer = await made(google, prompt="flies off", operation=Operation.EXTEND, references=(source,), **OMNI)
    assert facts(await content(google, longer.assets[0])) == (640, 360, 144, True)


@pytest.mark.full_size
async def test_omni_edits_a_clip_that_it_did_not_make_and_looks_at_stills(google):
    clip = await content(google, (await made(google, prompt="a gull", **OMNI)).assets[0])
    source = Reference(ReferenceRole.SOURCE, "own.mp4", "video/mp4", clip, seconds=Decimal(3), size="640x360")
    edited = await made(google, prompt="in snow", operation=Operation.EDIT, references=(source,), **OMNI)
    assert facts(await content(google, edited.assets[0]))[:3] == (640, 360, 72)
    references = (still(ReferenceRole.REFERENCE),) * 2
    guided = {"operation": Operation.REFERENCE_TO_VIDEO, "references": references}
    assert (await made(google, prompt="like these", **guided, **OMNI)).state is JobState.SUCCEEDED


async def test_veo_keeps_one_of_two_clips_back_and_delivers_the_other(google):
    snapshot = await made(google, prompt="x [sandbox:withheld]", samples=2, **VEO)
    assert (snapshot.state, snapshot.withheld, len(snapshot.clips)) == (JobState.SUCCEEDED, 1, 1)
    assert facts(await content(google, snapshot.assets[0])) == (128, 72, 20, False)  # a sketch of 1280x720 for 5 s
    assert "celebrity" in snapshot.warnings[0]


async def test_a_service_account_mints_its_token_and_vertex_hands_over_the_clip(vertex, sandbox):
    snapshot = await made(vertex, prompt="a tram", seed=12, audio=False, **VERTEX)
    assert snapshot.remote_id.startswith("projects/films/locations/us-central1/publishers/google/models/")
    assert facts(await content(vertex, snapshot.assets[0])) == (128, 72, 16, False)  # a sketch of 1280x720 for 4 s
    again = Asset(snapshot.assets[0].remote_id)
    assert await content(vertex, again) == snapshot.assets[0].inline
    assert (entry(sandbox, "a tram")["seed"], entry(sandbox, "a tram")["client_id"]) == (12, "a tram")
    assert (await vertex.health()).is_well


async def test_both_frames_a_mask_and_omni_reach_vertex(vertex):
    frames = (still(ReferenceRole.FIRST_FRAME), still(ReferenceRole.LAST_FRAME))
    both = GenerationRequest(
        prompt="x [sandbox:refuse]", operation=Operation.FIRST_LAST_FRAME, references=frames, **VERTEX
    )
    assert (await finished(vertex, (await vertex.submit(both, "k")).remote_id)).state is JobState.REFUSED
    omni = await made(vertex, prompt="a moth", **{**OMNI, "model": "vertex-gemini-omni-1.2-flash"})
    assert omni.assets[0].inline is not None
    source = Reference(ReferenceRole.SOURCE, "own.mp4", "video/mp4", omni.assets[0].inline, seconds=Decimal(3))
    masked = GenerationRequest(
        "vertex-veo-2.0-generate-001",
        "x [sandbox:refuse]",
        Operation.INPAINT,
        references=(source, still(ReferenceRole.MASK)),
    )
    assert (await finished(vertex, (await vertex.submit(masked, "k")).remote_id)).state is JobState.REFUSED


@pytest.mark.parametrize("fields", [OMNI, VEO], ids=["interactions", "gemini_lro"])
@pytest.mark.parametrize(
    ("scenario", "error"),
    [
        ("refuse-input", errors.ProviderRefused),
        ("429", errors.RateLimited),
        ("full", errors.RateLimited),
        ("quota", errors.QuotaExhausted),
        ("retired", errors.ProviderRetired),
        ("lost", errors.AnswerLost),
        ("broken-answer", errors.AnswerLost),
    ],
)
async def test_what_a_create_call_comes_to(google, sandbox, fields, scenario, error):
    prompt = f"{fields['model']} [sandbox:{scenario},refuse]"
    with pytest.raises(errors.ProviderError) as caught:
        await google.submit(GenerationRequest(prompt=prompt, **fields), "call-1")
    assert type(caught.value) is error
    if error is errors.RateLimited:
        assert caught.value.retry_after_seconds == 0.2
    charged = [job for job in sandbox.ledger() if job["prompt"] == prompt]
    assert len(charged) == (error is errors.AnswerLost)


@pytest.mark.parametrize("fields", [OMNI, VEO], ids=["interactions", "gemini_lro"])
@pytest.mark.parametrize(("scenario", "state"), [("fail", JobState.FAILED), ("refuse", JobState.REFUSED)])
async def test_how_a_job_may_end(google, fields, scenario, state):
    snapshot = await made(google, prompt=f"x [sandbox:{scenario}]", **fields)
    assert snapshot.state is state
    assert bool(snapshot.refusal) is (state is JobState.REFUSED)


async def test_lies_about_a_finished_job_are_seen_through(google):
    with pytest.raises(errors.BadAnswer, match="another job"):
        await made(google, prompt="x [sandbox:other-job]", **OMNI)
    assert (await made(google, prompt="x [sandbox:no-file]", **OMNI)).assets == ()
    assert await content(google, (await made(google, prompt="x [sandbox:empty]", **OMNI)).assets[0]) == b""
    with pytest.raises(errors.ProviderUnavailable):
        await content(google, (await made(google, prompt="x [sandbox:truncated]", **OMNI)).assets[0])
    with pytest.raises(errors.NotFound):
        await content(google, (await made(google, prompt="x [sandbox:expired]", **OMNI)).assets[0])


async def test_garbage_and_odd_words_are_not_the_end_and_a_locked_job_is_told(google):
    submitted = await google.submit(GenerationRequest(prompt="x [sandbox:garbage,odd-status]", **OMNI), "k")
    seen = []
    for _ in range(2):
        with pytest.raises((errors.ProviderUnavailable, errors.BadAnswer)) as caught:
            await google.fetch(submitted.remote_id)
        seen.append(type(caught.value))
    assert seen == [errors.ProviderUnavailable, errors.BadAnswer]
    assert (await finished(google, submitted.remote_id)).state is JobState.SUCCEEDED
    locked = await google.submit(GenerationRequest(prompt="x [sandbox:unreadable]", **OMNI), "k")
    with pytest.raises(errors.AccessDenied):
        await google.fetch(locked.remote_id)


async def test_a_link_of_two_seconds_is_fresh_when_asked_again(google):
    snapshot = await made(google, prompt="x [sandbox:short-link]", **OMNI)
    await asyncio.sleep(2.1)
    with pytest.raises(errors.NotFound):
        await content(google, snapshot.assets[0])
    fresh = await google.fetch(snapshot.remote_id)
    assert facts(await content(google, fresh.assets[0]))[2] == 12  # a sketch of three seconds


async def test_a_cancelled_interaction_is_cancelled_or_late(google):
    for scenario, state in (("stuck", JobState.CANCELLED), ("late", JobState.SUCCEEDED)):
        submitted = await google.submit(GenerationRequest(prompt=f"x [sandbox:{scenario}]", **OMNI), "k")
        await google.cancel(submitted.remote_id)
        await google.cancel(submitted.remote_id)
        assert (await finished(google, submitted.remote_id)).state is state


class Listener:
    """Takes down what it is sent."""

    def __enter__(self):
        self.messages = messages = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                messages.append((dict(self.headers), body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/hook"

    async def heard(self, count):
        for _ in range(1200):
            if len(self.messages) >= count:
                return self.messages
            await asyncio.sleep(0.05)
        raise AssertionError(f"heard {len(self.messages)} of {count} messages")


async def test_it_calls_back_signed_twice_and_forged_as_asked(google):
    with Listener() as listener:
        words = "x [sandbox:refuse,callback-twice,callback-forged]"
        request = GenerationRequest(prompt=words, callback_url=listener.url, **OMNI)
        submitted = await google.submit(request, "k")
        forged, *genuine = await listener.heard(3)
        with pytest.raises(errors.BadSignature):
            google.parse_webhook(*forged)
        hints = [google.parse_webhook(*message) for message in genuine]
    assert [(hint.kind, hint.remote_id) for hint in hints] == [("interaction.failed", submitted.remote_id)] * 2
    assert hints[0].event_id == hints[1].event_id


async def test_an_operation_calls_back_when_its_video_is_generated(google):
    with Listener() as listener:
        request = GenerationRequest(prompt="x [sandbox:no-file]", callback_url=listener.url, **VEO)
        submitted = await google.submit(request, "k")
        (message,) = await listener.heard(1)
        hint = google.parse_webhook(*message)
    assert (hint.kind, hint.remote_id) == ("video.generated", submitted.remote_id)


async def test_a_registered_webhook_is_told_with_a_secret_of_its_own(sandbox, google):
    options = types.HttpOptions(base_url=f"{sandbox.url}/google")
    with Listener() as listener, genai.Client(api_key="any-key", http_options=options) as client:
        hook = client.webhooks.create(subscribed_events=["interaction.failed"], uri=listener.url, name="dailies")
        assert hook.new_signing_secret.startswith("whsec_")
        assert [one.uri for one in client.webhooks.list().webhooks] == [listener.url]
        submitted = await google.submit(GenerationRequest(prompt="x [sandbox:refuse]", **OMNI), "k")
        (message,) = await listener.heard(1)
        own = adapter_for(account(sandbox, api_key="any-key", webhook_secret=hook.new_signing_secret))
        assert own.parse_webhook(*message).remote_id == submitted.remote_id
        with pytest.raises(errors.BadSignature):
            google.parse_webhook(*message)
        assert client.webhooks.rotate_signing_secret(id=hook.id).secret != hook.new_signing_secret
        assert client.webhooks.update(id=hook.id, name="other").name == "other"
        client.webhooks.ping(id=hook.id)
        client.webhooks.delete(id=hook.id)
        with pytest.raises(Exception, match="not found"):
            client.webhooks.get(id=hook.id)
        await own.aclose()

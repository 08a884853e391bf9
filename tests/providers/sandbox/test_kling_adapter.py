"""Our adapter against the sandbox's Kling, with callbacks that arrive at a server of the test's own."""

import asyncio
import io
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import av
import pytest
from PIL import Image

from providers.accounts import Account
from providers.base import CameraMove, GenerationRequest, JobState, Operation, Reference, ReferenceRole
from providers.errors import (
    AccessDenied,
    AnswerLost,
    BadAnswer,
    InvalidRequest,
    NotFound,
    ProviderRefused,
    ProviderRetired,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
)
from providers.registry import adapter_for
from providers.sandbox.kling_keys import ACCESS_KEY, SECRET_KEY

SMALL = "[sandbox:size,length]"
ONE_KEY = {"api_key": "api-key-kling-sandbox"}
PAIR = {"access_key": ACCESS_KEY, "secret_key": SECRET_KEY}


def account(sandbox, secrets):
    return adapter_for(Account("kling", f"{sandbox.url}/kling", secrets), allow_hosts=[sandbox.host])


@pytest.fixture
async def adapter(sandbox):
    adapter = account(sandbox, ONE_KEY)
    yield adapter
    await adapter.aclose()


@pytest.fixture
def inbox():
    """A server on this machine that keeps the bodies it is sent, by path."""
    received = []

    class Inbox(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Inbox)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", received
    server.shutdown()
    thread.join()
    server.server_close()


def asking(prompt="a boat", model="kling-v3", operation=Operation.TEXT_TO_VIDEO, **fields):
    least = 5 if model in ("kling-v1", "kling-v1-6") else 3
    defaults = {"seconds": least, "audio": None if model.startswith(("kling-v1", "kling-o1")) else False}
    return GenerationRequest(model, f"{prompt} {SMALL}", operation, **defaults | fields)


async def ended(adapter, remote_id):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        snapshot = await adapter.fetch(remote_id)
        if snapshot.state.is_terminal:
            return snapshot
        await asyncio.sleep(0.1)
    raise AssertionError("the task never ended")


async def made(adapter, request):
    assert adapter.validate(request) == []
    return await ended(adapter, (await adapter.submit(request, str(uuid4()))).remote_id)


async def file_of(adapter, asset):
    return b"".join([chunk async for chunk in adapter.download(asset)])


def picture():
    still = io.BytesIO()
    Image.new("RGB", (640, 360), "teal").save(still, "PNG")
    return still.getvalue()


def still(role=ReferenceRole.FIRST_FRAME):
    return Reference(role, "still.png", "image/png", picture(), size="640x360")


def source(asset, seconds):
    return Reference(ReferenceRole.SOURCE, "take.mp4", "video/mp4", b"", remote_id=asset.remote_id, seconds=seconds)


@pytest.mark.full_size
@pytest.mark.parametrize(("secrets", "model"), [(ONE_KEY, "kling-v3"), (PAIR, "kling-3.0")])
async def test_it_orders_waits_downloads_and_gets_a_clip_that_plays(sandbox, secrets, model):
    adapter = account(sandbox, secrets)
    name = str(uuid4())
    submitted = await adapter.submit(asking("A red car [sandbox:slow]", model), name)
    assert (submitted.snapshot.state, submitted.snapshot.client_id) == (JobState.QUEUED, name)
    snapshot = await ended(adapter, submitted.remote_id)
    assert (snapshot.state, snapshot.remote_id, snapshot.client_id) == (
        JobState.SUCCEEDED,
        submitted.remote_id,
        name,
    )
    with av.open(io.BytesIO(await file_of(adapter, snapshot.assets[0]))) as container:
        assert len(list(container.decode(video=0))) == 36
    await adapter.aclose()


async def test_every_operation_is_one_that_the_far_side_takes(adapter, sandbox):
    first, last, other = still(), still(ReferenceRole.LAST_FRAME), still(ReferenceRole.REFERENCE)
    before = len(sandbox.ledger())
    requests = [
        asking("1", "kling-v3", Operation.IMAGE_TO_VIDEO, references=(first,)),
        asking("2", "kling-v3", Operation.FIRST_LAST_FRAME, references=(first, last)),
        asking("3", "kling-v1-6", Operation.REFERENCE_TO_VIDEO, references=(other, other), negative="rain"),
        asking("4", "kling-v3-omni", Operation.REFERENCE_TO_VIDEO, references=(other,)),
        asking("5", "kling-v3-omni", Operation.IMAGE_TO_VIDEO, references=(first, other)),
        asking("6", "kling-3.0", Operation.FIRST_LAST_FRAME, references=(first, last)),
        asking("7", "kling-o1", Operation.REFERENCE_TO_VIDEO, references=(other,)),
        asking("8", "kling-v1", camera=CameraMove.PUSH_IN),
    ]
    for request in requests:
        assert adapter.validate(request) == []
        await adapter.submit(request, str(uuid4()))
    assert [float(job["cost_usd"]) for job in sandbox.ledger()[before:]] == [
        float(adapter.estimate(request).amount) for request in requests
    ]


async def test_it_goes_on_from_a_take_and_changes_one(adapter, sandbox):
    take = (await made(adapter, asking("a take", "kling-v1"))).assets[0]
    extended = await made(
        adapter, asking("on", "kling-v1", Operation.EXTEND, references=(source(take, 5),), seconds=None)
    )
    assert extended.state is JobState.SUCCEEDED
    for model, operation in (
        ("kling-v3-omni", Operation.EDIT),
        ("kling-o1", Operation.RESTYLE),
        ("kling-3.0-omni", Operation.EXTEND),
    ):
        await adapter.submit(asking("more", model, operation, references=(source(take, 5),)), str(uuid4()))
    assert [job["seconds"] for job in sandbox.ledger()[-4:]] == [10, 5, 5, 3]


async def test_a_lost_answer_is_found_by_our_own_name(adapter, sandbox):
    for model in ("kling-v3", "kling-3.0"):
        request, name = asking("[sandbox:lost]", model), str(uuid4())
        assert await adapter.find(request, name) is None
        with pytest.raises(AnswerLost):
            await adapter.submit(request, name)
        found = await adapter.find(request, name)
        (entry,) = [job for job in sandbox.ledger() if job["client_id"] == name]
        assert found.remote_id.endswith(entry["id"])
        assert (await adapter.fetch(found.remote_id)).remote_id == found.remote_id


async def test_sending_it_again_gives_the_same_task_and_costs_nothing(adapter, sandbox):
    for model in ("kling-v3", "kling-3.0"):
        request, name = asking("twice", model), str(uuid4())
        first, second = await adapter.submit(request, name), await adapter.submit(request, name)
        assert first.remote_id == second.remote_id
        assert [job["client_id"] for job in sandbox.ledger()].count(name) == 1


async def test_a_broken_answer_leaves_doubt(adapter):
    with pytest.raises(AnswerLost):
        await adapter.submit(asking("[sandbox:broken-answer]"), str(uuid4()))


@pytest.mark.parametrize(
    ("word", "error"),
    [
        ("refuse-input", ProviderRefused),
        ("429", RateLimited),
        ("full", RateLimited),
        ("quota", QuotaExhausted),
        ("retired", ProviderRetired),
    ],
)
async def test_what_a_create_call_may_be_told(adapter, word, error):
    with pytest.raises(error):
        await adapter.submit(asking(f"{uuid4()} [sandbox:{word}]"), str(uuid4()))


async def test_what_may_become_of_a_task(adapter):
    ends = {
        word: await made(adapter, asking(f"[sandbox:{word}]", model))
        for word, model in (("fail", "kling-v3"), ("refuse", "kling-3.0"), ("no-file", "kling-v3"))
    }
    assert {word: (end.state, end.assets) for word, end in ends.items()} == {
        "fail": (JobState.FAILED, ()),
        "refuse": (JobState.REFUSED, ()),
        "no-file": (JobState.SUCCEEDED, ()),
    }


async def test_what_may_be_answered_about_a_task(adapter):
    odd = await adapter.submit(asking("[sandbox:odd-status,slow]"), str(uuid4()))
    garbled = await adapter.submit(asking("[sandbox:garbage]"), str(uuid4()))
    unreadable = await adapter.submit(asking("[sandbox:unreadable]", "kling-3.0"), str(uuid4()))
    with pytest.raises(ProviderUnavailable):
        await adapter.fetch(garbled.remote_id)
    with pytest.raises(BadAnswer):
        await adapter.fetch(garbled.remote_id)
    assert (await adapter.fetch(garbled.remote_id)).remote_id == garbled.remote_id
    with pytest.raises(AccessDenied):
        await adapter.fetch(unreadable.remote_id)
    await asyncio.sleep(0.15)
    seen = await adapter.fetch(odd.remote_id)
    assert (seen.state, "dreaming" in seen.warnings[0]) == (JobState.RUNNING, True)
    other = await adapter.submit(asking("[sandbox:other-job]", "kling-3.0"), str(uuid4()))
    with pytest.raises(BadAnswer, match="another job"):
        await ended(adapter, other.remote_id)


async def test_what_may_become_of_a_file(adapter):
    ends = {
        word: (await made(adapter, asking(f"[sandbox:{word}]"))).assets[0]
        for word in ("expired", "truncated", "short-link")
    }
    with pytest.raises(NotFound):
        await file_of(adapter, ends["expired"])
    with pytest.raises(ProviderUnavailable):
        await file_of(adapter, ends["truncated"])
    await asyncio.sleep(2.1)
    assert len(await file_of(adapter, ends["short-link"])) > 1000


async def test_a_take_that_is_gone_cannot_be_changed(adapter, sandbox):
    gone = Reference(ReferenceRole.SOURCE, "take.mp4", "video/mp4", b"", remote_id="v1/text2video/1/clip-1", seconds=5)
    before = len(sandbox.ledger())
    with pytest.raises(InvalidRequest, match=r"no clip any more for take\.mp4"):
        await adapter.submit(asking("x", "kling-o1", Operation.EDIT, references=(gone,)), str(uuid4()))
    assert len(sandbox.ledger()) == before


async def test_it_lists_what_was_made_and_is_well(adapter):
    submitted = await adapter.submit(asking("listed"), str(uuid4()))
    assert submitted.remote_id in [task.remote_id for task in await adapter.recent()]
    assert (await adapter.health()).is_well


async def test_a_wrong_secret_key_is_an_operators_matter(sandbox):
    adapter = account(sandbox, PAIR | {"secret_key": "wrong-secret-of-thirty-two-bytes-"})
    assert not (await adapter.health()).is_well
    with pytest.raises(AccessDenied):
        await adapter.submit(asking(), str(uuid4()))
    await adapter.aclose()


async def settled(received, path, is_all):
    """The bodies at `path` once they are all there and no more follow at once."""
    until = time.monotonic() + 60
    while True:
        bodies = [body for where, body in received if where == path]
        if is_all(bodies):
            break
        assert time.monotonic() < until, bodies
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)
    return [body for where, body in received if where == path]


def ends(bodies):
    """How many of them say that it is done; which states come before depends on how quick it was."""
    return sum(b'"succe' in body for body in bodies)


def told_twice(bodies):
    return ends(bodies) == 2


def told_late(bodies):
    return ends(bodies) == 1 and not ends(bodies[-1:])


def told_after_forgeries(bodies):
    return ends(bodies[-1:]) and b"forged" not in bodies[-1]


@pytest.mark.parametrize("model", ["kling-v3", "kling-3.0"])
async def test_callbacks_come_at_each_change_and_are_hints(adapter, inbox, model):
    url, received = inbox
    submitted = await adapter.submit(asking("told", model, callback_url=f"{url}/token-1"), str(uuid4()))
    hints = [adapter.parse_webhook({}, body) for body in await settled(received, "/token-1", ends)]
    assert {hint.remote_id for hint in hints} == {submitted.remote_id.rpartition("/")[2]}
    assert [hint.kind for hint in hints[-2:]] == ["processing", "succeed" if model == "kling-v3" else "succeeded"]
    assert len({hint.event_id for hint in hints}) == len(hints)


async def test_callbacks_may_come_twice_late_forged_or_not_at_all(adapter, inbox):
    url, received = inbox
    for word in ("twice", "late", "forged", "none"):
        ask = asking(f"[sandbox:callback-{word}]", callback_url=f"{url}/{word}")
        await ended(adapter, (await adapter.submit(ask, str(uuid4()))).remote_id)
    twice = [adapter.parse_webhook({}, body) for body in await settled(received, "/twice", told_twice)]
    assert twice[-1] == twice[-2]
    late = [json.loads(body)["task_status"] for body in await settled(received, "/late", told_late)]
    assert (late[-2], late[-1]) == ("succeed", late[0])
    forged = [json.loads(body) for body in await settled(received, "/forged", told_after_forgeries)]
    assert "169.254.169.254" in str(forged[0])
    assert await settled(received, "/none", lambda bodies: True) == []

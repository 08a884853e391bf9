import asyncio
import gzip
import ssl
from contextlib import asynccontextmanager

import httpx
import pytest

from providers.errors import BadAnswer, DestinationRefused
from providers.http import Answer, PinningBackend, check_url, exchange, guarded_client, is_public, media_bytes


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
        ),
        *("240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1"),
        *("::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a00:1::1", "fe80::1%eth0"),
        *("", "localhost", "2130706433", "0x7f.1"),
    ],
)
def test_it_knows_an_address_that_is_not_on_the_open_internet(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_it_knows_a_public_address(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https://user@example.com/",
        "https://example.com:secret@169.254.169.254/",
        "http://127.0.0.1:8001/",
        "http://127.0.0.1/",
        "http://localhost:8000/",
        "https:///nohost",
    ],
)
def test_it_refuses_an_address_by_its_look(url):
    with pytest.raises(DestinationRefused):
        check_url(httpx.URL(url), {"127.0.0.1:8000"})


def test_it_allows_https_and_the_exact_listed_host():
    check_url(httpx.URL("https://example.com/videos"), ())
    check_url(httpx.URL("http://127.0.0.1:8000/videos"), {"127.0.0.1:8000"})
    check_url(httpx.URL("http://[::1]:8000/videos"), {"[::1]:8000"})


def resolver(*answers):
    asked = []

    async def resolve(host, port):
        asked.append(host)
        return answers[min(len(asked), len(answers)) - 1]

    return resolve, asked


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1", "127.1", "0", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]"],
)
async def test_it_refuses_loopback_in_every_dress(host):
    async with guarded_client() as client:
        with pytest.raises((DestinationRefused, httpx.InvalidURL)):
            await client.get(f"https://{host}/")


async def test_it_refuses_a_name_with_one_private_address_among_public_ones():
    resolve, _ = resolver(["1.1.1.1", "10.0.0.5"])
    with pytest.raises(DestinationRefused):
        await PinningBackend((), resolve).connect_tcp("two-faced.example", 443)


async def test_it_checks_again_when_a_name_changes_its_address_between_two_connections():
    resolve, asked = resolver(["127.0.0.1"], ["169.254.169.254"])
    backend = PinningBackend((), resolve)
    for _ in range(2):
        with pytest.raises(DestinationRefused):
            await backend.connect_tcp("rebinding.example", 443)
    assert asked == ["rebinding.example", "rebinding.example"]


async def test_it_connects_to_the_address_it_checked_and_not_to_the_name():
    resolve, asked = resolver(["1.1.1.1"], ["127.0.0.1"])
    backend = PinningBackend((), resolve)
    assert await backend._pin("rebinding.example", 443) == "1.1.1.1"
    assert asked == ["rebinding.example"]


async def test_it_follows_no_redirect_and_sends_no_proxy_or_netrc(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    async with guarded_client() as client:
        assert not client.follow_redirects
        assert not client.trust_env


@asynccontextmanager
async def answering(content: bytes, **headers):
    def respond(request):
        respond.request = request
        return httpx.Response(200, headers=headers, stream=Chunks(content))

    async with httpx.AsyncClient(transport=httpx.MockTransport(respond)) as client:
        yield client, respond


class Chunks(httpx.AsyncByteStream):
    def __init__(self, content):
        self.content = content

    async def __aiter__(self):
        for start in range(0, len(self.content), 1000):
            yield self.content[start : start + 1000]


async def test_it_reads_a_whole_answer_and_asks_for_it_unpacked():
    async with answering(b'{"a":1}') as (client, respond):
        answer = await exchange(client, client.build_request("GET", "https://x.example/"))
    assert (answer.status, answer.body) == (200, b'{"a":1}')
    assert isinstance(answer, Answer)
    assert respond.request.headers["accept-encoding"] == "identity"


async def test_it_counts_bytes_after_unpacking():
    bomb = gzip.compress(b"a" * 5_000_000)  # about 5 kB on the wire
    async with answering(bomb, **{"content-encoding": "gzip"}) as (client, _):
        with pytest.raises(BadAnswer, match="larger than"):
            await exchange(client, client.build_request("GET", "https://x.example/"))


async def test_it_unpacks_a_small_answer_that_came_packed_all_the_same():
    async with answering(gzip.compress(b"[]"), **{"content-encoding": "gzip"}) as (client, _):
        answer = await exchange(client, client.build_request("GET", "https://x.example/"))
    assert answer.body == b"[]"


async def test_it_refuses_a_packing_it_does_not_know():
    async with answering(b"x", **{"content-encoding": "br"}) as (client, _):
        with pytest.raises(BadAnswer, match="br"):
            await exchange(client, client.build_request("GET", "https://x.example/"))


@pytest.mark.parametrize("content", [b"not packed at all", gzip.compress(b"[]", mtime=0)[:8] + b"\xff" * 40])
async def test_an_answer_that_is_not_packed_as_it_says_is_a_bad_one(content):
    async with answering(content, **{"content-encoding": "gzip"}) as (client, _):
        with pytest.raises(BadAnswer, match="packed"):
            await exchange(client, client.build_request("GET", "https://x.example/"))


class Breaking:
    """The layers below as they let an error of TLS through."""

    async def handle_async_request(self, _):
        raise ssl.SSLError("bad record mac")

    async def aclose(self):
        return None


async def test_an_error_that_the_layers_below_let_through_is_a_broken_line():
    async with guarded_client() as client:
        client._transport._pool = Breaking()
        with pytest.raises(httpx.TransportError):
            await client.get("https://x.example/")


async def test_it_stops_an_endless_answer():
    async with answering(b"x" * 5000) as (client, _):
        with pytest.raises(BadAnswer):
            await exchange(client, client.build_request("GET", "https://x.example/"), max_bytes=4999)


async def media(content: bytes, *, max_bytes=10_000, **headers):
    response = httpx.Response(200, headers=headers, stream=Chunks(content))
    return b"".join([chunk async for chunk in media_bytes(response, max_bytes=max_bytes)])


async def test_it_passes_media_on_untouched():
    assert await media(b"m" * 2500, **{"content-length": "2500"}) == b"m" * 2500


@pytest.mark.parametrize(
    ("headers", "cap"), [({"content-encoding": "gzip"}, 10_000), ({"content-length": "2501"}, 10_000), ({}, 2499)]
)
async def test_it_refuses_media_that_is_packed_short_or_too_long(headers, cap):
    with pytest.raises(BadAnswer):
        await media(b"m" * 2500, max_bytes=cap, **headers)


async def test_it_waits_for_an_answer_as_long_as_the_caller_says():
    async def never(request):
        await asyncio.sleep(60)

    async with httpx.AsyncClient(transport=httpx.MockTransport(never)) as client:
        with pytest.raises(httpx.ReadTimeout):
            await exchange(client, client.build_request("GET", "https://x.example/"), within_seconds=0.01)

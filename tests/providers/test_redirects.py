"""A file that lies elsewhere: where we go, where we do not, and what goes along."""

import asyncio

import httpx
import pytest

from providers.calls import media_call
from providers.errors import DestinationRefused, InvalidRequest, ProviderError
from providers.http import guarded_client

START = "https://api.example/files/1"
HOSTS = ("*.files.example", "exact.example")


def moved(location, status=302):
    return httpx.Response(status, headers={"location": location})


async def fetched(*answers, hosts=HOSTS, start=START):
    seen = []

    def respond(request):
        seen.append(request)
        return answers[len(seen) - 1]

    async with httpx.AsyncClient(transport=httpx.MockTransport(respond)) as client:
        request = client.build_request("GET", start, headers={"x-goog-api-key": "k", "Authorization": "Bearer t"})
        call = media_call(client, request, lambda answer: InvalidRequest(str(answer.status)), redirects_to=hosts)
        return b"".join([chunk async for chunk in call]), seen


FILE = httpx.Response(200, content=b"clip")


@pytest.mark.parametrize(
    "location", ["https://a.files.example/x", "https://exact.example/x", "/elsewhere", "https://api.example/y?z=1"]
)
async def test_it_goes_to_declared_hosts_and_takes_no_key_along(location):
    content, seen = await fetched(moved(location), FILE)
    assert content == b"clip"
    assert seen[1].url == httpx.URL(START).join(location)
    assert not {"x-goog-api-key", "authorization"} & set(seen[1].headers)
    assert seen[1].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example/x",
        "https://files.example.evil.example/x",
        "https://xfiles.example/x",
        "https://exact.example:8443/x",
        "http://a.files.example/x",
        "https://user@a.files.example/x",
        "https://169.254.169.254/x",
        "ftp://a.files.example/x",
        "file:///etc/passwd",
    ],
)
async def test_it_goes_nowhere_else(location):
    with pytest.raises(DestinationRefused):
        await fetched(moved(location))


@pytest.mark.parametrize("location", ["https://[::1", "https://", "https:///x", "//", ""])
async def test_an_address_that_is_none_is_trouble_of_our_tree(location):
    with pytest.raises(ProviderError):
        await fetched(moved(location), moved(location), moved(location))


async def test_two_hops_are_the_most():
    onward = moved("https://a.files.example/x")
    content, _ = await fetched(onward, onward, FILE)
    assert content == b"clip"
    with pytest.raises(InvalidRequest, match="302"):
        await fetched(onward, onward, onward)


async def test_nothing_is_followed_where_nothing_is_declared():
    with pytest.raises(ProviderError, match="302"):
        await fetched(moved("https://a.files.example/x"), hosts=())


async def test_a_plain_listed_server_may_send_on_within_itself_only():
    content, _ = await fetched(moved("/y"), FILE, start="http://127.0.0.1:9/x")
    assert content == b"clip"
    with pytest.raises(DestinationRefused):
        await fetched(moved("http://127.0.0.1:10/y"), start="http://127.0.0.1:9/x")


async def test_each_hop_passes_the_whole_guard():
    """A declared name whose address is a private one: the last line of the guard, on a real connection."""

    async def send_on(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: https://a.files.example/x\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async def resolve(host, port):
        return ["10.0.0.5"]

    server = await asyncio.start_server(send_on, "127.0.0.1", 0)
    listed = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, guarded_client([listed], resolve) as client:
        request = client.build_request("GET", f"http://{listed}/files/1")
        call = media_call(client, request, lambda answer: InvalidRequest(str(answer.status)), redirects_to=HOSTS)
        with pytest.raises(DestinationRefused, match="open internet"):
            _ = [chunk async for chunk in call]

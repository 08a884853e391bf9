"""The one way out of the house. Every outgoing call uses `guarded_client`; nothing else may open a connection.

What it holds: https only, to public addresses only, resolved once and pinned at the moment of connecting (a retry or a
new connection is checked again); TLS verified against the *name*; no redirects, no proxy variables, explicit timeouts,
byte caps that count after decoding. Private servers are reached only through an exact `host:port` list of the caller's.
"""

import asyncio
import ipaddress
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import certifi
import httpcore
import httpx

from providers.errors import BadAnswer, DestinationRefused

TIMEOUT = httpx.Timeout(connect=5.0, read=30.0, write=30.0, pool=10.0)
EXCHANGE_SECONDS = 60.0
"""The whole of one JSON call, however slowly the bytes drip."""
MAX_JSON_BYTES = 2 * 1024 * 1024
MAX_MEDIA_BYTES = 2 * 1024 * 1024 * 1024
CONNECTIONS = 32
MOST_HOPS = 2

Resolver = Callable[[str, int], Awaitable[Collection[str]]]
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))  # RFC 6052, RFC 8215


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, its body decoded and within the cap."""

    status: int
    headers: httpx.Headers
    body: bytes


def is_public(address: str) -> bool:
    """Whether `address` (text, no zone) is a host on the open internet, whatever form it is dressed in."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return all(_is_public(face) for face in (parsed, *_addresses_inside(parsed)))


def _is_public(address: IPAddress) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and (address.ipv4_mapped or address in NAT64[0]):
        return True  # judged by the address inside
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _addresses_inside(address: IPAddress) -> Iterator[IPAddress]:
    """IPv4 addresses that an IPv6 address carries: mapped, NAT64, 6to4, Teredo."""
    if isinstance(address, ipaddress.IPv4Address):
        return
    if address.ipv4_mapped:
        yield address.ipv4_mapped
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo
    if any(address in network for network in NAT64):
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


def check_url(url: httpx.URL, allow_hosts: Collection[str]) -> None:
    """Raises DestinationRefused unless `url` is https or an exactly listed `host:port`; its name is checked later."""
    if url.userinfo:
        raise DestinationRefused("An address with a user name in it is not called.")
    if not url.host or url.scheme not in ("http", "https"):
        raise DestinationRefused(f"Only http and https addresses are called, not {url.scheme or 'none'}.")
    if url.scheme == "http" and host_and_port(url) not in allow_hosts:
        raise DestinationRefused(f"{url.host} must be called with https.")


def host_and_port(url: httpx.URL) -> str:
    """`host:port` as it stands in an allow-list; the port is always written, IPv6 hosts are in brackets."""
    return _listed(url.raw_host.decode("ascii"), url.port or {"http": 80, "https": 443}[url.scheme])


def _listed(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


async def resolve(host: str, port: int) -> list[str]:
    """All addresses of `host`, in the system's order. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class PinningBackend(httpcore.AsyncNetworkBackend):
    """Opens connections to checked addresses only. TLS is started above it, with the name that was asked for."""

    def __init__(self, allow_hosts: Collection[str], resolver: Resolver = resolve) -> None:
        self._allow_hosts = frozenset(allow_hosts)
        self._resolve = resolver
        self._sockets = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        pinned = await self._pin(host, port)
        return await self._sockets.connect_tcp(pinned, port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        await self._sockets.sleep(seconds)

    async def _pin(self, host: str, port: int) -> str:
        if _listed(host, port) in self._allow_hosts:
            return host
        try:
            addresses = list(await self._resolve(host, port))
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} has no address.") from error
        if not addresses or not all(is_public(address) for address in addresses):
            raise DestinationRefused(f"{host} is not on the open internet.")
        return addresses[0]


@contextmanager
def _httpx_words(request: httpx.Request) -> Iterator[None]:
    """httpcore's errors carry the same names as httpx's; callers and test transports speak httpx."""
    try:
        yield
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
        kind = getattr(httpx, type(error).__name__, httpx.TransportError)
        raise kind(str(error) or type(error).__name__, request=request) from error
    except OSError as error:  # what its layers let through, such as a record of TLS that does not verify
        raise httpx.TransportError(type(error).__name__, request=request) from error


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response, request: httpx.Request) -> None:
        self._answer = answer
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _httpx_words(self._request):
            async for chunk in self._answer.aiter_stream():
                yield chunk

    async def aclose(self) -> None:
        await self._answer.aclose()


class GuardedTransport(httpx.AsyncBaseTransport):
    """httpx on a pool whose every new connection is checked and pinned."""

    def __init__(self, allow_hosts: Collection[str], resolver: Resolver = resolve) -> None:
        self._allow_hosts = frozenset(allow_hosts)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(cafile=certifi.where()),
            max_connections=CONNECTIONS,
            keepalive_expiry=20.0,
            network_backend=PinningBackend(self._allow_hosts, resolver),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        check_url(request.url, self._allow_hosts)
        url = httpcore.URL(
            scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path
        )
        core = httpcore.Request(
            request.method, url, headers=request.headers.raw, content=request.stream, extensions=request.extensions
        )
        with _httpx_words(request):
            answer = await self._pool.handle_async_request(core)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer, request), extensions=answer.extensions
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


def guarded_client(allow_hosts: Collection[str] = (), resolver: Resolver = resolve) -> httpx.AsyncClient:
    """An httpx client that can only go where the guard lets it."""
    transport = GuardedTransport(allow_hosts, resolver)
    return httpx.AsyncClient(transport=transport, timeout=TIMEOUT, trust_env=False, follow_redirects=False)


async def exchange(
    client: httpx.AsyncClient,
    request: httpx.Request,
    *,
    max_bytes: int = MAX_JSON_BYTES,
    within_seconds: float = EXCHANGE_SECONDS,
) -> Answer:
    """Send `request` and read its whole answer. Raises BadAnswer past `max_bytes` (decoded), httpx.TransportError."""
    request.headers["Accept-Encoding"] = "identity"
    try:
        async with asyncio.timeout(within_seconds):
            response = await client.send(request, stream=True)
            try:
                return Answer(response.status_code, response.headers, await _read(response, max_bytes))
            finally:
                await response.aclose()
    except TimeoutError as error:
        raise httpx.ReadTimeout("The answer took too long.", request=request) from error


async def followed(
    client: httpx.AsyncClient, request: httpx.Request, hosts: Collection[str], *, hops: int = MOST_HOPS
) -> httpx.Response:
    """The open answer to `request`, or to where it is sent on: at most `hops` times, to declared hosts only.

    `hosts` are names, or "*.example.com" for all below one; the machine that was asked counts as declared. Each hop is
    a new request through the whole guard, over https (or as plain as the first one), without a header of the first:
    keys stay where they were sent. Raises DestinationRefused, BadAnswer.
    """
    declared = (*hosts, host_and_port(request.url))
    for _ in range(hops if hosts else 0):
        response = await client.send(request, stream=True)
        if not response.has_redirect_location:
            return response
        await response.aclose()
        onward = _onward(request.url, response.headers["Location"], declared)
        request = client.build_request("GET", onward, headers={"Accept-Encoding": "identity"})
    return await client.send(request, stream=True)


def _onward(asked: httpx.URL, location: str, declared: Collection[str]) -> httpx.URL:
    try:
        url = asked.join(location)
    except httpx.InvalidURL as error:
        raise BadAnswer("The file was moved to what is no address.") from error
    if url.scheme not in ("http", "https") or not _is_declared(url, declared):
        raise DestinationRefused(f"The file was moved to {url.host or 'nowhere'}, which is not expected.")
    check_url(url, (host_and_port(asked),) if asked.scheme == "http" else ())
    return url


def _is_declared(url: httpx.URL, declared: Collection[str]) -> bool:
    if host_and_port(url) in declared:
        return True
    names = [name.removeprefix("*") if name.startswith("*.") else name for name in declared]
    is_usual = url.port is None
    return is_usual and any(url.host.endswith(name) if name.startswith(".") else url.host == name for name in names)


async def _read(response: httpx.Response, max_bytes: int) -> bytes:
    encoding = response.headers.get("Content-Encoding", "identity").lower()
    if encoding not in ("identity", "gzip", "deflate", ""):
        raise BadAnswer(f"The answer is packed as {encoding}, which was not asked for.")
    unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32) if encoding in ("gzip", "deflate") else None
    body = bytearray()
    async for chunk in raw_bytes(response):
        try:
            body += unpack.decompress(chunk, max_bytes + 1 - len(body)) if unpack else chunk
        except zlib.error as error:
            raise BadAnswer(f"The answer is not packed as {encoding}, although it says so.") from error
        if len(body) > max_bytes:
            raise BadAnswer(f"The answer is larger than {max_bytes} bytes.")
    return bytes(body)


def raw_bytes(response: httpx.Response) -> AsyncIterator[bytes]:
    """The body as it came over the wire, packed or not; whoever asks closes the response."""
    assert isinstance(response.stream, httpx.AsyncByteStream)
    return aiter(response.stream)


async def media_bytes(response: httpx.Response, *, max_bytes: int = MAX_MEDIA_BYTES) -> AsyncIterator[bytes]:
    """The bytes of an open streaming answer. Raises BadAnswer when packed, too long, or not as long as announced."""
    if response.headers.get("Content-Encoding", "identity").lower() not in ("identity", ""):
        raise BadAnswer("The file arrived packed, which was not asked for.")
    announced = response.headers.get("Content-Length", "")
    received = 0
    async for chunk in raw_bytes(response):
        received += len(chunk)
        if received > max_bytes:
            raise BadAnswer(f"The file is larger than {max_bytes} bytes.")
        yield chunk
    if announced.isdigit() and int(announced) != received:
        raise BadAnswer(f"The file stopped after {received} of {announced} bytes.")

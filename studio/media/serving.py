"""Serves one file with ranges. Who may have it is the caller's question; it is asked before, at every request."""

import asyncio
from pathlib import Path
from typing import BinaryIO, Self

from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header, parse_etags, quote_etag

from studio.media.ranges import ByteRange, Unsatisfiable, parse_range

BLOCK_BYTES = 128 * 1024


class Slice:
    """Some bytes of a file, block by block. Opened at the first read: a response nobody reads holds no descriptor."""

    def __init__(self, path: Path, span: ByteRange) -> None:
        self._path, self._first, self._left = path, span.first, span.length
        self._file: BinaryIO | None = None

    def read(self) -> bytes:
        """The next block; empty at the end."""
        if self._file is None:
            self._file = self._path.open("rb")
            self._file.seek(self._first)
        block = self._file.read(min(BLOCK_BYTES, self._left))
        self._left -= len(block)
        return block

    def close(self) -> None:
        """Called by Django when the response ends, also when the reader left early."""
        if self._file is not None:
            self._file.close()


class SyncSlice(Slice):
    """For WSGI and the test client."""

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if block := self.read():
            return block
        raise StopIteration


class AsyncSlice(Slice):
    """For ASGI: the event loop never waits for the disk."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if block := await asyncio.to_thread(self.read):
            return block
        raise StopAsyncIteration


def serve_file(
    request: HttpRequest, path: Path, *, content_type: str, etag: str, cache_control: str, filename: str | None = None
) -> HttpResponseBase:
    """Answer 200, 206, 304, 405 or 416 for `path`; a missing file is Http404.

    `etag` is an opaque word such as the SHA-256, with or without quotes. With `filename` the answer is a download.
    """
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    if not path.is_file():
        raise Http404
    response = answer(request, path, content_type=content_type, etag=quote_etag(etag))
    response.headers["Cache-Control"] = cache_control
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if filename:
        response.headers["Content-Disposition"] = disposition(filename)
    return response


def answer(request: HttpRequest, path: Path, *, content_type: str, etag: str) -> HttpResponseBase:
    """The response without the headers that all of them share."""
    if not_modified(request, etag):
        return HttpResponse(status=304, headers={"ETag": etag})
    size = path.stat().st_size
    headers = {"Accept-Ranges": "bytes", "ETag": etag}
    try:
        span = parse_range(asked_range(request, etag), size)
    except Unsatisfiable:
        return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    if span is not None:
        headers["Content-Range"] = f"bytes {span.first}-{span.end - 1}/{size}"
    status, span = (206, span) if span else (200, ByteRange(0, size))
    headers["Content-Length"] = str(span.length)
    if request.method == "HEAD":
        return HttpResponse(status=status, headers=headers, content_type=content_type)
    body = AsyncSlice(path, span) if isinstance(request, ASGIRequest) else SyncSlice(path, span)
    return StreamingHttpResponse(body, status=status, headers=headers, content_type=content_type)


def not_modified(request: HttpRequest, etag: str) -> bool:
    """If-None-Match, compared weakly (RFC 9110 §13.1.2)."""
    theirs = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in theirs or etag.removeprefix("W/") in {tag.removeprefix("W/") for tag in theirs}


def asked_range(request: HttpRequest, etag: str) -> str:
    """The Range header, or nothing when If-Range names other bytes. Dates never match: we send no Last-Modified."""
    if request.headers.get("If-Range", etag) != etag:
        return ""
    return request.headers.get("Range", "")


def disposition(filename: str) -> str:
    """A download header that no name can break out of."""
    plain = "".join(letter for letter in filename if letter.isprintable() and letter not in '/\\"').strip(". ")
    return content_disposition_header(as_attachment=True, filename=plain[:200] or "clip") or "attachment"

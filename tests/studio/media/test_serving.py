import asyncio
import os
from pathlib import Path

import pytest
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404
from django.test import RequestFactory

from studio.media.ranges import OPEN_ENDED_BYTES
from studio.media.serving import serve_file

pytestmark = pytest.mark.django_db  # closing a response looks at the database connections
BYTES = bytes(range(256)) * 4


@pytest.fixture
def path(tmp_path):
    (tmp_path / "proxy.mp4").write_bytes(BYTES)
    return tmp_path / "proxy.mp4"


def serve(path, method="GET", filename=None, **headers):
    request = RequestFactory().generic(method, "/proxy.mp4", headers=headers)
    return serve_file(
        request, path, content_type="video/mp4", etag="abc", cache_control="private, no-cache", filename=filename
    )


def body(response):
    content = b"".join(response) if response.streaming else response.content
    response.close()
    return content


def test_it_serves_the_whole_file_with_its_name_tag_and_locks(path):
    response = serve(path)
    assert (response.status_code, body(response)) == (200, BYTES)
    assert response["Content-Length"] == "1024"
    assert response["Content-Type"] == "video/mp4"
    assert response["ETag"] == '"abc"'
    assert response["Accept-Ranges"] == "bytes"
    assert response["Cache-Control"] == "private, no-cache"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "Content-Disposition" not in response


def test_it_serves_a_range(path):
    response = serve(path, Range="bytes=1-3")
    assert (response.status_code, body(response)) == (206, b"\x01\x02\x03")
    assert response["Content-Range"] == "bytes 1-3/1024"
    assert response["Content-Length"] == "3"


def test_it_serves_the_end_of_the_file(path):
    response = serve(path, Range="bytes=-2")
    assert (response.status_code, body(response)) == (206, b"\xfe\xff")
    assert response["Content-Range"] == "bytes 1022-1023/1024"


def test_an_open_range_of_a_large_file_stops_at_two_mebibytes(path):
    path.write_bytes(bytes(OPEN_ENDED_BYTES + 7))
    response = serve(path, Range="bytes=5-")
    assert len(body(response)) == OPEN_ENDED_BYTES == 2_097_152
    assert response["Content-Range"] == f"bytes 5-{5 + 2_097_152 - 1}/{2_097_152 + 7}"


def test_a_range_outside_is_416_with_the_size(path):
    response = serve(path, Range="bytes=1024-")
    assert (response.status_code, body(response)) == (416, b"")
    assert response["Content-Range"] == "bytes */1024"


def test_several_ranges_are_answered_with_the_whole_file(path):
    response = serve(path, Range="bytes=0-1,5-6")
    assert (response.status_code, body(response)) == (200, BYTES)


@pytest.mark.parametrize("tag", ['"abc"', 'W/"abc"', '"x", "abc"', "*"])
def test_the_same_bytes_are_not_sent_again(path, tag):
    response = serve(path, **{"If-None-Match": tag})
    assert (response.status_code, body(response)) == (304, b"")
    assert (response["ETag"], response["Cache-Control"]) == ('"abc"', "private, no-cache")


def test_other_bytes_are_sent(path):
    assert serve(path, **{"If-None-Match": '"other"'}).status_code == 200


def test_not_modified_wins_over_a_range(path):
    assert serve(path, **{"If-None-Match": '"abc"', "Range": "bytes=0-1"}).status_code == 304


@pytest.mark.parametrize(
    ("condition", "status"),
    [('"abc"', 206), ('"old"', 200), ('W/"abc"', 200), ("Mon, 23 Nov 2026 01:00:00 GMT", 200)],
)
def test_a_range_is_only_continued_on_the_same_bytes(path, condition, status):
    assert serve(path, **{"If-Range": condition, "Range": "bytes=0-1"}).status_code == status


def test_head_tells_the_size_and_sends_nothing(path):
    response = serve(path, "HEAD")
    assert (response.status_code, response["Content-Length"], body(response)) == (200, "1024", b"")
    response = serve(path, "HEAD", Range="bytes=0-9")
    assert (response.status_code, response["Content-Length"], body(response)) == (206, "10", b"")


def test_nothing_can_be_sent_to_it(path):
    response = serve(path, "POST")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


def test_a_missing_file_is_404(tmp_path):
    with pytest.raises(Http404):
        serve(tmp_path / "gone.mp4")


def test_an_empty_file_is_served(path):
    path.write_bytes(b"")
    response = serve(path)
    assert (response.status_code, response["Content-Length"], body(response)) == (200, "0", b"")


@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        ("harbour.mp4", 'attachment; filename="harbour.mp4"'),
        ('a"b\r\nX-Evil: 1.mp4', 'attachment; filename="abX-Evil: 1.mp4"'),
        ("../../etc/passwd", 'attachment; filename="etcpasswd"'),
        ("hafen-übung.mp4", "attachment; filename*=utf-8''hafen-%C3%BCbung.mp4"),
        ("///", 'attachment; filename="clip"'),
    ],
)
def test_a_download_name_cannot_break_out_of_its_header(path, filename, expected):
    assert serve(path, filename=filename)["Content-Disposition"] == expected


def test_leaving_early_closes_the_file(path):
    response = serve(path)
    next(iter(response))
    assert open_descriptors(path) == 1
    response.close()
    assert open_descriptors(path) == 0


def test_a_response_nobody_reads_opens_nothing(path):
    response = serve(path)
    assert open_descriptors(path) == 0
    response.close()


def open_descriptors(path):
    links = [entry for entry in Path("/proc/self/fd").iterdir() if entry.is_symlink()]
    return sum(os.readlink(link) == str(path) for link in links if os.path.lexists(link))


async def test_under_asgi_it_streams_without_blocking_the_loop(path):
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"range", b"bytes=0-9")], "query_string": b""}
    request = ASGIRequest(scope, None)
    response = serve_file(request, path, content_type="video/mp4", etag="abc", cache_control="no-store")
    assert response.is_async
    assert b"".join([block async for block in response]) == BYTES[:10]
    await asyncio.to_thread(response.close)

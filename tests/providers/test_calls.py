"""What a vendor says back of what we sent it."""

import httpx
import pytest

from providers.answers import without_secrets
from providers.calls import media_call, paid_call, reading_call
from providers.errors import AccessDenied

KEY = "sk-test-0123456789abcdef"


def error_of(answer):
    return AccessDenied(answer.body.decode())


def client():
    def respond(request):
        return httpx.Response(401, text=f"Incorrect API key provided: {KEY}.")

    return httpx.AsyncClient(transport=httpx.MockTransport(respond))


@pytest.mark.parametrize("header", [{"Authorization": f"Bearer {KEY}"}, {"api-key": KEY}, {"x-goog-api-key": KEY}])
@pytest.mark.parametrize("call", [paid_call, reading_call])
async def test_a_key_that_the_vendor_repeats_is_in_no_sentence_of_ours(call, header):
    async with client() as vendor:
        request = vendor.build_request("POST", "https://x.example/v1/videos", headers=header)
        with pytest.raises(AccessDenied, match=r"Incorrect API key provided: …\.") as refused:
            await call(vendor, request, error_of)
    assert KEY not in refused.value.message


async def test_nor_does_a_download_tell_it():
    async with client() as vendor:
        request = vendor.build_request("GET", "https://x.example/", headers={"Authorization": f"Bearer {KEY}"})
        with pytest.raises(AccessDenied) as refused:
            _ = [chunk async for chunk in media_call(vendor, request, error_of)]
    assert KEY not in refused.value.message


@pytest.mark.parametrize("name", ["callback_url", "callbackUrl", "webhook_config"])
def test_an_address_that_may_be_called_back_is_not_kept(name):
    said = {"data": {"task_id": "1", name: "https://dailies.example/hooks/kling/secret-of-the-job/"}}
    assert "secret-of-the-job" not in str(without_secrets(said))

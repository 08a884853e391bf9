import base64
import hashlib
import hmac

import pytest
from openai import OpenAI

from providers.errors import BadSignature
from providers.signing import sign, verify

SECRET = "whsec_c2VjcmV0LWZvci10ZXN0cw=="
BODY = b'{"id":"evt_1","object":"event","created_at":1763800000,"type":"video.completed","data":{"id":"video_1"}}'


def headers(timestamp=1000, body=BODY, secret=SECRET):
    return {
        "Webhook-Id": "evt_1",
        "Webhook-Timestamp": str(timestamp),
        "Webhook-Signature": "v1,b2xk " + sign(secret, "evt_1", timestamp, body),
    }


def test_it_accepts_its_own_signature_among_several():
    assert verify(SECRET, headers(), BODY, now=1000 + 299) == "evt_1"


def test_the_official_client_accepts_our_signature(monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1000)
    OpenAI(api_key="x").webhooks.verify_signature(BODY.decode(), headers(), secret=SECRET)


@pytest.mark.parametrize("now", [1000 + 301, 1000 - 301])
def test_it_refuses_an_old_or_a_future_message(now):
    with pytest.raises(BadSignature, match="five minutes"):
        verify(SECRET, headers(), BODY, now=now)


def test_it_refuses_a_changed_body_a_wrong_secret_and_no_signature():
    with pytest.raises(BadSignature, match="match"):
        verify(SECRET, headers(), BODY + b" ", now=1000)
    with pytest.raises(BadSignature, match="match"):
        verify("another", headers(), BODY, now=1000)
    with pytest.raises(BadSignature, match="not signed"):
        verify(SECRET, {}, BODY, now=1000)
    with pytest.raises(BadSignature, match="not signed"):
        verify("", headers(), BODY, now=1000)


def test_a_secret_of_nothing_vouches_for_nobody():
    given = hmac.new(b"", b"evt_1.1000." + BODY, hashlib.sha256).digest()
    forged = headers() | {"Webhook-Signature": "v1," + base64.b64encode(given).decode()}
    with pytest.raises(BadSignature, match="empty"):
        verify("whsec_", forged, BODY, now=1000)
    with pytest.raises(BadSignature, match="base64"):
        verify("whsec_ü", forged, BODY, now=1000)

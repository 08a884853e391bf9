"""Which addresses a person may give to a provider in a form. What a name resolves to is checked when it is called."""

import re
from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

from providers.http import is_public

NAME = re.compile(r"(?=.{4,253}$)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*\.[a-z][a-z0-9-]{1,62}", re.IGNORECASE)
PRIVATE_ENDINGS = (".local", ".localhost", ".internal", ".lan", ".home.arpa", ".intranet", ".test", ".invalid")
PORTS = {"http": 80, "https": 443}
NOT_FROM_HERE = (
    "Servers in your own network are never named in a form: the operator lists their host and port in "
    "DAILIES_EGRESS_HOSTS first."
)


def problem_with_address(text: str, listed: Collection[str]) -> str:
    """Why `text` cannot be a provider's address, in a sentence; "" when it can. `listed` are exact `host:port`."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        return "This is no address."
    if parts.scheme not in PORTS or not host or re.search(r"[\s\\]", text):
        return "An address begins with https:// and names a host."
    if parts.username is not None or parts.query or parts.fragment or "?" in text or "#" in text:
        return "An address here has no user name, no question mark and no #; keys are entered below."
    if f"[{host}]:{port}" in listed or f"{host}:{port}" in listed:
        return ""
    if not _is_on_the_open_internet(host):
        return NOT_FROM_HERE
    return "" if parts.scheme == "https" else "Servers on the open internet are called with https only."


def _is_on_the_open_internet(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return bool(NAME.fullmatch(host)) and not host.lower().endswith(PRIVATE_ENDINGS)
    return is_public(host)

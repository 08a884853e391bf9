"""What production refuses to start with. Called by the web server, the worker and beat before they do anything.

Everything that is neither a test run nor the demo is production. The demo is refused too when it could be reached from
elsewhere: its passwords are printed.
"""

import ipaddress
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connection

from studio.demo_logins import DEMO_DOMAIN
from studio.keyring import SHORTEST_KEY as SHORTEST_RING_KEY
from studio.models import ProviderAccount, User

SHORTEST_KEY = 50
"""Characters; Django's own check W009 draws the same line."""
SAID_HERE = {"security.W009", "security.W018", "security.W020"}
"""Django's warnings about the key, DEBUG and ALLOWED_HOSTS, which we say in our own words and refuse for more."""


def refuse_unsafe_start() -> None:
    """Exit with status 1, one line for each reason, unless this configuration may serve."""
    if problems := list(find_problems()):
        for problem in problems:
            print(f"Dailies refuses to start: {problem}", file=sys.stderr)
        raise SystemExit(1)


def find_problems() -> Iterator[str]:
    if settings.DEMO:
        yield from _reachable_demo()
    if settings.PRODUCTION:
        yield from _unsafe_values()
        yield from _unsafe_folders()
        yield from _keyring()
        yield from _demo_people()
        yield from _failed_checks()


def _reachable_demo() -> Iterator[str]:
    for host in settings.ALLOWED_HOSTS:
        if host != "testserver" and not is_loopback(host):
            yield f"the demo answers on this machine only, but ALLOWED_HOSTS names {host}."


def _unsafe_values() -> Iterator[str]:
    if settings.SECRET_KEY == settings.DEFAULT_SECRET_KEY:
        yield "SECRET_KEY is not set."
    elif len(settings.SECRET_KEY) < SHORTEST_KEY or len(set(settings.SECRET_KEY)) < 5:
        yield f"SECRET_KEY is too short or too simple; it needs {SHORTEST_KEY} random characters."
    if settings.DEBUG:
        yield "DEBUG is on."
    if not settings.ALLOWED_HOSTS:
        yield "ALLOWED_HOSTS is empty; name the hosts that people type."
    if "*" in settings.ALLOWED_HOSTS:
        yield "ALLOWED_HOSTS accepts every host (*); name them."
    for address in settings.EGRESS_HOSTS:
        if is_loopback(address):
            yield f"DAILIES_EGRESS_HOSTS lets generators' links reach this machine itself ({address})."


def _unsafe_folders() -> Iterator[str]:
    private = settings.MEDIA_STORE_FOLDER / "private"
    open_roots = (settings.MEDIA_STORE_FOLDER / "public", settings.STATIC_ROOT, *settings.STATICFILES_DIRS)
    if is_inside(private, open_roots):
        yield f"MEDIA_STORE keeps unpublished clips in {private}, inside a folder that is served to everybody."


def _keyring() -> Iterator[str]:
    if any(len(key) < SHORTEST_RING_KEY for key in settings.KEYRING):
        yield f"DAILIES_KEYRING has a key that is too short; each needs {SHORTEST_RING_KEY} random characters."
    if not settings.KEYRING and _aside(_has_sealed_keys):
        yield "providers' keys are stored here, sealed, but DAILIES_KEYRING is not set to open them."


def _has_sealed_keys() -> bool:
    return ProviderAccount.objects.exclude(sealed_secrets="").exists()


def _demo_people() -> Iterator[str]:
    if _aside(_has_demo_people):
        yield f"the demo's people (…@{DEMO_DOMAIN}), whose passwords everybody knows, are in this database."


def _has_demo_people() -> bool:
    return User.objects.filter(email__endswith=f"@{DEMO_DOMAIN}").exists()


def _aside(ask: Callable[[], bool]) -> bool:
    """Ask the database in a thread of its own: the web server imports us inside its event loop, where Django refuses.

    False as well while the database is away or empty: then nobody can sign in, and `/healthz` says why.
    """

    def answer() -> bool:
        try:
            return ask()
        except DatabaseError:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as aside:
        return aside.submit(answer).result()


def _failed_checks() -> Iterator[str]:
    for found in checks.run_checks(include_deployment_checks=True):
        if found.level >= checks.WARNING and found.id not in SAID_HERE:
            yield f"{found.id}: {found.msg}"


def is_loopback(address: str) -> bool:
    """Of a host name or address, with or without a port: `localhost:9000`, `127.1.2.3`, `[::1]:80`."""
    host = urlsplit(f"//{address}").hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def is_inside(folder: Path, roots: Iterable[Path]) -> bool:
    real = folder.resolve()
    return any(real == root.resolve() or root.resolve() in real.parents for root in map(Path, roots))

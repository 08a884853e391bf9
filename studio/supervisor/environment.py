"""What the children are told."""

from collections.abc import Mapping
from pathlib import Path

from studio.supervisor.ports import HOST

FRUGAL = {
    "OPENBLAS_NUM_THREADS": "1",  # a thread for each core in each process would cost memory and win nothing here
    "MALLOC_ARENA_MAX": "2",
    "PYTHONUNBUFFERED": "1",
}
DROPPED = ("DAILIES_TEST", "SECRET_KEY", "ALLOWED_HOSTS", "DEBUG")
"""The demo signs with its own key and answers on this machine only, whatever the shell around it says."""


def child_environment(outside: Mapping[str, str], *, state: Path, page_port: int, sandbox_port: int) -> dict[str, str]:
    """`outside` with the demo's own values over it. A DATABASE_URL or BROKER_URL given there is kept and used."""
    kept = {name: value for name, value in outside.items() if name not in DROPPED}
    sandbox = f"{HOST}:{sandbox_port}"
    return {
        **kept,
        **FRUGAL,
        "DJANGO_SETTINGS_MODULE": "studio.settings",
        "DAILIES_DEMO": "1",
        "DAILIES_STATE": str(state),
        "DAILIES_SANDBOX_URL": f"http://{sandbox}",
        "DAILIES_EGRESS_HOSTS": sandbox,
        "PUBLIC_URL": page_url(page_port),
    }


def page_url(port: int) -> str:
    return f"http://{HOST}:{port}"

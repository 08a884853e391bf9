"""Where each call goes: hosts, versions and paths of the Gemini API and of the Agent Platform (Vertex)."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from providers.accounts import Account
from providers.errors import AccessDenied, NotFound
from providers.google import auth, interactions, lro

GEMINI = "https://generativelanguage.googleapis.com"
VERTEX = "https://aiplatform.googleapis.com"
VERTEX_REGIONS = r"https://[a-z0-9-]{2,40}-aiplatform\.googleapis\.com"
LOCATION = re.compile(r"[a-z0-9-]{2,40}")
PROJECT = re.compile(r"[a-z0-9][a-z0-9.:-]{1,80}")
FILES_MAY_LEAD_TO = ("*.googleapis.com", "*.googleusercontent.com")


@dataclass(frozen=True, slots=True)
class Place:
    """`parent` is "projects/…/locations/…/" on the platform, "" on the Gemini API and with a key alone (express)."""

    base_url: str
    is_vertex: bool
    parent: str = ""

    def create(self, dialect: str, model: str) -> str:
        name = quote(model, safe="")
        match dialect:
            case "interactions":
                return self._interactions()
            case "vertex_lro":
                return f"{self.base_url}/v1/{self.parent}publishers/google/models/{name}:predictLongRunning"
            case _:
                return f"{self.base_url}/v1beta/models/{name}:predictLongRunning"

    def operation(self, name: str) -> str:
        """An operation of the Gemini API."""
        return f"{self.base_url}/v1beta/{name}"

    def fetch_predict(self, model: str) -> str:
        return f"{self.base_url}/v1/{model}:fetchPredictOperation"

    def interaction(self, remote_id: str, verb: str = "") -> str:
        return f"{self._interactions()}/{remote_id.removeprefix(interactions.PREFIX)}{verb}"

    def file(self, file_id: str) -> str:
        """Files are the Gemini API's: rebuilt here, never taken from a link of an answer."""
        return f"{self.base_url}/v1beta/files/{file_id}:download?alt=media"

    def health(self, model: str) -> str:
        if self.is_vertex:
            return f"{self.base_url}/v1beta1/publishers/google/models/{quote(model, safe='')}"
        return f"{self.base_url}/v1beta/models?pageSize=1"

    def _interactions(self) -> str:
        return f"{self.base_url}/{'v1beta1' if self.is_vertex else 'v1beta'}/{self.parent}interactions"


def gemini_place(account: Account) -> Place:
    return Place(account.base_url.rstrip("/"), is_vertex=False)


def vertex_place(account: Account) -> Place:
    """Raises AccessDenied when project or location are missing or no names."""
    base_url, location = account.base_url.rstrip("/"), account.option("location") or "us-central1"
    if not LOCATION.fullmatch(location):
        raise AccessDenied(f"“{location[:40]}” is no location of Google Cloud.")
    if base_url == VERTEX and location != "global":
        base_url = f"https://{location}-aiplatform.googleapis.com"
    if not account.secret("service_account"):
        return Place(base_url, is_vertex=True)
    project = account.option("project") or auth.account_of(account.secret("service_account"))["project_id"]
    if not PROJECT.fullmatch(project):
        raise AccessDenied("The name of the Google Cloud project is missing.")
    return Place(base_url, is_vertex=True, parent=f"projects/{project}/locations/{location}/")


def route_of(remote_id: str) -> str:
    """The dialect in which a job is asked about. Raises NotFound for what is no job of Google's."""
    if remote_id.startswith(interactions.PREFIX):
        if interactions.ID.fullmatch(remote_id.removeprefix(interactions.PREFIX)):
            return "interactions"
    elif lro.NAME.fullmatch(remote_id):
        return "gemini_lro" if remote_id.startswith("models/") else "vertex_lro"
    raise NotFound("This is no job of Google's.", code="mismatch")

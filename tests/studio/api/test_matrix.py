"""Every operation against every kind of holder: what the document does not list here, nobody may add."""

from dataclasses import dataclass, replace
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from reviews.actions.policies import active_policy
from studio.models import Budget, Generation, Period, Prompt, Template
from studio.rules.generation import GenerationState
from studio.rules.lifecycle import Status
from studio.rules.roles import Role
from studio.rules.scopes import Scope
from tests.clips import draw_clip
from tests.factories import (
    make_asset,
    make_batch,
    make_candidate,
    make_generation,
    make_person,
    make_project,
    make_prompt,
)
from tests.reviews.views.test_every_post import everything
from tests.studio.actions.test_assets import picture
from tests.studio.api.conftest import order, software

pytestmark = pytest.mark.django_db
DOCUMENT = "/api/v1/openapi.json"
A = "author"
READS, WRITES = Scope.GENERATIONS_READ, Scope.PROMPTS_WRITE


@dataclass(frozen=True)
class Row:
    """`right` is what `person` (an author unless said) gets with the scope, `auditor` what an auditor gets with it,
    `foreign` what somebody of another project gets. Without a token it is 401, without the scope 403, always.
    """

    scope: Scope | None
    right: int
    foreign: int
    auditor: int
    person: str = A


MATRIX = {
    "list_projects": Row(None, 200, 200, 200),
    "list_providers": Row(None, 200, 200, 200),
    "list_models": Row(None, 200, 200, 200),
    "get_provider": Row(Scope.ADMIN, 200, 403, 200, person="moderator"),
    "put_provider": Row(Scope.ADMIN, 200, 403, 403, person="moderator"),
    "test_provider": Row(Scope.ADMIN, 200, 403, 403, person="moderator"),
    "open_provider": Row(Scope.ADMIN, 409, 403, 403, person="moderator"),
    "list_references": Row(READS, 200, 200, 200),
    "get_reference": Row(READS, 200, 404, 200),
    "get_reference_file": Row(READS, 200, 404, 200),
    "add_reference": Row(WRITES, 201, 404, 403),
    "list_prompts": Row(READS, 200, 200, 200),
    "get_prompt": Row(READS, 200, 404, 200),
    "cost_of_prompt": Row(WRITES, 200, 404, 403),
    "order_prompt": Row(WRITES, 201, 404, 403),
    "generate_prompt": Row(WRITES, 201, 404, 403),
    "list_generations": Row(READS, 200, 200, 200),
    "get_generation": Row(READS, 200, 404, 200),
    "cancel_generation": Row(WRITES, 200, 404, 403),
    "ask_generation": Row(WRITES, 200, 404, 403),
    "settle_generation": Row(WRITES, 200, 404, 403),
    "adopt_generation": Row(WRITES, 409, 404, 403),
    "cost_of_batch": Row(WRITES, 200, 404, 403),
    "order_batch": Row(WRITES, 201, 404, 403),
    "list_batches": Row(READS, 200, 200, 200),
    "get_batch": Row(READS, 200, 404, 200),
    "hold_batch": Row(WRITES, 200, 404, 403),
    "send_batch_on": Row(WRITES, 409, 404, 403),
    "call_batch_off": Row(WRITES, 200, 404, 403),
    "retry_batch": Row(WRITES, 200, 404, 403),
    "list_templates": Row(READS, 200, 200, 200),
    "get_template": Row(READS, 200, 404, 200),
    "write_template": Row(WRITES, 201, 404, 403),
    "fill_template": Row(WRITES, 200, 404, 403),
    "get_spend": Row(READS, 200, 404, 200),
    "list_budgets": Row(READS, 200, 404, 200),
    "put_budget": Row(Scope.ADMIN, 200, 404, 403, person="moderator"),
    "drop_budget": Row(Scope.ADMIN, 204, 404, 403, person="moderator"),
    "list_takes": Row(Scope.CANDIDATES_READ, 200, 200, 200),
    "get_take": Row(Scope.CANDIDATES_READ, 200, 404, 200),
    "bring_take": Row(WRITES, 201, 404, 403),
    "list_checks": Row(Scope.CANDIDATES_READ, 200, 404, 200),
    "list_findings": Row(Scope.CANDIDATES_READ, 200, 404, 200),
    "list_notes": Row(Scope.CANDIDATES_READ, 200, 404, 200),
    "list_decisions": Row(Scope.CANDIDATES_READ, 200, 404, 200),
    "get_file": Row(Scope.CANDIDATES_READ, 200, 404, 200),
    "list_publications": Row(Scope.PUBLICATIONS_READ, 200, 200, 200),
    "list_events": Row(Scope.AUDIT_READ, 200, 403, 200, person="moderator"),
}


@dataclass(frozen=True)
class Call:
    method: str
    address: str
    body: dict[str, object] | None = None
    files: dict[str, bytes] | None = None

    def by(self, client: Client):
        if self.files is not None:
            sent = {name: SimpleUploadedFile(name, content) for name, content in self.files.items()}
            return client.post(self.address, (self.body or {}) | sent)
        if self.method == "get":
            return client.get(self.address)
        return getattr(client, self.method)(self.address, self.body or {}, content_type="application/json")


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> bytes:
    return draw_clip(tmp_path_factory.mktemp("clip") / "clip.mp4").read_bytes()


@pytest.fixture
def calls(project, author, clip) -> dict[str, Call]:
    """One call of each operation that finds something to work on."""
    active_policy(project)
    prompt = make_prompt(project, author)
    take = make_candidate(prompt, status=Status.IN_REVIEW)
    newest = {"provider": "sandbox", "parameters": {"seconds": 4, "size": "640x360", "fps": "", "audio": None}}
    running = make_generation(prompt, state=GenerationState.RUNNING, remote_id="v1", **newest)
    unknown = make_generation(prompt, state=GenerationState.UNKNOWN, remote_id="v2", **newest)
    batch, asset = make_batch(project, author), make_asset(project, author)
    make_generation(prompt, batch=batch, state=GenerationState.FAILED, run_after=None, **newest)
    make_generation(prompt, batch=batch, **newest)
    who = {"name": "who", "type": "text", "choices": [], "default": ""}
    template = Template.objects.create(
        project=project, name="Greeting", text="Hello {{who}}", author=author, variables=[who]
    )
    budget = Budget.objects.create(project=project, period=Period.MONTH, cap=5, set_by=author)
    api, costs = "/api/v1/", {name: value for name, value in order().items() if name in COST_FIELDS}
    found = {
        "list_projects": Call("get", "projects"),
        "list_providers": Call("get", "providers"),
        "list_models": Call("get", "models"),
        "get_provider": Call("get", "providers/vllm_omni"),
        "put_provider": Call("put", "providers/vllm_omni", {"most_at_once": 3}),
        "test_provider": Call("post", "providers/vllm_omni/test"),
        "open_provider": Call("post", "providers/vllm_omni/open"),
        "list_references": Call("get", "references"),
        "get_reference": Call("get", f"references/{asset.uuid}"),
        "get_reference_file": Call("get", f"references/{asset.uuid}/files/original"),
        "add_reference": Call("post", "projects/harbour/references", {"rights_note": "Own"}, {"file": picture()}),
        "list_prompts": Call("get", "prompts"),
        "get_prompt": Call("get", f"prompts/{prompt.pk}"),
        "cost_of_prompt": Call("post", "projects/harbour/prompts/cost", costs),
        "order_prompt": Call("post", "projects/harbour/prompts", order()),
        "generate_prompt": Call(
            "post", f"prompts/{prompt.pk}/generate", {"takes": 1, "agreed_cost": "0.0400", "known_takes": 4}
        ),
        "list_generations": Call("get", "generations"),
        "get_generation": Call("get", f"generations/{running.pk}"),
        "cancel_generation": Call("post", f"generations/{running.pk}/cancel"),
        "ask_generation": Call("post", f"generations/{unknown.pk}/ask"),
        "settle_generation": Call("post", f"generations/{unknown.pk}/settle", {"charged": False}),
        "adopt_generation": Call("post", f"generations/{unknown.pk}/adopt"),
        "cost_of_batch": Call("post", "projects/harbour/batches/cost", many(prompt)),
        "order_batch": Call(
            "post",
            "projects/harbour/batches",
            many(prompt) | {"agreed_cost": "0.0800", "idempotency_key": str(uuid4())},
        ),
        "list_batches": Call("get", "batches"),
        "get_batch": Call("get", f"batches/{batch.uuid}"),
        "hold_batch": Call("post", f"batches/{batch.uuid}/pause"),
        "send_batch_on": Call("post", f"batches/{batch.uuid}/resume"),
        "call_batch_off": Call("post", f"batches/{batch.uuid}/cancel"),
        "retry_batch": Call("post", f"batches/{batch.uuid}/retry", {"agreed_cost": "0.0400"}),
        "list_templates": Call("get", "templates"),
        "get_template": Call("get", f"templates/{template.pk}"),
        "write_template": Call("post", "projects/harbour/templates", {"name": "Farewell", "text": "Goodbye"}),
        "fill_template": Call("post", f"templates/{template.pk}/fill", {"values": "who\nAnna\n"}),
        "get_spend": Call("get", "projects/harbour/spend"),
        "list_budgets": Call("get", "projects/harbour/budgets"),
        "put_budget": Call("post", "projects/harbour/budgets", {"period": "day", "cap": "5"}),
        "drop_budget": Call("delete", f"budgets/{budget.pk}"),
        "list_takes": Call("get", "takes"),
        "get_take": Call("get", f"takes/{take.uuid}"),
        "bring_take": Call("post", "projects/harbour/takes", {"text": "A harbour"}, {"clip": clip}),
        "list_checks": Call("get", f"takes/{take.uuid}/checks"),
        "list_findings": Call("get", f"takes/{take.uuid}/findings"),
        "list_notes": Call("get", f"takes/{take.uuid}/notes"),
        "list_decisions": Call("get", f"takes/{take.uuid}/decisions"),
        "get_file": Call("get", f"takes/{take.uuid}/files/poster.jpg"),
        "list_publications": Call("get", "publications"),
        "list_events": Call("get", "events"),
    }
    return {name: replace(call, address=api + call.address) for name, call in found.items()}


OF_THE_HOUSE = {"list_events", "get_provider", "put_provider", "test_provider", "open_provider"}


def many(prompt: Prompt) -> dict[str, object]:
    """Two takes of 4 s, one cent a second."""
    return {"prompt": prompt.pk, "models": ["sandbox-1"], "seconds": 4, "size": "640x360", "takes": 2}


COST_FIELDS = {"text", "direction", "model", "seconds", "size", "takes", "audio"}


def documented(client: Client) -> dict[str, dict[str, object]]:
    paths = client.get(DOCUMENT).json()["paths"]
    return {operation["operationId"]: operation for each in paths.values() for operation in each.values()}


def test_every_operation_of_the_document_stands_in_the_table_with_its_scope(client, calls):
    said = {name: operation["x-scope"] for name, operation in documented(client).items()}
    assert said == {name: row.scope.value if row.scope else "" for name, row in MATRIX.items()}
    assert set(calls) == set(MATRIX)


def test_no_operation_decides_approves_or_publishes(client):
    words = ("decide", "decision", "approve", "publish/", "review", "withdraw", "claim")
    paths = client.get(DOCUMENT).json()["paths"]
    writing = [path for path, methods in paths.items() if set(methods) - {"get"}]
    assert writing
    assert not [path for path in writing for word in words if word in path]
    assert not [scope for scope in Scope for word in ("decide", "approve", "publish:") if word in scope.value]


@pytest.mark.parametrize("name", MATRIX)
def test_without_a_token_nothing_opens_and_nothing_changes(name, calls, client, author):
    before = everything()
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer dly_0123456789_" + "0" * 64}):
        answer = calls[name].by(Client(headers=headers))
        assert answer.status_code == 401
        assert answer.json()["error"] == "NoToken"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert everything() == before


@pytest.mark.parametrize("name", MATRIX)
def test_a_session_opens_nothing(name, calls, client, author):
    client.force_login(author)
    assert calls[name].by(client).status_code == 401


@pytest.mark.parametrize("name", [name for name, row in MATRIX.items() if row.scope])
def test_every_scope_but_the_right_one_is_refused(name, calls, author, moderator):
    row = MATRIX[name]
    person = {"author": author, "moderator": moderator}[row.person]
    holder = software(person, *(scope for scope in Scope if scope is not row.scope))
    before = without_tokens(everything())
    answer = calls[name].by(holder)
    assert (answer.status_code, answer.json()["error"]) == (403, "ScopeMissing")
    assert without_tokens(everything()) == before


@pytest.mark.parametrize("name", MATRIX)
def test_the_right_scope_alone_is_enough(name, calls, author, moderator):
    row = MATRIX[name]
    person = {"author": author, "moderator": moderator}[row.person]
    answer = calls[name].by(software(person, row.scope or Scope.ADMIN))
    assert answer.status_code == row.right, answer.content


@pytest.mark.parametrize("name", MATRIX)
def test_somebody_of_another_project_finds_nothing_and_changes_nothing(name, calls, project):
    elsewhere = make_project("elsewhere")
    stranger = make_person("stranger", elsewhere, *Role)
    if name in OF_THE_HOUSE:  # not of a project: a moderator of any may read or set it
        stranger = make_person("stranger2", elsewhere, Role.AUTHOR)
    holder = software(stranger)
    before = without_tokens(everything())
    answer = calls[name].by(holder)
    assert answer.status_code == MATRIX[name].foreign
    if name.startswith("list_") and answer.status_code == 200 and name not in ("list_providers", "list_models"):
        assert [item.get("slug") for item in answer.json()["items"]] in ([], ["elsewhere"])
    assert without_tokens(everything()) == before


@pytest.mark.parametrize("name", MATRIX)
def test_a_token_for_one_project_does_not_reach_the_others_of_its_owner(name, calls, author, moderator):
    row, elsewhere = MATRIX[name], make_project("elsewhere")
    person = {"author": author, "moderator": moderator}[row.person]
    person.memberships.create(project=elsewhere, role=row.person)
    answer = calls[name].by(software(person, project=elsewhere))
    assert answer.status_code == row.foreign
    if name.startswith("list_") and row.foreign == 200 and name not in ("list_providers", "list_models"):
        assert [item.get("slug") for item in answer.json()["items"]] in ([], ["elsewhere"])


@pytest.mark.parametrize("name", MATRIX)
def test_an_auditor_reads_everything_and_changes_nothing(name, calls, auditor):
    holder = software(auditor)
    before = without_tokens(everything())
    answer = calls[name].by(holder)
    assert answer.status_code == MATRIX[name].auditor, answer.content
    assert without_tokens(everything()) == before


def test_a_reviewer_reads_takes_but_no_prompts(calls, reviewer):
    holder = software(reviewer)
    assert calls["get_take"].by(holder).status_code == 200
    assert calls["get_prompt"].by(holder).status_code == 403
    assert calls["get_generation"].by(holder).status_code == 403
    assert calls["list_generations"].by(holder).json()["items"] == []


def test_orders_of_a_right_holder_are_written(calls, author):
    calls["order_prompt"].by(software(author, WRITES))
    assert Prompt.objects.filter(author=author).count() == 2
    assert Generation.objects.filter(state="reserved", batch=None).count() == 3


def without_tokens(rows: dict[str, list[tuple[object, ...]]]) -> dict[str, list[tuple[object, ...]]]:
    """When a token was last used, and how often it wrote, may change by every request."""
    return {name: kept for name, kept in rows.items() if name != "ApiToken"}

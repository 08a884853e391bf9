"""The document that other software reads, and what holds for every answer."""

import re

import pytest
from django.test import override_settings

from studio.keyring import seal
from studio.models import ProviderAccount
from studio.rules.scopes import Scope
from tests.studio.api.conftest import key_of, order, software

pytestmark = pytest.mark.django_db
DOCUMENT = "/api/v1/openapi.json"


def references(node: object) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*map(references, node.values()))
    return set().union(*map(references, node)) if isinstance(node, list) else set()


def test_it_is_a_whole_openapi_document(client):
    document = client.get(DOCUMENT).json()
    assert (document["openapi"], document["info"]["title"]) == ("3.1.0", "Dailies")
    schemas = document["components"]["schemas"]
    assert {name.removeprefix("#/components/schemas/") for name in references(document)} <= set(schemas)
    assert document["components"]["securitySchemes"]["BearerToken"]["scheme"] == "bearer"
    names = []
    for path, operations in document["paths"].items():
        for operation in operations.values():
            names.append(operation["operationId"])
            declared = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
            assert declared == set(re.findall(r"{(\w+)}", path)), path
            assert operation["security"] == [{"BearerToken": [scope] if (scope := operation["x-scope"]) else []}]
            assert {"401", "403", "404"} <= set(operation["responses"])
            assert any(code.startswith("2") for code in operation["responses"])
    assert len(names) == len(set(names)) > 15
    assert {operation["x-scope"] for each in document["paths"].values() for operation in each.values()} <= {"", *Scope}


def test_every_body_refuses_fields_that_it_does_not_know(client):
    document = client.get(DOCUMENT).json()
    bodies = [
        content["schema"]["$ref"].rsplit("/", 1)[1]
        for operations in document["paths"].values()
        for operation in operations.values()
        for kind, content in operation.get("requestBody", {}).get("content", {}).items()
        if kind == "application/json"
    ]
    assert bodies
    assert [
        name for name in bodies if document["components"]["schemas"][name]["additionalProperties"] is not False
    ] == []


def test_every_refusal_is_json_whoever_asks(client, project, author):
    holder = software(author)
    for asked in (holder.get("/api/v1/nothing"), client.get("/api/v1/"), holder.get("/api/v1/prompts/7")):
        assert (asked.status_code, asked.headers["Content-Type"]) == (404, "application/json")
        assert asked.json()["title"] == "Not found"
    wrong = holder.delete("/api/v1/prompts")
    assert wrong.status_code == 405
    assert holder.get("/api/v1/projects/harbour/prompts").status_code == 405


def test_answers_are_kept_by_no_cache_and_set_no_cookie(project, author):
    holder = software(author)
    for answer in (holder.get("/api/v1/projects"), holder.get("/api/v1/prompts/7")):
        assert answer.headers["Cache-Control"] == "no-store"
        assert not answer.cookies


def test_no_answer_holds_a_secret(project, author, moderator, settings):
    settings.KEYRING = ["k" * 32]
    settings.PROVIDER_SETTINGS = {
        "sandbox": {"base_url": "http://127.0.0.1:9/v1", "secrets": {"api_key": "canary-environment"}}
    }
    ProviderAccount.objects.create(
        provider="openai_videos",
        base_url="https://api.openai.com/v1",
        sealed_secrets=seal({"api_key": "canary-sealed"}, owner="openai_videos"),
        secret_endings={"api_key": "aled"},
        changed_by=moderator,
    )
    holder = software(moderator)
    key_of(author)
    heard = [holder.get(f"/api/v1/{name}?") for name in ("projects", "providers", "models", "prompts", "events")]
    heard.append(software(author).post("/api/v1/projects/harbour/prompts", order(), content_type="application/json"))
    said = " ".join(answer.content.decode() for answer in heard)
    assert {answer.status_code for answer in heard} <= {200, 201}
    assert "canary" not in said
    assert not re.search(r"dly_[0-9a-f]{10}_[\w-]{8}", said)


def test_providers_and_models_say_what_can_be_had(project, author):
    holder = software(author, Scope.ADMIN)
    providers = {row["slug"]: row for row in holder.get("/api/v1/providers").json()["items"]}
    assert (providers["sandbox"]["is_usable"], providers["sandbox"]["why_not"]) == (True, "")
    assert (providers["openai_videos"]["is_usable"], providers["openai_videos"]["state"]) == (False, "retired")
    assert "2026" in providers["openai_videos"]["why_not"]
    models = {row["key"]: row for row in holder.get("/api/v1/models").json()["items"]}
    assert models["sandbox-1"]["why_not"] == ""
    assert models["sandbox-1"]["prices"][-1]["per_second"] == "0.0100"
    assert "text_to_video" in models["sandbox-1"]["operations"]
    assert "retired" in models["sora-2"]["why_not"]


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1000)
def test_a_body_that_is_too_large_is_refused_in_words(project, author):
    answer = software(author).post(
        "/api/v1/projects/harbour/prompts", order(text="x" * 2000), content_type="application/json"
    )
    assert (answer.status_code, answer.json()["error"]) == (413, "TooLarge")


def test_a_production_sends_plain_requests_to_https_and_answers_there(project, author, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.PRODUCTION, settings.DEBUG = True, False
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    holder = software(author)
    assert holder.get("/api/v1/projects").status_code == 301
    assert holder.get("/api/v1/projects", secure=True).status_code == 200
    ordered = holder.post(
        "/api/v1/projects/harbour/prompts", order(), content_type="application/json", secure=True
    )  # no CSRF token, no cookie
    assert ordered.status_code == 201

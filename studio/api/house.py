"""The API as a whole: every router, its document, and how refusals leave."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from studio.api.access import BearerToken
from studio.api.refusals import refuse_in_json

DESCRIPTION = (
    "Everything that makes takes, for other software. Send `Authorization: Bearer dly_…`; `x-scope` names the scope "
    "that an operation needs (none: any token). A token acts as its owner, with no right more. Money is US dollars, as "
    "text with four places. Lists are newest first, a page at a time: follow `next`. No token decides, approves or "
    "publishes."
)
ROUTERS = (
    "studio.api.projects.router",
    "studio.api.offered.router",
    "studio.api.providers.router",
    "studio.api.prompts.router",
    "studio.api.references.router",
    "studio.api.generations.router",
    "studio.api.batches.router",
    "studio.api.templates.router",
    "studio.api.takes.router",
    "studio.api.money.router",
    "reviews.api.files.router",
    "reviews.api.findings.router",
    "reviews.api.judgements.router",
    "reviews.api.publications.router",
    "reviews.api.trail.router",
)


class House(NinjaAPI):
    """Nothing is kept by caches on the way, and the document names each operation's scope as OpenAPI does."""

    def create_temporal_response(self, request: HttpRequest) -> HttpResponse:
        answer = super().create_temporal_response(request)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    _document: OpenAPISchema | None = None

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Worked out once: everybody may ask for it, and it takes a tenth of a second."""
        if self._document is None:
            self._document = self._write_document(**options)
        return self._document

    def _write_document(self, **options: Any) -> OpenAPISchema:
        document = super().get_openapi_schema(**options)
        for operations in document["paths"].values():
            for operation in operations.values():
                scope = operation.get("x-scope")
                operation["security"] = [{BearerToken.__name__: [scope] if scope else []}]
        return document


api = House(
    title="Dailies",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api",
    docs_url=None,  # its page would need scripts from elsewhere, which no page of ours loads
)
refuse_in_json(api)
for router in ROUTERS:
    api.add_router("", router)

"""Clips made elsewhere, brought in by hand."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from studio.actions.ingesting import bring_in
from studio.errors import Invalid
from studio.forms import UploadForm
from studio.http import UserRequest, wants_json
from studio.models import Project, Source
from studio.views.places import BRINGERS, project_for

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile  # generic for the checker only, not when it runs

PAGE = "studio/upload.html"


@login_required
def upload(request: UserRequest, project_slug: str) -> HttpResponse:
    """Each file becomes a take or is refused in a sentence; one bad file does not hold up the others."""
    project = project_for(request, project_slug, *BRINGERS)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if not form.is_bound:
        return render(request, PAGE, _context(project, form))
    if not form.is_valid():
        return _refused(request, project, form)
    results = [_bring(request, project, file, form.cleaned_data["text"]) for file in form.cleaned_data["clips"]]
    takes = [result for result in results if "href" in result]
    errors = [result for result in results if "error" in result]
    status = HTTPStatus.OK if takes else HTTPStatus.UNPROCESSABLE_ENTITY
    if wants_json(request):
        return JsonResponse({"takes": takes, "errors": errors}, status=status)
    return render(request, PAGE, _context(project, UploadForm()) | {"takes": takes, "errors": errors}, status=status)


def _bring(request: UserRequest, project: Project, file: "UploadedFile[Any]", text: str) -> dict[str, str]:
    name = file.name or "clip"
    try:
        take = bring_in(file.chunks(), project=project, by=request.user, source=Source.UPLOAD, name=name, text=text)
    except Invalid as refused:
        return {"name": name, "error": str(refused)}
    return {"name": name, "href": reverse("take", args=[take.uuid])}


def _refused(request: UserRequest, project: Project, form: UploadForm) -> HttpResponse:
    if wants_json(request):
        sentences = [str(sentence) for errors in form.errors.values() for sentence in errors]
        answer = {"takes": [], "errors": [{"name": "", "error": sentence} for sentence in sentences]}
        return JsonResponse(answer, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return render(request, PAGE, _context(project, form), status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _context(project: Project, form: UploadForm) -> dict[str, object]:
    return {"project": project, "form": form, "max_bytes": settings.MAX_CLIP_BYTES}

"""Files that guide takes: all of a project with their rights and where they went along, and one to be looked at."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST, require_safe

from studio.actions.assets import add_asset
from studio.errors import Invalid
from studio.forms import AssetForm
from studio.http import UserRequest, wants_json
from studio.media.prepare import POSTER, PROXY
from studio.media.serving import serve_file
from studio.media.still import THUMB
from studio.models import Asset, AssetKind, Project, PromptReference, roles_of
from studio.store import media_store
from studio.views.paging import page_of
from studio.views.places import BRINGERS, READERS, project_for

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile  # generic for the checker only, not when it runs

PAGE = "studio/references.html"
ORIGINAL = "original"
DERIVED = {THUMB: "image/jpeg", POSTER: "image/jpeg", PROXY: "video/mp4"}
NAMES = {AssetKind.STILL: {ORIGINAL, THUMB}, AssetKind.CLIP: {ORIGINAL, POSTER, PROXY}}
ASSETS_A_PAGE = 24


@login_required
@require_GET
def references(request: UserRequest, project_slug: str) -> HttpResponse:
    project = project_for(request, project_slug, *READERS)
    return render(request, PAGE, _context(request, project, AssetForm()))


@login_required
@require_POST
def references_upload(request: UserRequest, project_slug: str) -> HttpResponse:
    """Each file becomes an asset or is refused in a sentence; one bad file does not hold up the others."""
    project = project_for(request, project_slug, *BRINGERS)
    form = AssetForm(request.POST, request.FILES)
    if not form.is_valid():
        return _refused(request, project, form)
    note = form.cleaned_data["rights_note"]
    results = [_bring(request, project, file, note) for file in form.cleaned_data["assets"]]
    takes = [result for result in results if "href" in result]
    errors = [result for result in results if "error" in result]
    status = HTTPStatus.OK if takes else HTTPStatus.UNPROCESSABLE_ENTITY
    if wants_json(request):
        return JsonResponse({"takes": takes, "errors": errors}, status=status)
    context = _context(request, project, AssetForm()) | {"added": takes, "errors": errors}
    return render(request, PAGE, context, status=status)


@require_safe
def reference_file(request: HttpRequest, project_slug: str, uuid: UUID, name: str) -> HttpResponseBase:
    """One file of one asset, asked for again at every use: permission may have ended meanwhile."""
    if not request.user.is_authenticated:
        raise Http404
    found = Asset.objects.visible_to(request.user).filter(project__slug=project_slug).select_related("blob")
    return file_of(request, get_object_or_404(found, uuid=uuid), name)


def file_of(request: HttpRequest, asset: Asset, name: str) -> HttpResponseBase:
    """The file `name` of an asset that this request may see."""
    if name not in NAMES[AssetKind(asset.kind)]:
        raise Http404
    store, sha256 = media_store(), asset.blob.sha256
    path = store.private_path(sha256) if name == ORIGINAL else store.derived_path(sha256, name)
    if not path.is_file():
        raise Http404
    return serve_file(
        request,
        path,
        content_type=asset.blob.media_type if name == ORIGINAL else DERIVED[name],
        etag=f"{sha256}-{name}",
        cache_control="private, no-cache",
        filename=_download_name(asset) if name == ORIGINAL else None,
    )


def _download_name(asset: Asset) -> str:
    ending = asset.blob.media_type.partition("/")[2].replace("jpeg", "jpg")
    return asset.name if asset.name.lower().endswith(f".{ending}") else f"{asset.name}.{ending}"


def _bring(request: UserRequest, project: Project, file: "UploadedFile[Any]", note: str) -> dict[str, str]:
    name = file.name or "file"
    try:
        asset = add_asset(file.chunks(), project=project, by=request.user, name=name, rights_note=note)
    except Invalid as refused:
        return {"name": name, "error": str(refused)}
    return {"name": name, "href": f"{reverse('references', args=[project.slug])}#asset-{asset.pk}"}


def _refused(request: UserRequest, project: Project, form: AssetForm) -> HttpResponse:
    if wants_json(request):
        sentences = [str(sentence) for errors in form.errors.values() for sentence in errors]
        answer = {"takes": [], "errors": [{"name": "", "error": sentence} for sentence in sentences]}
        return JsonResponse(answer, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return render(request, PAGE, _context(request, project, form), status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _context(request: UserRequest, project: Project, form: AssetForm) -> dict[str, object]:
    uses = PromptReference.objects.select_related("prompt").order_by("-pk")
    rows = Asset.objects.filter(project=project).select_related("blob", "added_by")
    page = page_of(rows.prefetch_related(Prefetch("uses", queryset=uses)), request, size=ASSETS_A_PAGE)
    can_add = bool(roles_of(request.user, project).intersection(BRINGERS))
    return {"project": project, "form": form, "page": page, "can_add": can_add}

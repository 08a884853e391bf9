"""Small judgements inside the room: findings confirmed or dismissed."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from reviews.actions import labelling
from reviews.forms import LabelForm
from reviews.models import Finding, Verdict
from reviews.reach import takes_open_to
from studio.errors import Invalid
from studio.http import UserRequest, see_other, wants_json
from studio.models import Candidate


@require_POST
@login_required
def finding_label(request: UserRequest, pk: int) -> HttpResponse:
    visible = Finding.objects.filter(candidate__in=takes_open_to(request.user))
    finding = get_object_or_404(visible.select_related("candidate"), pk=pk)
    form = LabelForm(request.POST)
    if not form.is_valid():
        raise Invalid("Confirm the finding or dismiss it.")
    label = labelling.label(finding, verdict=Verdict(form.cleaned_data["verdict"]), by=request.user)
    if wants_json(request):
        return JsonResponse({"verdict": None if label.verdict == Verdict.TAKEN_BACK else label.verdict})
    return see_other(request, back_to(request, finding.candidate))


def back_to(request: UserRequest, candidate: Candidate) -> str:
    """Where the form stood, when that is a page of ours; else the take's record."""
    url = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return url if url and ours else reverse("take", args=[candidate.uuid])

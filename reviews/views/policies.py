"""The policy of a project: what is in force, what is proposed, and what another one would have done to past takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from reviews.actions import governing
from reviews.models import Policy
from reviews.policy_forms import PolicyForm
from reviews.queues import posts_of
from reviews.rules.policy import PolicyTerms, load_policy
from reviews.rules.policy_changes import changes_between
from reviews.simulating import simulate_change
from reviews.views.policy_shown import WITH_TERMS, proposal_shown, versions_of
from reviews.views.rechecks import recheck_context
from studio.errors import Conflict, Invalid
from studio.http import UserRequest, page_or_partial, see_other
from studio.models import Project, User, roles_of
from studio.rules.roles import Role
from studio.views.paging import page_of
from studio.views.places import project_for

READERS = (Role.MODERATOR, Role.AUDITOR)
ROWS = 20
TEMPLATE = "reviews/policy.html"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is in force: a stored version, or the house's where the project has none of its own yet."""

    policy: Policy | None
    terms: PolicyTerms

    @property
    def key(self) -> int:
        return self.policy.pk if self.policy else 0


def standing_of(project: Project) -> Standing:
    policy = Policy.objects.active_in(project).select_related("proposed_by", "activated_by").first()
    return Standing(policy, policy.terms() if policy else load_policy())


@require_safe
@login_required
def policy(request: UserRequest, slug: str) -> HttpResponse:
    project = project_for(request, slug, *READERS)
    now = standing_of(project)
    return render(request, TEMPLATE, _context(request, project, now, _form(now)))


def _form(now: Standing, data: Mapping[str, Any] | None = None) -> PolicyForm:
    return PolicyForm(data, terms=now.terms, house=load_policy(), base=now.key)


def _context(request: UserRequest, project: Project, now: Standing, form: PolicyForm) -> dict[str, Any]:
    roles = roles_of(request.user, project)
    may_change = Role.MODERATOR in roles
    for field in form.fields.values():
        field.disabled = field.disabled or not may_change
    page = page_of(versions_of(project).defer("simulated"), request, size=ROWS)
    waiting = versions_of(project).filter(pk__in=Policy.objects.proposals()).prefetch_related(*WITH_TERMS)
    return {
        "project": project,
        "elsewhere": _elsewhere(request.user, project),
        "standing": now.policy,
        "form": form,
        "rows": list(form.rows()),
        "offered": form.offered_rows(),
        "proposals": [proposal_shown(each, request.user, now.policy, roles) for each in waiting] if now.policy else [],
        "versions": page.rows,
        "page": page,
        "may_change": may_change,
    } | recheck_context(request, project, now.policy, may_change=may_change)


def _elsewhere(user: User, here: Project) -> list[tuple[str, str]]:
    """Name and slug of the other projects whose policy this person may read."""
    posts = [post for post in posts_of(user) if post.roles & {*READERS}]
    return [(post.name, post.slug) for post in posts if post.slug != here.slug]


@require_POST
@login_required
def policy_simulate(request: UserRequest, slug: str) -> HttpResponse:
    """Writes nothing: a POST because the form is long."""
    project = project_for(request, slug, Role.MODERATOR)
    now = standing_of(project)
    form = _form(now, request.POST)
    if not form.is_valid():
        return _again(request, project, now, form, status=422)
    terms = form.as_terms()
    told = {
        "simulation": simulate_change(project, now.terms, terms),
        "is_unchanged": not changes_between(now.terms, terms),
    }
    if request.htmx:
        return page_or_partial(request, TEMPLATE, "simulation", told | {"form": form})
    return render(request, TEMPLATE, _context(request, project, now, form) | told)


def _again(
    request: UserRequest, project: Project, now: Standing, form: PolicyForm, *, status: int, sentence: str = ""
) -> HttpResponse:
    """The page with what was typed, and what is wrong with it; for htmx the panel that says so."""
    if request.htmx:
        context = {"form": form, "sentence": sentence}
        return page_or_partial(request, TEMPLATE, "simulation", context, status=status)
    context = _context(request, project, now, form) | {"sentence": sentence, "status": status}
    return render(request, TEMPLATE, context, status=status)


@require_POST
@login_required
def policy_propose(request: UserRequest, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.MODERATOR)
    now = standing_of(project)
    form = _form(now, request.POST)
    if not form.is_valid():
        return _again(request, project, now, form, status=422)
    given = {"terms": form.as_terms(), "based_on": form.cleaned_data["base"], "note": form.cleaned_data["note"]}
    try:
        proposal = governing.propose_policy(project, by=request.user, **given)
    except Invalid as refused:
        return _again(request, project, now, form, status=422, sentence=str(refused))
    except Conflict as refused:
        return _outdated(request, project, str(refused))
    messages.info(request, f"Version {proposal.version} is proposed. Another moderator puts it into force.")
    return see_other(request, reverse("policy_version", args=[slug, proposal.version]))


def _outdated(request: UserRequest, project: Project, sentence: str) -> HttpResponse:
    """What was typed, on the version that is in force now."""
    now = standing_of(project)
    data = request.POST.copy()
    data["base"] = str(now.key)
    return _again(request, project, now, _form(now, data), status=409, sentence=sentence)


@require_safe
@login_required
def policy_version(request: UserRequest, slug: str, version: int) -> HttpResponse:
    """One version for the record: what it changes, computed from the two versions, for neither ever changes; and what
    its proposer was told of past takes, as it was stored.
    """
    project = project_for(request, slug, *READERS)
    shown = get_object_or_404(versions_of(project).prefetch_related(*WITH_TERMS), version=version)
    active, roles = Policy.objects.active_in(project).first(), roles_of(request.user, project)
    base = shown.based_on or shown
    context = {
        "project": project,
        "shown": shown,
        "changes": changes_between(base.terms(), shown.terms()),
        "proposal": proposal_shown(shown, request.user, active, roles) if shown.is_proposal and active else None,
        "simulation": shown.simulation(),
        "may_change": Role.MODERATOR in roles,
    }
    return render(request, "reviews/policy_version.html", context)


def _proposal(request: UserRequest, slug: str, version: int) -> Policy:
    project = project_for(request, slug, Role.MODERATOR)
    return get_object_or_404(Policy.objects.select_related("project"), project=project, version=version)


@require_POST
@login_required
def policy_activate(request: UserRequest, slug: str, version: int) -> HttpResponse:
    governing.activate_policy(_proposal(request, slug, version), by=request.user)
    messages.info(request, f"Version {version} is in force. Nothing was checked again yet.")
    return see_other(request, reverse("policy", args=[slug]))


@require_POST
@login_required
def policy_withdraw(request: UserRequest, slug: str, version: int) -> HttpResponse:
    governing.withdraw_proposal(_proposal(request, slug, version), by=request.user)
    messages.info(request, f"The proposal of version {version} is withdrawn.")
    return see_other(request, reverse("policy", args=[slug]))

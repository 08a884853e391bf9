"""The making side in Django's admin: for looking things up, and for the few rows that are kept by hand."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from studio.actions.events import Actor, chained_events, record_event
from studio.models import (
    Batch,
    Blob,
    Budget,
    BudgetWindow,
    Candidate,
    ChainHead,
    Event,
    Generation,
    Heartbeat,
    Membership,
    Preferences,
    Project,
    Prompt,
    Reservation,
    Template,
    User,
)

admin.site.site_header = "Dailies"
admin.site.site_title = "Dailies"
admin.site.index_title = "Rows kept by hand, and rows to look up"


class NeverDeleted(admin.ModelAdmin):  # type: ignore[type-arg]  # generic for the checker only, not when it runs
    """Rows that history points to: they may be corrected, never removed."""

    def has_delete_permission(self, *_: object, **__: object) -> bool:
        return False


class ReadOnly(NeverDeleted):
    """Rows that only actions write: anybody of the staff may look, nobody changes them here, superusers included."""

    def has_view_permission(self, request: HttpRequest, *_: object, **__: object) -> bool:
        return bool(request.user.is_staff)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_staff)

    def has_add_permission(self, *_: object, **__: object) -> bool:
        return False

    def has_change_permission(self, *_: object, **__: object) -> bool:
        return False


class Recorded(NeverDeleted):
    """Rows kept by hand: each change is an event of the chain, in the admin's own transaction."""

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: list[Any], change: bool) -> None:  # type: ignore[type-arg]  # as above
        super().save_related(request, form, formsets, change)
        actor = Actor.of(cast(User, request.user))
        with chained_events():
            verb = "changed_by_hand" if change else "created_by_hand"
            record_event(form.instance, verb=verb, actor=actor, data={"fields": sorted(form.changed_data)})
            for formset in formsets:
                _record_members(form.instance, formset, actor)


def _record_members(project: Project, formset: Any, actor: Actor) -> None:
    """Who was enrolled, and who was struck off; a changed row is both."""
    changed = [row for row, _ in formset.changed_objects]
    for verb, rows in (("enrolled", [*formset.new_objects, *changed]), ("struck_off", formset.deleted_objects)):
        for row in rows:
            record_event(project, verb=verb, actor=actor, data={"user": row.user_id, "role": row.role})


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]  # as above
    model = Membership
    autocomplete_fields = ["user"]
    extra = 0


@admin.register(Project)
class ProjectAdmin(Recorded):
    list_display = ["name", "slug", "created_at"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [MembershipInline]


@admin.register(User)
class PersonAdmin(Recorded, UserAdmin):  # type: ignore[type-arg]  # as above
    """People who leave are made inactive: what they made and judged keeps their name.

    Only superusers change people, whatever permissions the staff was given: who could set a password or a flag could
    become anybody, and judge under two names.
    """

    list_display = ["username", "display_name", "email", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, *_: object, **__: object) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)


@admin.register(Prompt)
class PromptAdmin(ReadOnly):
    list_display = ["title", "number", "project", "mode", "author", "created_at"]
    list_filter = ["project", "mode", "created_at"]
    list_select_related = ["project", "author"]
    search_fields = ["title", "text", "author__username"]


@admin.register(Generation)
class GenerationAdmin(ReadOnly):
    list_display = ["__str__", "state", "reason", "cost_estimated", "cost_billed", "requested_by", "created_at"]
    list_filter = ["state", "reason", "provider", "model", "created_at"]
    list_select_related = ["prompt", "requested_by"]
    search_fields = ["prompt__title", "remote_id", "client_key"]


@admin.register(Candidate)
class CandidateAdmin(ReadOnly):
    list_display = ["name", "status", "source", "project", "made_by", "created_at"]
    list_filter = ["status", "source", "prompt__project", "created_at"]
    search_fields = ["name", "sha256", "uuid", "prompt__title"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Candidate]:
        return super().get_queryset(request).select_related("prompt__project", "made_by")

    @admin.display(ordering="prompt__project__name")
    def project(self, candidate: Candidate) -> Project:
        return candidate.prompt.project


@admin.register(Blob)
class BlobAdmin(ReadOnly):
    list_display = ["sha256", "media_type", "size", "created_at"]
    list_filter = ["media_type"]
    search_fields = ["sha256"]


@admin.register(Template)
class TemplateAdmin(ReadOnly):
    list_display = ["name", "number", "project", "author", "created_at"]
    list_filter = ["project", "created_at"]
    list_select_related = ["project", "author"]
    search_fields = ["name", "text"]


@admin.register(Batch)
class BatchAdmin(ReadOnly):
    list_display = ["name", "project", "ordered_by", "cost_estimated", "paused_at", "cancelled_at", "created_at"]
    list_filter = ["project", "created_at"]
    list_select_related = ["project", "ordered_by"]
    search_fields = ["name", "uuid"]


@admin.register(Budget)
class BudgetAdmin(ReadOnly):
    """Caps are set on a project's page of its spending: there what is left moves with them."""

    list_display = ["project", "person", "period", "cap", "set_by", "set_at"]
    list_filter = ["project", "period"]
    list_select_related = ["project", "person", "set_by"]


@admin.register(BudgetWindow)
class BudgetWindowAdmin(ReadOnly):
    list_display = ["budget", "starts_on", "left"]
    list_select_related = ["budget__project", "budget__person"]


@admin.register(Reservation)
class ReservationAdmin(ReadOnly):
    list_display = ["generation", "window", "amount", "is_settled"]
    list_filter = ["is_settled"]
    list_select_related = ["generation__prompt", "window__budget__project", "window__budget__person"]


@admin.register(Event)
class EventAdmin(ReadOnly):
    list_display = ["seq", "at", "actor", "verb", "subject"]
    list_filter = ["verb", "at"]
    search_fields = ["actor", "verb", "subject", "digest"]
    ordering = ["-seq"]


@admin.register(ChainHead)
class ChainHeadAdmin(ReadOnly):
    list_display = ["seq", "digest"]


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnly):
    list_display = ["name", "at"]


@admin.register(Preferences)
class PreferencesAdmin(ReadOnly):
    list_display = ["user", "theme", "undo_seconds"]
    exclude = ["care"]
    list_select_related = ["user"]
    search_fields = ["user__username"]

"""The judging rows for moderators, in Django's admin: to look up and to filter, never to change.

Nothing here moves a take or writes an event: what changes the world is done on the pages, by an action.
"""

from django.contrib import admin
from django.http import HttpRequest

from reviews.models import (
    CheckRun,
    Comment,
    Decision,
    DecisionReason,
    Finding,
    FindingLabel,
    Policy,
    PolicyRule,
    Publication,
    Reason,
    Review,
    ReviewReason,
)
from studio.admin import ReadOnly


class ReadOnlyRows(admin.TabularInline):  # type: ignore[type-arg]  # generic for the checker only, not when it runs
    """Rows beneath a row, to look at."""

    extra = 0

    def has_view_permission(self, request: HttpRequest, *_: object, **__: object) -> bool:
        return bool(request.user.is_staff)

    def has_add_permission(self, *_: object, **__: object) -> bool:
        return False

    def has_change_permission(self, *_: object, **__: object) -> bool:
        return False

    def has_delete_permission(self, *_: object, **__: object) -> bool:
        return False


class RuleInline(ReadOnlyRows):
    model = PolicyRule
    fields = ("check_key", "label", "severity", "route", "parameters")


class ReviewReasonInline(ReadOnlyRows):
    model = ReviewReason
    fields = ("code", "sentence")


class DecisionReasonInline(ReadOnlyRows):
    model = DecisionReason
    fields = ("reason", "start_frame", "end_frame", "finding")


@admin.register(Policy)
class PolicyAdmin(ReadOnly):
    list_display = ("title", "project", "version", "is_active", "created_at")
    list_filter = ("project", "is_active")
    inlines = (RuleInline,)


@admin.register(Reason)
class ReasonAdmin(ReadOnly):
    list_display = ("label", "slug", "group", "severity", "range_rule")
    list_filter = ("group", "severity")
    search_fields = ("label", "slug")


@admin.register(CheckRun)
class CheckRunAdmin(ReadOnly):
    list_display = ("candidate", "check_key", "version", "status", "seconds", "finished_at")
    list_filter = ("status", "check_key", "candidate__prompt__project")
    search_fields = ("candidate__name", "sha256")
    list_select_related = ("candidate",)


@admin.register(Finding)
class FindingAdmin(ReadOnly):
    list_display = ("candidate", "check_key", "label", "severity", "route", "start_frame", "end_frame", "message")
    list_filter = ("severity", "check_key", "label", "candidate__prompt__project")
    search_fields = ("candidate__name", "message")
    list_select_related = ("candidate",)


@admin.register(FindingLabel)
class FindingLabelAdmin(ReadOnly):
    list_display = ("finding", "verdict", "labelled_by", "created_at")
    list_filter = ("verdict", "finding__check_key")
    list_select_related = ("finding", "labelled_by")


@admin.register(Review)
class ReviewAdmin(ReadOnly):
    list_display = ("candidate", "queue", "severity_rank", "due_at", "claimed_by", "closed_at", "settled_at")
    list_filter = ("queue", "candidate__prompt__project", ("closed_at", admin.EmptyFieldListFilter))
    search_fields = ("candidate__name", "candidate__sha256")
    list_select_related = ("candidate", "claimed_by")
    inlines = (ReviewReasonInline,)


@admin.register(Decision)
class DecisionAdmin(ReadOnly):
    list_display = ("review", "outcome", "decided_by", "created_at", "settles_at", "policy")
    list_filter = ("outcome", "decided_by", "review__queue")
    search_fields = ("review__candidate__name", "note", "sha256")
    list_select_related = ("review__candidate", "decided_by", "policy")
    inlines = (DecisionReasonInline,)


@admin.register(Comment)
class CommentAdmin(ReadOnly):
    list_display = ("candidate", "author", "start_frame", "end_frame", "body", "created_at")
    list_filter = ("candidate__prompt__project",)
    search_fields = ("body", "candidate__name")
    list_select_related = ("candidate", "author")


@admin.register(Publication)
class PublicationAdmin(ReadOnly):
    list_display = ("title", "state", "published_at", "withdrawn_at", "withdrawn_by", "withdrawal_reason")
    list_filter = ("state", "withdrawal_reason", "candidate__prompt__project")
    search_fields = ("title", "sha256", "uuid")
    list_select_related = ("withdrawn_by",)

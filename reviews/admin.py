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
    Mark,
    Mention,
    Policy,
    PolicyCheck,
    PolicyRule,
    Publication,
    Reason,
    Recheck,
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


class PolicyCheckInline(ReadOnlyRows):
    model = PolicyCheck
    fields = ("check_key", "is_on", "is_required")


class ReviewReasonInline(ReadOnlyRows):
    model = ReviewReason
    fields = ("code", "sentence")


class DecisionReasonInline(ReadOnlyRows):
    model = DecisionReason
    fields = ("reason", "start_frame", "end_frame", "finding")


@admin.register(Policy)
class PolicyAdmin(ReadOnly):
    list_display = ("title", "project", "version", "is_active", "proposed_by", "activated_by", "created_at")
    list_filter = ("project", "is_active")
    list_select_related = ("project", "proposed_by", "activated_by")
    inlines = (RuleInline, PolicyCheckInline)


@admin.register(Recheck)
class RecheckAdmin(ReadOnly):
    list_display = ("policy", "project", "started_by", "started_at", "cancelled_at", "finished_at")
    list_filter = ("project",)
    list_select_related = ("policy", "project", "started_by")


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
    exclude = ("golden",)  # beside it stands who judged it
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


@admin.register(Mark)
class MarkAdmin(ReadOnly):
    list_display = ("comment", "reason")
    list_filter = ("reason", "comment__candidate__prompt__project")
    list_select_related = ("comment__candidate", "reason")


@admin.register(Mention)
class MentionAdmin(ReadOnly):
    list_display = ("person", "comment", "kind", "seen_at")
    list_filter = ("kind",)
    list_select_related = ("person", "comment")


@admin.register(Publication)
class PublicationAdmin(ReadOnly):
    list_display = ("title", "state", "published_at", "withdrawn_at", "withdrawn_by", "withdrawal_reason")
    list_filter = ("state", "withdrawal_reason", "candidate__prompt__project")
    search_fields = ("title", "sha256", "uuid")
    list_select_related = ("withdrawn_by",)

"""What a token may be used for. None of these can decide, approve or publish: that takes a person at a page."""

from django.db.models import TextChoices


class Scope(TextChoices):
    PROMPTS_WRITE = "prompts:write", "Order takes, see their cost, stop and settle them"
    GENERATIONS_READ = "generations:read", "Read prompts, generations, batches and what was spent"
    CANDIDATES_READ = "candidates:read", "Read takes and fetch their files"
    FINDINGS_WRITE = "findings:write", "Flag takes from outside (nothing asks for it yet)"
    PUBLICATIONS_READ = "publications:read", "Read what was published"
    AUDIT_READ = "audit:read", "Read the trail of events"
    ADMIN = "admin", "Set budgets and providers"

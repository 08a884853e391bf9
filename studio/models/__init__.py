"""The nouns of making: who asked for what, what it cost, which takes came back."""

from studio.models.asset import Asset, AssetKind, PromptReference
from studio.models.batch import Batch
from studio.models.budget import Budget, BudgetWindow, Reservation
from studio.models.candidate import Blob, Candidate, Source
from studio.models.event import ChainHead, Event
from studio.models.generation import Errand, Generation, Priority
from studio.models.heartbeat import Heartbeat
from studio.models.leased import LeasedRow
from studio.models.person import Preferences, Theme, User
from studio.models.project import Membership, Project, roles_among, roles_of
from studio.models.prompt import LastSentBack, Mode, Prompt, Round
from studio.models.provider import ProviderAccount, ProviderGate, WebhookEvent
from studio.models.template import Template
from studio.models.token import ApiToken
from studio.rules.budget import Period

__all__ = [
    "ApiToken",
    "Asset",
    "AssetKind",
    "Batch",
    "Blob",
    "Budget",
    "BudgetWindow",
    "Candidate",
    "ChainHead",
    "Errand",
    "Event",
    "Generation",
    "Heartbeat",
    "LastSentBack",
    "LeasedRow",
    "Membership",
    "Mode",
    "Period",
    "Preferences",
    "Priority",
    "Project",
    "Prompt",
    "PromptReference",
    "ProviderAccount",
    "ProviderGate",
    "Reservation",
    "Round",
    "Source",
    "Template",
    "Theme",
    "User",
    "WebhookEvent",
    "roles_among",
    "roles_of",
]

"""The nouns of making: who asked for what, what it cost, which takes came back."""

from studio.models.candidate import Blob, Candidate, Source
from studio.models.event import ChainHead, Event
from studio.models.generation import Generation
from studio.models.heartbeat import Heartbeat
from studio.models.leased import LeasedRow
from studio.models.person import Preferences, Theme, User
from studio.models.project import Membership, Project, roles_of
from studio.models.prompt import Mode, Prompt

__all__ = [
    "Blob",
    "Candidate",
    "ChainHead",
    "Event",
    "Generation",
    "Heartbeat",
    "LeasedRow",
    "Membership",
    "Mode",
    "Preferences",
    "Project",
    "Prompt",
    "Source",
    "Theme",
    "User",
    "roles_of",
]

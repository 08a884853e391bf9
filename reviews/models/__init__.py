"""The nouns of judging: what was found, who must look, what was decided, what went out."""

from reviews.models.blocklist import BlockEntry, BlockMatch
from reviews.models.comment import Comment, Mention, MentionKind
from reviews.models.decision import Decision, DecisionReason
from reviews.models.exposure import Exposure
from reviews.models.finding import CheckRun, CheckStatus, Finding, FindingLabel, Verdict
from reviews.models.fingerprint import Fingerprint
from reviews.models.golden import Golden, GoldenReason, GoldenScore
from reviews.models.mark import Mark
from reviews.models.named_queue import NamedQueue
from reviews.models.policy import Policy, PolicyCheck, PolicyRule
from reviews.models.publication import Publication, PublicationState, WithdrawalReason
from reviews.models.reason import Reason, ReasonRange
from reviews.models.recheck import Recheck, RecheckItem
from reviews.models.review import Review, ReviewReason
from reviews.models.saved_view import SavedView

__all__ = [
    "BlockEntry",
    "BlockMatch",
    "CheckRun",
    "CheckStatus",
    "Comment",
    "Decision",
    "DecisionReason",
    "Exposure",
    "Finding",
    "FindingLabel",
    "Fingerprint",
    "Golden",
    "GoldenReason",
    "GoldenScore",
    "Mark",
    "Mention",
    "MentionKind",
    "NamedQueue",
    "Policy",
    "PolicyCheck",
    "PolicyRule",
    "Publication",
    "PublicationState",
    "Reason",
    "ReasonRange",
    "Recheck",
    "RecheckItem",
    "Review",
    "ReviewReason",
    "SavedView",
    "Verdict",
    "WithdrawalReason",
]
